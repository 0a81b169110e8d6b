use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::{ANSWER_NO, Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::db::Result;
use crate::domain::access::Actor;
use crate::domain::agent::AgentFilter;
use crate::domain::attendance::AttendanceFilter;
use crate::domain::csv_table::{BYTE_ORDER_MARK, Columns, push_row};
use crate::domain::line_report::LineReport;
use crate::domain::page::{Cursor, Page, PageRequest};
use crate::domain::team::TeamFilter;
use crate::domain::user::UserFilter;
use crate::domain::{Refusal, agent, attendance, team, user, vendor};
use crate::usecases::line_import::Upload;
use crate::usecases::{agents, attendance as attendances, teams, users, vendors};

/// Import and export vendors, teams, agents, users and attendance as CSV
///
/// The first line of a file names the columns; an export shows all of them. A file with refused lines still brings the good ones in; the report
/// names each refused line, its column and what would be right, and the exit code is 1.
///
/// Example: assay people import agents agents.csv --dry-run
/// Example: assay people export attendance --output attendance.csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring people in from a CSV file
    Import {
        /// What the file holds
        kind: Kind,
        /// The file; - is the standard input
        file: PathBuf,
        /// Store nothing and only say what would happen
        #[arg(long)]
        dry_run: bool,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write people to a CSV file
    Export {
        /// What to write
        kind: Kind,
        /// The file; the standard output where absent
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// What a file holds.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Agents,
    Attendance,
    Teams,
    Users,
    Vendors,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    app.db.migrate()?;
    match args.command {
        Command::Import { kind, file, dry_run, json } => {
            let report = import(&app, kind, Upload::new(read(&file)?, dry_run)).await?;
            if json {
                say_json(&report)?;
            } else {
                tell(&report);
            }
            Ok(if report.refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(ANSWER_NO) })
        }
        Command::Export { kind, output } => {
            export(&app, kind, output.as_deref()).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn import(app: &App, kind: Kind, upload: Upload) -> Result<LineReport> {
    let actor = Actor::operator();
    match kind {
        Kind::Agents => agents::import::import(app, &actor, upload).await,
        Kind::Attendance => attendances::import::import(app, &actor, upload).await,
        Kind::Teams => teams::import::import(app, &actor, upload).await,
        Kind::Users => users::import::import(app, &actor, upload).await,
        Kind::Vendors => vendors::import::import(app, &actor, upload).await,
    }
}

fn tell(report: &LineReport) {
    let would = if report.dry_run { "Dry run, nothing stored: " } else { "" };
    let LineReport { inserted, updated, unchanged, refused, .. } = report;
    say(format!("{would}{inserted} inserted, {updated} updated, {unchanged} unchanged, {refused} refused"));
    for fault in &report.faults {
        let field = if fault.field.is_empty() { String::new() } else { format!(", {}", fault.field) };
        say(format!("line {}{field}: {}", fault.line, fault.message));
    }
    if report.faults_left_out > 0 {
        say(format!("and {} more", report.faults_left_out));
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let mut csv = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut csv).map(drop)
    } else {
        std::fs::read(file).map(|bytes| csv = bytes)
    };
    read.map_err(|error| Refusal::invalid("file", format!("{}: {error}", file.display())))?;
    Ok(csv)
}

async fn export(app: &App, kind: Kind, output: Option<&Path>) -> Result<()> {
    let broken = |error: std::io::Error| Refusal::invalid("output", error.to_string());
    let mut out: Box<dyn Write> = match output {
        Some(path) => Box::new(std::fs::File::create(path).map_err(broken)?),
        None => Box::new(std::io::stdout()),
    };
    let mut text = BYTE_ORDER_MARK.to_owned();
    push_row(&mut text, columns(kind).names());
    let mut page = PageRequest { limit: 1000, after: None };
    loop {
        let block = block(app, kind, page.clone()).await?;
        text.push_str(&block.items.concat());
        out.write_all(text.as_bytes()).map_err(broken)?;
        text.clear();
        match block.next {
            Some(next) => page.after = Some(Cursor::decode(&next)?),
            None => return Ok(out.flush().map_err(broken)?),
        }
    }
}

const fn columns(kind: Kind) -> &'static Columns {
    match kind {
        Kind::Agents => &agent::COLUMNS,
        Kind::Attendance => &attendance::COLUMNS,
        Kind::Teams => &team::COLUMNS,
        Kind::Users => &user::COLUMNS,
        Kind::Vendors => &vendor::COLUMNS,
    }
}

async fn block(app: &App, kind: Kind, page: PageRequest) -> Result<Page<String>> {
    let actor = Actor::operator();
    match kind {
        Kind::Agents => agents::export::export(app, &actor, AgentFilter::default(), page).await,
        Kind::Attendance => attendances::export::export(app, &actor, AttendanceFilter::default(), page).await,
        Kind::Teams => teams::export::export(app, &actor, TeamFilter::default(), page).await,
        Kind::Users => users::export::export(app, &actor, UserFilter::default(), page).await,
        Kind::Vendors => vendors::export::export(app, &actor, page).await,
    }
}
