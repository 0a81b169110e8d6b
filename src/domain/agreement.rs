//! How far several people agree who grade the same things without seeing each other's grades: percentage agreement, Cohen's kappa,
//! Fleiss' kappa and Krippendorff's alpha for nominal grades.
//!
//! A figure of 1 is full agreement, 0 what chance alone would give, below 0 less than that. Where everybody gives one and the same grade
//! throughout, chance cannot be told from agreement and the corrected figures do not exist (`None`); the percentage does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How far people agree on some units (items, or conversations), as fractions; each rounded to four places.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Agreement {
    /// Units graded by at least two people.
    pub units: u32,
    /// Grades on those units.
    pub grades: u32,
    /// Pairs of grades of one unit that are equal, of all such pairs.
    pub percentage: Option<f64>,
    /// Cohen's kappa; only for exactly two people, on the units that both have graded.
    pub cohen_kappa: Option<f64>,
    /// Fleiss' kappa; only where every unit has the same number of grades.
    pub fleiss_kappa: Option<f64>,
    /// Krippendorff's alpha for nominal data; grades may be missing.
    pub krippendorff_alpha: Option<f64>,
}

/// A unit's grades: one place for each person, `None` where that person has not graded it.
pub type UnitGrades<T> = Vec<Option<T>>;

/// All figures of some units.
pub fn measure<T: Ord + Clone>(units: &[UnitGrades<T>]) -> Agreement {
    let counts: Vec<Counts<T>> = units.iter().map(|unit| count(unit.iter().flatten())).filter(|unit| total(unit) >= 2).collect();
    let people = units.iter().map(Vec::len).max().unwrap_or(0);
    let pairs = || units.iter().filter_map(|unit| Some((unit.first()?.as_ref()?, unit.get(1)?.as_ref()?)));
    let rounded = |figure: Option<f64>| figure.map(|figure| (figure * 10_000.0).round() / 10_000.0);
    Agreement {
        units: u32::try_from(counts.len()).unwrap_or(u32::MAX),
        grades: counts.iter().map(total).fold(0, u32::saturating_add),
        percentage: rounded(percentage(&counts)),
        cohen_kappa: rounded(if people == 2 { cohen(pairs()) } else { None }),
        fleiss_kappa: rounded(fleiss(&counts)),
        krippendorff_alpha: rounded(krippendorff(&counts)),
    }
}

/// How often each grade was given to one unit.
type Counts<T> = BTreeMap<T, u32>;

fn count<'a, T: Ord + Clone + 'a>(grades: impl IntoIterator<Item = &'a T>) -> Counts<T> {
    let mut counts = Counts::new();
    for grade in grades {
        let times = counts.entry(grade.clone()).or_insert(0);
        *times = times.saturating_add(1);
    }
    counts
}

fn total<T>(counts: &Counts<T>) -> u32 {
    counts.values().copied().fold(0, u32::saturating_add)
}

fn totals<T: Ord + Clone>(units: &[Counts<T>]) -> Counts<T> {
    let mut sums = Counts::new();
    for (grade, times) in units.iter().flatten() {
        let sum = sums.entry(grade.clone()).or_insert(0);
        *sum = sum.saturating_add(*times);
    }
    sums
}

/// Ordered pairs of different positions in a group of `n`.
fn ordered_pairs(n: u32) -> f64 {
    let n = f64::from(n);
    n * (n - 1.0)
}

/// Ordered pairs of equal grades within a unit.
fn equal_pairs<T>(unit: &Counts<T>) -> f64 {
    unit.values().map(|times| ordered_pairs(*times)).sum()
}

