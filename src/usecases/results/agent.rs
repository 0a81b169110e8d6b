//! Shows the result of one agent with the evaluations that it rests on.

use super::compute;
use crate::app::App;
use crate::db::results::Wanted;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::AgentId;
use crate::domain::period::{Period, local_day};
use crate::domain::results::report::AgentReport;

/// One agent's result in a period.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where the caller may not see it or the agent was not there; `Conflict` with code `no_pass_policy`.
pub async fn agent(app: &App, actor: &Actor, period: Period, agent: AgentId) -> Result<AgentReport> {
    let reach = actor.reach(Action::ResultRead)?;
    let wanted = Wanted { agent: Some(agent), ..Wanted::all(reach) };
    let now = app.clock.now();
    app.read(move |conn| {
        let frozen = db::results::is_frozen(conn, period)?;
        let found = if frozen {
            db::results::frozen_agents(conn, period, &wanted)?
        } else {
            let today = local_day(now, db::organisation::load(conn)?.zone);
            compute::agents(conn, period, today, &wanted)?
        };
        let result = found.into_iter().next().ok_or_else(|| Refusal::not_found("result of agent", format!("{agent} in {period}")))?;
        let rests_on = if frozen {
            db::results::frozen_rests_on(conn, period, agent)?
        } else {
            db::results::rests_on(conn, period, Some(agent))?.remove(&agent).unwrap_or_default()
        };
        Ok(AgentReport { result, rests_on })
    })
    .await
}
