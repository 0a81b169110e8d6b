//! The cells of a table, before it is known which kind of file it becomes.

use chrono::NaiveDate;

use crate::domain::money::Money;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// An amount of money, shown in major units with the currency's digits.
    Amount(Money),
    /// A day.
    Day(NaiveDate),
    /// Nothing.
    Empty,
}

impl Cell {
    /// The text of a value.
    pub fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    /// The text of a value, or nothing where there is none.
    pub fn maybe(value: Option<impl ToString>) -> Self {
        value.map_or(Self::Empty, Self::text)
    }

    /// A whole number, or nothing where there is none.
    pub fn whole(value: Option<impl Into<i64>>) -> Self {
        value.map_or(Self::Empty, |value| Self::Whole(value.into()))
    }
}
