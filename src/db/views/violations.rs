//! Violations as they are listed: with the names of type and agent, and only those that the reader may see.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::evaluations::{hidden, moment_cursor};
use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::{agents, evaluations, samples, team_ancestors, violation_types, violations};
use crate::db::scope;
use crate::db::sql_types::{At, OptionalAt};
use crate::db::tx::from_json;
use crate::domain::access::Reach;
use crate::domain::evidence::Evidence;
use crate::domain::id::{AgentId, ConversationId, EvaluationId, TeamId, UserId, ViolationId, ViolationTypeId};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::violation::{ErrorKind, ViolationClass, ViolationState};

/// A violation of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ViolationSummary {
    /// The violation.
    pub id: ViolationId,
    /// The evaluation.
    pub evaluation_id: EvaluationId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The agent; hidden from the inspector in blind mode.
    pub agent_id: Option<AgentId>,
    /// The agent's employee number; hidden likewise.
    pub employee_no: Option<String>,
    /// The agent's name; hidden likewise.
    pub agent_name: Option<String>,
    /// The period of the sample.
    pub period: Period,
    /// The violation type.
    pub violation_type_id: ViolationTypeId,
    /// Its code.
    pub violation_type: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The class that it has in this evaluation.
    pub class: ViolationClass,
    /// The error that its type counted as when it was graded.
    pub error_kind: ErrorKind,
    /// Whether it opens an escalation case.
    pub red_line: bool,
    /// Code of the failed item that it hangs on and counts with; absent where it stands on its own.
    pub item: Option<String>,
    /// How often it was tagged.
    pub occurrences: i32,
    /// Whether the customer lost money by it.
    pub money_lost: bool,
    /// What the inspector remarks.
    pub comment: String,
    /// Where it is to be seen or heard.
    pub evidence: Vec<Evidence>,
    /// Whether it still stands.
    pub state: ViolationState,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
    /// When it was withdrawn or overturned.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Which violations are wanted.
#[derive(Debug, Clone, Default)]
pub struct ViolationFilter {
    /// Those of this evaluation.
    pub evaluation: Option<EvaluationId>,
    /// Those of this period.
    pub period: Option<Period>,
    /// Those of this class.
    pub class: Option<ViolationClass>,
    /// Those of the type with this code.
    pub violation_type: Option<String>,
    /// Those of this agent.
    pub agent: Option<AgentId>,
    /// Those of agents who are now in this team or below it.
    pub team: Option<TeamId>,
    /// Those in this state.
    pub state: Option<ViolationState>,
}

impl ViolationFilter {
    fn names_agent(&self) -> bool {
        self.agent.is_some() || self.team.is_some()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = violations)]
struct ViolationRow {
    id: ViolationId,
    evaluation_id: EvaluationId,
    conversation_id: ConversationId,
    agent_id: AgentId,
    period: Period,
    type_id: ViolationTypeId,
    type_code: String,
    class: ViolationClass,
    error_kind: ErrorKind,
    red_line: bool,
    item_code: Option<String>,
    occurrences: i32,
    money_lost: bool,
    comment: String,
    evidence: String,
    state: ViolationState,
    #[diesel(deserialize_as = At)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = OptionalAt)]
    ended_at: Option<DateTime<Utc>>,
}

type Joined = (ViolationRow, String, String, String, String, UserId, bool);

fn summary((row, employee_no, agent_name, name_zh, name_en, inspector, blind): Joined, reach: &Reach) -> Result<ViolationSummary> {
    let shown = !hidden(blind, inspector, reach);
    Ok(ViolationSummary {
        id: row.id,
        evaluation_id: row.evaluation_id,
        conversation_id: row.conversation_id,
        agent_id: shown.then_some(row.agent_id),
        employee_no: shown.then_some(employee_no),
        agent_name: shown.then_some(agent_name),
        period: row.period,
        violation_type_id: row.type_id,
        violation_type: row.type_code,
        name_zh,
        name_en,
        class: row.class,
        error_kind: row.error_kind,
        red_line: row.red_line,
        item: row.item_code,
        occurrences: row.occurrences,
        money_lost: row.money_lost,
        comment: row.comment,
        evidence: from_json("violations.evidence", &row.evidence)?,
        state: row.state,
        created_at: row.created_at,
        ended_at: row.ended_at,
    })
}

/// Violations within reach, newest first, one page, with one row more where there is a next page.
///
/// # Errors
/// `Invalid` on a cursor of another list.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &ViolationFilter, page: &PageRequest) -> Result<Vec<ViolationSummary>> {
    let mut query = violations::table
        .inner_join(agents::table)
        .inner_join(violation_types::table)
        .inner_join(evaluations::table.inner_join(samples::table))
        .order((violations::created_at.desc(), violations::id.desc()))
        .limit(page.fetch())
        .select((
            ViolationRow::as_select(),
            agents::employee_no,
            agents::name,
            violation_types::name_zh,
            violation_types::name_en,
            evaluations::inspector_id,
            samples::blind,
        ))
        .into_boxed();
    if !reach.all {
        let graded = reach.user.filter(|_| reach.own);
        query = query.filter(scope::agents(violations::agent_id, reach).or(scope::any_of(evaluations::inspector_id, graded)));
        if filter.names_agent() {
            // A filter must not tell what blind mode hides.
            query = query.filter(samples::blind.eq(false).or(evaluations::inspector_id.ne_all(reach.user)));
        }
    }
    if let Some(evaluation) = filter.evaluation {
        query = query.filter(violations::evaluation_id.eq(evaluation));
    }
    if let Some(period) = filter.period {
        query = query.filter(violations::period.eq(period));
    }
    if let Some(class) = filter.class {
        query = query.filter(violations::class.eq(class));
    }
    if let Some(code) = &filter.violation_type {
        query = query.filter(violations::type_code.eq(code.clone()));
    }
    if let Some(agent) = filter.agent {
        query = query.filter(violations::agent_id.eq(agent));
    }
    if let Some(team) = filter.team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id);
        query = query.filter(agents::team_id.eq_any(below));
    }
    if let Some(state) = filter.state {
        query = query.filter(violations::state.eq(state));
    }
    if let Some(after) = &page.after {
        let (at, id) = moment_cursor(after)?;
        let id = ViolationId(id);
        query = query.filter(violations::created_at.le(At(at)).and(violations::created_at.lt(At(at)).or(violations::id.lt(id))));
    }
    let rows: Vec<Joined> = query.load(conn)?;
    rows.into_iter().map(|row| summary(row, reach)).collect()
}

/// The standing violations of an evaluation that may be seen, the gravest first.
///
/// # Errors
/// What the database says.
pub fn of_evaluation(conn: &mut AnyConnection, reach: &Reach, evaluation: EvaluationId) -> Result<Vec<ViolationSummary>> {
    let filter = ViolationFilter { evaluation: Some(evaluation), state: Some(ViolationState::Confirmed), ..ViolationFilter::default() };
    let mut found = page(conn, reach, &filter, &PageRequest { limit: PageRequest::MAX, after: None })?;
    found.sort_by(|a, b| (a.class, &a.violation_type).cmp(&(b.class, &b.violation_type)));
    Ok(found)
}
