//! Evaluations as they are listed: with the names of those concerned, and only those that the reader may see.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::evaluations::EvaluationRow;
use crate::db::schema::{
    agents, evaluation_acknowledgements, evaluation_items, evaluations, samples, scorecard_versions, scorecards, team_ancestors, users,
    violations,
};
use crate::db::scope;
use crate::db::sql_types::At;
use crate::domain::access::Reach;
use crate::domain::evaluation::Outcome;
use crate::domain::id::{AgentId, ConversationId, EvaluationId, SampleId, ScorecardId, TeamId, UserId};
use crate::domain::page::{Cursor, PageRequest};
use crate::domain::period::Period;
use crate::domain::sampling::sample::SampleKind;
use crate::domain::violation::{FindingKind, ViolationState};
use crate::domain::{Refusal, Refused};

/// An evaluation as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EvaluationSummary {
    /// The evaluation.
    pub id: EvaluationId,
    /// The sample.
    pub sample_id: SampleId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The agent who handled it; hidden from the inspector in blind mode.
    pub agent_id: Option<AgentId>,
    /// The agent's employee number; hidden likewise.
    pub employee_no: Option<String>,
    /// The agent's name; hidden likewise.
    pub agent_name: Option<String>,
    /// Who graded it.
    pub inspector_id: UserId,
    /// The inspector's name.
    pub inspector_name: String,
    /// The scorecard.
    pub scorecard_id: ScorecardId,
    /// The scorecard's code.
    pub scorecard: String,
    /// Number of the scorecard version it was graded with.
    pub scorecard_version: i32,
    /// The period of the sample.
    pub period: Period,
    /// How the sample was picked.
    pub kind: SampleKind,
    /// Whether it enters n, K and N.
    pub counts: bool,
    /// Key errors.
    pub key_errors: i32,
    /// Non-key errors.
    pub non_key_errors: i32,
    /// The inspector's remark on the whole.
    pub comment: String,
    /// Seconds spent on it.
    pub seconds: i64,
    /// Number of the latest revision, from 1; the ETag of a correction.
    pub revision: i32,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// When it was corrected last.
    pub corrected_at: Option<DateTime<Utc>>,
    /// When the agent acknowledged the latest revision, if that was.
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// Which evaluations are wanted.
#[derive(Debug, Clone, Default)]
pub struct EvaluationFilter {
    /// This one.
    pub id: Option<EvaluationId>,
    /// Those of this period.
    pub period: Option<Period>,
    /// Those of this agent.
    pub agent: Option<AgentId>,
    /// Those of agents who are now in this team or below it.
    pub team: Option<TeamId>,
    /// Those of this inspector.
    pub inspector: Option<UserId>,
    /// Those of samples picked so.
    pub kind: Option<SampleKind>,
    /// Those that enter n, K and N, or those that do not.
    pub counts: Option<bool>,
    /// Those in which something of this kind was found.
    pub findings: Option<FindingKind>,
    /// Those in which the item with this code failed.
    pub failed_item: Option<String>,
    /// Those with a standing violation of the type with this code.
    pub violation_type: Option<String>,
}

impl EvaluationFilter {
    /// Whether who handled the conversation follows from being listed.
    fn names_agent(&self) -> bool {
        self.agent.is_some() || self.team.is_some()
    }
}

type Joined = (EvaluationRow, String, String, String, ScorecardId, String, i32, bool, Option<At>);

fn summary(joined: Joined, reach: &Reach) -> EvaluationSummary {
    let (row, employee_no, agent_name, inspector_name, scorecard_id, scorecard, scorecard_version, blind, acknowledged) = joined;
    let shown = !hidden(blind, row.inspector_id, reach);
    EvaluationSummary {
        id: row.id,
        sample_id: row.sample_id,
        conversation_id: row.conversation_id,
        agent_id: shown.then_some(row.agent_id),
        employee_no: shown.then_some(employee_no),
        agent_name: shown.then_some(agent_name),
        inspector_id: row.inspector_id,
        inspector_name,
        scorecard_id,
        scorecard,
        scorecard_version,
        period: row.period,
        kind: row.kind,
        counts: row.counts,
        key_errors: row.key_errors,
        non_key_errors: row.non_key_errors,
        comment: row.comment,
        seconds: row.seconds,
        revision: row.revision,
        submitted_at: row.submitted_at,
        corrected_at: row.corrected_at,
        acknowledged_at: acknowledged.map(|At(at)| at),
    }
}

/// Whether the agent is hidden from a reader: in blind mode from the inspector who graded, unless that person sees the whole centre.
pub fn hidden(blind: bool, inspector: UserId, reach: &Reach) -> bool {
    blind && !reach.all && reach.user == Some(inspector)
}

