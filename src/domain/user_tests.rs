//! What makes a user, and what a file says about one.

use super::super::csv_table::{Limits, Table};
use super::*;

fn grant(role: Role) -> GrantInput {
    GrantInput { role, reach: None, vendor_id: None, team_id: None }
}

fn input(grants: Vec<GrantInput>) -> UserInput {
    UserInput {
        username: "li.na@qa".into(),
        name: "李娜".into(),
        email: None,
        language: Language::Zh,
        agent_id: None,
        active: true,
        grants,
    }
}

#[test]
fn roles_are_kept_once_and_in_order_and_an_agent_says_which() {
    let facts = input(vec![grant(Role::Finance), grant(Role::QaManager), grant(Role::Finance)]).checked().unwrap();
    assert_eq!(facts.grants.iter().map(|grant| grant.role).collect::<Vec<_>>(), [Role::QaManager, Role::Finance]);
    assert!(!facts.administers());
    assert!(input(vec![grant(Role::Admin)]).checked().unwrap().administers());
    let refusal = input(vec![grant(Role::TeamLead), grant(Role::Agent)]).checked().unwrap_err();
    assert_eq!(refusal.faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["grants[0].reach", "grants[1].role"]);
    assert!(input(vec![grant(Role::Admin); 51]).checked().is_err());
}

#[test]
fn weak_passwords_are_refused_without_saying_them() {
    assert!(check_password("correct horse", "li.na").is_ok());
    assert!(check_password("一二三四五六七八九十", "li.na").is_ok());
    for bad in ["short", "aaaaaaaaaaaa", "li.na12345", &"x1y2".repeat(40)] {
        let refusal = check_password(bad, "li.na").unwrap_err();
        assert!(refusal.faults[0].field == "password" && !refusal.message.contains(bad));
    }
}

#[test]
fn a_line_reads_roles_with_their_reach() {
    let text = "username,name,roles\nli,李,team_lead@team:A1; inspector\nbo,Bo,lead@team:A1;auditor@vendor;finance@all:x\nmo,Mo,\n";
    let table = Table::open(text.as_bytes(), &COLUMNS, Limits { rows: 9, line_bytes: 99 }).unwrap();
    let lines: Vec<_> = table.map(|line| UserLine::of_line(&line.unwrap())).collect();
    let li = lines[0].as_ref().unwrap();
    let roles = li.roles.as_ref().unwrap();
    assert_eq!(roles.iter().map(ToString::to_string).collect::<Vec<_>>(), ["team_lead@team:A1", "inspector"]);
    assert_eq!((li.email.clone(), li.active), (None, None));
    assert_eq!(lines[1].as_ref().unwrap_err().faults.len(), 3);
    assert_eq!(lines[2].as_ref().unwrap().roles, Some(vec![]));
}
