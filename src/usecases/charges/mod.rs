//! What an agent is charged for besides evaluations: complaints and operating breaches (handbook 3.6, 3.9), each with what it costs and whether
//! it can be appealed against.

pub mod of_agent;
pub mod show;

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::breaches::Breach;
use crate::db::complaints::Complaint;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::appeal::{AppealState, Subject};
use crate::domain::breach::BreachState;
use crate::domain::complaint::{ComplaintLevel, ComplaintState};
use crate::domain::id::{AgentId, AppealId, ConversationId};
use crate::domain::money::Money;
use crate::domain::period::Period;
use crate::usecases::appeals::until::{AppealTime, time};
use crate::usecases::fines::post_for_source::posted;

/// A complaint or an operating breach as the agent and the lead see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Which one.
    pub subject: Subject,
    /// Whom it is about.
    pub agent_id: AgentId,
    /// The period that its fine belongs to.
    pub period: Period,
    /// The number under which the desk knows it.
    pub reference: String,
    /// The day on which it happened.
    pub occurred_on: NaiveDate,
    /// What it is.
    pub what: What,
    /// What the customer says, or what was done against the rules.
    pub text: String,
    /// Why it was decided so, where it was.
    pub reason: Option<String>,
    /// The conversation, where it is known.
    pub conversation_id: Option<ConversationId>,
    /// What it costs now, all lines of the ledger together; absent for who does not read the ledger.
    pub cost: Option<Money>,
    /// The appeal against it, where there is one that the caller may read.
    pub appeal: Option<(AppealId, AppealState)>,
    /// The time that an appeal has; absent where there is nothing to appeal against, or not for the caller.
    pub time: Option<AppealTime>,
}

/// What somebody is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A complaint: how far it is, and its level where it is upheld.
    Complaint(ComplaintState, Option<ComplaintLevel>),
    /// An operating breach: how far it is, and how often.
    Breach(BreachState, i32),
}

/// How far the caller sees what belongs to a charge.
#[derive(Debug, Clone)]
struct Sight {
    ledger: Option<Reach>,
    appeals: Option<Reach>,
    appealing: Option<Reach>,
    now: DateTime<Utc>,
}

impl Sight {
    fn of(actor: &Actor, now: DateTime<Utc>) -> Self {
        let reach = |action| actor.reach(action).ok();
        Self { ledger: reach(Action::LedgerRead), appeals: reach(Action::AppealRead), appealing: reach(Action::AppealSubmit), now }
    }
}

fn complaint(conn: &mut AnyConnection, row: Complaint, sight: &Sight) -> Result<Charge> {
    let known_at = row.status().check_appealable().is_ok().then(|| row.adjudicated_at.unwrap_or(row.recorded_at));
    let charge = Charge {
        subject: Subject::Complaint(row.id),
        agent_id: row.agent_id,
        period: row.period,
        reference: row.reference,
        occurred_on: row.occurred_on,
        what: What::Complaint(row.state, row.level),
        text: row.body,
        reason: row.reason,
        conversation_id: row.conversation_id,
        cost: None,
        appeal: None,
        time: None,
    };
    completed(conn, charge, &format!("complaint/{}", row.id), known_at, sight)
}

fn breach(conn: &mut AnyConnection, row: Breach, sight: &Sight) -> Result<Charge> {
    let known_at = row.status().check_standing().is_ok().then_some(row.recorded_at);
    let charge = Charge {
        subject: Subject::Breach(row.id),
        agent_id: row.agent_id,
        period: row.period,
        reference: row.reference,
        occurred_on: row.occurred_on,
        what: What::Breach(row.state, row.occurrences),
        text: row.body,
        reason: row.reason,
        conversation_id: None,
        cost: None,
        appeal: None,
        time: None,
    };
    completed(conn, charge, &format!("breach/{}", row.id), known_at, sight)
}

/// Adds what the ledger and the appeals say; `known_at` is there while the charge can be appealed against.
fn completed(conn: &mut AnyConnection, charge: Charge, key: &str, known_at: Option<DateTime<Utc>>, sight: &Sight) -> Result<Charge> {
    let mut within = |reach: &Option<Reach>| match reach {
        Some(reach) => db::ledger::agent_is_within(conn, reach, charge.agent_id),
        None => Ok(false),
    };
    let (ledger, reads, appeals) = (within(&sight.ledger)?, within(&sight.appeals)?, within(&sight.appealing)?);
    let cost = if ledger {
        let mut sum = Money::zero(db::organisation::load(conn)?.currency);
        for line in posted(conn, key)? {
            sum = sum.plus(line.amount)?;
        }
        Some(sum)
    } else {
        None
    };
    let made = db::appeals::about(conn, charge.subject)?.into_iter().find(|appeal| appeal.state != AppealState::Withdrawn);
    let time = match known_at.filter(|_| appeals && made.is_none()) {
        Some(known_at) => Some(time(conn, known_at, sight.now)?),
        None => None,
    };
    Ok(Charge { cost, appeal: made.filter(|_| reads).map(|appeal| (appeal.id, appeal.state)), time, ..charge })
}
