//! Shows a sample.

use super::{Look, Sample, seen};
use crate::app::App;
use crate::db::Result;
use crate::domain::access::{Action, Actor};
use crate::domain::id::SampleId;

/// One sample: inspectors see their own, QA managers those in reach.
///
/// # Permissions
/// `sampling.read`.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show(app: &App, actor: &Actor, id: SampleId) -> Result<Sample> {
    let reach = actor.reach(Action::SamplingRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let look = Look::new(conn, &reach, now)?;
        seen(conn, look, id)
    })
    .await
}
