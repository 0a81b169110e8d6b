use std::process::ExitCode;

use super::Outcome;
use crate::config::{Address, Config};

/// Check the configuration and print what is in force
///
/// Example: assay check-config --config /etc/assay.toml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

/// The configuration was checked when it was read; what is left is to show it, without the database's password.
pub(super) async fn run(mut config: Config, _: Args) -> Outcome {
    config.database.url = Address::parse(&config.database.url)?.display();
    super::say_json(&config)?;
    Ok(ExitCode::SUCCESS)
}
