//! Agents (客服), who handle customers (handbook 1).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::csv_table::{Columns, Line};
use super::id::{AgentId, TeamId};
use super::language::Language;
use super::people::{NAME_LENGTH, checked_email, day_of_cell, given};
use super::refusal::{Faults, Refusal, Refused, checked_code, checked_text};
use super::vendor::unreachable_fault;
use super::words::words;

/// The columns of `agents.csv`.
pub const COLUMNS: Columns =
    Columns { required: &["employee_no", "name"], optional: &["email", "language", "team", "team_from", "left_on"], prefix: None };

/// An agent as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentInput {
    /// Unique employee number (工号), 1 to 64 letters, digits, `-`, `_` or `.`; files refer to the agent by it.
    pub employee_no: String,
    /// Name, at most 200 characters.
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Language of pages and mails; `zh` where absent.
    #[serde(default = "chinese")]
    pub language: Language,
    /// The team.
    pub team_id: TeamId,
    /// The first day in that team, today or earlier; where absent, the agent has always been in it.
    #[serde(default)]
    pub team_from: Option<NaiveDate>,
    /// The last day at work; absent for those who still are.
    #[serde(default)]
    pub left_on: Option<NaiveDate>,
}

/// An agent whose texts are checked. The team is apart: it changes over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFacts {
    /// Employee number.
    pub employee_no: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Language of pages and mails.
    pub language: Language,
    /// The last day at work.
    pub left_on: Option<NaiveDate>,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Agent {
    /// The id.
    pub id: AgentId,
    /// Unique employee number (工号).
    pub employee_no: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Language of pages and mails.
    pub language: Language,
    /// The team that the agent is in now.
    pub team_id: TeamId,
    /// The last day at work; absent for those who still are.
    pub left_on: Option<NaiveDate>,
    /// Since when the service knows the agent.
    pub created_at: DateTime<Utc>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

impl Agent {
    /// What was written down of the agent, without the team.
    pub fn facts(&self) -> AgentFacts {
        AgentFacts {
            employee_no: self.employee_no.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            language: self.language,
            left_on: self.left_on,
        }
    }
}

words! {
    /// What a list of agents is ordered by.
    AgentOrder ("sort") {
        /// The employee number.
        Number = "number",
        /// The name.
        Name = "name",
    }
}

/// Which agents a list is to show, and in which order.
#[derive(Debug, Clone)]
pub struct AgentFilter {
    /// Only those who are now in this team or below it.
    pub team: Option<TeamId>,
    /// Only the one with this employee number.
    pub employee_no: Option<String>,
    /// Only those whose name contains this text; case counts not for the letters a to z.
    pub name: Option<String>,
    /// Only those who have left (true) or have not (false).
    pub left: Option<bool>,
    /// What the list is ordered by.
    pub order: AgentOrder,
    /// Whether from the greatest down.
    pub descending: bool,
}

impl Default for AgentFilter {
    fn default() -> Self {
        Self { team: None, employee_no: None, name: None, left: None, order: AgentOrder::Number, descending: false }
    }
}

/// What changes in an agent; absent fields stay as they are. The employee number never changes; the team changes by a move.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentChange {
    /// Name, at most 200 characters.
    pub name: Option<String>,
    /// E-mail address; null for none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Option<String>>,
    /// Language of pages and mails.
    pub language: Option<Language>,
    /// The last day at work; null for those who still are.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NaiveDate>)]
    pub left_on: Option<Option<NaiveDate>>,
}

pub(super) const fn chinese() -> Language {
    Language::Zh
}

impl AgentInput {
    /// The facts that this says, without the team.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn facts(&self) -> Refused<AgentFacts> {
        let facts = AgentFacts {
            employee_no: self.employee_no.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            language: self.language,
            left_on: self.left_on,
        };
        facts.checked()
    }
}

impl AgentFacts {
    /// The same agent with its texts checked and trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        let employee_no = faults.take(checked_code("employee_no", &self.employee_no)).unwrap_or_default();
        let name = faults.take(checked_text("name", &self.name, NAME_LENGTH)).unwrap_or_default();
        let email = self.email.filter(|text| !text.trim().is_empty()).and_then(|text| faults.take(checked_email("email", &text)));
        faults.finish()?;
        Ok(Self { employee_no, name, email, ..self })
    }

    /// The agent after a change.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn changed(self, change: AgentChange) -> Refused<Self> {
        let after = Self {
            name: change.name.unwrap_or(self.name),
            email: change.email.unwrap_or(self.email),
            language: change.language.unwrap_or(self.language),
            left_on: change.left_on.unwrap_or(self.left_on),
            employee_no: self.employee_no,
        };
        after.checked()
    }
}

/// What somebody asks for when an agent moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveInput {
    /// The team to move to.
    pub team_id: TeamId,
    /// The first day in it, today or earlier; today where absent.
    #[serde(default)]
    pub from: Option<NaiveDate>,
}

