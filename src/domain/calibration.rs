//! Calibration (校准): several inspectors grade one conversation blind, to see how far they agree. It never touches a result.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, UnitGrades, measure};
use super::evaluation::{AnswerSheet, Outcome};
use super::id::{CalibrationId, UserId};
use super::refusal::{Refusal, Refused};
use super::words::words;

words! {
    /// How far a calibration session is.
    CalibrationState ("state") {
        /// The participants grade; each sees only the own grade.
        Open = "open",
        /// Everybody sees every grade and the report.
        Closed = "closed",
    }
}

impl CalibrationState {
    /// Whether grades can still be handed in.
    ///
    /// # Errors
    /// `Conflict` with code `calibration_closed`.
    pub fn check_open(self) -> Refused<()> {
        match self {
            Self::Open => Ok(()),
            Self::Closed => Err(Refusal::conflict("calibration_closed", "this calibration session is closed")),
        }
    }
}

/// An item divides people where fewer than this share of the pairs of grades are equal.
pub const DIVIDING_BELOW: f64 = 0.8;

/// What each item was marked as by one person.
pub type Marks = BTreeMap<String, Outcome>;

/// The marks of a complete sheet.
pub fn marks(sheet: &AnswerSheet) -> Marks {
    sheet.items.iter().filter_map(|answer| Some((answer.code.clone(), answer.outcome?))).collect()
}

/// The grades of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionGrades {
    /// The session.
    pub id: CalibrationId,
    /// The marks of each participant who has graded.
    pub grades: BTreeMap<UserId, Marks>,
    /// The reference grade, where there is one.
    pub reference: Option<Marks>,
}

/// How people see one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemAgreement {
    /// The item's code.
    pub item: String,
    /// How far people agree on it; the units are the conversations.
    pub agreement: Agreement,
    /// How often it was marked `pass`.
    pub passed: u32,
    /// How often `fail`.
    pub failed: u32,
    /// How often `na`.
    pub not_applicable: u32,
    /// The share of marks that equal the reference; absent where there is none.
    pub like_reference: Option<f64>,
    /// Whether the item divides people.
    pub divides: bool,
}

/// How one person grades.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PersonAgreement {
    /// The participant.
    pub user_id: UserId,
    /// The share of the person's marks that equal the reference.
    pub like_reference: Option<f64>,
    /// The share of the other participants' marks that the person's equal.
    pub like_others: Option<f64>,
}

/// How far people agree who graded the same conversations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CalibrationReport {
    /// How many sessions it is over.
    pub sessions: u32,
    /// Agreement over all items; the units are the items of each conversation.
    pub overall: Agreement,
    /// Each item, the most dividing first.
    pub items: Vec<ItemAgreement>,
    /// The codes of the items that divide people, the most dividing first.
    pub dividing: Vec<String>,
    /// Each participant.
    pub people: Vec<PersonAgreement>,
}

/// A share of two counts.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    equal: u32,
    of: u32,
}

impl Share {
    fn count(&mut self, equal: bool) {
        self.equal = self.equal.saturating_add(u32::from(equal));
        self.of = self.of.saturating_add(1);
    }

    fn figure(self) -> Option<f64> {
        (self.of > 0).then(|| (f64::from(self.equal) / f64::from(self.of) * 10_000.0).round() / 10_000.0)
    }
}

