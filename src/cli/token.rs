use std::process::ExitCode;

use chrono::{DateTime, Duration, Utc};
use clap::Subcommand;

use super::user::user_named;
use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::id::TokenId;
use crate::domain::page::{Cursor, PageRequest};
use crate::domain::token::TokenInput;
use crate::usecases::tokens;

/// Make, list and revoke bearer tokens
///
/// A token does what its user may do, and no more than its scopes: all, read, or actions such as ledger.export.
///
/// Example: assay token create finance --name 'month export' --scope ledger.export --days 90
/// Example: assay token list finance
/// Example: assay token revoke 01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token; it is shown this once
    Create {
        /// Whose it is: the name to log in with
        username: String,
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it may do; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", default_value = "all")]
        scopes: Vec<String>,
        /// After how many days it ends; never where absent
        #[arg(long, conflicts_with = "expires_at", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
        /// When it ends, such as 2027-01-01T00:00:00+08:00
        #[arg(long, value_name = "TIME")]
        expires_at: Option<DateTime<Utc>>,
        /// Print the token and its facts as JSON
        #[arg(long)]
        json: bool,
    },
    /// List somebody's tokens
    List {
        /// Whose: the name to log in with
        username: String,
        /// Print the tokens as JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token, for good
    Revoke {
        /// The token's id
        id: TokenId,
    },
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    app.db.migrate()?;
    let actor = Actor::operator();
    match args.command {
        Command::Create { username, name, scopes, days, expires_at, json } => {
            let user = user_named(&app, &actor, username).await?;
            let end = days.map(|days| app.clock.now().checked_add_signed(Duration::days(i64::from(days))));
            let end = end.map(|end| end.ok_or_else(|| Refusal::invalid("days", "is too many"))).transpose()?;
            let input = TokenInput { name, scopes, expires_at: end.or(expires_at), user_id: Some(user.id) };
            let made = tokens::create::create(&app, &actor, input).await?;
            if json {
                say_json(&made)?;
            } else {
                say(&made.secret);
            }
        }
        Command::List { username, json } => {
            let user = user_named(&app, &actor, username).await?;
            let mut all = Vec::new();
            let mut page = PageRequest { limit: PageRequest::MAX, after: None };
            loop {
                let found = tokens::list::list(&app, &actor, Some(user.id), page.clone()).await?;
                all.extend(found.items);
                match found.next {
                    Some(next) => page.after = Some(Cursor::decode(&next)?),
                    None => break,
                }
            }
            if json {
                say_json(&all)?;
            } else {
                for token in all {
                    let time = |at: Option<DateTime<Utc>>| at.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339());
                    let state = if token.revoked_at.is_some() { "\trevoked" } else { "" };
                    let (scopes, end, used) = (token.scopes.join(" "), time(token.expires_at), time(token.last_used_at));
                    say(format!("{}\t{}\t{scopes}\tends {end}\tlast used {used}{state}", token.id, token.name));
                }
            }
        }
        Command::Revoke { id } => {
            tokens::revoke::revoke(&app, &actor, id).await?;
            say(format!("The token {id} is revoked."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
