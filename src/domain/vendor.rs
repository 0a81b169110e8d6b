//! Vendors (乙方), from whom a centre buys work (handbook 1).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::csv_table::{Columns, Line};
use super::id::VendorId;
use super::people::{NAME_LENGTH, flag_of_cell};
use super::refusal::{Faults, Refused, checked_code, checked_text};

/// The columns of `vendors.csv`.
pub const COLUMNS: Columns = Columns { required: &["code", "name"], optional: &["archived"], prefix: None };

/// A vendor as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorInput {
    /// Unique short code, 1 to 64 letters, digits, `-`, `_` or `.`; files refer to the vendor by it.
    pub code: String,
    /// Name, at most 200 characters.
    pub name: String,
    /// True where the centre no longer buys from it; false where absent.
    #[serde(default)]
    pub archived: bool,
}

/// A vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Vendor {
    /// The id.
    pub id: VendorId,
    /// Unique short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Since when the centre no longer buys from it.
    pub archived_at: Option<DateTime<Utc>>,
    /// Since when the service knows it.
    pub created_at: DateTime<Utc>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

impl Vendor {
    /// What was written down of it.
    pub fn input(&self) -> VendorInput {
        VendorInput { code: self.code.clone(), name: self.name.clone(), archived: self.archived_at.is_some() }
    }
}

/// What changes in a vendor; absent fields stay as they are. The code never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorChange {
    /// Name, at most 200 characters.
    pub name: Option<String>,
    /// True where the centre no longer buys from it.
    pub archived: Option<bool>,
}

impl VendorInput {
    /// The same vendor with its texts checked and trimmed.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        let code = faults.take(checked_code("code", &self.code)).unwrap_or_default();
        let name = faults.take(checked_text("name", &self.name, NAME_LENGTH)).unwrap_or_default();
        faults.finish()?;
        Ok(Self { code, name, archived: self.archived })
    }

    /// The vendor after a change.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn changed(self, change: VendorChange) -> Refused<Self> {
        let after = Self { name: change.name.unwrap_or(self.name), archived: change.archived.unwrap_or(self.archived), code: self.code };
        after.checked()
    }
}

/// A line of `vendors.csv`. A column that the file lacks is `None`: the vendor keeps what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorLine {
    /// The vendor's code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Whether the centre no longer buys from it.
    pub archived: Option<bool>,
}

impl VendorLine {
    /// Reads a line.
    ///
    /// # Errors
    /// `Invalid` with every column at fault.
    pub fn of_line(line: &Line) -> Refused<Self> {
        let mut faults = Faults::new();
        let archived = line.filled("archived").and_then(|cell| faults.take(flag_of_cell("archived", cell)));
        let input = VendorInput { code: line.cell("code").to_owned(), name: line.cell("name").to_owned(), archived: false };
        let checked = faults.take(input.checked());
        faults.finish()?;
        let VendorInput { code, name, .. } = checked.ok_or_else(unreachable_fault)?;
        Ok(Self { code, name, archived })
    }

    /// The vendor that the line describes, given the one that exists.
    pub fn onto(&self, existing: Option<&VendorInput>) -> VendorInput {
        let archived = self.archived.or(existing.map(|vendor| vendor.archived)).unwrap_or(false);
        VendorInput { code: self.code.clone(), name: self.name.clone(), archived }
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
        let text = "code,name,archived\nV 1,,perhaps\nV1,甲,\n";
        let lines: Vec<_> =
            Table::open(text.as_bytes(), &COLUMNS, Limits { rows: 9, line_bytes: 99 }).unwrap().map(Result::unwrap).collect();
        let faults = VendorLine::of_line(&lines[0]).unwrap_err().faults;
        assert_eq!(faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["archived", "code", "name"]);
        let vendor = VendorLine::of_line(&lines[1]).unwrap();
        assert!(!vendor.onto(None).archived);
        let retired = VendorInput { archived: true, ..vendor.onto(None) };
        assert_eq!(vendor.onto(Some(&retired)), retired);
    }
}
