//! Verifies a draw from its stored facts.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::App;
use crate::db::draws::DrawRow;
use crate::db::samples::SampleRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::id::{AgentId, ConversationId, DrawId};
use crate::domain::sampling::sample::{DrawState, SampleState};
use crate::domain::sampling::verify::{StoredAgent, StoredDraw, StoredSample, Verification, Verifier};
use crate::usecases::sampling_plans::may_read;

/// Computes the draw again and says what differs. Changes nothing.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `not_drawn_yet`.
pub async fn verify(app: &App, actor: &Actor, id: DrawId) -> Result<Verification> {
    may_read(actor)?;
    app.read(move |conn| {
        let draw = db::draws::load(conn, id)?;
        match draw.state {
            DrawState::Drawn => {}
            DrawState::Committed => {
                return Err(Refusal::conflict("not_drawn_yet", "this draw has committed to its seed but is not drawn yet").into());
            }
        }
        let mut verifier = Verifier::new(facts_of(conn, &draw)?);
        let mut after = None;
        loop {
            let agents = stored_agents(conn, &draw, after)?;
            after = agents.last().map(|agent| agent.agent_id);
            if agents.is_empty() {
                return Ok(verifier.finish());
            }
            agents.into_iter().for_each(|agent| verifier.agent(agent));
        }
    })
    .await
}

fn facts_of(conn: &mut AnyConnection, draw: &DrawRow) -> Result<StoredDraw> {
    Ok(StoredDraw {
        plan_id: draw.plan_id,
        period: draw.period,
        algorithm: draw.algorithm.clone(),
        seed: draw.seed.clone(),
        seed_hash: draw.seed_hash.clone(),
        plan: draw.plan.clone(),
        population_count: draw.population_count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
        population_digest: draw.population_digest.clone().unwrap_or_default(),
        result_digest: draw.result_digest.clone().unwrap_or_default(),
        samples: db::samples::count_of(conn, draw.id)?,
        inspectors: draw.facts.inspectors.clone(),
    })
}

/// The next agents of the draw with their samples.
fn stored_agents(conn: &mut AnyConnection, draw: &DrawRow, after: Option<AgentId>) -> Result<Vec<StoredAgent>> {
    let rows = db::draw_agents::after(conn, draw.id, after, 200)?;
    let ids: Vec<AgentId> = rows.iter().map(|row| row.agent_id).collect();
    let mut samples: BTreeMap<AgentId, Vec<StoredSample>> = BTreeMap::new();
    for row in db::samples::of_draw(conn, draw.id, &ids)? {
        samples.entry(row.agent_id).or_default().push(stored_sample(row));
    }
    let mut taken: BTreeMap<AgentId, BTreeSet<ConversationId>> = BTreeMap::new();
    if draw.plan.exclusions.already_sampled {
        for (agent, conversation) in db::samples::of_other_draws(conn, draw.id, draw.period, &ids)? {
            taken.entry(agent).or_default().insert(conversation);
        }
    }
    Ok(rows
        .into_iter()
        .map(|row| StoredAgent {
            agent_id: row.agent_id,
            team_id: row.team_id,
            tally: row.tally(),
            population: row.population,
            samples: samples.remove(&row.agent_id).unwrap_or_default(),
            taken: taken.remove(&row.agent_id).unwrap_or_default(),
        })
        .collect())
}

fn stored_sample(row: SampleRow) -> StoredSample {
    StoredSample {
        id: row.id,
        kind: row.kind,
        position: u32::try_from(row.position).unwrap_or(u32::MAX),
        conversation: row.conversation_id,
        plan_id: row.plan_id,
        period: row.period,
        counts: row.counts,
        inspector: row.inspector_id,
        reassigned: row.assigned_at.is_some(),
        replaces: row.replaces_id,
        replaced: row.state == SampleState::Replaced,
    }
}
