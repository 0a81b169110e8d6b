//! Strata: the parts of the month over which the picks spread.

use chrono::{Datelike, NaiveDate};

use crate::domain::period::Period;
use crate::domain::words::words;

words! {
    /// Over which parts of the month the picks of an agent spread.
    StratifyBy ("stratify_by") {
        /// Not at all: every set of conversations is as likely as any other.
        None = "none",
        /// Over its local days.
        Day = "day",
        /// Over its ISO weeks (Monday to Sunday), the first and the last as far as they lie in the month.
        Week = "week",
    }
}

impl StratifyBy {
    /// The strata of a period.
    pub fn of(self, period: Period) -> Strata {
        Strata { by: self, first: period.first_day(), last: period.last_day() }
    }
}

/// The strata of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strata {
    by: StratifyBy,
    first: NaiveDate,
    last: NaiveDate,
}

impl Strata {
    /// The number of the stratum of a local day: 0 for none, the day of the month 1 to 31, or the week 1 to 6 counted from the ISO week
    /// in which the month begins. A day outside the period counts as its first or last day.
    pub fn stratum(&self, day: NaiveDate) -> u8 {
        let day = day.clamp(self.first, self.last);
        let number = match self.by {
            StratifyBy::None => 0,
            StratifyBy::Day => day.day(),
            StratifyBy::Week => self.first.weekday().num_days_from_monday().saturating_add(day.day0()) / 7 + 1,
        };
        u8::try_from(number).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday_and_are_counted_within_the_month() {
        let november: Period = "2026-11".parse().unwrap();
        let on = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let week = |day| StratifyBy::Week.of(november).stratum(on(day));
        assert_eq!((week(1), week(2), week(8), week(9), week(30)), (1, 2, 2, 3, 6), "1 November 2026 is a Sunday");
        assert_eq!(StratifyBy::Day.of(november).stratum(on(30)), 30);
        assert_eq!(StratifyBy::None.of(november).stratum(on(30)), 0);
    }

    #[test]
    fn the_turn_of_the_year_does_not_disturb_the_order_of_weeks() {
        let january: Period = "2027-01".parse().unwrap();
        let week = |day| StratifyBy::Week.of(january).stratum(NaiveDate::from_ymd_opt(2027, 1, day).unwrap());
        assert_eq!((week(1), week(3), week(4)), (1, 1, 2), "1 January 2027 lies in ISO week 53 of 2026");
    }

    #[test]
    fn a_day_outside_the_period_stays_within_its_strata() {
        let february: Period = "2027-02".parse().unwrap();
        assert_eq!(StratifyBy::Day.of(february).stratum(NaiveDate::from_ymd_opt(2027, 3, 5).unwrap()), 28);
    }
}
