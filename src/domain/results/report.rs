//! Results as they are read: of one agent, and of a team, a vendor or the centre.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Counts, Fraction, Headroom, Tally, Thresholds, Verdict, WorkedDays};
use crate::domain::id::{AgentId, EvaluationId, SampleId, TeamId, VendorId};
use crate::domain::pass_policy::{PassPolicy, Threshold};
use crate::domain::period::Period;
use crate::domain::words::words;

/// An agent and the team that the agent ended the period in (handbook 3.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The agent.
    pub agent_id: AgentId,
    /// The employee number.
    pub employee_no: String,
    /// The name.
    pub name: String,
    /// The last day, where the agent has left.
    pub left_on: Option<NaiveDate>,
    /// Since when the agent is in the team.
    pub since: NaiveDate,
    /// The team.
    pub team_id: TeamId,
    /// The vendor that the team belongs to.
    pub vendor_id: Option<VendorId>,
}

impl Member {
    /// Whether the agent was there in the period at all, by what is known of teams and leaving.
    pub fn was_there(&self, period: Period) -> bool {
        self.since <= period.last_day() && self.left_on.is_none_or(|last| last >= period.first_day())
    }
}

/// One agent's result in one period (handbook 3.2, 3.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentResult {
    /// The period.
    pub period: Period,
    /// The agent.
    pub agent_id: AgentId,
    /// The agent's employee number.
    pub employee_no: String,
    /// The agent's name.
    pub name: String,
    /// The team that the agent ended the period in.
    pub team_id: TeamId,
    /// The vendor that the team belongs to; absent for a team of the centre itself.
    pub vendor_id: Option<VendorId>,
    /// n: evaluated samples that count.
    pub evaluations: u64,
    /// K: key errors on them.
    pub key_errors: u64,
    /// N: non-key errors on them.
    pub non_key_errors: u64,
    /// K / n; absent where n is 0.
    pub key_ratio: Option<Fraction>,
    /// N / n; absent where n is 0.
    pub non_key_ratio: Option<Fraction>,
    /// The most that K / n may be.
    pub max_key_ratio: Threshold,
    /// The most that N / n may be.
    pub max_non_key_ratio: Threshold,
    /// The verdict.
    pub verdict: Verdict,
    /// How many more errors the counted samples bear; absent where there is no pass to lose.
    pub headroom: Option<Headroom>,
    /// Worked days, and where the number comes from.
    pub worked_days: WorkedDays,
    /// The agent is effective who worked more days than this.
    pub more_than_worked_days: u32,
    /// Whether the agent is effective (有效员工).
    pub effective: bool,
    /// Number of the pass policy version in force.
    pub pass_policy: i32,
    /// Whether the period is closed and this will never change again.
    pub frozen: bool,
}

impl AgentResult {
    /// Judges an agent by the pass policy version in force.
    pub fn judge(period: Period, member: Member, counts: Counts, worked_days: WorkedDays, (number, policy): (i32, &PassPolicy)) -> Self {
        let thresholds = Thresholds { key: policy.max_key_ratio, non_key: policy.max_non_key_ratio };
        Self {
            period,
            agent_id: member.agent_id,
            employee_no: member.employee_no,
            name: member.name,
            team_id: member.team_id,
            vendor_id: member.vendor_id,
            evaluations: counts.evaluations,
            key_errors: counts.key_errors,
            non_key_errors: counts.non_key_errors,
            key_ratio: counts.key_ratio(),
            non_key_ratio: counts.non_key_ratio(),
            max_key_ratio: policy.max_key_ratio,
            max_non_key_ratio: policy.max_non_key_ratio,
            verdict: counts.verdict(thresholds),
            headroom: counts.headroom(thresholds),
            worked_days,
            more_than_worked_days: policy.more_than_worked_days,
            effective: worked_days.effective(policy.more_than_worked_days),
            pass_policy: number,
            frozen: false,
        }
    }

    /// What was counted.
    pub fn counts(&self) -> Counts {
        Counts { evaluations: self.evaluations, key_errors: self.key_errors, non_key_errors: self.non_key_errors }
    }
}

/// An evaluation that a result rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CountedEvaluation {
    /// The evaluation.
    pub evaluation_id: EvaluationId,
    /// Its sample.
    pub sample_id: SampleId,
    /// Key errors.
    pub key_errors: u32,
    /// Non-key errors.
    pub non_key_errors: u32,
}

/// One agent's result with the evaluations that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentReport {
    /// The result.
    #[serde(flatten)]
    pub result: AgentResult,
    /// The evaluations that count, in the order of their submission.
    pub rests_on: Vec<CountedEvaluation>,
}

words! {
    /// What a result is of.
    UnitKind ("unit_kind") {
        /// A team with those below it.
        Team = "team",
        /// A vendor (乙方).
        Vendor = "vendor",
        /// The whole centre (甲方).
        Centre = "centre",
    }
}

/// A team, a vendor or the centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// The team's or vendor's id; nil for the centre.
    pub id: Uuid,
    /// The team above, of a team.
    pub parent_id: Option<TeamId>,
    /// The code; empty for the centre.
    pub code: String,
    /// The name.
    pub name: String,
    /// Whether it is no longer used; it is told of only where it has agents.
    pub archived: bool,
}

