//! Which conversations a plan looks at, and which of them it leaves out.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, TeamId};
use crate::domain::refusal::{Faults, checked_text};

/// A range of whole numbers, both ends included; an absent end is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// At least.
    pub min: Option<i64>,
    /// At most.
    pub max: Option<i64>,
}

impl Range {
    /// Whether `value` lies in it.
    pub fn contains(&self, value: i64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    /// Notes what is wrong: an empty range, no end at all, an end outside `0..=limit`.
    pub fn check(&self, at: &str, limit: i64, faults: &mut Faults) {
        for (end, value) in [("min", self.min), ("max", self.max)] {
            if value.is_some_and(|value| !(0..=limit).contains(&value)) {
                faults.push(format!("{at}.{end}"), format!("must be 0 to {limit}"));
            }
        }
        match (self.min, self.max) {
            (None, None) => faults.push(at, "needs `min`, `max` or both"),
            (Some(min), Some(max)) if min > max => faults.push(at, "`min` must not be larger than `max`"),
            (Some(_) | None, Some(_)) | (Some(_), None) => {}
        }
    }
}

/// A condition on one free attribute of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeCondition {
    /// The attribute's name.
    pub key: String,
    /// It must have one of these values; one value means equality. Numbers and truth values compare by their JSON text.
    pub one_of: Vec<String>,
}

impl AttributeCondition {
    fn holds(&self, attributes: &Map<String, Value>) -> bool {
        match attributes.get(&self.key) {
            Some(Value::String(text)) => self.one_of.iter().any(|value| value == text),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                let text = value.to_string();
                self.one_of.contains(&text)
            }
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
        }
    }
}

/// Which conversations a plan looks at. Every condition must hold; an absent one always does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PopulationFilter {
    /// Agents of these teams and of those below them, by the team in which the agent ended the period (handbook 3.4); empty for all.
    #[serde(default)]
    pub teams: Vec<TeamId>,
    /// These channels; empty for all for which the plan names a scorecard.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// These queues, by their exact name; empty for all. A conversation without a queue is in none.
    #[serde(default)]
    pub queues: Vec<String>,
    /// Length in whole seconds (parts of a second are cut off).
    pub duration_seconds: Option<Range>,
    /// Satisfaction. A conversation without one is outside every range.
    pub satisfaction: Option<Range>,
    /// Conditions on free attributes.
    #[serde(default)]
    pub attributes: Vec<AttributeCondition>,
}

/// What is left out of the population although the filter matches. The draw counts what it left out and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclusions {
    /// Conversations shorter than so many seconds.
    #[serde(default)]
    pub shorter_than_seconds: u32,
    /// Conversations that any draw has sampled already, replaced ones too.
    #[serde(default = "yes")]
    pub already_sampled: bool,
    /// Calls without a recording.
    #[serde(default = "yes")]
    pub calls_without_recording: bool,
    /// These agents.
    #[serde(default)]
    pub agents: Vec<AgentId>,
}

const fn yes() -> bool {
    true
}

impl Default for Exclusions {
    fn default() -> Self {
        Self { shorter_than_seconds: 0, already_sampled: true, calls_without_recording: true, agents: Vec::new() }
    }
}

/// What a filter needs to know of a conversation.
#[derive(Debug, Clone, Copy)]
pub struct ConversationFacts<'a> {
    /// The channel.
    pub channel: Channel,
    /// The queue.
    pub queue: Option<&'a str>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// What the customer gave.
    pub satisfaction: Option<i32>,
    /// Free attributes, a JSON object as text; only read where a condition asks for one.
    pub attributes: &'a str,
    /// How many recordings it has.
    pub recordings: i32,
    /// Whether a draw has sampled it already.
    pub sampled: bool,
}

/// Why a conversation that the filter matches is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclusion {
    /// Shorter than the plan allows.
    TooShort,
    /// Sampled by a draw before.
    AlreadySampled,
    /// A call without a recording.
    NoRecording,
}

