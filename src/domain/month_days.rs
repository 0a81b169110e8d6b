//! A set of days of one month.

use chrono::{Datelike, NaiveDate};

/// Days of a month that is known from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MonthDays(u32);

impl MonthDays {
    /// One day.
    pub fn one(day: NaiveDate) -> Self {
        Self(1_u32.wrapping_shl(day.day0()))
    }

    /// The days of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How many days they are, 0 to 31.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The set as a number: the 1st is the lowest bit, the 31st the highest of 31.
    pub fn bits(self) -> i32 {
        self.0.cast_signed()
    }

    /// The set that a number says. Of a negative one, which only tampering makes, the 31 lower bits count.
    pub fn from_bits(bits: i32) -> Self {
        Self(bits.cast_unsigned() & (u32::MAX >> 1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::Days;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_each_day_once_and_comes_back_from_its_number(offsets in proptest::collection::vec(0_u64..31, 0..60)) {
            let first = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
            let days = offsets.iter().map(|offset| MonthDays::one(first + Days::new(*offset))).fold(MonthDays::default(), MonthDays::and);
            let distinct: BTreeSet<u64> = offsets.iter().copied().collect();
            prop_assert_eq!(usize::try_from(days.count()).unwrap(), distinct.len());
            prop_assert!(days.bits() >= 0);
            prop_assert_eq!(MonthDays::from_bits(days.bits()), days);
            prop_assert_eq!(days.bits(), distinct.iter().map(|offset| 1_i32 << offset).sum::<i32>());
        }
    }

    #[test]
    fn the_number_of_a_month_with_31_days_is_not_negative() {
        let last = MonthDays::one(NaiveDate::from_ymd_opt(2026, 10, 31).unwrap());
        assert_eq!(last.bits(), 1 << 30);
        assert_eq!(MonthDays::from_bits(-1).count(), 31);
    }
}
