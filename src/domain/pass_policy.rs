//! The pass policy: the thresholds by which an agent passes, as versions with a first period (handbook 3.2, 3.3).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::period::Period;
use super::refusal::{Faults, Refusal, Refused};
use super::words::text_schema;

/// How many errors per evaluation a pass bears: an exact decimal with up to four places, 0 to 1000. Written as a text such as `"0.1"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Threshold(u32);

impl Threshold {
    /// How many parts make one.
    pub const SCALE: u32 = 10_000;
    const MAX: u32 = 1000 * Self::SCALE;

    /// The threshold of so many ten-thousandths.
    ///
    /// # Errors
    /// `Invalid` above 1000.
    pub fn from_ten_thousandths(parts: u32) -> Refused<Self> {
        if parts <= Self::MAX { Ok(Self(parts)) } else { Err(Refusal::invalid("threshold", "must be 0 to 1000")) }
    }

    /// The threshold in ten-thousandths.
    pub const fn ten_thousandths(self) -> u32 {
        self.0
    }
}

text_schema!(Threshold, "0.1", "^[0-9]{1,4}([.][0-9]{1,4})?$");

impl std::str::FromStr for Threshold {
    type Err = Refusal;
    fn from_str(text: &str) -> Refused<Self> {
        let bad = || Refusal::invalid("threshold", format!("`{text}` is not a decimal of 0 to 1000 with up to four places such as 0.1"));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(bad());
        }
        let whole: u32 = whole.parse().map_err(|_| bad())?;
        let fraction: u32 = format!("{fraction:0<4}").parse().map_err(|_| bad())?;
        Self::from_ten_thousandths(whole.saturating_mul(Self::SCALE).saturating_add(fraction)).map_err(|_| bad())
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{}.{:04}", self.0 / Self::SCALE, self.0 % Self::SCALE);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Threshold {
    /// Reads a text; a JSON number is taken by its shortest text, so that `0.1` is exactly one tenth.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The thresholds of a pass. Sent to create a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassPolicy {
    /// The first period that it holds for. The past cannot be changed: not before the current period, and after every closed one.
    pub first_period: Period,
    /// The most key errors per evaluation with which an agent passes, 0.1 by default.
    pub max_key_ratio: Threshold,
    /// The most non-key errors per evaluation with which an agent passes, 0.6 by default.
    pub max_non_key_ratio: Threshold,
    /// An agent is effective who worked more days than this in the period, 5 by default; 0 to 31.
    pub more_than_worked_days: u32,
    /// The pass rate that teams, vendors and the centre are held against, 0 to 1; absent where the centre has set itself none. It is
    /// shown beside the rates and decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_pass_rate: Option<Threshold>,
}

impl PassPolicy {
    /// The policy, or everything that is wrong with it.
    ///
    /// `current` is the period of today, `last_closed` the latest closed period, `is_first` whether there is no policy yet: the very first
    /// may start anywhere, because no verdict rests on another.
    ///
    /// # Errors
    /// `Invalid` on `first_period`, `more_than_worked_days` or `target_pass_rate`.
    pub fn checked(self, current: Period, last_closed: Option<Period>, is_first: bool) -> Refused<Self> {
        let mut faults = Faults::new();
        if self.more_than_worked_days > 31 {
            faults.push("more_than_worked_days", "must be 0 to 31");
        }
        if self.target_pass_rate.is_some_and(|target| target.ten_thousandths() > Threshold::SCALE) {
            faults.push("target_pass_rate", "must be 0 to 1, such as 0.9 for nine agents of ten");
        }
        faults.take(check_first_period(self.first_period, current, last_closed, is_first));
        faults.finish().map(|()| self)
    }
}

/// Whether a new version of a policy may begin with a period: the past cannot be changed (handbook 3.2).
///
/// # Errors
/// `Invalid` on `first_period`.
pub fn check_first_period(first: Period, current: Period, last_closed: Option<Period>, is_first: bool) -> Refused<()> {
    if is_first {
        return Ok(());
    }
    if let Some(closed) = last_closed.filter(|closed| first <= *closed) {
        return Err(Refusal::invalid("first_period", format!("must be after {closed}, which is closed")));
    }
    if first < current {
        return Err(Refusal::invalid(
            "first_period",
            format!("must not be before the current period {current}: the past cannot be changed"),
        ));
    }
    Ok(())
}

