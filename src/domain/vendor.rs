//! Vendors (乙方), from whom a centre buys work (handbook 1).

use serde::{Deserialize, Serialize};

use super::csv_table::{Columns, Line};
use super::people::{NAME_LENGTH, flag_of_cell};
use super::refusal::{Faults, Refused, checked_code, checked_text};

/// The columns of `vendors.csv`.
pub const COLUMNS: Columns = Columns { required: &["code", "name_zh", "name_en"], optional: &["active"], prefix: None };

/// A vendor as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorInput {
    /// Unique short code, 1 to 64 letters, digits, `-`, `_` or `.`; files refer to the vendor by it.
    pub code: String,
    /// Name in Chinese, at most 200 characters.
    pub name_zh: String,
    /// Name in English, at most 200 characters.
    pub name_en: String,
    /// Whether the centre still buys from it; true where absent.
    #[serde(default = "yes")]
    pub active: bool,
}

/// What changes in a vendor; absent fields stay as they are. The code never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorChange {
    /// Name in Chinese, at most 200 characters.
    pub name_zh: Option<String>,
    /// Name in English, at most 200 characters.
    pub name_en: Option<String>,
    /// Whether the centre still buys from it.
    pub active: Option<bool>,
}

pub(super) const fn yes() -> bool {
    true
}

impl VendorInput {
    /// The same vendor with its texts checked and trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        let code = faults.take(checked_code("code", &self.code)).unwrap_or_default();
        let name_zh = faults.take(checked_text("name_zh", &self.name_zh, NAME_LENGTH)).unwrap_or_default();
        let name_en = faults.take(checked_text("name_en", &self.name_en, NAME_LENGTH)).unwrap_or_default();
        faults.finish()?;
        Ok(Self { code, name_zh, name_en, active: self.active })
    }

    /// The vendor after a change.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn changed(self, change: VendorChange) -> Refused<Self> {
        let after = Self {
            name_zh: change.name_zh.unwrap_or(self.name_zh),
            name_en: change.name_en.unwrap_or(self.name_en),
            active: change.active.unwrap_or(self.active),
            code: self.code,
        };
        after.checked()
    }

    /// Reads a line of `vendors.csv`. Without the column `active`, or with an empty cell in it, a vendor that exists stays as it is.
    ///
    /// # Errors
    /// `Invalid` with every column at fault.
    pub fn of_line(line: &Line, existing: Option<&Self>) -> Refused<Self> {
        let mut faults = Faults::new();
        let active = line.filled("active").and_then(|cell| faults.take(flag_of_cell("active", cell)));
        let input = Self {
            code: line.cell("code").to_owned(),
            name_zh: line.cell("name_zh").to_owned(),
            name_en: line.cell("name_en").to_owned(),
            active: active.or(existing.map(|vendor| vendor.active)).unwrap_or(true),
        };
        let checked = faults.take(input.checked());
        faults.finish()?;
        checked.ok_or_else(unreachable_fault)
    }
}

/// For the case that cannot be: no fault and no value either.
pub(super) fn unreachable_fault() -> super::Refusal {
    super::Refusal::invalid("", "could not be read")
}

#[cfg(test)]
mod tests {
    use super::super::csv_table::{Limits, Table};
    use super::*;

    #[test]
    fn a_line_says_all_that_is_wrong_with_it() {
        let text = "code,name_zh,name_en,active\nV 1,,Acme,perhaps\nV1,甲,Acme,\n";
        let lines: Vec<_> =
            Table::open(text.as_bytes(), &COLUMNS, Limits { rows: 9, line_bytes: 99 }).unwrap().map(Result::unwrap).collect();
        let faults = VendorInput::of_line(&lines[0], None).unwrap_err().faults;
        assert_eq!(faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["active", "code", "name_zh"]);
        let vendor = VendorInput::of_line(&lines[1], None).unwrap();
        assert!(vendor.active);
        let retired = VendorInput { active: false, ..vendor };
        assert_eq!(VendorInput::of_line(&lines[1], Some(&retired)).unwrap(), retired);
    }
}
