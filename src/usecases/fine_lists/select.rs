//! Shows the lines of a fine list that fit a selection, with their sum.

use std::collections::BTreeMap;

use super::lines::{Lines, Seen, head};
use crate::app::App;
use crate::db::views::fine_lines::Dressing;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::fine_list::{FineLine, FineListHead, LineSelection};
use crate::domain::id::LedgerEntryId;
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
    /// A page of them, in ascending order of their ids.
    pub items: Vec<FineLine>,
    /// Where the next page begins.
    pub next: Option<LedgerEntryId>,
    /// The lines that those of the page take back, adjust or carry over, whichever month they are in, as far as they are within reach.
    pub originals: BTreeMap<LedgerEntryId, FineLine>,
    /// What the lines of the page come from, where that is no evaluation.
    pub sources: BTreeMap<LedgerEntryId, LineSource>,
}

/// A page of the lines within reach that fit, after a given one, at most `limit` of them.
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
    after: Option<LedgerEntryId>,
    limit: usize,
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
        for line in Lines::of_period(conn, &reach, &seen, &head)? {
            let line = line?;
            if !selection.fits(&line) {
                continue;
            }
            found.lines = found.lines.saturating_add(1);
            found.amount_minor = found.amount_minor.saturating_add(line.amount_minor);
            if after.is_some_and(|after| line.id <= after) {
                continue;
            }
            if found.items.len() < limit {
                found.items.push(line);
            } else if found.next.is_none() {
                found.next = found.items.last().map(|last| last.id);
            }
        }
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
