use std::process::ExitCode;

use super::{Outcome, say};
use crate::config::Config;

/// Print the OpenAPI document of the API
///
/// Example: assay openapi > openapi/openapi.json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

pub(super) async fn run(_: Config, _: Args) -> Outcome {
    say(crate::server::openapi_json().trim_end());
    Ok(ExitCode::SUCCESS)
}
