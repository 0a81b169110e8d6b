use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::access::{ActorKind, Grant, Role};
use crate::domain::calendar::CalendarInput;
use crate::domain::catalogue::{ViolationType, ViolationTypeInput};
use crate::domain::evaluation::{Answer, AnswerSheet, Basis, Grading, Outcome, TaggedViolation, grade};
use crate::domain::evidence::Material;
use crate::domain::scorecard::{Item, ItemKind, ScorecardContent, Section};
use crate::domain::violation::ErrorKind;

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn types() -> BTreeMap<String, ViolationType> {
    [("abuse", ViolationClass::A), ("hung_up", ViolationClass::B), ("late", ViolationClass::D), ("note_missing", ViolationClass::E)]
        .into_iter()
        .map(|(code, class)| {
            let input = ViolationTypeInput {
                code: code.into(),
                class,
                name_zh: "名".into(),
                name_en: "Name".into(),
                kind: None,
                red_line: None,
                class_if_money_lost: None,
                active: None,
                order: 0,
            };
            (code.to_owned(), ViolationType::checked(input).unwrap())
        })
        .collect()
}

/// Key items `polite` (linked to abuse) and `verify`, non-key items `prompt_1` and `prompt_2` (both linked to late) and `note`.
fn content() -> ScorecardContent {
    let item = |code: &str, kind, violation: Option<&str>| Item {
        code: code.into(),
        title_zh: "题".into(),
        title_en: "Title".into(),
        kind,
        guidance_zh: String::new(),
        guidance_en: String::new(),
        na_allowed: false,
        comment_on_fail: false,
        violation_type: violation.map(str::to_owned),
    };
    let items = vec![
        item("polite", ItemKind::Key, Some("abuse")),
        item("verify", ItemKind::Key, None),
        item("prompt_1", ItemKind::NonKey, Some("late")),
        item("prompt_2", ItemKind::NonKey, Some("late")),
        item("note", ItemKind::NonKey, None),
    ];
    ScorecardContent { sections: vec![Section { code: "all".into(), title_zh: "全".into(), title_en: "All".into(), items }] }
}

struct Graded {
    sheet: AnswerSheet,
    grading: Grading,
    ids: BTreeMap<String, ViolationId>,
    content: ScorecardContent,
    types: BTreeMap<String, ViolationType>,
}

impl Graded {
    fn of(failed: &[&str], tagged: &[&str]) -> Self {
        let (content, types) = (content(), types());
        let answer = |item: &Item| Answer {
            code: item.code.clone(),
            outcome: Some(if failed.contains(&item.code.as_str()) { Outcome::Fail } else { Outcome::Pass }),
            comment: String::new(),
            evidence: vec![],
            money_lost: false,
        };
        let tag = |code: &&str| TaggedViolation {
            violation_type: (*code).to_owned(),
            item: None,
            money_lost: false,
            comment: String::new(),
            evidence: vec![],
        };
        let sheet = AnswerSheet {
            items: content.items().map(answer).collect(),
            violations: tagged.iter().map(tag).collect(),
            comment: String::new(),
        };
        let grading = grade(&sheet, Basis { content: &content, types: &types, material: &Material::default() }).unwrap();
        let ids = grading.violations.iter().zip(1..).map(|(it, n)| (it.violation_type.clone(), id(n))).collect();
        Self { sheet, grading, ids, content, types }
    }

    fn decide(&self, points: &[PointDecision]) -> Refused<Effect> {
        let standing =
            Standing { sheet: &self.sheet, grading: &self.grading, content: &self.content, violations: &self.ids, types: &self.types };
        apply(standing, points)
    }

    fn item(code: &str, outcome: PointOutcome) -> PointDecision {
        decision(PointTarget::Item { item: code.into() }, outcome)
    }

    fn violation(&self, code: &str, outcome: PointOutcome) -> PointDecision {
        decision(PointTarget::Violation { violation_id: self.ids[code] }, outcome)
    }
}

fn decision(target: PointTarget, outcome: PointOutcome) -> PointDecision {
    PointDecision { target, outcome, to_type: None, to_class: None, to_level: None, to_occurrences: None }
}

use PointOutcome::{Changed, Overturned, Upheld};

#[test]
fn an_overturned_item_takes_its_error_and_its_violation_with_it() {
    let graded = Graded::of(&["polite", "verify"], &[]);
    assert_eq!((graded.grading.key_errors, graded.grading.violations.len()), (2, 1));
    let effect = graded.decide(&[Graded::item("polite", Overturned)]).unwrap();
    assert_eq!((effect.grading.key_errors, effect.grading.violations.len()), (1, 0));
    assert_eq!(effect.changes, [ViolationChange::Overturned(graded.ids["abuse"])]);
    assert_eq!(effect.sheet.items.iter().filter(|answer| answer.outcome == Some(Outcome::Fail)).count(), 1);
}

