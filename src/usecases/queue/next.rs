//! Hands out the inspector's next sample.

use super::{HandedOut, hand_out};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::SampleId;
use crate::usecases::samples::claim::hold;

/// Claims the caller's next sample, the earliest due first, and hands out all that is needed to grade it. `None` where nothing waits.
///
/// A sample is assigned to one inspector and claimed in a serialised transaction, so no two calls at the same time get the same one. A claim left alone
/// for `grading.claim_minutes` expires and the sample comes again; every saved draft prolongs it.
///
/// # Permissions
/// `grading`; samples assigned to the caller.
///
/// # Errors
/// `Forbidden`.
pub async fn next(app: &App, actor: &Actor) -> Result<Option<HandedOut>> {
    actor.may(Action::Grade)?;
    let inspector = actor.person()?;
    let minutes = app.config.grading.claim_minutes;
    let claimed: Option<SampleId> = app
        .write_once(actor, "queue.next", "", move |tx| {
            let Some(row) = db::samples::next_of(tx.conn, inspector, tx.now)? else { return Ok(None) };
            hold(tx, row.id, minutes)?;
            Ok(Some(row.id))
        })
        .await?;
    match claimed {
        Some(id) => hand_out(app, actor, id).await.map(Some),
        None => Ok(None),
    }
}
