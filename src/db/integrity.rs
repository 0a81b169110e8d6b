//! What a check of the whole centre reads: ids in blocks, and rows held against each other.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{breaches, complaints, draws, escalations, evaluations, ledger, period_files, periods, samples, violations};
use crate::domain::id::{BreachId, ComplaintId, DrawId, EscalationId, EvaluationId, LedgerEntryId, SampleId};
use crate::domain::integrity::StandingRow;
use crate::domain::month_close::PeriodState;
use crate::domain::period::Period;
use crate::domain::sampling::sample::{DrawState, SampleState};
use crate::domain::violation::{ViolationClass, ViolationState};

macro_rules! ids_after {
    ($(#[$doc:meta])* $name:ident, $table:ident, $id:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// What the database says.
        pub fn $name(conn: &mut AnyConnection, after: Option<$id>, limit: i64) -> Result<Vec<$id>> {
            let mut query = $table::table.select($table::id).order($table::id).limit(limit).into_boxed();
            if let Some(after) = after {
                query = query.filter($table::id.gt(after));
            }
            Ok(query.load(conn)?)
        }
    };
}

ids_after!(
    /// The next evaluations.
    evaluations_after, evaluations, EvaluationId
);
ids_after!(
    /// The next complaints.
    complaints_after, complaints, ComplaintId
);
ids_after!(
    /// The next operating breaches.
    breaches_after, breaches, BreachId
);
ids_after!(
    /// The next escalation cases.
    escalations_after, escalations, EscalationId
);

/// Every draw that was drawn, the earliest first.
///
/// # Errors
/// What the database says.
pub fn drawn(conn: &mut AnyConnection) -> Result<Vec<DrawId>> {
    Ok(draws::table.filter(draws::state.eq(DrawState::Drawn)).order(draws::id).select(draws::id).load(conn)?)
}

/// Every closed period, the earliest first.
///
/// # Errors
/// What the database says.
pub fn closed(conn: &mut AnyConnection) -> Result<Vec<Period>> {
    Ok(periods::table.filter(periods::state.eq(PeriodState::Closed)).order(periods::period).select(periods::period).load(conn)?)
}

/// Where a sample stands.
///
/// # Errors
/// What the database says.
pub fn sample_state(conn: &mut AnyConnection, sample: SampleId) -> Result<Option<SampleState>> {
    Ok(samples::table.find(sample).select(samples::state).first(conn).optional()?)
}

/// The first samples that say that their evaluation was submitted and have none.
///
/// # Errors
/// What the database says.
pub fn submitted_without_evaluation(conn: &mut AnyConnection, limit: i64) -> Result<Vec<SampleId>> {
    let query = samples::table
        .left_join(evaluations::table.on(evaluations::sample_id.eq(samples::id)))
        .filter(samples::state.eq(SampleState::Submitted).and(evaluations::id.is_null()))
        .order(samples::id)
        .limit(limit);
    Ok(query.select(samples::id).load(conn)?)
}

/// The violations that stand on an evaluation, in order.
///
/// # Errors
/// What the database says.
pub fn standing(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Vec<StandingRow>> {
    let rows: Vec<(String, ViolationClass, Option<String>, i32)> = violations::table
        .filter(violations::evaluation_id.eq(evaluation).and(violations::state.eq(ViolationState::Confirmed)))
        .select((violations::type_code, violations::class, violations::item_code, violations::occurrences))
        .load(conn)?;
    let mut rows: Vec<StandingRow> =
        rows.into_iter().map(|(code, class, item, occurrences)| (code, class.to_string(), item, i64::from(occurrences))).collect();
    rows.sort();
    Ok(rows)
}

/// The next lines of a period's ledger: id and minor units.
///
/// # Errors
/// What the database says.
pub fn lines_of_period(
    conn: &mut AnyConnection,
    period: Period,
    after: Option<LedgerEntryId>,
    limit: i64,
) -> Result<Vec<(LedgerEntryId, i64)>> {
    let of_period = ledger::table.filter(ledger::period.eq(period)).order(ledger::id).limit(limit);
    let mut query = of_period.select((ledger::id, ledger::amount_minor)).into_boxed();
    if let Some(after) = after {
        query = query.filter(ledger::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// The names of the files that the close of a period has kept.
///
/// # Errors
/// What the database says.
pub fn kept_files(conn: &mut AnyConnection, period: Period) -> Result<Vec<String>> {
    let of_period = period_files::table.filter(period_files::period.eq(period));
    Ok(of_period.select(period_files::name).distinct().order(period_files::name).load(conn)?)
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

/// What the database itself finds wrong with its file and with references between rows; nothing on PostgreSQL, which does not let it come to that.
///
/// # Errors
/// What the database says.
pub fn storage(conn: &mut AnyConnection) -> Result<Vec<String>> {
    let AnyConnection::Sqlite(conn) = conn else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for sql in [
        "SELECT integrity_check AS said FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "SELECT \"table\" || ' row ' || COALESCE(rowid, '?') || ' refers to a row of ' || parent || ' that is not there' AS said FROM pragma_foreign_key_check LIMIT 100",
    ] {
        found.extend(diesel::sql_query(sql).load::<Said>(conn)?.into_iter().map(|row| row.said));
    }
    Ok(found)
}
