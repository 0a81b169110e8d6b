//! Draws: commits to a seed, fixes the population, picks, assigns, and stores it all.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Days, Duration};
use futures_util::future::try_join;
use futures_util::stream::{self, Stream, StreamExt};
use serde::{Deserialize, Serialize};

use super::Draw;
use super::begin::{begin_or_find, check_period};
use super::gather::{PART, Source, carried, gather};
use crate::app::App;
use crate::db::Tx;
use crate::db::draw_agents::DrawAgentRow;
use crate::db::draws::{DrawFacts, DrawRow, DrawSummary, DrawnScorecard};
use crate::db::population::PlanAgent;
use crate::db::samples::NewSample;
use crate::db::sql_types::At;
use crate::db::{self, Error, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, DrawId, SamplingPlanId, ScorecardId, ScorecardVersionId};
use crate::domain::period::{Period, local_day};
use crate::domain::sampling::assignment::{AgentSamples, Assigned, UnassignedReason, assign};
use crate::domain::sampling::digest::{PopulationDigest, ResultDigest};
use crate::domain::sampling::draw::{AgentDraw, Wish};
use crate::domain::sampling::sample::{DrawState, SampleKind, SampleState};
use crate::domain::sampling::seed::Seed;
use crate::domain::sampling::shortfall::{Excluded, shortfalls};
use crate::domain::{Refusal, Refused};
use crate::usecases::mail;

/// What to draw.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawCommand {
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The period whose conversations are sampled; begun and not closed.
    pub period: Period,
    /// Whether to draw once more where the plan has drawn for the period already. Without it the first draw is answered again.
    #[serde(default)]
    pub extra: bool,
    /// Whether last period's shortfall is added to the quotas; what the plan says where absent.
    #[serde(default)]
    pub carry_over: Option<bool>,
}

/// The lease of the one draw that runs at a time.
pub(super) const LEASE: &str = "draw";

/// How many parts of the population are read at a time, while the one before is digested and stored.
const AHEAD: usize = 3;

/// From this size on the populations that were read are stored, so that they do not pile up; in bytes. Each time is a commit.
const STORED_TOGETHER: usize = 4 << 20;

/// How many such lots of populations may wait for the one that is being stored, so that nobody stops reading while the writer tidies up.
const WAITING: usize = 3;

/// How long a draw that shows no sign of life keeps others from drawing.
const LEASE_MINUTES: i64 = 10;

/// Draws for a plan and a period.
///
/// The commitment to the seed is stored first, in a transaction of its own; a draw that was interrupted after it goes on with the same seed. The
/// same command again answers the same draw, unless it asks for an extra one; of an extra one an `Idempotency-Key` makes sure.
///
/// # Permissions
/// `sampling.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `plan_paused`, `period_closed`, `period_not_begun`, `scorecard_not_published` or `draw_running`.
pub async fn draw(app: &App, actor: &Actor, command: DrawCommand) -> Result<Draw> {
    draw_or_find(app, actor, command).await.map(|(draw, _)| draw)
}

/// The same, and whether this command made the draw: `false` where it was there already. A repeated `Idempotency-Key` says what it said before.
///
/// # Errors
/// Those of [`draw`].
pub async fn draw_or_find(app: &App, actor: &Actor, command: DrawCommand) -> Result<(Draw, bool)> {
    let begun = begin_or_find(app, actor, command).await?;
    Ok((go_on(app, actor, begun.id).await?, begun.made))
}

/// Does what a committed draw still lacks. Only one draw runs at a time, whatever the number of instances: no two pick the same conversation.
///
/// # Permissions
/// `sampling.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `period_closed`, `scorecard_not_published` or `draw_running`.
pub async fn go_on(app: &App, actor: &Actor, id: DrawId) -> Result<Draw> {
    actor.may_everywhere(Action::SamplingWrite)?;
    let committed = app.read(move |conn| db::draws::load(conn, id)).await?;
    if committed.state == DrawState::Drawn {
        return Ok(Draw::of(committed));
    }
    let holder = app.chance.id(app.clock.now()).to_string();
    renew(app, actor, &holder).await?;
    let result = run(app, actor, committed, &holder).await;
    let given_back = app.write(actor, move |tx| db::leases::give_back(tx, LEASE, &holder)).await;
    let draw = result?;
    given_back?;
    Ok(draw)
}

