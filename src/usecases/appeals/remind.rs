//! Reminds the deciders of appeals that are due soon, and says when one is overdue. Run by the clock, not by people.

use chrono::Duration;

use super::letters;
use crate::app::App;
use crate::db::appeals::AppealRow;
use crate::db::{self, Result, Tx};
use crate::domain::access::Actor;

/// How long before the end of its time a decision is called to mind.
const BEFORE: Duration = Duration::hours(24);

/// How many appeals one round takes.
const AT_A_TIME: i64 = 200;

/// Writes to the deciders once before an appeal's time is up and once after; gives how many letters' worth there were.
///
/// # Errors
/// What the database says.
pub async fn remind(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let soon = now.checked_add_signed(BEFORE).unwrap_or(now);
    let waiting = app.read(move |conn| db::appeals::to_remind(conn, now, soon, AT_A_TIME)).await?;
    let mut told = 0_usize;
    for row in waiting {
        if app.write(&Actor::service(), move |tx| step(tx, row.clone())).await? {
            told = told.saturating_add(1);
        }
    }
    Ok(told)
}

fn step(tx: &mut Tx<'_>, row: AppealRow) -> Result<bool> {
    // Another instance may have been faster, or somebody may have decided meanwhile.
    let Some(mut row) = db::appeals::find(tx.conn, row.id)?.filter(|row| row.state.is_pending()) else { return Ok(false) };
    if row.due_at <= tx.now && row.overdue_at.is_none() {
        row.overdue_at = Some(tx.now);
        db::appeals::update(tx, &mut row)?;
        tx.audit_event("appeal.overdue", ("appeal", &row.id), &serde_json::json!({ "due_at": row.due_at }))?;
        letters::overdue(tx, &row)?;
    } else if row.due_at > tx.now && row.reminded_at.is_none() {
        row.reminded_at = Some(tx.now);
        db::appeals::update(tx, &mut row)?;
        letters::due(tx, &row)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}
