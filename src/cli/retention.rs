use std::process::ExitCode;

use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::usecases::retention::run::run;

/// Delete the recordings and transcripts that have had their time
///
/// The service does it by itself once a day; how long they are kept is set on the page Retention or with PUT /retention. Results, evaluations, fines
/// and references to evidence stay. What is under appeal or otherwise waits for somebody, and every month that is not closed, is kept.
///
/// Example: assay retention --dry-run
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Count what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run_it(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    let report = run(&app, &Actor::operator(), args.dry_run).await?;
    if args.json {
        say_json(&report)?;
        return Ok(ExitCode::SUCCESS);
    }
    if report.purged.is_empty() {
        say("Recordings and transcripts are kept for ever: no policy is set.");
    }
    for (kept, purged) in &report.purged {
        let done = if report.dry_run { "would be deleted" } else { "deleted" };
        let days = report.policy.days(*kept).unwrap_or_default();
        say(format!("{kept} after {days} days: {} conversations {done}", purged.conversations));
        for (hold, count) in &purged.held {
            say(format!("  held ({hold}): {count}"));
        }
    }
    if !report.dry_run {
        say(format!("{} files deleted, {} uploads that had broken off", report.files, report.leftovers));
    }
    Ok(ExitCode::SUCCESS)
}
