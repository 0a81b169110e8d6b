//! Facts for grading: teams, agents, conversations and samples, made as directly as the stages before would leave them.

use assay::db;
use assay::db::conversations::NewConversation;
use assay::db::schema::{attendance, draws, periods, samples, sampling_plans, scorecard_versions, scorecards};
use assay::domain::access::{Actor, Grant, GrantReach, Role};
use assay::domain::id::{AgentId, CloseId, ConversationId, DrawId, SampleId, SamplingPlanId, ScorecardVersionId, TeamId, UserId, VendorId};
use assay::domain::month_close::PeriodState;
use assay::domain::period::{Period, local_day};
use assay::domain::sampling::sample::{DrawKind, DrawState, PlanState, SampleKind, SampleState};
use assay::domain::scorecard::VersionState;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::conversation::call;
use super::samples::drawn;
use super::{Client, Response, TestApp};

/// The key items of the default phone scorecard.
pub const KEY_ITEMS: [&str; 5] = ["identity_check", "ownership", "confidentiality", "respect", "ending"];
/// Its non-key items.
pub const NON_KEY_ITEMS: [&str; 12] = [
    "greeting",
    "listening",
    "needs_clarified",
    "correct_answer",
    "error_corrected",
    "procedure",
    "system_operation",
    "no_early_repayment",
    "attitude",
    "hold_and_silence",
    "rating_invited",
    "action_code",
];

pub fn month(text: &str) -> Period {
    text.parse().unwrap()
}

pub fn vendor(app: &TestApp, code: &str) -> VendorId {
    let input = serde_json::from_value(json!({ "code": code, "name": format!("乙方 {code}") })).unwrap();
    app.run(assay::usecases::vendors::create::create(&app.app, &Actor::operator(), input)).unwrap().id
}

pub fn team(app: &TestApp, code: &str, above: Option<TeamId>, vendor: Option<VendorId>) -> TeamId {
    let input =
        serde_json::from_value(json!({ "code": code, "name": format!("组 {code}"), "parent_id": above, "vendor_id": vendor })).unwrap();
    app.run(assay::usecases::teams::create::create(&app.app, &Actor::operator(), input)).unwrap().id
}

pub fn agent(app: &TestApp, employee_no: &str, team: TeamId) -> AgentId {
    let input =
        serde_json::from_value(json!({ "employee_no": employee_no, "name": format!("客服 {employee_no}"), "team_id": team })).unwrap();
    app.run(assay::usecases::agents::create::create(&app.app, &Actor::operator(), input)).unwrap().id
}

pub fn move_to(app: &TestApp, agent: AgentId, team: TeamId, from: &str) {
    let input = serde_json::from_value(json!({ "team_id": team, "from": from })).unwrap();
    app.run(assay::usecases::agents::move_team::move_team(&app.app, &Actor::operator(), agent, 1, input)).unwrap();
}

pub fn attended(app: &TestApp, agent: AgentId, period: &str, days: i32) {
    let period = month(period);
    app.write(move |tx| {
        let now = tx.at();
        diesel::insert_into(attendance::table)
            .values((
                attendance::agent_id.eq(agent),
                attendance::period.eq(period),
                attendance::worked_days.eq(days),
                attendance::recorded_at.eq(now),
            ))
            .execute(tx.conn)?;
        Ok(())
    });
}

/// A call of a minute with 20 lines of transcript.
pub fn conversation(app: &TestApp, agent: AgentId, started_at: &str) -> ConversationId {
    let started: DateTime<Utc> = started_at.parse().unwrap();
    let day: NaiveDate = local_day(started, chrono_tz::Tz::Asia__Shanghai);
    app.write(move |tx| {
        let external_id = tx.id::<ConversationId>().to_string();
        let call = NewConversation { lines: 20, ..call(tx, &external_id, agent, started, day) };
        let id = call.id;
        db::conversations::insert(tx, &[call])?;
        Ok(id)
    })
}

/// A draw for a period, with its plan.
pub fn draw(app: &TestApp, period: &str) -> DrawId {
    let period = month(period);
    app.write(move |tx| {
        let (plan, id, now) = (tx.id::<SamplingPlanId>(), tx.id::<DrawId>(), tx.at());
        diesel::insert_into(sampling_plans::table)
            .values((
                sampling_plans::id.eq(plan),
                sampling_plans::name.eq(plan.to_string()),
                sampling_plans::state.eq(PlanState::Active),
                sampling_plans::content.eq("{}"),
                sampling_plans::version.eq(1),
                sampling_plans::created_at.eq(now),
                sampling_plans::updated_at.eq(now),
            ))
            .execute(tx.conn)?;
        diesel::insert_into(draws::table)
            .values((
                draws::id.eq(id),
                draws::plan_id.eq(plan),
                draws::plan_version.eq(1),
                draws::plan_content.eq("{}"),
                draws::period.eq(period),
                draws::kind.eq(DrawKind::Regular),
                draws::ordinal.eq(1),
                draws::state.eq(DrawState::Drawn),
                draws::algorithm.eq("test"),
                draws::seed.eq(vec![0_u8; 32]),
                draws::seed_hash.eq(""),
                draws::committed_at.eq(now),
            ))
            .execute(tx.conn)?;
        Ok(id)
    })
}

