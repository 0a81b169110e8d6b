use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::calendar::{CalendarInput, Weekday};
use crate::domain::id::{TeamId, VendorId};

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn candidate(n: u128, class: ViolationClass, red_line: bool) -> Candidate {
    Candidate { violation_id: ViolationId(Uuid::from_u128(n)), violation_type: format!("type_{n}"), class, red_line }
}

fn office() -> Calendar {
    Calendar::new(&CalendarInput::default(), chrono_tz::Tz::Asia__Shanghai)
}

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().with_timezone(&Utc)
}

fn sanction(kind: SanctionKind) -> Sanction {
    Sanction { kinds: vec![kind], reason: "because".into(), amount_minor: None, notice_to: vec![] }
}

#[test]
fn class_a_and_red_lines_always_open_a_case_and_the_policy_adds_to_them() {
    use ViolationClass::{A, B, C, D};
    let all = [candidate(1, A, false), candidate(2, B, true), candidate(3, C, false), candidate(4, D, false), candidate(5, D, false)];
    let found = |policy: &EscalationPolicy| findings(policy, &all).iter().map(|f| (f.code.clone(), f.trigger)).collect::<Vec<_>>();
    let bare = EscalationPolicy::default();
    assert_eq!(found(&bare), [("type_1".into(), Trigger::Class), ("type_2".into(), Trigger::RedLine)]);
    let more = EscalationPolicy { classes: vec![C], violation_types: vec!["type_5".into()], ..bare };
    assert_eq!(found(&more)[2..], [("type_3".into(), Trigger::Class), ("type_5".into(), Trigger::Type)]);
}

/// 20 November 2026 is a Friday: the lead has until Monday noon, the managers until Tuesday.
#[test]
fn a_case_walks_through_all_levels_over_a_weekend() {
    let (policy, calendar) = (EscalationPolicy::default(), office());
    let levels = policy.chain(&[], None);
    let opened = open(levels, &calendar, at("2026-11-20T17:00"));
    assert_eq!(opened.due_at, Some(at("2026-11-23T12:00")));
    assert_eq!(advance(&opened, levels, &calendar, at("2026-11-22T12:00")), None, "nobody works on a Sunday");
    let (second_level, event) = advance(&opened, levels, &calendar, at("2026-11-23T12:00")).unwrap();
    assert_eq!((second_level.level, event), (2, EventKind::Escalated));
    assert_eq!(second_level.due_at, Some(at("2026-11-24T11:00")));
    let (exhausted, event) = advance(&second_level, levels, &calendar, at("2026-11-24T11:00")).unwrap();
    assert_eq!((exhausted.level, exhausted.due_at, event), (2, None, EventKind::ChainExhausted));
    assert_eq!(advance(&exhausted, levels, &calendar, at("2027-11-24T11:00")), None, "that is said once");
    assert!(acknowledge(&exhausted, user(1), &[user(1)].into(), false).is_ok(), "and still waits for somebody");
}

#[test]
fn who_was_told_acknowledges_and_who_was_not_does_not() {
    let status = open(&EscalationPolicy::default().levels, &office(), at("2026-11-20T17:00"));
    assert_eq!(acknowledge(&status, user(2), &[user(1)].into(), false).unwrap_err().code, "forbidden");
    assert!(acknowledge(&status, user(2), &[user(1)].into(), true).is_ok());
    let taken = acknowledge(&status, user(1), &[user(1)].into(), false).unwrap();
    assert_eq!((taken.state, taken.due_at), (CaseState::Acknowledged, None));
    assert_eq!(acknowledge(&taken, user(1), &[user(1)].into(), true).unwrap_err().code, "already_acknowledged");
    assert_eq!(advance(&taken, &EscalationPolicy::default().levels, &office(), at("2027-01-01T00:00")), None);
}

#[test]
fn four_eyes_are_of_two_people() {
    let policy = EscalationPolicy::default();
    let status = open(&policy.levels, &office(), at("2026-11-20T17:00"));
    let (trained, event) = end(&status, user(1), sanction(SanctionKind::OfflineTraining), &policy).unwrap();
    assert_eq!((trained.state, event), (CaseState::Ended, EventKind::Ended));
    assert_eq!(end(&trained, user(1), sanction(SanctionKind::NoAction), &policy).unwrap_err().code, "case_over");
    let (proposed, event) = end(&status, user(1), sanction(SanctionKind::Dismissal), &policy).unwrap();
    assert_eq!((proposed.state, event), (CaseState::Proposed, EventKind::SanctionProposed));
    assert_eq!(end(&proposed, user(2), sanction(SanctionKind::NoAction), &policy).unwrap_err().code, "sanction_proposed");
    assert_eq!(second(&proposed, user(1), true).unwrap_err().code, "forbidden");
    assert_eq!(second(&proposed, user(2), true).unwrap().0.state, CaseState::Ended);
    let (declined, _) = second(&proposed, user(2), false).unwrap();
    assert_eq!((declined.state, declined.proposed.as_ref()), (CaseState::Acknowledged, None));
    assert_eq!(second(&declined, user(2), true).unwrap_err().code, "no_sanction_proposed");
}

