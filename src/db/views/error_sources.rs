//! Where the errors of a period come from: violations by type, failed items by agent. Only evaluations that count (handbook 3.5).

use std::collections::BTreeMap;

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::{agents, evaluation_items, evaluations, scorecard_versions, team_ancestors, violations};
use crate::db::scope;
use crate::db::tx::from_json;
use crate::domain::access::Reach;
use crate::domain::evaluation::Outcome;
use crate::domain::id::{AgentId, ScorecardVersionId, TeamId, ViolationTypeId};
use crate::domain::period::Period;
use crate::domain::scorecard::{Item, ScorecardContent};
use crate::domain::violation::{ErrorKind, ViolationState};

/// How often a type of violation stands in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeCount {
    /// The type.
    pub type_id: ViolationTypeId,
    /// The error that it counted as.
    pub kind: ErrorKind,
    /// Violations.
    pub violations: i64,
    /// Agents who have at least one.
    pub agents: i64,
}

/// How often an agent fails an item in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemCount {
    /// The agent.
    pub agent_id: AgentId,
    /// The scorecard version that it was graded with.
    pub version: ScorecardVersionId,
    /// The item's code.
    pub item: String,
    /// Evaluations in which it failed.
    pub failed: i64,
}

/// Standing violations by type, of agents within reach and, where one is given, of a team and those below it; the most frequent first.
///
/// # Errors
/// What the database says.
pub fn by_type(conn: &mut AnyConnection, reach: &Reach, period: Period, team: Option<TeamId>) -> Result<Vec<TypeCount>> {
    let mut query = violations::table
        .inner_join(evaluations::table)
        .inner_join(agents::table)
        .group_by((violations::type_id, violations::error_kind))
        .select((violations::type_id, violations::error_kind, count_star(), sql::<BigInt>("COUNT(DISTINCT violations.agent_id)")))
        .filter(violations::period.eq(period))
        .filter(violations::state.eq(ViolationState::Confirmed))
        .filter(evaluations::counts.eq(true))
        .filter(scope::agents(violations::agent_id, reach))
        .into_boxed();
    if let Some(team) = team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id);
        query = query.filter(agents::team_id.eq_any(below));
    }
    let rows: Vec<(ViolationTypeId, ErrorKind, i64, i64)> = query.load(conn)?;
    let mut found: Vec<TypeCount> =
        rows.into_iter().map(|(type_id, kind, violations, agents)| TypeCount { type_id, kind, violations, agents }).collect();
    found.sort_by_key(|it| (std::cmp::Reverse(it.violations), it.type_id));
    Ok(found)
}

/// Failed items by agent, of agents within reach and, where one is given, of a team and those below it.
///
/// # Errors
/// What the database says.
pub fn by_item(conn: &mut AnyConnection, reach: &Reach, period: Period, team: Option<TeamId>) -> Result<Vec<ItemCount>> {
    let mut query = evaluation_items::table
        .inner_join(evaluations::table.inner_join(agents::table))
        .group_by((evaluations::agent_id, evaluations::scorecard_version_id, evaluation_items::item_code))
        .select((evaluations::agent_id, evaluations::scorecard_version_id, evaluation_items::item_code, count_star()))
        .filter(evaluations::period.eq(period))
        .filter(evaluations::counts.eq(true))
        .filter(evaluation_items::outcome.eq(Outcome::Fail))
        .filter(scope::agents(evaluations::agent_id, reach))
        .into_boxed();
    if let Some(team) = team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id);
        query = query.filter(agents::team_id.eq_any(below));
    }
    let rows: Vec<(AgentId, ScorecardVersionId, String, i64)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(agent_id, version, item, failed)| ItemCount { agent_id, version, item, failed }).collect())
}

/// The items of scorecard versions, by version and code.
///
/// # Errors
/// What the database says.
pub fn items_of(conn: &mut AnyConnection, mut versions: Vec<ScorecardVersionId>) -> Result<BTreeMap<(ScorecardVersionId, String), Item>> {
    versions.sort_unstable();
    versions.dedup();
    let mut found = BTreeMap::new();
    for chunk in versions.chunks(1_000) {
        let rows: Vec<(ScorecardVersionId, String)> = scorecard_versions::table
            .filter(scorecard_versions::id.eq_any(chunk.to_vec()))
            .select((scorecard_versions::id, scorecard_versions::content))
            .load(conn)?;
        for (version, content) in rows {
            let content: ScorecardContent = from_json("scorecard_versions.content", &content)?;
            found.extend(content.items().map(|item| ((version, item.code.clone()), item.clone())));
        }
    }
    Ok(found)
}
