//! The working calendar: on which days and between which hours people are there to answer (handbook 3.8).

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::period::{local_day, start_of_day};
use super::refusal::{Faults, Refusal, Refused};
use super::words::{text_schema, words};

words! {
    /// A day of the week.
    Weekday ("weekday") {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

impl Weekday {
    const fn of(day: chrono::Weekday) -> Self {
        match day {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

/// A time of day to the minute, `00:00` to `24:00`; `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

text_schema!(TimeOfDay, "09:00", "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$");

impl TimeOfDay {
    const DAY: u16 = 24 * 60;

    /// The beginning of the day, 00:00.
    pub const BEGIN: Self = Self(0);

    /// The end of the day, 24:00.
    pub const END: Self = Self(Self::DAY);

    /// `hour` (0 to 24) and `minute` (0 to 59), at most 24:00.
    ///
    /// # Errors
    /// `Invalid` on the field `time`.
    pub fn new(hour: u16, minute: u16) -> Refused<Self> {
        match hour.checked_mul(60).and_then(|minutes| minutes.checked_add(minute)) {
            Some(minutes) if minute < 60 && minutes <= Self::DAY => Ok(Self(minutes)),
            _ => Err(Refusal::invalid("time", format!("{hour}:{minute} is not a time of day; use 00:00 to 24:00"))),
        }
    }

    /// The moment of this time on a local day. A time that a clock change skips is the first moment after it.
    fn on(self, day: NaiveDate, zone: Tz) -> DateTime<Utc> {
        if self.0 == 0 {
            return start_of_day(day, zone);
        }
        if self.0 >= Self::DAY {
            return start_of_day(day.checked_add_days(Days::new(1)).unwrap_or(day), zone);
        }
        let local = day.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(self.0));
        (0..=180)
            .filter_map(|minutes| zone.from_local_datetime(&(local + Duration::minutes(minutes))).earliest())
            .next()
            .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl std::str::FromStr for TimeOfDay {
    type Err = Refusal;
    fn from_str(text: &str) -> Refused<Self> {
        let bad = || Refusal::invalid("time", format!("`{text}` is not a time of day; use HH:MM, 00:00 to 24:00"));
        let (hour, minute) = text.split_once(':').ok_or_else(bad)?;
        if hour.len() != 2 || minute.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b':') {
            return Err(bad());
        }
        Self::new(hour.parse().map_err(|_| bad())?, minute.parse().map_err(|_| bad())?).map_err(|_| bad())
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = Refusal;
    fn try_from(text: String) -> Refused<Self> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// A stretch of working time within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingHours {
    /// When work begins.
    pub from: TimeOfDay,
    /// When it ends, after `from`.
    pub until: TimeOfDay,
}

/// Working days, working hours and holidays, in the organisation's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarInput {
    /// The days of the week on which people work; at least one.
    pub working_days: Vec<Weekday>,
    /// The hours of every working day, in order and without overlap; 1 to 8 stretches.
    pub hours: Vec<WorkingHours>,
    /// Days on which nobody works although the weekday says so; at most 2,000.
    #[serde(default)]
    pub holidays: Vec<NaiveDate>,
    /// Days on which people work although the weekday says otherwise (调休); at most 2,000.
    #[serde(default)]
    pub extra_working_days: Vec<NaiveDate>,
}

impl Default for CalendarInput {
    /// Monday to Friday, 09:00 to 18:00, no holidays.
    fn default() -> Self {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self {
            working_days: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
            hours: vec![WorkingHours { from: TimeOfDay(9 * 60), until: TimeOfDay(18 * 60) }],
            holidays: Vec::new(),
            extra_working_days: Vec::new(),
        }
    }
}

impl CalendarInput {
    const MAX_DAYS: usize = 2_000;

    /// The calendar with its days sorted and each once, or everything that is wrong with it.
    ///
    /// # Errors
    /// `Invalid` with all faults: no working day, hours that are out of order or overlap, a day that is both a holiday and a working day.
    pub fn checked(mut self) -> Refused<Self> {
        let mut faults = Faults::new();
        if self.working_days.is_empty() {
            faults.push("working_days", "must name at least one day of the week");
        }
        if !(1..=8).contains(&self.hours.len()) {
            faults.push("hours", format!("has {} stretches; give 1 to 8", self.hours.len()));
        }
        let mut last = None;
        for (index, hours) in self.hours.iter().enumerate() {
            if hours.from >= hours.until {
                faults.push(format!("hours[{index}].until"), format!("must be after {}", hours.from));
            }
            if last.is_some_and(|end| hours.from < end) {
                faults.push(format!("hours[{index}].from"), "must not lie before the end of the stretch before");
            }
            last = Some(hours.until);
        }
        for (field, days) in [("holidays", &mut self.holidays), ("extra_working_days", &mut self.extra_working_days)] {
            days.sort_unstable();
            days.dedup();
            if days.len() > Self::MAX_DAYS {
                faults.push(field, format!("has {} days; at most {} are allowed", days.len(), Self::MAX_DAYS));
            }
        }
        if let Some(both) = self.extra_working_days.iter().find(|day| self.holidays.binary_search(day).is_ok()) {
            faults.push("extra_working_days", format!("{both} is also among the holidays; leave it in one of the two"));
        }
        self.working_days.sort_unstable();
        self.working_days.dedup();
        faults.finish().map(|()| self)
    }
}

/// A calendar in its time zone: reckons in working time.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Tz,
    weekdays: BTreeSet<Weekday>,
    hours: Vec<WorkingHours>,
    holidays: BTreeSet<NaiveDate>,
    extra: BTreeSet<NaiveDate>,
}

/// How many days ahead a calendar is followed: more than its holidays could take up.
const HORIZON_DAYS: u64 = 20_000;

impl Calendar {
    /// The calendar that `input`, which has been checked, describes in a time zone.
    pub fn new(input: &CalendarInput, zone: Tz) -> Self {
        Self {
            zone,
            weekdays: input.working_days.iter().copied().collect(),
            hours: input.hours.clone(),
            holidays: input.holidays.iter().copied().collect(),
            extra: input.extra_working_days.iter().copied().collect(),
        }
    }

    /// Whether people work on a local day.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.extra.contains(&day) || (self.weekdays.contains(&Weekday::of(day.weekday())) && !self.holidays.contains(&day))
    }

    /// The stretches of working time from the local day of `from` on, in order.
    fn stretches(&self, from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let first = local_day(from, self.zone);
        (0..HORIZON_DAYS)
            .filter_map(move |n| first.checked_add_days(Days::new(n)))
            .filter(|day| self.is_working_day(*day))
            .flat_map(move |day| self.hours.iter().map(move |hours| (hours.from.on(day, self.zone), hours.until.on(day, self.zone))))
    }

    /// The moment at which `minutes` of working time have passed since `from`; `from` itself where `minutes` is 0.
    pub fn add_minutes(&self, from: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
        let mut left = Duration::minutes(i64::from(minutes));
        if left.is_zero() {
            return from;
        }
        for (begin, end) in self.stretches(from) {
            let begin = begin.max(from);
            let here = end.signed_duration_since(begin).max(Duration::zero());
            if here >= left {
                return begin.checked_add_signed(left).unwrap_or(end);
            }
            left = left.checked_sub(&here).unwrap_or(left);
        }
        from.checked_add_signed(left).unwrap_or(from)
    }

    /// The end of the `days`-th working day after the local day of `from`, which does not count itself: the moment at which the next day
    /// begins, and with it the time is over.
    pub fn add_days(&self, from: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let first = local_day(from, self.zone);
        let mut left = days;
        let mut last = first;
        for day in (1..HORIZON_DAYS).filter_map(|n| first.checked_add_days(Days::new(n))) {
            if left == 0 {
                break;
            }
            if self.is_working_day(day) {
                left = left.saturating_sub(1);
                last = day;
            }
        }
        start_of_day(last.checked_add_days(Days::new(1)).unwrap_or(last), self.zone)
    }

    /// How many whole minutes of working time lie between two moments; 0 where `until` is not after `from`.
    pub fn minutes_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> i64 {
        self.stretches(from)
            .take_while(|(begin, _)| *begin < until)
            .map(|(begin, end)| end.min(until).signed_duration_since(begin.max(from)).max(Duration::zero()))
            .fold(Duration::zero(), |sum, part| sum.checked_add(&part).unwrap_or(sum))
            .num_minutes()
    }

    /// How many working days lie after the local day of `from`, up to and with that of `until`.
    pub fn days_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> u32 {
        let (first, last) = (local_day(from, self.zone), local_day(until, self.zone));
        let days = (1..HORIZON_DAYS).filter_map(|n| first.checked_add_days(Days::new(n))).take_while(|day| *day <= last);
        u32::try_from(days.filter(|day| self.is_working_day(*day)).count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        // Shanghai is 8 hours ahead of UTC the whole year.
        format!("{text}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().with_timezone(&Utc)
    }

    fn shanghai(input: CalendarInput) -> Calendar {
        Calendar::new(&input.checked().unwrap(), Tz::Asia__Shanghai)
    }

    #[test]
    fn a_weekend_does_not_count() {
        let calendar = shanghai(CalendarInput::default());
        // 20 November 2026 is a Friday.
        assert_eq!(calendar.add_minutes(at("2026-11-20T17:00"), 120), at("2026-11-23T10:00"));
        assert_eq!(calendar.add_minutes(at("2026-11-20T17:00"), 60), at("2026-11-20T18:00"));
        assert_eq!(calendar.add_minutes(at("2026-11-21T03:00"), 30), at("2026-11-23T09:30"));
        assert_eq!(calendar.add_minutes(at("2026-11-20T07:00"), 540), at("2026-11-20T18:00"));
        assert_eq!(calendar.add_minutes(at("2026-11-21T03:00"), 0), at("2026-11-21T03:00"));
    }

    #[test]
    fn holidays_and_days_worked_instead_count_as_the_calendar_says() {
        // The National Day week of 2026 with its two Saturdays and Sundays worked instead, as an example.
        let calendar = shanghai(CalendarInput {
            holidays: (1..=7).map(|d| NaiveDate::from_ymd_opt(2026, 10, d).unwrap()).collect(),
            extra_working_days: vec![day("2026-10-10")],
            ..CalendarInput::default()
        });
        assert_eq!(calendar.add_minutes(at("2026-09-30T17:30"), 60), at("2026-10-08T09:30"));
        assert_eq!(calendar.add_days(at("2026-09-30T23:00"), 3), at("2026-10-11T00:00"));
        assert!(calendar.is_working_day(day("2026-10-10")) && !calendar.is_working_day(day("2026-10-01")));
        assert_eq!(calendar.days_between(at("2026-09-30T08:00"), at("2026-10-10T08:00")), 3);
    }

    #[test]
    fn a_break_at_noon_does_not_count() {
        let hours = |from: &str, until: &str| WorkingHours { from: from.parse().unwrap(), until: until.parse().unwrap() };
        let calendar =
            shanghai(CalendarInput { hours: vec![hours("09:00", "12:00"), hours("13:30", "18:00")], ..CalendarInput::default() });
        assert_eq!(calendar.add_minutes(at("2026-11-20T11:30"), 60), at("2026-11-20T14:00"));
        assert_eq!(calendar.minutes_between(at("2026-11-20T11:30"), at("2026-11-20T14:00")), 60);
    }

    #[test]
    fn round_the_clock_is_plain_time_even_where_clocks_change() {
        let always = CalendarInput {
            working_days: Weekday::ALL.to_vec(),
            hours: vec![WorkingHours { from: TimeOfDay(0), until: TimeOfDay(TimeOfDay::DAY) }],
            ..CalendarInput::default()
        };
        let calendar = Calendar::new(&always.checked().unwrap(), Tz::Europe__Berlin);
        let before: DateTime<Utc> = "2026-10-24T22:00:00Z".parse().unwrap();
        assert_eq!(calendar.add_minutes(before, 3 * 24 * 60), before + Duration::days(3));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let hours = |from: u16, until: u16| WorkingHours { from: TimeOfDay(from), until: TimeOfDay(until) };
        let bad = CalendarInput {
            working_days: vec![],
            hours: vec![hours(600, 540), hours(500, 560)],
            holidays: vec![day("2026-01-01"), day("2026-01-01")],
            extra_working_days: vec![day("2026-01-01")],
        };
        let fields: Vec<_> = bad.checked().unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["working_days", "hours[0].until", "hours[1].from", "extra_working_days"]);
        for bad in ["9:00", "24:01", "09:60", "0900", "+9:00", ""] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_was_added_has_passed(start in 0_i64..2_000_000, minutes in 1_u32..20_000, holidays in proptest::collection::vec(0_u64..400, 0..40)) {
            let first = day("2026-01-01");
            let calendar = shanghai(CalendarInput {
                holidays: holidays.into_iter().map(|n| first + Days::new(n)).collect(),
                ..CalendarInput::default()
            });
            let from = at("2026-01-01T00:00") + Duration::minutes(start);
            let until = calendar.add_minutes(from, minutes);
            prop_assert_eq!(calendar.minutes_between(from, until), i64::from(minutes));
            prop_assert!(calendar.add_minutes(from, minutes + 1) > until);
        }
    }
}
