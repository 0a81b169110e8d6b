//! Shows the lines of a fine list that fit a selection, with their sum.

use std::collections::BTreeMap;

use super::lines::{Lines, Seen, head};
use crate::app::App;
use crate::db::views::fine_lines::Dressing;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::fine_list::{FineLine, FineListHead};
use crate::domain::id::{LedgerEntryId, TeamId, VendorId};
use crate::domain::ledger::EntryKind;
use crate::domain::period::Period;

/// Which lines are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSelection {
    /// Those of this vendor.
    pub vendor: Option<VendorId>,
    /// Those of the centre's own teams.
    pub own_teams: bool,
    /// Those of this team.
    pub team: Option<TeamId>,
    /// Those of this kind.
    pub kind: Option<EntryKind>,
    /// Those of agents whose name or employee number contains this text.
    pub agent: Option<String>,
    /// This line and those that take it back, adjust it or carry it over.
    pub line: Option<LedgerEntryId>,
}

impl LineSelection {
    /// Whether a line is wanted.
    fn fits(&self, line: &FineLine) -> bool {
        let agent = |text: &String| {
            let text = text.to_lowercase();
            line.agent_name.to_lowercase().contains(&text) || line.employee_no.to_lowercase().contains(&text)
        };
        self.vendor.is_none_or(|vendor| line.vendor_id == Some(vendor))
            && (!self.own_teams || line.vendor_id.is_none())
            && self.team.is_none_or(|team| line.team_id == Some(team))
            && self.kind.is_none_or(|kind| line.kind == kind)
            && self.agent.as_ref().is_none_or(agent)
            && self.line.is_none_or(|id| line.id == id || line.original_id == Some(id))
    }
}

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
        let mut found =
            SelectedLines { lines: 0, amount_minor: 0, items: Vec::new(), next: None, originals: BTreeMap::new(), head: head.clone() };
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
