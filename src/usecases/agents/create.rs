//! Notes a new agent.

use chrono::NaiveDate;

use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::agent::{Agent, AgentFacts, AgentInput};
use crate::domain::id::TeamId;
use crate::domain::membership::{ALWAYS, Membership, Move, move_to};
use crate::domain::period::local_day;

/// Stores a new agent in a team.
///
/// # Permissions
/// `people.write`; the team must be within reach.
///
/// # Errors
/// `Invalid` with the fields at fault; `Conflict` with code `employee_no_taken`.
pub async fn create(app: &App, actor: &Actor, input: AgentInput) -> Result<Agent> {
    let reach = actor.reach(Action::PeopleWrite)?;
    let facts = input.facts()?;
    app.write_once(actor, "agents.create", &input, {
        let input = input.clone();
        move |tx| {
            let team = db::teams::find(tx.conn, input.team_id, &reach)
                .map_err(|e| db::teams::or_invalid(e, "team_id", "there is no such team within your reach"))?;
            team.check_open("team_id")?;
            let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
            let from = input.team_from.unwrap_or(ALWAYS);
            move_to(&[], input.team_id, from, today, None).map_err(|refusal| rename(refusal, "team_from"))?;
            store(tx, &facts, input.team_id, from)
        }
    })
    .await
}

/// The same refusal with another name for the one field at fault.
pub(super) fn rename(refusal: Refusal, field: &str) -> Refusal {
    match refusal.faults.into_iter().next() {
        Some(fault) => Refusal::invalid(field, fault.message),
        None => Refusal { faults: Vec::new(), ..refusal },
    }
}

/// Stores a new agent with its first stay and its audit line, within a transaction.
pub(super) fn store(tx: &mut Tx<'_>, facts: &AgentFacts, team: TeamId, from: NaiveDate) -> Result<Agent> {
    let agent = Agent {
        id: tx.id(),
        employee_no: facts.employee_no.clone(),
        name: facts.name.clone(),
        email: facts.email.clone(),
        language: facts.language,
        team_id: team,
        left_on: facts.left_on,
        created_at: tx.now,
        version: 1,
    };
    db::agents::insert(tx, &agent)?;
    db::agents::store_move(tx, agent.id, Move::Adds(Membership { from, team }))?;
    tx.audit_new("agent.created", ("agent", &agent.id), &(&agent, Membership { from, team }))?;
    Ok(agent)
}
