//! What letters tell of a closed month, read from its frozen results.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Deserialize;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::{agents, conversations, evaluations, ledger, period_agents, period_units, violation_types};
use crate::db::scope;
use crate::db::sql_types::At;
use crate::db::tx::from_json;
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, EvaluationId};
use crate::domain::ledger::EntryKind;
use crate::domain::mail::letters::{AgentLine, AgentMonth, Charge, Errors, Evaluated, Name, UnitRate};
use crate::domain::masking::Masked;
use crate::domain::money::{Currency, Money};
use crate::domain::period::Period;

/// The most evaluations, charges and agents that one letter lists; the page shows all.
const LISTED: i64 = 200;

type FrozenTuple = (AgentId, i32, i32, i32, String, i32, bool);

/// The months of the next agents of a closed period, in the order of their ids, after one of them.
///
/// # Errors
/// What the database says.
pub fn agent_months(
    conn: &mut AnyConnection,
    period: Period,
    after: Option<AgentId>,
    limit: i64,
    currency: Currency,
) -> Result<Vec<(AgentId, AgentMonth)>> {
    let mut query = period_agents::table
        .filter(period_agents::period.eq(period))
        .order(period_agents::agent_id)
        .limit(limit)
        .select((
            period_agents::agent_id,
            period_agents::samples,
            period_agents::key_errors,
            period_agents::non_key_errors,
            period_agents::verdict,
            period_agents::worked_days,
            period_agents::effective,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(period_agents::agent_id.gt(after));
    }
    let rows: Vec<FrozenTuple> = query.load(conn)?;
    let names = names(conn, &rows.iter().map(|row| row.0).collect::<Vec<_>>())?;
    let types = type_names(conn)?;
    let mut months = Vec::new();
    for (agent, samples, key, non_key, verdict, worked_days, effective) in rows {
        let name = names.get(&agent).cloned().unwrap_or_default();
        let (charges, total) = charges(conn, period, agent, currency, &types)?;
        let month = AgentMonth {
            period,
            lines: lines(conn, period, agent, &name)?,
            agent: name,
            verdict,
            samples,
            errors: Errors { key, non_key },
            worked_days,
            effective,
            charges,
            total,
            path: format!("/results/{period}/agents/{agent}"),
        };
        months.push((agent, month));
    }
    Ok(months)
}

fn names(conn: &mut AnyConnection, ids: &[AgentId]) -> Result<BTreeMap<AgentId, String>> {
    let rows: Vec<(AgentId, String)> = agents::table.filter(agents::id.eq_any(ids)).select((agents::id, agents::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

fn type_names(conn: &mut AnyConnection) -> Result<BTreeMap<String, Name>> {
    let rows: Vec<(String, String, String)> =
        violation_types::table.select((violation_types::code, violation_types::name_zh, violation_types::name_en)).load(conn)?;
    Ok(rows.into_iter().map(|(code, zh, en)| (code, Name::new(zh, en))).collect())
}

fn lines(conn: &mut AnyConnection, period: Period, agent: AgentId, name: &str) -> Result<Vec<Evaluated>> {
    let rows: Vec<(EvaluationId, i32, i32, String, At)> = evaluations::table
        .inner_join(conversations::table)
        .filter(evaluations::period.eq(period).and(evaluations::agent_id.eq(agent)).and(evaluations::counts.eq(true)))
        .order((conversations::started_at, evaluations::id))
        .limit(LISTED)
        .select((
            evaluations::id,
            evaluations::key_errors,
            evaluations::non_key_errors,
            conversations::external_id,
            conversations::started_at,
        ))
        .load(conn)?;
    let told = |(id, key, non_key, conversation, started_at): (EvaluationId, i32, i32, String, At)| Evaluated {
        agent: name.to_owned(),
        conversation: Masked::of(&conversation),
        started_at: started_at.0,
        errors: Errors { key, non_key },
        findings: Vec::new(),
        path: format!("/evaluations/{id}"),
    };
    Ok(rows.into_iter().map(told).collect())
}

fn charges(
    conn: &mut AnyConnection,
    period: Period,
    agent: AgentId,
    currency: Currency,
    types: &BTreeMap<String, Name>,
) -> Result<(Vec<Charge>, Money)> {
    let rows: Vec<(EntryKind, Option<String>, i64)> = ledger::table
        .filter(ledger::period.eq(period).and(ledger::agent_id.eq(agent)))
        .order(ledger::id)
        .select((ledger::kind, ledger::type_code, ledger::amount_minor))
        .load(conn)?;
    let total = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.2));
    let charge = |(kind, code, amount): (EntryKind, Option<String>, i64)| {
        let kind = entry_name(kind);
        let of_type = code.and_then(|code| types.get(&code));
        let what = of_type.map_or_else(|| kind.clone(), |t| Name::new(format!("{}：{}", kind.zh, t.zh), format!("{}: {}", kind.en, t.en)));
        Charge { what, amount: Money::new(amount, currency) }
    };
    let listed = usize::try_from(LISTED).unwrap_or(usize::MAX);
    Ok((rows.into_iter().take(listed).map(charge).collect(), Money::new(total, currency)))
}

fn entry_name(kind: EntryKind) -> Name {
    match kind {
        EntryKind::Fine => Name::new("罚款", "fine"),
        EntryKind::Reversal => Name::new("冲销", "reversal"),
        EntryKind::Adjustment => Name::new("调整", "adjustment"),
        EntryKind::Complaint => Name::new("投诉罚款", "complaint"),
        EntryKind::OperatingBreach => Name::new("违规操作", "operating breach"),
        EntryKind::Reward => Name::new("奖励", "reward"),
        EntryKind::Manual => Name::new("手工调整", "manual adjustment"),
        EntryKind::CapExcess => Name::new("超出上限", "above the cap"),
        EntryKind::CarriedOver => Name::new("上期结转", "carried over"),
    }
}

/// The agents of a closed period in reach: those who fail first, then by name.
///
/// # Errors
/// What the database says.
pub fn agent_lines(conn: &mut AnyConnection, period: Period, reach: &Reach) -> Result<Vec<AgentLine>> {
    let rows: Vec<FrozenTuple> = period_agents::table
        .filter(period_agents::period.eq(period))
        .filter(scope::teams(period_agents::team_id, reach))
        .order((period_agents::verdict, period_agents::agent_id))
        .limit(LISTED)
        .select((
            period_agents::agent_id,
            period_agents::samples,
            period_agents::key_errors,
            period_agents::non_key_errors,
            period_agents::verdict,
            period_agents::worked_days,
            period_agents::effective,
        ))
        .load(conn)?;
    let names = names(conn, &rows.iter().map(|row| row.0).collect::<Vec<_>>())?;
    let line = |(agent, samples, key, non_key, verdict, _, effective): FrozenTuple| AgentLine {
        agent: names.get(&agent).cloned().unwrap_or_default(),
        verdict,
        samples,
        errors: Errors { key, non_key },
        effective,
    };
    let mut lines: Vec<AgentLine> = rows.into_iter().map(line).collect();
    lines.sort_by(|a, b| (a.verdict != "fail", &a.agent).cmp(&(b.verdict != "fail", &b.agent)));
    Ok(lines)
}

/// What a letter needs of a unit's frozen result.
#[derive(Debug, Deserialize)]
struct FrozenUnit {
    kind: String,
    name: String,
    rated: i64,
    passed: i64,
}

/// The pass rates of a closed period: of the teams in reach, or with the whole centre in reach of everything.
///
/// # Errors
/// `Damaged` where a frozen result cannot be read.
pub fn rates(conn: &mut AnyConnection, period: Period, reach: &Reach) -> Result<Vec<UnitRate>> {
    let mut query = period_units::table
        .filter(period_units::period.eq(period))
        .order((period_units::unit_kind, period_units::unit_id))
        .limit(LISTED)
        .select(period_units::content)
        .into_boxed();
    if !reach.all {
        query = query.filter(period_units::unit_kind.eq("team")).filter(scope::teams(period_units::unit_id, reach));
    }
    let rows: Vec<String> = query.load(conn)?;
    rows.iter()
        .map(|content| {
            let FrozenUnit { kind, name, rated, passed } = from_json("period_units.content", content)?;
            Ok(UnitRate { unit: kind, name, passed, counted: rated })
        })
        .collect()
}