impl PopulationFilter {
    /// The most entries of each list.
    pub const LIST_LIMIT: usize = 1000;

    /// Whether the conversation is one of those that the plan looks at. The team is not asked here: the agents were chosen before.
    pub fn matches(&self, conversation: &ConversationFacts<'_>) -> bool {
        (self.channels.is_empty() || self.channels.contains(&conversation.channel))
            && (self.queues.is_empty() || conversation.queue.is_some_and(|queue| self.queues.iter().any(|q| q == queue)))
            && self.duration_seconds.is_none_or(|range| range.contains(conversation.duration_ms.div_euclid(1000)))
            && self.satisfaction.is_none_or(|range| conversation.satisfaction.is_some_and(|value| range.contains(i64::from(value))))
            && attributes_hold(&self.attributes, conversation.attributes)
    }

    /// Notes what is wrong, with field paths below `at`.
    pub fn check(&self, at: &str, faults: &mut Faults) {
        distinct(&format!("{at}.teams"), &self.teams, Self::LIST_LIMIT, faults);
        distinct(&format!("{at}.channels"), &self.channels, Self::LIST_LIMIT, faults);
        distinct(&format!("{at}.queues"), &self.queues, Self::LIST_LIMIT, faults);
        for (index, queue) in self.queues.iter().enumerate() {
            exact_text(&format!("{at}.queues[{index}]"), queue, 200, faults);
        }
        if let Some(range) = &self.duration_seconds {
            range.check(&format!("{at}.duration_seconds"), 10_000_000, faults);
        }
        if let Some(range) = &self.satisfaction {
            range.check(&format!("{at}.satisfaction"), 1000, faults);
        }
        check_attributes(&format!("{at}.attributes"), &self.attributes, faults);
    }
}

impl Exclusions {
    /// Why the conversation is left out, the first reason that holds; `None` where it is eligible.
    pub fn exclusion(&self, conversation: &ConversationFacts<'_>) -> Option<Exclusion> {
        if conversation.duration_ms < i64::from(self.shorter_than_seconds).saturating_mul(1000) {
            Some(Exclusion::TooShort)
        } else if self.already_sampled && conversation.sampled {
            Some(Exclusion::AlreadySampled)
        } else if self.calls_without_recording && conversation.channel == Channel::Call && conversation.recordings == 0 {
            Some(Exclusion::NoRecording)
        } else {
            None
        }
    }

    /// Notes what is wrong, with field paths below `at`.
    pub fn check(&self, at: &str, faults: &mut Faults) {
        if self.shorter_than_seconds > 86_400 {
            faults.push(format!("{at}.shorter_than_seconds"), "must be 0 to 86400");
        }
        distinct(&format!("{at}.agents"), &self.agents, 20_000, faults);
    }
}

/// Whether all conditions hold on attributes that are still text. Text that is not a JSON object has no attributes.
pub fn attributes_hold(conditions: &[AttributeCondition], attributes: &str) -> bool {
    conditions.is_empty() || {
        let attributes: Map<String, Value> = serde_json::from_str(attributes).unwrap_or_default();
        conditions.iter().all(|condition| condition.holds(&attributes))
    }
}

/// Notes what is wrong with conditions on attributes.
pub fn check_attributes(at: &str, conditions: &[AttributeCondition], faults: &mut Faults) {
    if conditions.len() > 20 {
        faults.push(at, format!("has {} conditions; at most 20 are allowed", conditions.len()));
    }
    for (index, condition) in conditions.iter().enumerate() {
        exact_text(&format!("{at}[{index}].key"), &condition.key, 100, faults);
        if condition.one_of.is_empty() {
            faults.push(format!("{at}[{index}].one_of"), "needs at least one value");
        }
        distinct(&format!("{at}[{index}].one_of"), &condition.one_of, 200, faults);
    }
}

