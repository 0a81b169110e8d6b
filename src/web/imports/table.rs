//! Tables of people and of what the complaint desk records: first what one would change, then the change itself.

use actix_web::{HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use super::report::ReportPiece;
use super::{go_on, kind};
use crate::app::App;
use crate::domain::import_run::{ImportKind, RunCounts};
use crate::domain::refusal::Refusal;
use crate::usecases::import_runs::accept::{Content, accept};
use crate::usecases::import_runs::discard::discard;
use crate::usecases::import_runs::{permit, run};
use crate::usecases::line_import::Upload;
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{OrTrouble, mendable};
use crate::web::reading::renamed;
use crate::web::trouble::Trouble;
use crate::web::upload::FileForm;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    for path in ["/people/import/{kind}", "/decisions/import/{kind}"] {
        config.route(path, web::get().to(begin)).route(path, web::post().to(import));
    }
}

/// A table up to this many bytes is previewed at once and stays on the page, where it can be corrected. A longer one is kept, and previewed
/// in the background.
const SHOWN_BYTES: usize = 100_000;

/// The kind whose page one is on.
fn here(visitor: &Visitor) -> Result<ImportKind, Trouble> {
    let path = visitor.frame.path.as_str();
    let found = ImportKind::ALL.iter().copied().find(|one| kind::path(*one) == path);
    let kind = found.ok_or_else(|| Refusal::not_found("list", path)).or_trouble(visitor)?;
    permit(visitor.actor(), kind).or_trouble(visitor)?;
    Ok(kind)
}

/// What tells two tables apart. Browsers end the lines of a text field in their own way, so line ends do not count.
fn digest(csv: &[u8]) -> String {
    let mut digest = Sha256::new();
    for line in csv.trim_ascii().split(|byte| *byte == b'\n') {
        digest.update(line.strip_suffix(b"\r").unwrap_or(line));
        digest.update(b"\n");
    }
    hex::encode(digest.finalize())
}

#[derive(Template)]
#[template(path = "imports/table.html")]
struct TablePage {
    f: Frame,
    form: Typed,
    path: &'static str,
    list: &'static str,
    hint: &'static str,
    name: &'static str,
    required: String,
    optional: String,
    preview: Option<(RunCounts, ReportPiece)>,
    /// The digest of what was previewed, and what its file is called.
    digest: String,
    file_name: String,
}

fn page(visitor: &Visitor, kind: ImportKind, form: Typed) -> TablePage {
    let f = visitor.frame.clone();
    let columns = kind::columns(kind);
    TablePage {
        path: kind::path(kind),
        list: kind::list(kind).unwrap_or("/imports"),
        hint: kind::hint(&f, kind),
        name: kind::name(&f, kind),
        required: columns.required.join(", "),
        optional: columns.optional.join(", "),
        form,
        preview: None,
        digest: String::new(),
        file_name: String::new(),
        f,
    }
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    let kind = here(&visitor)?;
    render(&page(&visitor, kind, Typed::default()))
}

async fn import(app: web::Data<App>, form: FileForm) -> Result<HttpResponse, Trouble> {
    let FileForm { visitor, typed, file, file_name } = form;
    let kind = here(&visitor)?;
    let file_name = if file.is_some() { file_name } else { typed.get("file_name").to_owned() };
    let csv = file.unwrap_or_else(|| typed.get("csv").as_bytes().to_vec());
    if csv.iter().all(u8::is_ascii_whitespace) {
        let refused = typed.refused(&visitor.frame, &Refusal::invalid("csv", "must not be empty: choose a file or paste a table"));
        return render_as(HttpResponse::BadRequest(), &page(&visitor, kind, refused));
    }
    let text = String::from_utf8(csv.clone()).ok().filter(|text| text.len() <= SHOWN_BYTES);
    let digest = digest(&csv);
    let wanted = typed.get("do") == "store";
    // What is stored is what was previewed: a table that changed since is previewed again.
    let store = wanted && typed.get("previewed") == digest;
    let shown = text.is_some();
    let kept = Typed::showing([("csv", text.unwrap_or_default())]);
    let refused = |error| {
        // The form has one field for the table, its head included.
        let refusal = renamed(mendable(&visitor, error)?, |path| if path == "header" { "csv" } else { path }.to_owned());
        render_as(HttpResponse::BadRequest(), &page(&visitor, kind, kept.clone().refused(&visitor.frame, &refusal)))
    };
    if shown && !store {
        return match run::table(&app, visitor.actor(), kind, Upload::new(csv, true)).await {
            Err(error) => refused(error),
            Ok(report) => {
                let counts = RunCounts::from(&report);
                let preview = Some((counts, ReportPiece::new(&visitor.frame, counts, report.into(), None)));
                let mut page = TablePage { preview, digest, file_name, ..page(&visitor, kind, kept) };
                if wanted {
                    let notice = page
                        .f
                        .t("The table has changed since the preview. This is the new preview.", "表格在预览后有改动，以下为新的预览。");
                    page.f.notice = Some(notice.to_owned());
                }
                render(&page)
            }
        };
    }
    let run = match accept(&app, visitor.actor(), kind, &file_name, !store, Content::Table(csv)).await {
        Ok(run) => run,
        Err(error) => return refused(error),
    };
    let id = run.id;
    match go_on(&app, visitor.actor(), run).await {
        Ok(()) => Ok(go(&format!("/imports/{id}"))),
        Err(error) => {
            // It is said on this page what is wrong with the table; there is nothing to come back to.
            discard(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
            refused(error)
        }
    }
}
