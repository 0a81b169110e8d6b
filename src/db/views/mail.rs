//! What letters tell of, read from the tables.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::{
    agents, calibration_grades, calibrations, conversations, draws, evaluation_items, evaluations, grants, regrades, samples,
    sampling_plans, scorecard_versions, users, violation_types, violations,
};
use crate::db::scope;
use crate::db::sql_types::At;
use crate::db::tx::from_json;
use crate::domain::Refusal;
use crate::domain::access::{Reach, ReachKind, Role};
use crate::domain::calibration::CalibrationState;
use crate::domain::id::{AgentId, DrawId, EvaluationId, TeamId, UserId, VendorId};
use crate::domain::mail::letters::{DueDay, Errors, Evaluated, Finding, Name, Task};
use crate::domain::masking::Masked;
use crate::domain::period::Period;
use crate::domain::regrade::RegradeState;
use crate::domain::scorecard::ScorecardContent;

/// An evaluation as a letter tells of it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The agent who handled the conversation.
    pub agent: AgentId,
    /// The period that it counts in.
    pub period: Period,
    /// What was found.
    pub evaluated: Evaluated,
    /// The remark on the whole.
    pub comment: Masked,
}

type EvaluationTuple = (AgentId, String, Period, i32, i32, String, String, At, String);

/// An evaluation as a letter tells of it: with its standing violations and its other failed items.
///
/// # Errors
/// `NotFound`.
pub fn evaluation(conn: &mut AnyConnection, id: EvaluationId) -> Result<Told> {
    let row: Option<EvaluationTuple> = evaluations::table
        .inner_join(agents::table)
        .inner_join(conversations::table)
        .inner_join(scorecard_versions::table)
        .filter(evaluations::id.eq(id))
        .select((
            evaluations::agent_id,
            agents::name,
            evaluations::period,
            evaluations::key_errors,
            evaluations::non_key_errors,
            evaluations::comment,
            conversations::external_id,
            conversations::started_at,
            scorecard_versions::content,
        ))
        .first(conn)
        .optional()?;
    let (agent, name, period, key, non_key, comment, conversation, started_at, content) =
        row.ok_or_else(|| Refusal::not_found(EvaluationId::WHAT, id))?;
    let content: ScorecardContent = from_json("scorecard_versions.content", &content)?;
    let evaluated = Evaluated {
        agent: name,
        conversation: Masked::of(&conversation),
        started_at: started_at.0,
        errors: Errors { key, non_key },
        findings: findings(conn, id, &content)?,
        path: path(id),
    };
    Ok(Told { agent, period, evaluated, comment: Masked::of(&comment) })
}

/// The page of an evaluation.
pub fn path(id: EvaluationId) -> String {
    format!("/evaluations/{id}")
}

fn findings(conn: &mut AnyConnection, id: EvaluationId, content: &ScorecardContent) -> Result<Vec<Finding>> {
    type ViolationTuple = (String, String, String, String, Option<String>, String);
    let standing: Vec<ViolationTuple> = violations::table
        .inner_join(violation_types::table)
        .filter(violations::evaluation_id.eq(id).and(violations::state.eq("confirmed")))
        .order((violations::class, violations::type_code))
        .select((
            violation_types::name_zh,
            violation_types::name_en,
            violations::class,
            violations::error_kind,
            violations::item_code,
            violations::comment,
        ))
        .load(conn)?;
    let failed: Vec<(String, String, String)> = evaluation_items::table
        .filter(evaluation_items::evaluation_id.eq(id).and(evaluation_items::outcome.eq("fail")))
        .order(evaluation_items::item_code)
        .select((evaluation_items::item_code, evaluation_items::kind, evaluation_items::comment))
        .load(conn)?;
    let (mut found, mut covered) = (Vec::new(), Vec::new());
    for (zh, en, class, kind, item, comment) in standing {
        found.push(Finding { name: Name::new(zh, en), class: Some(class), key: kind == "key", comment: Masked::of(&comment) });
        covered.extend(item);
    }
    for (code, kind, comment) in failed {
        if !covered.contains(&code) {
            let item = content.items().find(|item| item.code == code);
            let name = item.map_or_else(|| Name::same(code), |item| Name::new(item.title_zh.clone(), item.title_en.clone()));
            found.push(Finding { name, class: None, key: kind == "key", comment: Masked::of(&comment) });
        }
    }
    Ok(found)
}

