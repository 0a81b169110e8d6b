//! When a plan draws by itself.

use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::period::{Period, local_day, start_of_day};
use crate::domain::refusal::Faults;
use crate::domain::words::words;

words! {
    /// Which month a scheduled draw takes its conversations from.
    ScheduledPeriod ("period") {
        /// The month before the day of the draw.
        Previous = "previous",
        /// The month in which the draw happens, as far as it has come.
        Current = "current",
    }
}

/// When a plan draws by itself: once a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Day of the month, 1 to 31; in a shorter month its last day.
    pub day_of_month: u32,
    /// Hour of that day in the organisation's time zone, 0 to 23.
    pub hour: u32,
    /// Which month it draws from.
    #[serde(default = "previous")]
    pub period: ScheduledPeriod,
}

const fn previous() -> ScheduledPeriod {
    ScheduledPeriod::Previous
}

impl Schedule {
    /// Notes what is wrong, with field paths below `at`.
    pub fn check(&self, at: &str, faults: &mut Faults) {
        if !(1..=31).contains(&self.day_of_month) {
            faults.push(format!("{at}.day_of_month"), "must be 1 to 31");
        }
        if self.hour > 23 {
            faults.push(format!("{at}.hour"), "must be 0 to 23");
        }
    }

    /// The moment at which the conversations of `period` are drawn.
    pub fn moment(&self, period: Period, zone: Tz) -> DateTime<Utc> {
        let month = match self.period {
            ScheduledPeriod::Previous => period.next(),
            ScheduledPeriod::Current => period,
        };
        let day = self.day_of_month.clamp(1, month.last_day().day());
        let date = month.first_day().with_day(day).unwrap_or_else(|| month.last_day());
        start_of_day(date, zone) + Duration::hours(i64::from(self.hour.min(23)))
    }

    /// The latest period whose moment has come by `now`.
    pub fn latest_due(&self, now: DateTime<Utc>, zone: Tz) -> Option<Period> {
        let today: NaiveDate = local_day(now, zone);
        (0..3)
            .filter_map(|back| Period::of_day(today.checked_sub_months(Months::new(back))?).ok())
            .find(|period| self.moment(*period, zone) <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_of_the_month_draws_the_month_before() {
        let schedule = Schedule { day_of_month: 1, hour: 2, period: ScheduledPeriod::Previous };
        let zone = Tz::Asia__Shanghai;
        let october: Period = "2026-10".parse().unwrap();
        assert_eq!(schedule.moment(october, zone), at("2026-10-31T18:00:00Z"));
        assert_eq!(schedule.latest_due(at("2026-10-31T17:59:59Z"), zone).unwrap().to_string(), "2026-09");
        assert_eq!(schedule.latest_due(at("2026-10-31T18:00:00Z"), zone).unwrap().to_string(), "2026-10");
        assert_eq!(schedule.latest_due(at("2026-11-15T00:00:00Z"), zone).unwrap().to_string(), "2026-10");
    }

    #[test]
    fn a_short_month_draws_on_its_last_day() {
        let schedule = Schedule { day_of_month: 31, hour: 20, period: ScheduledPeriod::Current };
        let february: Period = "2027-02".parse().unwrap();
        assert_eq!(schedule.moment(february, Tz::UTC), at("2027-02-28T20:00:00Z"));
        assert_eq!(schedule.latest_due(at("2027-02-28T19:00:00Z"), Tz::UTC).unwrap().to_string(), "2027-01");
    }
}
