//! Operating breaches (违规操作): recorded by the complaint desk, charged by occurrence, and taken back (handbook 3.6).

use actix_web::{HttpResponse, web};
use askama::Template;

use super::appeals::agent_name;
use super::desk::{self, Desk, DeskLine};
use super::{agent_and_day, wanted_agent};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::breach::{BreachInput, BreachState};
use crate::domain::id::BreachId;
use crate::usecases::breaches::withdraw::Withdrawal;
use crate::usecases::breaches::{self, Breach, BreachFilter};
use crate::usecases::{Error, agents, organisation, users};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::{Reading, renamed};
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/decisions/breaches", web::get().to(list))
        .route("/decisions/breaches", web::post().to(record))
        .route("/decisions/breaches/new", web::get().to(begin))
        .route("/decisions/breaches/{id}", web::get().to(show))
        .route("/decisions/breaches/{id}", web::post().to(withdraw));
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = &visitor.frame;
    let agent_id = wanted_agent(&app, &visitor, &at).await?;
    let filter = BreachFilter { state: at.read("state"), agent_id, period: at.read("period"), sort: at.sort() };
    let wanted = at.page(50).or_trouble(&visitor)?;
    let listed = breaches::list::list(&app, visitor.actor(), filter, wanted).await.or_trouble(&visitor)?;
    let line = |one: Breach| DeskLine {
        id: one.id.0,
        agent_id: one.agent_id,
        occurred: one.occurred_on.to_string(),
        occurrences: one.occurrences,
        state: f.breach_state(one.state),
        reference: one.reference,
    };
    let desk = Desk {
        path: "/decisions/breaches",
        import: "/decisions/import/breaches",
        title: f.t("Operating breaches", "违规操作"),
        record: f.t("Record a breach", "登记违规操作"),
        none_fits: f.t("No operating breach fits", "没有符合条件的违规操作"),
        none: f.t("No operating breach yet", "还没有违规操作"),
        what_follows: f
            .t("A breach of the operating rules costs by occurrence as soon as it is recorded.", "违规操作登记后立即按次数计罚。"),
        states: BreachState::ALL.iter().map(|one| Choice::new(one, f.breach_state(*one).text)).collect(),
        counted: true,
    };
    desk::page(&app, &visitor, at, desk, listed.map(line)).await
}

#[derive(Template)]
#[template(path = "decisions/breach_new.html")]
struct NewPage {
    f: Frame,
    form: Typed,
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    visitor.actor().may(Action::ComplaintWrite).or_trouble(&visitor)?;
    render(&NewPage { f: visitor.frame.clone(), form: Typed::showing([("occurrences", "1".to_owned())]) })
}

async fn record(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    visitor.actor().may(Action::ComplaintWrite).or_trouble(visitor)?;
    let mut from = Reading::of(&form.typed);
    let (agent, occurred_on) = agent_and_day(&app, visitor, &mut from).await?;
    let occurrences = from.needed_number("occurrences");
    let (reference, text) = (from.text("reference"), from.text("text"));
    let made = match (from.finish(), agent, occurred_on) {
        (Ok(()), Some(agent_id), Some(occurred_on)) => {
            let input = BreachInput { reference, agent_id, occurred_on, occurrences, text };
            breaches::record::record(&app, visitor.actor(), input).await
        }
        (refused, ..) => Err(refused.err().map_or_else(|| Error::Damaged("a day that is there and is not".into()), Error::from)),
    };
    match made {
        Ok(breach) => Ok(go(&format!("/decisions/breaches/{}?done=recorded", breach.id))),
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
#[template(path = "decisions/breach.html")]
struct BreachPage {
    f: Frame,
    form: Typed,
    id: BreachId,
    version: i32,
    reference: String,
    state: Badge,
    facts: Vec<(&'static str, String)>,
    text: String,
    may_withdraw: bool,
}

async fn page(app: &App, visitor: &Visitor, id: BreachId, done: &str, form: Typed) -> Result<BreachPage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    let breach = breaches::show::show(app, actor, id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let names = agents::names::names(app, actor, vec![breach.agent_id]).await.or_trouble(visitor)?;
    let people = [breach.recorded_by, breach.ended_by].into_iter().flatten().collect();
    let people = users::introduce::introduce(app, actor, people, Vec::new()).await.or_trouble(visitor)?;
    let by = |id: Option<_>, at| {
        id.map(|id| people.user(id))
            .filter(|name| !name.is_empty())
            .map_or_else(|| moment(at, zone), |name| format!("{name} · {}", moment(at, zone)))
    };
    let mut facts = vec![
        (f.t("Agent", "客服"), agent_name(&names, breach.agent_id)),
        (f.t("Happened", "发生日期"), breach.occurred_on.to_string()),
        (f.t("Month of the fine", "罚款周期"), breach.period.to_string()),
        (f.t("How often", "次数"), breach.occurrences.to_string()),
        (f.t("Recorded", "登记"), by(breach.recorded_by, breach.recorded_at)),
    ];
    if let Some(at) = breach.ended_at {
        facts.push((f.breach_state(breach.state).text, by(breach.ended_by, at)));
        facts.push((f.t("Because", "理由"), breach.reason.clone().unwrap_or_default()));
    }
    Ok(BreachPage {
        id,
        version: breach.version,
        state: f.breach_state(breach.state),
        facts,
        text: breach.body,
        may_withdraw: visitor.may(Action::ComplaintWrite) && breach.state == BreachState::Confirmed,
        reference: breach.reference,
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<BreachId>(&path)?;
    render(&page(&app, &visitor, id, at.get("done"), Typed::default()).await?)
}

async fn withdraw(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<BreachId>(&path)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let command = Withdrawal { reason: form.typed.get("reason").to_owned() };
    match breaches::withdraw::withdraw(&app, visitor.actor(), id, seen, command).await {
        Ok(_) => Ok(go(&format!("/decisions/breaches/{id}?done=withdrawn"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::BadRequest(), &page(&app, visitor, id, "", form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}
