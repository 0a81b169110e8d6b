//! A small centre with graded samples, put straight into the tables: for tests of the money, which need violations and nothing else of
//! sampling and grading.

use assay::db::conversations::NewConversation;
use assay::db::schema::*;
use assay::db::sql_types::At;
use assay::db::{self, Tx};
use assay::domain::id::*;
use assay::domain::period::Period;
use assay::domain::violation::{ErrorKind, ViolationClass};
use assay::usecases::fines::post::post_for_evaluation;
use chrono::NaiveDate;
use diesel::prelude::*;

use super::TestApp;
use super::conversation::call;
use super::samples::drawn;

/// One vendor with a team, a team of the centre's own, and three agents: two of the vendor's, one of the centre's.
#[derive(Debug, Clone)]
pub struct Centre {
    pub vendor: VendorId,
    pub outside: TeamId,
    pub inside: TeamId,
    /// `E001` and `E002` outside, `=E003` inside.
    pub agents: [AgentId; 3],
    plan: SamplingPlanId,
    scorecard: ScorecardVersionId,
    inspector: UserId,
}

/// The violation types of the centre, with their classes.
pub const TYPES: [(&str, ViolationClass); 3] =
    [("test_a", ViolationClass::A), ("test_d", ViolationClass::D), ("test_e", ViolationClass::E)];

impl Centre {
    pub fn new(app: &TestApp) -> Self {
        let (inspector, _) = app.user("inspector", None, &[]);
        app.write(move |tx| Self::insert(tx, inspector))
    }

    fn insert(tx: &mut Tx<'_>, inspector: UserId) -> db::Result<Self> {
        let (vendor, outside, inside, plan) = (tx.id(), tx.id(), tx.id(), tx.id());
        let (card, scorecard): (ScorecardId, ScorecardVersionId) = (tx.id(), tx.id());
        let now = tx.at();
        diesel::insert_into(vendors::table)
            .values((
                vendors::id.eq(vendor),
                vendors::code.eq("v1"),
                vendors::name.eq("乙方一"),
                vendors::version.eq(1),
                vendors::created_at.eq(now),
            ))
            .execute(tx.conn)?;
        for (team, code, name, of) in [(outside, "out", "外包组", Some(vendor)), (inside, "in", "自营组", None)] {
            diesel::insert_into(teams::table)
                .values((
                    teams::id.eq(team),
                    teams::code.eq(code),
                    teams::name.eq(name),
                    teams::vendor_id.eq(of),
                    teams::version.eq(1),
                    teams::created_at.eq(now),
                ))
                .execute(tx.conn)?;
            diesel::insert_into(team_ancestors::table)
                .values((team_ancestors::team_id.eq(team), team_ancestors::ancestor_id.eq(team), team_ancestors::depth.eq(0)))
                .execute(tx.conn)?;
        }
        let agents: [AgentId; 3] = [tx.id(), tx.id(), tx.id()];
        for (agent, number, name, team) in
            [(agents[0], "E001", "王芳", outside), (agents[1], "E002", "李娜", outside), (agents[2], "=E003", "=1+1", inside)]
        {
            diesel::insert_into(agents::table)
                .values((
                    agents::id.eq(agent),
                    agents::employee_no.eq(number),
                    agents::name.eq(name),
                    agents::language.eq("zh"),
                    agents::team_id.eq(team),
                    agents::version.eq(1),
                    agents::created_at.eq(now),
                ))
                .execute(tx.conn)?;
            diesel::insert_into(agent_teams::table)
                .values((
                    agent_teams::agent_id.eq(agent),
                    agent_teams::from_date.eq(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()),
                    agent_teams::team_id.eq(team),
                    agent_teams::created_at.eq(now),
                ))
                .execute(tx.conn)?;
        }
        for (place, (code, class)) in (1..).zip(TYPES) {
            diesel::insert_into(violation_types::table)
                .values((
                    violation_types::id.eq(tx.id::<ViolationTypeId>()),
                    violation_types::code.eq(code),
                    violation_types::class.eq(class),
                    violation_types::name_zh.eq("违规项"),
                    violation_types::name_en.eq(format!("Violation {code}")),
                    violation_types::error_kind.eq(ErrorKind::NonKey),
                    violation_types::red_line.eq(false),
                    violation_types::active.eq(true),
                    violation_types::position.eq(place),
                    violation_types::version.eq(1),
                    violation_types::created_at.eq(now),
                ))
                .execute(tx.conn)?;
        }
        diesel::insert_into(scorecards::table)
            .values((
                scorecards::id.eq(card),
                scorecards::code.eq("test-phone"),
                scorecards::name_zh.eq("电话"),
                scorecards::name_en.eq("Phone"),
                scorecards::created_at.eq(now),
            ))
            .execute(tx.conn)?;
        diesel::insert_into(scorecard_versions::table)
            .values((
                scorecard_versions::id.eq(scorecard),
                scorecard_versions::scorecard_id.eq(card),
                scorecard_versions::number.eq(1),
                scorecard_versions::state.eq("published"),
                scorecard_versions::content.eq("{}"),
                scorecard_versions::version.eq(1),
                scorecard_versions::created_at.eq(now),
            ))
            .execute(tx.conn)?;
        diesel::insert_into(sampling_plans::table)
            .values((
                sampling_plans::id.eq(plan),
                sampling_plans::name.eq("plan"),
                sampling_plans::state.eq("active"),
                sampling_plans::content.eq("{}"),
                sampling_plans::version.eq(1),
                sampling_plans::created_at.eq(now),
                sampling_plans::updated_at.eq(now),
            ))
            .execute(tx.conn)?;
        Ok(Self { vendor, outside, inside, agents, plan, scorecard, inspector })
    }

