//! By what lists can be ordered. What is equal in it stands in the order in which it was noted.

use super::words::words;

/// An order: by what, and whether from the greatest down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<K> {
    /// By what.
    pub by: K,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl<K> Sort<K> {
    /// From the greatest down: the newest first, for times.
    const fn down(by: K) -> Self {
        Self { by, descending: true }
    }
}

words! {
    /// By what appeals can be ordered.
    AppealOrder ("sort") {
        /// The agent's name.
        Agent = "agent",
        /// When it is to be decided.
        Due = "due",
        /// When it was made.
        Made = "made",
        /// The month that it is about.
        Period = "period",
        /// How far it is.
        State = "state",
    }
}

words! {
    /// By what operating breaches can be ordered.
    BreachOrder ("sort") {
        /// The agent's name.
        Agent = "agent",
        /// The day of it.
        Occurred = "occurred",
        /// How often.
        Occurrences = "occurrences",
        /// When it was recorded.
        Recorded = "recorded",
        /// Its number.
        Reference = "reference",
        /// Whether it stands.
        State = "state",
    }
}

words! {
    /// By what severe cases can be ordered.
    CaseOrder ("sort") {
        /// The agent's name.
        Agent = "agent",
        /// When it is to be acknowledged; what need not be comes last.
        Due = "due",
        /// How far up the chain it is.
        Level = "level",
        /// When it was opened.
        Opened = "opened",
        /// How far it is.
        State = "state",
    }
}

words! {
    /// By what complaints can be ordered.
    ComplaintOrder ("sort") {
        /// The agent's name.
        Agent = "agent",
        /// The day of it.
        Occurred = "occurred",
        /// When it was recorded.
        Recorded = "recorded",
        /// Its number.
        Reference = "reference",
        /// How far it is.
        State = "state",
    }
}

words! {
    /// By what follow-ups can be ordered.
    FollowUpOrder ("sort") {
        /// The agent's name.
        Agent = "agent",
        /// When it is due.
        Due = "due",
        /// When it was set.
        Made = "made",
        /// Who sees to it.
        Owner = "owner",
        /// How far it is.
        State = "state",
    }
}

words! {
    /// By what the lines of a fine list can be ordered.
    LineOrder ("sort") {
        /// The agent's name.
        Agent = "agent",
        /// The amount.
        Amount = "amount",
        /// What sort of line it is.
        Kind = "kind",
        /// When it was posted.
        Posted = "posted",
        /// The team's name.
        Team = "team",
        /// What the line is for.
        Type = "type",
        /// The vendor's name.
        Vendor = "vendor",
    }
}

impl Default for Sort<AppealOrder> {
    fn default() -> Self {
        Self::down(AppealOrder::Made)
    }
}

impl Default for Sort<BreachOrder> {
    fn default() -> Self {
        Self::down(BreachOrder::Recorded)
    }
}

impl Default for Sort<CaseOrder> {
    fn default() -> Self {
        Self::down(CaseOrder::Opened)
    }
}

impl Default for Sort<ComplaintOrder> {
    fn default() -> Self {
        Self::down(ComplaintOrder::Recorded)
    }
}

impl Default for Sort<FollowUpOrder> {
    fn default() -> Self {
        Self::down(FollowUpOrder::Made)
    }
}

impl Default for Sort<LineOrder> {
    fn default() -> Self {
        Self { by: LineOrder::Posted, descending: false }
    }
}
