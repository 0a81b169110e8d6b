//! Whom something concerns, by name: the agent, the agent's team and what lies above it.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agents, evaluations, team_ancestors, teams, users, violation_types, violations};
use crate::domain::Refusal;
use crate::domain::id::{AgentId, ConversationId, EvaluationId, TeamId, UserId, VendorId, ViolationId};
use crate::domain::period::Period;
use crate::domain::violation::{ErrorKind, ViolationClass};

/// An agent with the team, for letters and for the choice of who is to hear of something.
#[derive(Debug, Clone)]
pub struct Concerned {
    /// The agent.
    pub agent_id: AgentId,
    /// The agent's name.
    pub agent: String,
    /// The team's name.
    pub team: String,
    /// The agent's team and those above it, the nearest first.
    pub teams: Vec<TeamId>,
    /// The vendor of the team.
    pub vendor: Option<VendorId>,
}

impl Concerned {
    /// The agent's own team.
    pub fn team_id(&self) -> Option<TeamId> {
        self.teams.first().copied()
    }
}

/// The agent with the team as it is now.
///
/// # Errors
/// `NotFound`.
pub fn of_agent(conn: &mut AnyConnection, agent: AgentId) -> Result<Concerned> {
    let (name, team_id, team, vendor): (String, TeamId, String, Option<VendorId>) = agents::table
        .inner_join(teams::table)
        .filter(agents::id.eq(agent))
        .select((agents::name, agents::team_id, teams::name, teams::vendor_id))
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("agent", agent))?;
    let mut above: Vec<TeamId> = team_ancestors::table
        .filter(team_ancestors::team_id.eq(team_id).and(team_ancestors::depth.gt(0)))
        .order(team_ancestors::depth)
        .select(team_ancestors::ancestor_id)
        .load(conn)?;
    above.insert(0, team_id);
    Ok(Concerned { agent_id: agent, agent: name, team, teams: above, vendor })
}

/// The agents of a team.
///
/// # Errors
/// What the database says.
pub fn agents_of(conn: &mut AnyConnection, team: TeamId) -> Result<Vec<AgentId>> {
    Ok(agents::table.filter(agents::team_id.eq(team)).order(agents::id).select(agents::id).load(conn)?)
}

/// What an evaluation is about.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Evaluated {
    /// The agent.
    pub agent_id: AgentId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The period of its sample.
    pub period: Period,
    /// Who graded it.
    pub inspector_id: UserId,
}

/// What an evaluation is about.
///
/// # Errors
/// `NotFound`.
pub fn of_evaluation(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Evaluated> {
    evaluations::table
        .find(evaluation)
        .select((evaluations::agent_id, evaluations::conversation_id, evaluations::period, evaluations::inspector_id))
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("evaluation", evaluation).into())
}

/// Which of these people there are, and may log in.
///
/// # Errors
/// What the database says.
pub fn active_users(conn: &mut AnyConnection, ids: &[UserId]) -> Result<Vec<UserId>> {
    Ok(users::table.filter(users::id.eq_any(ids).and(users::active.eq(true))).order(users::id).select(users::id).load(conn)?)
}

/// A violation, with the names of its type.
#[derive(Debug, Clone, Queryable)]
pub struct NamedViolation {
    /// The evaluation.
    pub evaluation_id: EvaluationId,
    /// The agent.
    pub agent_id: AgentId,
    /// The period.
    pub period: Period,
    /// Code of its type.
    pub type_code: String,
    /// The type's name in Chinese.
    pub name_zh: String,
    /// The type's name in English.
    pub name_en: String,
    /// Its class.
    pub class: ViolationClass,
    /// The error that it counts as.
    pub error_kind: ErrorKind,
    /// The item that it hangs on.
    pub item_code: Option<String>,
    /// What the inspector remarks.
    pub comment: String,
}

/// A violation, with the names of its type.
///
/// # Errors
/// What the database says.
pub fn violation(conn: &mut AnyConnection, id: ViolationId) -> Result<Option<NamedViolation>> {
    Ok(violations::table
        .inner_join(violation_types::table)
        .filter(violations::id.eq(id))
        .select((
            violations::evaluation_id,
            violations::agent_id,
            violations::period,
            violations::type_code,
            violation_types::name_zh,
            violation_types::name_en,
            violations::class,
            violations::error_kind,
            violations::item_code,
            violations::comment,
        ))
        .first(conn)
        .optional()?)
}