/// Notes a list that is too long or holds something twice.
pub fn distinct<T: Ord>(at: &str, list: &[T], limit: usize, faults: &mut Faults) {
    if list.len() > limit {
        faults.push(at, format!("has {} entries; at most {limit} are allowed", list.len()));
    }
    if list.iter().collect::<std::collections::BTreeSet<_>>().len() < list.len() {
        faults.push(at, "names something twice");
    }
}

/// Notes a text that is not good as it stands: it is compared exactly, so blanks at its ends are a fault and not cut off.
fn exact_text(at: &str, text: &str, max: usize, faults: &mut Faults) {
    if faults.take(checked_text(at, text, max)).is_some_and(|checked| checked != text) {
        faults.push(at, "must not begin or end with blanks");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat() -> ConversationFacts<'static> {
        ConversationFacts {
            channel: Channel::Chat,
            queue: Some("loans"),
            duration_ms: 61_500,
            satisfaction: Some(2),
            attributes: r#"{"product":"card","tries":3,"vip":true}"#,
            recordings: 0,
            sampled: false,
        }
    }

    #[test]
    fn every_condition_must_hold() {
        let all = PopulationFilter {
            channels: vec![Channel::Chat],
            queues: vec!["loans".to_owned()],
            duration_seconds: Some(Range { min: Some(60), max: Some(61) }),
            satisfaction: Some(Range { min: None, max: Some(2) }),
            attributes: vec![
                AttributeCondition { key: "product".to_owned(), one_of: vec!["loan".to_owned(), "card".to_owned()] },
                AttributeCondition { key: "tries".to_owned(), one_of: vec!["3".to_owned()] },
            ],
            ..PopulationFilter::default()
        };
        assert!(PopulationFilter::default().matches(&chat()));
        assert!(all.matches(&chat()));
        assert!(!all.matches(&ConversationFacts { channel: Channel::Call, ..chat() }));
        assert!(!all.matches(&ConversationFacts { queue: None, ..chat() }));
        assert!(!all.matches(&ConversationFacts { duration_ms: 62_000, ..chat() }));
        assert!(!all.matches(&ConversationFacts { satisfaction: None, ..chat() }));
        assert!(!all.matches(&ConversationFacts { attributes: r#"{"product":"card"}"#, ..chat() }));
        assert!(!all.matches(&ConversationFacts { attributes: "not json", ..chat() }));
    }

    #[test]
    fn exclusions_say_why() {
        let exclusions = Exclusions { shorter_than_seconds: 30, ..Exclusions::default() };
        assert_eq!(exclusions.exclusion(&chat()), None);
        assert_eq!(exclusions.exclusion(&ConversationFacts { duration_ms: 29_999, ..chat() }), Some(Exclusion::TooShort));
        assert_eq!(exclusions.exclusion(&ConversationFacts { duration_ms: 30_000, ..chat() }), None);
        assert_eq!(exclusions.exclusion(&ConversationFacts { sampled: true, ..chat() }), Some(Exclusion::AlreadySampled));
        assert_eq!(exclusions.exclusion(&ConversationFacts { channel: Channel::Call, ..chat() }), Some(Exclusion::NoRecording));
        assert_eq!(exclusions.exclusion(&ConversationFacts { channel: Channel::Call, recordings: 2, ..chat() }), None);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let filter = PopulationFilter {
            channels: vec![Channel::Call, Channel::Call],
            queues: vec![" loans".to_owned()],
            duration_seconds: Some(Range { min: Some(9), max: Some(3) }),
            satisfaction: Some(Range::default()),
            attributes: vec![AttributeCondition { key: String::new(), one_of: vec![] }],
            ..PopulationFilter::default()
        };
        let mut faults = Faults::new();
        filter.check("population", &mut faults);
        let fields: Vec<String> = faults.finish().unwrap_err().faults.into_iter().map(|f| f.field).collect();
        assert_eq!(
            fields,
            [
                "population.channels",
                "population.queues[0]",
                "population.duration_seconds",
                "population.satisfaction",
                "population.attributes[0].key",
                "population.attributes[0].one_of"
            ]
        );
    }
}
