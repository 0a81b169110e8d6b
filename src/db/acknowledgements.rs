//! Which revisions of evaluations their agents have read.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::evaluation_acknowledgements;
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::id::{EvaluationId, UserId};

/// When a revision was acknowledged, if it was.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, evaluation: EvaluationId, revision: i32) -> Result<Option<DateTime<Utc>>> {
    let at: Option<At> = evaluation_acknowledgements::table
        .find((evaluation, revision))
        .select(evaluation_acknowledgements::acknowledged_at)
        .first(conn)
        .optional()?;
    Ok(at.map(|At(at)| at))
}

/// Notes that a revision was read.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, evaluation: EvaluationId, revision: i32, user: UserId) -> Result<()> {
    diesel::insert_into(evaluation_acknowledgements::table)
        .values((
            evaluation_acknowledgements::evaluation_id.eq(evaluation),
            evaluation_acknowledgements::revision.eq(revision),
            evaluation_acknowledgements::user_id.eq(user),
            evaluation_acknowledgements::acknowledged_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    Ok(())
}
