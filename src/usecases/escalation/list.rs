//! Lists escalation cases.

use std::collections::HashMap;

use super::{EscalationFilter, EscalationSummary, summary};
use crate::app::App;
use crate::db::escalations::FindingRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::EscalationId;
use crate::domain::page::{Page, PageRequest};

/// The cases of teams within reach and those that the caller was told of, in the order that is asked for.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, filter: EscalationFilter, page: PageRequest) -> Result<Page<EscalationSummary>> {
    let reach = actor.reach(Action::EscalationRead)?;
    app.read(move |conn| {
        let rows = db::escalations::page(conn, &reach, &filter, &page)?;
        let ids: Vec<EscalationId> = rows.iter().map(|row| row.id).collect();
        let mut findings: HashMap<EscalationId, Vec<FindingRow>> = HashMap::new();
        for finding in db::escalations::findings(conn, &ids)? {
            findings.entry(finding.escalation_id).or_default().push(finding);
        }
        let summaries = rows.into_iter().map(|row| {
            let of_case = findings.remove(&row.id).unwrap_or_default();
            summary(row, of_case)
        });
        Ok(page.page(summaries.collect::<Result<Vec<_>>>()?, |case| (String::new(), case.id.0)))
    })
    .await
}