/// The evaluations with errors that were submitted in a span of time, of the agents in reach: how many, and the gravest.
///
/// # Errors
/// What the database says.
pub fn failures(
    conn: &mut AnyConnection,
    reach: &Reach,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<(i64, Vec<EvaluationId>)> {
    let any_error = || evaluations::key_errors.gt(0).or(evaluations::non_key_errors.gt(0));
    let span = || evaluations::submitted_at.ge(At(from)).and(evaluations::submitted_at.lt(At(until)));
    let total: i64 = evaluations::table
        .filter(span())
        .filter(any_error())
        .filter(scope::agents(evaluations::agent_id, reach))
        .count()
        .get_result(conn)?;
    let gravest = evaluations::table
        .filter(span())
        .filter(any_error())
        .filter(scope::agents(evaluations::agent_id, reach))
        .order((evaluations::key_errors.desc(), evaluations::non_key_errors.desc(), evaluations::id))
        .limit(limit)
        .select(evaluations::id)
        .load(conn)?;
    Ok((total, gravest))
}

/// The active users who hold a role, with what it reaches of each.
///
/// # Errors
/// What the database says.
pub fn holders(conn: &mut AnyConnection, role: Role) -> Result<Vec<(UserId, Reach)>> {
    type GrantTuple = (UserId, ReachKind, Option<VendorId>, Option<TeamId>);
    let grants: Vec<GrantTuple> = grants::table
        .inner_join(users::table)
        .filter(users::active.eq(true).and(grants::role.eq(role)))
        .order((grants::user_id, grants::id))
        .select((grants::user_id, grants::reach, grants::vendor_id, grants::team_id))
        .load(conn)?;
    let mut holders: Vec<(UserId, Reach)> = Vec::new();
    for (user, kind, vendor, team) in grants {
        if holders.last().is_none_or(|(last, _)| *last != user) {
            holders.push((user, Reach { user: Some(user), ..Reach::default() }));
        }
        let Some((_, reach)) = holders.last_mut() else { continue };
        match kind {
            ReachKind::All => reach.all = true,
            ReachKind::Vendor => reach.vendors.extend(vendor),
            ReachKind::Team => reach.teams.extend(team),
            ReachKind::Own => reach.own = true,
        }
    }
    Ok(holders)
}

/// How many samples, second gradings and calibration sessions wait for each inspector, by the day on which they are due, up to a day.
///
/// # Errors
/// What the database says.
pub fn due(conn: &mut AnyConnection, until: NaiveDate) -> Result<BTreeMap<UserId, Vec<DueDay>>> {
    let rows: Vec<(Option<UserId>, NaiveDate, i64)> = samples::table
        .filter(samples::state.eq_any(["open", "claimed"]).and(samples::due_on.le(until)).and(samples::inspector_id.is_not_null()))
        .group_by((samples::inspector_id, samples::due_on))
        .order((samples::inspector_id, samples::due_on))
        .select((samples::inspector_id, samples::due_on, count_star()))
        .load(conn)?;
    let mut due: BTreeMap<UserId, Vec<DueDay>> = BTreeMap::new();
    let mut add = |what, rows: Vec<(Option<UserId>, NaiveDate, i64)>| {
        for (inspector, due_on, samples) in rows {
            if let Some(inspector) = inspector {
                due.entry(inspector).or_default().push(DueDay { due_on, what, samples });
            }
        }
    };
    add(Task::Sample, rows);
    let rows = regrades::table
        .filter(regrades::state.eq(RegradeState::Assigned).and(regrades::due_on.le(until)))
        .group_by((regrades::inspector_id, regrades::due_on))
        .select((regrades::inspector_id, regrades::due_on, count_star()))
        .load(conn)?;
    add(Task::SecondGrading, rows);
    let rows = calibration_grades::table
        .inner_join(calibrations::table)
        .filter(calibrations::state.eq(CalibrationState::Open).and(calibrations::due_on.le(until)))
        .filter(calibration_grades::sheet.is_null())
        .group_by((calibration_grades::user_id, calibrations::due_on))
        .select((calibration_grades::user_id.nullable(), calibrations::due_on, count_star()))
        .load(conn)?;
    add(Task::Calibration, rows);
    for days in due.values_mut() {
        days.sort_by_key(|day| (day.due_on, day.what));
    }
    Ok(due)
}

/// The name of a draw's plan, and its period.
///
/// # Errors
/// What the database says, where there is no such draw.
pub fn plan_of(conn: &mut AnyConnection, draw: DrawId) -> Result<(String, Period)> {
    let columns = (sampling_plans::name, draws::period);
    Ok(draws::table.inner_join(sampling_plans::table).filter(draws::id.eq(draw)).select(columns).first(conn)?)
}

/// How many samples of a draw each inspector was given, and by when the first of them is due.
///
/// # Errors
/// What the database says.
pub fn given(conn: &mut AnyConnection, draw: DrawId) -> Result<Vec<(UserId, i64, NaiveDate)>> {
    let rows: Vec<(Option<UserId>, i64, Option<NaiveDate>)> = samples::table
        .filter(samples::draw_id.eq(draw).and(samples::inspector_id.is_not_null()))
        .group_by(samples::inspector_id)
        .order(samples::inspector_id)
        .select((samples::inspector_id, count_star(), min(samples::due_on)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(inspector, count, due)| Some((inspector?, count, due?))).collect())
}
