//! A run: how far it is, and in the end its report.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::report::{ReportPiece, file};
use super::{go_on, kind};
use crate::app::App;
use crate::domain::id::ImportRunId;
use crate::domain::import_run::{ImportRun, RunCounts, RunState};
use crate::usecases::import_runs::{begin, discard, show};
use crate::usecases::organisation;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{OrTrouble, mendable};
use crate::web::refusals::said;
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment, moment_or_none};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/imports/{id}", web::get().to(look))
        .route("/imports/{id}/report.csv", web::get().to(download))
        .route("/imports/{id}/again", web::post().to(again))
        .route("/imports/{id}/store", web::post().to(store))
        .route("/imports/{id}/discard", web::post().to(throw_away));
}

/// How far a run is, in words.
pub(super) fn state(f: &Frame, state: RunState, dry_run: bool) -> Badge {
    match state {
        RunState::Waiting => f.badge("warn", "waiting", "排队中"),
        RunState::Running => f.badge("warn", "running", "进行中"),
        RunState::Finished if dry_run => f.badge("warn", "previewed, not stored", "已预览，未保存"),
        RunState::Finished => f.badge("good", "finished", "已完成"),
        RunState::BrokenOff => f.badge("bad", "broken off", "已中断"),
    }
}

/// What a file is called on pages.
pub(super) fn file_name(f: &Frame, run: &ImportRun) -> String {
    if run.file_name.is_empty() { f.t("pasted table", "粘贴的表格").to_owned() } else { run.file_name.clone() }
}

/// So many bytes, for reading.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[derive(Template)]
#[template(path = "imports/run.html")]
struct RunPage {
    f: Frame,
    form: Typed,
    id: ImportRunId,
    name: &'static str,
    path: &'static str,
    list: Option<&'static str>,
    own: bool,
    file: String,
    size: String,
    user: String,
    handed_in: String,
    finished: String,
    badge: Badge,
    going: bool,
    broken: bool,
    dry_run: bool,
    counts: RunCounts,
    done: u64,
    whole: Option<u64>,
    why: String,
    report: Option<ReportPiece>,
}

async fn page(app: &App, visitor: &Visitor, id: ImportRunId, form: Typed) -> Result<RunPage, Trouble> {
    let f = visitor.frame.clone();
    let (run, report) = show::show(app, visitor.actor(), id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let at = run.state_at(app.clock.now());
    let counts = run.progress.counts;
    Ok(RunPage {
        id,
        name: kind::name(&f, run.kind),
        path: kind::path(run.kind),
        list: kind::list(run.kind),
        own: visitor.actor().user == Some(run.user_id),
        file: file_name(&f, &run),
        size: size(run.file_bytes),
        handed_in: moment(run.created_at, zone),
        finished: moment_or_none(run.finished_at, zone),
        badge: state(&f, at, run.dry_run),
        going: matches!(at, RunState::Waiting | RunState::Running),
        broken: at == RunState::BrokenOff,
        dry_run: run.dry_run,
        counts,
        done: run.progress.done,
        whole: run.progress.whole,
        why: run.why.map(|why| said(f.language, &why)).unwrap_or_default(),
        report: report.map(|report| ReportPiece::new(&f, counts, report, Some(format!("/imports/{id}/report.csv")))),
        user: run.user,
        form,
        f,
    })
}

fn id_of(visitor: &Visitor, path: &str) -> Result<ImportRunId, Trouble> {
    visitor.place(path)
}

async fn look(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = id_of(&visitor, &path)?;
    render(&page(&app, &visitor, id, Typed::default()).await?)
}

async fn download(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = id_of(&visitor, &path)?;
    let (_, report) = show::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    let body = file(&visitor.frame, &report.unwrap_or_default());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"import-{id}.csv\"")))
        .body(body))
}

async fn begun(app: web::Data<App>, form: Form, path: web::Path<String>, store: bool) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = id_of(visitor, &path)?;
    match begin::begin(&app, visitor.actor(), id, store).await {
        // What it ends with stands on its page.
        Ok(run) => {
            go_on(&app, visitor.actor(), run).await.ok();
            Ok(go(&format!("/imports/{id}")))
        }
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            let typed = form.typed.clone().refused(&visitor.frame, &refusal);
            render_as(HttpResponse::Conflict(), &page(&app, visitor, id, typed).await?)
        }
    }
}

async fn again(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    begun(app, form, path, false).await
}

async fn store(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    begun(app, form, path, true).await
}

async fn throw_away(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let run = discard::discard(&app, visitor.actor(), id_of(visitor, &path)?).await.or_trouble(visitor)?;
    Ok(go(kind::path(run.kind)))
}
