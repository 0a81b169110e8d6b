//! CSV for people who open it in Excel: UTF-8 with BOM, CRLF, and no cell that a spreadsheet would run.

use std::io::Write;

use super::ReportError;
use super::cell::Cell;
use crate::domain::csv_table::{BYTE_ORDER_MARK, guarded};

/// Writes rows. The first bytes are the BOM, which is what makes Excel read the Chinese text right.
pub struct CsvFile<W: Write>(::csv::Writer<W>);

impl<W: Write> CsvFile<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// [`ReportError::Io`].
    pub fn begin(mut out: W) -> Result<Self, ReportError> {
        out.write_all(BYTE_ORDER_MARK.as_bytes())?;
        Ok(Self(::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out)))
    }

    /// Writes one row. Text that a spreadsheet would run gets an apostrophe; numbers are ours and stay numbers.
    ///
    /// # Errors
    /// [`ReportError::Io`].
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ReportError> {
        for cell in cells {
            match cell {
                Cell::Text(text) => self.0.write_field(guarded(text).as_bytes())?,
                Cell::Whole(number) => self.0.write_field(number.to_string())?,
                Cell::Amount(amount) => self.0.write_field(amount.decimal())?,
                Cell::Day(day) => self.0.write_field(day.to_string())?,
                Cell::Empty => self.0.write_field("")?,
            }
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Writes what is still buffered and gives the sink back.
    ///
    /// # Errors
    /// [`ReportError::Io`].
    pub fn finish(self) -> Result<W, ReportError> {
        self.0.into_inner().map_err(|error| ReportError::Io(error.into_error()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money};
    use proptest::prelude::*;

    fn file(cells: &[Cell]) -> String {
        let mut file = CsvFile::begin(Vec::new()).unwrap();
        file.row(cells).unwrap();
        String::from_utf8(file.finish().unwrap()).unwrap()
    }

    #[test]
    fn text_that_a_spreadsheet_would_run_is_escaped_and_numbers_stay_numbers() {
        let minus_fifty = Cell::Amount(Money::new(-5_000, Currency::CNY));
        let cells = [Cell::text("=1+1"), minus_fifty, Cell::text("-50.00"), Cell::text("王,\"五\""), Cell::Empty];
        assert_eq!(file(&cells), "\u{feff}'=1+1,-50.00,'-50.00,\"王,\"\"五\"\"\",\r\n");
        for bad in ["+1", "@SUM(A1)", "\tx", "\rx", "＝1", "－1"] {
            assert!(guarded(bad).starts_with('\''), "{bad:?}");
        }
        assert_eq!(guarded("王 = 五"), "王 = 五");
    }

    proptest! {
        #[test]
        fn any_text_reads_back_and_none_begins_like_a_formula(text in any::<String>()) {
            let written = file(&[Cell::text("x"), Cell::Text(text.clone())]);
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.trim_start_matches('\u{feff}').as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            prop_assert!(!row[1].starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(row[1].trim_start_matches('\''), text.trim_start_matches('\''));
        }
    }
}
