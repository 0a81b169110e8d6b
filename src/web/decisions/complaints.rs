//! The complaint desk: complaints recorded and adjudicated (handbook 3.9).

use actix_web::{HttpResponse, web};
use askama::Template;

use super::appeals::agent_name;
use super::desk::{self, Desk, DeskLine};
use super::{agent_and_day, wanted_agent};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::complaint::{Adjudication, ComplaintInput, ComplaintLevel, ComplaintState};
use crate::domain::id::ComplaintId;
use crate::usecases::complaints::{self, Complaint, ComplaintFilter};
use crate::usecases::{Error, agents, organisation, users};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::{Reading, renamed};
use crate::web::refusals::written;
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/decisions/complaints", web::get().to(list))
        .route("/decisions/complaints", web::post().to(record))
        .route("/decisions/complaints/new", web::get().to(begin))
        .route("/decisions/complaints/{id}", web::get().to(show))
        .route("/decisions/complaints/{id}", web::post().to(adjudicate));
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = &visitor.frame;
    let agent_id = wanted_agent(&app, &visitor, &at).await?;
    let filter = ComplaintFilter { state: at.read("state"), agent_id, period: at.read("period"), sort: at.sort() };
    let wanted = at.page(50).or_trouble(&visitor)?;
    let listed = complaints::list::list(&app, visitor.actor(), filter, wanted).await.or_trouble(&visitor)?;
    let line = |one: Complaint| DeskLine {
        id: one.id.0,
        agent_id: one.agent_id,
        occurred: one.occurred_on.to_string(),
        occurrences: 1,
        state: f.complaint_state(one.state, one.level),
        reference: one.reference,
    };
    let desk = Desk {
        path: "/decisions/complaints",
        import: "/decisions/import/complaints",
        title: f.t("Complaints", "投诉"),
        record: f.t("Record a complaint", "登记投诉"),
        none_fits: f.t("No complaint fits", "没有符合条件的投诉"),
        none: f.t("No complaint yet", "还没有投诉"),
        what_follows: f
            .t("Complaints are recorded as they come and adjudicated by liability level.", "收到投诉后先登记，再按责任等级裁定。"),
        states: ComplaintState::ALL.iter().map(|one| Choice::new(one, f.complaint_state(*one, None).text)).collect(),
        counted: false,
    };
    desk::page(&app, &visitor, at, desk, listed.map(line)).await
}

#[derive(Template)]
#[template(path = "decisions/complaint_new.html")]
struct NewPage {
    f: Frame,
    form: Typed,
}

async fn begin(visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    visitor.actor().may(Action::ComplaintWrite).or_trouble(&visitor)?;
    render(&NewPage { f: visitor.frame.clone(), form: at.typed() })
}

async fn record(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    visitor.actor().may(Action::ComplaintWrite).or_trouble(visitor)?;
    let mut from = Reading::of(&form.typed);
    let (agent, occurred_on) = agent_and_day(&app, visitor, &mut from).await?;
    let conversation_id = from.value("conversation_id");
    let (reference, text) = (from.text("reference"), from.text("text"));
    let made = match (from.finish(), agent, occurred_on) {
        (Ok(()), Some(agent_id), Some(occurred_on)) => {
            let input = ComplaintInput { reference, agent_id, conversation_id, occurred_on, text };
            complaints::record::record(&app, visitor.actor(), input).await
        }
        (refused, ..) => Err(refused.err().map_or_else(|| Error::Damaged("a day that is there and is not".into()), Error::from)),
    };
    match made {
        Ok(complaint) => Ok(go(&format!("/decisions/complaints/{}?done=recorded", complaint.id))),
        Err(error) => {
            let refusal = renamed(mendable(visitor, error)?, |path| path.replace("agent_id", "agent"));
            render_as(
                HttpResponse::BadRequest(),
                &NewPage { f: visitor.frame.clone(), form: form.typed.clone().refused(&visitor.frame, &refusal) },
            )
        }
    }
}

#[derive(Template)]
#[template(path = "decisions/complaint.html")]
struct ComplaintPage {
    f: Frame,
    form: Typed,
    id: ComplaintId,
    version: i32,
    reference: String,
    state: Badge,
    facts: Vec<(&'static str, String)>,
    text: String,
    conversation: Option<String>,
    may_adjudicate: bool,
    findings: Vec<Choice>,
}

async fn page(app: &App, visitor: &Visitor, id: ComplaintId, done: &str, form: Typed) -> Result<ComplaintPage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    let complaint = complaints::show::show(app, actor, id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let names = agents::names::names(app, actor, vec![complaint.agent_id]).await.or_trouble(visitor)?;
    let people = [complaint.recorded_by, complaint.adjudicated_by].into_iter().flatten().collect();
    // The desk does not read the list of users; then it reads no names either.
    let people = users::names::names(app, actor, people).await.unwrap_or_default();
    let person = |id: Option<_>| id.and_then(|id| people.get(&id).cloned()).map(|name| format!("{name} · ")).unwrap_or_default();
    let mut facts = vec![
        (f.t("Agent", "客服"), agent_name(&names, complaint.agent_id)),
        (f.t("Happened", "发生日期"), complaint.occurred_on.to_string()),
        (f.t("Month of the fine", "罚款周期"), complaint.period.to_string()),
        (f.t("Recorded", "登记"), format!("{}{}", person(complaint.recorded_by), moment(complaint.recorded_at, zone))),
    ];
    if let Some(at) = complaint.adjudicated_at {
        facts.push((f.t("Adjudicated", "裁定"), format!("{}{}", person(complaint.adjudicated_by), moment(at, zone))));
        facts.push((f.t("Because", "理由"), complaint.reason.as_deref().map(|reason| written(f.language, reason)).unwrap_or_default()));
    }
    Ok(ComplaintPage {
        id,
        version: complaint.version,
        state: f.complaint_state(complaint.state, complaint.level),
        facts,
        text: complaint.body,
        conversation: complaint.conversation_id.map(|id| id.to_string()),
        may_adjudicate: visitor.may(Action::ComplaintWrite) && complaint.state != ComplaintState::Overturned,
        findings: vec![
            Choice::new("dismissed", f.t("dismissed: the agent is not liable", "不成立：客服无责")),
            Choice::new(ComplaintLevel::Minor, f.t("upheld, minor: no outside complaint was mentioned", "成立，轻微：未提及外部投诉")),
            Choice::new(
                ComplaintLevel::General,
                f.t("upheld, general: law, media or the internet was threatened", "成立，一般：扬言起诉、曝光或上网"),
            ),
            Choice::new(ComplaintLevel::Severe, f.t("upheld, severe: it went to an outside body", "成立，严重：已向外部机构投诉")),
        ],
        reference: complaint.reference,
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<ComplaintId>(&path)?;
    render(&page(&app, &visitor, id, at.get("done"), Typed::default()).await?)
}

async fn adjudicate(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<ComplaintId>(&path)?;
    let mut from = Reading::of(&form.typed);
    let finding = from.text("finding");
    let level = if finding == "dismissed" { None } else { from.needed::<ComplaintLevel>("finding") };
    let command = Adjudication { upheld: level.is_some(), level, reason: from.text("reason") };
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let found = match from.finish() {
        Ok(()) => complaints::adjudicate::adjudicate(&app, visitor.actor(), id, seen, command).await,
        Err(refusal) => Err(refusal.into()),
    };
    match found {
        Ok(_) => Ok(go(&format!("/decisions/complaints/{id}?done=decided"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::BadRequest(), &page(&app, visitor, id, "", form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}
