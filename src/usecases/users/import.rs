//! Brings users in from a CSV table.

use std::collections::HashMap;

use super::grants::Codes;
use super::{change, create};
use crate::app::App;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::agent::Agent;
use crate::domain::csv_table::LineFault;
use crate::domain::id::AgentId;
use crate::domain::language::Language;
use crate::domain::line_report::{LineOutcome, LineReport};
use crate::domain::user::{COLUMNS, User, UserFacts, UserInput, UserLine};
use crate::domain::{Refusal, Refused};
use crate::usecases::line_import::{self, CHUNK, Row, Upload};

/// Stores the users of `users.csv`: new ones and changed ones, known by their usernames. Refused lines do not hinder the others.
///
/// # Permissions
/// `users.write` for the whole centre.
///
/// # Errors
/// `Invalid` where the header does not fit; `Conflict` with code `last_admin` where nobody would be left who administers the centre.
pub async fn import(app: &App, actor: &Actor, upload: Upload) -> Result<LineReport> {
    actor.may_everywhere(Action::UserWrite)?;
    let (rows, report) = line_import::rows(app, upload, &COLUMNS, UserLine::of_line, |line| ("username", line.username.clone())).await?;
    line_import::store(app, actor, rows, report, CHUNK, plan, apply).await
}

/// A user as it is, if it is, and as the file wants it.
type Step = (Option<User>, UserFacts);

/// What the lines of a chunk are held against.
struct Known {
    users: HashMap<String, User>,
    agents: HashMap<String, Agent>,
    /// Whose log-in an agent has.
    taken: HashMap<AgentId, String>,
    codes: Codes,
}

fn plan(conn: &mut AnyConnection, rows: &[Row<UserLine>], report: &mut LineReport) -> Result<Vec<Step>> {
    let names: Vec<String> = rows.iter().map(|row| row.value.username.clone()).collect();
    let numbers: Vec<String> = rows.iter().filter_map(|row| row.value.agent.clone().flatten()).collect();
    let agents = db::agents::with_numbers(conn, &numbers)?;
    let mut known = Known {
        users: db::user_list::with_usernames(conn, &names)?,
        taken: db::user_list::usernames_of(conn, &agents.values().map(|agent| agent.id).collect::<Vec<_>>())?,
        agents,
        codes: Codes::load(conn)?,
    };
    let mut steps = Vec::new();
    for row in rows {
        match step(&mut known, &row.value) {
            Ok((step, outcome)) => {
                report.note(row.line, &row.value.username, outcome);
                steps.push(step);
            }
            Err(refusal) => report.refuse(LineFault::from_refusal(row.line, by_column(refusal))),
        }
    }
    Ok(steps)
}

/// The file's columns are `agent` and `roles`.
fn by_column(mut refusal: Refusal) -> Refusal {
    for fault in &mut refusal.faults {
        if fault.field.starts_with("grants") {
            "roles".clone_into(&mut fault.field);
        }
    }
    refusal
}

fn step(known: &mut Known, line: &UserLine) -> Refused<(Step, LineOutcome)> {
    let user = known.users.get(&line.username).cloned();
    let was = user.as_ref().map(User::facts);
    let agent_id = match &line.agent {
        None => was.as_ref().and_then(|was| was.agent_id),
        Some(None) => None,
        Some(Some(number)) => {
            let agent = known.agents.get(number);
            Some(agent.ok_or_else(|| Refusal::invalid("agent", format!("there is no agent with the employee number `{number}`")))?.id)
        }
    };
    if let Some(agent) = agent_id {
        let holder = known.taken.entry(agent).or_insert_with(|| line.username.clone());
        if *holder != line.username {
            return Err(Refusal::invalid("agent", format!("this agent is the user `{holder}` already")));
        }
    }
    let grants = match &line.roles {
        None => was.as_ref().map(|was| was.grants.clone()).unwrap_or_default(),
        Some(cells) => cells.iter().map(|cell| known.codes.grant(cell)).collect::<Refused<_>>()?,
    };
    let input = UserInput {
        username: line.username.clone(),
        name: line.name.clone(),
        email: line.email.clone().unwrap_or_else(|| was.as_ref().and_then(|was| was.email.clone())),
        language: line.language.or(was.as_ref().map(|was| was.language)).unwrap_or(Language::Zh),
        agent_id,
        active: line.active.or(was.as_ref().map(|was| was.active)).unwrap_or(true),
        grants,
    };
    let after = input.checked()?;
    let outcome = was.map_or(LineOutcome::Inserted, |was| {
        line_import::outcome(&[
            ("name", was.name != after.name),
            ("email", was.email != after.email),
            ("language", was.language != after.language),
            ("agent", was.agent_id != after.agent_id),
            ("active", was.active != after.active),
            ("roles", was.grants != after.grants),
        ])
    });
    Ok(((user, after), outcome))
}

fn apply(tx: &mut Tx<'_>, (before, after): Step) -> Result<()> {
    match before {
        None => create::store(tx, &after).map(drop),
        Some(before) => change::store(tx, before, after).map(drop),
    }
}
