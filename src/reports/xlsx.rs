//! XLSX with typed cells, written row by row in constant memory. The same rows give the same bytes: times and authors are fixed.

use std::io::{Error, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::ReportError;
use super::cell::Cell;
use crate::domain::money::Currency;

/// A workbook being written. Sheets are added one after the other, each from its first row to its last.
pub struct XlsxFile {
    workbook: Workbook,
    formats: Formats,
}

struct Formats {
    head: Format,
    amount: Format,
    day: Format,
}

impl XlsxFile {
    /// Begins a workbook whose amounts are in `currency`. `dated` stands in its properties as the day of its making.
    ///
    /// # Errors
    /// [`ReportError::Workbook`].
    pub fn begin(title: &str, dated: NaiveDate, currency: Currency) -> Result<Self, ReportError> {
        let made = excel_day(dated)?;
        let properties = DocProperties::new().set_title(title).set_author("Assay").set_creation_datetime(&made);
        let mut workbook = Workbook::new();
        workbook.set_properties(&properties);
        let amount = match currency.minor_digits() {
            0 => "#,##0",
            3 => "#,##0.000",
            _ => "#,##0.00",
        };
        let formats = Formats {
            head: Format::new().set_bold(),
            amount: Format::new().set_num_format(amount),
            day: Format::new().set_num_format("yyyy-mm-dd"),
        };
        Ok(Self { workbook, formats })
    }

    /// Adds a sheet whose first row stays in sight. `widths` are the widths of its columns in characters.
    ///
    /// # Errors
    /// [`ReportError::Workbook`].
    pub fn sheet(&mut self, name: &str, widths: &[u16]) -> Result<XlsxSheet<'_>, ReportError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, width) in (0_u16..).zip(widths) {
            sheet.set_column_width(column, f64::from(*width))?;
        }
        Ok(XlsxSheet { sheet, formats: &self.formats, next: 0 })
    }

    /// Packs the workbook.
    ///
    /// # Errors
    /// [`ReportError::Workbook`].
    pub fn finish(mut self, out: impl Write + Send) -> Result<(), ReportError> {
        on_disk(move || Ok(self.workbook.save_to_writer(out)?))
    }
}

/// A sheet being written.
pub struct XlsxSheet<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a Formats,
    next: u32,
}

impl XlsxSheet<'_> {
    /// Writes a row of headings.
    ///
    /// # Errors
    /// [`ReportError::Workbook`].
    pub fn heading(&mut self, cells: &[&str]) -> Result<(), ReportError> {
        let Self { sheet, formats, next } = self;
        on_disk(|| {
            for (column, text) in (0_u16..).zip(cells) {
                sheet.write_string_with_format(*next, column, *text, &formats.head)?;
            }
            *next = next.saturating_add(1);
            Ok(())
        })
    }

    /// Writes one row: amounts and numbers as numbers, days as days, text as text and never as a formula.
    ///
    /// # Errors
    /// [`ReportError::Workbook`], also where the row is beyond the 1,048,576 of a sheet.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ReportError> {
        let Self { sheet, formats: Formats { amount: amount_format, day: day_format, .. }, next } = self;
        on_disk(|| {
            for (column, cell) in (0_u16..).zip(cells) {
                match cell {
                    Cell::Text(text) => sheet.write_string(*next, column, text)?,
                    Cell::Whole(number) => sheet.write_number(*next, column, float(&number.to_string())?)?,
                    Cell::Amount(amount) => sheet.write_number_with_format(*next, column, float(&amount.decimal())?, amount_format)?,
                    Cell::Day(day) => sheet.write_datetime_with_format(*next, column, excel_day(*day)?, day_format)?,
                    Cell::Empty => continue,
                };
            }
            *next = next.saturating_add(1);
            Ok(())
        })
    }
}

/// Rows lie in a temporary file until the workbook is packed, and the writer of workbooks panics where that file cannot be written: what the disk says
/// must be found in its words. A workbook in which that happened is not used any more.
fn on_disk<T>(work: impl FnOnce() -> Result<T, ReportError>) -> Result<T, ReportError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        let said = said.unwrap_or_else(|| "the writer of workbooks failed".into());
        let full = ["StorageFull", "QuotaExceeded", "FileTooLarge"].iter().any(|kind| said.contains(kind));
        Err(ReportError::Io(Error::new(if full { ErrorKind::StorageFull } else { ErrorKind::Other }, said)))
    })
}

/// The nearest number that a spreadsheet can hold: they know only binary floating point.
fn float(decimal: &str) -> Result<f64, ReportError> {
    decimal.parse().map_err(|error| ReportError::Io(std::io::Error::other(error)))
}

fn excel_day(day: NaiveDate) -> Result<ExcelDateTime, ReportError> {
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    Ok(ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), part(day.month()), part(day.day()))?)
}
