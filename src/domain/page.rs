//! Pages of a list: at most 200 items, and a cursor to the next page.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::refusal::{Refusal, Refused};

/// Where a page starts: after the row with this sort key and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of the last row seen, as text.
    pub key: String,
    /// The id of the last row seen, which makes the position unique.
    pub id: Uuid,
}

impl Cursor {
    /// The opaque form that callers send back.
    pub fn encode(&self) -> String {
        hex::encode(format!("{}{}", self.id.simple(), self.key))
    }

    /// Reads the opaque form.
    ///
    /// # Errors
    /// `Invalid` on the field `cursor`.
    pub fn decode(text: &str) -> Refused<Self> {
        let bad = || Refusal::invalid("cursor", "is not a cursor of this list; use the `next` of the page before");
        let plain = String::from_utf8(hex::decode(text).map_err(|_| bad())?).map_err(|_| bad())?;
        let (id, key) = plain.split_at_checked(32).ok_or_else(bad)?;
        Ok(Self { key: key.to_owned(), id: Uuid::try_parse(id).map_err(|_| bad())? })
    }
}

/// Which page of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items at the most, 1 to 200.
    pub limit: u32,
    /// Start after this row; from the beginning where absent.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The most items of one page.
    pub const MAX: u32 = 200;
    /// The items of one page where the caller does not say.
    pub const DEFAULT: u32 = 50;

    /// Reads what a caller asked for.
    ///
    /// # Errors
    /// `Invalid` on `limit` or `cursor`.
    pub fn parse(limit: Option<u32>, cursor: Option<&str>) -> Refused<Self> {
        let limit = limit.unwrap_or(Self::DEFAULT);
        if !(1..=Self::MAX).contains(&limit) {
            return Err(Refusal::invalid("limit", format!("must be 1 to {}", Self::MAX)));
        }
        Ok(Self { limit, after: cursor.map(Cursor::decode).transpose()? })
    }

    /// How many rows to ask the database for: one more than the page holds, which tells whether there is a next page.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit).saturating_add(1)
    }

    /// Makes the page of rows that were fetched with [`Self::fetch`]. `position` gives a row's sort key and id.
    pub fn page<T>(&self, mut rows: Vec<T>, position: impl Fn(&T) -> (String, Uuid)) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| {
            let (key, id) = position(row);
            Cursor { key, id }.encode()
        });
        Page { items: rows, next }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Send it back as `cursor` to get the next page; absent on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page with each item changed by `f`.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
