//! Closing a period (handbook 3.7): which period is open, what stands in the way, and who may still post where.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::masking::checked_prose;
use super::period::Period;
use super::refusal::{Refusal, Refused};
use super::words::words;

words! {
    /// How far a period is.
    PeriodState ("state") {
        /// Things can still be posted to it.
        Open = "open",
        /// Its close has begun: what is decided now belongs to the close, and everything else waits a moment.
        Closing = "closing",
        /// Frozen.
        Closed = "closed",
    }
}

/// What still stands in the way of closing a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Blockers {
    /// Samples of the period that have no submitted evaluation.
    pub ungraded_samples: u64,
    /// Appeals about the period that are not decided.
    pub open_appeals: u64,
    /// The month is not over yet in the organisation's time zone.
    pub running: bool,
}

impl Blockers {
    /// Whether nothing stands in the way.
    pub fn is_clear(self) -> bool {
        self == Self::default()
    }

    fn sentence(self) -> String {
        let mut reasons = Vec::new();
        if self.running {
            reasons.push("the month is not over".to_owned());
        }
        if self.ungraded_samples > 0 {
            reasons.push(format!("{} samples are not graded", self.ungraded_samples));
        }
        if self.open_appeals > 0 {
            reasons.push(format!("{} appeals are open", self.open_appeals));
        }
        reasons.join(", ")
    }
}

/// The facts on which a close is decided.
#[derive(Debug, Clone, Copy)]
pub struct CloseFacts {
    /// The period.
    pub period: Period,
    /// Its state now.
    pub state: PeriodState,
    /// The month that it is now in the organisation's time zone.
    pub current: Period,
    /// The last period that is closed.
    pub last_closed: Option<Period>,
    /// The earliest period that is not closed and has conversations, samples or lines of the ledger.
    pub earliest_open_with_data: Option<Period>,
    /// What stands in the way.
    pub blockers: Blockers,
}

/// Whether a period may be closed now. Gives the reason of the override where one was needed and given.
///
/// # Errors
/// `Conflict` with code `period_closed`, `period_closing`, `period_out_of_order`, `period_in_future` or `override_needed`; `Invalid`
/// on `override_reason`.
pub fn decide(facts: &CloseFacts, override_reason: Option<&str>) -> Refused<Option<String>> {
    let period = facts.period;
    match facts.state {
        PeriodState::Closed => return Err(Refusal::conflict("period_closed", format!("{period} is closed already"))),
        PeriodState::Closing => return Err(closing(period)),
        PeriodState::Open => {}
    }
    if let Some(closed) = facts.last_closed.filter(|closed| *closed >= period) {
        return Err(Refusal::conflict("period_closed", format!("{closed} is closed, and with it everything before")));
    }
    if period > facts.current {
        return Err(Refusal::conflict("period_in_future", format!("{period} has not begun; it is {} now", facts.current)));
    }
    if let Some(earlier) = facts.earliest_open_with_data.filter(|earlier| *earlier < period) {
        return Err(Refusal::conflict("period_out_of_order", format!("{earlier} is still open; close it before {period}")));
    }
    let reason = override_reason.map(|reason| checked_prose("override_reason", reason, 1_000)).transpose()?;
    if facts.blockers.is_clear() {
        return Ok(None);
    }
    match reason {
        Some(reason) => Ok(Some(reason)),
        None => {
            let why = facts.blockers.sentence();
            Err(Refusal::conflict("override_needed", format!("{period}: {why}; give an override_reason to close it all the same")))
        }
    }
}

/// The period that something about `fact` is posted to: its own while that is open, else the first one after the last closed.
///
/// # Errors
/// `Busy` while the period that it would go to is being closed.
pub fn posting_period(fact: Period, last_closed: Option<Period>, closing: Option<Period>) -> Refused<Period> {
    let posting = match last_closed {
        Some(closed) if fact <= closed => closed.next(),
        _ => fact,
    };
    match closing {
        Some(being_closed) if posting <= being_closed => Err(self::closing(being_closed)),
        _ => Ok(posting),
    }
}

/// Whether a close that last did something at `touched_at` is taken to be dead: its process may be gone. The period is open then, and
/// whoever comes next takes away what the dead close has left, so that it cannot go on.
pub fn is_abandoned(touched_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now.signed_duration_since(touched_at) > Duration::minutes(5)
}

fn closing(period: Period) -> Refusal {
    Refusal::busy(format!("{period} is being closed at this moment; try again in a minute"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    fn facts() -> CloseFacts {
        CloseFacts {
            period: period("2026-10"),
            state: PeriodState::Open,
            current: period("2026-11"),
            last_closed: None,
            earliest_open_with_data: Some(period("2026-10")),
            blockers: Blockers::default(),
        }
    }

    #[test]
    fn a_clear_period_closes_and_needs_no_override() {
        assert_eq!(decide(&facts(), None).unwrap(), None);
        assert_eq!(decide(&facts(), Some("just in case")).unwrap(), None);
    }

    #[test]
    fn closed_closing_future_and_out_of_order_are_refused() {
        let code = |facts: CloseFacts| decide(&facts, Some("because")).unwrap_err().code;
        assert_eq!(code(CloseFacts { state: PeriodState::Closed, ..facts() }), "period_closed");
        assert_eq!(code(CloseFacts { state: PeriodState::Closing, ..facts() }), "busy");
        assert_eq!(code(CloseFacts { last_closed: Some(period("2026-11")), ..facts() }), "period_closed");
        assert_eq!(code(CloseFacts { period: period("2026-12"), ..facts() }), "period_in_future");
        assert_eq!(code(CloseFacts { earliest_open_with_data: Some(period("2026-09")), ..facts() }), "period_out_of_order");
    }

    #[test]
    fn whatever_stands_in_the_way_needs_an_override_with_a_reason() {
        for blockers in [
            Blockers { ungraded_samples: 2, ..Blockers::default() },
            Blockers { open_appeals: 1, ..Blockers::default() },
            Blockers { running: true, ..Blockers::default() },
        ] {
            let facts = CloseFacts { blockers, ..facts() };
            assert_eq!(decide(&facts, None).unwrap_err().code, "override_needed");
            assert_eq!(decide(&facts, Some(" ")).unwrap_err().code, "invalid");
            assert_eq!(decide(&facts, Some("finance cannot wait")).unwrap().as_deref(), Some("finance cannot wait"));
        }
    }

    #[test]
    fn what_concerns_a_closed_period_is_posted_to_the_first_open_one() {
        let closed = Some(period("2026-10"));
        assert_eq!(posting_period(period("2026-10"), None, None).unwrap(), period("2026-10"));
        assert_eq!(posting_period(period("2026-10"), closed, None).unwrap(), period("2026-11"));
        assert_eq!(posting_period(period("2026-03"), closed, None).unwrap(), period("2026-11"));
        assert_eq!(posting_period(period("2026-12"), closed, None).unwrap(), period("2026-12"));
        assert_eq!(posting_period(period("2026-10"), None, closed).unwrap_err().code, "busy");
        assert_eq!(posting_period(period("2026-12"), None, closed).unwrap(), period("2026-12"));
    }
}
