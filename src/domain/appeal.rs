//! Appeals (申诉): a challenge to single errors and violations, decided item by item by somebody who had no part in them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::access::{Actor, GrantReach};
use super::calendar::Calendar;
use super::complaint::ComplaintLevel;
use super::id::{AgentId, BreachId, ComplaintId, EvaluationId, TeamId, UserId, ViolationId};
use super::masking::{checked_optional_prose, checked_prose};
use super::refusal::{Faults, Refusal, Refused};
use super::violation::ViolationClass;
use super::words::words;

pub mod allowed;
pub mod attachment;
mod effect;

pub use effect::{Effect, Standing, ViolationChange, apply};

words! {
    /// How far an appeal is.
    AppealState ("state") {
        /// It waits for the first decision.
        Open = "open",
        /// Decided; where there is a second instance, that can still be asked for.
        Decided = "decided",
        /// It waits for the decision of the second instance.
        SecondInstance = "second_instance",
        /// Decided for good.
        Final = "final",
        /// Taken back by who made it.
        Withdrawn = "withdrawn",
    }
}

impl AppealState {
    /// Whether a decision is due: this stands in the way of closing the month, and evidence must not be purged.
    pub const fn is_pending(self) -> bool {
        match self {
            Self::Open | Self::SecondInstance => true,
            Self::Decided | Self::Final | Self::Withdrawn => false,
        }
    }
}

words! {
    /// What was decided about one point.
    PointOutcome ("outcome") {
        /// The finding stands.
        Upheld = "upheld",
        /// The finding is gone, and with it its error, violation and fine.
        Overturned = "overturned",
        /// The finding stands as something else, say, class E instead of D.
        Changed = "changed",
    }
}

/// How appeals go. Days are working days of the working calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealTerms {
    /// Within how many working days after the result an appeal can be made, 1 to 60.
    pub days_to_appeal: u32,
    /// Within how many working days it is to be decided, 1 to 60.
    pub days_to_decide: u32,
    /// Whether there is a second instance.
    pub second_instance: bool,
    /// Within how many working days after the first decision the second instance can be asked for, 1 to 60.
    pub days_to_second: u32,
}

impl Default for AppealTerms {
    fn default() -> Self {
        Self { days_to_appeal: 5, days_to_decide: 5, second_instance: true, days_to_second: 3 }
    }
}

impl AppealTerms {
    /// The terms, or everything that is wrong with them.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        for (field, days) in
            [("days_to_appeal", self.days_to_appeal), ("days_to_decide", self.days_to_decide), ("days_to_second", self.days_to_second)]
        {
            if !(1..=60).contains(&days) {
                faults.push(field, format!("is {days}; must be 1 to 60"));
            }
        }
        faults.finish().map(|()| self)
    }
}

/// What a point of an appeal is against.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PointTarget {
    /// A failed item of the evaluation.
    Item {
        /// The item's code.
        item: String,
    },
    /// A violation of the evaluation.
    Violation {
        /// The violation.
        violation_id: ViolationId,
    },
    /// The complaint or the operating breach as a whole.
    Whole,
}

impl std::fmt::Display for PointTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Item { item } => write!(f, "item {item}"),
            Self::Violation { violation_id } => write!(f, "violation {violation_id}"),
            Self::Whole => f.write_str("the whole"),
        }
    }
}

/// One point of an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealPoint {
    /// What it is against.
    pub target: PointTarget,
    /// What is said about this point, up to 4,000 characters.
    #[serde(default)]
    pub text: String,
}

/// An appeal as it is made. Exactly one of `evaluation_id`, `complaint_id` and `breach_id` must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealInput {
    /// The evaluation whose errors and violations are challenged.
    #[serde(default)]
    pub evaluation_id: Option<EvaluationId>,
    /// The complaint that is challenged.
    #[serde(default)]
    pub complaint_id: Option<ComplaintId>,
    /// The operating breach that is challenged.
    #[serde(default)]
    pub breach_id: Option<BreachId>,
    /// What it is against; 1 to 100. A complaint or a breach is challenged as a `whole`.
    pub points: Vec<AppealPoint>,
    /// Why, 1 to 4,000 characters.
    pub text: String,
}

/// What an appeal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An evaluation.
    Evaluation(EvaluationId),
    /// A complaint.
    Complaint(ComplaintId),
    /// An operating breach.
    Breach(BreachId),
}

