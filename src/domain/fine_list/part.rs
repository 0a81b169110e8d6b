//! A part of a fine list: the lines that somebody asked for or may see. It says what it is a part of, and is never taken for the whole.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FineLine, FineTotals};
use crate::domain::id::{LedgerEntryId, TeamId, VendorId};
use crate::domain::ledger::EntryKind;

/// Which lines of a list are wanted; all of them where nothing is said.
// The fields stand in the order of the alphabet: that is the order of the canonical form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineSelection {
    /// Those of agents whose name or employee number contains this text.
    pub agent: Option<String>,
    /// Those of this kind.
    pub kind: Option<EntryKind>,
    /// This line and those that take it back, adjust it or carry it over.
    pub line: Option<LedgerEntryId>,
    /// Whether only those of the centre's own teams.
    pub own_teams: bool,
    /// Those of this team.
    pub team: Option<TeamId>,
    /// Those of this vendor.
    pub vendor: Option<VendorId>,
}

impl LineSelection {
    /// Whether it wants every line.
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a line is wanted.
    pub fn fits(&self, line: &FineLine) -> bool {
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

/// What a part of a list is a part of. A list that has one has no digest, and its totals are those of the part.
// In the order of the alphabet, like `LineSelection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListPart {
    /// The sum of all lines that the reader may see, in minor units.
    pub of_amount_minor: i64,
    /// How many lines the reader may see.
    pub of_lines: u64,
    /// Which of them were asked for.
    pub selection: LineSelection,
    /// Whether the list has lines beyond the reader's reach: these are left out, and `of_lines` does not count them.
    pub within_reach: bool,
}

impl ListPart {
    /// What is asked for of a list with these totals; nothing where that is the whole of it.
    pub fn of(totals: &FineTotals, selection: LineSelection, sees_all: bool) -> Option<Self> {
        let part = Self { of_amount_minor: totals.amount_minor, of_lines: totals.lines, selection, within_reach: !sees_all };
        Some(part).filter(|part| part.within_reach || !part.selection.is_whole())
    }
}