async fn renew(app: &App, actor: &Actor, holder: &str) -> Result<()> {
    let holder = holder.to_owned();
    app.write(actor, move |tx| keep(tx, &holder)).await
}

/// Takes the lease, or keeps it for longer.
fn keep(tx: &mut Tx<'_>, holder: &str) -> Result<()> {
    let until = tx.now.checked_add_signed(Duration::minutes(LEASE_MINUTES)).unwrap_or(tx.now);
    if db::leases::take(tx, LEASE, holder, until)? { Ok(()) } else { Err(db::draws::running().into()) }
}

/// An agent who was drawn.
struct Drawn {
    agent: AgentId,
    row: DrawAgentRow,
    picks: Vec<Pick>,
}

struct Pick {
    kind: SampleKind,
    position: u32,
    conversation: ConversationId,
    channel: Channel,
}

/// What the agents that were read so far come to.
#[derive(Default)]
struct Tallied {
    digest: PopulationDigest,
    excluded: Excluded,
    summary: DrawSummary,
    drawn: Vec<(AgentSamples, Vec<Pick>)>,
}

impl Tallied {
    /// Takes in what comes, until there is enough of it to be stored; gives the rows of the agents, none at the end.
    async fn read(&mut self, parts: &mut (impl Stream<Item = Result<Vec<Drawn>>> + Unpin)) -> Result<Vec<DrawAgentRow>> {
        let (mut rows, mut bytes) = (Vec::new(), 0_usize);
        while bytes < STORED_TOGETHER
            && let Some(part) = parts.next().await
        {
            for Drawn { agent, row, picks } in part? {
                self.digest.add_encoded(agent, &row.population);
                let tally = row.tally();
                self.excluded = self.excluded.plus(&tally.excluded);
                note(&mut self.summary, agent, &tally);
                let samples = u32::try_from(picks.len()).unwrap_or(u32::MAX);
                self.drawn.push((AgentSamples { agent_id: agent, team_id: row.team_id, samples }, picks));
                bytes = bytes.saturating_add(row.population.len());
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

async fn run(app: &App, actor: &Actor, mut draw: DrawRow, holder: &str) -> Result<Draw> {
    let id = draw.id;
    // Another instance may have finished between the look and the lease.
    let now = app.read(move |conn| db::draws::load(conn, id)).await?;
    if now.state == DrawState::Drawn {
        return Ok(Draw::of(now));
    }
    let seed = Seed::from_slice(&draw.seed).ok_or_else(|| Error::Damaged(format!("draw {id}: its seed is not 32 bytes")))?;
    let source = Arc::new(Source { plan: draw.plan.clone(), period: draw.period });
    let ready = prepare(app, &draw).await?;
    app.write(actor, move |tx| db::draw_agents::delete_all(tx, id)).await?;

    let parts = ready.agents.chunks(PART).map(|chunk| {
        let (source, chunk, carried) = (Arc::clone(&source), chunk.to_vec(), Arc::clone(&ready.carried));
        app.read(move |conn| draw_chunk(conn, id, &seed, &source, &chunk, &carried))
    });
    let mut parts = stream::iter(parts).buffered(AHEAD);
    // What was read is stored while more is read.
    let (give, mut take) = tokio::sync::mpsc::channel(WAITING);
    let read = async move {
        let mut tallied = Tallied::default();
        loop {
            let rows = tallied.read(&mut parts).await?;
            // Where nobody takes them any more, storing has failed, and says so.
            if rows.is_empty() || give.send(rows).await.is_err() {
                return Result::<Tallied>::Ok(tallied);
            }
        }
    };
    let store_all = async {
        while let Some(rows) = take.recv().await {
            store_agents(app, actor, holder, rows).await?;
        }
        Result::<()>::Ok(())
    };
    let (tallied, ()) = try_join(read, store_all).await?;
    let Tallied { digest, excluded, mut summary, drawn } = tallied;

    let assigned = {
        let agents: Vec<AgentSamples> = drawn.iter().map(|(agent, _)| *agent).collect();
        let (inspectors, share) = (ready.facts.inspectors.clone(), draw.plan.pair_share_percent);
        tokio::task::spawn_blocking(move || assign(&seed, &inspectors, &agents, share))
            .await
            .map_err(|error| Error::Panicked(error.to_string()))?
    };
    count_unassigned(&mut summary, &assigned);
    let result = Arc::new(results(&drawn, &assigned));
    draw.population_count = Some(i64::try_from(digest.conversations()).unwrap_or(i64::MAX));
    draw.population_digest = Some(digest.finish());
    draw.result_digest = Some(result_digest(&result));
    draw.excluded = Some(excluded);
    draw.facts = ready.facts;
    draw.summary = Some(summary);
    draw.state = DrawState::Drawn;
    store(app, actor, draw, result).await
}

/// Stores what was read of agents so far, and keeps the lease for longer.
async fn store_agents(app: &App, actor: &Actor, holder: &str, rows: Vec<DrawAgentRow>) -> Result<()> {
    let holder = holder.to_owned();
    app.write(actor, move |tx| {
        keep(tx, &holder)?;
        db::draw_agents::insert_all(tx, &rows)
    })
    .await
}

/// What a draw needs before it looks at conversations.
struct Ready {
    agents: Vec<PlanAgent>,
    carried: Arc<std::collections::BTreeMap<AgentId, u32>>,
    facts: DrawFacts,
}

async fn prepare(app: &App, draw: &DrawRow) -> Result<Ready> {
    let (draw, now) = (draw.clone(), app.clock.now());
    app.read(move |conn| {
        let DrawRow { plan, period, facts, plan_id, .. } = &draw;
        let zone = db::organisation::load(conn)?.zone;
        let wanted: Vec<ScorecardId> = plan.scorecards.iter().map(|scorecard| scorecard.scorecard_id).collect();
        let published = db::population::published_versions(conn, &wanted)?;
        let scorecards = plan
            .channels()
            .into_iter()
            .map(|channel| {
                let version = plan.scorecard_of(channel).and_then(|scorecard| published.get(&scorecard));
                let scorecard_version_id = *version.ok_or_else(|| not_published(channel))?;
                Ok(DrawnScorecard { channel, scorecard_version_id })
            })
            .collect::<Refused<Vec<_>>>()?;
        let due_on = local_day(now, zone).checked_add_days(Days::new(u64::from(plan.due_days)));
        Ok(Ready {
            agents: db::population::agents_of(conn, *period, &plan.population.teams, &plan.exclusions.agents)?,
            carried: Arc::new(carried(conn, *plan_id, *period, facts.carry_over)?),
            facts: DrawFacts {
                inspectors: db::population::inspectors_of(conn, *period, &plan.inspectors)?,
                scorecards,
                due_on,
                ..facts.clone()
            },
        })
    })
    .await
}

fn not_published(channel: Channel) -> Refusal {
    Refusal::conflict("scorecard_not_published", format!("the plan's scorecard for {channel} has no published version; publish one first"))
}

fn draw_chunk(
    conn: &mut db::AnyConnection,
    id: DrawId,
    seed: &Seed,
    source: &Source,
    chunk: &[PlanAgent],
    carried: &std::collections::BTreeMap<AgentId, u32>,
) -> Result<Vec<Drawn>> {
    let mut drawn = Vec::with_capacity(chunk.len());
    gather(conn, source, chunk, |PlanAgent { agent, team }, found| {
        let carried = carried.get(&agent).copied().unwrap_or(0);
        let wish = Wish::of(&source.plan, &found.population, carried);
        let draw = AgentDraw::without_reserves(seed, agent, &found.population, wish);
        let tally = draw.tally(&found.population, wish, carried, found.excluded);
        let channel = |conversation| found.channel(conversation).unwrap_or(Channel::Call);
        let pick = |(kind, position, conversation)| Pick { kind, position, conversation, channel: channel(conversation) };
        let picks = draw.picks().map(pick).collect();
        let row = DrawAgentRow::new(id, agent, team, &tally, found.population.encode());
        drawn.push(Drawn { agent, row, picks });
    })?;
    Ok(drawn)
}

fn note(summary: &mut DrawSummary, agent: AgentId, tally: &crate::domain::sampling::shortfall::Tally) {
    summary.agents = summary.agents.saturating_add(1);
    summary.random = summary.random.saturating_add(tally.drawn);
    summary.targeted = summary.targeted.saturating_add(tally.targeted_drawn);
    let lines = shortfalls(agent, tally);
    summary.agents_short = summary.agents_short.saturating_add(u32::from(!lines.is_empty()));
    summary.missing = lines.iter().fold(summary.missing, |sum, line| sum.saturating_add(line.missing));
}

fn count_unassigned(summary: &mut DrawSummary, assigned: &[Assigned]) {
    for one in assigned {
        let without = u32::try_from(one.inspectors.iter().filter(|inspector| inspector.is_none()).count()).unwrap_or(u32::MAX);
        let counter = match one.reason {
            None => continue,
            Some(UnassignedReason::Conflict) => &mut summary.unassigned_conflict,
            Some(UnassignedReason::PairShare) => &mut summary.unassigned_pair_share,
            Some(UnassignedReason::Capacity) => &mut summary.unassigned_capacity,
        };
        *counter = counter.saturating_add(without);
    }
}

/// A pick with its agent and inspector.
struct Given {
    agent: AgentId,
    kind: SampleKind,
    position: u32,
    conversation: ConversationId,
    channel: Channel,
    inspector: Option<crate::domain::id::UserId>,
}

fn results(drawn: &[(AgentSamples, Vec<Pick>)], assigned: &[Assigned]) -> Vec<Given> {
    let pairs = drawn.iter().zip(assigned).flat_map(|((agent, picks), assigned)| {
        picks.iter().zip(&assigned.inspectors).map(|(pick, inspector)| Given {
            agent: agent.agent_id,
            kind: pick.kind,
            position: pick.position,
            conversation: pick.conversation,
            channel: pick.channel,
            inspector: *inspector,
        })
    });
    pairs.collect()
}

fn result_digest(result: &[Given]) -> String {
    let mut digest = ResultDigest::default();
    for given in result {
        digest.add(given.agent, given.kind, given.position, given.conversation, given.inspector);
    }
    digest.finish()
}

/// Stores the samples and the draw's result in one transaction: whoever sees one of them sees all. It holds the writer for a moment.
async fn store(app: &App, actor: &Actor, draw: DrawRow, result: Arc<Vec<Given>>) -> Result<Draw> {
    app.write(actor, move |tx| {
        check_period(tx, draw.period)?;
        let mut draw = draw.clone();
        draw.drawn_at = Some(tx.now);
        let versions: HashMap<Channel, ScorecardVersionId> =
            draw.facts.scorecards.iter().map(|one| (one.channel, one.scorecard_version_id)).collect();
        let mut rows = Vec::with_capacity(result.len());
        for given in result.iter() {
            let scorecard_version_id = *versions.get(&given.channel).ok_or_else(|| not_published(given.channel))?;
            rows.push(NewSample {
                id: tx.id(),
                draw_id: draw.id,
                plan_id: draw.plan_id,
                period: draw.period,
                kind: given.kind,
                counts: draw.plan.counts(given.kind),
                agent_id: given.agent,
                conversation_id: given.conversation,
                position: i32::try_from(given.position).unwrap_or(i32::MAX),
                state: SampleState::Open,
                scorecard_version_id,
                blind: draw.facts.blind,
                inspector_id: given.inspector,
                due_on: draw.facts.due_on.unwrap_or_else(|| tx.now.date_naive()),
                replaces_id: None,
                created_at: At(tx.now),
            });
        }
        db::draws::finish(tx, &draw)?;
        db::samples::insert_all(tx, rows)?;
        let details = serde_json::json!({
            "plan_id": draw.plan_id, "period": draw.period, "population_count": draw.population_count,
            "population_digest": draw.population_digest, "result_digest": draw.result_digest, "summary": draw.summary,
        });
        tx.audit_event("draw.drawn", ("draw", &draw.id), &details)?;
        mail::work::drawn(tx, draw.id)?;
        Ok(Draw::of(draw))
    })
    .await
}
