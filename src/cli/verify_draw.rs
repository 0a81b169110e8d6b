use std::process::ExitCode;

use super::{ANSWER_NO, Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::domain::id::DrawId;
use crate::usecases::draws::verify::verify;

/// Compute a draw again from its stored facts and say what differs
///
/// Exits with 0 where nothing differs, with 1 where something does.
///
/// Example: assay verify-draw 01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The draw
    draw: DrawId,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    let found = verify(&app, &Actor::operator(), args.draw).await?;
    if args.json {
        say_json(&found)?;
    } else {
        for difference in &found.differences {
            let agent = difference.agent_id.map(|id| format!(" of agent {id}")).unwrap_or_default();
            let sample = difference.sample_id.map(|id| format!(", sample {id}")).unwrap_or_default();
            say(format!("{}{agent}{sample}: expected {}, found {}", difference.what, difference.expected, difference.found));
        }
        let verdict = if found.verified { "verified".to_owned() } else { format!("NOT verified: {} differences", found.differing) };
        say(format!("{verdict} ({} agents, {} conversations, {} samples)", found.agents, found.conversations, found.samples));
    }
    Ok(if found.verified { ExitCode::SUCCESS } else { ExitCode::from(ANSWER_NO) })
}