/// Evaluations within reach, newest first, one page, with one row more where there is a next page.
///
/// # Errors
/// `Invalid` on a cursor of another list.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &EvaluationFilter, page: &PageRequest) -> Result<Vec<EvaluationSummary>> {
    let mut query = evaluations::table
        .inner_join(agents::table)
        .inner_join(users::table)
        .inner_join(samples::table)
        .inner_join(scorecard_versions::table.inner_join(scorecards::table))
        .left_join(
            evaluation_acknowledgements::table.on(evaluation_acknowledgements::evaluation_id
                .eq(evaluations::id)
                .and(evaluation_acknowledgements::revision.eq(evaluations::revision))),
        )
        .order((evaluations::submitted_at.desc(), evaluations::id.desc()))
        .limit(page.fetch())
        .select((
            EvaluationRow::as_select(),
            agents::employee_no,
            agents::name,
            users::name,
            scorecards::id,
            scorecards::code,
            scorecard_versions::number,
            samples::blind,
            evaluation_acknowledgements::acknowledged_at.nullable(),
        ))
        .into_boxed();
    if !reach.all {
        let graded = reach.user.filter(|_| reach.own);
        query = query.filter(scope::agents(evaluations::agent_id, reach).or(scope::any_of(evaluations::inspector_id, graded)));
        if filter.names_agent() {
            // A filter must not tell what blind mode hides.
            query = query.filter(samples::blind.eq(false).or(evaluations::inspector_id.ne_all(reach.user)));
        }
    }
    if let Some(id) = filter.id {
        query = query.filter(evaluations::id.eq(id));
    }
    if let Some(period) = filter.period {
        query = query.filter(evaluations::period.eq(period));
    }
    if let Some(agent) = filter.agent {
        query = query.filter(evaluations::agent_id.eq(agent));
    }
    if let Some(team) = filter.team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id);
        query = query.filter(agents::team_id.eq_any(below));
    }
    if let Some(inspector) = filter.inspector {
        query = query.filter(evaluations::inspector_id.eq(inspector));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(evaluations::kind.eq(kind));
    }
    if let Some(counts) = filter.counts {
        query = query.filter(evaluations::counts.eq(counts));
    }
    let standing = || {
        let of_this = violations::table.filter(violations::evaluation_id.eq(evaluations::id));
        of_this.filter(violations::state.eq(ViolationState::Confirmed))
    };
    match filter.findings {
        Some(FindingKind::Key) => query = query.filter(evaluations::key_errors.gt(0)),
        Some(FindingKind::NonKey) => query = query.filter(evaluations::non_key_errors.gt(0)),
        Some(FindingKind::Any) => {
            query = query.filter(evaluations::key_errors.gt(0).or(evaluations::non_key_errors.gt(0)).or(exists(standing())));
        }
        None => {}
    }
    if let Some(item) = &filter.failed_item {
        let failed = evaluation_items::table
            .filter(evaluation_items::item_code.eq(item.clone()))
            .filter(evaluation_items::outcome.eq(Outcome::Fail))
            .select(evaluation_items::evaluation_id);
        query = query.filter(evaluations::id.eq_any(failed));
    }
    if let Some(code) = &filter.violation_type {
        query = query.filter(exists(standing().filter(violations::type_code.eq(code.clone()))));
    }
    if let Some(after) = &page.after {
        let (at, id) = moment_cursor(after)?;
        let id = EvaluationId(id);
        query = query.filter(evaluations::submitted_at.le(At(at)).and(evaluations::submitted_at.lt(At(at)).or(evaluations::id.lt(id))));
    }
    let rows: Vec<Joined> = query.load(conn)?;
    Ok(rows.into_iter().map(|row| summary(row, reach)).collect())
}

/// One evaluation, if it is within reach.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, reach: &Reach, id: EvaluationId) -> Result<EvaluationSummary> {
    let filter = EvaluationFilter { id: Some(id), ..EvaluationFilter::default() };
    let found = page(conn, reach, &filter, &PageRequest { limit: 1, after: None })?.pop();
    found.ok_or_else(|| Refusal::not_found("evaluation", id).into())
}

/// A moment as the key of a cursor.
pub fn moment_key(at: DateTime<Utc>) -> String {
    at.timestamp_micros().to_string()
}

/// Reads a cursor whose key is a moment.
///
/// # Errors
/// `Invalid` on the field `cursor`.
pub fn moment_cursor(cursor: &Cursor) -> Refused<(DateTime<Utc>, Uuid)> {
    let at = cursor.key.parse().ok().and_then(DateTime::from_timestamp_micros);
    at.map(|at| (at, cursor.id))
        .ok_or_else(|| Refusal::invalid("cursor", "is not a cursor of this list; use the `next` of the page before"))
}
