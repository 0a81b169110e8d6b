use proptest::prelude::*;

use super::*;
use crate::domain::catalogue::ViolationTypeInput;
use crate::domain::scorecard::Section;

fn item(code: &str, kind: ItemKind, linked: Option<&str>) -> Item {
    Item {
        code: code.into(),
        title_zh: "标题".into(),
        title_en: "Title".into(),
        kind,
        guidance_zh: String::new(),
        guidance_en: String::new(),
        na_allowed: kind == ItemKind::NonKey,
        comment_on_fail: kind == ItemKind::Key,
        violation_type: linked.map(str::to_owned),
    }
}

/// Key items `verify` (linked to `identity`, class B) and `promise`; non-key `silence` and `hold` (both linked to `silence`, class D)
/// and `greet`.
fn content() -> ScorecardContent {
    let section = |code: &str, items| Section { code: code.into(), title_zh: "部分".into(), title_en: "Section".into(), items };
    let first = vec![item("verify", ItemKind::Key, Some("identity")), item("promise", ItemKind::Key, None)];
    let second = vec![
        item("silence", ItemKind::NonKey, Some("silence")),
        item("hold", ItemKind::NonKey, Some("silence")),
        item("greet", ItemKind::NonKey, None),
    ];
    ScorecardContent { sections: vec![section("must", first), section("should", second)] }.checked().unwrap()
}

fn types() -> BTreeMap<String, ViolationType> {
    let make = |code: &str, class, red_line, class_if_money_lost, kind| {
        let (name_zh, name_en) = ("名".to_owned(), "Name".to_owned());
        let input =
            ViolationTypeInput { code: code.into(), class, name_zh, name_en, kind, red_line, class_if_money_lost, active: None, order: 0 };
        (code.to_owned(), ViolationType::checked(input).unwrap())
    };
    BTreeMap::from([
        make("abuse", ViolationClass::A, None, None, None),
        make("identity", ViolationClass::B, None, None, None),
        make("hung_up", ViolationClass::B, Some(true), None, None),
        make("silence", ViolationClass::D, None, None, None),
        make("proof", ViolationClass::E, None, Some(ViolationClass::D), None),
        make("note", ViolationClass::E, None, None, Some(ErrorKind::None)),
    ])
}

fn material() -> Material {
    Material { transcript_lines: 20, duration_ms: Some(90_000), recordings: Vec::new() }
}

fn lines(first: u32) -> Evidence {
    Evidence::Lines { first, last: first }
}

fn answer(code: &str, outcome: Outcome) -> Answer {
    let comment = if outcome == Outcome::Fail { format!("why {code}") } else { String::new() };
    Answer { code: code.into(), outcome: Some(outcome), comment, evidence: Vec::new(), money_lost: false }
}

fn failing(failed: &[&str]) -> AnswerSheet {
    let answers =
        content().items().map(|i| answer(&i.code, if failed.contains(&i.code.as_str()) { Outcome::Fail } else { Outcome::Pass })).collect();
    AnswerSheet { items: answers, ..AnswerSheet::default() }
}

fn tag(code: &str) -> TaggedViolation {
    TaggedViolation { violation_type: code.into(), item: None, money_lost: false, comment: String::new(), evidence: Vec::new() }
}

fn graded(sheet: &AnswerSheet) -> Refused<Grading> {
    grade(sheet, Basis { content: &content(), types: &types(), material: &material() })
}

fn errors(sheet: &AnswerSheet) -> (u32, u32) {
    let grading = graded(sheet).unwrap();
    (grading.key_errors, grading.non_key_errors)
}

fn fields(result: Refused<impl std::fmt::Debug>) -> Vec<String> {
    result.unwrap_err().faults.into_iter().map(|fault| fault.field).collect()
}

#[test]
fn each_failed_item_is_one_error_of_its_kind() {
    assert_eq!(errors(&failing(&[])), (0, 0));
    assert_eq!(errors(&failing(&["verify", "promise", "greet"])), (2, 1));
    let mut not_applicable = failing(&[]);
    not_applicable.items[4].outcome = Some(Outcome::NotApplicable);
    assert_eq!(errors(&not_applicable), (0, 0));
}

