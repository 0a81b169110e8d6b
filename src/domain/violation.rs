//! Violations (违规): their classes and what they count as (handbook 3.1, 4).

use super::words::words;

words! {
    /// The class of a violation, A the gravest (handbook 2).
    ViolationClass ("class") {
        /// Class A.
        A = "A",
        /// Class B.
        B = "B",
        /// Class C.
        C = "C",
        /// Class D.
        D = "D",
        /// Class E.
        E = "E",
    }
}

words! {
    /// Which kind of error something counts as (handbook 3.1).
    ErrorKind ("error_kind") {
        /// A key error (关键项错误).
        Key = "key",
        /// A non-key error (非关键项错误).
        NonKey = "non_key",
        /// No error.
        None = "none",
    }
}

words! {
    /// Whether a violation still stands.
    ViolationState ("state") {
        /// It stands.
        Confirmed = "confirmed",
        /// The inspector took it back by a correction.
        Withdrawn = "withdrawn",
        /// An appeal overturned it.
        Overturned = "overturned",
    }
}

words! {
    /// What must have been found for an evaluation to be listed.
    FindingKind ("findings") {
        /// Anything: an error, or a violation that is none.
        Any = "any",
        /// At least one key error.
        Key = "key",
        /// At least one non-key error.
        NonKey = "non_key",
    }
}
