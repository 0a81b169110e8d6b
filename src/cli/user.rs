use std::process::ExitCode;

use clap::Subcommand;

use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::db::Result;
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::agent::AgentFilter;
use crate::domain::grant::{GrantCell, GrantInput};
use crate::domain::id::AgentId;
use crate::domain::language::Language;
use crate::domain::page::{Cursor, PageRequest};
use crate::domain::user::{PasswordInput, User, UserChange, UserFilter, UserInput};
use crate::usecases::{agents, users};

/// Add and list users, set passwords, give and take roles
///
/// Roles are written qa_manager, inspector, agent, finance, complaint_desk, admin, auditor, team_lead@team:CODE or auditor@vendor:CODE.
///
/// Example: assay user add li.na --name 李娜 --role inspector
/// Example: assay user grant wang --role team_lead@team:A1
/// Example: printf '%s' "$NEW_PASSWORD" | assay user passwd li.na
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a user, who has no password yet
    Add {
        /// The name to log in with
        username: String,
        /// The person's name; the username where absent
        #[arg(long)]
        name: Option<String>,
        /// Where mail goes
        #[arg(long)]
        email: Option<String>,
        /// The language of pages and mails: zh or en
        #[arg(long, default_value = "zh")]
        language: Language,
        /// The employee number of the agent that the user is
        #[arg(long, value_name = "EMPLOYEE_NO")]
        agent: Option<String>,
        /// A role; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<GrantCell>,
        /// Print the user as JSON
        #[arg(long)]
        json: bool,
    },
    /// Give roles to a user, or take them away
    Grant {
        /// The name to log in with
        username: String,
        /// A role; may be given several times
        #[arg(long = "role", value_name = "ROLE", required = true)]
        roles: Vec<GrantCell>,
        /// Take the roles away
        #[arg(long)]
        remove: bool,
        /// Print the user as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the users
    List {
        /// Print the users as JSON
        #[arg(long)]
        json: bool,
    },
    /// Set a user's password, read from ASSAY_PASSWORD or else from the standard input
    Passwd {
        /// The name to log in with
        username: String,
    },
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    app.db.migrate()?;
    let actor = Actor::operator();
    match args.command {
        Command::Add { username, name, email, language, agent, roles, json } => {
            let agent_id = match agent {
                Some(number) => Some(agent_with_number(&app, &actor, number).await?),
                None => None,
            };
            let grants = users::grants::grants(&app, &actor, roles).await?;
            let name = name.unwrap_or_else(|| username.clone());
            let input = UserInput { username, name, email, language, agent_id, active: true, grants };
            show(&users::create::create(&app, &actor, input).await?, json)?;
        }
        Command::Grant { username, roles, remove, json } => {
            let user = user_named(&app, &actor, username).await?;
            let named = users::grants::grants(&app, &actor, roles).await?;
            let mut grants: Vec<GrantInput> = user.grants.iter().filter(|held| !named.contains(held)).copied().collect();
            if !remove {
                grants.extend(named);
            }
            let change = UserChange { grants: Some(grants), ..UserChange::default() };
            show(&users::change::change(&app, &actor, user.id, user.version, change).await?, json)?;
        }
        Command::List { json } => list(&app, &actor, json).await?,
        Command::Passwd { username } => {
            let user = user_named(&app, &actor, username).await?;
            let input = PasswordInput { password: password()?, current_password: None };
            users::set_password::set_password(&app, &actor, user.id, input).await?;
            say(format!("The password of {} is set.", user.username));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(app: &App, actor: &Actor, json: bool) -> Result<()> {
    let mut all = Vec::new();
    let mut page = PageRequest { limit: PageRequest::MAX, after: None };
    loop {
        let found = users::list::list(app, actor, UserFilter::default(), page.clone()).await?;
        all.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(Cursor::decode(&next)?),
            None => break,
        }
    }
    if json {
        return say_json(&all);
    }
    for user in all {
        show(&user, false)?;
    }
    Ok(())
}

fn show(user: &User, json: bool) -> Result<()> {
    if json {
        return say_json(user);
    }
    let roles: Vec<&str> = user.grants.iter().map(|grant| grant.role.as_str()).collect();
    let state = if user.active { "" } else { " (may not log in)" };
    say(format!("{}\t{}\t{}{state}", user.username, user.name, roles.join(", ")));
    Ok(())
}

/// The user with this name to log in with.
pub(super) async fn user_named(app: &App, actor: &Actor, username: String) -> Result<User> {
    let filter = UserFilter { username: Some(username.clone()), ..UserFilter::default() };
    let found = users::list::list(app, actor, filter, PageRequest { limit: 1, after: None }).await?;
    found.items.into_iter().next().ok_or_else(|| Refusal::not_found("user", username).into())
}

async fn agent_with_number(app: &App, actor: &Actor, number: String) -> Result<AgentId> {
    let filter = AgentFilter { employee_no: Some(number.clone()), ..AgentFilter::default() };
    let found = agents::list::list(app, actor, filter, PageRequest { limit: 1, after: None }).await?;
    found.items.first().map(|agent| agent.id).ok_or_else(|| Refusal::not_found("agent", number).into())
}

fn password() -> Result<String> {
    if let Ok(password) = std::env::var("ASSAY_PASSWORD") {
        return Ok(password);
    }
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|e| Refusal::invalid("password", format!("cannot be read from the standard input: {e}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
