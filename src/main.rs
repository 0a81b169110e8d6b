//! Parses the command line and calls the library, nothing else.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    assay::cli::run(assay::cli::Cli::parse())
}
