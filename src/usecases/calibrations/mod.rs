//! Calibration (校准): several inspectors grade one conversation blind, to see how far they agree. It never touches a result.

pub mod close;
pub mod grade;
pub mod hand_out;
pub mod list;
pub mod report;
pub mod set;
pub mod show;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::calibrations::CalibrationRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::calibration::CalibrationState;
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::{CalibrationId, ConversationId, ScorecardVersionId, UserId};
use crate::domain::{Refusal, Refused};

/// A calibration session. While it is open, participants see nobody's grade but their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calibration {
    /// The session.
    pub id: CalibrationId,
    /// What it is called.
    pub name: String,
    /// The conversation that everybody grades.
    pub conversation_id: ConversationId,
    /// The scorecard version that it is graded with.
    pub scorecard_version_id: ScorecardVersionId,
    /// Who gives the reference grade; absent where there is none.
    pub reference_id: Option<UserId>,
    /// Until when, a local day.
    pub due_on: NaiveDate,
    /// How far it is.
    pub state: CalibrationState,
    /// Who set it.
    pub made_by: UserId,
    /// When.
    pub made_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Who grades, and whether they have.
    pub participants: BTreeMap<UserId, bool>,
    /// The grades that the caller may see: all of a closed session, else only the caller's own.
    pub grades: BTreeMap<UserId, AnswerSheet>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

/// Only those who may grade take part.
fn check_grades(actor: &Actor) -> Refused<()> {
    match (actor.may(Action::Grade), actor.may(Action::CalibrationRun)) {
        (Err(_), Err(_)) => Err(Refusal::forbidden("only those who may grade take part in a calibration")),
        _ => Ok(()),
    }
}

/// What somebody who grades in a session has handed in so far; not found for who does not grade in it.
fn own_sheet(conn: &mut AnyConnection, id: CalibrationId, who: UserId) -> Result<Option<AnswerSheet>> {
    let own = db::calibrations::sheets(conn, id)?.remove(&who);
    own.ok_or_else(|| Refusal::not_found("calibration session", id).into())
}

/// The session as somebody sees it.
fn view(conn: &mut AnyConnection, row: CalibrationRow, who: Option<UserId>) -> Result<Calibration> {
    let sheets = db::calibrations::sheets(conn, row.id)?;
    let shown = |user: &UserId| row.state == CalibrationState::Closed || who == Some(*user);
    Ok(Calibration {
        participants: sheets.iter().map(|(user, sheet)| (*user, sheet.is_some())).collect(),
        grades: sheets.into_iter().filter(|(user, _)| shown(user)).filter_map(|(user, sheet)| Some((user, sheet?))).collect(),
        id: row.id,
        name: row.name,
        conversation_id: row.conversation_id,
        scorecard_version_id: row.scorecard_version_id,
        reference_id: row.reference_id,
        due_on: row.due_on,
        state: row.state,
        made_by: row.made_by,
        made_at: row.made_at,
        closed_at: row.closed_at,
        version: row.version,
    })
}
