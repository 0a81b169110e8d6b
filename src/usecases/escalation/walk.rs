//! Walks the cases whose time is up to their next level. Run by the clock, not by people.

use super::{letters, tell};
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::Actor;
use crate::domain::escalation::{EventKind, advance};
use crate::domain::id::EscalationId;

/// How many cases one round takes.
const AT_A_TIME: i64 = 200;

/// Takes every case whose time is up one step further; gives how many there were. Each case is a transaction of its own, so several
/// instances may walk at once: who comes second finds nothing to do.
///
/// # Errors
/// What the database says.
pub async fn walk(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let due = app.read(move |conn| db::escalations::due(conn, now, AT_A_TIME)).await?;
    let mut walked = 0_usize;
    for case in due {
        if app.write(&Actor::service(), move |tx| step(tx, case)).await? {
            walked = walked.saturating_add(1);
        }
    }
    Ok(walked)
}

fn step(tx: &mut Tx<'_>, case: EscalationId) -> Result<bool> {
    let Some(mut row) = db::escalations::find(tx.conn, case)? else { return Ok(false) };
    let (levels, calendar) = (row.chain()?, db::settings::calendar(tx.conn)?);
    let Some((status, event)) = advance(&row.status()?, &levels, &calendar, tx.now) else { return Ok(false) };
    row.set(&status)?;
    db::escalations::update(tx, &mut row)?;
    db::escalation_history::add(tx, case, event, row.level, Some("not acknowledged in time"))?;
    tx.audit_event("escalation.raised", ("escalation", &case), &serde_json::json!({ "level": row.level, "event": event }))?;
    letters::announce(tx, &row, event)?;
    let concerned = db::concerned::of_agent(tx.conn, row.agent_id)?;
    if event == EventKind::ChainExhausted {
        tell::everybody(tx, &row, &concerned)?;
    } else {
        tell::level(tx, &mut row, &concerned, &calendar, event)?;
    }
    Ok(true)
}
