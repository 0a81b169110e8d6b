//! The ledger: it only grows.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::both::natively;
use super::connection::{AnyConnection, MultiBackend};
use super::error::{Error, Result};
use super::schema::{agents, ledger};
use super::scope;
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, EvaluationId, LedgerEntryId, UserId, ViolationId};
use crate::domain::ledger::{EntryKind, LedgerEntry, LedgerFilter};
use crate::domain::money::{Currency, Money};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::reward::RewardKind;
use crate::domain::violation::ViolationClass;

#[derive(Queryable, Selectable)]
#[diesel(table_name = ledger)]
struct Row {
    id: LedgerEntryId,
    period: Period,
    kind: EntryKind,
    agent_id: AgentId,
    amount_minor: i64,
    currency: Currency,
    violation_id: Option<ViolationId>,
    evaluation_id: Option<EvaluationId>,
    origin_period: Period,
    refers_to: Option<LedgerEntryId>,
    policy_number: Option<i32>,
    type_code: Option<String>,
    class: Option<ViolationClass>,
    occurrences: Option<i32>,
    reward: Option<RewardKind>,
    reason: Option<String>,
    dedupe: String,
    posted_by: Option<UserId>,
    #[diesel(deserialize_as = At)]
    posted_at: DateTime<Utc>,
}

impl Row {
    fn entry(self) -> Result<LedgerEntry> {
        let occurrences = self.occurrences.map(u32::try_from).transpose();
        Ok(LedgerEntry {
            id: self.id,
            period: self.period,
            origin_period: self.origin_period,
            agent_id: self.agent_id,
            kind: self.kind,
            amount: Money::new(self.amount_minor, self.currency),
            original_id: self.refers_to,
            evaluation_id: self.evaluation_id,
            violation_id: self.violation_id,
            violation_type: self.type_code,
            class: self.class,
            occurrences: occurrences.map_err(|_| Error::Damaged(format!("ledger {}: negative occurrences", self.id)))?,
            reward: self.reward,
            policy_version: self.policy_number,
            reason: self.reason,
            dedupe_key: self.dedupe,
            posted_at: self.posted_at,
            posted_by: self.posted_by,
        })
    }
}

fn entries(rows: Vec<Row>) -> Result<Vec<LedgerEntry>> {
    rows.into_iter().map(Row::entry).collect()
}

/// Adds a line.
///
/// # Errors
/// `Conflict` with code `already_posted` where a line with the same key is there.
pub fn insert(tx: &mut Tx<'_>, entry: &LedgerEntry) -> Result<()> {
    natively!(
        tx.conn,
        execute,
        diesel::insert_into(ledger::table).values((
            ledger::id.eq(entry.id),
            ledger::period.eq(entry.period),
            ledger::kind.eq(entry.kind),
            ledger::agent_id.eq(entry.agent_id),
            ledger::amount_minor.eq(entry.amount.amount_minor),
            ledger::currency.eq(entry.amount.currency),
            ledger::violation_id.eq(entry.violation_id),
            ledger::evaluation_id.eq(entry.evaluation_id),
            ledger::origin_period.eq(entry.origin_period),
            ledger::refers_to.eq(entry.original_id),
            ledger::policy_number.eq(entry.policy_version),
            ledger::type_code.eq(entry.violation_type.as_deref()),
            ledger::class.eq(entry.class),
            ledger::occurrences.eq(entry.occurrences.map(|times| i32::try_from(times).unwrap_or(i32::MAX))),
            ledger::reward.eq(entry.reward),
            ledger::reason.eq(entry.reason.as_deref()),
            ledger::dedupe.eq(&entry.dedupe_key),
            ledger::posted_by.eq(entry.posted_by),
            ledger::posted_at.eq(At(entry.posted_at)),
        ))
    )
    .map_err(Error::from)
    .map_err(|error| {
        error.or_unique("ledger_dedupe_unique", "ledger.dedupe", || {
            Refusal::conflict("already_posted", format!("`{}` is posted already", entry.dedupe_key))
        })
    })?;
    Ok(())
}

/// One line, if it is within reach.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, reach: &Reach, id: LedgerEntryId) -> Result<Option<LedgerEntry>> {
    let query = ledger::table.filter(ledger::id.eq(id)).filter(scope::agents(ledger::agent_id, reach));
    query.select(Row::as_select()).first::<Row>(conn).optional()?.map(Row::entry).transpose()
}

/// The lines with these keys, in the order of posting.
///
/// # Errors
/// What the database says.
pub fn with_keys(conn: &mut AnyConnection, keys: &[String]) -> Result<Vec<LedgerEntry>> {
    let rows = ledger::table
        .filter(ledger::dedupe.eq_any(keys))
        .order((ledger::posted_at, ledger::id))
        .select(Row::as_select())
        .load::<Row>(conn)?;
    entries(rows)
}

/// What these lines must not be posted twice for: where each comes from.
///
/// # Errors
/// What the database says.
pub fn keys_of(conn: &mut AnyConnection, ids: &[LedgerEntryId]) -> Result<Vec<(LedgerEntryId, String)>> {
    Ok(ledger::table.filter(ledger::id.eq_any(ids)).select((ledger::id, ledger::dedupe)).load(conn)?)
}

