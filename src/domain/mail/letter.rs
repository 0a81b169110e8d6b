//! The letters: one variant for each kind of mail, with all that its text needs. What an agent or a customer said is [`Masked`].
//!
//! [`Masked`]: crate::domain::masking::Masked

use serde::{Deserialize, Serialize};

use super::letters::{
    AgentMonth, AgentResult, Appeal, Assignments, Charged, DailyDigest, Escalation, FollowUp, LeadFailures, LeadMonth, ListClosed,
    ManagerMonth, ResultChanged, SamplesDue, SanctionNotice,
};
use crate::domain::words::words;

words! {
    /// What kind of letter it is.
    Kind ("kind") {
        /// To an agent: a conversation was graded.
        AgentResult = "agent_result",
        /// To an agent: the verdict of the month with its lines.
        AgentMonth = "agent_month",
        /// To an agent: a complaint, an operating breach or an error missed in grading was charged, or is charged no more.
        Charged = "charged",
        /// To those who heard a result: it has changed.
        ResultChanged = "result_changed",
        /// To a lead: yesterday's evaluations with errors.
        LeadFailures = "lead_failures",
        /// To a lead: the team's result of the month.
        LeadMonth = "lead_month",
        /// To an inspector: new samples.
        Assignments = "assignments",
        /// To an inspector: samples that are due or overdue.
        SamplesDue = "samples_due",
        /// To a manager: the month's pass rates.
        ManagerMonth = "manager_month",
        /// To finance: a fine list is closed.
        ListClosed = "list_closed",
        /// A severe case was opened.
        EscalationOpened = "escalation_opened",
        /// A level's time to acknowledge a case is running out.
        EscalationDue = "escalation_due",
        /// A case has come to the next level.
        EscalationRaised = "escalation_raised",
        /// A case has ended.
        EscalationClosed = "escalation_closed",
        /// An appeal was submitted.
        AppealSubmitted = "appeal_submitted",
        /// An appeal was decided.
        AppealDecided = "appeal_decided",
        /// An appeal is to be decided soon.
        AppealDue = "appeal_due",
        /// An appeal should have been decided.
        AppealOverdue = "appeal_overdue",
        /// A corrective action is due or overdue.
        FollowUpDue = "follow_up_due",
        /// To a group: a sanction, with the customer's data masked.
        SanctionNotice = "sanction_notice",
        /// The letters of a day in one.
        DailyDigest = "daily_digest",
    }
}

/// A letter with all that its text needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the kinds are described at Kind")]
pub enum Letter {
    AgentResult(AgentResult),
    AgentMonth(AgentMonth),
    Charged(Charged),
    ResultChanged(ResultChanged),
    LeadFailures(LeadFailures),
    LeadMonth(LeadMonth),
    Assignments(Assignments),
    SamplesDue(SamplesDue),
    ManagerMonth(ManagerMonth),
    ListClosed(ListClosed),
    EscalationOpened(Escalation),
    EscalationDue(Escalation),
    EscalationRaised(Escalation),
    EscalationClosed(Escalation),
    AppealSubmitted(Appeal),
    AppealDecided(Appeal),
    AppealDue(Appeal),
    AppealOverdue(Appeal),
    FollowUpDue(FollowUp),
    SanctionNotice(SanctionNotice),
    DailyDigest(DailyDigest),
}

impl Letter {
    /// What kind of letter it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::AgentResult(_) => Kind::AgentResult,
            Self::AgentMonth(_) => Kind::AgentMonth,
            Self::Charged(_) => Kind::Charged,
            Self::ResultChanged(_) => Kind::ResultChanged,
            Self::LeadFailures(_) => Kind::LeadFailures,
            Self::LeadMonth(_) => Kind::LeadMonth,
            Self::Assignments(_) => Kind::Assignments,
            Self::SamplesDue(_) => Kind::SamplesDue,
            Self::ManagerMonth(_) => Kind::ManagerMonth,
            Self::ListClosed(_) => Kind::ListClosed,
            Self::EscalationOpened(_) => Kind::EscalationOpened,
            Self::EscalationDue(_) => Kind::EscalationDue,
            Self::EscalationRaised(_) => Kind::EscalationRaised,
            Self::EscalationClosed(_) => Kind::EscalationClosed,
            Self::AppealSubmitted(_) => Kind::AppealSubmitted,
            Self::AppealDecided(_) => Kind::AppealDecided,
            Self::AppealDue(_) => Kind::AppealDue,
            Self::AppealOverdue(_) => Kind::AppealOverdue,
            Self::FollowUpDue(_) => Kind::FollowUpDue,
            Self::SanctionNotice(_) => Kind::SanctionNotice,
            Self::DailyDigest(_) => Kind::DailyDigest,
        }
    }
}
