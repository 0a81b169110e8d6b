//! Lists what was found, evaluation by evaluation.

use std::collections::HashMap;

use super::{EvaluationFindings, of_evaluation};
use crate::app::App;
use crate::db::Result;
use crate::db::views::evaluations::{self, moment_key};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::violation::{ErrorKind, FindingKind};
use crate::usecases::conversations::plain;
use crate::usecases::evaluations::EvaluationFilter;

/// A page of evaluations that the caller may see, newest first, with those of their findings that fit the filter.
///
/// # Permissions
/// `evaluations.read`.
///
/// # Errors
/// `Forbidden`; `Invalid` on a cursor of another list.
pub async fn list(app: &App, actor: &Actor, filter: EvaluationFilter, page: PageRequest) -> Result<Page<EvaluationFindings>> {
    let reach = actor.reach(Action::EvaluationRead)?;
    let plain = plain::reach(actor);
    app.read(move |conn| {
        let filter = EvaluationFilter { findings: filter.findings.or(Some(FindingKind::Any)), ..filter.clone() };
        let rows = evaluations::page(conn, &reach, &filter, &page)?;
        let listed = page.page(rows, |row| (moment_key(row.submitted_at), row.id.0));
        let mut cards = HashMap::new();
        let mut items = Vec::new();
        for summary in listed.items {
            let mut found = of_evaluation(conn, (&reach, plain.as_ref()), summary, &mut cards)?;
            found.findings.retain(|it| {
                let kind = match filter.findings {
                    Some(FindingKind::Key) => it.kind == ErrorKind::Key,
                    Some(FindingKind::NonKey) => it.kind == ErrorKind::NonKey,
                    Some(FindingKind::Any) | None => true,
                };
                let item = filter.failed_item.is_none() || it.item == filter.failed_item;
                let of_type = filter.violation_type.as_ref().is_none_or(|code| it.violation.as_ref().is_some_and(|v| v.code == *code));
                kind && item && of_type
            });
            items.push(found);
        }
        Ok(Page { items, next: listed.next })
    })
    .await
}
