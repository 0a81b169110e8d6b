//! Replaces a sample by the next in the same permutation.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Look, Sample, check_waiting, seen};
use crate::app::App;
use crate::db::draws::DrawRow;
use crate::db::samples::{NewSample, SampleRow};
use crate::db::sql_types::At;
use crate::db::{self, AnyConnection, Error, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{ConversationId, SampleId};
use crate::domain::masking::checked_optional_prose;
use crate::domain::sampling::draw::{AgentDraw, Wish};
use crate::domain::sampling::population::Population;
use crate::domain::sampling::sample::{ReplaceReason, SampleState};
use crate::domain::sampling::seed::Seed;
use crate::usecases::mail;

/// Why a sample is replaced.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// The reason; it is counted by inspector.
    pub reason: ReplaceReason,
    /// What there is to say about it, up to 1000 characters; demanded for `other`.
    #[serde(default)]
    pub comment: String,
}

/// What came of a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReplacedSample {
    /// The sample that was replaced.
    pub replaced: Sample,
    /// The sample that took its place; absent where the agent has no further conversation in the draw.
    pub successor: Option<Sample>,
}

/// Replaces a waiting sample. Its place goes to the next conversation in the same permutation, with the same inspector and due day, so a replaced
/// sample is as random as the first (design 4). Its draft is forgotten.
///
/// # Permissions
/// `grading`: inspectors their own samples, QA managers those in reach.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` on `comment`; `Conflict` with code `already_submitted`, `sample_replaced` or `period_closed`.
pub async fn replace(app: &App, actor: &Actor, id: SampleId, command: Replacement) -> Result<ReplacedSample> {
    let reach = actor.reach(Action::Grade)?;
    let comment = checked_optional_prose("comment", &command.comment, 1000)?;
    if command.reason == ReplaceReason::Other && comment.is_empty() {
        return Err(Refusal::invalid("comment", "must say why when the reason is `other`").into());
    }
    let (now, looking) = (app.clock.now(), reach.clone());
    let order = app
        .read(move |conn| {
            let look = Look::new(conn, &looking, now)?;
            seen(conn, look, id)?;
            let row = db::samples::load(conn, id)?;
            order_of(conn, &row)
        })
        .await?;
    let order = Arc::new(order);
    app.write_once(actor, "samples.replace", &(id, command.clone()), move |tx| {
        let look = Look::new(tx.conn, &reach, tx.now)?;
        let before = seen(tx.conn, look, id)?;
        let row = db::samples::load(tx.conn, id)?;
        check_waiting(tx.conn, &row)?;
        db::samples::mark_replaced(tx, id, command.reason, &comment)?;
        let successor = successor(tx, &row, &order)?;
        let replaced = seen(tx.conn, look, id)?;
        let successor = successor.map(|new| seen(tx.conn, look, new)).transpose()?;
        tx.audit("sample.replaced", ("sample", &id), Some(&before), Some(&(&replaced, &successor)), Some(command.reason.as_str()))?;
        Ok(ReplacedSample { replaced, successor })
    })
    .await
}

/// The draw of the sample and its whole order of the agent, computed again from the stored facts.
fn order_of(conn: &mut AnyConnection, row: &SampleRow) -> Result<(DrawRow, Vec<ConversationId>)> {
    let draw = db::draws::load(conn, row.draw_id)?;
    let damaged = |what: &str| Error::Damaged(format!("draw {}: {what}", row.draw_id));
    let stored = db::draw_agents::find(conn, row.draw_id, row.agent_id)?.ok_or_else(|| damaged("an agent's population is gone"))?;
    let population = Population::decode(&stored.population).map_err(|error| damaged(&error.to_string()))?;
    let seed = Seed::from_slice(&draw.seed).ok_or_else(|| damaged("its seed is not 32 bytes"))?;
    let tally = stored.tally();
    let wish = Wish { quota: tally.quota, targeted_quota: tally.targeted_quota, reserves: draw.plan.reserves };
    let order = AgentDraw::new(&seed, row.agent_id, &population, wish).order(row.kind).to_vec();
    Ok((draw, order))
}

/// Stores the sample that takes the place of another.
fn successor(tx: &mut Tx<'_>, row: &SampleRow, (draw, order): &(DrawRow, Vec<ConversationId>)) -> Result<Option<SampleId>> {
    let only = if draw.plan.exclusions.already_sampled { None } else { Some(row.draw_id) };
    let taken: HashSet<ConversationId> = db::samples::sampled(tx.conn, row.agent_id, row.period, only)?.into_iter().collect();
    let last = db::samples::last_position(tx.conn, row.draw_id, row.agent_id, row.kind)?;
    let from = usize::try_from(last).unwrap_or(usize::MAX).saturating_add(1);
    let Some((position, conversation)) = order.iter().enumerate().skip(from).find(|(_, id)| !taken.contains(id)) else { return Ok(None) };
    let channel = db::samples::channel_of(tx.conn, *conversation)?;
    let scorecard = draw.facts.scorecards.iter().find(|one| Some(one.channel) == channel);
    let new = NewSample {
        id: tx.id(),
        draw_id: row.draw_id,
        plan_id: row.plan_id,
        period: row.period,
        kind: row.kind,
        counts: row.counts,
        agent_id: row.agent_id,
        conversation_id: *conversation,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        state: SampleState::Open,
        scorecard_version_id: scorecard.map_or(row.scorecard_version_id, |one| one.scorecard_version_id),
        blind: row.blind,
        inspector_id: row.inspector_id,
        due_on: row.due_on,
        replaces_id: Some(row.id),
        created_at: At(tx.now),
    };
    let id = new.id;
    db::samples::insert_all(tx, vec![new])?;
    mail::work::given_one(tx, id)?;
    Ok(Some(id))
}
