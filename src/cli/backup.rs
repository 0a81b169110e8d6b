use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::{Outcome, say, say_json};
use crate::config::{Address, Config};
use crate::db;
use crate::recordings;

/// Copy the embedded database to a file while the service goes on
///
/// Recordings lie in a folder of their own. With --recordings those that are not yet there are copied, so that the same folder can take
/// every backup.
///
/// On PostgreSQL it prints the pg_dump command instead and exits with 4.
///
/// Example: assay backup /backups/assay-2026-11-21.db --recordings /backups/recordings
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The file to write
    file: PathBuf,
    /// The folder to which recordings are copied
    #[arg(long, value_name = "FOLDER")]
    recordings: Option<PathBuf>,
    /// Replace the file where it exists
    #[arg(long)]
    force: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let Address::Sqlite(source) = Address::parse(&config.database.url)? else {
        say("The database is PostgreSQL: let its own tool make the backup, while the service goes on:");
        say(format!("  pg_dump --format=custom --file={} \"$DATABASE_URL\"", super::quoted(&args.file)));
        say(format!("and copy the recordings afterwards from {}.", config.recordings.folder.display()));
        return Ok(ExitCode::from(super::OTHER_TOOL));
    };
    let bytes = db::backup::backup(Path::new(&source), &args.file, args.force)?;
    // After the database: every recording that it names is there.
    let from = &config.recordings.folder;
    let copied = args.recordings.as_deref().map(|to| recordings::copy_missing(from, to)).transpose();
    let copied = copied.map_err(|e| db::Error::of_named_file("the recordings could not be copied", &e))?;
    if args.json {
        say_json(&json!({ "file": args.file, "bytes": bytes, "recordings_copied": copied }))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(format!("backed up to {} ({bytes} bytes)", args.file.display()));
    match (copied, args.recordings) {
        (Some(copied), Some(to)) => say(format!("{copied} recordings copied to {}", to.display())),
        _ => say(format!("recordings are not in it; copy {} too, or give --recordings FOLDER", from.display())),
    }
    Ok(ExitCode::SUCCESS)
}
