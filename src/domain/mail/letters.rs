//! What the letters say. Times are UTC and shown in the organisation's zone; a `path` is below the configured base URL.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use super::due::{DueDay, SamplesDue, Task};
use super::letter::Letter;
use crate::domain::language::Language;
use crate::domain::masking::Masked;
use crate::domain::money::Money;
use crate::domain::period::Period;

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Name {
    /// A name in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// A name that is the same in both.
    pub fn same(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { zh: name.clone(), en: name }
    }

    /// The name in one language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// The errors of an evaluation or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errors {
    /// Key errors.
    pub key: i32,
    /// Non-key errors.
    pub non_key: i32,
}

/// A failed item or a violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The item's or the violation type's name.
    pub name: Name,
    /// The violation's class, A to E; absent for an item without one.
    pub class: Option<String>,
    /// Whether it counts as a key error.
    pub key: bool,
    /// What the inspector remarks.
    pub comment: Masked,
}

/// One evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluated {
    /// The agent's name.
    pub agent: String,
    /// The conversation, as its source calls it.
    pub conversation: Masked,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Its errors.
    pub errors: Errors,
    /// What was found; empty where nothing was.
    pub findings: Vec<Finding>,
    /// The page of the evaluation.
    pub path: String,
}

/// To an agent: a conversation was graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentResult {
    /// The period that it counts in.
    pub period: Period,
    /// The evaluation.
    pub evaluation: Evaluated,
    /// What the inspector remarks on the whole.
    pub comment: Masked,
}

/// One amount of the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What for.
    pub what: Name,
    /// How much; negative for a reward or a reversal.
    pub amount: Money,
}

/// To an agent: the verdict of the month with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentMonth {
    /// The month.
    pub period: Period,
    /// The agent's name.
    pub agent: String,
    /// `pass`, `fail` or `not_sampled`.
    pub verdict: String,
    /// The number of random samples evaluated (n).
    pub samples: i32,
    /// Their errors (K and N).
    pub errors: Errors,
    /// Worked days.
    pub worked_days: i32,
    /// Whether the agent counts as effective (handbook 3.3).
    pub effective: bool,
    /// The evaluations that it rests on.
    pub lines: Vec<Evaluated>,
    /// The ledger's lines.
    pub charges: Vec<Charge>,
    /// Their sum.
    pub total: Money,
    /// The page of the agent's month.
    pub path: String,
}

/// To an agent: a complaint, an operating breach or an error missed in grading was charged, or what was charged has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charged {
    /// The period in which it happened.
    pub period: Period,
    /// What is charged.
    pub what: Name,
    /// The number under which it is known, where it has one.
    pub reference: Option<String>,
    /// The local day of it, where it has one.
    pub occurred_on: Option<NaiveDate>,
    /// What was found: the liability level, how often, that it is charged no more.
    pub found: Name,
    /// Why.
    pub reason: Masked,
    /// What it costs now, 0 where it is charged no more.
    pub amount: Money,
    /// Whether the agent was told otherwise before.
    pub changed: bool,
    /// The page of the agent's month.
    pub path: String,
}

/// To those who heard a result: it has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultChanged {
    /// The period that it counts in.
    pub period: Period,
    /// What changed it: a correction by the inspector, a decision on an appeal, a re-grading.
    pub by: Name,
    /// Why.
    pub reason: Masked,
    /// The errors before.
    pub before: Errors,
    /// The evaluation as it is now.
    pub evaluation: Evaluated,
}

/// To a lead: yesterday's evaluations with errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadFailures {
    /// The day on which they were submitted.
    pub day: NaiveDate,
    /// How many there are; more than are listed where there are too many.
    pub total: i64,
    /// The gravest first.
    pub evaluations: Vec<Evaluated>,
    /// The page of the team's evaluations.
    pub path: String,
}

/// One agent's month in a team's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLine {
    /// The agent's name.
    pub agent: String,
    /// `pass`, `fail` or `not_sampled`.
    pub verdict: String,
    /// The number of random samples evaluated (n).
    pub samples: i32,
    /// Their errors (K and N).
    pub errors: Errors,
    /// Whether the agent counts as effective (handbook 3.3).
    pub effective: bool,
}