/// The result of a team with those below it, of a vendor or of the centre (handbook 3.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UnitResult {
    /// The period.
    pub period: Period,
    /// `team`, `vendor` or `centre`.
    pub kind: UnitKind,
    /// The team's or vendor's id; nil for the centre.
    pub id: Uuid,
    /// The team above, of a team.
    pub parent_id: Option<TeamId>,
    /// The code; empty for the centre.
    pub code: String,
    /// The name.
    pub name: String,
    /// Agents who ended the period in it or below it.
    pub agents: u64,
    /// Those who are effective.
    pub effective: u64,
    /// Those with at least one counted evaluation.
    pub sampled: u64,
    /// Those who are effective and sampled: what the pass rate is out of.
    pub rated: u64,
    /// Those who are effective, sampled and pass.
    pub passed: u64,
    /// The pass rate (质检合格率), passed / rated; absent where nobody is rated.
    pub pass_rate: Option<Fraction>,
    /// Counted evaluations of all of its agents.
    pub evaluations: u64,
    /// Key errors on them.
    pub key_errors: u64,
    /// Non-key errors on them.
    pub non_key_errors: u64,
    /// Whether the period is closed and this will never change again.
    pub frozen: bool,
}

impl UnitResult {
    /// The result of a unit whose agents add up to `tally`.
    pub fn of(period: Period, unit: Unit, tally: &Tally) -> Self {
        Self {
            period,
            kind: unit.kind,
            id: unit.id,
            parent_id: unit.parent_id,
            code: unit.code,
            name: unit.name,
            agents: tally.agents,
            effective: tally.effective,
            sampled: tally.sampled,
            rated: tally.rated,
            passed: tally.passed,
            pass_rate: tally.pass_rate(),
            evaluations: tally.counts.evaluations,
            key_errors: tally.counts.key_errors,
            non_key_errors: tally.counts.non_key_errors,
            frozen: false,
        }
    }
}

/// Adds agents up by units. `units_of` names the units that an agent belongs to.
pub fn add_up<'a>(
    agents: impl IntoIterator<Item = &'a AgentResult>,
    units_of: impl Fn(&AgentResult) -> Vec<Uuid>,
) -> BTreeMap<Uuid, Tally> {
    let mut tallies: BTreeMap<Uuid, Tally> = BTreeMap::new();
    for agent in agents {
        for unit in units_of(agent) {
            tallies.entry(unit).or_default().add(agent.counts(), agent.verdict, agent.effective);
        }
    }
    tallies
}

/// The results of `units` in their order, those in which nobody was and that are archived left out.
pub fn unit_results(period: Period, units: Vec<Unit>, tallies: &BTreeMap<Uuid, Tally>) -> Vec<UnitResult> {
    units
        .into_iter()
        .filter_map(|unit| match tallies.get(&unit.id) {
            Some(tally) => Some(UnitResult::of(period, unit, tally)),
            None if unit.archived => None,
            None => Some(UnitResult::of(period, unit, &Tally::default())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: u128, team: u128) -> Member {
        Member {
            agent_id: AgentId(Uuid::from_u128(number)),
            employee_no: number.to_string(),
            name: "王芳".into(),
            left_on: None,
            since: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
            team_id: TeamId(Uuid::from_u128(team)),
            vendor_id: None,
        }
    }

    fn month() -> Period {
        "2026-11".parse().unwrap()
    }

    fn judged(number: u128, team: u128, (n, k, m): (u64, u64, u64), days: u32) -> AgentResult {
        let policy = crate::domain::defaults::pass_policy().unwrap();
        let counts = Counts { evaluations: n, key_errors: k, non_key_errors: m };
        AgentResult::judge(month(), member(number, team), counts, WorkedDays::known(Some(days), 0), (1, &policy))
    }

    #[test]
    fn an_agent_is_judged_by_the_policy_in_force() {
        let passes = judged(1, 1, (10, 1, 6), 6);
        assert_eq!((passes.verdict, passes.effective, passes.pass_policy), (Verdict::Pass, true, 1));
        let json = serde_json::to_value(&passes).unwrap();
        assert_eq!(json["key_ratio"]["decimal"], "0.1000");
        assert_eq!(json["max_key_ratio"], "0.1");
        assert_eq!(judged(1, 1, (0, 0, 0), 5).verdict, Verdict::NotSampled);
        assert!(!judged(1, 1, (0, 0, 0), 5).effective);
    }

    #[test]
    fn teams_hold_those_below_them_and_a_rate_is_null_without_rated_agents() {
        let (above, below, empty, gone) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3), Uuid::from_u128(4));
        let agents = [judged(1, 1, (10, 1, 6), 6), judged(2, 2, (9, 1, 0), 6), judged(3, 2, (5, 0, 3), 5)];
        let units_of = |agent: &AgentResult| if agent.team_id.0 == below { vec![below, above] } else { vec![above] };
        let unit = |id, archived| Unit { kind: UnitKind::Team, id, parent_id: None, code: String::new(), name: String::new(), archived };
        let units = vec![unit(above, false), unit(below, false), unit(empty, false), unit(gone, true)];
        let results = unit_results(month(), units, &add_up(&agents, units_of));
        let rates: Vec<_> =
            results.iter().map(|it| (it.agents, it.rated, it.passed, it.pass_rate.as_ref().map(|r| r.decimal.as_str()))).collect();
        assert_eq!(rates, [(3, 2, 1, Some("0.5000")), (2, 1, 0, Some("0.0000")), (0, 0, 0, None)]);
    }

    #[test]
    fn who_left_before_or_came_after_was_not_there() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(Member { left_on: Some(day("2026-11-01")), ..member(1, 1) }.was_there(month()));
        assert!(!Member { left_on: Some(day("2026-10-31")), ..member(1, 1) }.was_there(month()));
        assert!(Member { since: day("2026-11-30"), ..member(1, 1) }.was_there(month()));
        assert!(!Member { since: day("2026-12-01"), ..member(1, 1) }.was_there(month()));
    }
}
