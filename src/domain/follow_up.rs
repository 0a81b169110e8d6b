//! Follow-ups (整改跟踪): corrective actions from a finding, with an owner, a due date and an outcome.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::id::{AppealId, EscalationId, EvaluationId, UserId, ViolationId};
use super::masking::checked_prose;
use super::period::Period;
use super::refusal::{Faults, Refusal, Refused};
use super::words::words;

words! {
    /// What is done.
    FollowUpKind ("kind") {
        /// Coaching by the lead.
        Coaching = "coaching",
        /// Off the line for training (下线培训).
        OfflineTraining = "offline_training",
        /// A change of the process; what was found is not the agent's alone.
        ProcessChange = "process_change",
    }
}

words! {
    /// How far a follow-up is.
    FollowUpState ("state") {
        /// To be done.
        Open = "open",
        /// Done, with an outcome.
        Done = "done",
        /// Called off, with a reason.
        Cancelled = "cancelled",
    }
}

words! {
    /// Whether the same error came back in the period that follows the follow-up's.
    Recurrence ("recurrence") {
        /// Nothing of the agent's was graded in that period yet.
        NotKnown = "not_known",
        /// It did not come back in what was graded.
        Absent = "absent",
        /// It came back.
        Returned = "returned",
    }
}

/// A follow-up as it is set. Exactly one of the four sources must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpInput {
    /// What is to be done.
    pub kind: FollowUpKind,
    /// The evaluation that it comes from.
    #[serde(default)]
    pub evaluation_id: Option<EvaluationId>,
    /// The violation that it comes from.
    #[serde(default)]
    pub violation_id: Option<ViolationId>,
    /// The escalation case that it comes from.
    #[serde(default)]
    pub escalation_id: Option<EscalationId>,
    /// The appeal that it comes from.
    #[serde(default)]
    pub appeal_id: Option<AppealId>,
    /// The scorecard item to watch for, by code; absent: for a violation its item, else none.
    #[serde(default)]
    pub item: Option<String>,
    /// The violation type to watch for, by code; absent: for a violation its type, else none.
    #[serde(default)]
    pub violation_type: Option<String>,
    /// Who sees to it; who sets it where absent.
    #[serde(default)]
    pub owner_id: Option<UserId>,
    /// Until when, a local day that has not passed.
    pub due_on: NaiveDate,
    /// What is to be done, 1 to 4,000 characters.
    pub text: String,
}

/// What a follow-up comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An evaluation.
    Evaluation(EvaluationId),
    /// A violation.
    Violation(ViolationId),
    /// An escalation case.
    Escalation(EscalationId),
    /// An appeal.
    Appeal(AppealId),
}

impl FollowUpInput {
    /// What it comes from, and the input with its texts trimmed; or everything that is wrong with it. `today` is the local day.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(mut self, today: NaiveDate) -> Refused<(Source, Self)> {
        let mut faults = Faults::new();
        let source = match (self.evaluation_id, self.violation_id, self.escalation_id, self.appeal_id) {
            (Some(id), None, None, None) => Some(Source::Evaluation(id)),
            (None, Some(id), None, None) => Some(Source::Violation(id)),
            (None, None, Some(id), None) => Some(Source::Escalation(id)),
            (None, None, None, Some(id)) => Some(Source::Appeal(id)),
            _ => {
                faults.push("evaluation_id", "give exactly one of evaluation_id, violation_id, escalation_id and appeal_id");
                None
            }
        };
        if self.due_on < today {
            faults.push("due_on", format!("{} has passed; it is {today}", self.due_on));
        }
        self.text = faults.take(checked_prose("text", &self.text, 4_000)).unwrap_or_default();
        faults.finish()?;
        source.map(|source| (source, self)).ok_or_else(|| Refusal::invalid("evaluation_id", "is missing"))
    }
}

/// How a follow-up ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpEnd {
    /// `true`: done; `false`: called off.
    pub done: bool,
    /// What came of it, or why it was called off, 1 to 4,000 characters.
    pub outcome: String,
}

impl FollowUpEnd {
    /// The state that it ends in.
    ///
    /// # Errors
    /// `Invalid` on `outcome`; `Conflict` with code `follow_up_over`.
    pub fn apply(&self, state: FollowUpState) -> Refused<(FollowUpState, String)> {
        match state {
            FollowUpState::Open => {}
            FollowUpState::Done | FollowUpState::Cancelled => {
                return Err(Refusal::conflict("follow_up_over", format!("this follow-up is {state}")));
            }
        }
        let outcome = checked_prose("outcome", &self.outcome, 4_000)?;
        Ok((if self.done { FollowUpState::Done } else { FollowUpState::Cancelled }, outcome))
    }
}

/// The period in which the same error would have come back: the one after the follow-up's.
pub fn watched_period(of: Period) -> Period {
    of.next()
}

/// Whether the same error came back: `graded` evaluations of the agent in the watched period, `found` of them with it.
pub const fn recurrence(graded: i64, found: i64) -> Recurrence {
    match (graded, found) {
        (_, 1..) => Recurrence::Returned,
        (1.., _) => Recurrence::Absent,
        _ => Recurrence::NotKnown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_once() {
        let end = FollowUpEnd { done: true, outcome: " listened to three calls together ".into() };
        let (state, outcome) = end.apply(FollowUpState::Open).unwrap();
        assert_eq!((state, outcome.as_str()), (FollowUpState::Done, "listened to three calls together"));
        assert_eq!(end.apply(state).unwrap_err().code, "follow_up_over");
        assert_eq!(FollowUpEnd { done: false, outcome: String::new() }.apply(FollowUpState::Open).unwrap_err().code, "invalid");
    }

    #[test]
    fn an_error_comes_back_or_does_not_or_nobody_knows() {
        assert_eq!(recurrence(0, 0), Recurrence::NotKnown);
        assert_eq!(recurrence(4, 0), Recurrence::Absent);
        assert_eq!(recurrence(4, 1), Recurrence::Returned);
        assert_eq!(watched_period("2026-12".parse().unwrap()).to_string(), "2027-01");
    }

    #[test]
    fn it_comes_from_one_thing() {
        let day: NaiveDate = "2026-11-21".parse().unwrap();
        let input = FollowUpInput {
            kind: FollowUpKind::Coaching,
            evaluation_id: None,
            violation_id: None,
            escalation_id: None,
            appeal_id: None,
            item: None,
            violation_type: None,
            owner_id: None,
            due_on: day.pred_opt().unwrap(),
            text: "coach".into(),
        };
        let fields: Vec<_> = input.checked(day).unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["evaluation_id", "due_on"]);
    }
}
