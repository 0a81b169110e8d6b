//! Says how far a draw has come.

use super::draw::LEASE;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::id::DrawId;
use crate::domain::sampling::sample::DrawState;
use crate::usecases::sampling_plans::may_read;

/// How far a draw has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Whether population and result are fixed.
    pub done: bool,
    /// Whether some instance draws now. A draw that is neither done nor running broke off and waits for somebody to let it go on.
    pub running: bool,
    /// Agents that the plan looks at.
    pub agents: u64,
    /// Of them, those whose conversations were read and drawn from.
    pub agents_done: u64,
}

/// How far a draw has come. Says nothing of what was picked.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn progress(app: &App, actor: &Actor, id: DrawId) -> Result<Progress> {
    may_read(actor)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let draw = db::draws::load(conn, id)?;
        let agents_done = db::draw_agents::count(conn, id)?;
        if draw.state == DrawState::Drawn {
            return Ok(Progress { done: true, running: false, agents: agents_done, agents_done });
        }
        let agents = db::population::agents_of(conn, draw.period, &draw.plan.population.teams, &draw.plan.exclusions.agents)?;
        let agents = u64::try_from(agents.len()).unwrap_or(u64::MAX);
        Ok(Progress { done: false, running: db::leases::held(conn, LEASE, now)?, agents, agents_done })
    })
    .await
}
