//! The sampling plan (抽检计划): the standing rule of who is sampled, how many, from what, and who grades (handbook 2).

use serde::{Deserialize, Serialize};

use super::filter::{AttributeCondition, ConversationFacts, Exclusion, Exclusions, PopulationFilter, Range, attributes_hold};
use super::filter::{check_attributes, distinct};
use super::quota::Quota;
use super::sample::SampleKind;
use super::schedule::Schedule;
use super::stratum::StratifyBy;
use crate::domain::conversation::Channel;
use crate::domain::id::{ScorecardId, UserId};
use crate::domain::refusal::{Faults, Refused};

/// What a plan says. A draw keeps the content it was drawn with, whatever becomes of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanContent {
    /// Which conversations it looks at.
    #[serde(default)]
    pub population: PopulationFilter,
    /// What is left out of them.
    #[serde(default)]
    pub exclusions: Exclusions,
    /// How many random samples of each agent are wanted in a period.
    pub quota: Quota,
    /// Over which parts of the month the random picks of an agent spread; by default its days.
    #[serde(default = "by_day")]
    pub stratify_by: StratifyBy,
    /// How many of the first reserves of each agent targeted picks may not take, 0 to 100; by default 3. Reserves beyond them go
    /// to whoever comes first.
    #[serde(default = "three")]
    pub reserves: u32,
    /// Further samples picked for risk.
    pub targeted: Option<Targeted>,
    /// Who grades, and how much.
    pub inspectors: Vec<InspectorCapacity>,
    /// The share of an agent's samples in one draw that the same inspector may grade, in percent, 1 to 100, rounded down but at
    /// least one sample; by default 100, no limit.
    #[serde(default = "hundred")]
    pub pair_share_percent: u32,
    /// Samples are due so many days after the draw, 1 to 92.
    pub due_days: u32,
    /// Whether inspectors do not see the agent's name and number.
    #[serde(default)]
    pub blind: bool,
    /// Whether last period's shortfall of an agent is added to the quota.
    #[serde(default)]
    pub carry_over: bool,
    /// When it draws by itself; absent for plans that are drawn by hand.
    pub schedule: Option<Schedule>,
    /// The scorecard for each channel. Conversations of other channels are outside the plan.
    pub scorecards: Vec<ChannelScorecard>,
}

/// Samples picked for risk, beside the random ones (handbook 3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Targeted {
    /// Which of the eligible conversations carry the risk. At least one condition.
    pub filter: TargetedFilter,
    /// How many of each agent; a percentage is one of the conversations that the filter matches.
    pub quota: Quota,
    /// Whether they count for n, K and N; by default they do not, because they would bias the rate (handbook 3.5).
    #[serde(default)]
    pub counts: bool,
}

/// Conditions that narrow the plan's population for targeted picks. Every one must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetedFilter {
    /// These channels; empty for all of the plan.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// These queues; empty for all of the plan.
    #[serde(default)]
    pub queues: Vec<String>,
    /// Length in whole seconds.
    pub duration_seconds: Option<Range>,
    /// Satisfaction, such as `{"max": 2}` for unhappy customers.
    pub satisfaction: Option<Range>,
    /// Conditions on free attributes.
    #[serde(default)]
    pub attributes: Vec<AttributeCondition>,
}

/// An inspector of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectorCapacity {
    /// The inspector's user.
    pub user_id: UserId,
    /// At most so many samples of one draw, 1 to 100000. Samples are shared out in proportion to it.
    pub capacity: u32,
}

/// The scorecard with which conversations of a channel are graded: its latest published version at the time of the draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelScorecard {
    /// The channel.
    pub channel: Channel,
    /// The scorecard.
    pub scorecard_id: ScorecardId,
}

const fn by_day() -> StratifyBy {
    StratifyBy::Day
}

const fn three() -> u32 {
    3
}

const fn hundred() -> u32 {
    100
}

/// What a conversation is to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The plan does not look at it.
    Outside,
    /// The plan looks at it and leaves it out.
    Excluded(Exclusion),
    /// It can be drawn.
    Eligible {
        /// It also carries the risk that targeted picks look for.
        targeted: bool,
    },
}

impl PlanContent {
    /// The most inspectors of a plan.
    pub const INSPECTOR_LIMIT: usize = 1000;

