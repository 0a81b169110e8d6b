use std::fs::File;
use std::io::{Read, Write, copy};
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Outcome, say};
use crate::app::App;
use crate::config::Config;
use crate::db;
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::fine_list::{FileFormat, LineSelection};
use crate::domain::language::Language;
use crate::domain::ledger::LedgerFilter;
use crate::domain::period::Period;
use crate::usecases::fine_lists::export::{ExportFile, Wanted};
use crate::usecases::{fine_lists, ledger};

/// Export a fine list or the ledger to a file
///
/// Example: assay export fine-list 2026-10 --format xlsx --out fines.xlsx
/// Example: assay export fine-list 2026-10 --format json | sha256sum
/// Example: assay export ledger --period 2026-11 --out ledger.csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The fine list of a month; a closed one is byte for byte the same for ever
    FineList {
        /// The month, such as 2026-10
        period: Period,
        /// csv, xlsx, or json for the canonical form, whose SHA-256 is the digest of a closed list
        #[arg(long, default_value = "csv", value_parser = format)]
        format: FileFormat,
        /// The language of headings: zh or en
        #[arg(long, default_value = "zh")]
        lang: Language,
        /// Where to write; to standard output where absent
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Every line of the ledger as CSV
    Ledger {
        /// Only the lines posted to this month
        #[arg(long)]
        period: Option<Period>,
        /// The language of headings: zh or en
        #[arg(long, default_value = "zh")]
        lang: Language,
        /// Where to write; to standard output where absent
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

fn format(text: &str) -> Result<FileFormat, String> {
    match text {
        "json" => Ok(FileFormat::Ndjson),
        _ => text.parse().map_err(|_| format!("`{text}` is not known; use one of: csv, xlsx, json")),
    }
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    let actor = Actor::operator();
    let (file, out) = match args.what {
        What::FineList { period, format, lang, out } => {
            let whole = Wanted { period, selection: LineSelection::default(), format, lang };
            (fine_lists::export::export(&app, &actor, whole).await?, out)
        }
        What::Ledger { period, lang, out } => {
            let filter = LedgerFilter { period, ..LedgerFilter::default() };
            (ledger::export::export(&app, &actor, filter, lang).await?, out)
        }
    };
    write(file, out)?;
    Ok(ExitCode::SUCCESS)
}

fn write(file: ExportFile, out: Option<PathBuf>) -> db::Result<()> {
    let ExportFile { mut content, bytes, digest, .. } = file;
    match out {
        None => copy_to(&mut content, &mut std::io::stdout().lock(), "standard output"),
        Some(path) => {
            let shown = path.display().to_string();
            let mut target = File::create(&path).map_err(|error| Refusal::invalid("--out", format!("{shown}: {error}")))?;
            // Nobody may take a part of it for the whole.
            let taken_back = |_: &db::Error| {
                if path.is_file() {
                    drop(std::fs::remove_file(&path))
                }
            };
            copy_to(&mut content, &mut target, &shown).inspect_err(taken_back)?;
            say(format!("{shown}: {bytes} bytes{}", digest.map(|digest| format!(", list digest {digest}")).unwrap_or_default()));
            Ok(())
        }
    }
}

fn copy_to(from: &mut impl Read, to: &mut impl Write, name: &str) -> db::Result<()> {
    copy(from, to).and_then(|_| to.flush()).map_err(|error| db::Error::of_named_file(name, &error))
}