#[test]
fn an_overturned_violation_takes_the_error_of_its_item_with_it_unless_that_was_upheld() {
    let graded = Graded::of(&["polite"], &[]);
    let effect = graded.decide(&[graded.violation("abuse", Overturned)]).unwrap();
    assert_eq!((effect.grading.key_errors, effect.grading.violations.len()), (0, 0));
    let effect = graded.decide(&[graded.violation("abuse", Overturned), Graded::item("polite", Upheld)]).unwrap();
    assert_eq!((effect.grading.key_errors, effect.grading.violations.len()), (1, 0));
    let both = [graded.violation("abuse", Overturned), Graded::item("polite", Overturned)];
    assert_eq!(graded.decide(&both).unwrap().grading.key_errors, 0);
}

#[test]
fn a_violation_that_is_upheld_outlives_its_item_on_its_own() {
    let graded = Graded::of(&["polite"], &[]);
    let effect = graded.decide(&[Graded::item("polite", Overturned), graded.violation("abuse", Upheld)]).unwrap();
    assert_eq!((effect.grading.key_errors, effect.grading.violations.len()), (1, 1));
    assert_eq!((effect.grading.violations[0].item.as_ref(), effect.grading.violations[0].error), (None, ErrorKind::Key));
}

#[test]
fn a_violation_moves_to_another_failed_item_of_its_type() {
    let graded = Graded::of(&["prompt_1", "prompt_2"], &[]);
    let effect = graded.decide(&[Graded::item("prompt_1", Overturned)]).unwrap();
    assert_eq!(effect.grading.non_key_errors, 1);
    let [ViolationChange::Kept(kept, violation)] = effect.changes.as_slice() else { panic!("{:?}", effect.changes) };
    assert_eq!((*kept, violation.item.as_deref()), (graded.ids["late"], Some("prompt_2")));
    let all = graded.decide(&[Graded::item("prompt_1", Overturned), Graded::item("prompt_2", Overturned)]).unwrap();
    assert_eq!(all.changes, [ViolationChange::Overturned(graded.ids["late"])]);
}

#[test]
fn a_violation_changes_from_d_to_e_or_to_another_type() {
    let graded = Graded::of(&[], &["late", "hung_up"]);
    let to_class = PointDecision { to_class: Some(ViolationClass::E), ..graded.violation("late", Changed) };
    let effect = graded.decide(&[to_class]).unwrap();
    let [ViolationChange::Kept(_, violation)] = effect.changes.as_slice() else { panic!("{:?}", effect.changes) };
    assert_eq!((violation.class, violation.error), (ViolationClass::E, ErrorKind::NonKey));
    let to_type = PointDecision { to_type: Some("note_missing".into()), ..graded.violation("hung_up", Changed) };
    let effect = graded.decide(&[to_type]).unwrap();
    assert_eq!((effect.grading.key_errors, effect.grading.non_key_errors), (0, 2));
    assert!(
        matches!(&effect.changes[..], [ViolationChange::Replaced(old, new)] if *old == graded.ids["hung_up"] && new.class == ViolationClass::E)
    );
    let twice = PointDecision { to_type: Some("late".into()), ..graded.violation("hung_up", Changed) };
    assert_eq!(graded.decide(&[twice]).unwrap_err().faults[0].field, "points[0].to_type");
    let unknown = PointDecision { to_type: Some("nothing".into()), ..graded.violation("hung_up", Changed) };
    assert_eq!(graded.decide(&[unknown]).unwrap_err().faults[0].field, "points[0].to_type");
}

#[test]
fn what_does_not_stand_cannot_be_overturned() {
    let graded = Graded::of(&["verify"], &[]);
    let gone = decision(PointTarget::Violation { violation_id: id(99) }, Overturned);
    let faults = graded.decide(&[Graded::item("note", Overturned), gone]).unwrap_err().faults;
    assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["points[0].target", "points[1].target"]);
}

proptest! {
    /// Upholding everything changes nothing, and overturning never adds an error or a violation.
    #[test]
    fn overturning_never_adds(failed in proptest::collection::btree_set(0_usize..5, 0..5), tagged in proptest::collection::btree_set(0_usize..4, 0..4), chosen in any::<u32>()) {
        let (items, codes) = (["polite", "verify", "prompt_1", "prompt_2", "note"], ["abuse", "hung_up", "late", "note_missing"]);
        let failed: Vec<&str> = failed.into_iter().map(|n| items[n]).collect();
        let tagged: Vec<&str> = tagged.into_iter().map(|n| codes[n]).collect();
        let graded = Graded::of(&failed, &tagged);
        let all: Vec<PointDecision> =
            failed.iter().map(|code| Graded::item(code, Upheld)).chain(graded.ids.keys().map(|code| graded.violation(code, Upheld))).collect();
        let same = graded.decide(&all).unwrap();
        prop_assert_eq!((&same.grading, same.changes.len()), (&graded.grading, 0));
        let some: Vec<PointDecision> = all
            .into_iter()
            .enumerate()
            .map(|(n, point)| PointDecision { outcome: if chosen >> n & 1 == 1 { Overturned } else { Upheld }, ..point })
            .collect();
        let less = graded.decide(&some).unwrap();
        prop_assert!(less.grading.key_errors <= graded.grading.key_errors && less.grading.non_key_errors <= graded.grading.non_key_errors);
        prop_assert!(less.grading.violations.len() <= graded.grading.violations.len());
        for point in some.iter().filter(|point| point.outcome == Overturned) {
            let stands = match &point.target {
                PointTarget::Item { item } => less.grading.items.iter().any(|it| it.code == *item && it.outcome == Outcome::Fail),
                PointTarget::Violation { violation_id } => less.grading.violations.iter().any(|it| graded.ids[&it.violation_type] == *violation_id),
                PointTarget::Whole => false,
            };
            prop_assert!(!stands, "{:?} still stands", point.target);
        }
    }
}

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().with_timezone(&Utc)
}

