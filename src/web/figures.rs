//! Numbers that several pages show alike.

use crate::domain::results::Fraction;

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
