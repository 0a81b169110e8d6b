//! Shows every revision of an evaluation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::evaluation::{AnswerSheet, Grading};
use crate::domain::id::{EvaluationId, UserId};

/// A revision of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EvaluationRevision {
    /// Number, from 1.
    pub revision: i32,
    /// What was filled in.
    pub sheet: AnswerSheet,
    /// What it came to.
    pub grading: Grading,
    /// Why it was corrected; absent for the first.
    pub reason: Option<String>,
    /// Who made it.
    pub made_by: UserId,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

/// Every revision of an evaluation, the first one first.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where the caller may not see it.
pub async fn revisions(app: &App, actor: &Actor, id: EvaluationId) -> Result<Vec<EvaluationRevision>> {
    let reach = actor.reach(Action::EvaluationRead)?;
    app.read(move |conn| {
        db::views::evaluations::get(conn, &reach, id)?;
        let rows = db::evaluations::revisions(conn, id)?;
        Ok(rows
            .into_iter()
            .map(|row| EvaluationRevision {
                revision: row.revision,
                sheet: row.content.sheet,
                grading: row.content.grading,
                reason: row.reason,
                made_by: row.made_by,
                made_at: row.made_at,
            })
            .collect())
    })
    .await
}
