//! Records a complaint.

use chrono::NaiveDate;

use super::Complaint;
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::complaint::{ComplaintInput, ComplaintState};
use crate::domain::period::{Period, local_day};

/// Records a complaint; it costs nothing until it is adjudicated.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field at fault; `Conflict` with code `reference_taken`.
pub async fn record(app: &App, actor: &Actor, input: ComplaintInput) -> Result<Complaint> {
    let reach = actor.reach(Action::ComplaintWrite)?;
    app.write_once(actor, "complaints.record", &input.clone(), move |tx| {
        let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
        store(tx, &reach, input.clone().checked(today)?)
    })
    .await
}

/// Stores a checked complaint.
pub(super) fn store(tx: &mut Tx<'_>, reach: &Reach, input: ComplaintInput) -> Result<Complaint> {
    if !db::ledger::agent_is_within(tx.conn, reach, input.agent_id)? {
        return Err(Refusal::invalid("agent_id", format!("there is no agent {} within your reach", input.agent_id)).into());
    }
    if let Some(conversation) = input.conversation_id
        && db::complaints::agent_of(tx.conn, conversation)? != Some(input.agent_id)
    {
        return Err(Refusal::invalid("conversation_id", "is not a conversation of this agent").into());
    }
    let row = Complaint {
        id: tx.id(),
        reference: input.reference,
        agent_id: input.agent_id,
        conversation_id: input.conversation_id,
        occurred_on: input.occurred_on,
        period: period_of(input.occurred_on)?,
        body: input.text,
        state: ComplaintState::Recorded,
        level: None,
        reason: None,
        recorded_by: tx.actor.user,
        recorded_at: tx.now,
        adjudicated_by: None,
        adjudicated_at: None,
        version: 1,
    };
    db::complaints::insert(tx, &row)?;
    tx.audit_new("complaint.recorded", ("complaint", &row.id), &row)?;
    Ok(row)
}

/// The period of a day.
fn period_of(day: NaiveDate) -> Result<Period> {
    Ok(Period::of_day(day).map_err(|_| Refusal::invalid("occurred_on", "must lie in the years 2000 to 2999"))?)
}
