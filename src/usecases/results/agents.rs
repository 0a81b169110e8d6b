//! Lists the results of agents.

use super::compute;
use crate::app::App;
use crate::db::results::Wanted;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::{TeamId, VendorId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::{Period, local_day};
use crate::domain::results::Verdict;
use crate::domain::results::report::AgentResult;

/// Which agents' results are wanted.
#[derive(Debug, Clone, Default)]
pub struct AgentResultFilter {
    /// Those who ended the period in this team or below it.
    pub team: Option<TeamId>,
    /// Those who ended the period with this vendor.
    pub vendor: Option<VendorId>,
    /// Those with this verdict.
    pub verdict: Option<Verdict>,
    /// Those who are effective, or those who are not.
    pub effective: Option<bool>,
}

/// The results of the agents that the caller may see, by employee number, one page: agents see their own, leads their teams'.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `no_pass_policy`.
pub async fn agents(app: &App, actor: &Actor, period: Period, filter: AgentResultFilter, page: PageRequest) -> Result<Page<AgentResult>> {
    let all = all(app, actor, period, filter).await?;
    let after = page.after.as_ref();
    let rest = all.into_iter().filter(|it| after.is_none_or(|seen| (&it.employee_no, it.agent_id.0) > (&seen.key, seen.id)));
    let rows = rest.take(usize::try_from(page.fetch()).unwrap_or(usize::MAX)).collect();
    Ok(page.page(rows, |it| (it.employee_no.clone(), it.agent_id.0)))
}

/// The same, all of them at once.
///
/// # Errors
/// Those of [`agents`].
pub async fn all(app: &App, actor: &Actor, period: Period, filter: AgentResultFilter) -> Result<Vec<AgentResult>> {
    let reach = actor.reach(Action::ResultRead)?;
    let wanted = Wanted { reach, agent: None, team: filter.team, vendor: filter.vendor };
    let now = app.clock.now();
    let mut results = app
        .read(move |conn| {
            if db::results::is_frozen(conn, period)? {
                db::results::frozen_agents(conn, period, &wanted)
            } else {
                let today = local_day(now, db::organisation::load(conn)?.zone);
                compute::agents(conn, period, today, &wanted)
            }
        })
        .await?;
    let is = |it: &AgentResult| {
        filter.verdict.is_none_or(|verdict| it.verdict == verdict) && filter.effective.is_none_or(|effective| it.effective == effective)
    };
    results.retain(is);
    // One order on every database, whatever its collation.
    results.sort_by(|a, b| (&a.employee_no, a.agent_id).cmp(&(&b.employee_no, b.agent_id)));
    Ok(results)
}