    /// A sample of an agent's conversation in a month, not graded yet.
    pub fn sample(&self, app: &TestApp, agent: AgentId, period: &str) -> SampleId {
        let (centre, period): (Self, Period) = (self.clone(), period.parse().unwrap());
        app.write(move |tx| centre.insert_sample(tx, agent, period))
    }

    fn insert_sample(&self, tx: &mut Tx<'_>, agent: AgentId, period: Period) -> db::Result<SampleId> {
        let (draw, conversation, sample): (DrawId, ConversationId, SampleId) = (tx.id(), tx.id(), tx.id());
        let now = tx.at();
        let ordinal: i64 = draws::table.filter(draws::period.eq(period)).count().get_result(tx.conn)?;
        diesel::insert_into(draws::table)
            .values((
                draws::id.eq(draw),
                draws::plan_id.eq(self.plan),
                draws::plan_version.eq(1),
                draws::plan_content.eq("{}"),
                draws::period.eq(period),
                draws::kind.eq("random"),
                draws::ordinal.eq(i32::try_from(ordinal).unwrap() + 1),
                draws::state.eq("drawn"),
                draws::algorithm.eq("test"),
                draws::seed.eq(vec![0_u8; 32]),
                draws::seed_hash.eq(""),
                draws::committed_at.eq(now),
            ))
            .execute(tx.conn)?;
        let external_id = conversation.to_string();
        let call = NewConversation { id: conversation, ..call(tx, &external_id, agent, tx.now, period.first_day()) };
        db::conversations::insert(tx, &[call])?;
        drawn(tx, draw, agent)?;
        diesel::insert_into(samples::table)
            .values((
                samples::id.eq(sample),
                samples::draw_id.eq(draw),
                samples::plan_id.eq(self.plan),
                samples::period.eq(period),
                samples::kind.eq("random"),
                samples::counts.eq(true),
                samples::agent_id.eq(agent),
                samples::conversation_id.eq(conversation),
                samples::position.eq(1),
                samples::state.eq("open"),
                samples::scorecard_version_id.eq(self.scorecard),
                samples::blind.eq(false),
                samples::inspector_id.eq(self.inspector),
                samples::due_on.eq(period.last_day()),
                samples::created_at.eq(now),
            ))
            .execute(tx.conn)?;
        Ok(sample)
    }

