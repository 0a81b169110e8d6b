//! People with a password, at a browser.

use std::sync::OnceLock;

use assay::auth;
use assay::db::{self, users::UserRow};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::{AgentId, UserId};
use assay::domain::language::Language;

use assay::db::schema::users;
use diesel::prelude::*;

use super::TestApp;
use super::browser::Visitor;

const PASSWORD: &str = "correct horse battery";

fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| auth::hash_password(PASSWORD, [9; 32]).unwrap()).clone()
}

/// Somebody new with one role, who reads English.
pub fn somebody(app: &TestApp, username: &str, role: Role, reach: GrantReach, agent_id: Option<AgentId>) -> UserId {
    let hash = password_hash();
    let username = username.to_owned();
    app.write(move |tx| {
        let user = UserRow {
            id: tx.id(),
            username: username.clone(),
            name: format!("{username} at work"),
            email: None,
            language: Language::En,
            agent_id,
            active: true,
            version: 1,
        };
        db::users::insert(tx, &user, Some(&hash))?;
        db::users::insert_grant(tx, user.id, &Grant { role, reach })?;
        Ok(user.id)
    })
}

/// The same, logged in.
pub fn visit<'a>(app: &'a TestApp, username: &str, role: Role, reach: GrantReach, agent: Option<AgentId>) -> Visitor<'a> {
    somebody(app, username, role, reach, agent);
    let mut visitor = Visitor::new(app);
    visitor.log_in(username, PASSWORD).expect(303);
    visitor
}

/// The agent with the log-in that the agent has already, reading English.
pub fn visit_as_agent(app: &TestApp, agent: AgentId) -> Visitor<'_> {
    let username: String = app.write(move |tx| {
        let (id, username): (UserId, String) =
            users::table.filter(users::agent_id.eq(agent)).select((users::id, users::username)).first(tx.conn)?;
        diesel::update(users::table.find(id))
            .set((users::password_hash.eq(password_hash()), users::language.eq(Language::En)))
            .execute(tx.conn)?;
        Ok(username)
    });
    let mut visitor = Visitor::new(app);
    visitor.log_in(&username, PASSWORD).expect(303);
    visitor
}

/// What every page keeps to: no inline script or style, one main heading, headings that skip no level, labelled fields.
pub fn check_page(html: &str) {
    assert!(!html.contains("<script>") && !html.contains(" style=") && !html.contains(" onclick="), "inline script or style");
    let levels: Vec<u8> = html
        .match_indices("<h")
        .filter_map(|(at, _)| html.as_bytes().get(at + 2).filter(|b| b.is_ascii_digit()))
        .map(|b| b - b'0')
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "one main heading: {levels:?}");
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "a heading skips a level: {levels:?}");
    assert!(html.len() < 200_000, "the page has {} bytes", html.len());
}