    /// The content as it is stored, if nothing is wrong with it. Whether the ids in it exist is for the caller to find out.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        self.population.check("population", &mut faults);
        self.exclusions.check("exclusions", &mut faults);
        self.quota.check("quota", &mut faults);
        if self.reserves > 100 {
            faults.push("reserves", "must be 0 to 100");
        }
        if let Some(targeted) = &self.targeted {
            targeted.check("targeted", &mut faults);
        }
        self.check_inspectors(&mut faults);
        if !(1..=100).contains(&self.pair_share_percent) {
            faults.push("pair_share_percent", "must be 1 to 100");
        }
        if !(1..=92).contains(&self.due_days) {
            faults.push("due_days", "must be 1 to 92");
        }
        if let Some(schedule) = &self.schedule {
            schedule.check("schedule", &mut faults);
        }
        self.check_scorecards(&mut faults);
        faults.finish()?;
        Ok(self)
    }

    fn check_inspectors(&self, faults: &mut Faults) {
        if self.inspectors.is_empty() {
            faults.push("inspectors", "needs at least one inspector");
        }
        let users: Vec<UserId> = self.inspectors.iter().map(|inspector| inspector.user_id).collect();
        distinct("inspectors", &users, Self::INSPECTOR_LIMIT, faults);
        for (index, inspector) in self.inspectors.iter().enumerate() {
            if !(1..=100_000).contains(&inspector.capacity) {
                faults.push(format!("inspectors[{index}].capacity"), "must be 1 to 100000");
            }
        }
    }

    fn check_scorecards(&self, faults: &mut Faults) {
        if self.scorecards.is_empty() {
            faults.push("scorecards", "needs a scorecard for at least one channel");
        }
        let channels: Vec<Channel> = self.scorecards.iter().map(|scorecard| scorecard.channel).collect();
        distinct("scorecards", &channels, Channel::ALL.len(), faults);
        for (index, channel) in self.population.channels.iter().enumerate() {
            if !channels.contains(channel) {
                faults.push(format!("population.channels[{index}]"), format!("`{channel}` has no scorecard in `scorecards`"));
            }
        }
    }

    /// The channels from which it draws, in the order of their declaration.
    pub fn channels(&self) -> Vec<Channel> {
        let graded = |channel: &Channel| self.scorecard_of(*channel).is_some();
        let wanted = |channel: &Channel| self.population.channels.is_empty() || self.population.channels.contains(channel);
        Channel::ALL.iter().copied().filter(|channel| graded(channel) && wanted(channel)).collect()
    }

    /// The scorecard of a channel.
    pub fn scorecard_of(&self, channel: Channel) -> Option<ScorecardId> {
        self.scorecards.iter().find(|scorecard| scorecard.channel == channel).map(|scorecard| scorecard.scorecard_id)
    }

    /// Whether [`Self::standing`] looks at the queue or at free attributes.
    pub fn asks_for_details(&self) -> bool {
        let targeted = self.targeted.as_ref().map(|targeted| &targeted.filter);
        !self.population.queues.is_empty()
            || !self.population.attributes.is_empty()
            || targeted.is_some_and(|filter| !filter.queues.is_empty() || !filter.attributes.is_empty())
    }

    /// Whether [`Self::standing`] looks at the length, the satisfaction or the recordings.
    pub fn asks_for_measures(&self) -> bool {
        let targeted = self.targeted.as_ref().map(|targeted| &targeted.filter);
        let (population, exclusions) = (&self.population, &self.exclusions);
        exclusions.shorter_than_seconds > 0
            || (exclusions.calls_without_recording && self.channels().contains(&Channel::Call))
            || population.duration_seconds.is_some()
            || population.satisfaction.is_some()
            || targeted.is_some_and(|filter| filter.duration_seconds.is_some() || filter.satisfaction.is_some())
    }

    /// Whether a sample that was picked so enters n, K and N (handbook 3.5): random ones do, targeted ones where the plan says so.
    pub fn counts(&self, kind: SampleKind) -> bool {
        match kind {
            SampleKind::Random => true,
            SampleKind::Targeted => self.targeted.as_ref().is_some_and(|targeted| targeted.counts),
        }
    }

    /// What a conversation of one of the plan's agents is to the plan.
    pub fn standing(&self, conversation: &ConversationFacts<'_>) -> Standing {
        if self.scorecard_of(conversation.channel).is_none() || !self.population.matches(conversation) {
            return Standing::Outside;
        }
        match self.exclusions.exclusion(conversation) {
            Some(exclusion) => Standing::Excluded(exclusion),
            None => Standing::Eligible { targeted: self.targeted.as_ref().is_some_and(|targeted| targeted.filter.matches(conversation)) },
        }
    }
}

impl Targeted {
    fn check(&self, at: &str, faults: &mut Faults) {
        self.quota.check(&format!("{at}.quota"), faults);
        if self.filter == TargetedFilter::default() {
            faults.push(format!("{at}.filter"), "needs at least one condition, such as {\"satisfaction\": {\"max\": 2}}");
        }
        self.filter.widened().check(&format!("{at}.filter"), faults);
        check_attributes(&format!("{at}.filter.attributes"), &self.filter.attributes, faults);
    }
}

impl TargetedFilter {
    /// Whether an eligible conversation carries the risk.
    pub fn matches(&self, conversation: &ConversationFacts<'_>) -> bool {
        self.widened().matches(conversation) && attributes_hold(&self.attributes, conversation.attributes)
    }