impl AppealInput {
    /// What it is about, and the input with its texts trimmed; or everything that is wrong with it.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(mut self) -> Refused<(Subject, Self)> {
        let mut faults = Faults::new();
        let subject = match (self.evaluation_id, self.complaint_id, self.breach_id) {
            (Some(id), None, None) => Some(Subject::Evaluation(id)),
            (None, Some(id), None) => Some(Subject::Complaint(id)),
            (None, None, Some(id)) => Some(Subject::Breach(id)),
            _ => {
                faults.push("evaluation_id", "give exactly one of evaluation_id, complaint_id and breach_id");
                None
            }
        };
        if !(1..=100).contains(&self.points.len()) {
            let how_many = self.points.len();
            let said = if how_many == 0 { "choose at least one point".to_owned() } else { format!("has {how_many} points; give 1 to 100") };
            faults.push("points", said);
        }
        let whole_wanted = self.evaluation_id.is_none();
        let mut seen = Vec::new();
        for (index, point) in self.points.iter_mut().enumerate() {
            if (point.target == PointTarget::Whole) != whole_wanted {
                let wanted = if whole_wanted { "must be of the kind `whole`" } else { "must name an item or a violation" };
                faults.push(format!("points[{index}].target"), wanted);
            }
            if seen.contains(&point.target) {
                faults.push(format!("points[{index}].target"), format!("{} is challenged twice", point.target));
            }
            seen.push(point.target.clone());
            if let Some(text) = faults.take(checked_optional_prose(&format!("points[{index}].text"), &point.text, 4_000)) {
                point.text = text;
            }
        }
        if let Some(text) = faults.take(checked_prose("text", &self.text, 4_000)) {
            self.text = text;
        }
        faults.finish()?;
        subject.map(|subject| (subject, self)).ok_or_else(|| Refusal::invalid("evaluation_id", "is missing"))
    }
}

/// The decision about one point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointDecision {
    /// The point, as the appeal names it.
    pub target: PointTarget,
    /// What becomes of the finding.
    pub outcome: PointOutcome,
    /// For a violation that is `changed`: the type that it is instead, by code; absent: the same type.
    #[serde(default)]
    pub to_type: Option<String>,
    /// For a violation that is `changed`: the class that it has instead; absent: the class of `to_type`.
    #[serde(default)]
    pub to_class: Option<ViolationClass>,
    /// For a complaint that is `changed`: its liability level instead.
    #[serde(default)]
    pub to_level: Option<ComplaintLevel>,
    /// For an operating breach that is `changed`: how often it occurred instead, at least once.
    #[serde(default)]
    pub to_occurrences: Option<u32>,
}

/// A decision on an appeal: every point once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionInput {
    /// One decision for each point of the appeal.
    pub points: Vec<PointDecision>,
    /// Why, 1 to 4,000 characters; the agent reads it.
    pub reason: String,
}

impl DecisionInput {
    /// Holds the decision against the points that were made.
    ///
    /// # Errors
    /// `Invalid` with all faults: a point that is missing, unknown or decided twice, a change that does not say into what.
    pub fn checked(mut self, points: &[AppealPoint]) -> Refused<Self> {
        let mut faults = Faults::new();
        if let Some(reason) = faults.take(checked_prose("reason", &self.reason, 4_000)) {
            self.reason = reason;
        }
        for point in points {
            if !self.points.iter().any(|decided| decided.target == point.target) {
                faults.push("points", format!("{} is not decided", point.target));
            }
        }
        for (index, decided) in self.points.iter().enumerate() {
            let path = format!("points[{index}]");
            if !points.iter().any(|point| point.target == decided.target) {
                faults.push(format!("{path}.target"), format!("{} is no point of this appeal", decided.target));
            }
            if self.points.iter().take(index).any(|earlier| earlier.target == decided.target) {
                faults.push(format!("{path}.target"), format!("{} is decided twice", decided.target));
            }
            check_change(&mut faults, &path, decided);
        }
        faults.finish().map(|()| self)
    }
}

fn check_change(faults: &mut Faults, path: &str, decided: &PointDecision) {
    let of_violation = decided.to_type.is_some() || decided.to_class.is_some();
    let of_whole = usize::from(decided.to_level.is_some()) + usize::from(decided.to_occurrences.is_some());
    match (decided.outcome, &decided.target) {
        (PointOutcome::Upheld | PointOutcome::Overturned, _) => {
            if of_violation || of_whole > 0 {
                faults.push(format!("{path}.outcome"), "must be `changed` where it says into what");
            }
        }
        (PointOutcome::Changed, PointTarget::Item { .. }) => {
            faults.push(format!("{path}.outcome"), "of an item is upheld or overturned; an item cannot be changed into another");
        }
        (PointOutcome::Changed, PointTarget::Violation { .. }) => {
            if !of_violation || of_whole > 0 {
                faults.push(format!("{path}.to_type"), "say which to_type or to_class the violation is instead");
            }
        }
        (PointOutcome::Changed, PointTarget::Whole) => {
            if of_violation || of_whole != 1 || decided.to_occurrences == Some(0) {
                faults.push(format!("{path}.to_level"), "say which to_level a complaint, or how many to_occurrences a breach is instead");
            }
        }
    }
}

