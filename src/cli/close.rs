use std::process::ExitCode;

use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::domain::period::Period;
use crate::usecases::periods::close::{CloseCommand, close};

/// Close a month: freeze its results and its fine list, for ever
///
/// While samples are not graded, appeals are open or the month is not over it closes only with --override, and records the reason.
///
/// Example: assay close 2026-10
/// Example: assay close 2026-10 --override 'two samples without audio, agreed with finance'
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The month, such as 2026-10
    period: Period,
    /// Why it is closed although something stands in the way
    #[arg(long = "override", value_name = "REASON")]
    override_reason: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    let command = CloseCommand { override_reason: args.override_reason, ..CloseCommand::default() };
    let closed = close(&app, &Actor::operator(), args.period, command).await?;
    if args.json {
        say_json(&closed)?;
    } else {
        let digest = closed.digest.as_deref().unwrap_or("-");
        say(format!(
            "{} is closed: {} lines, {} minor units in all\ndigest {digest}",
            closed.period,
            closed.lines.unwrap_or_default(),
            closed.amount_minor.unwrap_or_default()
        ));
    }
    Ok(ExitCode::SUCCESS)
}
