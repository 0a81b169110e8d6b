use std::process::ExitCode;

use super::{Outcome, say};
use crate::config::Config;
use crate::db::Db;

/// Bring the database's tables up to date (serve does it too)
///
/// Example: assay migrate --check && echo nothing to do
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Only say what would run; exit with 1 where there is something
    #[arg(long)]
    check: bool,
    /// Undo the last migration; its tables go with all that is in them
    #[arg(long, conflicts_with = "check")]
    revert: bool,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let db = Db::open(&config.database)?;
    if args.revert {
        say(format!("undone: {}", db.revert_last()?));
        return Ok(ExitCode::SUCCESS);
    }
    let names = if args.check { db.pending()? } else { db.migrate()? };
    let word = if args.check { "to run" } else { "ran" };
    for name in &names {
        say(format!("{word}: {name}"));
    }
    if names.is_empty() {
        say("up to date");
    }
    Ok(if args.check && !names.is_empty() { ExitCode::from(super::ANSWER_NO) } else { ExitCode::SUCCESS })
}
