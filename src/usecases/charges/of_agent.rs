//! Lists what an agent is charged for in a month besides evaluations.

use super::{Charge, Sight, breach, complaint};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::AgentId;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::usecases::breaches::BreachFilter;
use crate::usecases::complaints::ComplaintFilter;

/// The complaints and operating breaches about an agent whose fines belong to a period, the earliest first.
///
/// # Permissions
/// `complaints.read`.
///
/// # Errors
/// `Forbidden`. What is out of reach is not in it.
pub async fn of_agent(app: &App, actor: &Actor, agent: AgentId, period: Period) -> Result<Vec<Charge>> {
    let reach = actor.reach(Action::ComplaintRead)?;
    let sight = Sight::of(actor, app.clock.now());
    app.read(move |conn| {
        let all = PageRequest { limit: PageRequest::MAX, after: None };
        let (agent_id, period) = (Some(agent), Some(period));
        let mut charges = Vec::new();
        for row in db::complaints::page(conn, &reach, &ComplaintFilter { agent_id, period, ..ComplaintFilter::default() }, &all)? {
            charges.push(complaint(conn, row, &sight)?);
        }
        for row in db::breaches::page(conn, &reach, &BreachFilter { agent_id, period, ..BreachFilter::default() }, &all)? {
            charges.push(breach(conn, row, &sight)?);
        }
        charges.sort_by(|a, b| (a.occurred_on, &a.reference).cmp(&(b.occurred_on, &b.reference)));
        Ok(charges)
    })
    .await
}
