//! Shows the fine list of a period, page by page.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lines::{Seen, head};
use crate::app::App;
use crate::db::views::fine_lines::Dressing;
use crate::db::{self, AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::fine_list::{FineLine, FineListHead};
use crate::domain::id::LedgerEntryId;
use crate::domain::ledger::LedgerFilter;
use crate::domain::month_close::PeriodState;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;

/// A page of a fine list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FineListPage {
    /// What stands above the lines, with the totals of all pages; only on the first page.
    pub head: Option<FineListHead>,
    /// The digest of a closed list, on every page.
    pub digest: Option<String>,
    /// The lines, in ascending order of their ids.
    pub items: Vec<FineLine>,
    /// Send it back as `cursor` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// A page of the lines within reach.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`, also where the period was closed since the page before: begin again then.
pub async fn show(app: &App, actor: &Actor, period: Period, page: PageRequest) -> Result<FineListPage> {
    let reach = actor.reach(Action::LedgerRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let closed = db::periods::find(conn, period)?.filter(|row| row.state == PeriodState::Closed);
        let found = if closed.is_some() { frozen(conn, &reach, period, &page)? } else { open(conn, &reach, period, &page, now)? };
        let head = match page.after {
            Some(_) => None,
            None => {
                let seen = Seen::load(conn, now)?;
                Some(head(conn, &reach, &seen, period)?)
            }
        };
        Ok(FineListPage { head, digest: closed.filter(|_| reach.all).and_then(|row| row.digest), items: found.items, next: found.next })
    })
    .await
}

fn frozen(conn: &mut AnyConnection, reach: &Reach, period: Period, page: &PageRequest) -> Result<Page<FineLine>> {
    let after = match &page.after {
        None => 0,
        Some(cursor) => cursor
            .key
            .parse()
            .map_err(|_| Refusal::invalid("cursor", "is from before the period was closed; begin again without a cursor"))?,
    };
    let rows = db::period_lists::lines_after(conn, reach, period, after, page.fetch())?;
    Ok(page.page(rows, |(position, line)| (position.to_string(), line.id.0)).map(|(_, line)| line))
}

fn open(conn: &mut AnyConnection, reach: &Reach, period: Period, page: &PageRequest, now: DateTime<Utc>) -> Result<Page<FineLine>> {
    let filter = LedgerFilter { period: Some(period), ..LedgerFilter::default() };
    let after = page.after.as_ref().map(|cursor| LedgerEntryId(cursor.id));
    let entries = db::ledger::after(conn, reach, &filter, after, page.fetch())?;
    let zone = db::organisation::load(conn)?.zone;
    let lines = Dressing::load(conn, zone, now)?.lines(conn, entries)?;
    Ok(page.page(lines, |line| (String::new(), line.id.0)))
}
