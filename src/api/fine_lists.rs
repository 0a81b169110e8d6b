//! Fine lists.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::fine_list::LineSelection;
use crate::domain::id::{LedgerEntryId, TeamId, VendorId};
use crate::domain::language::Language;
use crate::domain::ledger::EntryKind;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::http::download::{FineListFormat, LIST_DIGEST, send, wanted_file};
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem, Query};
use crate::usecases::fine_lists;
use crate::usecases::fine_lists::export::Wanted;
use crate::usecases::fine_lists::show::FineListPage;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(show);
}

/// Which form of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// How many lines of JSON at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// The form of the answer; where absent, what `Accept` asks for.
    #[param(inline)]
    format: Option<FineListFormat>,
    /// The language of headings in CSV and XLSX; Chinese where absent.
    lang: Option<Language>,
    /// Only lines of this vendor.
    vendor_id: Option<VendorId>,
    /// `true`: only lines of the centre's own teams.
    #[serde(default)]
    own_teams: bool,
    /// Only lines of this team.
    team_id: Option<TeamId>,
    /// Only lines of this kind.
    #[param(inline)]
    kind: Option<EntryKind>,
    /// Only lines of agents whose name or employee number contains this text.
    agent: Option<String>,
    /// Only this line and those that take it back, adjust it or carry it over.
    line_id: Option<LedgerEntryId>,
}

impl ListQuery {
    fn selection(&self) -> LineSelection {
        LineSelection {
            agent: self.agent.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
            kind: self.kind,
            line: self.line_id,
            own_teams: self.own_teams,
            team: self.team_id,
            vendor: self.vendor_id,
        }
    }
}

/// The fine list of a month: pages of JSON, its canonical form, CSV or XLSX
///
/// Of an open month as it is now; a closed one is byte for byte the same for ever. The header `Assay-List-Digest` of a closed list is
/// `sha-256=` and the SHA-256 of the canonical form (`?format=ndjson`), which docs/FINE_LIST.md describes.
///
/// A part of the list (by vendor, team, kind, agent or line, or what a smaller reach leaves of it) says so in its name, in itself and in
/// `head.part`; its totals are its own, and it has no digest.
///
/// Permissions: `ledger.read` for JSON, `ledger.export` for files; the lines within reach.
#[utoipa::path(
    tag = "fine-lists",
    params(("period" = Period, Path, description = "The month"), ListQuery),
    responses(
        (status = 200, description = "The list", headers(("Assay-List-Digest" = String, description = "Of the whole of a closed list: sha-256=<hex>")), content(
            (FineListPage = "application/json"),
            (String = "application/x-ndjson"),
            (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/fine-lists/{period}")]
async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    period: web::Path<Period>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let (period, query) = (period.into_inner(), query.0);
    let selection = query.selection();
    if let Some(format) = wanted_file(&request, query.format)? {
        let lang = query.lang.unwrap_or(Language::Zh);
        return Ok(send(fine_lists::export::export(&app, &caller, Wanted { period, selection, format, lang }).await?));
    }
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let list = fine_lists::show::show(&app, &caller, period, selection, page).await?;
    let mut response = HttpResponse::Ok();
    if let Some(digest) = &list.digest {
        response.insert_header((LIST_DIGEST, format!("sha-256={digest}")));
    }
    Ok(response.json(list))
}
