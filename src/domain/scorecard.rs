//! Scorecards (质检评估表): a versioned list of items, each key or non-key; evaluations keep the version they were graded with
//! (handbook 2).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::refusal::{Faults, Refusal, Refused, checked_code, checked_optional_text, checked_text};
use super::violation::ErrorKind;
use super::words::words;

mod difference;

pub use difference::{ChangedItem, PlacedItem, ScorecardDifference, compare};

words! {
    /// Whether a failed item is a key or a non-key error (handbook 2).
    ItemKind ("kind") {
        /// A key item (关键项): failing it is a key error.
        Key = "key",
        /// A non-key item (非关键项).
        NonKey = "non_key",
    }
}

impl ItemKind {
    /// The error that a failed item of this kind is (handbook 3.1).
    pub const fn error(self) -> ErrorKind {
        match self {
            Self::Key => ErrorKind::Key,
            Self::NonKey => ErrorKind::NonKey,
        }
    }
}

words! {
    /// Where a scorecard version stands. It only ever goes forward: draft, published, retired.
    VersionState ("state") {
        /// Being written; nothing is graded with it.
        Draft = "draft",
        /// In use; it never changes again.
        Published = "published",
        /// No longer for new grading; what was graded with it stays.
        Retired = "retired",
    }
}

impl VersionState {
    /// Whether the content may be changed: only a draft's.
    ///
    /// # Errors
    /// `Conflict` with code `version_not_draft`.
    pub fn edit(self) -> Refused<()> {
        match self {
            Self::Draft => Ok(()),
            Self::Published | Self::Retired => Err(Refusal::conflict(
                "version_not_draft",
                format!("this version is {self} and never changes; create a new draft version instead"),
            )),
        }
    }

    /// The state after publishing.
    ///
    /// # Errors
    /// `Conflict` with code `version_not_draft`.
    pub fn publish(self) -> Refused<Self> {
        match self {
            Self::Draft => Ok(Self::Published),
            Self::Published | Self::Retired => {
                Err(Refusal::conflict("version_not_draft", format!("this version is {self}; only a draft can be published")))
            }
        }
    }

    /// The state after retiring.
    ///
    /// # Errors
    /// `Conflict` with code `version_not_published`.
    pub fn retire(self) -> Refused<Self> {
        match self {
            Self::Published => Ok(Self::Retired),
            Self::Draft | Self::Retired => {
                Err(Refusal::conflict("version_not_published", format!("this version is {self}; only a published one can be retired")))
            }
        }
    }
}

/// One item of a scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Stable code, the same in every version that has the item, such as `verify_identity`; unique within the scorecard.
    pub code: String,
    /// Title in Chinese, up to 200 characters.
    pub title_zh: String,
    /// Title in English, up to 200 characters.
    pub title_en: String,
    /// Whether failing it is a key or a non-key error.
    pub kind: ItemKind,
    /// How to judge it, in Chinese, up to 4000 characters.
    #[serde(default)]
    pub guidance_zh: String,
    /// How to judge it, in English, up to 4000 characters.
    #[serde(default)]
    pub guidance_en: String,
    /// Whether "not applicable" is an answer.
    #[serde(default)]
    pub na_allowed: bool,
    /// Whether failing it demands a comment.
    #[serde(default)]
    pub comment_on_fail: bool,
    /// Code of the violation type that failing it is; absent where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation_type: Option<String>,
}

/// A group of items that are judged together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Stable code, unique within the scorecard.
    pub code: String,
    /// Title in Chinese, up to 200 characters.
    pub title_zh: String,
    /// Title in English, up to 200 characters.
    pub title_en: String,
    /// The items, in the order in which they are asked.
    pub items: Vec<Item>,
}

/// What a scorecard version asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorecardContent {
    /// The sections, in order.
    pub sections: Vec<Section>,
}

impl ScorecardContent {
    /// The most items of one scorecard.
    pub const MAX_ITEMS: usize = 200;

    /// Every item, in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// The content with its texts trimmed, or everything that is wrong with it. A draft may still be empty.
    ///
    /// # Errors
    /// `Invalid` with all faults: codes that are malformed or used twice, missing titles, texts that are too long, too many items.
    pub fn checked(mut self) -> Refused<Self> {
        let mut faults = Faults::new();
        let (mut section_codes, mut item_codes) = (BTreeSet::new(), BTreeSet::new());
        for (s, section) in self.sections.iter_mut().enumerate() {
            let path = format!("sections[{s}]");
            check_titles(&mut faults, &path, &mut section.code, &mut section.title_zh, &mut section.title_en);
            if !section_codes.insert(section.code.clone()) {
                faults.push(format!("{path}.code"), format!("`{}` is the code of another section; codes are unique", section.code));
            }
            for (i, item) in section.items.iter_mut().enumerate() {
                let path = format!("{path}.items[{i}]");
                check_titles(&mut faults, &path, &mut item.code, &mut item.title_zh, &mut item.title_en);
                if !item_codes.insert(item.code.clone()) {
                    faults.push(format!("{path}.code"), format!("`{}` is the code of another item; codes are unique", item.code));
                }
                for (field, text) in [("guidance_zh", &mut item.guidance_zh), ("guidance_en", &mut item.guidance_en)] {
                    if let Some(checked) = faults.take(checked_optional_text(&format!("{path}.{field}"), text, 4000)) {
                        *text = checked;
                    }
                }
                if let Some(code) = item.violation_type.take() {
                    item.violation_type = faults.take(checked_code(&format!("{path}.violation_type"), &code));
                }
            }
        }
        if item_codes.len() > Self::MAX_ITEMS {
            faults.push("sections", format!("hold {} items; at most {} are allowed", item_codes.len(), Self::MAX_ITEMS));
        }
        faults.finish().map(|()| self)
    }

