//! Shows an evaluation.

use super::{Evaluation, seen};
use crate::app::App;
use crate::db::Result;
use crate::domain::access::{Action, Actor};
use crate::domain::id::EvaluationId;

/// An evaluation with its items and violations.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where the caller may not see it.
pub async fn show(app: &App, actor: &Actor, id: EvaluationId) -> Result<Evaluation> {
    let reach = actor.reach(Action::EvaluationRead)?;
    app.read(move |conn| seen(conn, &reach, id)).await
}