/// The pass rate of a team, a vendor or the centre (handbook 3.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRate {
    /// `team`, `vendor` or `centre`.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Effective agents sampled who pass.
    pub passed: i64,
    /// Effective agents sampled.
    pub counted: i64,
}

/// To a lead: the team's result of the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadMonth {
    /// The month.
    pub period: Period,
    /// The lead's teams.
    pub units: Vec<UnitRate>,
    /// Their agents: those who fail first.
    pub agents: Vec<AgentLine>,
    /// The page of the month.
    pub path: String,
}

/// To an inspector: new samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignments {
    /// The plan's name.
    pub plan: String,
    /// The period.
    pub period: Period,
    /// How many.
    pub samples: i64,
    /// The day by which they are to be graded.
    pub due_on: NaiveDate,
    /// The page of the queue.
    pub path: String,
}

/// To a manager: the month's pass rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerMonth {
    /// The month.
    pub period: Period,
    /// The centre, its vendors and its teams.
    pub units: Vec<UnitRate>,
    /// The page of the month.
    pub path: String,
}

/// To finance: a fine list is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListClosed {
    /// The month.
    pub period: Period,
    /// How many lines.
    pub lines: i64,
    /// Their sum.
    pub total: Money,
    /// The digest (handbook 3.7).
    pub digest: String,
    /// Where the list is.
    pub path: String,
}

/// A severe case (handbook 3.8): opened, due, raised to the next level, closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// What people call the case by.
    pub case: String,
    /// The agent's name.
    pub agent: String,
    /// The team's name.
    pub team: String,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The level's number, from 1.
    pub level: i32,
    /// The level's name.
    pub level_name: Name,
    /// Until when it is to be acknowledged; absent where nothing more is.
    pub due_at: Option<DateTime<Utc>>,
    /// What was said to it: why it comes to this level, or how it ended.
    pub note: Masked,
    /// The sanctions, for a case that has ended.
    pub sanctions: Vec<Name>,
    /// Whether a sanction is proposed and waits for a second person (four eyes).
    #[serde(default)]
    pub proposed: bool,
    /// Where to acknowledge it with one click; absent where there is nothing to acknowledge.
    pub acknowledge_path: Option<String>,
    /// The page of the case.
    pub path: String,
}

/// What was decided on one point of an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The error or violation.
    pub what: Name,
    /// What became of it; absent before the decision.
    pub outcome: Option<Name>,
    /// Why.
    pub reason: Masked,
}

/// An appeal (申诉): submitted, decided, due, overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// What people call the appeal by.
    pub appeal: String,
    /// The agent's name.
    pub agent: String,
    /// The period of what is contested.
    pub period: Period,
    /// Which instance has it, 1 or 2.
    pub instance: i32,
    /// What the appellant says.
    pub text: Masked,
    /// What is contested.
    pub points: Vec<Point>,
    /// Until when it is to be decided; absent where it is decided.
    pub due_at: Option<DateTime<Utc>>,
    /// The page of the appeal.
    pub path: String,
}

/// A corrective action (整改跟踪) that is due or overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// What is to be done.
    pub what: Masked,
    /// Coaching, training, a change of process.
    pub action: Name,
    /// The agent concerned, where there is one.
    pub agent: Option<String>,
    /// The day by which it is to be done.
    pub due_on: NaiveDate,
    /// Whether that day has passed.
    pub overdue: bool,
    /// The page of the follow-up.
    pub path: String,
}

/// To a group: a sanction, with the customer's data masked (handbook 3.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanctionNotice {
    /// The group or the company that is told.
    pub group: Name,
    /// Who is concerned.
    pub agent: String,
    /// The team's name.
    pub team: String,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The sanctions.
    pub sanctions: Vec<Name>,
    /// What happened.
    pub facts: Masked,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
}

/// The letters of a day in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyDigest {
    /// The day on which they were gathered.
    pub day: NaiveDate,
    /// The letters, in the order in which they were written.
    pub letters: Vec<Letter>,
}
