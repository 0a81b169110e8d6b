//! What is decided after the grade: appeals, where two inspectors disagree, complaints, operating breaches, calibration, and the rules of it all.

pub mod appeal;
pub mod appeals;
pub mod breaches;
pub mod calibrations;
pub mod complaints;
mod desk;
pub mod regrades;
pub mod terms;
pub mod terms_fields;

use actix_web::web;
use chrono::NaiveDate;

use super::address::Address;
use super::hear::clock;
use super::page::{Frame, Visitor};
use super::pieces::OrTrouble;
use super::reading::Reading;
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::evidence::{Evidence, Sounding};
use crate::domain::id::{AgentId, ConversationId};
use crate::domain::page::PageRequest;
use crate::usecases::agents;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    appeals::routes(config);
    appeal::routes(config);
    breaches::routes(config);
    calibrations::routes(config);
    complaints::routes(config);
    regrades::routes(config);
    terms::routes(config);
}

/// Everything in one page, for lists that are never long.
const WHOLE: PageRequest = PageRequest { limit: 10_000, after: None };

/// The agent whose number a list is narrowed to, else the one whose id is; nobody where there is no such agent within reach.
async fn wanted_agent(app: &App, visitor: &Visitor, at: &Address) -> Result<Option<AgentId>, Trouble> {
    let Some(number) = at.filled("number") else { return Ok(at.read("agent")) };
    let found = agents::names::numbered(app, visitor.actor(), vec![number.to_owned()]).await.or_trouble(visitor)?;
    Ok(Some(found.get(number).copied().unwrap_or(AgentId(uuid::Uuid::nil()))))
}

/// Whom and when the desk records something about, read from its form: the agent by employee number, and a day that must be there.
async fn agent_and_day(app: &App, visitor: &Visitor, from: &mut Reading<'_>) -> Result<(Option<AgentId>, Option<NaiveDate>), Trouble> {
    let number = from.text("agent").trim().to_owned();
    let agent = agents::names::numbered(app, visitor.actor(), vec![number.clone()]).await.or_trouble(visitor)?.remove(&number);
    if number.is_empty() {
        from.fault("agent", "must not be empty");
    } else if agent.is_none() {
        from.fault("agent", format!("there is no agent `{number}` within your reach"));
    }
    if from.optional("occurred_on").is_none() {
        from.fault("occurred_on", "must not be empty");
    }
    Ok((agent, from.day("occurred_on")))
}

/// One click to the second of the recording, or to the lines.
struct EvidenceLink {
    href: String,
    text: String,
}

/// Where evidence leads to; `recordings` are those of its conversation.
fn evidence(f: &Frame, conversation: ConversationId, evidence: &[Evidence], recordings: &[Sounding]) -> Vec<EvidenceLink> {
    let link = |piece: &Evidence| match piece {
        Evidence::Lines { first, last } => EvidenceLink {
            href: format!("/conversations/{conversation}?lines={first}-{last}#line-{first}"),
            text: if first == last {
                format!("{} {first}{}", f.t("line", "第"), f.t("", " 行"))
            } else {
                format!("{} {first}–{last}{}", f.t("lines", "第"), f.t("", " 行"))
            },
        },
        Evidence::Span { .. } => {
            let (from, to) = piece.on_the_clock(recordings).unwrap_or_default();
            EvidenceLink { href: format!("/conversations/{conversation}?at={from}"), text: format!("{}–{}", clock(from), clock(to)) }
        }
    };
    evidence.iter().map(link).collect()
}
