//! Moves an agent to another team from a day on. Where the agent was before stays known.

use chrono::NaiveDate;

use super::create::rename;
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::agent::{Agent, MoveInput};
use crate::domain::id::AgentId;
use crate::domain::membership::{Membership, Move, move_to, team_on};
use crate::domain::period::local_day;
use crate::domain::version;

/// Moves an agent, on the version that the caller last saw. A second move on the same day corrects the first; a move to where the agent is
/// changes nothing.
///
/// # Permissions
/// `people.write`; the agent and the new team must be within reach.
///
/// # Errors
/// `NotFound`, `Stale`; `Invalid` on `team_id`, also where the team is archived, or on `from`; `Conflict` with code `period_closed`.
pub async fn move_team(app: &App, actor: &Actor, id: AgentId, seen: i32, input: MoveInput) -> Result<Agent> {
    let reach = actor.reach(Action::PeopleWrite)?;
    app.write(actor, move |tx| {
        let agent = db::agents::find(tx.conn, id, &reach)?;
        version::check(seen, agent.version)?;
        let team = db::teams::find(tx.conn, input.team_id, &reach)
            .map_err(|e| db::teams::or_invalid(e, "team_id", "there is no such team within your reach"))?;
        let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
        let history = db::agents::history(tx.conn, id)?;
        let frozen = db::periods::frozen(tx.conn)?;
        let decision = move_to(&history, input.team_id, input.from.unwrap_or(today), today, frozen)?;
        if decision != Move::Unchanged {
            team.check_open("team_id")?;
        }
        store(tx, agent, &history, decision, today)
    })
    .await
}

/// Stores a move with its audit line, within a transaction; nothing where the agent is there already.
pub(super) fn store(tx: &mut Tx<'_>, before: Agent, history: &[Membership], decision: Move, today: NaiveDate) -> Result<Agent> {
    let mut after = history.to_vec();
    let was = match decision {
        Move::Unchanged => return Ok(before),
        Move::Adds(stay) => {
            after.push(stay);
            None
        }
        Move::Corrects { before, after: stay } => {
            after.retain(|other| other.from != stay.from);
            after.push(stay);
            Some(before)
        }
    };
    let stay = match decision {
        Move::Unchanged => return Ok(before),
        Move::Adds(stay) | Move::Corrects { after: stay, .. } => stay,
    };
    db::agents::store_move(tx, before.id, decision)?;
    let agent = Agent { team_id: team_on(&after, today).unwrap_or(stay.team), version: before.version.saturating_add(1), ..before };
    db::agents::update(tx, &agent)?;
    tx.audit("agent.moved", ("agent", &agent.id), was.as_ref(), Some(&stay), None)?;
    Ok(agent)
}

/// A refusal of a move as a file's columns name it.
pub(super) fn by_column(refusal: crate::domain::Refusal) -> crate::domain::Refusal {
    if refusal.faults.is_empty() { crate::domain::Refusal::invalid("team_from", refusal.message) } else { rename(refusal, "team_from") }
}
