//! How the service is, in numbers.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::{drafts, draws, outbox, recordings, samples, sessions};
use crate::db::sql_types::At;
use crate::domain::mail::OutboxState;
use crate::domain::sampling::sample::{DrawState, SampleState};

/// The numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// Bytes that the database takes.
    pub database_bytes: i64,
    /// Messages in the outbox by state.
    pub outbox: Vec<(OutboxState, i64)>,
    /// When the message that waits longest was to be tried, where one waits.
    pub oldest_queued: Option<DateTime<Utc>>,
    /// Samples to be graded.
    pub samples_waiting: i64,
    /// Of them, due before today.
    pub samples_overdue: i64,
    /// Drafts of evaluations.
    pub drafts: i64,
    /// Draws that have committed to a seed and are not drawn.
    pub draws_unfinished: i64,
    /// Sessions of people who are logged in.
    pub sessions: i64,
    /// Recordings.
    pub recordings: i64,
    /// Bytes of their files.
    pub recording_bytes: i64,
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

fn database_bytes(conn: &mut AnyConnection) -> Result<i64> {
    let size: Size = match conn {
        AnyConnection::Sqlite(conn) => {
            diesel::sql_query("SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()").get_result(conn)?
        }
        AnyConnection::Postgres(conn) => {
            diesel::sql_query("SELECT pg_database_size(current_database())::bigint AS bytes").get_result(conn)?
        }
    };
    Ok(size.bytes)
}

/// The numbers as they are.
///
/// # Errors
/// What the database says.
pub fn numbers(conn: &mut AnyConnection, now: DateTime<Utc>, today: NaiveDate) -> Result<Numbers> {
    let waiting = || samples::table.filter(samples::state.eq_any([SampleState::Open, SampleState::Claimed])).count();
    let mut outbox_states =
        outbox::table.group_by(outbox::state).select((outbox::state, diesel::dsl::count_star())).load::<(OutboxState, i64)>(conn)?;
    outbox_states.sort_unstable();
    let queued = outbox::table.filter(outbox::state.eq(OutboxState::Queued));
    let oldest = queued.order(outbox::queued_at).select(outbox::queued_at).first::<At>(conn).optional()?;
    Ok(Numbers {
        database_bytes: database_bytes(conn)?,
        outbox: outbox_states,
        oldest_queued: oldest.map(|at| at.0),
        samples_waiting: waiting().get_result(conn)?,
        samples_overdue: waiting().filter(samples::due_on.lt(today)).get_result(conn)?,
        drafts: drafts::table.count().get_result(conn)?,
        draws_unfinished: draws::table.filter(draws::state.eq(DrawState::Committed)).count().get_result(conn)?,
        sessions: sessions::table.filter(sessions::expires_at.gt(At(now))).filter(sessions::ended_at.is_null()).count().get_result(conn)?,
        recordings: recordings::table.count().get_result(conn)?,
        recording_bytes: recordings::table.select(diesel::dsl::sql::<BigInt>("CAST(COALESCE(SUM(bytes), 0) AS BIGINT)")).first(conn)?,
    })
}
