use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Outcome, say};
use crate::config::{Address, Config};
use crate::db;
use crate::recordings;

/// Put a backup in the place of the embedded database; stop the service first
///
/// The file is checked before anything is touched: it must be whole, and of this version or an older one. A database that holds a centre is
/// replaced only with --force.
///
/// On PostgreSQL it prints the pg_restore command instead and exits with 4.
///
/// Example: assay restore /backups/assay-2026-11-21.db --recordings /backups/recordings
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A file that `assay backup` made
    file: PathBuf,
    /// The folder to which the backup copied the recordings
    #[arg(long, value_name = "FOLDER")]
    recordings: Option<PathBuf>,
    /// Replace a database that holds a centre
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let target = match Address::parse(&config.database.url)? {
        Address::Sqlite(path) => path,
        Address::Postgres(_) => {
            say("The database is PostgreSQL: let its own tool restore it, into an empty database:");
            say(format!("  pg_restore --exit-on-error --no-owner --dbname=\"$DATABASE_URL\" {}", super::quoted(&args.file)));
            return Ok(ExitCode::from(super::OTHER_TOOL));
        }
    };
    let checked = db::backup::restore(&args.file, Path::new(&target), args.force)?;
    say(format!("restored `{}` to {target}", checked.organisation));
    if checked.to_migrate > 0 {
        say(format!("it is of an older version: {} migrations run at the next start", checked.to_migrate));
    }
    if let Some(from) = args.recordings {
        let copied = recordings::copy_missing(&from, &config.recordings.folder);
        let copied = copied.map_err(|e| db::Error::of_named_file("the recordings could not be copied", &e))?;
        say(format!("{copied} recordings copied to {}", config.recordings.folder.display()));
    }
    Ok(ExitCode::SUCCESS)
}