/// The published version of a scorecard.
pub fn published(app: &TestApp, code: &'static str) -> ScorecardVersionId {
    app.read(move |conn| {
        Ok(scorecard_versions::table
            .inner_join(scorecards::table)
            .filter(scorecards::code.eq(code))
            .filter(scorecard_versions::state.eq(VersionState::Published))
            .select(scorecard_versions::id)
            .first(conn)?)
    })
}

/// What is special about a sample.
#[derive(Clone, Copy)]
pub struct Special {
    pub kind: SampleKind,
    pub counts: bool,
    pub blind: bool,
}

/// A random sample that counts, in the open.
pub const USUAL: Special = Special { kind: SampleKind::Random, counts: true, blind: false };

/// A sample of a conversation, claimed by an inspector, to be graded with the phone scorecard.
pub fn sample(app: &TestApp, draw: DrawId, agent: AgentId, conversation: ConversationId, inspector: UserId, special: Special) -> SampleId {
    let version = published(app, "phone");
    app.write(move |tx| {
        let (id, now) = (tx.id::<SampleId>(), tx.at());
        let (plan, period): (SamplingPlanId, Period) = draws::table.find(draw).select((draws::plan_id, draws::period)).first(tx.conn)?;
        let taken: i64 = samples::table.filter(samples::draw_id.eq(draw)).count().get_result(tx.conn)?;
        drawn(tx, draw, agent)?;
        diesel::insert_into(samples::table)
            .values((
                samples::id.eq(id),
                samples::draw_id.eq(draw),
                samples::plan_id.eq(plan),
                samples::period.eq(period),
                samples::kind.eq(special.kind),
                samples::counts.eq(special.counts),
                samples::agent_id.eq(agent),
                samples::conversation_id.eq(conversation),
                samples::position.eq(i32::try_from(taken).unwrap()),
                samples::state.eq(SampleState::Claimed),
                samples::scorecard_version_id.eq(version),
                samples::blind.eq(special.blind),
                samples::inspector_id.eq(inspector),
                samples::due_on.eq(period.last_day()),
                samples::claimed_at.eq(now),
                samples::claim_until.eq(now),
                samples::created_at.eq(now),
            ))
            .execute(tx.conn)?;
        Ok(id)
    })
}

/// An inspector who sees own evaluations only.
pub fn inspector(app: &TestApp) -> (UserId, Client) {
    app.user("inspector", None, &[Grant { role: Role::Inspector, reach: GrantReach::Own }])
}

/// A complete answer sheet for the phone scorecard in which these items fail.
pub fn sheet(failed: &[&str]) -> Value {
    let answer = |code: &&str| {
        let fails = failed.contains(code);
        json!({ "code": code, "outcome": if fails { "fail" } else { "pass" }, "comment": if fails { "见证据" } else { "" } })
    };
    json!({ "items": KEY_ITEMS.iter().chain(&NON_KEY_ITEMS).map(answer).collect::<Vec<_>>() })
}

pub fn submit(client: &Client, sample: SampleId, sheet: &Value) -> Response {
    client.post(&format!("samples/{sample}/evaluation"), &json!({ "sheet": sheet, "seconds": 30 }))
}

/// Grades n new samples of an agent with K key and N non-key errors on them, through the API.
pub fn grade(app: &TestApp, draw: DrawId, agent: AgentId, started_at: &str, (n, key, non_key): (usize, usize, usize)) {
    let (inspector_id, client) = inspector(app);
    let (mut key, mut non_key) = (key, non_key);
    for _ in 0..n {
        let (k, m) = (key.min(KEY_ITEMS.len()), non_key.min(NON_KEY_ITEMS.len()));
        (key, non_key) = (key - k, non_key - m);
        let failed: Vec<&str> = KEY_ITEMS.iter().take(k).chain(NON_KEY_ITEMS.iter().take(m)).copied().collect();
        let sample = sample(app, draw, agent, conversation(app, agent, started_at), inspector_id, USUAL);
        submit(&client, sample, &sheet(&failed)).expect(201);
    }
    assert_eq!((key, non_key), (0, 0), "more errors than {n} evaluations hold");
}

/// Marks a period as closed, without all that belongs to closing it.
pub fn mark_closed(app: &TestApp, period: &str) {
    let period = month(period);
    app.write(move |tx| {
        let (id, now) = (tx.id::<CloseId>(), tx.at());
        diesel::insert_into(periods::table)
            .values((
                periods::period.eq(period),
                periods::state.eq(PeriodState::Closed),
                periods::close_id.eq(id),
                periods::touched_at.eq(now),
                periods::standing_in_the_way.eq("{}"),
            ))
            .execute(tx.conn)?;
        Ok(())
    });
}
