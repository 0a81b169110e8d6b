//! Operating breaches.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::{Error, Result};
use super::ordering::Ordering;
use super::schema::breaches;
use super::scope;
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::breach::{BreachState, BreachStatus};
use crate::domain::id::{AgentId, BreachId, UserId};
use crate::domain::list_order::{BreachOrder, Sort};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;

/// An operating breach.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[diesel(table_name = breaches)]
pub struct Breach {
    /// The id.
    pub id: BreachId,
    /// The number under which it is known.
    pub reference: String,
    /// The agent.
    pub agent_id: AgentId,
    /// The local day of it.
    pub occurred_on: NaiveDate,
    /// The period that the fine belongs to.
    pub period: Period,
    /// How often.
    pub occurrences: i32,
    /// What was done.
    #[serde(rename = "text")]
    pub body: String,
    /// Whether it stands.
    pub state: BreachState,
    /// Who recorded it.
    pub recorded_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = At)]
    pub recorded_at: DateTime<Utc>,
    /// Who took it back or overturned it.
    pub ended_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = OptionalAt)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it stands no longer.
    pub reason: Option<String>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

impl Breach {
    /// Where it stands.
    pub fn status(&self) -> BreachStatus {
        BreachStatus { state: self.state, occurrences: u32::try_from(self.occurrences).unwrap_or(0) }
    }

    /// Takes over where it stands now.
    pub fn set(&mut self, status: BreachStatus) {
        self.state = status.state;
        self.occurrences = i32::try_from(status.occurrences).unwrap_or(i32::MAX);
    }
}

/// Stores a new breach.
///
/// # Errors
/// `Conflict` with code `reference_taken`.
pub fn insert(tx: &mut Tx<'_>, row: &Breach) -> Result<()> {
    diesel::insert_into(breaches::table)
        .values((
            breaches::id.eq(row.id),
            breaches::reference.eq(&row.reference),
            breaches::agent_id.eq(row.agent_id),
            breaches::occurred_on.eq(row.occurred_on),
            breaches::period.eq(row.period),
            breaches::occurrences.eq(row.occurrences),
            breaches::body.eq(&row.body),
            breaches::state.eq(row.state),
            breaches::recorded_by.eq(row.recorded_by),
            breaches::recorded_at.eq(At(row.recorded_at)),
            breaches::version.eq(row.version),
        ))
        .execute(tx.conn)
        .map_err(|error| {
            Error::from(error).or_unique("breaches_reference_unique", "breaches.reference", || {
                Refusal::conflict("reference_taken", format!("there is already an operating breach `{}`", row.reference))
            })
        })?;
    Ok(())
}

/// Stores what a breach has become; its version rises.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, row: &mut Breach) -> Result<()> {
    row.version = row.version.saturating_add(1);
    diesel::update(breaches::table.find(row.id))
        .set((
            breaches::occurrences.eq(row.occurrences),
            breaches::state.eq(row.state),
            breaches::ended_by.eq(row.ended_by),
            breaches::ended_at.eq(row.ended_at.map(At)),
            breaches::reason.eq(row.reason.as_deref()),
            breaches::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

type Boxed = diesel::helper_types::IntoBoxed<'static, breaches::table, MultiBackend>;

fn within(reach: &Reach) -> Boxed {
    breaches::table.into_boxed().filter(scope::agents(breaches::agent_id, reach))
}

/// The breach with this id, if it is within reach.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, reach: &Reach, id: BreachId) -> Result<Breach> {
    within(reach)
        .filter(breaches::id.eq(id))
        .select(Breach::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("operating breach", id).into())
}

/// The breach with this reference.
///
/// # Errors
/// What the database says.
pub fn by_reference(conn: &mut AnyConnection, reference: &str) -> Result<Option<Breach>> {
    Ok(breaches::table.filter(breaches::reference.eq(reference)).select(Breach::as_select()).first(conn).optional()?)
}

/// Which breaches are wanted.
#[derive(Debug, Clone, Default)]
pub struct BreachFilter {
    /// In this state.
    pub state: Option<BreachState>,
    /// Of this agent.
    pub agent_id: Option<AgentId>,
    /// Of this period.
    pub period: Option<Period>,
    /// In which order.
    pub sort: Sort<BreachOrder>,
}

/// Breaches within reach, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &BreachFilter, page: &PageRequest) -> Result<Vec<Breach>> {
    let ordering = Ordering::from(filter.sort);
    let mut query = within(reach).order(ordering.clause()).limit(page.fetch());
    if let Some(state) = filter.state {
        query = query.filter(breaches::state.eq(state));
    }
    if let Some(agent) = filter.agent_id {
        query = query.filter(breaches::agent_id.eq(agent));
    }
    if let Some(period) = filter.period {
        query = query.filter(breaches::period.eq(period));
    }
    if let Some(after) = &page.after {
        query = query.filter(ordering.after(BreachId(after.id)));
    }
    Ok(query.select(Breach::as_select()).load(conn)?)
}
