//! Shows the fine list of a period, or a part of it, page by page.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lines::{Lines, Seen, head, head_of};
use crate::app::App;
use crate::db::views::fine_lines::Dressing;
use crate::db::{self, AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::fine_list::{FineLine, FineListHead, LineSelection};
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
    /// The digest of a closed list, on every page; none of a part.
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
pub async fn show(app: &App, actor: &Actor, period: Period, selection: LineSelection, page: PageRequest) -> Result<FineListPage> {
    let reach = actor.reach(Action::LedgerRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let closed = db::periods::find(conn, period)?.filter(|row| row.state == PeriodState::Closed);
        let found = if !selection.is_whole() {
            chosen(conn, &reach, period, &selection, &page, now)?
        } else if closed.is_some() {
            frozen(conn, &reach, period, &page)?
        } else {
            open(conn, &reach, period, &page, now)?
        };
        let whole = reach.all && selection.is_whole();
        let head = match page.after {
            Some(_) => None,
            None => {
                let seen = Seen::load(conn, now)?;
                Some(head_of(conn, &reach, &seen, period, selection.clone())?)
            }
        };
        Ok(FineListPage { head, digest: closed.filter(|_| whole).and_then(|row| row.digest), items: found.items, next: found.next })
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

/// A page of the lines that fit a selection.
fn chosen(
    conn: &mut AnyConnection,
    reach: &Reach,
    period: Period,
    selection: &LineSelection,
    page: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<FineLine>> {
    let seen = Seen::load(conn, now)?;
    let head = head(conn, reach, &seen, period)?;
    let after = page.after.as_ref().map(|cursor| LedgerEntryId(cursor.id));
    let wanted = |line: &FineLine| selection.fits(line) && after.is_none_or(|after| line.id > after);
    let fits = |line: &Result<FineLine>| line.as_ref().map_or(true, wanted);
    let most = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
    let lines = Lines::of_period(conn, reach, &seen, &head)?.filter(fits).take(most).collect::<Result<Vec<_>>>()?;
    Ok(page.page(lines, |line| (String::new(), line.id.0)))
}
