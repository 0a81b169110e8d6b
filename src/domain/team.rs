//! Teams (组): they nest, and belong to a vendor or to the centre itself (handbook 1).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::csv_table::{Columns, Line};
use super::id::{TeamId, VendorId};
use super::people::{NAME_LENGTH, flag_of_cell, given};
use super::refusal::{Faults, Refusal, Refused, checked_code, checked_text};
use super::vendor::unreachable_fault;

/// The columns of `teams.csv`.
pub const COLUMNS: Columns = Columns { required: &["code", "name"], optional: &["parent", "vendor", "archived"], prefix: None };

/// How deep teams may nest.
pub const DEPTH: usize = 16;

/// A team as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamInput {
    /// Unique short code, 1 to 64 letters, digits, `-`, `_` or `.`; files refer to the team by it.
    pub code: String,
    /// Name, at most 200 characters.
    pub name: String,
    /// The team that it is part of; absent for a team at the top.
    #[serde(default)]
    pub parent_id: Option<TeamId>,
    /// The vendor that it belongs to; absent for the centre's own. A team below a vendor's team belongs to the same vendor, and gets it
    /// where this is absent.
    #[serde(default)]
    pub vendor_id: Option<VendorId>,
    /// True where nobody works in it any more; false where absent.
    #[serde(default)]
    pub archived: bool,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Team {
    /// The id.
    pub id: TeamId,
    /// Unique short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The team that it is part of; absent for a team at the top.
    pub parent_id: Option<TeamId>,
    /// The vendor that it belongs to; absent for the centre's own.
    pub vendor_id: Option<VendorId>,
    /// Since when nobody works in it any more.
    pub archived_at: Option<DateTime<Utc>>,
    /// Since when the service knows it.
    pub created_at: DateTime<Utc>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

impl Team {
    /// Checks that somebody can come into the team; `field` is the one that names it.
    ///
    /// # Errors
    /// `Invalid` on the field where the team is archived.
    pub fn check_open(&self, field: &str) -> Refused<()> {
        match self.archived_at {
            Some(_) => {
                Err(Refusal::invalid(field, format!("the team {} ({}) is archived; nobody comes into it any more", self.name, self.code)))
            }
            None => Ok(()),
        }
    }

    /// What was written down of it.
    pub fn input(&self) -> TeamInput {
        TeamInput {
            code: self.code.clone(),
            name: self.name.clone(),
            parent_id: self.parent_id,
            vendor_id: self.vendor_id,
            archived: self.archived_at.is_some(),
        }
    }
}

/// Which teams a list is to show.
#[derive(Debug, Clone, Default)]
pub struct TeamFilter {
    /// Only this team and those below it.
    pub below: Option<TeamId>,
    /// Only teams of this vendor.
    pub vendor: Option<VendorId>,
}

/// What changes in a team; absent fields stay as they are. The code never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamChange {
    /// Name, at most 200 characters.
    pub name: Option<String>,
    /// The team that it is part of; null for a team at the top.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TeamId>)]
    pub parent_id: Option<Option<TeamId>>,
    /// The vendor that it belongs to; null for the centre's own.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<VendorId>)]
    pub vendor_id: Option<Option<VendorId>>,
    /// True where nobody works in it any more.
    pub archived: Option<bool>,
}

impl TeamInput {
    /// The same team with its texts checked and trimmed. Its place is checked by [`TeamTree::check`].
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        let code = faults.take(checked_code("code", &self.code)).unwrap_or_default();
        let name = faults.take(checked_text("name", &self.name, NAME_LENGTH)).unwrap_or_default();
        faults.finish()?;
        Ok(Self { code, name, ..self })
    }

    /// The team after a change.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn changed(self, change: TeamChange) -> Refused<Self> {
        let after = Self {
            name: change.name.unwrap_or(self.name),
            parent_id: change.parent_id.unwrap_or(self.parent_id),
            vendor_id: change.vendor_id.unwrap_or(self.vendor_id),
            archived: change.archived.unwrap_or(self.archived),
            code: self.code,
        };
        after.checked()
    }
}