fn over(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// (observed − expected) / (1 − expected).
fn beyond_chance(observed: f64, expected: f64) -> Option<f64> {
    over(observed - expected, 1.0 - expected).filter(|_| 1.0 - expected > 1e-12)
}

fn percentage<T>(units: &[Counts<T>]) -> Option<f64> {
    over(units.iter().map(equal_pairs).sum(), units.iter().map(|unit| ordered_pairs(total(unit))).sum())
}

/// Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960).
fn cohen<'a, T: Ord + Clone + 'a>(pairs: impl Iterator<Item = (&'a T, &'a T)>) -> Option<f64> {
    let pairs: Vec<_> = pairs.collect();
    let n = f64::from(u32::try_from(pairs.len()).ok()?);
    let equal = f64::from(u32::try_from(pairs.iter().filter(|(a, b)| a == b).count()).ok()?);
    let (first, second) = (count(pairs.iter().map(|(a, _)| *a)), count(pairs.iter().map(|(_, b)| *b)));
    let both = |(grade, times): (&T, &u32)| f64::from(*times) * f64::from(second.get(grade).copied().unwrap_or(0));
    beyond_chance(over(equal, n)?, over(first.iter().map(both).sum(), n * n)?)
}

/// Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76 (1971).
fn fleiss<T: Ord + Clone>(units: &[Counts<T>]) -> Option<f64> {
    let raters = total(units.first()?);
    if units.iter().any(|unit| total(unit) != raters) {
        return None;
    }
    let observed = percentage(units)?;
    let sums = totals(units);
    let all = f64::from(total(&sums));
    let expected = sums.values().map(|times| (f64::from(*times) / all).powi(2)).sum();
    beyond_chance(observed, expected)
}

/// Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part C: nominal data, any number of observers, missing data.
fn krippendorff<T: Ord + Clone>(units: &[Counts<T>]) -> Option<f64> {
    let sums = totals(units);
    let n = total(&sums);
    let observed: f64 = units.iter().filter_map(|unit| over(equal_pairs(unit), f64::from(total(unit)) - 1.0)).sum();
    let expected: f64 = sums.values().map(|times| ordered_pairs(*times)).sum();
    let (n, before) = (f64::from(n), f64::from(n) - 1.0);
    over(before * observed - expected, n * before - expected)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The table's rows are units; each cell says how many raters chose that category.
    fn from_counts(table: &[&[u32]]) -> Vec<UnitGrades<usize>> {
        table
            .iter()
            .map(|row| {
                row.iter().enumerate().flat_map(|(category, times)| vec![Some(category); usize::try_from(*times).unwrap()]).collect()
            })
            .collect()
    }

    /// One line per observer, one character per unit, `.` for a missing grade.
    fn from_observers(lines: &[&str]) -> Vec<UnitGrades<char>> {
        let lines: Vec<Vec<char>> = lines.iter().map(|line| line.chars().filter(|c| !c.is_whitespace()).collect()).collect();
        (0..lines[0].len()).map(|unit| lines.iter().map(|line| Some(line[unit]).filter(|c| *c != '.')).collect()).collect()
    }

    /// The example of the article "Cohen's kappa" in Wikipedia: 50 grant proposals, read by A and B; yes-yes 20, yes-no 5, no-yes 10,
    /// no-no 15; p_o = 0.7, p_e = 0.5, κ = 0.4.
    #[test]
    fn cohen_s_kappa_of_fifty_grant_proposals() {
        let units: Vec<UnitGrades<bool>> = [(true, true, 20), (true, false, 5), (false, true, 10), (false, false, 15)]
            .into_iter()
            .flat_map(|(a, b, times)| vec![vec![Some(a), Some(b)]; times])
            .collect();
        let agreement = measure(&units);
        assert_eq!((agreement.percentage, agreement.cohen_kappa), (Some(0.7), Some(0.4)));
        assert_eq!((agreement.units, agreement.grades), (50, 100));
    }

    /// The example of the article "Fleiss' kappa" in Wikipedia (also in the tests of Python's statsmodels, `stats.inter_rater`): 14 raters,
    /// 10 subjects, 5 categories; P̄ = 0.378, P̄e = 0.213, κ = 0.210.
    #[test]
    fn fleiss_kappa_of_fourteen_raters() {
        let agreement = measure(&from_counts(&[
            &[0, 0, 0, 0, 14],
            &[0, 2, 6, 4, 2],
            &[0, 0, 3, 5, 6],
            &[0, 3, 9, 2, 0],
            &[2, 2, 8, 1, 1],
            &[7, 7, 0, 0, 0],
            &[3, 2, 6, 3, 0],
            &[2, 5, 3, 2, 2],
            &[6, 5, 2, 1, 0],
            &[0, 2, 2, 3, 7],
        ]));
        assert_eq!((agreement.percentage, agreement.fleiss_kappa), (Some(0.378), Some(0.2099)));
        assert_eq!(agreement.cohen_kappa, None);
    }

    /// Fleiss (1971), table 1: 30 psychiatric patients, 6 raters each, 5 diagnoses; κ = 0.430. The same data are `diagnoses` of R's package
    /// irr and of the tests of Python's statsmodels.
    #[test]
    fn fleiss_kappa_of_psychiatric_diagnoses() {
        let patients = "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 \
                        333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555";
        let units: Vec<UnitGrades<char>> = patients.split_whitespace().map(|patient| patient.chars().map(Some).collect()).collect();
        assert_eq!(units.len(), 30);
        let agreement = measure(&units);
        assert_eq!((agreement.percentage, agreement.fleiss_kappa), (Some(0.5556), Some(0.4302)));
    }

    /// Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", https://repository.upenn.edu/asc_papers/43, part C: four observers,
    /// twelve units, missing data; nominal α = 0.743.
    #[test]
    fn krippendorff_s_alpha_of_four_observers_with_missing_data() {
        let agreement = measure(&from_observers(&["123321412...", "1233224125.3", ".33323422 51.", "12332441251."]));
        assert_eq!(agreement.krippendorff_alpha, Some(0.7434));
        assert_eq!((agreement.units, agreement.grades), (11, 40), "the unit that one observer alone has graded says nothing");
        assert_eq!(agreement.fleiss_kappa, None, "not every unit has the same number of grades");
    }

    /// The computational example of the article "Krippendorff's alpha" in Wikipedia: three coders, fifteen units; nominal α = 0.691.
    #[test]
    fn krippendorff_s_alpha_of_three_coders() {
        let agreement = measure(&from_observers(
            &["*****34121133*3", "1*213343*******", "**21344*21133*4"].map(|l| l.replace('*', ".")).each_ref().map(String::as_str),
        ));
        assert_eq!(agreement.krippendorff_alpha, Some(0.6914));
    }

    /// Krippendorff (2011), part A: two observers, ten units, binary; α = 0.095.
    #[test]
    fn krippendorff_s_alpha_of_two_observers() {
        let agreement = measure(&from_observers(&["0100000010", "1110010000"]));
        assert_eq!(agreement.krippendorff_alpha, Some(0.0952));
    }

    #[test]
    fn one_grade_throughout_has_a_percentage_and_no_figure_beyond_chance() {
        let agreement = measure(&vec![vec![Some("pass"); 3]; 4]);
        assert_eq!(agreement.percentage, Some(1.0));
        assert_eq!((agreement.fleiss_kappa, agreement.krippendorff_alpha), (None, None));
        assert_eq!(measure::<u8>(&[]), Agreement::default());
        assert_eq!(measure(&[vec![Some(1), None]]).percentage, None);
    }

    proptest! {
        #[test]
        fn figures_keep_their_bounds_and_do_not_depend_on_who_is_who(
            units in proptest::collection::vec(proptest::collection::vec(proptest::option::of(0_u8..3), 4), 1..20),
            turn in 0_usize..4,
        ) {
            let agreement = measure(&units);
            for figure in [agreement.percentage, agreement.fleiss_kappa, agreement.krippendorff_alpha].into_iter().flatten() {
                prop_assert!((-1.0..=1.0).contains(&figure), "{agreement:?}");
            }
            let mut turned = units.clone();
            turned.iter_mut().for_each(|unit| unit.rotate_left(turn));
            turned.reverse();
            let other = measure(&turned);
            prop_assert_eq!((other.units, other.grades), (agreement.units, agreement.grades));
            let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() < 0.001,
                (a, b) => a == b,
            };
            prop_assert!(close(other.percentage, agreement.percentage));
            prop_assert!(close(other.fleiss_kappa, agreement.fleiss_kappa), "{other:?} {agreement:?}");
            prop_assert!(close(other.krippendorff_alpha, agreement.krippendorff_alpha), "{other:?} {agreement:?}");
        }

        #[test]
        fn full_agreement_on_two_grades_is_one(grades in proptest::collection::vec(any::<bool>(), 2..20), people in 2_usize..5) {
            prop_assume!(grades.iter().any(|g| *g) && grades.iter().any(|g| !*g));
            let agreement = measure(&grades.iter().map(|grade| vec![Some(*grade); people]).collect::<Vec<_>>());
            prop_assert_eq!((agreement.percentage, agreement.fleiss_kappa, agreement.krippendorff_alpha), (Some(1.0), Some(1.0), Some(1.0)));
        }
    }
}