    /// Whether everything that the items refer to exists. `is_active` says whether a code is an active violation type's.
    ///
    /// # Errors
    /// `Invalid` naming each linked type that is not.
    pub fn check_links(&self, is_active: impl Fn(&str) -> bool) -> Refused<()> {
        let mut faults = Faults::new();
        for (s, section) in self.sections.iter().enumerate() {
            for (i, item) in section.items.iter().enumerate() {
                if let Some(code) = item.violation_type.as_deref().filter(|code| !is_active(code)) {
                    faults.push(
                        format!("sections[{s}].items[{i}].violation_type"),
                        format!("`{code}` is not an active violation type; see GET /api/v1/violation-types"),
                    );
                }
            }
        }
        faults.finish()
    }

    /// Whether it can be published: there must be something to answer in every section.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn check_complete(&self) -> Refused<()> {
        let mut faults = Faults::new();
        if self.sections.is_empty() {
            faults.push("sections", "must not be empty when the version is published");
        }
        for (s, section) in self.sections.iter().enumerate() {
            if section.items.is_empty() {
                faults.push(format!("sections[{s}].items"), "must not be empty when the version is published");
            }
        }
        faults.finish()
    }
}

fn check_titles(faults: &mut Faults, path: &str, code: &mut String, title_zh: &mut String, title_en: &mut String) {
    if let Some(checked) = faults.take(checked_code(&format!("{path}.code"), code)) {
        *code = checked;
    }
    for (field, text) in [("title_zh", title_zh), ("title_en", title_en)] {
        if let Some(checked) = faults.take(checked_text(&format!("{path}.{field}"), text, 200)) {
            *text = checked;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(code: &str) -> Item {
        Item {
            code: code.into(),
            title_zh: "标题".into(),
            title_en: "Title".into(),
            kind: ItemKind::Key,
            guidance_zh: String::new(),
            guidance_en: String::new(),
            na_allowed: false,
            comment_on_fail: true,
            violation_type: None,
        }
    }

    pub fn content(sections: &[(&str, &[&str])]) -> ScorecardContent {
        let section = |(code, items): &(&str, &[&str])| Section {
            code: (*code).into(),
            title_zh: "部分".into(),
            title_en: "Section".into(),
            items: items.iter().map(|code| item(code)).collect(),
        };
        ScorecardContent { sections: sections.iter().map(section).collect() }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut bad = content(&[("opening", &["greet", "greet"]), ("opening", &["has blank"])]);
        bad.sections[0].items[0].title_zh = " ".into();
        bad.sections[0].items[0].guidance_en = "x".repeat(4001);
        let fields: Vec<_> = bad.checked().unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(
            fields,
            [
                "sections[0].items[0].title_zh",
                "sections[0].items[0].guidance_en",
                "sections[0].items[1].code",
                "sections[1].code",
                "sections[1].items[0].code",
            ]
        );
    }

    #[test]
    fn a_draft_may_be_empty_but_a_published_version_may_not() {
        let empty = ScorecardContent::default().checked().unwrap();
        assert!(empty.check_complete().is_err());
        assert!(content(&[("opening", &[])]).check_complete().is_err());
        assert!(content(&[("opening", &["greet"])]).check_complete().is_ok());
    }

    #[test]
    fn linked_types_must_be_active() {
        let mut linked = content(&[("opening", &["greet", "verify"])]);
        linked.sections[0].items[1].violation_type = Some("gone".into());
        assert!(linked.check_links(|code| code == "gone").is_ok());
        assert_eq!(linked.check_links(|_| false).unwrap_err().faults[0].field, "sections[0].items[1].violation_type");
    }

    #[test]
    fn a_version_only_goes_forward() {
        use VersionState::{Draft, Published, Retired};
        assert_eq!(Draft.publish().unwrap(), Published);
        assert_eq!(Published.retire().unwrap(), Retired);
        assert!(Draft.edit().is_ok());
        for state in [Published, Retired] {
            assert_eq!(state.edit().unwrap_err().code, "version_not_draft");
            assert_eq!(state.publish().unwrap_err().code, "version_not_draft");
        }
        for state in [Draft, Retired] {
            assert_eq!(state.retire().unwrap_err().code, "version_not_published");
        }
    }
}
