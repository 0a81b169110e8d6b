//! Scorecards and their versions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{scorecard_versions, scorecards};
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::id::{ScorecardId, ScorecardVersionId};
use crate::domain::page::PageRequest;
use crate::domain::scorecard::{ScorecardContent, VersionState};

/// A scorecard as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = scorecards)]
pub struct ScorecardRow {
    /// The id.
    pub id: ScorecardId,
    /// Stable code.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// When it was created.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
}

/// A version without its content.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = scorecard_versions)]
pub struct VersionRow {
    /// The id.
    pub id: ScorecardVersionId,
    /// The scorecard.
    pub scorecard_id: ScorecardId,
    /// Number within the scorecard, from 1.
    pub number: i32,
    /// Where it stands.
    pub state: VersionState,
    /// Rises with each change of the draft.
    pub version: i32,
    /// When it was created.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
    /// When it was published.
    #[diesel(deserialize_as = OptionalAt)]
    pub published_at: Option<DateTime<Utc>>,
    /// When it was retired.
    #[diesel(deserialize_as = OptionalAt)]
    pub retired_at: Option<DateTime<Utc>>,
}

/// Stores a new scorecard.
///
/// # Errors
/// `Conflict` with code `scorecard_code_taken`.
pub fn insert(tx: &mut Tx<'_>, row: &ScorecardRow) -> Result<()> {
    diesel::insert_into(scorecards::table)
        .values((
            scorecards::id.eq(row.id),
            scorecards::code.eq(&row.code),
            scorecards::name_zh.eq(&row.name_zh),
            scorecards::name_en.eq(&row.name_en),
            scorecards::created_at.eq(At(row.created_at)),
        ))
        .execute(tx.conn)
        .map_err(|e| {
            Error::from(e).or_unique("scorecards_code_unique", "scorecards.code", || {
                Refusal::conflict("scorecard_code_taken", format!("there is already a scorecard `{}`", row.code))
            })
        })?;
    Ok(())
}

/// Stores a new draft version.
///
/// # Errors
/// What the database says.
pub fn insert_version(tx: &mut Tx<'_>, row: &VersionRow, content: &ScorecardContent) -> Result<()> {
    diesel::insert_into(scorecard_versions::table)
        .values((
            scorecard_versions::id.eq(row.id),
            scorecard_versions::scorecard_id.eq(row.scorecard_id),
            scorecard_versions::number.eq(row.number),
            scorecard_versions::state.eq(row.state),
            scorecard_versions::content.eq(to_json(content)?),
            scorecard_versions::version.eq(row.version),
            scorecard_versions::created_at.eq(At(row.created_at)),
            scorecard_versions::published_at.eq(row.published_at.map(At)),
            scorecard_versions::retired_at.eq(row.retired_at.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores the state of a version, and its content where one is given.
///
/// # Errors
/// What the database says.
pub fn update_version(tx: &mut Tx<'_>, row: &VersionRow, content: Option<&ScorecardContent>) -> Result<()> {
    let of_row = scorecard_versions::table.find(row.id);
    if let Some(content) = content {
        diesel::update(of_row).set(scorecard_versions::content.eq(to_json(content)?)).execute(tx.conn)?;
    }
    diesel::update(of_row)
        .set((
            scorecard_versions::state.eq(row.state),
            scorecard_versions::version.eq(row.version),
            scorecard_versions::published_at.eq(row.published_at.map(At)),
            scorecard_versions::retired_at.eq(row.retired_at.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The scorecard with this id.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, id: ScorecardId) -> Result<ScorecardRow> {
    scorecards::table
        .find(id)
        .select(ScorecardRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("scorecard", id).into())
}

/// The scorecard with this code, if there is one.
///
/// # Errors
/// What the database says.
pub fn by_code(conn: &mut AnyConnection, code: &str) -> Result<Option<ScorecardRow>> {
    Ok(scorecards::table.filter(scorecards::code.eq(code)).select(ScorecardRow::as_select()).first(conn).optional()?)
}

/// Scorecards by code, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, page: &PageRequest) -> Result<Vec<ScorecardRow>> {
    let mut query = scorecards::table.select(ScorecardRow::as_select()).order(scorecards::code).limit(page.fetch()).into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(scorecards::code.gt(after.key.clone()));
    }
    Ok(query.load(conn)?)
}

/// The versions of these scorecards, newest first.
///
/// # Errors
/// What the database says.
pub fn versions_of(conn: &mut AnyConnection, ids: &[ScorecardId]) -> Result<Vec<VersionRow>> {
    Ok(scorecard_versions::table
        .filter(scorecard_versions::scorecard_id.eq_any(ids.to_vec()))
        .order((scorecard_versions::scorecard_id, scorecard_versions::number.desc()))
        .select(VersionRow::as_select())
        .load(conn)?)
}

/// One version with its content.
///
/// # Errors
/// `NotFound`.
pub fn get_version(conn: &mut AnyConnection, scorecard: ScorecardId, number: i32) -> Result<(VersionRow, ScorecardContent)> {
    let (row, content) = scorecard_versions::table
        .filter(scorecard_versions::scorecard_id.eq(scorecard))
        .filter(scorecard_versions::number.eq(number))
        .select((VersionRow::as_select(), scorecard_versions::content))
        .first::<(VersionRow, String)>(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("scorecard version", number))?;
    Ok((row, from_json("scorecard_versions.content", &content)?))
}

/// The version with this id, with its content.
///
/// # Errors
/// `NotFound`.
pub fn get_version_by_id(conn: &mut AnyConnection, id: ScorecardVersionId) -> Result<(VersionRow, ScorecardContent)> {
    let (row, content) = scorecard_versions::table
        .find(id)
        .select((VersionRow::as_select(), scorecard_versions::content))
        .first::<(VersionRow, String)>(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("scorecard version", id))?;
    Ok((row, from_json("scorecard_versions.content", &content)?))
}