/// A line of `agents.csv`. A column that the file lacks is `None`: the agent keeps what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLine {
    /// The employee number.
    pub employee_no: String,
    /// Name.
    pub name: String,
    /// E-mail address; `Some(None)` for none.
    pub email: Option<Option<String>>,
    /// Language of pages and mails.
    pub language: Option<Language>,
    /// The last day at work; `Some(None)` for those who still are.
    pub left_on: Option<Option<NaiveDate>>,
    /// Code of the team.
    pub team: Option<String>,
    /// The first day in that team. Without it an agent who is in the team stays in it as is, an agent without a team has always been in
    /// it, and another moves there today.
    pub team_from: Option<NaiveDate>,
}

impl AgentLine {
    /// Reads a line.
    ///
    /// # Errors
    /// `Invalid` with every column at fault.
    pub fn of_line(line: &Line) -> Refused<Self> {
        let mut faults = Faults::new();
        let left_on = line.filled("left_on").and_then(|cell| faults.take(day_of_cell("left_on", cell)));
        let language = line.filled("language").and_then(|cell| faults.take(cell.parse()));
        let team_from = line.filled("team_from").and_then(|cell| faults.take(day_of_cell("team_from", cell)));
        let team = line.filled("team").and_then(|cell| faults.take(checked_code("team", cell)));
        if team_from.is_some() && line.filled("team").is_none() {
            faults.push("team", "is empty although `team_from` is not; name the team's code");
        }
        let facts = AgentFacts {
            employee_no: line.cell("employee_no").to_owned(),
            name: line.cell("name").to_owned(),
            email: line.filled("email").map(str::to_owned),
            language: Language::Zh,
            left_on,
        };
        let checked = faults.take(facts.checked());
        faults.finish()?;
        let AgentFacts { employee_no, name, email, .. } = checked.ok_or_else(unreachable_fault)?;
        let email = line.has("email").then_some(email);
        let left_on = line.has("left_on").then_some(left_on);
        Ok(Self { employee_no, name, email, language, left_on, team, team_from })
    }

    /// The agent that the line describes, given the one that exists.
    pub fn onto(&self, existing: Option<&AgentFacts>) -> AgentFacts {
        AgentFacts {
            employee_no: self.employee_no.clone(),
            name: self.name.clone(),
            email: self.email.clone().unwrap_or_else(|| existing.and_then(|agent| agent.email.clone())),
            language: self.language.or(existing.map(|agent| agent.language)).unwrap_or(Language::Zh),
            left_on: self.left_on.unwrap_or_else(|| existing.and_then(|agent| agent.left_on)),
        }
    }
}

/// Refuses an employee number that is already somebody's.
pub fn employee_no_taken(number: &str) -> Refusal {
    Refusal::conflict("employee_no_taken", format!("the employee number {number} is another agent's; every number is unique"))
}

#[cfg(test)]
mod tests {
    use super::super::csv_table::{Limits, Table};
    use super::*;

    fn lines(text: &str) -> Vec<Refused<AgentLine>> {
        let table = Table::open(text.as_bytes(), &COLUMNS, Limits { rows: 9, line_bytes: 999 }).unwrap();
        table.map(|line| AgentLine::of_line(&line.unwrap())).collect()
    }

    #[test]
    fn a_line_names_each_fault_with_its_column() {
        let text = "employee_no,name,email,language,left_on,team,team_from\n0 1,,li.na,fr,soon,,2026-13-01\n";
        let faults = lines(text).remove(0).unwrap_err().faults;
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["left_on", "language", "team_from", "employee_no", "name", "email"]);
        assert_eq!(faults[1].message, "`fr` is not known; use one of: zh, en");
        let text = "employee_no,name,team_from\n01,Li,2026-11-01\n";
        assert_eq!(lines(text).remove(0).unwrap_err().faults[0].field, "team");
    }

    #[test]
    fn what_a_file_does_not_say_stays() {
        let existing = AgentFacts {
            employee_no: "007".into(),
            name: "Li".into(),
            email: Some("li@x.co".into()),
            language: Language::En,
            left_on: NaiveDate::from_ymd_opt(2026, 5, 1),
        };
        let line = lines("employee_no,name\n007,Li Na\n").remove(0).unwrap();
        assert_eq!(line.onto(Some(&existing)), AgentFacts { name: "Li Na".into(), ..existing.clone() });
        let line = lines("employee_no,name,email,left_on\n007,Li,,\n").remove(0).unwrap();
        assert_eq!(line.onto(Some(&existing)), AgentFacts { email: None, left_on: None, ..existing });
    }

    #[test]
    fn a_change_tells_null_from_absent() {
        let change: AgentChange = serde_json::from_str(r#"{"email":null}"#).unwrap();
        assert_eq!(change.email, Some(None));
        assert_eq!(serde_json::from_str::<AgentChange>("{}").unwrap().email, None);
    }
}
