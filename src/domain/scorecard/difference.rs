//! How two versions of a scorecard differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Item, ScorecardContent, Section};

/// An item and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlacedItem {
    /// Code of its section.
    pub section: String,
    /// The item.
    pub item: Item,
}

/// An item that both versions have, but not alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChangedItem {
    /// The item's code.
    pub code: String,
    /// Names of the fields that differ; `section` where it moved to another.
    pub fields: Vec<String>,
    /// The item in the older version.
    pub before: PlacedItem,
    /// The item in the newer version.
    pub after: PlacedItem,
}

/// How two versions differ. Items are recognised by their code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScorecardDifference {
    /// Items that only the newer version has, in its order.
    pub added: Vec<PlacedItem>,
    /// Items that only the older version has, in its order.
    pub removed: Vec<PlacedItem>,
    /// Items that differ, in the newer version's order.
    pub changed: Vec<ChangedItem>,
}

/// Compares two versions of a scorecard, item by item.
pub fn compare(older: &ScorecardContent, newer: &ScorecardContent) -> ScorecardDifference {
    let (before, after) = (placed(older), placed(newer));
    let by_code: BTreeMap<&str, &PlacedItem> = before.iter().map(|placed| (placed.item.code.as_str(), placed)).collect();
    let kept: BTreeSet<&str> = after.iter().map(|placed| placed.item.code.as_str()).collect();
    let mut difference = ScorecardDifference {
        removed: before.iter().filter(|placed| !kept.contains(placed.item.code.as_str())).cloned().collect(),
        ..ScorecardDifference::default()
    };
    for new in &after {
        match by_code.get(new.item.code.as_str()) {
            None => difference.added.push(new.clone()),
            Some(old) if *old == new => {}
            Some(old) => difference.changed.push(ChangedItem {
                code: new.item.code.clone(),
                fields: differing_fields(old, new),
                before: (*old).clone(),
                after: new.clone(),
            }),
        }
    }
    difference
}

fn placed(content: &ScorecardContent) -> Vec<PlacedItem> {
    let of = |section: &Section| {
        let code = section.code.clone();
        section.items.clone().into_iter().map(move |item| PlacedItem { section: code.clone(), item })
    };
    content.sections.iter().flat_map(of).collect()
}

fn differing_fields(old: &PlacedItem, new: &PlacedItem) -> Vec<String> {
    let (a, b) = (&old.item, &new.item);
    [
        ("section", old.section != new.section),
        ("title_zh", a.title_zh != b.title_zh),
        ("title_en", a.title_en != b.title_en),
        ("kind", a.kind != b.kind),
        ("guidance_zh", a.guidance_zh != b.guidance_zh),
        ("guidance_en", a.guidance_en != b.guidance_en),
        ("na_allowed", a.na_allowed != b.na_allowed),
        ("comment_on_fail", a.comment_on_fail != b.comment_on_fail),
        ("violation_type", a.violation_type != b.violation_type),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name.to_owned())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::content;
    use super::*;
    use crate::domain::scorecard::ItemKind;

    #[test]
    fn versions_are_compared_by_item_code() {
        let older = content(&[("opening", &["greet", "verify"]), ("closing", &["thank"])]);
        let mut newer = content(&[("opening", &["greet"]), ("closing", &["verify", "survey"])]);
        newer.sections[0].items[0].kind = ItemKind::NonKey;
        let difference = compare(&older, &newer);
        assert_eq!(difference.added.iter().map(|p| p.item.code.as_str()).collect::<Vec<_>>(), ["survey"]);
        assert_eq!(difference.removed.iter().map(|p| p.item.code.as_str()).collect::<Vec<_>>(), ["thank"]);
        let changed: Vec<_> = difference.changed.iter().map(|c| (c.code.as_str(), c.fields.join(","))).collect();
        assert_eq!(changed, [("greet", "kind".to_owned()), ("verify", "section".to_owned())]);
        assert_eq!(compare(&newer, &newer), ScorecardDifference::default());
    }
}
