//! How often people hear of what: they choose within what their role must receive.

use serde::{Deserialize, Serialize};

use super::letter::Kind;
use crate::domain::access::Role;
use crate::domain::refusal::{Refusal, Refused};
use crate::domain::words::words;

words! {
    /// How often mail about a topic comes.
    Frequency ("frequency") {
        /// As soon as there is something.
        AtOnce = "at_once",
        /// Gathered into one mail each morning.
        Daily = "daily",
        /// Not at all.
        Never = "never",
    }
}

words! {
    /// What mail is about, as people choose how often they hear of it.
    Topic ("topic") {
        /// An agent's own results, and what else is charged to the agent.
        Results = "results",
        /// An agent's own verdict of the month.
        MonthVerdict = "month_verdict",
        /// A result that somebody had heard of has changed.
        Changes = "changes",
        /// The team's failed evaluations, once a day.
        TeamFailures = "team_failures",
        /// The team's result of the month.
        TeamMonth = "team_month",
        /// An inspector's new samples.
        Assignments = "assignments",
        /// What an inspector is to grade and is due or overdue.
        Due = "due",
        /// The month's pass rates.
        PassRates = "pass_rates",
        /// A closed fine list.
        FineLists = "fine_lists",
        /// Severe cases.
        Escalation = "escalation",
        /// Appeals.
        Appeals = "appeals",
        /// Corrective actions.
        FollowUps = "follow_ups",
        /// Sanctions made known to a group.
        Notices = "notices",
    }
}

impl Topic {
    /// The topic of a letter; the digest of several has none, as each of them was chosen by its own.
    pub const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::AgentResult | Kind::Charged => Some(Self::Results),
            Kind::AgentMonth => Some(Self::MonthVerdict),
            Kind::ResultChanged => Some(Self::Changes),
            Kind::LeadFailures => Some(Self::TeamFailures),
            Kind::LeadMonth => Some(Self::TeamMonth),
            Kind::Assignments => Some(Self::Assignments),
            Kind::SamplesDue => Some(Self::Due),
            Kind::ManagerMonth => Some(Self::PassRates),
            Kind::ListClosed => Some(Self::FineLists),
            Kind::EscalationOpened | Kind::EscalationDue | Kind::EscalationRaised | Kind::EscalationClosed => Some(Self::Escalation),
            Kind::AppealSubmitted | Kind::AppealDecided | Kind::AppealDue | Kind::AppealOverdue => Some(Self::Appeals),
            Kind::FollowUpDue => Some(Self::FollowUps),
            Kind::SanctionNotice => Some(Self::Notices),
            Kind::DailyDigest => None,
        }
    }

    /// What may be chosen; the first is what holds until somebody chooses. One alone is what the role must receive.
    pub const fn choices(self) -> &'static [Frequency] {
        use Frequency::{AtOnce, Daily, Never};
        match self {
            // Whoever is graded must hear of it, but may hear of a day's results together.
            Self::Results | Self::Changes | Self::Appeals => &[AtOnce, Daily],
            Self::Assignments | Self::FollowUps => &[AtOnce, Daily, Never],
            // These come once a day or once a month anyway.
            Self::TeamFailures | Self::PassRates => &[AtOnce, Never],
            Self::MonthVerdict | Self::TeamMonth | Self::Due | Self::FineLists | Self::Escalation | Self::Notices => &[AtOnce],
        }
    }

    /// The topics that a role hears of.
    pub const fn of_role(role: Role) -> &'static [Self] {
        match role {
            Role::Agent => &[Self::Results, Self::MonthVerdict, Self::Changes, Self::Appeals, Self::FollowUps],
            Role::TeamLead => &[Self::TeamFailures, Self::TeamMonth, Self::Changes, Self::Escalation, Self::Appeals, Self::FollowUps],
            Role::Inspector => &[Self::Assignments, Self::Due, Self::Appeals],
            Role::QaManager => &[Self::PassRates, Self::Escalation, Self::Appeals, Self::FollowUps],
            Role::Finance => &[Self::FineLists],
            Role::ComplaintDesk => &[Self::Appeals],
            Role::Admin | Role::Auditor => &[],
        }
    }

    /// The frequency in force: the one chosen where it is still allowed, else the default.
    pub fn in_force(self, chosen: Option<Frequency>) -> Frequency {
        let choices = self.choices();
        chosen.filter(|c| choices.contains(c)).or_else(|| choices.first().copied()).unwrap_or(Frequency::AtOnce)
    }
}

/// What a person hears of one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TopicPreference {
    /// The topic.
    pub topic: Topic,
    /// How often mail about it comes.
    pub frequency: Frequency,
    /// What may be chosen; with one choice only, the role must receive it so.
    pub choices: Vec<Frequency>,
}

/// A person's choice for one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicChoice {
    /// The topic.
    pub topic: Topic,
    /// How often mail about it is to come, one of the topic's choices.
    pub frequency: Frequency,
}

impl TopicChoice {
    /// Checks a choice.
    ///
    /// # Errors
    /// `Invalid` on `frequency` where the topic does not allow it.
    pub fn check(&self) -> Refused<()> {
        let choices = self.topic.choices();
        if choices.contains(&self.frequency) {
            return Ok(());
        }
        let words = choices.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ");
        Err(Refusal::invalid("frequency", format!("`{}` is not possible for {}; use one of: {words}", self.frequency, self.topic)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_but_the_digest_has_a_topic_and_every_topic_a_default() {
        for kind in Kind::ALL {
            assert_eq!(Topic::of(*kind).is_none(), *kind == Kind::DailyDigest, "{kind}");
        }
        for topic in Topic::ALL {
            assert!(!topic.choices().is_empty());
            assert_eq!(topic.in_force(None), topic.choices()[0]);
        }
    }

    #[test]
    fn what_a_role_must_receive_cannot_be_turned_off() {
        for topic in [Topic::Results, Topic::MonthVerdict, Topic::Escalation, Topic::FineLists, Topic::Due] {
            let choice = TopicChoice { topic, frequency: Frequency::Never };
            assert_eq!(choice.check().unwrap_err().faults[0].field, "frequency");
            assert_ne!(topic.in_force(Some(Frequency::Never)), Frequency::Never, "an old choice does not count either");
        }
        assert!(TopicChoice { topic: Topic::Results, frequency: Frequency::Daily }.check().is_ok());
    }
}
