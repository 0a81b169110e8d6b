//! Forms: what a browser posted, with the proof that it was meant, and the faults beside the fields.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, web};
use futures_util::StreamExt;

use super::page::{Frame, Visitor};
use super::refusals::translated;
use super::trouble::Trouble;
use crate::domain::Refusal;
use crate::domain::refusal::{Fault, RefusalKind};
use crate::http::Problem;
use crate::http::patience::{Patient, broken_off};
use crate::http::session::check_csrf;

mod rows;

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
    /// What the page calls its fields, as far as it has been rendered.
    labels: RefCell<HashMap<String, String>>,
    /// The row that was just added or moved, until one of its fields has been rendered.
    look: RefCell<Option<String>>,
    /// Whether rows were added, moved or removed, which stores nothing yet.
    unsaved: bool,
}

impl Typed {
    /// A form that shows these values at first.
    pub fn showing<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect();
        Self { values, ..Self::default() }
    }

    /// A form that shows these values at first; a name may come more than once.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut values: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in pairs {
            values.entry(name).or_default().push(value);
        }
        Self { values, ..Self::default() }
    }

    pub(super) fn parse(bytes: &[u8]) -> Self {
        let pairs: Vec<(String, String)> =
            web::Query::from_query(&String::from_utf8_lossy(bytes)).map(web::Query::into_inner).unwrap_or_default();
        Self::of(pairs)
    }

    /// The value of a field, empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).and_then(|v| v.first()).map_or("", String::as_str)
    }

    /// The value of a field, where something was typed.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|v| !v.is_empty())
    }

    /// Whether a field came at all, even empty.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
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

    /// What is wrong with a field, or with a part of it such as `teams[2]` of `teams`.
    pub fn fault_below(&self, name: &str) -> Option<&str> {
        let below = |field: &str| field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']));
        self.faults.iter().find(|f| below(&f.field)).map(|f| f.message.as_str())
    }

    /// Every fault: the field and what is wrong with it.
    pub fn each_fault(&self) -> impl Iterator<Item = (&str, &str)> {
        self.faults.iter().map(|f| (f.field.as_str(), f.message.as_str()))
    }

    /// Whether anything is wrong.
    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// What is wrong with no field in particular, or with one that the form does not show.
    pub fn other_faults(&self, shown: &[&str]) -> Vec<&str> {
        self.faults.iter().filter(|f| !shown.contains(&f.field.as_str())).map(|f| f.message.as_str()).collect()
    }

    /// Notes what the page calls a field, for the summary of the faults.
    pub(super) fn calls(&self, name: &str, label: &str) {
        if self.has_faults() {
            self.labels.borrow_mut().insert(name.to_owned(), label.to_owned());
        }
    }

    /// What the page calls a field, or the one that it is a part of.
    pub(super) fn label(&self, field: &str) -> Option<String> {
        let labels = self.labels.borrow();
        let above = |name: &str| field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']));
        let nearest = labels.iter().filter(|(name, _)| above(name)).max_by_key(|(name, _)| name.len());
        nearest.map(|(_, label)| label.clone())
    }

    /// Whether a field is the first of the row that was just added or moved, where the eye should go.
    pub(super) fn is_looked_at(&self, field: &str) -> bool {
        let of_row = |row: &String| field.strip_prefix(row.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']));
        self.look.borrow_mut().take_if(|row| of_row(row)).is_some()
    }

    /// The same form with what a refusal says beside its fields, in the language of the page.
    #[must_use]
    pub fn refused(mut self, f: &Frame, refusal: &Refusal) -> Self {
        let refusal = translated(f.language, refusal.clone());
        if refusal.faults.is_empty() {
            self.faults.push(Fault { field: String::new(), message: refusal.message });
        } else {
            self.faults.extend(refusal.faults);
        }
        self
    }
}

/// A fault with the name of its field before it, where it has one.
pub(super) fn named_fault(f: &Frame, name: &str, message: &str) -> String {
    if name.is_empty() { message.to_owned() } else { format!("{name}{}{message}", f.t(": ", "：")) }
}

/// The most bytes of a form: a scorecard of two hundred items with their guidance fits.
const FORM_BYTES: usize = 4 << 20;

async fn read_all(mut payload: Patient) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| broken_off("the form", &error))?;
        if bytes.len().saturating_add(chunk.len()) > FORM_BYTES {
            return Err(Refusal::too_large("", format!("the form is longer than {FORM_BYTES} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The answer with which a form is shown again, what was typed kept; none where the refusal is about the person or the thing and not about
/// what was typed.
pub fn again(refusal: &Refusal) -> Option<HttpResponseBuilder> {
    match refusal.kind {
        RefusalKind::Unauthenticated | RefusalKind::Forbidden | RefusalKind::NotFound => None,
        RefusalKind::Invalid
        | RefusalKind::Conflict
        | RefusalKind::Gone
        | RefusalKind::Stale
        | RefusalKind::TooLarge
        | RefusalKind::Unsupported
        | RefusalKind::TooMany
        | RefusalKind::TooSlow
        | RefusalKind::Busy
        | RefusalKind::Full => Some(HttpResponse::build(ResponseError::status_code(&Problem::from(refusal.clone())))),
    }
}

impl FromRequest for Form {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Trouble>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = Patient::new(&request, payload.take());
        Box::pin(async move {
            let visitor = Visitor::extract(&request).await?;
            let bytes = read_all(payload).await.map_err(|refusal| Trouble::new(visitor.frame.clone(), refusal))?;
            let typed = Typed::parse(&bytes);
            check_csrf(&visitor.person, Some(typed.get("csrf"))).map_err(|r| Trouble::new(visitor.frame.clone(), r))?;
            Ok(Self { visitor, typed })
        })
    }
}
