//! Imports of files by page.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{import_runs, users};
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::id::{ImportRunId, UserId};
use crate::domain::import_run::{ImportKind, ImportRun, RunCounts, RunFilter, RunProgress, RunReport, RunState};
use crate::domain::page::{Page, PageRequest};

#[derive(Queryable, Selectable)]
#[diesel(table_name = import_runs)]
struct RunRow {
    id: ImportRunId,
    kind: ImportKind,
    file_name: String,
    file_bytes: i64,
    user_id: UserId,
    state: RunState,
    dry_run: bool,
    attempt: i32,
    #[diesel(deserialize_as = At)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = At)]
    touched_at: DateTime<Utc>,
    #[diesel(deserialize_as = OptionalAt)]
    finished_at: Option<DateTime<Utc>>,
    done: i64,
    whole: Option<i64>,
    inserted: i64,
    updated: i64,
    unchanged: i64,
    refused: i64,
    why: Option<String>,
}

fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn of_row((row, user): (RunRow, String)) -> ImportRun {
    ImportRun {
        id: row.id,
        kind: row.kind,
        file_name: row.file_name,
        file_bytes: count(row.file_bytes),
        user_id: row.user_id,
        user,
        state: row.state,
        dry_run: row.dry_run,
        attempt: row.attempt,
        created_at: row.created_at,
        touched_at: row.touched_at,
        finished_at: row.finished_at,
        progress: RunProgress {
            counts: RunCounts {
                inserted: count(row.inserted),
                updated: count(row.updated),
                unchanged: count(row.unchanged),
                refused: count(row.refused),
            },
            done: count(row.done),
            whole: row.whole.map(count),
        },
        why: row.why,
    }
}

/// Stores a run that has just been handed in.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, run: &ImportRun) -> Result<()> {
    diesel::insert_into(import_runs::table)
        .values((
            import_runs::id.eq(run.id),
            import_runs::kind.eq(run.kind),
            import_runs::file_name.eq(&run.file_name),
            import_runs::file_bytes.eq(stored(run.file_bytes)),
            import_runs::user_id.eq(run.user_id),
            import_runs::state.eq(run.state),
            import_runs::dry_run.eq(run.dry_run),
            import_runs::attempt.eq(run.attempt),
            import_runs::created_at.eq(At(run.created_at)),
            import_runs::touched_at.eq(At(run.touched_at)),
            import_runs::done.eq(0_i64),
            import_runs::inserted.eq(0_i64),
            import_runs::updated.eq(0_i64),
            import_runs::unchanged.eq(0_i64),
            import_runs::refused.eq(0_i64),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// One run.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, id: ImportRunId) -> Result<ImportRun> {
    let query = import_runs::table.inner_join(users::table).filter(import_runs::id.eq(id));
    let row = query.select((RunRow::as_select(), users::name)).first::<(RunRow, String)>(conn).optional()?;
    row.map(of_row).ok_or_else(|| Refusal::not_found("import run", id).into())
}

/// The report of a run, line by line; none before its end.
///
/// # Errors
/// `Damaged`; what the database says.
pub fn report(conn: &mut AnyConnection, id: ImportRunId) -> Result<Option<RunReport>> {
    let text: Option<Option<String>> = import_runs::table.find(id).select(import_runs::report).first(conn).optional()?;
    text.flatten().map(|text| from_json("import_runs.report", &text)).transpose()
}

/// A page of runs, the latest first.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, filter: RunFilter, page: &PageRequest) -> Result<Page<ImportRun>> {
    let mut query = import_runs::table.inner_join(users::table).select((RunRow::as_select(), users::name)).into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(import_runs::kind.eq(kind));
    }
    if let Some(user) = filter.user {
        query = query.filter(import_runs::user_id.eq(user));
    }
    if let Some(after) = &page.after {
        query = query.filter(import_runs::id.lt(ImportRunId(after.id)));
    }
    let rows = query.order(import_runs::id.desc()).limit(page.fetch()).load::<(RunRow, String)>(conn)?;
    Ok(page.page(rows.into_iter().map(of_row).collect(), |run: &ImportRun| (String::new(), run.id.0)))
}

