//! Operating breaches (违规操作): fined by occurrence (handbook 3.6).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::complaint::check_day;
use super::id::AgentId;
use super::masking::checked_prose;
use super::refusal::{Faults, Refusal, Refused, checked_code};
use super::words::words;

words! {
    /// Whether an operating breach still stands.
    BreachState ("state") {
        /// It stands.
        Confirmed = "confirmed",
        /// It was taken back by who records breaches.
        Withdrawn = "withdrawn",
        /// An appeal overturned it.
        Overturned = "overturned",
    }
}

/// The most occurrences of one breach.
pub const MAX_OCCURRENCES: u32 = 1_000;

/// An operating breach as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachInput {
    /// The number under which it is known; unique. 1 to 64 letters, digits, `-`, `_` and `.`.
    pub reference: String,
    /// The agent.
    pub agent_id: AgentId,
    /// The local day of it; it says which period the fine belongs to. Not in the future.
    pub occurred_on: NaiveDate,
    /// How often, 1 to 1,000; once where absent.
    #[serde(default = "once")]
    pub occurrences: u32,
    /// What was done, 1 to 2,000 characters.
    pub text: String,
}

const fn once() -> u32 {
    1
}

impl BreachInput {
    /// The input with its texts trimmed, or everything that is wrong with it. `today` is the local day.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(mut self, today: NaiveDate) -> Refused<Self> {
        let mut faults = Faults::new();
        self.reference = faults.take(checked_code("reference", &self.reference)).unwrap_or_default();
        self.text = faults.take(checked_prose("text", &self.text, 2_000)).unwrap_or_default();
        if !(1..=MAX_OCCURRENCES).contains(&self.occurrences) {
            faults.push("occurrences", format!("is {}; must be 1 to {MAX_OCCURRENCES}", self.occurrences));
        }
        faults.take(check_day(self.occurred_on, today));
        faults.finish().map(|()| self)
    }
}

/// Where a breach stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreachStatus {
    /// Whether it stands.
    pub state: BreachState,
    /// How often it occurred.
    pub occurrences: u32,
}

impl BreachStatus {
    /// How many occurrences are charged.
    pub fn charged(self) -> u32 {
        if self.state == BreachState::Confirmed { self.occurrences } else { 0 }
    }

    /// Takes it back.
    ///
    /// # Errors
    /// `Conflict` with code `breach_not_standing`.
    pub fn withdraw(self) -> Refused<Self> {
        self.check_standing()?;
        Ok(Self { state: BreachState::Withdrawn, ..self })
    }

    /// What an appeal makes of it: another number of occurrences, or none.
    ///
    /// # Errors
    /// `Conflict` with code `breach_not_standing`; `Invalid` on `occurrences`.
    pub fn appealed(self, occurrences: Option<u32>) -> Refused<Self> {
        self.check_standing()?;
        match occurrences {
            None => Ok(Self { state: BreachState::Overturned, ..self }),
            Some(occurrences) if (1..=MAX_OCCURRENCES).contains(&occurrences) => Ok(Self { occurrences, ..self }),
            Some(_) => {
                Err(Refusal::invalid("to_occurrences", format!("must be 1 to {MAX_OCCURRENCES}; overturn it where it did not occur")))
            }
        }
    }

    /// Whether it stands, and can be appealed against.
    ///
    /// # Errors
    /// `Conflict` with code `breach_not_standing`.
    pub fn check_standing(self) -> Refused<()> {
        match self.state {
            BreachState::Confirmed => Ok(()),
            BreachState::Withdrawn | BreachState::Overturned => {
                Err(Refusal::conflict("breach_not_standing", format!("this operating breach is {}", self.state)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_stand_costs_nothing_and_stays_so() {
        let standing = BreachStatus { state: BreachState::Confirmed, occurrences: 3 };
        assert_eq!(standing.charged(), 3);
        assert_eq!(standing.appealed(Some(1)).unwrap().charged(), 1);
        assert_eq!(standing.appealed(Some(0)).unwrap_err().faults[0].field, "to_occurrences");
        for gone in [standing.withdraw().unwrap(), standing.appealed(None).unwrap()] {
            assert_eq!(gone.charged(), 0);
            assert_eq!(gone.withdraw().unwrap_err().code, "breach_not_standing");
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let bad = BreachInput {
            reference: String::new(),
            agent_id: AgentId(uuid::Uuid::nil()),
            occurred_on: day("2026-11-22"),
            occurrences: 0,
            text: " ".into(),
        };
        let fields: Vec<_> = bad.checked(day("2026-11-21")).unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["reference", "text", "occurrences", "occurred_on"]);
    }
}
