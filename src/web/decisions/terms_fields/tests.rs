use uuid::Uuid;

use super::*;
use crate::domain::access::Role;
use crate::domain::id::TeamId;
use crate::domain::violation::ViolationClass;

fn days(days: &[&str]) -> Vec<NaiveDate> {
    days.iter().map(|day| day.parse().unwrap()).collect()
}

#[test]
fn what_is_shown_is_read_again() {
    let (user, team) = (UserId(Uuid::from_u128(1)), TeamId(Uuid::from_u128(2)));
    let people = vec![(user, "li.na".to_owned(), "李娜".to_owned())];
    let person = Recipient { role: None, user_id: Some(user) };
    let levels = vec![Level { recipients: vec![Recipient { role: Some(Role::QaManager), user_id: None }, person], minutes: 30 }];
    let policy = EscalationPolicy {
        counts: vec![CountRule {
            code: "often".into(),
            classes: vec![ViolationClass::C],
            violation_types: vec!["slow".into()],
            at_least: 3,
        }],
        chains: vec![UnitChain { unit: UnitOf { team_id: Some(team), vendor_id: None }, levels: levels.clone() }],
        levels,
        ..EscalationPolicy::default()
    };
    let mut typed = escalation_fields(&policy, 1, &people);
    assert_eq!(people_named(&typed), ["li.na", "li.na"]);
    close_up_escalation(&mut typed);
    assert_eq!(read_escalation(&typed, &people).unwrap(), policy);
    let calendar = CalendarInput {
        hours: vec![WorkingHours { from: TimeOfDay::BEGIN, until: TimeOfDay::END }],
        holidays: days(&["2026-10-01", "2026-10-02", "2026-10-03", "2026-12-25"]),
        ..CalendarInput::default()
    };
    let typed = calendar_fields(&calendar, 1);
    assert_eq!((typed.get("holidays[0].until"), typed.get("holidays[1].until"), typed.rows("holidays")), ("2026-10-03", "", 2));
    assert_eq!(read_calendar(&typed).unwrap(), calendar);
}

/// The fields at fault.
fn faults<T>(read: Refused<T>) -> Vec<String> {
    read.err().unwrap().faults.into_iter().map(|fault| fault.field).collect()
}

#[test]
fn what_is_wrong_is_told_beside_the_field_of_the_row() {
    let typed = |pairs: &[(&str, &str)]| Typed::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let mut form = typed(&[
        ("levels[0].minutes", ""),
        ("levels[0].people[0]", ""),
        ("levels[1].minutes", "soon"),
        ("levels[1].people[0]", ""),
        ("levels[1].people[1]", "nobody"),
        ("chains[0].unit", ""),
        ("chains[0].levels[0].minutes", "5"),
    ]);
    close_up_escalation(&mut form);
    assert_eq!(faults(read_escalation(&form, &[])), ["levels[0].people[0]", "levels[0].minutes", "chains[0].unit"]);
    let form = typed(&[
        ("hours[0].from", "nine"),
        ("hours[0].until", ""),
        ("holidays[0].from", "2026-10-07"),
        ("holidays[0].until", "2026-10-01"),
        ("holidays[1].from", "2026-01-01"),
        ("holidays[1].until", "2036-01-01"),
        ("extra_working_days[0].from", ""),
        ("extra_working_days[0].until", "2026-10-01"),
    ]);
    let wrong = ["hours[0].from", "hours[0].until", "holidays[0].until", "holidays[1].until", "extra_working_days[0].from"];
    assert_eq!(faults(read_calendar(&form)), wrong);
}

#[test]
fn people_are_named_in_what_is_refused() {
    let user = UserId(Uuid::from_u128(1));
    let people = vec![(user, "li.na".to_owned(), String::new())];
    let refusal = Refusal::invalid("levels[2].recipients[1]", format!("{user} is not a user who may log in"));
    let refusal = by_field(refusal, &people);
    let fault = refusal.faults.first().unwrap();
    assert_eq!((fault.field.as_str(), fault.message.as_str()), ("levels[2].roles", "`li.na` is not a user who may log in"));
}
