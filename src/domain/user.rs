//! Users: people and programs that log in, with roles and how far each reaches (handbook 1).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::access::{ReachKind, Role};
use super::agent::chinese;
use super::csv_table::{Columns, Line};
use super::grant::{GrantCell, GrantInput};
use super::id::{AgentId, UserId};
use super::language::Language;
use super::password::is_common;
use super::people::{NAME_LENGTH, checked_email, flag_of_cell, given};
use super::refusal::{Faults, Refusal, Refused, checked_code, checked_text};
use super::vendor::unreachable_fault;

/// The columns of `users.csv`. Passwords are never in a file.
pub const COLUMNS: Columns =
    Columns { required: &["username", "name"], optional: &["email", "language", "agent", "active", "roles"], prefix: None };

/// The most roles of one user.
pub const MOST_GRANTS: usize = 50;

/// How many characters a password has.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 10..=128;

/// A user as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInput {
    /// Unique name to log in with, 1 to 64 letters, digits, `-`, `_`, `.` or `@`.
    pub username: String,
    /// Name, at most 200 characters.
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Language of pages and mails; `zh` where absent.
    #[serde(default = "chinese")]
    pub language: Language,
    /// The agent that the user is; absent for those who are none.
    #[serde(default)]
    pub agent_id: Option<AgentId>,
    /// Whether the user may log in; true where absent.
    #[serde(default = "yes")]
    pub active: bool,
    /// The roles, at most 50; none where absent.
    #[serde(default)]
    pub grants: Vec<GrantInput>,
}

const fn yes() -> bool {
    true
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// Unique name to log in with.
    pub username: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Language of pages and mails.
    pub language: Language,
    /// The agent that the user is; absent for those who are none.
    pub agent_id: Option<AgentId>,
    /// Whether the user may log in.
    pub active: bool,
    /// The roles.
    pub grants: Vec<GrantInput>,
    /// Since when the service knows the user.
    pub created_at: DateTime<Utc>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

impl User {
    /// What was written down of the user.
    pub fn facts(&self) -> UserFacts {
        let mut grants = self.grants.clone();
        grants.sort_unstable();
        UserFacts {
            username: self.username.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            language: self.language,
            agent_id: self.agent_id,
            active: self.active,
            grants,
        }
    }
}

/// A new password.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordInput {
    /// The new password, 10 to 128 characters.
    pub password: String,
    /// The password until now; needed by those who change their own and do not administer users.
    #[serde(default)]
    pub current_password: Option<String>,
}

impl std::fmt::Debug for PasswordInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordInput(…)")
    }
}

/// What changes in a user; absent fields stay as they are. The username never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// Name, at most 200 characters.
    pub name: Option<String>,
    /// E-mail address; null for none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Option<String>>,
    /// Language of pages and mails.
    pub language: Option<Language>,
    /// The agent that the user is; null for none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AgentId>)]
    pub agent_id: Option<Option<AgentId>>,
    /// Whether the user may log in.
    pub active: Option<bool>,
    /// The roles, all of them: what is not listed is taken away.
    pub grants: Option<Vec<GrantInput>>,
}

/// Which users a list is to show.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Only the one with this username.
    pub username: Option<String>,
    /// Only those whose username or name contains this text.
    pub text: Option<String>,
    /// Only those who hold this role.
    pub role: Option<Role>,
    /// Only those who may log in (true) or may not (false).
    pub active: Option<bool>,
}

/// A user whose texts and roles are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFacts {
    /// Name to log in with.
    pub username: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Language of pages and mails.
    pub language: Language,
    /// The agent that the user is.
    pub agent_id: Option<AgentId>,
    /// Whether the user may log in.
    pub active: bool,
    /// The roles, sorted, each once.
    pub grants: Vec<GrantInput>,
}

impl UserInput {
    /// The user that this says.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(self) -> Refused<UserFacts> {
        let mut faults = Faults::new();
        let username = faults.take(checked_username(&self.username)).unwrap_or_default();
        let name = faults.take(checked_text("name", &self.name, NAME_LENGTH)).unwrap_or_default();
        let email = self.email.filter(|text| !text.trim().is_empty()).and_then(|text| faults.take(checked_email("email", &text)));
        let grants = checked_grants(&self.grants, self.agent_id, &mut faults);
        faults.finish()?;
        Ok(UserFacts { username, name, email, language: self.language, agent_id: self.agent_id, active: self.active, grants })
    }
}