#[test]
fn a_violation_that_hangs_on_a_failed_item_counts_once_with_the_item() {
    let mut sheet = failing(&["verify"]);
    sheet.items[0].evidence = vec![lines(3)];
    let grading = graded(&sheet).unwrap();
    assert_eq!((grading.key_errors, grading.non_key_errors), (1, 0));
    let [violation] = grading.violations.as_slice() else { panic!("one violation, not {:?}", grading.violations) };
    assert_eq!((violation.violation_type.as_str(), violation.class, violation.error), ("identity", ViolationClass::B, ErrorKind::None));
    assert_eq!((violation.item.as_deref(), violation.occurrences, &violation.evidence), (Some("verify"), 1, &vec![lines(3)]));
    // Tagged once more by hand, it is the same violation.
    sheet.violations = vec![TaggedViolation { evidence: vec![lines(9)], ..tag("identity") }];
    let grading = graded(&sheet).unwrap();
    assert_eq!((grading.key_errors, grading.violations.len()), (1, 1));
    assert_eq!(grading.violations[0].evidence, [lines(3), lines(9)]);
    // And one of another type that is said to hang on the failed item adds nothing either.
    sheet.violations = vec![TaggedViolation { item: Some("verify".into()), ..tag("hung_up") }];
    assert_eq!(errors(&sheet), (1, 0));
}

#[test]
fn a_violation_on_its_own_adds_one_error_of_its_kind() {
    let with = |codes: &[&str]| AnswerSheet { violations: codes.iter().map(|code| tag(code)).collect(), ..failing(&["promise"]) };
    assert_eq!(errors(&with(&["hung_up"])), (2, 0));
    assert_eq!(errors(&with(&["silence", "proof"])), (1, 2));
    assert_eq!(errors(&with(&["note"])), (1, 0), "its type counts as no error");
    assert_eq!(graded(&with(&["note"])).unwrap().violations.len(), 1, "but it is a violation");
}

#[test]
fn the_same_type_twice_is_one_violation_with_two_pieces_of_evidence() {
    let piece = |first| TaggedViolation { evidence: vec![lines(first)], comment: format!("line {first}"), ..tag("hung_up") };
    let sheet = AnswerSheet { violations: vec![piece(2), piece(8), piece(8)], ..failing(&[]) };
    let grading = graded(&sheet).unwrap();
    assert_eq!((grading.key_errors, grading.violations.len()), (1, 1));
    let violation = &grading.violations[0];
    assert_eq!((violation.occurrences, &violation.evidence), (3, &vec![lines(2), lines(8)]));
    assert_eq!(violation.comment, "line 2\nline 8");
    // Two failed items of one linked type: two errors, one violation.
    let grading = graded(&failing(&["silence", "hold"])).unwrap();
    assert_eq!((grading.non_key_errors, grading.violations.len(), grading.violations[0].occurrences), (2, 1, 2));
    assert_eq!(grading.violations[0].item.as_deref(), Some("silence"));
}

#[test]
fn lost_money_makes_class_e_a_class_d() {
    let lost = |money_lost| AnswerSheet { violations: vec![TaggedViolation { money_lost, ..tag("proof") }], ..failing(&[]) };
    assert_eq!(graded(&lost(false)).unwrap().violations[0].class, ViolationClass::E);
    let grading = graded(&lost(true)).unwrap();
    assert_eq!((grading.violations[0].class, grading.non_key_errors), (ViolationClass::D, 1));
}

#[test]
fn class_a_and_red_lines_are_marked_and_the_gravest_comes_first() {
    let sheet = AnswerSheet { violations: vec![tag("proof"), tag("hung_up"), tag("abuse")], ..failing(&["verify"]) };
    let violations = graded(&sheet).unwrap().violations;
    let marks: Vec<_> = violations.iter().map(|it| (it.violation_type.as_str(), it.red_line)).collect();
    assert_eq!(marks, [("abuse", true), ("hung_up", true), ("identity", false), ("proof", false)]);
}

#[test]
fn an_inactive_linked_type_is_no_violation_but_the_item_still_fails() {
    let (content, material, mut types) = (content(), material(), types());
    types.remove("identity");
    let grading = grade(&failing(&["verify"]), Basis { content: &content, types: &types, material: &material }).unwrap();
    assert_eq!((grading.key_errors, grading.violations.len()), (1, 0));
}

