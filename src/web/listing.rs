//! A list as its address asks for it, and the addresses that change one thing and keep the rest.

use std::str::FromStr;

use actix_web::{HttpRequest, web};

use crate::domain::{Refusal, Refused};

/// A list as its address asks for it: filters, order, page.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    path: String,
    query: Vec<(String, String)>,
}

impl Listing {
    /// The address that was asked for. What was left empty in a form is not in it.
    pub fn of(request: &HttpRequest) -> Self {
        let query = web::Query::<Vec<(String, String)>>::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default();
        Self { path: request.path().to_owned(), query: query.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect() }
    }

    /// What was asked for under a name, empty where nothing was.
    pub fn get(&self, name: &str) -> &str {
        self.query.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
    }

    /// Whether this was asked for under a name; for choices in a form.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }

    /// What was asked for under a name, read.
    ///
    /// # Errors
    /// `Invalid` on the field.
    pub fn read<T: FromStr<Err = Refusal>>(&self, name: &str) -> Refused<Option<T>> {
        let text = self.get(name);
        if text.is_empty() {
            Ok(None)
        } else {
            text.parse().map(Some).map_err(|_: Refusal| Refusal::invalid(name, format!("`{text}` is not known")))
        }
    }

    /// The same list with one thing changed, or taken away where the value is empty; from its beginning.
    pub fn with(&self, name: &str, value: &str) -> String {
        let kept = self.query.iter().filter(|(n, _)| n != name && n != "cursor" && n != "page").map(|(n, v)| (n.as_str(), v.as_str()));
        self.written(kept.chain((!value.is_empty()).then_some((name, value))))
    }

    /// The same list from another row on.
    pub fn after(&self, cursor: &str) -> String {
        self.at("cursor", cursor)
    }

    /// The same list on another page.
    pub fn page(&self, number: usize) -> String {
        self.at("page", &number.to_string())
    }

    /// Whether anything narrows the list.
    pub fn narrowed(&self) -> bool {
        self.query.iter().any(|(name, _)| !matches!(name.as_str(), "cursor" | "page" | "sort"))
    }

    fn at(&self, name: &str, value: &str) -> String {
        self.written(self.query.iter().filter(|(n, _)| n != name).map(|(n, v)| (n.as_str(), v.as_str())).chain([(name, value)]))
    }

    fn written<'a>(&self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, pairs.join("&")) }
    }
}

/// A text as it may stand in an address.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-_.".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_changes_and_the_rest_stays() {
        let request = actix_web::test::TestRequest::with_uri("/results/2026-11?team=a%20b&sort=key&verdict=&page=3").to_http_request();
        let at = Listing::of(&request);
        assert_eq!(at.get("team"), "a b");
        assert!(at.is("sort", "key") && at.is("verdict", "") && at.narrowed());
        assert_eq!(at.with("sort", "name"), "/results/2026-11?team=a%20b&sort=name");
        assert_eq!(at.with("team", ""), "/results/2026-11?sort=key");
        assert_eq!(at.page(4), "/results/2026-11?team=a%20b&sort=key&page=4");
        assert!(at.read::<crate::domain::results::Verdict>("team").is_err());
        assert_eq!(at.read::<crate::domain::results::Verdict>("verdict").unwrap(), None);
    }
}
