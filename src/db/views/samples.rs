//! Lists of samples, the queue, and what is handed out to be graded.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::samples::SampleRow;
use crate::db::schema::{agents, drafts, samples, users};
use crate::db::scope;
use crate::db::sql_types::At;
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, DrawId, SampleId, SamplingPlanId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::sampling::sample::{ReplaceReason, SampleKind, SampleState};

/// Which samples are wanted.
#[derive(Debug, Clone, Default)]
pub struct SampleFilter {
    /// Of this draw.
    pub draw_id: Option<DrawId>,
    /// Of this plan.
    pub plan_id: Option<SamplingPlanId>,
    /// Of this period.
    pub period: Option<Period>,
    /// Of this agent.
    pub agent_id: Option<AgentId>,
    /// Assigned to this inspector.
    pub inspector_id: Option<UserId>,
    /// Assigned to nobody.
    pub unassigned: bool,
    /// In this state now.
    pub state: Option<SampleState>,
    /// Of this kind.
    pub kind: Option<SampleKind>,
    /// Due on this day or before.
    pub due_by: Option<NaiveDate>,
}

/// A sample with the agent's number and name.
pub type Listed = (SampleRow, String, String);

/// What an inspector may see although the reach names no team: the samples that are assigned to them. That the acting user may be an agent too
/// plays no part here.
fn own_agent_apart(reach: &Reach) -> Reach {
    Reach { agent: None, ..reach.clone() }
}

/// A page of samples within reach, the earliest due first.
///
/// # Errors
/// What the database says.
pub fn page(
    conn: &mut AnyConnection,
    reach: &Reach,
    filter: &SampleFilter,
    now: DateTime<Utc>,
    request: &PageRequest,
) -> Result<Page<Listed>> {
    let mut query = samples::table
        .inner_join(agents::table)
        .select((SampleRow::as_select(), agents::employee_no, agents::name))
        .order((samples::due_on, samples::id))
        .limit(request.fetch())
        .into_boxed();
    let within = scope::agents(samples::agent_id, &own_agent_apart(reach));
    query = match reach.user.filter(|_| reach.own) {
        Some(user) => query.filter(within.or(samples::inspector_id.assume_not_null().eq(user).and(samples::inspector_id.is_not_null()))),
        None => query.filter(within),
    };
    if let Some(draw) = filter.draw_id {
        query = query.filter(samples::draw_id.eq(draw));
    }
    if let Some(plan) = filter.plan_id {
        query = query.filter(samples::plan_id.eq(plan));
    }
    if let Some(period) = filter.period {
        query = query.filter(samples::period.eq(period));
    }
    if let Some(agent) = filter.agent_id {
        query = query.filter(samples::agent_id.eq(agent));
    }
    if let Some(inspector) = filter.inspector_id {
        query = query.filter(samples::inspector_id.eq(inspector));
    }
    if filter.unassigned {
        query = query.filter(samples::inspector_id.is_null());
    }
    if let Some(kind) = filter.kind {
        query = query.filter(samples::kind.eq(kind));
    }
    if let Some(day) = filter.due_by {
        query = query.filter(samples::due_on.le(day));
    }
    let claim_holds = || samples::claim_until.is_not_null().and(samples::claim_until.assume_not_null().gt(At(now)));
    match filter.state {
        None => {}
        Some(SampleState::Open) => {
            let expired = samples::state.eq(SampleState::Claimed).and(diesel::dsl::not(claim_holds()));
            query = query.filter(samples::state.eq(SampleState::Open).or(expired));
        }
        Some(SampleState::Claimed) => query = query.filter(samples::state.eq(SampleState::Claimed).and(claim_holds())),
        Some(state @ (SampleState::Submitted | SampleState::Replaced)) => query = query.filter(samples::state.eq(state)),
    }
    if let Some(after) = &request.after {
        let day: NaiveDate = after.key.parse().map_err(|_| crate::domain::Refusal::invalid("cursor", "is not a cursor of this list"))?;
        query = query.filter(samples::due_on.gt(day).or(samples::due_on.eq(day).and(samples::id.gt(SampleId(after.id)))));
    }
    let rows = query.load::<Listed>(conn)?;
    Ok(request.page(rows, |(sample, _, _)| (sample.due_on.to_string(), sample.id.0)))
}

