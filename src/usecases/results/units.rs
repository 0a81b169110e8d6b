//! Lists the results of teams and vendors, and shows that of the centre.

use uuid::Uuid;

use super::compute;
use crate::app::App;
use crate::db::{self, Error, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::{Period, local_day};
use crate::domain::results::report::{UnitKind, UnitResult};

/// The results of the teams that the caller may see, each with those below it, by code, one page.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `no_pass_policy`.
pub async fn teams(app: &App, actor: &Actor, period: Period, page: PageRequest) -> Result<Page<UnitResult>> {
    Ok(cut(&page, all(app, actor, period, UnitKind::Team).await?))
}

/// The results of the vendors that the caller may see, by code, one page.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `no_pass_policy`.
pub async fn vendors(app: &App, actor: &Actor, period: Period, page: PageRequest) -> Result<Page<UnitResult>> {
    Ok(cut(&page, all(app, actor, period, UnitKind::Vendor).await?))
}

/// The result of the whole centre, for those whose reach is the whole centre.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `no_pass_policy`.
pub async fn centre(app: &App, actor: &Actor, period: Period) -> Result<UnitResult> {
    actor.may_everywhere(Action::ResultRead)?;
    let found = all(app, actor, period, UnitKind::Centre).await?.pop();
    found.ok_or_else(|| Error::Damaged(format!("the closed period {period} has no result of the centre")))
}

/// All results of one kind that the caller may see, by code.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `no_pass_policy`.
pub async fn all(app: &App, actor: &Actor, period: Period, kind: UnitKind) -> Result<Vec<UnitResult>> {
    let reach = actor.reach(Action::ResultRead)?;
    let now = app.clock.now();
    let mut results = app
        .read(move |conn| {
            if db::results::is_frozen(conn, period)? {
                return db::results::frozen_units(conn, period, kind, &reach);
            }
            let today = local_day(now, db::organisation::load(conn)?.zone);
            match kind {
                UnitKind::Team => compute::teams(conn, period, today, &reach),
                UnitKind::Vendor => compute::vendors(conn, period, today, &reach),
                UnitKind::Centre => Ok(vec![compute::centre(conn, period, today)?]),
            }
        })
        .await?;
    // One order on every database, whatever its collation.
    results.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    Ok(results)
}

fn cut(page: &PageRequest, all: Vec<UnitResult>) -> Page<UnitResult> {
    let after = page.after.as_ref();
    let rest = all.into_iter().filter(|it| after.is_none_or(|seen| (&it.code, it.id) > (&seen.key, seen.id)));
    let position = |it: &UnitResult| -> (String, Uuid) { (it.code.clone(), it.id) };
    page.page(rest.take(usize::try_from(page.fetch()).unwrap_or(usize::MAX)).collect(), position)
}
