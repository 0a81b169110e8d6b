use std::fs::File;
use std::io::{BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::conversation::FileFormat;
use crate::recordings::Folder;
use crate::usecases::conversations::import::{ImportReport, ImportSource, import};
use crate::usecases::conversations::upload::format_of;

/// Import conversations with their recordings
///
/// Reads NDJSON or CSV (docs/IMPORT.md). The same file twice changes nothing; a file that was broken off can be run again. Exit code 1 means that some
/// conversations were refused: the report says which lines, and why.
///
/// Example: assay import 2026-11.ndjson --recordings /mnt/recorder/2026-11
/// Example: zcat 2026-11.ndjson.gz | assay import - --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Files, read one after another; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The folder below which the recordings lie; that of each file where absent
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
    /// How the files are written, ndjson or csv; by their names where absent
    #[arg(long)]
    format: Option<FileFormat>,
    /// Print the reports as JSON
    #[arg(long)]
    json: bool,
}

/// The report of one file.
#[derive(Debug, Serialize)]
struct FileReport {
    file: PathBuf,
    #[serde(flatten)]
    report: ImportReport,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    app.db.migrate()?;
    let mut reports = Vec::with_capacity(args.files.len());
    for file in args.files {
        let recordings = args.recordings.as_deref();
        let report = import_file(&app, &file, recordings, args.format).await;
        let report = match report {
            Err(db::Error::Refused(refusal)) => {
                let message = format!("{}: {}", file.display(), refusal.message);
                return Err(Refusal { message, ..refusal }.into());
            }
            other => other?,
        };
        if !args.json {
            tell(&file, &report);
        }
        reports.push(FileReport { file, report });
    }
    if args.json {
        say_json(&reports)?;
    }
    let refused = reports.iter().any(|one| one.report.refused > 0);
    Ok(if refused { ExitCode::from(super::ANSWER_NO) } else { ExitCode::SUCCESS })
}

async fn import_file(app: &App, path: &Path, recordings: Option<&Path>, format: Option<FileFormat>) -> Result<ImportReport> {
    let standard_input = path.as_os_str() == "-";
    let format = match format {
        Some(format) => format,
        None if standard_input => FileFormat::Ndjson,
        None => format_of("", path.to_str())?,
    };
    let unreadable = |error: std::io::Error| Refusal::invalid("", format!("cannot be read: {error}"));
    let (source, bar): (Box<dyn Read + Send>, ProgressBar) = if standard_input {
        (Box::new(std::io::stdin()), ProgressBar::no_length())
    } else {
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(Refusal::invalid("", "is a folder; name the file of conversations in it").into());
        }
        (Box::new(file), ProgressBar::new(metadata.len()))
    };
    let beside = path.parent().filter(|folder| !standard_input && !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = Folder::at(recordings.unwrap_or(beside))?;
    let style = ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {eta} {msg}");
    if let (Ok(style), true) = (style, std::io::stderr().is_terminal()) {
        bar.set_style(style);
    } else {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let input = BufReader::with_capacity(64 * 1024, bar.wrap_read(source));
    let source = ImportSource { input: Box::new(input), format, recordings: Some(folder) };
    let told = bar.clone();
    let report = import(app, &Actor::operator(), source, |so_far| {
        told.set_message(format!("{} conversations, {} refused", so_far.total(), so_far.refused));
    })
    .await;
    bar.finish_and_clear();
    report
}

fn tell(file: &Path, report: &ImportReport) {
    say(format!(
        "{}: {} inserted, {} updated, {} unchanged, {} refused",
        file.display(),
        report.inserted,
        report.updated,
        report.unchanged,
        report.refused
    ));
    for refused in &report.refusals {
        let name = refused.conversation.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        say(format!("  line {}{name}: {}", refused.line, refused.reason));
    }
    if report.refusals_left_out > 0 {
        say(format!("  … and {} more", report.refusals_left_out));
    }
}
