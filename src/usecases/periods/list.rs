//! Lists the periods in which something happened.

use uuid::Uuid;

use super::{PeriodView, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;

/// A page of the periods that have samples, lines of the ledger or a close, and the current one; the latest first.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, page: PageRequest) -> Result<Page<PeriodView>> {
    let whole = actor.reach(Action::PeriodRead)?.all;
    let now = app.clock.now();
    app.read(move |conn| {
        let organisation = db::organisation::load(conn)?;
        let before: Option<Period> = page.after.as_ref().map(|cursor| cursor.key.parse()).transpose()?;
        let mut periods = db::periods::known(conn)?;
        periods.push(organisation.period_of(now)?);
        periods.sort_unstable_by(|a, b| b.cmp(a));
        periods.dedup();
        periods.retain(|period| before.is_none_or(|before| *period < before));
        periods.truncate(usize::try_from(page.fetch()).unwrap_or(usize::MAX));
        let views = periods.into_iter().map(|period| view(conn, &organisation, now, period));
        let views = views.map(|view| view.map(|it| if whole { it } else { it.without_figures() })).collect::<Result<Vec<_>>>()?;
        Ok(page.page(views, |view| (view.period.to_string(), Uuid::nil())))
    })
    .await
}
