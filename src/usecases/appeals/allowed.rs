//! What the caller may do with an appeal now.

use crate::db::appeals::AppealRow;
use crate::db::ledger::agent_is_within;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::allowed::{AppealAction, Facts, allowed as decide};
use crate::domain::appeal::{AppealState, AppealTerms, DeciderFacts, check_decider, check_second};

use super::{subject, subject_of};

/// Reads what the choice of a decider rests on.
pub(super) fn decider_facts(conn: &mut AnyConnection, row: &AppealRow) -> Result<DeciderFacts> {
    let concerned = db::concerned::of_agent(conn, row.agent_id)?;
    let colleagues = match concerned.team_id() {
        Some(team) => db::concerned::agents_of(conn, team)?,
        None => Vec::new(),
    };
    let found_by = subject::facts(conn, subject_of(row)?)?.found_by;
    let decided_by = db::appeals::decisions(conn, row.id)?.first().map(|decision| decision.decided_by);
    Ok(DeciderFacts { agent_id: row.agent_id, teams: concerned.teams, colleagues, found_by, made_by: row.made_by, decided_by })
}

/// What this person may do with the appeal at a moment.
pub(super) fn allowed(
    conn: &mut AnyConnection,
    actor: &Actor,
    row: &AppealRow,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<AppealAction>> {
    let may_submit = match actor.reach(Action::AppealSubmit) {
        Ok(reach) => agent_is_within(conn, &reach, row.agent_id)?,
        Err(_) => false,
    };
    let within = match actor.reach(Action::AppealDecide) {
        Ok(reach) => agent_is_within(conn, &reach, row.agent_id)?,
        Err(_) => false,
    };
    let may_decide = within && row.state.is_pending() && check_decider(actor, row.state, &decider_facts(conn, row)?).is_ok();
    let second_open = match row.state {
        AppealState::Decided => {
            let (terms, _) = db::settings::load::<AppealTerms>(conn)?;
            check_second(&db::settings::calendar(conn)?, terms, row.state, row.decided_at, now).is_ok()
        }
        AppealState::Open | AppealState::SecondInstance | AppealState::Final | AppealState::Withdrawn => false,
    };
    let made_it = match row.state {
        AppealState::SecondInstance => actor.user.is_some() && row.second_by == actor.user,
        AppealState::Open | AppealState::Decided | AppealState::Final | AppealState::Withdrawn => actor.user == Some(row.made_by),
    };
    Ok(decide(Facts { state: row.state, may_submit, made_it, may_decide, second_open }))
}
