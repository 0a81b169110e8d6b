//! Escalation cases and their findings.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::both::Both;
use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::ordering::Ordering;
use super::schema::{escalation_findings, escalation_told, escalations, violations};
use super::scope;
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::access::Reach;
use crate::domain::escalation::{Candidate, CaseState, CaseStatus, Finding, Level, Sanction, Trigger};
use crate::domain::id::{AgentId, ConversationId, EscalationId, EvaluationId, UserId, ViolationId};
use crate::domain::list_order::{CaseOrder, Sort};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::violation::ViolationClass;

/// A case as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = escalations)]
pub struct EscalationRow {
    /// The id.
    pub id: EscalationId,
    /// The evaluation with the findings; absent for a count over several.
    pub evaluation_id: Option<EvaluationId>,
    /// The conversation.
    pub conversation_id: Option<ConversationId>,
    /// The agent.
    pub agent_id: AgentId,
    /// The period of the findings.
    pub period: Period,
    /// How far it is.
    pub state: CaseState,
    /// The level that was told last, from 1.
    pub level: i32,
    /// The chain as it was when the case was opened, as JSON.
    pub levels: String,
    /// Until when that level has to acknowledge.
    #[diesel(deserialize_as = OptionalAt)]
    pub due_at: Option<DateTime<Utc>>,
    /// Who acknowledged.
    pub acknowledged_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = OptionalAt)]
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who proposed the sanction.
    pub proposed_by: Option<UserId>,
    /// The sanction, as JSON.
    pub sanction: Option<String>,
    /// Who ended it.
    pub ended_by: Option<UserId>,
    /// When it ended or closed.
    #[diesel(deserialize_as = OptionalAt)]
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was opened.
    #[diesel(deserialize_as = At)]
    pub opened_at: DateTime<Utc>,
    /// Rises with each change.
    pub version: i32,
}

impl EscalationRow {
    /// The chain.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn chain(&self) -> Result<Vec<Level>> {
        from_json("escalations.levels", &self.levels)
    }

    /// The sanction that is proposed, or that it ended with.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn sanction(&self) -> Result<Option<Sanction>> {
        self.sanction.as_deref().map(|text| from_json("escalations.sanction", text)).transpose()
    }

    /// Where it stands.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn status(&self) -> Result<CaseStatus> {
        Ok(CaseStatus {
            state: self.state,
            level: u32::try_from(self.level).unwrap_or(1),
            due_at: self.due_at,
            proposed: self.proposed_by.zip(self.sanction()?),
        })
    }

    /// Takes over where it stands now.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn set(&mut self, status: &CaseStatus) -> Result<()> {
        self.state = status.state;
        self.level = i32::try_from(status.level).unwrap_or(i32::MAX);
        self.due_at = status.due_at;
        self.proposed_by = status.proposed.as_ref().map(|(who, _)| *who);
        self.sanction = status.proposed.as_ref().map(|(_, sanction)| to_json(sanction)).transpose()?;
        Ok(())
    }
}

