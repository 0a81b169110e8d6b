//! The months of finance: what stands in the way of closing one, its list with totals and filters, the files and who fetched them.

mod rows;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use self::rows::{Doors, ExportRow, FineRow, TotalLine, amount, export_row, file, kinds, row, totals, totals_by_kind};
use super::address::{Address, Column, sort_rows};
use super::background;
use super::form::{Form, Typed};
use super::page::{Frame, Visitor, go, render, render_as};
use super::refusals::said;
use super::trouble::Trouble;
use super::words::{Badge, moment};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::fine_list::{LineSelection, ListStatus};
use crate::domain::list_order::LineOrder;
use crate::domain::money::Currency;
use crate::domain::month_close::PeriodState;
use crate::domain::page::{Cursor, PageRequest};
use crate::domain::period::Period;
use crate::domain::{Refusal, Refused};
use crate::usecases::fine_lists::select::select;
use crate::usecases::periods::PeriodView;
use crate::usecases::periods::close::CloseCommand;
use crate::usecases::periods::closing::Closing;
use crate::usecases::users::introduce::introduce;
use crate::usecases::{Error, fine_lists, organisation, periods};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/months", web::get().to(months))
        .route("/months/{period}", web::get().to(month))
        .route("/months/{period}/close", web::post().to(close));
}

#[derive(Template)]
#[template(path = "months.html")]
struct MonthsPage {
    f: Frame,
    at: Address,
    latest: Option<Period>,
    months: Vec<MonthLine>,
    /// Whether the person sees the sums of whole months, not only those of some teams.
    figures: bool,
    may_post: bool,
}

struct MonthLine {
    period: Period,
    closed: bool,
    lines: String,
    amount: String,
    ungraded: u64,
    appeals: u64,
    digest: String,
}

fn month_line(view: &PeriodView, currency: Currency) -> MonthLine {
    MonthLine {
        period: view.period,
        closed: view.state == PeriodState::Closed,
        lines: view.lines.map(|lines| lines.to_string()).unwrap_or_default(),
        amount: view.amount_minor.map(|minor| amount(minor, currency)).unwrap_or_default(),
        ungraded: view.standing_in_the_way.as_ref().map_or(0, |it| it.ungraded_samples),
        appeals: view.standing_in_the_way.as_ref().map_or(0, |it| it.open_appeals),
        digest: view.digest.clone().unwrap_or_default(),
    }
}