/// A line of `teams.csv`: others are named by their codes. A column that the file lacks is `None`: the team keeps what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamLine {
    /// The team's code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the team that it is part of; `Some(None)` for the top.
    pub parent: Option<Option<String>>,
    /// Code of its vendor; `Some(None)` for the centre's own.
    pub vendor: Option<Option<String>>,
    /// True where nobody works in it any more.
    pub archived: Option<bool>,
}

impl TeamLine {
    /// Reads a line.
    ///
    /// # Errors
    /// `Invalid` with every column at fault.
    pub fn of_line(line: &Line) -> Refused<Self> {
        let mut faults = Faults::new();
        let archived = line.filled("archived").and_then(|cell| faults.take(flag_of_cell("archived", cell)));
        let reference = |column: &str| line.has(column).then(|| line.filled(column).map(str::to_owned));
        let input = TeamInput {
            code: line.cell("code").to_owned(),
            name: line.cell("name").to_owned(),
            parent_id: None,
            vendor_id: None,
            archived: false,
        };
        let checked = faults.take(input.checked());
        faults.finish()?;
        let TeamInput { code, name, .. } = checked.ok_or_else(unreachable_fault)?;
        Ok(Self { code, name, parent: reference("parent"), vendor: reference("vendor"), archived })
    }
}

/// Where every team stands.
#[derive(Debug, Clone, Default)]
pub struct TeamTree {
    places: HashMap<TeamId, (Option<TeamId>, Option<VendorId>)>,
}

impl TeamTree {
    /// The tree of these teams: id, parent, vendor.
    pub fn new(teams: impl IntoIterator<Item = (TeamId, Option<TeamId>, Option<VendorId>)>) -> Self {
        Self { places: teams.into_iter().map(|(id, parent, vendor)| (id, (parent, vendor))).collect() }
    }

    /// Puts a team in its place, where it fits, and gives the vendor that it then belongs to.
    ///
    /// # Errors
    /// `Invalid` where the parent does not exist, is the team itself or lies below it, where teams would nest deeper than [`DEPTH`], or
    /// where the vendor of the team and of a team above or below it would differ.
    pub fn place(&mut self, id: TeamId, parent: Option<TeamId>, vendor: Option<VendorId>) -> Refused<Option<VendorId>> {
        let mut vendor = vendor;
        if let Some(parent) = parent {
            let Some((_, parent_vendor)) = self.places.get(&parent) else {
                return Err(Refusal::invalid("parent_id", format!("there is no team {parent}")));
            };
            let above = self.above(parent);
            if parent == id || above.contains(&id) {
                return Err(Refusal::invalid("parent_id", "is the team itself or a team below it; choose one outside"));
            }
            let depth = above.len().saturating_add(1).saturating_add(self.height(id));
            if depth > DEPTH {
                return Err(Refusal::invalid("parent_id", format!("teams would nest {depth} deep; at most {DEPTH} are allowed")));
            }
            match (vendor, *parent_vendor) {
                (None, theirs) => vendor = theirs,
                (Some(ours), Some(theirs)) if ours != theirs => {
                    return Err(Refusal::invalid("vendor_id", "differs from the vendor of the team above; leave it out or use the same"));
                }
                (Some(_), _) => {}
            }
        }
        if let Some(ours) = vendor {
            let mismatch = self.below(id).into_iter().filter(|team| *team != id).find(|team| {
                let (_, theirs) = self.places.get(team).copied().unwrap_or_default();
                theirs != Some(ours)
            });
            if let Some(team) = mismatch {
                let message = format!("the team {team} below it does not belong to this vendor; change that one first");
                return Err(Refusal::invalid("vendor_id", message));
            }
        }
        self.places.insert(id, (parent, vendor));
        Ok(vendor)
    }

