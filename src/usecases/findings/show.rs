//! Shows what was found in one evaluation.

use std::collections::HashMap;

use super::{EvaluationFindings, of_evaluation};
use crate::app::App;
use crate::db::{Result, views};
use crate::domain::access::{Action, Actor};
use crate::domain::id::EvaluationId;
use crate::usecases::conversations::plain;

/// An evaluation with what was found in it.
///
/// # Permissions
/// `evaluations.read`.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where the caller may not see it.
pub async fn show(app: &App, actor: &Actor, id: EvaluationId) -> Result<EvaluationFindings> {
    let reach = actor.reach(Action::EvaluationRead)?;
    let plain = plain::reach(actor);
    app.read(move |conn| {
        let summary = views::evaluations::get(conn, &reach, id)?;
        of_evaluation(conn, (&reach, plain.as_ref()), summary, &mut HashMap::new())
    })
    .await
}
