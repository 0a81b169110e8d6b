//! What the figures about appeals rest on.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{appeal_points, appeals};
use super::scope;
use super::sql_types::{At, OptionalAt};
use crate::domain::access::Reach;
use crate::domain::appeal::{AppealState, PointOutcome};
use crate::domain::id::UserId;
use crate::domain::period::Period;

/// A point that was made and not taken back.
#[derive(Debug, Clone, Queryable)]
pub struct FigureRow {
    /// Who made the finding.
    pub found_by: Option<UserId>,
    /// The item.
    pub item_code: Option<String>,
    /// The violation's type.
    pub type_code: Option<String>,
    /// What became of it last.
    pub outcome: Option<PointOutcome>,
}

/// An appeal that was not taken back.
#[derive(Debug, Clone, Queryable)]
pub struct DecidedRow {
    /// How far it is.
    pub state: AppealState,
    /// When it was made.
    #[diesel(deserialize_as = At)]
    pub made_at: DateTime<Utc>,
    /// When it was decided last.
    #[diesel(deserialize_as = OptionalAt)]
    pub decided_at: Option<DateTime<Utc>>,
}

/// Every point of the appeals within reach.
///
/// # Errors
/// What the database says.
pub fn points(conn: &mut AnyConnection, reach: &Reach, period: Option<Period>) -> Result<Vec<FigureRow>> {
    let mut query = appeal_points::table
        .inner_join(appeals::table)
        .filter(appeals::state.ne(AppealState::Withdrawn))
        .filter(scope::agents(appeals::agent_id, reach))
        .select((appeal_points::found_by, appeal_points::item_code, appeal_points::type_code, appeal_points::outcome))
        .into_boxed();
    if let Some(period) = period {
        query = query.filter(appeals::period.eq(period));
    }
    Ok(query.load(conn)?)
}

/// The appeals within reach.
///
/// # Errors
/// What the database says.
pub fn appeals(conn: &mut AnyConnection, reach: &Reach, period: Option<Period>) -> Result<Vec<DecidedRow>> {
    let mut query = appeals::table
        .filter(appeals::state.ne(AppealState::Withdrawn))
        .filter(scope::agents(appeals::agent_id, reach))
        .select((appeals::state, appeals::made_at, appeals::decided_at))
        .into_boxed();
    if let Some(period) = period {
        query = query.filter(appeals::period.eq(period));
    }
    Ok(query.load(conn)?)
}
