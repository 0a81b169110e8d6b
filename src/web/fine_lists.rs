//! The months of finance: what stands in the way of closing one, its list with totals, and the files.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Form, Typed};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::fine_list::{FineLine, GroupTotal, ListStatus};
use crate::domain::ledger::EntryKind;
use crate::domain::money::{Currency, Money};
use crate::domain::month_close::PeriodState;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::usecases::periods::PeriodView;
use crate::usecases::periods::close::CloseCommand;
use crate::usecases::{Error, fine_lists, periods};

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
    months: Vec<MonthLine>,
}

struct MonthLine {
    period: Period,
    closed: bool,
    lines: i64,
    amount: String,
    ungraded: u64,
    appeals: u64,
}

fn amount(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).decimal()
}

fn month_line(view: &PeriodView, currency: Currency) -> MonthLine {
    MonthLine {
        period: view.period,
        closed: view.state == PeriodState::Closed,
        lines: view.lines,
        amount: amount(view.amount_minor, currency),
        ungraded: view.standing_in_the_way.ungraded_samples,
        appeals: view.standing_in_the_way.open_appeals,
    }
}

async fn months(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let page = PageRequest { limit: PageRequest::MAX, after: None };
    let listed = periods::list::list(&app, visitor.actor(), page).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let currency = crate::usecases::organisation::period::currency(&app).await.map_err(|e| Trouble::new(f.clone(), e))?;
    render(&MonthsPage { months: listed.items.iter().map(|view| month_line(view, currency)).collect(), f })
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage {
    f: Frame,
    form: Typed,
    period: Period,
    line: MonthLine,
    running: bool,
    may_close: bool,
    may_export: bool,
    digest: String,
    closed_at: String,
    override_reason: String,
    currency: Currency,
    groups: Vec<(String, Vec<TotalLine>)>,
    total: String,
    total_lines: u64,
    lines: Vec<FineRow>,
    next: Option<String>,
}

struct TotalLine {
    name: String,
    lines: u64,
    amount: String,
}

struct FineRow {
    posted: String,
    agent: String,
    team: String,
    kind: &'static str,
    what: String,
    amount: String,
    original: bool,
    origin: Period,
    evaluation: Option<String>,
}

fn kind_name(f: &Frame, kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Fine => f.t("fine", "罚款"),
        EntryKind::Reversal => f.t("reversal", "冲销"),
        EntryKind::Adjustment => f.t("adjustment", "调整"),
        EntryKind::Complaint => f.t("complaint", "投诉罚款"),
        EntryKind::OperatingBreach => f.t("operating breach", "违规操作"),
        EntryKind::Reward => f.t("reward", "奖励"),
        EntryKind::Manual => f.t("by hand", "手工调整"),
        EntryKind::CapExcess => f.t("above the cap", "超出上限"),
        EntryKind::CarriedOver => f.t("carried over", "上期结转"),
    }
}

fn totals(f: &Frame, groups: &[GroupTotal], currency: Currency) -> Vec<TotalLine> {
    let name = |g: &GroupTotal| g.name.clone().or_else(|| g.code.clone()).unwrap_or_else(|| f.t("the centre itself", "本中心").to_owned());
    groups.iter().map(|g| TotalLine { name: name(g), lines: g.lines, amount: amount(g.amount_minor, currency) }).collect()
}

fn row(f: &Frame, line: &FineLine) -> FineRow {
    let class = line.class.map(|c| format!("{c} ")).unwrap_or_default();
    let name = f.t(line.violation_type_en.as_deref().unwrap_or(""), line.violation_type_zh.as_deref().unwrap_or("")).to_owned();
    let what = if name.is_empty() { line.reason.clone().unwrap_or_default() } else { format!("{class}{name}") };
    FineRow {
        posted: line.posted_on.to_string(),
        agent: format!("{} {}", line.agent_name, line.employee_no),
        team: line.team_name.clone().unwrap_or_default(),
        kind: kind_name(f, line.kind),
        what,
        amount: amount(line.amount_minor, line.currency),
        original: line.original_id.is_some(),
        origin: line.origin_period,
        evaluation: line.evaluation_id.map(|e| e.to_string()),
    }
}

#[derive(Debug, Default, Deserialize)]
struct Cursor {
    cursor: Option<String>,
    done: Option<String>,
}

async fn page(app: &App, visitor: &Visitor, period: Period, query: Cursor, form: Typed) -> Result<MonthPage, Trouble> {
    let mut f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let wanted = PageRequest::parse(Some(100), query.cursor.as_deref()).map_err(|r| Trouble::new(f.clone(), r))?;
    let view = periods::show::show(app, visitor.actor(), period).await.map_err(trouble)?;
    let head_page = PageRequest { limit: wanted.limit, after: None };
    let first = fine_lists::show::show(app, visitor.actor(), period, head_page).await.map_err(trouble)?;
    let shown = match wanted.after {
        None => first.clone(),
        Some(_) => fine_lists::show::show(app, visitor.actor(), period, wanted).await.map_err(trouble)?,
    };
    let head = first.head.ok_or_else(|| trouble(Error::Damaged("a fine list without a head".into())))?;
    let currency = head.currency;
    if query.done.is_some() {
        f.notice =
            Some(f.t("The month is closed. Its list and its files will never change.", "本月已关账，清单和文件不会再变化。").to_owned());
    }
    let groups = vec![
        (f.t("By vendor", "按供应商").to_owned(), totals(&f, &head.totals.vendors, currency)),
        (f.t("By team", "按班组").to_owned(), totals(&f, &head.totals.teams, currency)),
    ];
    Ok(MonthPage {
        line: month_line(&view, currency),
        running: view.standing_in_the_way.running,
        may_close: visitor.actor().may_everywhere(Action::PeriodClose).is_ok() && head.status == ListStatus::Open,
        may_export: visitor.may(Action::LedgerExport),
        digest: head.digest.unwrap_or_default(),
        closed_at: head.closed_at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default(),
        override_reason: view.override_reason.unwrap_or_default(),
        total: amount(head.totals.amount_minor, currency),
        total_lines: head.totals.lines,
        lines: shown.items.iter().map(|line| row(&f, line)).collect(),
        next: shown.next,
        currency,
        groups,
        period,
        form,
        f,
    })
}

fn parse(visitor: &Visitor, period: &str) -> Result<Period, Trouble> {
    period.parse().map_err(|r: Refusal| Trouble::new(visitor.frame.clone(), r))
}

async fn month(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, query: web::Query<Cursor>) -> Result<HttpResponse, Trouble> {
    let period = parse(&visitor, &path)?;
    render(&page(&app, &visitor, period, query.into_inner(), Typed::default()).await?)
}

async fn close(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let period = parse(visitor, &path)?;
    let command = CloseCommand {
        override_reason: form.typed.filled("override_reason").map(str::to_owned),
        expected_lines: form.typed.filled("expected_lines").and_then(|n| n.parse().ok()),
        expected_amount_minor: None,
    };
    match periods::close::close(&app, visitor.actor(), period, command).await {
        Ok(_) => Ok(go(&format!("/months/{period}?done=closed"))),
        Err(Error::Refused(refusal)) => {
            let typed = form.typed.clone().refused(&refusal);
            render_as(HttpResponse::Conflict(), &page(&app, visitor, period, Cursor::default(), typed).await?)
        }
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}