    /// The same conditions, but those on attributes, as a filter for a population.
    fn widened(&self) -> PopulationFilter {
        PopulationFilter {
            channels: self.channels.clone(),
            queues: self.queues.clone(),
            duration_seconds: self.duration_seconds,
            satisfaction: self.satisfaction,
            ..PopulationFilter::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn plan() -> PlanContent {
        serde_json::from_value(serde_json::json!({
            "quota": {"kind": "count", "count": 10},
            "inspectors": [{"user_id": Uuid::from_u128(1), "capacity": 100}],
            "due_days": 10,
            "scorecards": [{"channel": "chat", "scorecard_id": Uuid::from_u128(2)}]
        }))
        .unwrap()
    }

    #[test]
    fn the_least_that_must_be_said_has_sensible_defaults() {
        let plan = plan().checked().unwrap();
        assert_eq!(plan.stratify_by, StratifyBy::Day);
        assert_eq!((plan.reserves, plan.pair_share_percent, plan.blind, plan.carry_over), (3, 100, false, false));
        assert!(plan.exclusions.already_sampled && plan.exclusions.calls_without_recording);
        assert_eq!(plan.channels(), [Channel::Chat]);
        let again: PlanContent = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        assert_eq!(again, plan);
    }

    #[test]
    fn every_fault_is_told_with_its_field() {
        let mut plan = plan();
        plan.quota = Quota::Percentage { basis_points: 0, minimum: 2000 };
        plan.reserves = 101;
        plan.targeted = Some(Targeted { filter: TargetedFilter::default(), quota: Quota::Count { count: 0 }, counts: false });
        plan.inspectors = vec![InspectorCapacity { user_id: UserId(Uuid::from_u128(1)), capacity: 0 }; 2];
        plan.pair_share_percent = 0;
        plan.due_days = 0;
        plan.schedule = Some(Schedule { day_of_month: 0, hour: 24, period: crate::domain::sampling::schedule::ScheduledPeriod::Current });
        plan.population.channels = vec![Channel::Call];
        plan.exclusions.shorter_than_seconds = 100_000;
        let fields: Vec<String> = plan.checked().unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(
            fields,
            [
                "exclusions.shorter_than_seconds",
                "quota.basis_points",
                "quota.minimum",
                "reserves",
                "targeted.quota.count",
                "targeted.filter",
                "inspectors",
                "inspectors[0].capacity",
                "inspectors[1].capacity",
                "pair_share_percent",
                "due_days",
                "schedule.day_of_month",
                "schedule.hour",
                "population.channels[0]"
            ]
        );
    }

    /// A draw leaves queue and attributes unread where nobody asks for them: what a plan says of a conversation must then be the same without.
    #[test]
    fn queue_and_attributes_are_asked_for_where_they_decide() {
        let facts = |queue, attributes| ConversationFacts {
            channel: Channel::Chat,
            queue,
            duration_ms: 1000,
            satisfaction: Some(1),
            attributes,
            recordings: 0,
            sampled: false,
        };
        let vip = || vec![AttributeCondition { key: "vip".into(), one_of: vec!["true".into()] }];
        let targeted = |filter| Some(Targeted { filter, quota: Quota::Count { count: 1 }, counts: false });
        let queues = || vec!["loans".to_owned()];
        let mut plans: Vec<PlanContent> = (0..6).map(|_| plan()).collect();
        plans[1].population.queues = queues();
        plans[2].population.attributes = vip();
        plans[3].targeted = targeted(TargetedFilter { queues: queues(), ..TargetedFilter::default() });
        plans[4].targeted = targeted(TargetedFilter { attributes: vip(), ..TargetedFilter::default() });
        let low = Range { min: None, max: Some(2) };
        plans[5].targeted = targeted(TargetedFilter { satisfaction: Some(low), ..TargetedFilter::default() });
        for (n, plan) in plans.iter().enumerate() {
            let decided = plan.standing(&facts(Some("loans"), r#"{"vip":true}"#)) != plan.standing(&facts(None, ""));
            assert_eq!(plan.asks_for_details(), decided, "plan {n}");
        }
    }

    #[test]
    fn a_conversation_is_outside_excluded_or_eligible() {
        let mut plan = plan();
        plan.targeted = Some(Targeted {
            filter: TargetedFilter { satisfaction: Some(Range { min: None, max: Some(2) }), ..TargetedFilter::default() },
            quota: Quota::Count { count: 1 },
            counts: false,
        });
        let chat = ConversationFacts {
            channel: Channel::Chat,
            queue: None,
            duration_ms: 1000,
            satisfaction: Some(5),
            attributes: "{}",
            recordings: 0,
            sampled: false,
        };
        assert_eq!(plan.standing(&chat), Standing::Eligible { targeted: false });
        assert_eq!(plan.standing(&ConversationFacts { satisfaction: Some(1), ..chat }), Standing::Eligible { targeted: true });
        assert_eq!(plan.standing(&ConversationFacts { sampled: true, ..chat }), Standing::Excluded(Exclusion::AlreadySampled));
        assert_eq!(plan.standing(&ConversationFacts { channel: Channel::Email, ..chat }), Standing::Outside, "no scorecard");
    }
}
