//! Violations of evaluations.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::evaluations::EvaluationRow;
use super::schema::violations;
use super::sql_types::At;
use super::tx::{Tx, to_json};
use super::violation_types::ViolationTypeRow;
use crate::domain::evaluation::GradedViolation;
use crate::domain::id::{EvaluationId, ViolationId};
use crate::domain::violation::ViolationState;

/// The standing violations of an evaluation: their ids by the code of their type.
///
/// # Errors
/// What the database says.
pub fn standing(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<BTreeMap<String, ViolationId>> {
    let rows: Vec<(String, ViolationId)> = violations::table
        .filter(violations::evaluation_id.eq(evaluation))
        .filter(violations::state.eq(ViolationState::Confirmed))
        .select((violations::type_code, violations::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Stores a violation of an evaluation; gives its id.
///
/// # Errors
/// `Damaged` where its type is not among `types`; else what the database says.
pub fn insert(
    tx: &mut Tx<'_>,
    evaluation: &EvaluationRow,
    graded: &GradedViolation,
    types: &BTreeMap<String, ViolationTypeRow>,
) -> Result<ViolationId> {
    let id = tx.id::<ViolationId>();
    let of_type = types
        .get(&graded.violation_type)
        .ok_or_else(|| Error::Damaged(format!("violation type `{}` is not in the catalogue", graded.violation_type)))?;
    natively!(
        tx.conn,
        execute,
        diesel::insert_into(violations::table).values((
            violations::id.eq(id),
            violations::evaluation_id.eq(evaluation.id),
            violations::conversation_id.eq(evaluation.conversation_id),
            violations::agent_id.eq(evaluation.agent_id),
            violations::period.eq(evaluation.period),
            violations::type_id.eq(of_type.id),
            violations::type_code.eq(&graded.violation_type),
            violations::class.eq(graded.class),
            violations::error_kind.eq(graded.kind),
            violations::red_line.eq(graded.red_line),
            violations::item_code.eq(graded.item.as_deref()),
            violations::occurrences.eq(occurrences(graded)),
            violations::money_lost.eq(graded.money_lost),
            violations::comment.eq(&graded.comment),
            violations::evidence.eq(to_json(&graded.evidence)?),
            violations::state.eq(ViolationState::Confirmed),
            violations::created_at.eq(At(tx.now)),
        ))
    )?;
    Ok(id)
}

/// Stores what a correction changed of a violation that still stands.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, id: ViolationId, graded: &GradedViolation) -> Result<()> {
    diesel::update(violations::table.find(id))
        .set((
            violations::class.eq(graded.class),
            violations::error_kind.eq(graded.kind),
            violations::red_line.eq(graded.red_line),
            violations::item_code.eq(graded.item.as_deref()),
            violations::occurrences.eq(occurrences(graded)),
            violations::money_lost.eq(graded.money_lost),
            violations::comment.eq(&graded.comment),
            violations::evidence.eq(to_json(&graded.evidence)?),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Makes a violation one of another type, as an appeal has decided. Its id stays, so that what was said about it stays with it.
///
/// # Errors
/// `Damaged` where its type is not among `types`; else what the database says.
pub fn retype(tx: &mut Tx<'_>, id: ViolationId, graded: &GradedViolation, types: &BTreeMap<String, ViolationTypeRow>) -> Result<()> {
    let of_type = types
        .get(&graded.violation_type)
        .ok_or_else(|| Error::Damaged(format!("violation type `{}` is not in the catalogue", graded.violation_type)))?;
    diesel::update(violations::table.find(id))
        .set((violations::type_id.eq(of_type.id), violations::type_code.eq(&graded.violation_type)))
        .execute(tx.conn)?;
    update(tx, id, graded)
}

/// Ends a violation that an appeal has overturned.
///
/// # Errors
/// What the database says.
pub fn overturn(tx: &mut Tx<'_>, id: ViolationId) -> Result<()> {
    diesel::update(violations::table.find(id))
        .set((violations::state.eq(ViolationState::Overturned), violations::ended_at.eq(tx.at())))
        .execute(tx.conn)?;
    Ok(())
}

/// Ends a violation that a correction took back.
///
/// # Errors
/// What the database says.
pub fn withdraw(tx: &mut Tx<'_>, id: ViolationId) -> Result<()> {
    diesel::update(violations::table.find(id))
        .set((violations::state.eq(ViolationState::Withdrawn), violations::ended_at.eq(tx.at())))
        .execute(tx.conn)?;
    Ok(())
}

fn occurrences(graded: &GradedViolation) -> i32 {
    i32::try_from(graded.occurrences).unwrap_or(i32::MAX)
}
