//! Shows the lines of a fine list that fit a selection, with their sum.

use std::collections::BTreeMap;

use super::lines::{Lines, Seen, head};
use crate::app::App;
use crate::db::views::fine_lines::Dressing;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::fine_list::{FineLine, FineListHead, LineSelection};
use crate::domain::id::LedgerEntryId;
use crate::domain::list_order::{LineOrder, Sort};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::source_charge::LineSource;

/// The selected lines of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedLines {
    /// What stands above the whole list, with its totals.
    pub head: FineListHead,
    /// How many lines were selected.
    pub lines: u64,
    /// Their sum in minor units.
    pub amount_minor: i64,
    /// A page of them, in the order that was asked for.
    pub items: Vec<FineLine>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// The lines that those of the page take back, adjust or carry over, whichever month they are in, as far as they are within reach.
    pub originals: BTreeMap<LedgerEntryId, FineLine>,
    /// What the lines of the page come from, where that is no evaluation.
    pub sources: BTreeMap<LedgerEntryId, LineSource>,
}

/// What a line is put into its order by: lines compare as these texts do.
fn key(by: LineOrder, line: &FineLine) -> String {
    match by {
        LineOrder::Agent => format!("{}\u{0}{}", line.agent_name, line.employee_no),
        // Above zero and all of one length, amounts compare as their digits do.
        LineOrder::Amount => format!("{:020}", i128::from(line.amount_minor).saturating_sub(i128::from(i64::MIN))),
        LineOrder::Kind => line.kind.as_str().to_owned(),
        LineOrder::Posted => String::new(),
        LineOrder::Team => line.team_name.clone().unwrap_or_default(),
        LineOrder::Type => line.violation_type.clone().unwrap_or_default(),
        LineOrder::Vendor => line.vendor_name.clone().unwrap_or_default(),
    }
}

/// The first lines after a place of the whole list in some order. Never holds more than one page and one line.
struct Foremost {
    sort: Sort<LineOrder>,
    after: Option<(String, LedgerEntryId)>,
    most: usize,
    lines: BTreeMap<(String, LedgerEntryId), FineLine>,
}

impl Foremost {
    fn add(&mut self, line: FineLine) {
        let place = (key(self.sort.by, &line), line.id);
        let (down, after) = (self.sort.descending, self.after.as_ref());
        if after.is_some_and(|after| if down { place >= *after } else { place <= *after }) {
            return;
        }
        self.lines.insert(place, line);
        if self.lines.len() > self.most {
            drop(if down { self.lines.pop_first() } else { self.lines.pop_last() });
        }
    }

    fn into_lines(self) -> Vec<FineLine> {
        let lines = self.lines.into_values();
        if self.sort.descending { lines.rev().collect() } else { lines.collect() }
    }
}

/// A page of the lines within reach that fit, in an order. The whole list is gone through for their count and sum; a page of it is held.
///
/// # Permissions
/// `ledger.read`.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `amount_overflow`.
pub async fn select(
    app: &App,
    actor: &Actor,
    period: Period,
    selection: LineSelection,
    sort: Sort<LineOrder>,
    page: PageRequest,
) -> Result<SelectedLines> {
    let reach = actor.reach(Action::LedgerRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let seen = Seen::load(conn, now)?;
        let head = head(conn, &reach, &seen, period)?;
        let mut found = SelectedLines {
            lines: 0,
            amount_minor: 0,
            items: Vec::new(),
            next: None,
            originals: BTreeMap::new(),
            sources: BTreeMap::new(),
            head: head.clone(),
        };
        let after = page.after.as_ref().map(|cursor| (cursor.key.clone(), LedgerEntryId(cursor.id)));
        let most = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
        let mut foremost = Foremost { sort, after, most, lines: BTreeMap::new() };
        for line in Lines::of_period(conn, &reach, &seen, &head)? {
            let line = line?;
            if !selection.fits(&line) {
                continue;
            }
            found.lines = found.lines.saturating_add(1);
            found.amount_minor = found.amount_minor.saturating_add(line.amount_minor);
            foremost.add(line);
        }
        let listed = page.page(foremost.into_lines(), |line| (key(sort.by, line), line.id.0));
        (found.items, found.next) = (listed.items, listed.next);
        let without: Vec<LedgerEntryId> = found.items.iter().filter(|line| line.evaluation_id.is_none()).map(|line| line.id).collect();
        let keys = db::ledger::keys_of(conn, &without)?;
        found.sources = keys.into_iter().filter_map(|(id, key)| Some((id, LineSource::of_key(&key)?))).collect();
        let mut wanted: Vec<LedgerEntryId> = found.items.iter().filter_map(|line| line.original_id).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut entries = Vec::new();
        for id in wanted {
            entries.extend(db::ledger::find(conn, &reach, id)?);
        }
        if !entries.is_empty() {
            let dressed = Dressing::load(conn, seen.organisation.zone, now)?.lines(conn, entries)?;
            found.originals = dressed.into_iter().map(|line| (line.id, line)).collect();
        }
        Ok(found)
    })
    .await
}