/// Stores a new case.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, row: &EscalationRow) -> Result<()> {
    diesel::insert_into(escalations::table)
        .values((
            escalations::id.eq(row.id),
            escalations::evaluation_id.eq(row.evaluation_id),
            escalations::conversation_id.eq(row.conversation_id),
            escalations::agent_id.eq(row.agent_id),
            escalations::period.eq(row.period),
            escalations::state.eq(row.state),
            escalations::level.eq(row.level),
            escalations::levels.eq(&row.levels),
            escalations::due_at.eq(row.due_at.map(At)),
            escalations::opened_at.eq(At(row.opened_at)),
            escalations::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores where a case stands; its version rises.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, row: &mut EscalationRow) -> Result<()> {
    row.version = row.version.saturating_add(1);
    diesel::update(escalations::table.find(row.id))
        .set((
            escalations::state.eq(row.state),
            escalations::level.eq(row.level),
            escalations::due_at.eq(row.due_at.map(At)),
            escalations::acknowledged_by.eq(row.acknowledged_by),
            escalations::acknowledged_at.eq(row.acknowledged_at.map(At)),
            escalations::proposed_by.eq(row.proposed_by),
            escalations::sanction.eq(row.sanction.as_deref()),
            escalations::ended_by.eq(row.ended_by),
            escalations::ended_at.eq(row.ended_at.map(At)),
            escalations::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The case with this id, whatever the reach.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, id: EscalationId) -> Result<Option<EscalationRow>> {
    Ok(escalations::table.find(id).select(EscalationRow::as_select()).first(conn).optional()?)
}

/// The case of an evaluation that is not over, if there is one.
///
/// # Errors
/// What the database says.
pub fn running_of(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Option<EscalationRow>> {
    Ok(escalations::table
        .filter(escalations::evaluation_id.eq(evaluation))
        .filter(escalations::state.ne_all([CaseState::Ended, CaseState::Closed]))
        .order(escalations::id)
        .select(EscalationRow::as_select())
        .first(conn)
        .optional()?)
}

/// The cases whose time is up, the longest overdue first.
///
/// # Errors
/// What the database says.
pub fn due(conn: &mut AnyConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<EscalationId>> {
    Ok(escalations::table
        .filter(escalations::state.eq(CaseState::Open).and(escalations::due_at.le(At(now))))
        .order((escalations::due_at, escalations::id))
        .limit(limit)
        .select(escalations::id)
        .load(conn)?)
}

/// Which cases are wanted.
#[derive(Debug, Clone, Default)]
pub struct EscalationFilter {
    /// In this state.
    pub state: Option<CaseState>,
    /// About this agent.
    pub agent_id: Option<AgentId>,
    /// Of this period.
    pub period: Option<Period>,
    /// Of this evaluation.
    pub evaluation_id: Option<EvaluationId>,
    /// In which order.
    pub sort: Sort<CaseOrder>,
}

type Boxed = diesel::helper_types::IntoBoxed<'static, escalations::table, MultiBackend>;

/// Those of the reach's teams, and those that the actor was told of.
fn within(reach: &Reach) -> Boxed {
    let mut query = escalations::table.into_boxed();
    if !reach.all {
        // Whom a case is about does not see it: an agent's own reach does not count.
        let teams = Reach { agent: None, ..reach.clone() };
        let told =
            escalation_told::table.filter(scope::any_of(escalation_told::user_id, reach.user)).select(escalation_told::escalation_id);
        query = query.filter(scope::agents(escalations::agent_id, &teams).or(escalations::id.eq_any(told)));
    }
    query
}

/// The case with this id, if it is within reach.
///
/// # Errors
/// What the database says.
pub fn find_within(conn: &mut AnyConnection, reach: &Reach, id: EscalationId) -> Result<Option<EscalationRow>> {
    Ok(within(reach).filter(escalations::id.eq(id)).select(EscalationRow::as_select()).first(conn).optional()?)
}

/// Cases within reach, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &EscalationFilter, page: &PageRequest) -> Result<Vec<EscalationRow>> {
    let ordering = Ordering::from(filter.sort);
    let mut query = within(reach).order(ordering.clause()).limit(page.fetch());
    if let Some(state) = filter.state {
        query = query.filter(escalations::state.eq(state));
    }
    if let Some(agent) = filter.agent_id {
        query = query.filter(escalations::agent_id.eq(agent));
    }
    if let Some(period) = filter.period {
        query = query.filter(escalations::period.eq(period));
    }
    if let Some(evaluation) = filter.evaluation_id {
        query = query.filter(escalations::evaluation_id.eq(evaluation));
    }
    if let Some(after) = &page.after {
        query = query.filter(ordering.after(EscalationId(after.id)));
    }
    Ok(query.select(EscalationRow::as_select()).load(conn)?)
}

/// A finding as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = escalation_findings)]
pub struct FindingRow {
    /// What it is not opened twice for.
    pub finding_key: String,
    /// The case.
    pub escalation_id: EscalationId,
    /// Which rule found it.
    pub rule: Trigger,
    /// The violation; absent for a count.
    pub violation_id: Option<ViolationId>,
    /// The violation's type, or the count's rule.
    pub code: String,
    /// The violation's class.
    pub class: Option<ViolationClass>,
    /// Whether it still stands.
    pub standing: bool,
}

/// Adds a finding to a case, unless it has opened one before. Gives whether it is new.
///
/// # Errors
/// What the database says.
pub fn add_finding(tx: &mut Tx<'_>, case: EscalationId, finding: &Finding) -> Result<bool> {
    let added = Both(
        diesel::insert_into(escalation_findings::table)
            .values((
                escalation_findings::finding_key.eq(&finding.key),
                escalation_findings::escalation_id.eq(case),
                escalation_findings::rule.eq(finding.trigger),
                escalation_findings::violation_id.eq(finding.violation_id),
                escalation_findings::code.eq(&finding.code),
                escalation_findings::class.eq(finding.class),
                escalation_findings::standing.eq(true),
                escalation_findings::created_at.eq(tx.at()),
            ))
            .on_conflict(escalation_findings::finding_key)
            .do_nothing(),
    )
    .execute(tx.conn)?;
    Ok(added == 1)
}

/// Which of these findings have opened a case before.
///
/// # Errors
/// What the database says.
pub fn known(conn: &mut AnyConnection, keys: &[String]) -> Result<Vec<FindingRow>> {
    Ok(escalation_findings::table.filter(escalation_findings::finding_key.eq_any(keys)).select(FindingRow::as_select()).load(conn)?)
}

/// The findings of some cases, in the order of their keys.
///
/// # Errors
/// What the database says.
pub fn findings(conn: &mut AnyConnection, cases: &[EscalationId]) -> Result<Vec<FindingRow>> {
    Ok(escalation_findings::table
        .filter(escalation_findings::escalation_id.eq_any(cases))
        .order((escalation_findings::escalation_id, escalation_findings::finding_key))
        .select(FindingRow::as_select())
        .load(conn)?)
}

/// The findings that come from violations of an evaluation and still stand.
///
/// # Errors
/// What the database says.
pub fn standing_findings(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Vec<FindingRow>> {
    let of_evaluation = violations::table.filter(violations::evaluation_id.eq(evaluation)).select(violations::id.nullable());
    Ok(escalation_findings::table
        .filter(escalation_findings::violation_id.eq_any(of_evaluation))
        .filter(escalation_findings::standing.eq(true))
        .order(escalation_findings::finding_key)
        .select(FindingRow::as_select())
        .load(conn)?)
}

/// A finding that has fallen stands again, in this case.
///
/// # Errors
/// What the database says.
pub fn move_finding(tx: &mut Tx<'_>, key: &str, case: EscalationId) -> Result<()> {
    diesel::update(escalation_findings::table.find(key))
        .set((escalation_findings::escalation_id.eq(case), escalation_findings::standing.eq(true)))
        .execute(tx.conn)?;
    Ok(())
}

/// Marks a finding as standing or not.
///
/// # Errors
/// What the database says.
pub fn set_standing(tx: &mut Tx<'_>, key: &str, standing: bool) -> Result<()> {
    diesel::update(escalation_findings::table.find(key)).set(escalation_findings::standing.eq(standing)).execute(tx.conn)?;
    Ok(())
}

/// The violations that stand on an evaluation, as the rules look at them.
///
/// # Errors
/// What the database says.
pub fn candidates(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Vec<Candidate>> {
    let rows: Vec<(ViolationId, String, ViolationClass, bool)> = violations::table
        .filter(violations::evaluation_id.eq(evaluation).and(violations::state.eq("confirmed")))
        .order(violations::id)
        .select((violations::id, violations::type_code, violations::class, violations::red_line))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(violation_id, violation_type, class, red_line)| Candidate { violation_id, violation_type, class, red_line })
        .collect())
}

/// How many violations of these classes or types stand on an agent in a period.
///
/// # Errors
/// What the database says.
pub fn count(conn: &mut AnyConnection, agent: AgentId, period: Period, classes: &[ViolationClass], types: &[String]) -> Result<i64> {
    Ok(violations::table
        .filter(violations::agent_id.eq(agent).and(violations::period.eq(period)).and(violations::state.eq("confirmed")))
        .filter(violations::class.eq_any(classes).or(violations::type_code.eq_any(types)))
        .count()
        .get_result(conn)?)
}