/// The version in force for a period among `(first period, version number, version)`: the one that began last, and of two that begin
/// alike the later version. None where the first begins after the period.
pub fn in_force<T>(versions: impl IntoIterator<Item = (Period, i32, T)>, period: Period) -> Option<T> {
    versions.into_iter().filter(|(first, _, _)| *first <= period).max_by_key(|(first, number, _)| (*first, *number)).map(|(_, _, it)| it)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn month(text: &str) -> Period {
        text.parse().unwrap()
    }

    fn policy(first: &str) -> PassPolicy {
        PassPolicy {
            first_period: month(first),
            max_key_ratio: "0.1".parse().unwrap(),
            max_non_key_ratio: "0.6".parse().unwrap(),
            more_than_worked_days: 5,
            target_pass_rate: None,
        }
    }

    #[test]
    fn thresholds_are_exact() {
        for (text, parts, shown) in
            [("0.1", 1000, "0.1"), ("0.6000", 6000, "0.6"), ("1", 10_000, "1"), ("0.0001", 1, "0.0001"), ("1000", 10_000_000, "1000")]
        {
            let threshold: Threshold = text.parse().unwrap();
            assert_eq!((threshold.ten_thousandths(), threshold.to_string().as_str()), (parts, shown));
        }
        for bad in ["", ".", "0.", ".1", "-0.1", "+1", "0.00001", "1e-1", "1000.0001", "1001", "０.1", " 0.1", "0,1"] {
            assert!(bad.parse::<Threshold>().is_err(), "{bad}");
        }
    }

    #[test]
    fn json_numbers_are_taken_by_their_text() {
        let read = |json: &str| serde_json::from_str::<Threshold>(json);
        assert_eq!(read("0.1").unwrap(), read("\"0.1\"").unwrap());
        assert_eq!(read("1").unwrap().ten_thousandths(), 10_000);
        assert_eq!(serde_json::to_string(&read("0.60").unwrap()).unwrap(), "\"0.6\"");
        for bad in ["0.00001", "-1", "true", "null", "[]", "1e9"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_past_cannot_be_changed() {
        let refused = |first, closed: Option<&str>, is_first| {
            policy(first).checked(month("2026-11"), closed.map(month), is_first).is_err_and(|r| r.faults[0].field == "first_period")
        };
        assert!(refused("2026-10", None, false));
        assert!(!refused("2026-10", None, true));
        assert!(!refused("2026-11", Some("2026-10"), false));
        assert!(refused("2026-11", Some("2026-11"), false));
        assert!(refused("2026-12", Some("2026-12"), false));
        assert!(!refused("2027-01", Some("2026-12"), false));
        let too_many = PassPolicy { more_than_worked_days: 32, ..policy("2026-10") };
        assert_eq!(too_many.checked(month("2026-11"), None, false).unwrap_err().faults.len(), 2);
        let target = |text: &str| PassPolicy { target_pass_rate: Some(text.parse().unwrap()), ..policy("2026-11") };
        assert!(target("1").checked(month("2026-11"), None, false).is_ok());
        assert_eq!(target("1.0001").checked(month("2026-11"), None, false).unwrap_err().faults[0].field, "target_pass_rate");
    }

    #[test]
    fn the_version_that_began_last_is_in_force() {
        let versions = [(month("2026-01"), 1, "a"), (month("2026-10"), 2, "b"), (month("2026-10"), 3, "c"), (month("2027-01"), 4, "d")];
        for (period, expected) in [
            ("2025-12", None),
            ("2026-01", Some("a")),
            ("2026-09", Some("a")),
            ("2026-10", Some("c")),
            ("2026-12", Some("c")),
            ("2027-02", Some("d")),
        ] {
            assert_eq!(in_force(versions, month(period)), expected, "{period}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(parts in 0_u32..=10_000_000) {
            let threshold = Threshold::from_ten_thousandths(parts).unwrap();
            prop_assert_eq!(threshold.to_string().parse::<Threshold>().unwrap(), threshold);
            let json = serde_json::to_string(&threshold).unwrap();
            prop_assert_eq!(serde_json::from_str::<Threshold>(&json).unwrap(), threshold);
            let number: Threshold = serde_json::from_str(json.trim_matches('"')).unwrap();
            prop_assert_eq!(number, threshold);
        }
    }
}