/// Whether an appeal can still be made against something that was known since `known_at`.
///
/// # Errors
/// `Conflict` with code `appeal_time_over`.
pub fn check_time(calendar: &Calendar, terms: AppealTerms, known_at: DateTime<Utc>, now: DateTime<Utc>) -> Refused<()> {
    let until = calendar.add_days(known_at, terms.days_to_appeal);
    if now < until {
        Ok(())
    } else {
        let message = format!("an appeal can be made within {} working days; here until {}", terms.days_to_appeal, until.to_rfc3339());
        Err(Refusal::conflict("appeal_time_over", message))
    }
}

/// Whether the second instance can be asked for.
///
/// # Errors
/// `Conflict` with code `appeal_not_decided`, `no_second_instance` or `appeal_time_over`.
pub fn check_second(
    calendar: &Calendar,
    terms: AppealTerms,
    state: AppealState,
    decided_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Refused<()> {
    match (state, decided_at) {
        (AppealState::Decided, Some(decided_at)) => {
            if !terms.second_instance {
                return Err(Refusal::conflict("no_second_instance", "there is no second instance here"));
            }
            check_time(calendar, AppealTerms { days_to_appeal: terms.days_to_second, ..terms }, decided_at, now)
        }
        (AppealState::Final, _) => Err(Refusal::conflict("no_second_instance", "this appeal is decided for good")),
        (AppealState::Open | AppealState::SecondInstance | AppealState::Withdrawn | AppealState::Decided, _) => {
            Err(Refusal::conflict("appeal_not_decided", format!("this appeal is {state}; only a decided one goes to the second instance")))
        }
    }
}

/// What the choice of a decider rests on.
#[derive(Debug, Clone)]
pub struct DeciderFacts {
    /// The agent.
    pub agent_id: AgentId,
    /// The agent's team, and those above it.
    pub teams: Vec<TeamId>,
    /// The agents of the agent's own team.
    pub colleagues: Vec<AgentId>,
    /// Who made the finding: the evaluator, or who recorded or adjudicated the complaint or breach.
    pub found_by: Vec<UserId>,
    /// Who made the appeal.
    pub made_by: UserId,
    /// Who decided in the first instance.
    pub decided_by: Option<UserId>,
}

/// Whether somebody who may decide appeals may decide this one: not who made the finding, not who appealed, nobody of the agent's team
/// (a colleague, or the lead of it), and in the second instance not who decided in the first.
///
/// # Errors
/// `Conflict` with code `appeal_not_pending`; `Forbidden` for who had a part in it.
pub fn check_decider(actor: &Actor, state: AppealState, facts: &DeciderFacts) -> Refused<()> {
    if !state.is_pending() {
        return Err(Refusal::conflict("appeal_not_pending", format!("this appeal is {state}; nothing is to be decided")));
    }
    let who = actor.person()?;
    if facts.found_by.contains(&who) {
        return Err(Refusal::forbidden("somebody else than the one who made the finding must decide about it"));
    }
    if facts.made_by == who {
        return Err(Refusal::forbidden("somebody else than the one who made the appeal must decide it"));
    }
    let in_team = actor.agent.is_some_and(|agent| agent == facts.agent_id || facts.colleagues.contains(&agent));
    let leads = actor.grants.iter().any(|grant| matches!(grant.reach, GrantReach::Team(team) if facts.teams.contains(&team)));
    if in_team || leads {
        return Err(Refusal::forbidden("somebody who is not of the agent's team must decide"));
    }
    if state == AppealState::SecondInstance && facts.decided_by == Some(who) {
        return Err(Refusal::forbidden("the second instance is somebody else than the first"));
    }
    Ok(())
}

/// The state after a decision. It can go to a second instance where there is one and it was the first, and not everything was granted.
pub fn after_decision(state: AppealState, terms: AppealTerms, points: &[PointDecision]) -> AppealState {
    let granted = points.iter().all(|point| point.outcome == PointOutcome::Overturned);
    if state == AppealState::Open && terms.second_instance && !granted { AppealState::Decided } else { AppealState::Final }
}

#[cfg(test)]
mod tests;
