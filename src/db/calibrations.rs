//! Calibration sessions and the grades in them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::schema::{calibration_grades, calibrations, conversations, scorecard_versions};
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::calibration::{CalibrationState, SessionGrades, marks};
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::{CalibrationId, ConversationId, ScorecardVersionId, UserId};
use crate::domain::page::PageRequest;
use crate::domain::scorecard::ScorecardContent;

/// A session as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = calibrations)]
pub struct CalibrationRow {
    /// The id.
    pub id: CalibrationId,
    /// What it is called.
    pub name: String,
    /// The conversation that everybody grades.
    pub conversation_id: ConversationId,
    /// The scorecard version that it is graded with.
    pub scorecard_version_id: ScorecardVersionId,
    /// Who gives the reference grade.
    pub reference_id: Option<UserId>,
    /// Until when.
    pub due_on: NaiveDate,
    /// How far it is.
    pub state: CalibrationState,
    /// Who set it.
    pub made_by: UserId,
    /// When.
    #[diesel(deserialize_as = At)]
    pub made_at: DateTime<Utc>,
    /// When it was closed.
    #[diesel(deserialize_as = OptionalAt)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Rises with each change.
    pub version: i32,
}

/// Stores a new session with those who grade in it.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, row: &CalibrationRow, people: &[UserId]) -> Result<()> {
    diesel::insert_into(calibrations::table)
        .values((
            calibrations::id.eq(row.id),
            calibrations::name.eq(&row.name),
            calibrations::conversation_id.eq(row.conversation_id),
            calibrations::scorecard_version_id.eq(row.scorecard_version_id),
            calibrations::reference_id.eq(row.reference_id),
            calibrations::due_on.eq(row.due_on),
            calibrations::state.eq(row.state),
            calibrations::made_by.eq(row.made_by),
            calibrations::made_at.eq(At(row.made_at)),
            calibrations::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    for person in people {
        diesel::insert_into(calibration_grades::table)
            .values((calibration_grades::calibration_id.eq(row.id), calibration_grades::user_id.eq(*person)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Closes a session; its version rises.
///
/// # Errors
/// What the database says.
pub fn close(tx: &mut Tx<'_>, row: &mut CalibrationRow) -> Result<()> {
    row.version = row.version.saturating_add(1);
    (row.state, row.closed_at) = (CalibrationState::Closed, Some(tx.now));
    diesel::update(calibrations::table.find(row.id))
        .set((calibrations::state.eq(row.state), calibrations::closed_at.eq(row.closed_at.map(At)), calibrations::version.eq(row.version)))
        .execute(tx.conn)?;
    Ok(())
}

type Boxed = diesel::helper_types::IntoBoxed<'static, calibrations::table, MultiBackend>;

/// All for who sees the whole centre, else those that the actor grades in.
fn within(reach: &Reach) -> Boxed {
    let query = calibrations::table.into_boxed();
    if reach.all {
        return query;
    }
    let own = calibration_grades::table.filter(calibration_grades::user_id.eq_any(reach.user));
    query.filter(calibrations::id.eq_any(own.select(calibration_grades::calibration_id)))
}

/// The session with this id, if it is within reach.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, reach: &Reach, id: CalibrationId) -> Result<CalibrationRow> {
    within(reach)
        .filter(calibrations::id.eq(id))
        .select(CalibrationRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("calibration session", id).into())
}

/// Sessions within reach, the newest first, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, state: Option<CalibrationState>, page: &PageRequest) -> Result<Vec<CalibrationRow>> {
    let mut query = within(reach).order(calibrations::id.desc()).limit(page.fetch());
    if let Some(state) = state {
        query = query.filter(calibrations::state.eq(state));
    }
    if let Some(after) = &page.after {
        query = query.filter(calibrations::id.lt(CalibrationId(after.id)));
    }
    Ok(query.select(CalibrationRow::as_select()).load(conn)?)
}

/// Who grades in a session, with the sheet of who has.
///
/// # Errors
/// What the database says.
pub fn sheets(conn: &mut AnyConnection, id: CalibrationId) -> Result<BTreeMap<UserId, Option<AnswerSheet>>> {
    let rows: Vec<(UserId, Option<String>)> = calibration_grades::table
        .filter(calibration_grades::calibration_id.eq(id))
        .select((calibration_grades::user_id, calibration_grades::sheet))
        .load(conn)?;
    rows.into_iter()
        .map(|(user, sheet)| Ok((user, sheet.as_deref().map(|text| from_json("calibration_grades.sheet", text)).transpose()?)))
        .collect()
}

/// Stores a grade, in place of one handed in before.
///
/// # Errors
/// What the database says.
pub fn store_sheet(tx: &mut Tx<'_>, id: CalibrationId, user: UserId, sheet: &AnswerSheet) -> Result<()> {
    diesel::update(calibration_grades::table.find((id, user)))
        .set((calibration_grades::sheet.eq(to_json(sheet)?), calibration_grades::graded_at.eq(tx.at())))
        .execute(tx.conn)?;
    Ok(())
}

/// The marks of a session; who gives the reference grade is not one of the participants.
///
/// # Errors
/// What the database says.
pub fn grades(conn: &mut AnyConnection, row: &CalibrationRow) -> Result<SessionGrades> {
    let mut graded: BTreeMap<_, _> = sheets(conn, row.id)?.into_iter().filter_map(|(user, sheet)| Some((user, marks(&sheet?)))).collect();
    let reference = row.reference_id.and_then(|user| graded.remove(&user));
    Ok(SessionGrades { id: row.id, grades: graded, reference })
}

/// What a scorecard version asks.
///
/// # Errors
/// What the database says.
pub fn content(conn: &mut AnyConnection, version: ScorecardVersionId) -> Result<Option<ScorecardContent>> {
    let content: Option<String> = scorecard_versions::table.find(version).select(scorecard_versions::content).first(conn).optional()?;
    content.map(|text| from_json("scorecard_versions.content", &text)).transpose()
}

/// How many lines the transcript of a conversation has, and how long it is in milliseconds.
///
/// # Errors
/// What the database says.
pub fn conversation(conn: &mut AnyConnection, id: ConversationId) -> Result<Option<(i32, i64)>> {
    Ok(conversations::table.find(id).select((conversations::lines, conversations::duration_ms)).first(conn).optional()?)
}