#[test]
fn the_time_to_appeal_ends_after_so_many_working_days() {
    let calendar = Calendar::new(&CalendarInput::default(), chrono_tz::Tz::Asia__Shanghai);
    let terms = AppealTerms::default();
    // Known on Friday: five working days end with the next Friday.
    let known = at("2026-11-20T17:00");
    assert!(check_time(&calendar, terms, known, at("2026-11-27T23:59")).is_ok());
    assert_eq!(check_time(&calendar, terms, known, at("2026-11-28T00:00")).unwrap_err().code, "appeal_time_over");
    let second = |state, now| check_second(&calendar, terms, state, Some(known), now).map_err(|refusal| refusal.code);
    assert_eq!(second(AppealState::Decided, at("2026-11-25T12:00")), Ok(()));
    assert_eq!(second(AppealState::Decided, at("2026-11-26T00:00")), Err("appeal_time_over"));
    assert_eq!(second(AppealState::Final, known), Err("no_second_instance"));
    assert_eq!(second(AppealState::Open, known), Err("appeal_not_decided"));
}

#[test]
fn nobody_decides_who_had_a_part_in_it() {
    let manager = |user: u128, agent: Option<AgentId>, reach| Actor {
        kind: ActorKind::User,
        user: Some(id(user)),
        agent,
        grants: vec![Grant { role: Role::QaManager, reach }],
        ..Actor::operator()
    };
    let facts = DeciderFacts {
        agent_id: id(1),
        teams: vec![id(10), id(11)],
        colleagues: vec![id(1), id(2)],
        found_by: vec![id(20)],
        made_by: id(21),
        decided_by: Some(id(22)),
    };
    let code = |actor: &Actor, state| check_decider(actor, state, &facts).map_err(|refusal| refusal.code);
    assert_eq!(code(&manager(30, None, GrantReach::All), AppealState::Open), Ok(()));
    assert_eq!(code(&manager(20, None, GrantReach::All), AppealState::Open), Err("forbidden"), "made the finding");
    assert_eq!(code(&manager(21, None, GrantReach::All), AppealState::Open), Err("forbidden"), "made the appeal");
    assert_eq!(code(&manager(30, Some(id(2)), GrantReach::All), AppealState::Open), Err("forbidden"), "a colleague");
    assert_eq!(code(&manager(30, None, GrantReach::Team(id(11))), AppealState::Open), Err("forbidden"), "leads the team above");
    assert_eq!(code(&manager(22, None, GrantReach::All), AppealState::Open), Ok(()));
    assert_eq!(code(&manager(22, None, GrantReach::All), AppealState::SecondInstance), Err("forbidden"));
    assert_eq!(code(&manager(30, None, GrantReach::All), AppealState::Final), Err("appeal_not_pending"));
}

#[test]
fn every_point_is_decided_once_and_a_change_says_into_what() {
    let points =
        |targets: &[PointTarget]| targets.iter().map(|t| AppealPoint { target: t.clone(), text: String::new() }).collect::<Vec<_>>();
    let (item, violation) = (PointTarget::Item { item: "note".into() }, PointTarget::Violation { violation_id: id(1) });
    let decided = DecisionInput {
        points: vec![decision(item.clone(), Changed), decision(PointTarget::Whole, Upheld), decision(item.clone(), Upheld)],
        reason: " ".into(),
    };
    let faults = decided.checked(&points(&[item.clone(), violation])).unwrap_err().faults;
    let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["reason", "points", "points[0].outcome", "points[1].target", "points[2].target"]);
    let input = |points| AppealInput { evaluation_id: Some(id(1)), complaint_id: None, breach_id: None, points, text: "no".into() };
    assert!(input(points(std::slice::from_ref(&item))).checked().is_ok());
    assert_eq!(input(points(&[item.clone(), item])).checked().unwrap_err().faults[0].field, "points[1].target");
    assert_eq!(input(points(&[PointTarget::Whole])).checked().unwrap_err().faults[0].field, "points[0].target");
}
