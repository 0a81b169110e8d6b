use std::process::ExitCode;

use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::domain::language::Language;
use crate::domain::money::Currency;
use crate::usecases::organisation::init::{Init, init};

/// Set up a new centre: its name, time zone and first administrator
///
/// The administrator's password is read from ASSAY_PASSWORD, if it is set; without it only the printed token works until a password is set.
///
/// Example: ASSAY_PASSWORD='…' assay init --name 'Example Centre' --admin anna
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The centre's name
    #[arg(long)]
    name: String,
    /// The time zone in which months are reckoned
    #[arg(long, default_value = "Asia/Shanghai")]
    time_zone: String,
    /// The currency of fines
    #[arg(long, default_value = "CNY")]
    currency: Currency,
    /// The language of those who have not chosen one: zh or en
    #[arg(long, default_value = "zh")]
    language: Language,
    /// The first administrator's user name
    #[arg(long)]
    admin: String,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    app.db.migrate()?;
    let admin_password = std::env::var("ASSAY_PASSWORD").ok().filter(|p| !p.is_empty());
    let command = Init {
        name: args.name,
        time_zone: args.time_zone,
        currency: args.currency,
        language: args.language,
        admin_username: args.admin,
        admin_password,
    };
    let done = init(&app, &Actor::operator(), command).await?;
    if args.json {
        say_json(&done)?;
    } else {
        say(format!("The centre is set up. The administrator's token, shown this once:\n{}", done.token));
    }
    Ok(ExitCode::SUCCESS)
}
