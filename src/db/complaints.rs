//! Complaints.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::{Error, Result};
use super::ordering::Ordering;
use super::schema::{complaints, conversations};
use super::scope;
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::complaint::{ComplaintLevel, ComplaintState, ComplaintStatus};
use crate::domain::id::{AgentId, ComplaintId, ConversationId, UserId};
use crate::domain::list_order::{ComplaintOrder, Sort};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;

/// A complaint.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[diesel(table_name = complaints)]
pub struct Complaint {
    /// The id.
    pub id: ComplaintId,
    /// The number under which the desk knows it.
    pub reference: String,
    /// The agent who is complained about.
    pub agent_id: AgentId,
    /// The conversation, where it is known.
    pub conversation_id: Option<ConversationId>,
    /// The local day of what is complained about.
    pub occurred_on: NaiveDate,
    /// The period that the fine belongs to.
    pub period: Period,
    /// What the customer says.
    #[serde(rename = "text")]
    pub body: String,
    /// How far it is.
    pub state: ComplaintState,
    /// The liability level of an upheld complaint.
    pub level: Option<ComplaintLevel>,
    /// Why it was adjudicated so.
    pub reason: Option<String>,
    /// Who recorded it.
    pub recorded_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = At)]
    pub recorded_at: DateTime<Utc>,
    /// Who adjudicated it last.
    pub adjudicated_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = OptionalAt)]
    pub adjudicated_at: Option<DateTime<Utc>>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

impl Complaint {
    /// Where it stands.
    pub const fn status(&self) -> ComplaintStatus {
        ComplaintStatus { state: self.state, level: self.level }
    }
}

/// Stores a new complaint.
///
/// # Errors
/// `Conflict` with code `reference_taken`.
pub fn insert(tx: &mut Tx<'_>, row: &Complaint) -> Result<()> {
    diesel::insert_into(complaints::table)
        .values((
            complaints::id.eq(row.id),
            complaints::reference.eq(&row.reference),
            complaints::agent_id.eq(row.agent_id),
            complaints::conversation_id.eq(row.conversation_id),
            complaints::occurred_on.eq(row.occurred_on),
            complaints::period.eq(row.period),
            complaints::body.eq(&row.body),
            complaints::state.eq(row.state),
            complaints::level.eq(row.level),
            complaints::reason.eq(row.reason.as_deref()),
            complaints::recorded_by.eq(row.recorded_by),
            complaints::recorded_at.eq(At(row.recorded_at)),
            complaints::adjudicated_by.eq(row.adjudicated_by),
            complaints::adjudicated_at.eq(row.adjudicated_at.map(At)),
            complaints::version.eq(row.version),
        ))
        .execute(tx.conn)
        .map_err(|error| {
            Error::from(error).or_unique("complaints_reference_unique", "complaints.reference", || {
                Refusal::conflict("reference_taken", format!("there is already a complaint `{}`", row.reference))
            })
        })?;
    Ok(())
}

/// Stores what a complaint has become; its version rises.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, row: &mut Complaint) -> Result<()> {
    row.version = row.version.saturating_add(1);
    diesel::update(complaints::table.find(row.id))
        .set((
            complaints::state.eq(row.state),
            complaints::level.eq(row.level),
            complaints::reason.eq(row.reason.as_deref()),
            complaints::adjudicated_by.eq(row.adjudicated_by),
            complaints::adjudicated_at.eq(row.adjudicated_at.map(At)),
            complaints::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

type Boxed = diesel::helper_types::IntoBoxed<'static, complaints::table, MultiBackend>;

fn within(reach: &Reach) -> Boxed {
    complaints::table.into_boxed().filter(scope::agents(complaints::agent_id, reach))
}

/// The complaint with this id, if it is within reach.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, reach: &Reach, id: ComplaintId) -> Result<Complaint> {
    within(reach)
        .filter(complaints::id.eq(id))
        .select(Complaint::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("complaint", id).into())
}

/// The complaint with this reference.
///
/// # Errors
/// What the database says.
pub fn by_reference(conn: &mut AnyConnection, reference: &str) -> Result<Option<Complaint>> {
    Ok(complaints::table.filter(complaints::reference.eq(reference)).select(Complaint::as_select()).first(conn).optional()?)
}

/// Which complaints are wanted.
#[derive(Debug, Clone, Default)]
pub struct ComplaintFilter {
    /// In this state.
    pub state: Option<ComplaintState>,
    /// About this agent.
    pub agent_id: Option<AgentId>,
    /// Of this period.
    pub period: Option<Period>,
    /// In which order.
    pub sort: Sort<ComplaintOrder>,
}

/// Complaints within reach, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &ComplaintFilter, page: &PageRequest) -> Result<Vec<Complaint>> {
    let ordering = Ordering::from(filter.sort);
    let mut query = within(reach).order(ordering.clause()).limit(page.fetch());
    if let Some(state) = filter.state {
        query = query.filter(complaints::state.eq(state));
    }
    if let Some(agent) = filter.agent_id {
        query = query.filter(complaints::agent_id.eq(agent));
    }
    if let Some(period) = filter.period {
        query = query.filter(complaints::period.eq(period));
    }
    if let Some(after) = &page.after {
        query = query.filter(ordering.after(ComplaintId(after.id)));
    }
    Ok(query.select(Complaint::as_select()).load(conn)?)
}

/// Whose conversation it is.
///
/// # Errors
/// What the database says.
pub fn agent_of(conn: &mut AnyConnection, conversation: ConversationId) -> Result<Option<AgentId>> {
    Ok(conversations::table.find(conversation).select(conversations::agent_id).first(conn).optional()?)
}

/// The conversation that its source knows by this id.
///
/// # Errors
/// What the database says.
pub fn conversation(conn: &mut AnyConnection, source: &str, external_id: &str) -> Result<Option<(ConversationId, AgentId)>> {
    Ok(conversations::table
        .filter(conversations::source.eq(source).and(conversations::external_id.eq(external_id)))
        .select((conversations::id, conversations::agent_id))
        .first(conn)
        .optional()?)
}
