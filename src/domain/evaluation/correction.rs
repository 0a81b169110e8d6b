//! Corrections: inspectors put an own evaluation right within a set time, with a reason. Every revision is kept.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{AnswerSheet, Grading};
use crate::domain::catalogue::ViolationType;
use crate::domain::refusal::{Refusal, Refused};

/// One revision of an evaluation, as it is kept: what was filled in, what it came to, and the types as they were then. A later correction
/// grades with these, so that an evaluation keeps the classes and kinds that it was graded with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The answer sheet.
    pub sheet: AnswerSheet,
    /// What it came to.
    pub grading: Grading,
    /// The types of its violations.
    pub types: Vec<ViolationType>,
}

/// Whether an evaluation may still be corrected: within `hours` of its submission.
///
/// # Errors
/// `Conflict` with code `correction_time_over`.
pub fn check_time(submitted_at: DateTime<Utc>, now: DateTime<Utc>, hours: u32) -> Refused<()> {
    let until = submitted_at.checked_add_signed(Duration::hours(i64::from(hours))).unwrap_or(submitted_at);
    if now <= until {
        Ok(())
    } else {
        Err(Refusal::conflict(
            "correction_time_over",
            format!("an evaluation can be corrected for {hours} hours after its submission; this one until {}", until.to_rfc3339()),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_correct_ends() {
        let submitted: DateTime<Utc> = "2026-11-20T08:00:00Z".parse().unwrap();
        assert!(check_time(submitted, submitted + Duration::hours(24), 24).is_ok());
        let late = check_time(submitted, submitted + Duration::hours(24) + Duration::microseconds(1), 24).unwrap_err();
        assert_eq!(late.code, "correction_time_over");
        assert!(check_time(submitted, submitted + Duration::seconds(1), 0).is_err());
    }
}
