//! The command line: one file per subcommand.
//!
//! Exit codes: 0 done; 1 the answer is no (a verification failed, a line was refused); 2 bad input; 3 a fault of the machine or of ours;
//! 4 another program does it (PostgreSQL's own tools).

mod backup;
mod check;
mod check_config;
mod close;
mod demo;
mod draw;
mod export;
mod files;
mod import;
mod init;
mod migrate;
mod openapi;
mod people;
mod restore;
mod results;
mod retention;
mod serve;
mod token;
mod user;
mod verify_draw;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, LogFormat};
use crate::db;
use crate::domain::refusal::RefusalKind;

/// Quality inspection (质检) for customer-service centres.
#[derive(Debug, Parser)]
#[command(
    name = "assay",
    version,
    about,
    after_help = "Settings come from assay.toml, ASSAY__SECTION__KEY and DATABASE_URL; see `assay check-config`."
)]
pub struct Cli {
    /// The configuration file; assay.toml in this folder where absent
    #[arg(long, global = true, env = "ASSAY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// In alphabetical order.
#[derive(Debug, Subcommand)]
enum Command {
    Backup(backup::Args),
    Check(check::Args),
    CheckConfig(check_config::Args),
    Close(close::Args),
    Draw(draw::Args),
    Demo(demo::Args),
    Export(export::Args),
    Import(import::Args),
    Init(init::Args),
    Migrate(migrate::Args),
    Openapi(openapi::Args),
    People(people::Args),
    Results(results::Args),
    Restore(restore::Args),
    Retention(retention::Args),
    Serve(serve::Args),
    Token(token::Args),
    User(user::Args),
    VerifyDraw(verify_draw::Args),
}

/// The answer is no: a verification failed, or some lines were refused.
pub const ANSWER_NO: u8 = 1;
/// Bad input.
pub const BAD_INPUT: u8 = 2;
/// A fault of the machine or of ours.
pub const FAULT: u8 = 3;
/// Another program does it, and its command was printed.
pub const OTHER_TOOL: u8 = 4;

/// What a subcommand gives: its exit code, or why it could not be done.
type Outcome = db::Result<ExitCode>;

/// Runs the command line and gives the exit code of the process.
pub fn run(cli: Cli) -> ExitCode {
    let outcome = Config::load(cli.config.as_deref()).map_err(db::Error::from).and_then(|config| {
        start_log(&config);
        actix_web::rt::System::new().block_on(async move {
            match cli.command {
                Command::Backup(args) => backup::run(config, args).await,
                Command::Check(args) => check::run(config, args).await,
                Command::CheckConfig(args) => check_config::run(config, args).await,
                Command::Close(args) => close::run(config, args).await,
                Command::Draw(args) => draw::run(config, args).await,
                Command::Demo(args) => demo::run(config, args).await,
                Command::Export(args) => export::run(config, args).await,
                Command::Import(args) => import::run(config, args).await,
                Command::Init(args) => init::run(config, args).await,
                Command::Migrate(args) => migrate::run(config, args).await,
                Command::Openapi(args) => openapi::run(config, args).await,
                Command::People(args) => people::run(config, args).await,
                Command::Results(args) => results::run(config, args).await,
                Command::Restore(args) => restore::run(config, args).await,
                Command::Retention(args) => retention::run_it(config, args).await,
                Command::Serve(args) => serve::run(config, args).await,
                Command::Token(args) => token::run(config, args).await,
                Command::User(args) => user::run(config, args).await,
                Command::VerifyDraw(args) => verify_draw::run(config, args).await,
            }
        })
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("assay: {error}");
        ExitCode::from(match error {
            db::Error::Refused(refusal) if !matches!(refusal.kind, RefusalKind::Busy | RefusalKind::Full) => BAD_INPUT,
            _ => FAULT,
        })
    })
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log.level);
    // A log that cannot be written, on a full disk for example, must not end what it tells of: its own error would go the same way, and panic there.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    // A second start in one process (tests) keeps the first log.
    drop(match config.log.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    });
}

/// Prints a line of the command's result. A closed pipe is no fault of ours.
fn say(text: impl std::fmt::Display) {
    use std::io::Write;
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// Prints a result as JSON.
///
/// # Errors
/// `Damaged` for what JSON cannot hold.
fn say_json<T: serde::Serialize>(value: &T) -> db::Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| db::Error::Damaged(e.to_string()))?;
    say(text);
    Ok(())
}

/// A path as a shell takes it.
fn quoted(path: &std::path::Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}