impl UserFacts {
    /// The user after a change.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn changed(self, change: UserChange) -> Refused<Self> {
        let after = UserInput {
            name: change.name.unwrap_or(self.name),
            email: change.email.unwrap_or(self.email),
            language: change.language.unwrap_or(self.language),
            agent_id: change.agent_id.unwrap_or(self.agent_id),
            active: change.active.unwrap_or(self.active),
            grants: change.grants.unwrap_or(self.grants),
            username: self.username,
        };
        after.checked()
    }

    /// Whether the user can administer the whole centre. One such user must always be left.
    pub fn administers(&self) -> bool {
        self.active && self.grants.iter().any(|grant| grant.role == Role::Admin && grant.reach == Some(ReachKind::All))
    }
}

fn checked_grants(inputs: &[GrantInput], agent: Option<AgentId>, faults: &mut Faults) -> Vec<GrantInput> {
    if inputs.len() > MOST_GRANTS {
        faults.push("grants", format!("are {}; at most {MOST_GRANTS} are allowed", inputs.len()));
        return Vec::new();
    }
    let mut grants: Vec<GrantInput> = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        if let Some(grant) = faults.take(input.checked().map_err(|refusal| refusal.within(&format!("grants[{index}]")))) {
            if grant.role == Role::Agent && agent.is_none() {
                faults.push(format!("grants[{index}].role"), "is `agent`, so `agent_id` must say which agent the user is");
            }
            grants.push(GrantInput::of(&grant));
        }
    }
    grants.sort_unstable();
    grants.dedup();
    grants
}

/// Checks a name to log in with.
///
/// # Errors
/// `Invalid` on `username`.
pub fn checked_username(text: &str) -> Refused<String> {
    let text = text.trim();
    let bad = |_| Refusal::invalid("username", "must be 1 to 64 letters, digits, '-', '_', '.' or '@', without blanks");
    checked_code("username", &text.replace('@', "_")).map_err(bad)?;
    Ok(text.to_owned())
}

/// Checks a new password: 10 to 128 characters, not the username, not one character repeated.
///
/// # Errors
/// `Invalid` on `password`; the message never contains the password. An empty username stands for an unknown one.
pub fn check_password(password: &str, username: &str) -> Refused<()> {
    let length = password.chars().count();
    let why = if !PASSWORD_LENGTH.contains(&length) {
        format!("has {length} characters; use {} to {}", PASSWORD_LENGTH.start(), PASSWORD_LENGTH.end())
    } else if password.to_lowercase().contains(&username.to_lowercase()) && length < username.chars().count().saturating_add(6) {
        "is little more than the username; choose another".to_owned()
    } else if password.chars().collect::<std::collections::HashSet<_>>().len() < 4 {
        "has fewer than 4 different characters; choose another".to_owned()
    } else if is_common(&without(password, username)) {
        "is made of words and rows of keys that are tried first; choose another".to_owned()
    } else {
        return Ok(());
    };
    Err(Refusal::invalid("password", why))
}

/// A password without the username in it, which is tried with everything.
fn without(password: &str, username: &str) -> String {
    let small = password.to_lowercase();
    if username.is_empty() { small } else { small.replace(&username.to_lowercase(), "") }
}

/// A line of `users.csv`. A column that the file lacks is `None`: the user keeps what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLine {
    /// Name to log in with.
    pub username: String,
    /// Name.
    pub name: String,
    /// E-mail address; `Some(None)` for none.
    pub email: Option<Option<String>>,
    /// Language of pages and mails.
    pub language: Option<Language>,
    /// Employee number of the agent that the user is; `Some(None)` for none.
    pub agent: Option<Option<String>>,
    /// Whether the user may log in.
    pub active: Option<bool>,
    /// The roles, separated by `;`.
    pub roles: Option<Vec<GrantCell>>,
}

impl UserLine {
    /// Reads a line.
    ///
    /// # Errors
    /// `Invalid` with every column at fault.
    pub fn of_line(line: &Line) -> Refused<Self> {
        let mut faults = Faults::new();
        let username = faults.take(checked_username(line.cell("username")));
        let name = faults.take(checked_text("name", line.cell("name"), NAME_LENGTH));
        let email = line.filled("email").and_then(|cell| faults.take(checked_email("email", cell)));
        let language = line.filled("language").and_then(|cell| faults.take(cell.parse()));
        let agent = line.filled("agent").and_then(|cell| faults.take(checked_code("agent", cell)));
        let active = line.filled("active").and_then(|cell| faults.take(flag_of_cell("active", cell)));
        let roles = line.cell("roles").split(';').map(str::trim).filter(|role| !role.is_empty());
        let roles: Vec<GrantCell> = roles.filter_map(|role| faults.take(role.parse())).collect();
        faults.finish()?;
        Ok(Self {
            username: username.ok_or_else(unreachable_fault)?,
            name: name.ok_or_else(unreachable_fault)?,
            email: line.has("email").then_some(email),
            language,
            agent: line.has("agent").then_some(agent),
            active,
            roles: line.has("roles").then_some(roles),
        })
    }
}

#[cfg(test)]
#[path = "user_tests.rs"]
mod tests;
