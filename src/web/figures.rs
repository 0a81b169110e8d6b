//! Numbers and words that several pages show alike.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::page::Frame;
use crate::domain::results::{Fraction, Verdict};
use crate::domain::violation::ErrorKind;

/// A word in a colour; the word says it all.
#[derive(Debug, Clone, Copy)]
pub struct Badge {
    /// The class of the style sheet.
    pub class: &'static str,
    /// The word.
    pub text: &'static str,
}

/// The verdict on an agent.
pub fn verdict(f: &Frame, verdict: Verdict) -> Badge {
    match verdict {
        Verdict::Pass => Badge { class: "good", text: f.t("pass", "合格") },
        Verdict::Fail => Badge { class: "bad", text: f.t("fail", "不合格") },
        Verdict::NotSampled => Badge { class: "plain", text: f.t("not sampled", "未抽检") },
    }
}

/// The kind of an error.
pub fn error_kind(f: &Frame, kind: ErrorKind) -> Badge {
    match kind {
        ErrorKind::Key => Badge { class: "bad", text: f.t("key error", "关键项错误") },
        ErrorKind::NonKey => Badge { class: "warn", text: f.t("non-key error", "非关键项错误") },
        ErrorKind::None => Badge { class: "plain", text: f.t("no error", "不计错误") },
    }
}

/// A fraction in thousandths, cut and not rounded.
pub fn per_mille(fraction: &Fraction) -> Option<u64> {
    fraction.numerator.checked_mul(1000)?.checked_div(fraction.denominator)
}

/// Thousandths as a percentage with one place.
pub fn percent_of(per_mille: u64) -> String {
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

/// A fraction as a percentage with one place, cut and not rounded, so that 99.96 % is not shown as 100.
pub fn percent(fraction: Option<&Fraction>) -> String {
    fraction.and_then(per_mille).map_or_else(|| "–".to_owned(), percent_of)
}

/// A fraction as a decimal with four places.
pub fn ratio(fraction: Option<&Fraction>) -> String {
    fraction.map_or_else(|| "–".to_owned(), |r| r.decimal.clone())
}

/// A moment in the organisation's time zone, to the minute.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// A day in the organisation's time zone.
pub fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d").to_string()
}