/// One sample within reach.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, reach: &Reach, id: SampleId) -> Result<Option<Listed>> {
    let query = samples::table
        .inner_join(agents::table)
        .filter(samples::id.eq(id))
        .select((SampleRow::as_select(), agents::employee_no, agents::name))
        .into_boxed();
    let within = scope::agents(samples::agent_id, &own_agent_apart(reach));
    let query = match reach.user.filter(|_| reach.own) {
        Some(user) => query.filter(within.or(samples::inspector_id.assume_not_null().eq(user).and(samples::inspector_id.is_not_null()))),
        None => query.filter(within),
    };
    Ok(query.first(conn).optional()?)
}

/// The numbers of an inspector's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueNumbers {
    /// Samples to be graded, those that are claimed too.
    pub waiting: i64,
    /// Of them, due before today.
    pub overdue: i64,
    /// Of them, due today.
    pub due_today: i64,
    /// Evaluations submitted since the day began.
    pub done_today: i64,
}

/// The numbers of an inspector's queue.
///
/// # Errors
/// What the database says.
pub fn queue_numbers(conn: &mut AnyConnection, inspector: UserId, today: NaiveDate, since: DateTime<Utc>) -> Result<QueueNumbers> {
    let waiting = || {
        samples::table
            .filter(samples::inspector_id.eq(inspector))
            .filter(samples::state.eq(SampleState::Open).or(samples::state.eq(SampleState::Claimed)))
            .count()
    };
    let done = samples::table
        .filter(samples::inspector_id.eq(inspector))
        .filter(samples::state.eq(SampleState::Submitted))
        .filter(samples::submitted_at.assume_not_null().ge(At(since)))
        .count();
    Ok(QueueNumbers {
        waiting: waiting().get_result(conn)?,
        overdue: waiting().filter(samples::due_on.lt(today)).get_result(conn)?,
        due_today: waiting().filter(samples::due_on.eq(today)).get_result(conn)?,
        done_today: done.get_result(conn)?,
    })
}

/// The samples for which an inspector has saved a draft, the latest saved first, 200 at the most.
///
/// # Errors
/// What the database says.
pub fn drafted(conn: &mut AnyConnection, inspector: UserId) -> Result<Vec<(SampleId, DateTime<Utc>)>> {
    let rows = drafts::table
        .inner_join(samples::table)
        .filter(drafts::inspector_id.eq(inspector))
        .filter(samples::inspector_id.eq(inspector))
        .filter(samples::state.eq(SampleState::Open).or(samples::state.eq(SampleState::Claimed)))
        .order((drafts::saved_at.desc(), drafts::sample_id))
        .limit(200)
        .select((drafts::sample_id, drafts::saved_at))
        .load::<(SampleId, At)>(conn)?;
    Ok(rows.into_iter().map(|(id, at)| (id, at.0)).collect())
}

/// Replacements by the person who made them and the reason, for a period: user, reason, how many.
///
/// # Errors
/// What the database says.
pub fn replacements(conn: &mut AnyConnection, period: Period) -> Result<Vec<(UserId, ReplaceReason, i64)>> {
    Ok(samples::table
        .filter(samples::period.eq(period))
        .filter(samples::state.eq(SampleState::Replaced))
        .filter(samples::replaced_by.is_not_null())
        .group_by((samples::replaced_by, samples::replaced_reason))
        .select((samples::replaced_by.assume_not_null(), samples::replaced_reason.assume_not_null(), diesel::dsl::count_star()))
        .load(conn)?)
}

/// The names of people.
///
/// # Errors
/// What the database says.
pub fn names_of(conn: &mut AnyConnection, people: &[UserId]) -> Result<Vec<(UserId, String)>> {
    let mut names = Vec::new();
    for people in people.chunks(1000) {
        names.extend(users::table.filter(users::id.eq_any(people)).select((users::id, users::name)).load::<(UserId, String)>(conn)?);
    }
    Ok(names)
}

/// How many samples of a period each inspector has or had: user and count, replaced ones too.
///
/// # Errors
/// What the database says.
pub fn assigned_counts(conn: &mut AnyConnection, period: Period) -> Result<Vec<(UserId, i64)>> {
    Ok(samples::table
        .filter(samples::period.eq(period))
        .filter(samples::inspector_id.is_not_null())
        .group_by(samples::inspector_id)
        .select((samples::inspector_id.assume_not_null(), diesel::dsl::count_star()))
        .load(conn)?)
}