/// The report over one session or several.
pub fn report(sessions: &[SessionGrades]) -> CalibrationReport {
    let people: BTreeSet<UserId> = sessions.iter().flat_map(|session| session.grades.keys().copied()).collect();
    let items: BTreeSet<&String> = sessions.iter().flat_map(|session| session.grades.values().flat_map(Marks::keys)).collect();
    let unit = |session: &SessionGrades, item: &str| -> UnitGrades<Outcome> {
        people.iter().map(|person| session.grades.get(person).and_then(|marks| marks.get(item)).copied()).collect()
    };
    let mut all: Vec<UnitGrades<Outcome>> = Vec::new();
    let mut of_items: Vec<ItemAgreement> = Vec::new();
    for item in items {
        let units: Vec<UnitGrades<Outcome>> = sessions.iter().map(|session| unit(session, item)).collect();
        let times =
            |outcome: Outcome| u32::try_from(units.iter().flatten().filter(|mark| **mark == Some(outcome)).count()).unwrap_or(u32::MAX);
        let agreement = measure(&units);
        let mut like = Share::default();
        for session in sessions {
            if let Some(wanted) = session.reference.as_ref().and_then(|marks| marks.get(item)) {
                session.grades.values().filter_map(|marks| marks.get(item)).for_each(|mark| like.count(mark == wanted));
            }
        }
        of_items.push(ItemAgreement {
            item: item.clone(),
            agreement,
            passed: times(Outcome::Pass),
            failed: times(Outcome::Fail),
            not_applicable: times(Outcome::NotApplicable),
            like_reference: like.figure(),
            divides: agreement.percentage.is_some_and(|share| share < DIVIDING_BELOW),
        });
        all.extend(units);
    }
    of_items.sort_by(|a, b| {
        let share = |it: &ItemAgreement| it.agreement.percentage.unwrap_or(1.0);
        share(a).total_cmp(&share(b)).then_with(|| a.item.cmp(&b.item))
    });
    CalibrationReport {
        sessions: u32::try_from(sessions.len()).unwrap_or(u32::MAX),
        overall: measure(&all),
        dividing: of_items.iter().filter(|it| it.divides).map(|it| it.item.clone()).collect(),
        items: of_items,
        people: people.iter().map(|person| of_person(sessions, *person)).collect(),
    }
}

fn of_person(sessions: &[SessionGrades], person: UserId) -> PersonAgreement {
    let (mut reference, mut others) = (Share::default(), Share::default());
    for session in sessions {
        let Some(own) = session.grades.get(&person) else { continue };
        for (item, mark) in own {
            if let Some(wanted) = session.reference.as_ref().and_then(|marks| marks.get(item)) {
                reference.count(mark == wanted);
            }
            for (_, marks) in session.grades.iter().filter(|(other, _)| **other != person) {
                if let Some(theirs) = marks.get(item) {
                    others.count(mark == theirs);
                }
            }
        }
    }
    PersonAgreement { user_id: person, like_reference: reference.figure(), like_others: others.figure() }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// One letter per item `a`, `b`, …: `p`ass, `f`ail, `n`a, `.` not graded.
    fn graded(line: &str) -> Marks {
        let outcome = |letter| match letter {
            'p' => Some(Outcome::Pass),
            'f' => Some(Outcome::Fail),
            'n' => Some(Outcome::NotApplicable),
            _ => None,
        };
        line.chars().zip('a'..).filter_map(|(letter, item)| Some((item.to_string(), outcome(letter)?))).collect()
    }

    fn session(lines: &[&str], reference: Option<&str>) -> SessionGrades {
        SessionGrades {
            id: CalibrationId(Uuid::nil()),
            grades: lines.iter().zip(1..).map(|(line, n)| (UserId(Uuid::from_u128(n)), graded(line))).collect(),
            reference: reference.map(graded),
        }
    }

    #[test]
    fn a_session_names_the_items_that_divide_people() {
        let report = report(&[session(&["ppf", "pff", "pnf"], Some("pff"))]);
        assert_eq!(report.dividing, ["b"]);
        assert_eq!(report.items[0].agreement.percentage, Some(0.0));
        assert_eq!((report.items[0].passed, report.items[0].failed, report.items[0].not_applicable), (1, 1, 1));
        assert_eq!(report.items[0].like_reference, Some(0.3333));
        assert_eq!(report.overall.units, 3);
        let like: Vec<_> = report.people.iter().map(|person| person.like_reference).collect();
        assert_eq!(like, [Some(0.6667), Some(1.0), Some(0.6667)]);
        assert_eq!(report.people[0].like_others, Some(0.6667));
    }

    #[test]
    fn two_people_over_several_sessions_have_cohen_s_kappa_per_item() {
        let sessions: Vec<_> = [("p", "p", 20), ("p", "f", 5), ("f", "p", 10), ("f", "f", 15)]
            .into_iter()
            .flat_map(|(first, second, times)| vec![session(&[first, second], None); times])
            .collect();
        let report = report(&sessions);
        assert_eq!((report.sessions, report.items[0].agreement.cohen_kappa), (50, Some(0.4)));
        assert_eq!(report.items[0].like_reference, None);
    }

    #[test]
    fn a_missing_grade_is_no_disagreement() {
        let report = report(&[session(&["pp", "p.", ""], None)]);
        assert_eq!(report.items.iter().map(|it| it.agreement.percentage).collect::<Vec<_>>(), [Some(1.0), None]);
        assert_eq!((report.dividing.len(), report.overall.units), (0, 1));
    }
}
