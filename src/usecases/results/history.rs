//! How one agent's results went over the periods.

use super::compute;
use super::trend::PERIODS;
use crate::app::App;
use crate::db::results::Wanted;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::AgentId;
use crate::domain::period::{Period, local_day};
use crate::domain::results::report::AgentResult;

/// The results of an agent in the periods up to one, the earliest first, as far as the caller may see them; periods without any are left
/// out.
///
/// # Permissions
/// `results.read`.
///
/// # Errors
/// `Forbidden`.
pub async fn history(app: &App, actor: &Actor, agent: AgentId, until: Period) -> Result<Vec<AgentResult>> {
    let reach = actor.reach(Action::ResultRead)?;
    let wanted = Wanted { agent: Some(agent), ..Wanted::all(reach) };
    let now = app.clock.now();
    app.read(move |conn| {
        let today = local_day(now, db::organisation::load(conn)?.zone);
        let (mut period, mut results) = (until, Vec::new());
        for _ in 0..PERIODS {
            if db::results::is_frozen(conn, period)? {
                results.extend(db::results::frozen_agents(conn, period, &wanted)?);
            } else if db::results::is_graded(conn, period)? && db::pass_policies::find_in_force(conn, period)?.is_some() {
                results.extend(compute::agents(conn, period, today, &wanted)?);
            }
            period = period.previous();
        }
        results.reverse();
        Ok(results)
    })
    .await
}
