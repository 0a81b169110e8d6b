//! Samples as facts, for tests that are not about sampling.

use assay::db;
use assay::db::Tx;
use assay::db::draw_agents::DrawAgentRow;
use assay::db::schema::{agents, conversations, drafts, draws, samples, sampling_plans, scorecard_versions, scorecards};
use assay::domain::id::{AgentId, ConversationId, DrawId, SampleId, SamplingPlanId, ScorecardId, ScorecardVersionId, UserId};
use assay::domain::sampling::shortfall::Tally;
use diesel::prelude::*;

use super::TestApp;

/// An agent of a draw, of whom a sample can name both; nothing where the draw knows the agent already.
pub fn drawn(tx: &mut Tx<'_>, draw: DrawId, agent: AgentId) -> db::Result<()> {
    if db::draw_agents::find(tx.conn, draw, agent)?.is_none() {
        let team = agents::table.find(agent).select(agents::team_id).first(tx.conn)?;
        db::draw_agents::insert_all(tx, &[DrawAgentRow::new(draw, agent, team, &Tally::default(), vec![])])?;
    }
    Ok(())
}

impl TestApp {
    /// A sample of a conversation for an inspector, from a draw of its own.
    pub fn make_sample(&self, conversation: ConversationId, inspector: UserId, blind: bool) -> SampleId {
        self.write(move |tx| {
            let at = tx.at();
            let (agent, period): (AgentId, String) = conversations::table
                .filter(conversations::id.eq(conversation))
                .select((conversations::agent_id, conversations::period))
                .first(tx.conn)?;
            let (plan, draw, card, version, id) =
                (tx.id::<SamplingPlanId>(), tx.id::<DrawId>(), tx.id::<ScorecardId>(), tx.id::<ScorecardVersionId>(), tx.id::<SampleId>());
            diesel::insert_into(sampling_plans::table)
                .values((
                    sampling_plans::id.eq(plan),
                    sampling_plans::name.eq(plan.to_string()),
                    sampling_plans::state.eq("active"),
                    sampling_plans::content.eq("{}"),
                    sampling_plans::version.eq(1),
                    sampling_plans::created_at.eq(at),
                    sampling_plans::updated_at.eq(at),
                ))
                .execute(tx.conn)?;
            diesel::insert_into(draws::table)
                .values((
                    draws::id.eq(draw),
                    draws::plan_id.eq(plan),
                    draws::plan_version.eq(1),
                    draws::plan_content.eq("{}"),
                    draws::period.eq(&period),
                    draws::kind.eq("random"),
                    draws::ordinal.eq(1),
                    draws::state.eq("drawn"),
                    draws::algorithm.eq("test"),
                    draws::seed.eq(vec![0_u8; 32]),
                    draws::seed_hash.eq(""),
                    draws::committed_at.eq(at),
                ))
                .execute(tx.conn)?;
            diesel::insert_into(scorecards::table)
                .values((
                    scorecards::id.eq(card),
                    scorecards::code.eq(card.to_string()),
                    scorecards::name_zh.eq(""),
                    scorecards::name_en.eq(""),
                    scorecards::created_at.eq(at),
                ))
                .execute(tx.conn)?;
            diesel::insert_into(scorecard_versions::table)
                .values((
                    scorecard_versions::id.eq(version),
                    scorecard_versions::scorecard_id.eq(card),
                    scorecard_versions::number.eq(1),
                    scorecard_versions::state.eq("published"),
                    scorecard_versions::content.eq("{}"),
                    scorecard_versions::version.eq(1),
                    scorecard_versions::created_at.eq(at),
                ))
                .execute(tx.conn)?;
            drawn(tx, draw, agent)?;
            diesel::insert_into(samples::table)
                .values((
                    samples::id.eq(id),
                    samples::draw_id.eq(draw),
                    samples::plan_id.eq(plan),
                    samples::period.eq(&period),
                    samples::kind.eq("random"),
                    samples::counts.eq(true),
                    samples::agent_id.eq(agent),
                    samples::conversation_id.eq(conversation),
                    samples::position.eq(1),
                    samples::state.eq("assigned"),
                    samples::scorecard_version_id.eq(version),
                    samples::blind.eq(blind),
                    samples::inspector_id.eq(inspector),
                    samples::due_on.eq(chrono::NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()),
                    samples::created_at.eq(at),
                ))
                .execute(tx.conn)?;
            Ok(id)
        })
    }

    /// A draft of a sample: somebody has begun to grade it.
    pub fn make_draft(&self, sample: SampleId, inspector: UserId) {
        self.write(move |tx| {
            diesel::insert_into(drafts::table)
                .values((
                    drafts::sample_id.eq(sample),
                    drafts::inspector_id.eq(inspector),
                    drafts::content.eq("{}"),
                    drafts::version.eq(1),
                    drafts::seconds.eq(1_i64),
                    drafts::saved_at.eq(tx.at()),
                ))
                .execute(tx.conn)?;
            Ok(())
        });
    }

    /// Marks a sample as replaced.
    pub fn replace_sample(&self, sample: SampleId) {
        self.write(move |tx| {
            diesel::update(samples::table.filter(samples::id.eq(sample)))
                .set((samples::state.eq("replaced"), samples::replaced_at.eq(tx.at()), samples::replaced_reason.eq("other")))
                .execute(tx.conn)?;
            Ok(())
        });
    }
}