#[test]
fn a_case_closes_by_itself_only_when_nothing_of_it_stands() {
    let policy = EscalationPolicy::default();
    let status = open(&policy.levels, &office(), at("2026-11-20T17:00"));
    assert_eq!(overturned(&status, 1).0, status);
    assert_eq!(overturned(&status, 0).0.state, CaseState::Closed);
    let (ended, _) = end(&status, user(1), sanction(SanctionKind::NoAction), &policy).unwrap();
    assert_eq!(overturned(&ended, 0), (ended.clone(), EventKind::FindingOverturned));
}

#[test]
fn the_nearest_chain_counts() {
    let (team, above, vendor) = (TeamId(Uuid::from_u128(1)), TeamId(Uuid::from_u128(2)), VendorId(Uuid::from_u128(3)));
    let chain = |unit, minutes| UnitChain { unit, levels: vec![Level { minutes, ..EscalationPolicy::default().levels[0].clone() }] };
    let policy = EscalationPolicy {
        chains: vec![
            chain(UnitOf { team_id: None, vendor_id: Some(vendor) }, 3),
            chain(UnitOf { team_id: Some(above), vendor_id: None }, 2),
        ],
        ..EscalationPolicy::default()
    };
    assert_eq!(policy.chain(&[team, above], Some(vendor))[0].minutes, 2);
    assert_eq!(policy.chain(&[team], Some(vendor))[0].minutes, 3);
    assert_eq!(policy.chain(&[team], None).len(), 2);
}

#[test]
fn faults_come_together() {
    let level = Level { recipients: vec![Recipient { role: None, user_id: None }], minutes: 0 };
    let both = UnitOf { team_id: Some(TeamId(Uuid::nil())), vendor_id: Some(VendorId(Uuid::nil())) };
    let bad = EscalationPolicy {
        counts: vec![CountRule { code: "a b".into(), classes: vec![], violation_types: vec![], at_least: 1 }],
        levels: vec![level],
        chains: vec![UnitChain { unit: both, levels: vec![] }],
        ..EscalationPolicy::default()
    };
    let fields: Vec<_> = bad.checked().unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
    assert_eq!(
        fields,
        [
            "levels[0].minutes",
            "levels[0].recipients[0]",
            "chains[0].unit",
            "chains[0].levels",
            "counts[0].code",
            "counts[0].at_least",
            "counts[0].classes",
        ]
    );
    let fields = |sanction: Sanction| sanction.checked().unwrap_err().faults.into_iter().map(|f| f.field).collect::<Vec<_>>();
    let mixed = Sanction { kinds: vec![SanctionKind::NoAction, SanctionKind::Fine], ..sanction(SanctionKind::Fine) };
    assert_eq!(fields(mixed), ["kinds", "amount_minor"]);
    let addressed = Sanction { notice_to: vec!["x".into()], reason: " ".into(), ..sanction(SanctionKind::Dismissal) };
    assert_eq!(fields(addressed), ["notice_to", "notice_to[0]", "reason"]);
}

proptest! {
    /// Whatever the clock does, levels only rise, and after at most one step per level it is quiet.
    #[test]
    fn the_clock_comes_to_rest(levels in proptest::collection::vec(1_u32..5_000, 1..8), start in 0_i64..500_000) {
        let levels: Vec<Level> = levels.into_iter().map(|minutes| Level { recipients: vec![], minutes }).collect();
        let days = CalendarInput { working_days: vec![Weekday::Tuesday, Weekday::Sunday], ..CalendarInput::default() };
        let calendar = Calendar::new(&days, chrono_tz::Tz::Asia__Shanghai);
        let mut now = at("2026-01-01T00:00") + chrono::Duration::minutes(start);
        let mut status = open(&levels, &calendar, now);
        let mut steps = 0;
        while let Some(due) = status.due_at {
            prop_assert!(due > now);
            now = due;
            let (next, _) = advance(&status, &levels, &calendar, now).unwrap();
            prop_assert!(next.level >= status.level);
            status = next;
            steps += 1;
        }
        prop_assert_eq!(steps, levels.len());
        prop_assert_eq!(usize::try_from(status.level).unwrap(), levels.len());
    }
}
