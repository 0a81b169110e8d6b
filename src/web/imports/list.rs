//! The runs: one's own, and everybody's for the administrator.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::kind;
use super::run::{file_name, size, state};
use crate::app::App;
use crate::domain::id::ImportRunId;
use crate::domain::import_run::{ImportKind, ImportRun, RunCounts};
use crate::domain::refusal::Refusal;
use crate::usecases::import_runs::{self, permit};
use crate::usecases::organisation;
use crate::web::address::{Address, Pager};
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::{Choice, OrTrouble};
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/imports", web::get().to(own)).route("/system/imports", web::get().to(everybodys));
}

#[derive(Template)]
#[template(path = "imports/list.html")]
struct ListPage {
    f: Frame,
    filter: Typed,
    everybody: bool,
    /// The pages on which this person may hand a file in.
    ways: Vec<(&'static str, &'static str)>,
    kinds: Vec<Choice>,
    runs: Vec<RunLine>,
    narrowed: bool,
    pager: Pager,
}

struct RunLine {
    id: ImportRunId,
    when: String,
    file: String,
    size: String,
    name: &'static str,
    user: String,
    state: Badge,
    counts: RunCounts,
}

async fn page(app: &App, visitor: &Visitor, at: &Address, everybody: bool) -> Result<HttpResponse, Trouble> {
    let (f, actor) = (visitor.frame.clone(), visitor.actor());
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let wanted = at.page(50).or_trouble(visitor)?;
    let listed = import_runs::list::list(app, actor, at.read("kind"), everybody, wanted).await.or_trouble(visitor)?;
    let now = app.clock.now();
    let line = |run: &ImportRun| RunLine {
        id: run.id,
        when: moment(run.created_at, zone),
        file: file_name(&f, run),
        size: size(run.file_bytes),
        name: kind::name(&f, run.kind),
        user: run.user.clone(),
        state: state(&f, run.state_at(now), run.dry_run),
        counts: run.progress.counts,
    };
    let ways = ImportKind::ALL.iter().filter(|kind| permit(actor, **kind).is_ok());
    render(&ListPage {
        runs: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        ways: ways.map(|one| (kind::path(*one), kind::name(&f, *one))).collect(),
        kinds: ImportKind::ALL.iter().map(|one| Choice::new(one, kind::name(&f, *one))).collect(),
        filter: at.typed(),
        narrowed: at.narrowed(),
        everybody,
        f,
    })
}

async fn own(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    if !kind::may_import(visitor.actor()) {
        return Err(Refusal::forbidden("your roles import no files")).or_trouble(&visitor);
    }
    page(&app, &visitor, &at, false).await
}

async fn everybodys(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    page(&app, &visitor, &at, true).await
}
