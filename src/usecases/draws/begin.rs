//! Draws: commits to a seed before anybody knows the population.

use serde::{Deserialize, Serialize};

use super::Draw;
use super::draw::DrawCommand;
use crate::app::App;
use crate::db::draws::{DrawFacts, DrawRow};
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::DrawId;
use crate::domain::period::Period;
use crate::domain::sampling::algorithm::ALGORITHM;
use crate::domain::sampling::sample::{DrawKind, DrawState, PlanState};
use crate::domain::sampling::seed::Seed;

/// Commits to a seed before anybody knows the population; [`go_on`](super::draw::go_on) does the rest.
///
/// # Permissions
/// `sampling.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `plan_paused`, `period_closed` or `period_not_begun`.
pub async fn begin(app: &App, actor: &Actor, command: DrawCommand) -> Result<DrawId> {
    begin_or_find(app, actor, command).await.map(|begun| begun.id)
}

/// A draw that was begun, or was there.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub(super) struct Begun {
    /// The draw.
    pub(super) id: DrawId,
    /// Whether it was begun just now.
    pub(super) made: bool,
}

/// The answer that an `Idempotency-Key` keeps; it was the id alone once.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Begun { id: DrawId, made: bool },
    Id(DrawId),
}

impl From<Kept> for Begun {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Begun { id, made } => Self { id, made },
            Kept::Id(id) => Self { id, made: true },
        }
    }
}

pub(super) async fn begin_or_find(app: &App, actor: &Actor, command: DrawCommand) -> Result<Begun> {
    actor.may_everywhere(Action::SamplingWrite)?;
    let blind = app.config.grading.blind;
    app.write_once(actor, "draws.draw", &command.clone(), move |tx| {
        let plan = db::sampling_plans::load(tx.conn, command.plan_id)?;
        if !command.extra
            && let Some(before) = db::draws::regular(tx.conn, plan.id, command.period)?
        {
            return Ok(Begun { id: before.id, made: false });
        }
        if plan.state == PlanState::Paused {
            return Err(Refusal::conflict("plan_paused", "this plan is paused; resume it first").into());
        }
        check_period(tx, command.period)?;
        let (kind, ordinal) = if command.extra {
            let extras = db::draws::extras(tx.conn, plan.id, command.period)?;
            (DrawKind::Extra, i32::try_from(extras).unwrap_or(i32::MAX).saturating_add(1))
        } else {
            (DrawKind::Regular, 1)
        };
        let seed = Seed(tx.random());
        let row = DrawRow {
            id: tx.id(),
            plan_id: plan.id,
            plan_version: plan.version,
            period: command.period,
            kind,
            ordinal,
            state: DrawState::Committed,
            algorithm: ALGORITHM.to_owned(),
            seed: seed.0.to_vec(),
            seed_hash: seed.commitment(),
            population_count: None,
            population_digest: None,
            excluded: None,
            result_digest: None,
            facts: DrawFacts {
                carry_over: command.carry_over.unwrap_or(plan.content.carry_over),
                inspectors: Vec::new(),
                scorecards: Vec::new(),
                due_on: None,
                blind: plan.content.blind || blind,
            },
            summary: None,
            drawn_by: tx.actor.user,
            committed_at: tx.now,
            drawn_at: None,
            plan: plan.content,
        };
        db::draws::insert(tx, &row)?;
        let id = row.id;
        tx.audit_new("draw.committed", ("draw", &id), &Draw::of(row))?;
        Ok(Begun { id, made: true })
    })
    .await
}

/// Draws are for periods that have begun and are not closed (handbook 3.7).
pub(super) fn check_period(tx: &mut Tx<'_>, period: Period) -> Result<()> {
    if db::samples::period_closed(tx.conn, period)? {
        return Err(Refusal::conflict("period_closed", format!("{period} is closed; nothing is drawn from it any more")).into());
    }
    let current = db::organisation::load(tx.conn)?.period_of(tx.now)?;
    if period > current {
        return Err(Refusal::conflict("period_not_begun", format!("{period} has not begun; it is {current}")).into());
    }
    Ok(())
}
