//! Chooses the share of a month's evaluations that is graded again.

use std::collections::BTreeMap;

use chrono::Days;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::regrades::RegradeRow;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{EvaluationId, RegradeDrawId, UserId};
use crate::domain::mail::About;
use crate::domain::mail::letters::Assignments;
use crate::domain::period::{Period, local_day};
use crate::domain::regrade::{RegradeState, assign, select};
use crate::usecases::mail;

/// How many days there are to grade again.
const DUE_DAYS: Days = Days::new(7);

/// Which share is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The period of the evaluations.
    pub period: Period,
    /// How many of a hundred, 1 to 100; rounded up.
    pub percent: u32,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chosen {
    /// The choice.
    pub id: RegradeDrawId,
    /// The seed, in hexadecimal: the same seed and evaluations give the same choice.
    pub seed: String,
    /// How many evaluations there were to choose from: those of the period that were not chosen before.
    pub candidates: u64,
    /// How many are graded again.
    pub chosen: u64,
    /// How many of them nobody else could be found for.
    pub unassigned: u64,
}

/// Chooses at random and gives each to an inspector who has not graded it, evenly. The inspectors are told.
///
/// # Errors
/// `Forbidden`; `Invalid` on `percent`.
pub async fn choose(app: &App, actor: &Actor, command: Choice) -> Result<Chosen> {
    actor.may_everywhere(Action::RegradeRun)?;
    if !(1..=100).contains(&command.percent) {
        return Err(Refusal::invalid("percent", "must be 1 to 100").into());
    }
    app.write_once(actor, "regrades.choose", &command, move |tx| {
        let seed = tx.random();
        let candidates = db::regrades::candidates(tx.conn, command.period)?;
        let firsts: BTreeMap<EvaluationId, UserId> = candidates.iter().copied().collect();
        let ids: Vec<EvaluationId> = firsts.keys().copied().collect();
        let chosen: Vec<(EvaluationId, UserId)> =
            select(&seed, &ids, command.percent).into_iter().filter_map(|id| Some((id, firsts.get(&id).copied()?))).collect();
        let inspectors = db::regrades::inspectors(tx.conn)?;
        let assigned = assign(&chosen, &inspectors);
        let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
        let due_on = today.checked_add_days(DUE_DAYS).unwrap_or(today);
        let draw = db::regrades::insert_draw(tx, command.period, command.percent, &seed, ids.len(), chosen.len())?;
        for ((evaluation_id, inspector_id), (_, first_inspector_id)) in assigned.iter().copied().zip(chosen.iter().copied()) {
            let row = RegradeRow {
                id: tx.id(),
                evaluation_id,
                period: command.period,
                first_inspector_id,
                inspector_id,
                due_on,
                state: RegradeState::Assigned,
                revision: None,
                sheet: None,
                differences: None,
                decisions: None,
                created_at: tx.now,
                graded_at: None,
                decided_by: None,
                decided_at: None,
                version: 1,
            };
            db::regrades::insert(tx, draw, &row)?;
        }
        let mut given: BTreeMap<UserId, i64> = BTreeMap::new();
        for inspector in assigned.iter().filter_map(|(_, inspector)| *inspector) {
            let samples = given.entry(inspector).or_default();
            *samples = samples.saturating_add(1);
        }
        for (inspector, samples) in given {
            let plan = "复检 Second grading".to_owned();
            let letter = Assignments { plan, period: command.period, samples, due_on, path: "/queue".into() };
            mail::work::given_else(tx, inspector, letter, About::new("regrade_draw", draw))?;
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let answer = Chosen {
            id: draw,
            seed: hex::encode(seed),
            candidates: count(ids.len()),
            chosen: count(chosen.len()),
            unassigned: count(assigned.iter().filter(|(_, inspector)| inspector.is_none()).count()),
        };
        tx.audit_new("regrades.chosen", ("regrade_draw", &draw), &answer)?;
        Ok(answer)
    })
    .await
}