    /// The team and every team below it.
    pub fn below(&self, id: TeamId) -> BTreeSet<TeamId> {
        let mut children: HashMap<TeamId, Vec<TeamId>> = HashMap::new();
        for (child, (parent, _)) in &self.places {
            if let Some(parent) = parent {
                children.entry(*parent).or_default().push(*child);
            }
        }
        let (mut found, mut open) = (BTreeSet::new(), vec![id]);
        while let Some(next) = open.pop() {
            if found.insert(next) {
                open.extend(children.get(&next).into_iter().flatten());
            }
        }
        found
    }

    /// The teams above a team, the nearest first.
    pub fn above(&self, id: TeamId) -> Vec<TeamId> {
        let mut chain = Vec::new();
        let mut at = id;
        while let Some((Some(parent), _)) = self.places.get(&at) {
            if chain.contains(parent) || *parent == id {
                break;
            }
            chain.push(*parent);
            at = *parent;
        }
        chain
    }

    /// How many levels the team and those below it take.
    fn height(&self, id: TeamId) -> usize {
        let base = self.above(id).len();
        self.below(id).into_iter().map(|team| self.above(team).len().saturating_sub(base)).max().unwrap_or(0).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn team(n: u128) -> TeamId {
        TeamId(Uuid::from_u128(n))
    }

    fn vendor(n: u128) -> Option<VendorId> {
        Some(VendorId(Uuid::from_u128(n)))
    }

    #[test]
    fn a_team_is_never_below_itself() {
        let mut tree = TeamTree::new([(team(1), None, None), (team(2), Some(team(1)), None), (team(3), Some(team(2)), None)]);
        assert_eq!(tree.place(team(1), Some(team(3)), None).unwrap_err().faults[0].field, "parent_id");
        assert!(tree.place(team(1), Some(team(1)), None).is_err());
        assert!(tree.place(team(3), Some(team(9)), None).is_err());
        tree.place(team(3), Some(team(1)), None).unwrap();
        assert_eq!(tree.above(team(3)), [team(1)]);
        assert_eq!(tree.below(team(1)), BTreeSet::from([team(1), team(2), team(3)]));
    }

    #[test]
    fn a_vendor_s_team_has_only_that_vendor_s_teams_below() {
        let mut tree = TeamTree::new([(team(1), None, None)]);
        assert_eq!(tree.place(team(2), Some(team(1)), vendor(7)).unwrap(), vendor(7));
        assert_eq!(tree.place(team(3), Some(team(2)), None).unwrap(), vendor(7));
        assert_eq!(tree.place(team(4), Some(team(2)), vendor(8)).unwrap_err().faults[0].field, "vendor_id");
        assert_eq!(tree.place(team(2), Some(team(1)), vendor(8)).unwrap_err().faults[0].field, "vendor_id");
        assert_eq!(tree.place(team(1), None, vendor(7)).unwrap(), vendor(7));
    }

    #[test]
    fn teams_nest_only_so_deep() {
        let mut tree = TeamTree::default();
        tree.place(team(0), None, None).unwrap();
        for n in 1..16 {
            tree.place(team(n), Some(team(n - 1)), None).unwrap();
        }
        assert!(tree.place(team(16), Some(team(15)), None).unwrap_err().message.contains("17 deep"));
        tree.place(team(17), None, None).unwrap();
        assert!(tree.place(team(0), Some(team(17)), None).is_err());
    }

    proptest! {
        #[test]
        fn whatever_moves_are_asked_for_there_is_no_cycle(moves in prop::collection::vec((0..8_u128, prop::option::of(0..8_u128)), 0..40)) {
            let mut tree = TeamTree::new((0..8).map(|n| (team(n), None, None)));
            for (child, parent) in moves {
                let _ = tree.place(team(child), parent.map(team), None);
            }
            for n in 0..8 {
                for above in tree.above(team(n)) {
                    prop_assert!(above != team(n) && !tree.above(above).contains(&team(n)));
                    prop_assert!(tree.below(above).contains(&team(n)));
                }
            }
        }
    }
}
