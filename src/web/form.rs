//! Forms: what a browser posted, with the proof that it was meant, and the faults beside the fields.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::page::{Visitor, open_frame};
use super::trouble::Trouble;
use crate::domain::Refusal;
use crate::domain::refusal::Fault;
use crate::http::session::check_csrf;

/// The fields of a posted form, from a logged-in person, proven to come from a page of ours.
#[derive(Debug)]
pub struct Form {
    /// Who posted it.
    pub visitor: Visitor,
    /// What was typed.
    pub typed: Typed,
}

/// What was typed into a form, and what is wrong with it: shown again as it was.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    values: HashMap<String, Vec<String>>,
    faults: Vec<Fault>,
}

impl Typed {
    /// A form that shows these values at first.
    pub fn showing<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect();
        Self { values, faults: Vec::new() }
    }

    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut values: HashMap<String, Vec<String>> = HashMap::new();
        let pairs: Vec<(String, String)> =
            web::Query::from_query(&String::from_utf8_lossy(bytes)).map(web::Query::into_inner).unwrap_or_default();
        for (name, value) in pairs {
            values.entry(name).or_default().push(value);
        }
        Self { values, faults: Vec::new() }
    }

    /// The value of a field, empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).and_then(|v| v.first()).map_or("", String::as_str)
    }

    /// The value of a field, where something was typed.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|v| !v.is_empty())
    }

    /// Every value of a field that may come more than once.
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a field came with this value, for choices.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|v| v == value)
    }

    /// What is wrong with a field.
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|f| f.field == name).map(|f| f.message.as_str())
    }

    /// Whether anything is wrong.
    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// What is wrong with no field in particular, or with one that the form does not show.
    pub fn other_faults(&self, shown: &[&str]) -> Vec<&str> {
        self.faults.iter().filter(|f| !shown.contains(&f.field.as_str())).map(|f| f.message.as_str()).collect()
    }

    /// Every fault as a line; `name` gives a field's name as the page shows it.
    pub fn fault_lines(&self, name: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let line = |fault: &Fault| match name(&fault.field) {
            Some(shown) => format!("{shown}: {}", fault.message),
            None if fault.field.is_empty() => fault.message.clone(),
            None => format!("{}: {}", fault.field, fault.message),
        };
        self.faults.iter().map(line).collect()
    }

    /// The same form with what a refusal says beside its fields.
    #[must_use]
    pub fn refused(mut self, refusal: &Refusal) -> Self {
        if refusal.faults.is_empty() {
            self.faults.push(Fault { field: String::new(), message: refusal.message.clone() });
        } else {
            self.faults.extend(refusal.faults.iter().cloned());
        }
        self
    }
}

impl FromRequest for Form {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Trouble>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let bytes = web::Bytes::from_request(&request, payload);
        Box::pin(async move {
            let visitor = Visitor::extract(&request).await?;
            let bytes = bytes.await.map_err(|e| Trouble::new(open_frame(&request), Refusal::invalid("", e.to_string())))?;
            let typed = Typed::parse(&bytes);
            check_csrf(&visitor.person, Some(typed.get("csrf"))).map_err(|r| Trouble::new(visitor.frame.clone(), r))?;
            Ok(Self { visitor, typed })
        })
    }
}