/// Every month at once, in the order that the address asks for: a year has twelve.
async fn months(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let currency = organisation::period::currency(&app).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let (mut views, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { limit: PageRequest::MAX, after };
        let listed = periods::list::list(&app, visitor.actor(), page).await.map_err(|e| Trouble::new(f.clone(), e))?;
        views.extend(listed.items);
        let Some(next) = listed.next else { break };
        after = Some(Cursor::decode(&next).map_err(|r| Trouble::new(f.clone(), r))?);
    }
    let latest = views.first().map(|view| view.period);
    match at.order("-month") {
        ("lines", down) => sort_rows(&mut views, down, |view| (view.lines, view.period)),
        ("sum", down) => sort_rows(&mut views, down, |view| (view.amount_minor, view.period)),
        ("state", down) => sort_rows(&mut views, down, |view| (view.state, view.period)),
        (_, down) => sort_rows(&mut views, down, |view| view.period),
    }
    let figures = views.iter().any(|view| view.lines.is_some());
    let months = views.iter().map(|view| month_line(view, currency)).collect();
    render(&MonthsPage { months, figures, latest, may_post: visitor.may(Action::LedgerWrite), at, f })
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage {
    f: Frame,
    at: Address,
    form: Typed,
    period: Period,
    /// How far the month is, where it is not closed.
    stage: Badge,
    line: MonthLine,
    running: bool,
    /// How far a close is that is running.
    closing: Option<Closing>,
    /// Why the last one failed.
    failed: Option<FailedLine>,
    may_close: bool,
    may_post: bool,
    files: Vec<(&'static str, String)>,
    /// The same of the selected lines alone.
    selected_files: Vec<(&'static str, String)>,
    digest: String,
    closed_at: String,
    override_reason: String,
    currency: Currency,
    groups: Vec<(&'static str, String, Vec<TotalLine>)>,
    kinds: Vec<(&'static str, &'static str)>,
    total: String,
    total_lines: u64,
    selected: Option<(u64, String)>,
    columns: Vec<Column>,
    lines: Vec<FineRow>,
    next: Option<String>,
    exports: Option<Vec<ExportRow>>,
}

/// A close that failed, in words.
struct FailedLine {
    at: String,
    by: String,
    noted: bool,
    /// What refused it; empty for a fault of ours.
    why: String,
}

async fn failed_line(app: &App, visitor: &Visitor, period: Period, zone: chrono_tz::Tz) -> Result<Option<FailedLine>, Error> {
    let Some(failed) = periods::failed::failed(app, visitor.actor(), period).await? else { return Ok(None) };
    let names = introduce(app, visitor.actor(), failed.by.into_iter().collect(), Vec::new()).await?;
    Ok(Some(FailedLine {
        at: moment(failed.at, zone),
        by: failed.by.map(|by| names.user(by).to_owned()).unwrap_or_default(),
        noted: failed.noted,
        why: failed.why.map(|why| said(visitor.frame.language, &why)).unwrap_or_default(),
    }))
}

const AT_A_TIME: u32 = 100;

fn selection(at: &Address) -> Refused<LineSelection> {
    let own = at.is("vendor", "own");
    Ok(LineSelection {
        vendor: if own { None } else { at.wanted("vendor")? },
        own_teams: own,
        team: at.wanted("team")?,
        kind: at.wanted("kind")?,
        agent: Some(at.get("agent").trim().to_owned()).filter(|text| !text.is_empty()),
        line: at.wanted("line")?,
    })
}

async fn page(app: &App, visitor: &Visitor, period: Period, at: Address, form: Typed) -> Result<MonthPage, Trouble> {
    let mut f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let refused = |r: Refusal| Trouble::new(visitor.frame.clone(), r);
    let wanted_page = at.page(AT_A_TIME).map_err(refused)?;
    let view = periods::show::show(app, visitor.actor(), period).await.map_err(trouble)?;
    let closing = periods::closing::closing(app, visitor.actor(), period).await.map_err(trouble)?;
    let wanted = selection(&at).map_err(refused)?;
    let narrowed = !wanted.is_whole();
    let found = select(app, visitor.actor(), period, wanted.clone(), at.sort(), wanted_page).await.map_err(trouble)?;
    let zone = organisation::period::zone(app).await.map_err(trouble)?;
    let now = organisation::period::current(app).await.map_err(trouble)?;
    let head = &found.head;
    let currency = head.currency;
    let may_export = visitor.may(Action::LedgerExport);
    let exports = if visitor.actor().may_everywhere(Action::LedgerExport).is_ok() {
        let all = fine_lists::exports::exports(app, visitor.actor(), period).await.map_err(trouble)?;
        Some(all.iter().map(|it| export_row(&f, it, &head.totals, currency, zone)).collect())
    } else {
        None
    };
    f.notice = match at.get("done") {
        "closed" => {
            Some(f.t("The month is closed. Its list and its files will never change.", "本月已关账，清单和文件不会再变化。").to_owned())
        }
        "posted" => Some(f.t("The line is posted.", "已记账。").to_owned()),
        _ => None,
    };
    let groups = vec![
        ("vendor", f.t("By vendor", "按供应商").to_owned(), totals(&f, &head.totals.vendors, currency, "own")),
        ("team", f.t("By team", "按班组").to_owned(), totals(&f, &head.totals.teams, currency, "")),
        ("kind", f.t("By kind", "按类型").to_owned(), totals_by_kind(&f, &head.totals.kinds, currency)),
    ];
    let doors = Doors::of(visitor);
    let files = |selection: &LineSelection| {
        let all =
            [("XLSX", "xlsx"), ("CSV", "csv"), ("NDJSON", "ndjson")].map(|(name, format)| (name, file(period, format, &f, selection)));
        all.into_iter().filter(|_| may_export).collect::<Vec<_>>()
    };
    Ok(MonthPage {
        stage: f.open_month(period, now),
        line: month_line(&view, currency),
        running: view.standing_in_the_way.as_ref().is_some_and(|it| it.running),
        may_close: visitor.actor().may_everywhere(Action::PeriodClose).is_ok() && head.status == ListStatus::Open && closing.is_none(),
        closing,
        failed: failed_line(app, visitor, period, zone).await.map_err(trouble)?,
        may_post: visitor.may(Action::LedgerWrite),
        files: files(&LineSelection::default()),
        selected_files: if narrowed { files(&wanted) } else { Vec::new() },
        digest: head.digest.clone().unwrap_or_default(),
        closed_at: head.closed_at.map(|at| moment(at, zone)).unwrap_or_default(),
        override_reason: view.override_reason.unwrap_or_default(),
        total: amount(head.totals.amount_minor, currency),
        total_lines: head.totals.lines,
        selected: narrowed.then(|| (found.lines, amount(found.amount_minor, currency))),
        lines: found.items.iter().map(|line| row(&f, line, &found, doors)).collect(),
        next: found.next.as_ref().map(|cursor| at.after(cursor)),
        columns: columns(&f, &at, currency),
        kinds: kinds(&f),
        exports,
        currency,
        groups,
        period,
        form,
        at,
        f,
    })
}

/// The heads of the columns of the lines.
fn columns(f: &Frame, at: &Address, currency: Currency) -> Vec<Column> {
    let column = |order: LineOrder, label: &str| at.column(order.as_str(), label, LineOrder::Posted.as_str()).at("lines");
    vec![
        column(LineOrder::Posted, f.t("Posted", "记账日期")),
        column(LineOrder::Agent, f.t("Agent", "客服")),
        column(LineOrder::Team, f.t("Team", "班组")),
        column(LineOrder::Vendor, f.t("Vendor", "供应商")),
        column(LineOrder::Kind, f.t("Kind", "类型")),
        column(LineOrder::Type, f.t("What", "事由")),
        column(LineOrder::Amount, currency.code()).number(),
    ]
}

fn parse(visitor: &Visitor, period: &str) -> Result<Period, Trouble> {
    visitor.place(period)
}

async fn month(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let period = parse(&visitor, &path)?;
    render(&page(&app, &visitor, period, Address::of(&request), Typed::default()).await?)
}

async fn close(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let period = parse(visitor, &path)?;
    let command = CloseCommand {
        override_reason: form.typed.filled("override_reason").map(str::to_owned),
        expected_lines: form.typed.filled("expected_lines").and_then(|n| n.parse().ok()),
        expected_amount_minor: None,
    };
    let (closing, actor) = (app.clone(), visitor.actor().clone());
    let work = async move { periods::close::close(&closing, &actor, period, command).await };
    let (noting, actor, asked) = (app.clone(), visitor.actor().clone(), app.clock.now());
    let late = async move |error: Error| {
        if let Error::Refused(refusal) = &error
            && let Err(error) = periods::note_refused::note_refused(&noting, &actor, period, asked, refusal).await
        {
            tracing::error!(%error, %period, "why a close was refused could not be noted");
        }
    };
    match background::begin_or_note(format!("the close of {period}"), work, late).await {
        Ok(Some(_)) => Ok(go(&format!("/months/{period}?done=closed"))),
        Ok(None) => Ok(go(&format!("/months/{period}"))),
        Err(Error::Refused(refusal)) => {
            let typed = form.typed.clone().refused(&visitor.frame, &refusal);
            render_as(HttpResponse::Conflict(), &page(&app, visitor, period, Address::default(), typed).await?)
        }
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}