/// Every line of an evaluation, in the order of posting.
///
/// # Errors
/// What the database says.
pub fn of_evaluation(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Vec<LedgerEntry>> {
    let rows = ledger::table
        .filter(ledger::evaluation_id.eq(evaluation))
        .order((ledger::posted_at, ledger::id))
        .select(Row::as_select())
        .load::<Row>(conn)?;
    entries(rows)
}

type Boxed<'a> = diesel::helper_types::IntoBoxed<'a, ledger::table, MultiBackend>;

fn filtered<'a>(reach: &Reach, filter: &LedgerFilter) -> Boxed<'a> {
    let mut query = ledger::table.filter(scope::agents(ledger::agent_id, reach)).into_boxed();
    if let Some(period) = filter.period {
        query = query.filter(ledger::period.eq(period));
    }
    if let Some(period) = filter.origin_period {
        query = query.filter(ledger::origin_period.eq(period));
    }
    if let Some(agent) = filter.agent_id {
        query = query.filter(ledger::agent_id.eq(agent));
    }
    if let Some(evaluation) = filter.evaluation_id {
        query = query.filter(ledger::evaluation_id.eq(evaluation));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(ledger::kind.eq(kind));
    }
    if let Some(original) = filter.original_id {
        query = query.filter(ledger::refers_to.eq(original));
    }
    query
}

/// The next lines after `after` in ascending order of their ids, at most `limit`.
///
/// # Errors
/// What the database says.
pub fn after(
    conn: &mut AnyConnection,
    reach: &Reach,
    filter: &LedgerFilter,
    after: Option<LedgerEntryId>,
    limit: i64,
) -> Result<Vec<LedgerEntry>> {
    let mut query = filtered(reach, filter);
    if let Some(after) = after {
        query = query.filter(ledger::id.gt(after));
    }
    entries(query.order(ledger::id).limit(limit).select(Row::as_select()).load::<Row>(conn)?)
}

/// A page of the ledger in ascending order of ids, which is the order of posting.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &LedgerFilter, page: &PageRequest) -> Result<Page<LedgerEntry>> {
    let position = page.after.as_ref().map(|cursor| LedgerEntryId(cursor.id));
    let found = after(conn, reach, filter, position, page.fetch())?;
    Ok(page.page(found, |entry| (String::new(), entry.id.0)))
}

/// How many lines of each kind each agent within reach has in a period, and their sum in minor units.
///
/// # Errors
/// What the database says.
pub fn totals_by_agent(conn: &mut AnyConnection, reach: &Reach, period: Period) -> Result<Vec<(AgentId, EntryKind, i64, i64)>> {
    Ok(ledger::table
        .filter(ledger::period.eq(period))
        .filter(scope::agents(ledger::agent_id, reach))
        .group_by((ledger::agent_id, ledger::kind))
        .select((ledger::agent_id, ledger::kind, count_star(), sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)")))
        .load(conn)?)
}

/// How many lines a period has, and their sum in minor units.
///
/// # Errors
/// What the database says.
pub fn total_of_period(conn: &mut AnyConnection, period: Period) -> Result<(i64, i64)> {
    Ok(ledger::table
        .filter(ledger::period.eq(period))
        .select((sql::<BigInt>("COUNT(*)"), sql::<BigInt>("CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT)")))
        .first(conn)?)
}

/// What counts towards the cap of each agent in a period: the agents above `cap_minor`, with their sum, in the order of their ids.
///
/// # Errors
/// What the database says.
pub fn above_cap(conn: &mut AnyConnection, period: Period, cap_minor: i64) -> Result<Vec<(AgentId, i64)>> {
    let counted: Vec<EntryKind> = EntryKind::ALL.iter().copied().filter(|kind| kind.counts_for_cap()).collect();
    let sum = "CAST(SUM(amount_minor) AS BIGINT)";
    Ok(ledger::table
        .filter(ledger::period.eq(period))
        .filter(ledger::kind.eq_any(counted))
        .group_by(ledger::agent_id)
        .having(sql::<BigInt>(sum).gt(cap_minor))
        .order(ledger::agent_id)
        .select((ledger::agent_id, sql::<BigInt>(sum)))
        .load(conn)?)
}

/// The earliest period at or after `from` that has lines.
///
/// # Errors
/// What the database says.
pub fn earliest_period(conn: &mut AnyConnection, from: Option<Period>) -> Result<Option<Period>> {
    let mut query = ledger::table.select(ledger::period).into_boxed();
    if let Some(from) = from {
        query = query.filter(ledger::period.ge(from));
    }
    Ok(query.order(ledger::period).first(conn).optional()?)
}

/// Whether there is such an agent within reach.
///
/// # Errors
/// What the database says.
pub fn agent_is_within(conn: &mut AnyConnection, reach: &Reach, agent: AgentId) -> Result<bool> {
    let query = agents::table.filter(agents::id.eq(agent)).filter(scope::agents(agents::id, reach)).select(agents::id);
    Ok(query.first::<AgentId>(conn).optional()?.is_some())
}