/// Whose files are kept: every run of which there is more to come, the latest first.
///
/// # Errors
/// What the database says.
pub fn open(conn: &mut AnyConnection, user: Option<UserId>) -> Result<Vec<ImportRun>> {
    let more = import_runs::dry_run.eq(true).or(import_runs::state.ne(RunState::Finished));
    let mut query = import_runs::table.inner_join(users::table).filter(more).select((RunRow::as_select(), users::name)).into_boxed();
    if let Some(user) = user {
        query = query.filter(import_runs::user_id.eq(user));
    }
    Ok(query.order(import_runs::id.desc()).load::<(RunRow, String)>(conn)?.into_iter().map(of_row).collect())
}

/// Takes a run off the list.
///
/// # Errors
/// What the database says.
pub fn remove(tx: &mut Tx<'_>, id: ImportRunId) -> Result<()> {
    diesel::delete(import_runs::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Begins the next attempt of a run, from nothing.
///
/// # Errors
/// What the database says.
pub fn begin_again(tx: &mut Tx<'_>, run: &ImportRun, dry_run: bool) -> Result<()> {
    diesel::update(import_runs::table.find(run.id))
        .set((
            import_runs::state.eq(RunState::Waiting),
            import_runs::dry_run.eq(dry_run),
            import_runs::attempt.eq(run.attempt.saturating_add(1)),
            import_runs::touched_at.eq(tx.at()),
            import_runs::finished_at.eq(None::<At>),
            import_runs::done.eq(0_i64),
            import_runs::whole.eq(None::<i64>),
            import_runs::inserted.eq(0_i64),
            import_runs::updated.eq(0_i64),
            import_runs::unchanged.eq(0_i64),
            import_runs::refused.eq(0_i64),
            import_runs::report.eq(None::<String>),
            import_runs::why.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes how far an attempt is, which is a sign of its life too.
///
/// # Errors
/// `Stale` where the run has another attempt by now; what the database says.
pub fn note(tx: &mut Tx<'_>, id: ImportRunId, attempt: i32, state: RunState, progress: &RunProgress) -> Result<()> {
    let counts = progress.counts;
    let changed = diesel::update(import_runs::table.filter(import_runs::id.eq(id)).filter(import_runs::attempt.eq(attempt)))
        .set((
            import_runs::state.eq(state),
            import_runs::touched_at.eq(tx.at()),
            import_runs::done.eq(stored(progress.done)),
            import_runs::whole.eq(progress.whole.map(stored)),
            import_runs::inserted.eq(stored(counts.inserted)),
            import_runs::updated.eq(stored(counts.updated)),
            import_runs::unchanged.eq(stored(counts.unchanged)),
            import_runs::refused.eq(stored(counts.refused)),
        ))
        .execute(tx.conn)?;
    if changed == 0 { Err(Error::from(Refusal::stale("this import was begun again"))) } else { Ok(()) }
}

/// Notes the end of an attempt: its report, or why it broke off.
///
/// # Errors
/// What the database says.
pub fn end(tx: &mut Tx<'_>, id: ImportRunId, attempt: i32, outcome: std::result::Result<&RunReport, Option<&str>>) -> Result<()> {
    let this = import_runs::table.filter(import_runs::id.eq(id)).filter(import_runs::attempt.eq(attempt));
    match outcome {
        Ok(report) => {
            let ended =
                (import_runs::state.eq(RunState::Finished), import_runs::finished_at.eq(tx.at()), import_runs::report.eq(to_json(report)?));
            diesel::update(this).set(ended).execute(tx.conn)?;
        }
        Err(why) => {
            let ended = (import_runs::state.eq(RunState::BrokenOff), import_runs::touched_at.eq(tx.at()), import_runs::why.eq(why));
            diesel::update(this).set(ended).execute(tx.conn)?;
        }
    }
    Ok(())
}
