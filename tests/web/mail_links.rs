//! The links in the demo centre's mails, each opened by who got the mail.

use std::collections::{BTreeMap, BTreeSet};

use assay::db::schema::{outbox, users};
use diesel::prelude::*;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::browser::Visitor;

/// Every path in a letter's parameters, also those of the letters in a digest.
fn paths(params: &Value, found: &mut Vec<String>) {
    match params {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(path) if name == "path" || name == "acknowledge_path" => found.push(path.clone()),
                    other => paths(other, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| paths(value, found)),
        _ => {}
    }
}

/// The path with its ids taken out: two of the same shape are served by the same code.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.bytes().any(|b| b.is_ascii_digit()) { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_link_in_a_mail_leads_its_reader_to_a_page() {
    let app = TestApp::demo();
    let letters: Vec<(String, String, String)> = app.read(|conn| {
        let of_users = outbox::table.inner_join(users::table.on(outbox::user_id.eq(users::id.nullable())));
        Ok(of_users.order(outbox::id).select((users::username, outbox::kind, outbox::params)).load(conn)?)
    });
    let mut seen = BTreeSet::new();
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (username, kind, params) in letters {
        let mut found = Vec::new();
        paths(&serde_json::from_str(&params).unwrap(), &mut found);
        for path in found {
            if seen.insert((username.clone(), kind.clone(), shape(&path))) {
                wanted.entry(username.clone()).or_default().push(path);
            }
        }
    }
    let kinds: BTreeSet<&str> = seen.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert!(
        kinds.is_superset(&BTreeSet::from(["agent_result", "appeal_submitted", "assignments", "escalation_opened", "list_closed"])),
        "{kinds:?}"
    );
    for (username, paths) in wanted {
        let mut visitor = Visitor::new(&app);
        visitor.log_in(&username, "clearbay-demo").expect(303);
        for path in paths {
            // A browser keeps the place on the page to itself.
            let answer = visitor.get(path.split('#').next().unwrap());
            assert_eq!(answer.status, 200, "{username} {path}");
        }
    }
}
