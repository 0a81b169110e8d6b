//! What the service answers when it will not do what was asked.

use serde::Serialize;

/// What kind of refusal it is. Callers of the HTTP API see it as the status code, users of the command line as the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The input itself is wrong; sending it again unchanged cannot succeed (400).
    Invalid,
    /// Nobody is logged in, or the token is unknown, expired or revoked (401).
    Unauthenticated,
    /// The person may not do this, or not to this object (403).
    Forbidden,
    /// There is no such object, or the person may not know of it (404).
    NotFound,
    /// The input is fine but the state of things forbids it now (409).
    Conflict,
    /// It was there and is deleted for good (410).
    Gone,
    /// The object was changed since it was read (412).
    Stale,
    /// More than a limit allows (413).
    TooLarge,
    /// A format that is not understood (415).
    Unsupported,
    /// What was sent came too slowly (408).
    TooSlow,
    /// Too many requests; try again later (429).
    TooMany,
    /// The service cannot take more work at the moment (503).
    Busy,
    /// There is no room left for all of it (507).
    Full,
}

/// One thing that is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Path of the field, such as `quota.count` or `items[3].comment`.
    pub field: String,
    /// What is wrong and what would be right, one sentence in English.
    pub message: String,
}

/// A refusal: a stable code for programs, a sentence for people, and the fields at fault.
///
/// Use it for everything that the caller can do something about. A fault of our own is never a `Refusal`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of refusal it is.
    pub kind: RefusalKind,
    /// Stable machine-readable code in snake_case, such as `period_closed`.
    pub code: &'static str,
    /// One English sentence that says what is wrong and what would be right.
    pub message: String,
    /// The fields at fault; empty where no single field is.
    pub faults: Vec<Fault>,
}

/// The result of a rule: the value, or why not.
pub type Refused<T> = Result<T, Refusal>;

impl Refusal {
    fn new(kind: RefusalKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), faults: Vec::new() }
    }

    /// Bad input in one field. The message says what would be right.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        let text = if field.is_empty() { message.clone() } else { format!("{field}: {message}") };
        Self { faults: vec![Fault { field, message }], ..Self::new(RefusalKind::Invalid, "invalid", text) }
    }

    /// Bad input in several fields at once. `faults` must not be empty.
    pub fn invalid_all(faults: Vec<Fault>) -> Self {
        let text = faults.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        Self { faults, ..Self::new(RefusalKind::Invalid, "invalid", text) }
    }

    /// Nobody is logged in.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Unauthenticated, "unauthenticated", message)
    }

    /// The actor may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, "forbidden", message)
    }

    /// No such object within the actor's reach. The same answer whether it does not exist or is out of reach.
    pub fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(RefusalKind::NotFound, "not_found", format!("there is no {what} {id}"))
    }

    /// The state of things forbids it now.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, message)
    }

    /// It was there and is deleted for good.
    pub fn gone(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Gone, code, message)
    }

    /// The object was changed since the caller read it.
    pub fn stale(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Stale, "stale", message)
    }

    /// More than a limit allows; the message names the limit and its setting.
    pub fn too_large(field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        let text = if field.is_empty() { message.clone() } else { format!("{field}: {message}") };
        Self { faults: vec![Fault { field, message }], ..Self::new(RefusalKind::TooLarge, "too_large", text) }
    }

    /// A line of a file that is longer than the limit.
    pub fn long_line(message: impl Into<String>) -> Self {
        Self { code: "line_too_long", ..Self::too_large("", message) }
    }

    /// JSON that is nested more deeply than anything that the service takes.
    pub fn too_deep() -> Self {
        Self { code: "nested_too_deeply", ..Self::invalid("", "the JSON is nested too deeply; nothing here has more than 127 levels") }
    }

    /// What was sent came too slowly; the message names the setting.
    pub fn too_slow(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::TooSlow, "too_slow", message)
    }

    /// A format that is not understood; the message names those that are.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Unsupported, "unsupported", message)
    }

    /// Too many requests.
    pub fn too_many(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::TooMany, "too_many", message)
    }

    /// The service cannot take more work at the moment.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Busy, "busy", message)
    }

    /// There was room for a part only.
    pub fn full(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Full, "storage_full", message)
    }

    /// The same refusal with `prefix` before the path of every field, for input nested in other input.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        for fault in &mut self.faults {
            fault.field = match (fault.field.is_empty(), fault.field.starts_with('[')) {
                (true, _) => prefix.to_owned(),
                (false, true) => format!("{prefix}{}", fault.field),
                (false, false) => format!("{prefix}.{}", fault.field),
            };
        }
        if !self.faults.is_empty() {
            self.message = self.faults.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        }
        self
    }
}

/// Whether JSON was not read because it is nested too deeply; serde_json has no other word for it.
pub fn too_deep(error: &serde_json::Error) -> bool {
    error.is_syntax() && error.to_string().starts_with("recursion limit exceeded")
}

/// Collects every fault of an input, so that a caller hears of all of them at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Nothing is wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one fault.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault { field: field.into(), message: message.into() });
    }

    /// Notes the faults of `result` and gives its value where there is one.
    pub fn take<T>(&mut self, result: Refused<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(mut refusal) => {
                if refusal.faults.is_empty() {
                    self.push("", refusal.message);
                } else {
                    self.0.append(&mut refusal.faults);
                }
                None
            }
        }
    }

    /// `Ok` when nothing was wrong, else one refusal with every fault.
    pub fn finish(self) -> Refused<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::invalid_all(self.0)) }
    }
}

/// Checks a text that a person or a file gave: trimmed, not empty, at most `max` characters, no control characters but line breaks
/// and tabs.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn checked_text(field: &str, text: &str, max: usize) -> Refused<String> {
    let text = checked_optional_text(field, text, max)?;
    if text.is_empty() { Err(Refusal::invalid(field, "must not be empty")) } else { Ok(text) }
}

/// Like [`checked_text`], but an empty text is fine.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn checked_optional_text(field: &str, text: &str, max: usize) -> Refused<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length > max {
        return Err(Refusal::invalid(field, format!("has {length} characters; at most {max} are allowed")));
    }
    if let Some(bad) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::invalid(field, format!("contains the control character U+{:04X}, which is not allowed", u32::from(bad))));
    }
    Ok(text.to_owned())
}

/// Checks a code that people type and files refer to: 1 to 64 of letters, digits, `-`, `_` and `.`, any script's letters.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn checked_code(field: &str, text: &str) -> Refused<String> {
    let text = text.trim();
    let fits = (1..=64).contains(&text.chars().count()) && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Refusal::invalid(field, "must be 1 to 64 letters, digits, '-', '_' or '.', without blanks"))
    }
}
