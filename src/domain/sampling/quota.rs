//! How many samples of each agent are wanted.

use serde::{Deserialize, Serialize};

use crate::domain::refusal::Faults;

/// How many samples of each agent are wanted in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Quota {
    /// The same number for everyone.
    Count {
        /// How many, 1 to 1000.
        count: u32,
    },
    /// A share of the agent's eligible conversations, rounded up to a whole conversation, and at least `minimum`.
    Percentage {
        /// The share in hundredths of a percent, 1 to 10000: 250 is 2.5 %.
        basis_points: u32,
        /// At least so many, 0 to 1000.
        minimum: u32,
    },
}

impl Quota {
    /// The most samples of one agent in one draw.
    pub const LIMIT: u32 = 1000;

    /// How many are wanted of an agent with `available` eligible conversations. A percentage rounds up: 1 % of 101 is 2. The answer
    /// may be more than there are: the difference is the shortfall.
    pub fn wanted(&self, available: u64) -> u32 {
        match *self {
            Self::Count { count } => count.min(Self::LIMIT),
            Self::Percentage { basis_points, minimum } => {
                let share = u128::from(available).saturating_mul(u128::from(basis_points)).div_ceil(10_000);
                u32::try_from(share).unwrap_or(u32::MAX).max(minimum).min(Self::LIMIT)
            }
        }
    }

    /// Notes what is wrong, with field paths below `at`.
    pub fn check(&self, at: &str, faults: &mut Faults) {
        match *self {
            Self::Count { count } => {
                if !(1..=Self::LIMIT).contains(&count) {
                    faults.push(format!("{at}.count"), format!("must be 1 to {}", Self::LIMIT));
                }
            }
            Self::Percentage { basis_points, minimum } => {
                if !(1..=10_000).contains(&basis_points) {
                    faults.push(format!("{at}.basis_points"), "must be 1 to 10000 (hundredths of a percent)");
                }
                if minimum > Self::LIMIT {
                    faults.push(format!("{at}.minimum"), format!("must be 0 to {}", Self::LIMIT));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_rounds_up_and_has_a_minimum() {
        let two_and_a_half = Quota::Percentage { basis_points: 250, minimum: 3 };
        assert_eq!(two_and_a_half.wanted(0), 3);
        assert_eq!(two_and_a_half.wanted(120), 3);
        assert_eq!(two_and_a_half.wanted(121), 4);
        assert_eq!(two_and_a_half.wanted(400), 10);
        assert_eq!(two_and_a_half.wanted(u64::MAX), Quota::LIMIT);
        assert_eq!(Quota::Count { count: 10 }.wanted(3), 10);
    }

    #[test]
    fn it_is_written_with_its_kind() {
        let quota: Quota = serde_json::from_str(r#"{"kind":"percentage","basis_points":100,"minimum":5}"#).unwrap();
        assert_eq!(quota, Quota::Percentage { basis_points: 100, minimum: 5 });
        assert!(serde_json::from_str::<Quota>(r#"{"kind":"count","count":5,"minimum":5}"#).is_err());
    }
}
