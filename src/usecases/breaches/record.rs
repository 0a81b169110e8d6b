//! Records an operating breach; the ledger follows.

use super::{Breach, charge};
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::breach::{BreachInput, BreachState};
use crate::domain::period::{Period, local_day};
use crate::usecases::mail;

/// Records a breach and charges it by occurrence in the same transaction.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field at fault; `Conflict` with code `reference_taken`; `Busy` while the period is being closed.
pub async fn record(app: &App, actor: &Actor, input: BreachInput) -> Result<Breach> {
    let reach = actor.reach(Action::ComplaintWrite)?;
    app.write_once(actor, "breaches.record", &input.clone(), move |tx| {
        let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
        store(tx, &reach, input.clone().checked(today)?)
    })
    .await
}

/// Stores a checked breach, charges it and tells the agent.
pub(super) fn store(tx: &mut Tx<'_>, reach: &Reach, input: BreachInput) -> Result<Breach> {
    if !db::ledger::agent_is_within(tx.conn, reach, input.agent_id)? {
        return Err(Refusal::invalid("agent_id", format!("there is no agent {} within your reach", input.agent_id)).into());
    }
    let period = Period::of_day(input.occurred_on).map_err(|_| Refusal::invalid("occurred_on", "must lie in the years 2000 to 2999"))?;
    let row = Breach {
        id: tx.id(),
        reference: input.reference,
        agent_id: input.agent_id,
        occurred_on: input.occurred_on,
        period,
        occurrences: i32::try_from(input.occurrences).unwrap_or(i32::MAX),
        body: input.text,
        state: BreachState::Confirmed,
        recorded_by: tx.actor.user,
        recorded_at: tx.now,
        ended_by: None,
        ended_at: None,
        reason: None,
        version: 1,
    };
    db::breaches::insert(tx, &row)?;
    tx.audit_new("breach.recorded", ("breach", &row.id), &row)?;
    charge(tx, &row)?;
    mail::charges::breach(tx, &row)?;
    Ok(row)
}
