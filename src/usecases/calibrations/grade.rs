//! Hands a grade in for a calibration session.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Calibration, view};
use crate::app::App;
use crate::db::views::grading;
use crate::db::{self, Error, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::evaluation::{AnswerSheet, Basis, grade as graded};
use crate::domain::id::CalibrationId;

/// A grade for a calibration session.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrationGrade {
    /// The complete answer sheet.
    pub sheet: AnswerSheet,
}

/// Hands the own grade in, or again while the session is open. It is seen by nobody else before the session is closed, and touches no result.
///
/// # Errors
/// `Forbidden`; `NotFound`, also for who does not grade in it; `Invalid` with all faults of the sheet; `Conflict` with code
/// `calibration_closed`.
pub async fn grade(app: &App, actor: &Actor, id: CalibrationId, command: CalibrationGrade) -> Result<Calibration> {
    let reach = actor.reach(Action::CalibrationRead)?;
    let who = actor.person()?;
    super::check_grades(actor)?;
    app.write(actor, move |tx| {
        let row = db::calibrations::get(tx.conn, &reach, id)?;
        row.state.check_open()?;
        super::own_sheet(tx.conn, id, who)?;
        let damaged = || Error::Damaged(format!("calibration {id} has no scorecard or no conversation"));
        let content = db::calibrations::content(tx.conn, row.scorecard_version_id)?.ok_or_else(damaged)?;
        let (lines, duration) = db::calibrations::conversation(tx.conn, row.conversation_id)?.ok_or_else(damaged)?;
        let material = grading::offered(tx.conn, row.conversation_id, lines, duration)?;
        let catalogue = db::violation_types::all(tx.conn)?;
        let types = catalogue.iter().filter(|(_, it)| it.active).map(|(code, it)| (code.clone(), it.rules())).collect();
        graded(&command.sheet, Basis { content: &content, types: &types, material: &material })
            .map_err(|refusal| refusal.within("sheet"))?;
        db::calibrations::store_sheet(tx, id, who, &command.sheet.clone().normalised())?;
        tx.audit_event("calibration.graded", ("calibration", &id), &serde_json::json!({}))?;
        view(tx.conn, row, Some(who))
    })
    .await
}
