//! Claims a sample of one's own queue out of turn, or takes up again what one has begun.

use chrono::{DateTime, Duration, Utc};

use super::check_waiting;
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{SampleId, UserId};
use crate::domain::sampling::sample::SampleState;
use crate::usecases::queue::{HandedOut, hand_out};

/// Claims a waiting sample that is assigned to the caller, or renews the caller's claim of it, and hands it out.
///
/// # Permissions
/// `grading`, and the sample assigned to the caller.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is somebody else's; `Conflict` with code `already_submitted`, `sample_replaced` or `period_closed`.
pub async fn claim(app: &App, actor: &Actor, id: SampleId) -> Result<HandedOut> {
    actor.may(Action::Grade)?;
    let inspector = actor.person()?;
    let minutes = app.config.grading.claim_minutes;
    if holds_on(app, inspector, id).await? {
        return hand_out(app, actor, id).await;
    }
    app.write(actor, move |tx| {
        let row = db::samples::load(tx.conn, id)?;
        if row.inspector_id != Some(inspector) {
            return Err(Refusal::not_found("sample", id).into());
        }
        check_waiting(tx.conn, &row)?;
        hold(tx, id, minutes).map(drop)
    })
    .await?;
    hand_out(app, actor, id).await
}

/// Whether the sample is claimed by the inspector, and the claim has more than half of its time left: then there is nothing to write, and whoever
/// opens the page again need not wait for the disk.
async fn holds_on(app: &App, inspector: UserId, id: SampleId) -> Result<bool> {
    let half = Duration::minutes(i64::from(app.config.grading.claim_minutes / 2));
    let enough = app.clock.now().checked_add_signed(half);
    app.read(move |conn| {
        let row = db::samples::load(conn, id)?;
        let claimed = row.state == SampleState::Claimed && row.inspector_id == Some(inspector);
        if claimed {
            check_waiting(conn, &row)?;
        }
        Ok(claimed && row.claim_until > enough)
    })
    .await
}

/// Lets the claim of a sample begin now.
pub(crate) fn hold(tx: &mut Tx<'_>, id: SampleId, minutes: u32) -> Result<DateTime<Utc>> {
    let until = tx.now.checked_add_signed(Duration::minutes(i64::from(minutes))).unwrap_or(tx.now);
    db::samples::claim(tx, id, until)?;
    tx.audit_event("sample.claimed", ("sample", &id), &serde_json::json!({ "until": until }))?;
    Ok(until)
}