    /// Submits an evaluation of a sample with these violations (type and occurrences), as grading does: in one transaction with the fines.
    pub async fn submit(
        &self,
        app: &assay::app::App,
        sample: SampleId,
        violations: &'static [(&'static str, i32)],
    ) -> db::Result<EvaluationId> {
        let centre = self.clone();
        app.write(&assay::domain::access::Actor::operator(), move |tx| {
            let (agent, conversation, period): (AgentId, ConversationId, Period) =
                samples::table.find(sample).select((samples::agent_id, samples::conversation_id, samples::period)).first(tx.conn)?;
            let (evaluation, now): (EvaluationId, At) = (tx.id(), tx.at());
            diesel::update(samples::table.find(sample))
                .set((samples::state.eq("submitted"), samples::submitted_at.eq(now)))
                .execute(tx.conn)?;
            diesel::insert_into(evaluations::table)
                .values((
                    evaluations::id.eq(evaluation),
                    evaluations::sample_id.eq(sample),
                    evaluations::conversation_id.eq(conversation),
                    evaluations::agent_id.eq(agent),
                    evaluations::inspector_id.eq(centre.inspector),
                    evaluations::scorecard_version_id.eq(centre.scorecard),
                    evaluations::period.eq(period),
                    evaluations::kind.eq("random"),
                    evaluations::counts.eq(true),
                    evaluations::key_errors.eq(0),
                    evaluations::non_key_errors.eq(0),
                    evaluations::comment.eq(""),
                    evaluations::seconds.eq(60),
                    evaluations::revision.eq(1),
                    evaluations::submitted_at.eq(now),
                ))
                .execute(tx.conn)?;
            insert_violations(tx, evaluation, violations)?;
            post_for_evaluation(tx, evaluation)?;
            Ok(evaluation)
        })
        .await
    }

    /// A sample that is graded at once.
    pub fn grade(&self, app: &TestApp, agent: AgentId, period: &str, violations: &'static [(&'static str, i32)]) -> EvaluationId {
        let sample = self.sample(app, agent, period);
        app.run(self.submit(&app.app, sample, violations)).unwrap()
    }
}

/// Makes the violations of an evaluation these, as a correction does.
pub fn correct(app: &TestApp, evaluation: EvaluationId, violations: &'static [(&'static str, i32)]) {
    app.write(move |tx| {
        diesel::update(violations::table.filter(violations::evaluation_id.eq(evaluation)).filter(violations::state.eq("confirmed")))
            .set((violations::state.eq("withdrawn"), violations::ended_at.eq(tx.at())))
            .execute(tx.conn)?;
        insert_violations(tx, evaluation, violations)?;
        post_for_evaluation(tx, evaluation)
    });
}

fn insert_violations(tx: &mut Tx<'_>, evaluation: EvaluationId, found: &[(&str, i32)]) -> db::Result<()> {
    let (agent, conversation, period): (AgentId, ConversationId, Period) = evaluations::table
        .find(evaluation)
        .select((evaluations::agent_id, evaluations::conversation_id, evaluations::period))
        .first(tx.conn)?;
    for (code, times) in found {
        let (of, class): (ViolationTypeId, ViolationClass) = violation_types::table
            .filter(violation_types::code.eq(code))
            .select((violation_types::id, violation_types::class))
            .first(tx.conn)?;
        diesel::insert_into(violations::table)
            .values((
                violations::id.eq(tx.id::<ViolationId>()),
                violations::evaluation_id.eq(evaluation),
                violations::conversation_id.eq(conversation),
                violations::agent_id.eq(agent),
                violations::period.eq(period),
                violations::type_id.eq(of),
                violations::type_code.eq(code),
                violations::class.eq(class),
                violations::error_kind.eq(ErrorKind::NonKey),
                violations::red_line.eq(false),
                violations::occurrences.eq(times),
                violations::money_lost.eq(false),
                violations::comment.eq(""),
                violations::evidence.eq("[]"),
                violations::state.eq("confirmed"),
                violations::created_at.eq(tx.at()),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}
