//! The address of a list: which order, filters and page it names, and the addresses of its neighbours.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use askama::Template;
use askama::filters::HtmlSafe;

use super::form::Typed;
use super::page::Frame;
use super::trouble::{Trouble, encoded};
use crate::domain::list_order::Sort;
use crate::domain::page::PageRequest;
use crate::domain::{Refusal, Refused};

/// A page's own path with what its query says; what was left empty in a form is not in it.
#[derive(Debug, Clone, Default)]
pub struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// The address that was asked for.
    pub fn of(request: &HttpRequest) -> Self {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default();
        Self { path: request.path().to_owned(), pairs: pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect() }
    }

    /// What a field of the query says, empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// What a field of the query says, where it says something.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    /// What a field of the query says as a `T`; nothing where it says nothing that is one.
    pub fn read<T: FromStr>(&self, name: &str) -> Option<T> {
        self.filled(name).and_then(|value| value.parse().ok())
    }

    /// Whether a field of the query says this; for choices in a form.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }

    /// What a field of the query says as a `T`, where it says something.
    ///
    /// # Errors
    /// `Invalid` on the field.
    pub fn wanted<T: FromStr<Err = Refusal>>(&self, name: &str) -> Refused<Option<T>> {
        let known = |text: &str| text.parse().map_err(|_: Refusal| Refusal::invalid(name, format!("`{text}` is not known")));
        self.filled(name).map(known).transpose()
    }

    /// The same page with one field changed, from its first page of rows. An empty value takes the field away.
    pub fn with(&self, name: &str, value: &str) -> String {
        let kept = self.pairs.iter().filter(|(key, _)| key != name && !matches!(key.as_str(), "cursor" | "page" | "done"));
        self.written(kept, Some((name, value)).filter(|(_, value)| !value.is_empty()))
    }

    /// The same list from another row on.
    pub fn after(&self, cursor: &str) -> String {
        self.moved("cursor", cursor)
    }

    /// The same list on another of its numbered pages.
    pub fn numbered(&self, number: usize) -> String {
        self.moved("page", &number.to_string())
    }

    fn moved(&self, name: &str, value: &str) -> String {
        self.written(self.pairs.iter().filter(|(key, _)| key != name), Some((name, value)))
    }

    fn written<'a>(&self, kept: impl Iterator<Item = &'a (String, String)>, changed: Option<(&'a str, &'a str)>) -> String {
        let pairs = kept.map(|(key, value)| (key.as_str(), value.as_str())).chain(changed);
        let pairs: Vec<String> = pairs.map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, pairs.join("&")) }
    }

    /// Whether anything narrows the list.
    pub fn narrowed(&self) -> bool {
        self.pairs.iter().any(|(name, _)| !matches!(name.as_str(), "cursor" | "page" | "sort"))
    }

    /// The fields of the query, for the form that filters the list.
    pub fn typed(&self) -> Typed {
        Typed::of(self.pairs.clone())
    }

    /// Whether any of these filters is set.
    pub fn filtered(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.filled(name).is_some())
    }

    /// Which page of rows is wanted.
    ///
    /// # Errors
    /// `Invalid` on `cursor`.
    pub fn page(&self, limit: u32) -> Refused<PageRequest> {
        PageRequest::parse(Some(limit), self.filled("cursor"))
    }

    /// The column that the list is ordered by, and whether from the greatest down; `usual` where the address does not say.
    pub fn order<'a>(&'a self, usual: &'a str) -> (&'a str, bool) {
        let chosen = self.filled("sort").unwrap_or(usual);
        chosen.strip_prefix('-').map_or((chosen, false), |name| (name, true))
    }

    /// The order of the list; its usual one where the address does not say or says something else.
    pub fn sort<K: FromStr>(&self) -> Sort<K>
    where
        Sort<K>: Default,
    {
        let (name, descending) = self.order("");
        name.parse().map_or_else(|_| Sort::default(), |by| Sort { by, descending })
    }

    /// The head of a column by which the list can be ordered; `usual` is the order where the address does not say.
    pub fn column(&self, key: &str, label: &str, usual: &str) -> Column {
        let (now, down) = self.order(usual);
        let here = now == key;
        let next = if here && !down { format!("-{key}") } else { key.to_owned() };
        let sorted = match (here, down) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        };
        Column { href: self.with("sort", &next), label: label.to_owned(), sorted, number: false }
    }

    /// The way to the next page of rows, and back to the first.
    pub fn pager(&self, f: &Frame, next: Option<&String>) -> Pager {
        let onward = next.map(|cursor| self.after(cursor));
        let first = self.filled("cursor").map(|_| self.with("cursor", ""));
        let label = |en, zh| f.t(en, zh).to_owned();
        Pager {
            first, onward, name: label("Pages", "分页"), to_first: label("First page", "首页"), to_next: label("Next page", "下一页")
        }
    }
}

impl FromRequest for Address {
    type Error = Trouble;
    type Future = Ready<Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// The head of a column that orders its list.
#[derive(Debug, Template)]
#[template(path = "pieces/column.html")]
pub struct Column {
    href: String,
    label: String,
    sorted: &'static str,
    number: bool,
}

impl Column {
    /// The same in the middle of a page: one comes back to this place of it.
    #[must_use]
    pub fn at(self, anchor: &str) -> Self {
        Self { href: format!("{}#{anchor}", self.href), ..self }
    }

    /// The same for a column of numbers.
    #[must_use]
    pub fn number(self) -> Self {
        Self { number: true, ..self }
    }
}

impl HtmlSafe for Column {}

/// The way to other pages of a list.
#[derive(Debug, Template)]
#[template(path = "pieces/pager.html")]
pub struct Pager {
    first: Option<String>,
    onward: Option<String>,
    name: String,
    to_first: String,
    to_next: String,
}

impl HtmlSafe for Pager {}

/// Puts rows into the order that an address asks for.
pub fn sort_rows<T, K: Ord>(rows: &mut [T], down: bool, key: impl Fn(&T) -> K) {
    rows.sort_by(|a, b| {
        let order = key(a).cmp(&key(b));
        if down { order.reverse() } else { order }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_changes_and_the_rest_stays() {
        let request = actix_web::test::TestRequest::with_uri("/results/2026-11?team=a%20b&sort=key&verdict=&page=3").to_http_request();
        let at = Address::of(&request);
        assert_eq!(at.get("team"), "a b");
        assert!(at.is("sort", "key") && at.is("verdict", "") && at.narrowed());
        assert_eq!(at.with("sort", "name"), "/results/2026-11?team=a%20b&sort=name");
        assert_eq!(at.with("team", ""), "/results/2026-11?sort=key");
        assert_eq!(at.numbered(4), "/results/2026-11?team=a%20b&sort=key&page=4");
        assert!(at.wanted::<crate::domain::results::Verdict>("team").is_err());
        assert_eq!(at.wanted::<crate::domain::results::Verdict>("verdict").unwrap(), None);
    }
}
