use std::process::ExitCode;

use super::{ANSWER_NO, Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::usecases::integrity::check::check;

/// Recompute everything that follows from the rest, and say what does not fit
///
/// Days with conversations against the conversations, evaluations against their revisions, the ledger against what it charges for,
/// closed months against their digests, draws against their seeds, severe findings against their cases, the audit log against its
/// seals. Changes nothing and may run beside the service.
/// Exits with 0 where everything fits, with 1 where something does not.
///
/// Example: assay check --json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// A seal of the audit log that was noted before, as NUMBER:HASH; the log must still have it
    #[arg(long, value_name = "NUMBER:HASH")]
    audit_seal: Option<NotedSeal>,
}

/// A seal of the audit log, noted outside of the database.
#[derive(Debug, Clone)]
struct NotedSeal {
    number: i64,
    hash: String,
}

impl std::str::FromStr for NotedSeal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a seal; write it as `assay check` prints it, such as 12:9f86d0…");
        let (number, hash) = text.split_once(':').ok_or_else(bad)?;
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad());
        }
        Ok(Self { number: number.parse().map_err(|_| bad())?, hash: hash.to_ascii_lowercase() })
    }
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    let noted = args.audit_seal.map(|seal| (seal.number, seal.hash));
    let report = check(&app, &Actor::operator(), noted, |kind| tracing::info!(check = %kind, "checking")).await?;
    if args.json {
        say_json(&report)?;
    } else {
        for misfit in &report.misfits {
            say(format!("{}: {}: expected {}; found {}", misfit.check, misfit.object, misfit.expected, misfit.found));
        }
        for checked in &report.checked {
            say(format!("{:<12} {:>9} looked at, {} do not fit", checked.check.as_str(), checked.objects, checked.misfits));
        }
        if let Some((number, hash)) = &report.audit_head {
            say(format!("last seal of the audit log: {number}:{hash}"));
        }
        say(if report.is_sound() {
            "Everything fits."
        } else {
            "Something does NOT fit; restore a backup beside this database and compare."
        });
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(ANSWER_NO) })
}
