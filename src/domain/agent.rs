//! Agents (客服), who handle customers (handbook 1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::csv_table::{Columns, Line};
use super::people::{Language, NAME_LENGTH, checked_email, day_of_cell, flag_of_cell, given};
use super::refusal::{Faults, Refusal, Refused, checked_code, checked_text};
use super::vendor::{unreachable_fault, yes};

/// The columns of `agents.csv`.
pub const COLUMNS: Columns =
    Columns { required: &["employee_number", "name"], optional: &["email", "language", "active", "team", "team_from"], prefix: None };

/// An agent as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentInput {
    /// Unique employee number (工号), 1 to 64 letters, digits, `-`, `_` or `.`; files refer to the agent by it.
    pub employee_number: String,
    /// Name, at most 200 characters.
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Language of pages and mails; `zh` where absent.
    #[serde(default = "chinese")]
    pub language: Language,
    /// Whether the agent still works here; true where absent.
    #[serde(default = "yes")]
    pub active: bool,
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
    /// Whether the agent still works here.
    pub active: Option<bool>,
}

pub(super) const fn chinese() -> Language {
    Language::Zh
}

impl AgentInput {
    /// The same agent with its texts checked and trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        let employee_number = faults.take(checked_code("employee_number", &self.employee_number)).unwrap_or_default();
        let name = faults.take(checked_text("name", &self.name, NAME_LENGTH)).unwrap_or_default();
        let email = self.email.filter(|text| !text.trim().is_empty()).and_then(|text| faults.take(checked_email("email", &text)));
        faults.finish()?;
        Ok(Self { employee_number, name, email, ..self })
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
            active: change.active.unwrap_or(self.active),
            employee_number: self.employee_number,
        };
        after.checked()
    }
}

/// A line of `agents.csv`. A column that the file lacks is `None`: the agent keeps what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLine {
    /// The employee number.
    pub employee_number: String,
    /// Name.
    pub name: String,
    /// E-mail address; `Some(None)` for none.
    pub email: Option<Option<String>>,
    /// Language of pages and mails.
    pub language: Option<Language>,
    /// Whether the agent still works here.
    pub active: Option<bool>,
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
        let active = line.filled("active").and_then(|cell| faults.take(flag_of_cell("active", cell)));
        let language = line.filled("language").and_then(|cell| faults.take(cell.parse()));
        let team_from = line.filled("team_from").and_then(|cell| faults.take(day_of_cell("team_from", cell)));
        let team = line.filled("team").and_then(|cell| faults.take(checked_code("team", cell)));
        if team_from.is_some() && line.filled("team").is_none() {
            faults.push("team", "is empty although `team_from` is not; name the team's code");
        }
        let input = AgentInput {
            employee_number: line.cell("employee_number").to_owned(),
            name: line.cell("name").to_owned(),
            email: line.filled("email").map(str::to_owned),
            language: Language::Zh,
            active: true,
        };
        let checked = faults.take(input.checked());
        faults.finish()?;
        let AgentInput { employee_number, name, email, .. } = checked.ok_or_else(unreachable_fault)?;
        Ok(Self { employee_number, name, email: line.has("email").then_some(email), language, active, team, team_from })
    }

    /// The agent that the line describes, given the one that exists.
    pub fn onto(&self, existing: Option<&AgentInput>) -> AgentInput {
        AgentInput {
            employee_number: self.employee_number.clone(),
            name: self.name.clone(),
            email: self.email.clone().unwrap_or_else(|| existing.and_then(|agent| agent.email.clone())),
            language: self.language.or(existing.map(|agent| agent.language)).unwrap_or(Language::Zh),
            active: self.active.or(existing.map(|agent| agent.active)).unwrap_or(true),
        }
    }
}

/// Refuses an employee number that is already somebody's.
pub fn employee_number_taken(number: &str) -> Refusal {
    Refusal::conflict("employee_number_taken", format!("the employee number {number} is another agent's; every number is unique"))
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
        let text = "employee_number,name,email,language,active,team,team_from\n0 1,,li.na,fr,perhaps,,2026-13-01\n";
        let faults = lines(text).remove(0).unwrap_err().faults;
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["active", "language", "team_from", "employee_number", "name", "email"]);
        assert_eq!(faults[1].message, "`fr` is not known; use one of: zh, en");
        let text = "employee_number,name,team_from\n01,Li,2026-11-01\n";
        assert_eq!(lines(text).remove(0).unwrap_err().faults[0].field, "team");
    }

    #[test]
    fn what_a_file_does_not_say_stays() {
        let existing = AgentInput {
            employee_number: "007".into(),
            name: "Li".into(),
            email: Some("li@x.co".into()),
            language: Language::En,
            active: false,
        };
        let line = lines("employee_number,name\n007,Li Na\n").remove(0).unwrap();
        assert_eq!(line.onto(Some(&existing)), AgentInput { name: "Li Na".into(), ..existing.clone() });
        let line = lines("employee_number,name,email,active\n007,Li,,true\n").remove(0).unwrap();
        assert_eq!(line.onto(Some(&existing)), AgentInput { email: None, active: true, ..existing });
    }

    #[test]
    fn a_change_tells_null_from_absent() {
        let change: AgentChange = serde_json::from_str(r#"{"email":null}"#).unwrap();
        assert_eq!(change.email, Some(None));
        assert_eq!(serde_json::from_str::<AgentChange>("{}").unwrap().email, None);
    }
}