#[test]
fn everything_that_is_wrong_with_a_sheet_is_told_at_once() {
    let mut sheet = failing(&["promise", "greet"]);
    sheet.items.remove(3);
    sheet.items[0].outcome = Some(Outcome::NotApplicable);
    sheet.items[1].comment = "  ".into();
    sheet.items[2].evidence = vec![lines(1)];
    sheet.items[3].evidence = vec![lines(4), lines(21)];
    sheet.items.push(answer("greet", Outcome::Pass));
    sheet.items.push(answer("unknown", Outcome::Pass));
    sheet.items.push(Answer { outcome: None, ..answer("unknown_too", Outcome::Pass) });
    sheet.violations = vec![
        tag("unheard_of"),
        TaggedViolation {
            item: Some("verify".into()),
            evidence: vec![Evidence::Span { recording_id: None, from_ms: 0, to_ms: 90_001 }],
            ..tag("abuse")
        },
    ];
    assert_eq!(
        fields(graded(&sheet)),
        [
            "items[0].outcome",
            "items[2].evidence",
            "items[3].evidence[1].first",
            "items[4].code",
            "items[5].code",
            "items[6].code",
            "violations[0].violation_type",
            "violations[1].item",
            "violations[1].evidence[0].to_ms",
            "items[1].comment",
            "items",
        ]
    );
}

#[test]
fn a_draft_may_be_incomplete_but_not_shapeless() {
    let (content, types, material) = (content(), types(), material());
    let basis = Basis { content: &content, types: &types, material: &material };
    assert!(check_draft(&AnswerSheet::default(), basis).is_ok());
    let mut sheet = failing(&["promise"]);
    sheet.items.truncate(2);
    sheet.items[0].outcome = None;
    sheet.items[1].comment.clear();
    assert!(check_draft(&sheet, basis).is_ok());
    assert_eq!(fields(grade(&sheet, basis)), ["items[0].outcome", "items[1].comment", "items", "items", "items"]);
    sheet.items[0].code = "nonsense".into();
    assert_eq!(fields(check_draft(&sheet, basis)), ["items[0].code"]);
}

#[test]
fn sheets_that_say_the_same_are_equal() {
    let mut other = failing(&["verify"]);
    other.items.reverse();
    other.items[0].comment = " \n".into();
    assert_eq!(other.normalised(), failing(&["verify"]).normalised());
    assert_ne!(failing(&["promise"]).normalised(), failing(&["verify"]).normalised());
}

fn any_sheet() -> impl Strategy<Value = AnswerSheet> {
    let codes: Vec<String> = types().into_keys().collect();
    let tags = prop::collection::vec((prop::sample::select(codes), any::<bool>(), 1_u32..20), 0..8);
    (prop::collection::vec(any::<bool>(), 5), tags).prop_map(|(fails, tags)| {
        let failed: Vec<String> = content().items().zip(fails).filter(|(_, fail)| *fail).map(|(item, _)| item.code.clone()).collect();
        let tagged =
            tags.into_iter().map(|(code, lost, line)| TaggedViolation { money_lost: lost, evidence: vec![lines(line)], ..tag(&code) });
        AnswerSheet { violations: tagged.collect(), ..failing(&failed.iter().map(String::as_str).collect::<Vec<_>>()) }
    })
}

proptest! {
    #[test]
    fn no_type_is_a_violation_twice_and_errors_are_what_items_and_violations_add(sheet in any_sheet()) {
        let grading = graded(&sheet).unwrap();
        let codes: BTreeSet<_> = grading.violations.iter().map(|it| it.violation_type.clone()).collect();
        prop_assert_eq!(codes.len(), grading.violations.len());
        let failed = grading.items.iter().filter(|it| it.outcome == Outcome::Fail).count();
        let alone = grading.violations.iter().filter(|it| it.item.is_none() && it.error != ErrorKind::None).count();
        prop_assert_eq!(usize::try_from(grading.key_errors + grading.non_key_errors).unwrap(), failed + alone);
        let tags = sheet.violations.len() + grading.items.iter().filter(|it| it.outcome == Outcome::Fail && !["promise", "greet"].contains(&it.code.as_str())).count();
        prop_assert_eq!(grading.violations.iter().map(|it| usize::try_from(it.occurrences).unwrap()).sum::<usize>(), tags);
    }

    #[test]
    fn untagging_a_violation_never_adds_an_error(sheet in any_sheet(), which in any::<prop::sample::Index>()) {
        let before = errors(&sheet);
        let mut fewer = sheet;
        if !fewer.violations.is_empty() {
            let at = which.index(fewer.violations.len());
            fewer.violations.remove(at);
        }
        let after = errors(&fewer);
        prop_assert!(after.0 <= before.0 && after.1 <= before.1);
    }

    #[test]
    fn the_order_of_answers_does_not_matter(sheet in any_sheet()) {
        let mut reversed = sheet.clone();
        reversed.items.reverse();
        prop_assert_eq!(graded(&reversed).unwrap(), graded(&sheet).unwrap());
    }
}
