//! A line by hand: a reward, operating breaches or an adjustment, by those who may.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::form::{Form, Typed};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::agent::AgentFilter;
use crate::domain::id::LedgerEntryId;
use crate::domain::manual_entry::{ManualEntryInput, ManualKind};
use crate::domain::money::{Currency, Money};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::refusal::Faults;
use crate::domain::reward::RewardKind;
use crate::domain::{Refusal, Refused};
use crate::usecases::{Error, agents, ledger, organisation};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/months/{period}/entry", web::get().to(show)).route("/months/{period}/entry", web::post().to(post));
}

#[derive(Template)]
#[template(path = "manual_entry.html")]
struct EntryPage {
    f: Frame,
    form: Typed,
    period: Period,
    currency: Currency,
    rewards: Vec<(&'static str, &'static str)>,
    others: Vec<String>,
}

/// The fields of the form.
const FIELDS: [&str; 8] = ["employee_no", "kind", "amount", "reward", "occurrences", "reason", "original_id", "period"];

fn page(visitor: &Visitor, period: Period, currency: Currency, form: Typed) -> EntryPage {
    let f = visitor.frame.clone();
    let rewards = RewardKind::ALL.iter().map(|kind| (kind.as_str(), f.reward(*kind))).collect();
    EntryPage { others: form.other_faults(&FIELDS).into_iter().map(str::to_owned).collect(), rewards, form, period, currency, f }
}

async fn show(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let refused = |r: Refusal| Trouble::new(visitor.frame.clone(), r);
    visitor.actor().may(Action::LedgerWrite).map_err(refused)?;
    let period: Period = visitor.place(&path)?;
    let currency = organisation::period::currency(&app).await.map_err(trouble)?;
    let at = Address::of(&request);
    let form = Typed::showing([
        ("kind", "manual".to_owned()),
        ("employee_no", at.get("employee_no").to_owned()),
        ("original_id", at.get("original").to_owned()),
    ]);
    render(&page(&visitor, period, currency, form))
}

/// What was typed, as far as it can be read; the agent by the employee number.
async fn read(app: &App, visitor: &Visitor, period: Period, currency: Currency, typed: &Typed) -> Result<ManualEntryInput, Error> {
    let mut faults = Faults::new();
    let kind: Option<ManualKind> = faults.take(typed.get("kind").parse());
    let reward = optional(typed, "reward", &mut faults, |text| text.parse::<RewardKind>());
    let original_id = optional(typed, "original_id", &mut faults, |text| text.parse::<LedgerEntryId>());
    let amount = optional(typed, "amount", &mut faults, |text| Money::read(text, currency));
    let number = |text: &str| text.parse::<u32>().map_err(|_| Refusal::invalid("occurrences", "must be a whole number"));
    let occurrences = optional(typed, "occurrences", &mut faults, number);
    let wanted = typed.get("employee_no").trim().to_owned();
    let filter = AgentFilter { employee_no: Some(wanted.clone()), ..AgentFilter::default() };
    let found = agents::list::list(app, visitor.actor(), filter, PageRequest { limit: 1, after: None }).await?;
    let agent = found.items.first().map(|agent| agent.id);
    if wanted.is_empty() {
        faults.push("employee_no", "must not be empty");
    } else if agent.is_none() {
        faults.push("employee_no", format!("there is no agent with the employee number `{wanted}` within your reach"));
    }
    faults.finish()?;
    let (Some(agent_id), Some(kind)) = (agent, kind) else { return Err(Refusal::invalid("", "the form is incomplete").into()) };
    Ok(ManualEntryInput {
        agent_id,
        kind,
        period: Some(period),
        amount_minor: amount.map(|money| money.amount_minor),
        reward,
        occurrences,
        original_id,
        reason: typed.get("reason").to_owned(),
    })
}

fn optional<T>(typed: &Typed, field: &str, faults: &mut Faults, read: impl Fn(&str) -> Refused<T>) -> Option<T> {
    let text = typed.filled(field)?;
    match read(text) {
        Ok(value) => Some(value),
        Err(refusal) => {
            faults.push(field, refusal.faults.first().map_or_else(|| refusal.message.clone(), |fault| fault.message.clone()));
            None
        }
    }
}

async fn post(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let period: Period = visitor.place(&path)?;
    visitor.actor().may(Action::LedgerWrite).map_err(|r| Trouble::new(visitor.frame.clone(), r))?;
    let currency = organisation::period::currency(&app).await.map_err(trouble)?;
    let done = match read(&app, visitor, period, currency, &form.typed).await {
        Ok(input) => ledger::post_manual::post_manual(&app, visitor.actor(), input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(entry) => Ok(go(&format!("/months/{}?done=posted&line={}", entry.period, entry.id))),
        Err(Error::Refused(refusal)) => {
            let mut refusal = refusal;
            for fault in &mut refusal.faults {
                // The form has one field for the amount and asks for the agent by number.
                match fault.field.as_str() {
                    "amount_minor" => fault.field = "amount".to_owned(),
                    "agent_id" => fault.field = "employee_no".to_owned(),
                    _ => {}
                }
            }
            let typed = form.typed.clone().refused(&visitor.frame, &refusal);
            render_as(HttpResponse::BadRequest(), &page(visitor, period, currency, typed))
        }
        Err(error) => Err(trouble(error)),
    }
}
