//! The period (考核周期): a natural month in the organisation's time zone (handbook 2).

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::refusal::{Refusal, Refused};
use super::words::text_schema;

/// A natural month, written `YYYY-MM`. Ordered in time; years 2000 to 2999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    year: i32,
    month: u32,
}

text_schema!(Period, "2026-11", "^2[0-9]{3}-(0[1-9]|1[0-2])$");

impl Period {
    /// The month `month` (1 to 12) of `year` (2000 to 2999).
    ///
    /// # Errors
    /// `Invalid` on the field `period`.
    pub fn new(year: i32, month: u32) -> Refused<Self> {
        if (2000..=2999).contains(&year) && (1..=12).contains(&month) {
            Ok(Self { year, month })
        } else {
            Err(Refusal::invalid("period", format!("{year}-{month} is not a month; use YYYY-MM such as 2026-11")))
        }
    }

    /// The month in which a local day lies. Days outside the years 2000 to 2999 are refused.
    ///
    /// # Errors
    /// `Invalid` on the field `period`.
    pub fn of_day(day: NaiveDate) -> Refused<Self> {
        Self::new(day.year(), day.month())
    }

    /// The month in which a moment lies in the organisation's time zone.
    ///
    /// # Errors
    /// `Invalid` on the field `period` for years outside 2000 to 2999.
    pub fn of_moment(at: DateTime<Utc>, zone: Tz) -> Refused<Self> {
        Self::of_day(local_day(at, zone))
    }

    /// The first day of the month.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or(NaiveDate::MIN)
    }

    /// The last day of the month.
    pub fn last_day(self) -> NaiveDate {
        self.first_day().checked_add_months(Months::new(1)).and_then(|d| d.checked_sub_days(Days::new(1))).unwrap_or(NaiveDate::MAX)
    }

    /// The next month. December 2999 stays where it is.
    #[must_use]
    pub fn next(self) -> Self {
        let (year, month) = if self.month == 12 { (self.year.saturating_add(1), 1) } else { (self.year, self.month.saturating_add(1)) };
        Self::new(year, month).unwrap_or(self)
    }

    /// The month before. January 2000 stays where it is.
    #[must_use]
    pub fn previous(self) -> Self {
        let (year, month) = if self.month == 1 { (self.year.saturating_sub(1), 12) } else { (self.year, self.month.saturating_sub(1)) };
        Self::new(year, month).unwrap_or(self)
    }

    /// The moment at which the month begins in a time zone, and the moment at which the next one begins.
    pub fn bounds(self, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        (start_of_day(self.first_day(), zone), start_of_day(self.next().first_day(), zone))
    }
}

/// The local day of a moment in a time zone.
pub fn local_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The moment at which a local day begins. Where a clock change skips midnight, the first moment after it.
pub fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    (0..=180)
        .filter_map(|minutes| zone.from_local_datetime(&(midnight + chrono::Duration::minutes(minutes))).earliest())
        .next()
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::str::FromStr for Period {
    type Err = Refusal;
    fn from_str(text: &str) -> Refused<Self> {
        let bad = || Refusal::invalid("period", format!("`{text}` is not a month; use YYYY-MM such as 2026-11"));
        let (year, month) = text.split_once('-').ok_or_else(bad)?;
        let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(bad());
        }
        Self::new(year.parse().map_err(|_| bad())?, month.parse().map_err(|_| bad())?).map_err(|_| bad())
    }
}

impl TryFrom<String> for Period {
    type Error = Refusal;
    fn try_from(text: String) -> Refused<Self> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_belongs_to_the_month_of_the_organisation_s_zone() {
        let at: DateTime<Utc> = "2026-10-31T16:30:00Z".parse().unwrap();
        assert_eq!(Period::of_moment(at, Tz::Asia__Shanghai).unwrap().to_string(), "2026-11");
        assert_eq!(Period::of_moment(at, Tz::UTC).unwrap().to_string(), "2026-10");
    }

    #[test]
    fn only_whole_months_parse() {
        for bad in ["2026", "2026-13", "2026-00", "26-01", "2026-1", "2026-011", "2026-1a", "+026-01", "1999-12", "３026-01"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
        let december: Period = "2026-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2027-01");
        assert_eq!(december.next().previous(), december);
        assert_eq!("2028-02".parse::<Period>().unwrap().last_day().day(), 29);
    }

    #[test]
    fn a_day_begins_even_where_midnight_is_skipped() {
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(start_of_day(day, Tz::America__Sao_Paulo).to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }
}
