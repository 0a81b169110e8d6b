//! What tests of mail share.

use std::sync::Arc;

use assay::app::App;
use assay::chance::Chance;
use assay::config::{MailSecurity, SmtpConfig};
use assay::db::outbox::enqueue;
use assay::db::schema::users;
use assay::domain::access::Role;
use assay::domain::id::UserId;
use assay::domain::language::Language;
use assay::domain::mail::letters::{AgentResult, Errors, Evaluated, Finding, ListClosed, Name};
use assay::domain::mail::{About, Letter, Post, Recipient};
use assay::domain::masking::Masked;
use assay::domain::money::{Currency, Money};
use assay::jobs::outbox::{Round, Sender};
use assay::mail::memory::Memory;
use assay::mail::smtp::Smtp;
use assay::mail::transport::Transport;
use diesel::prelude::*;
use serde_json::Value;

use super::TestApp;
use super::smtp::{PASSWORD, SmtpServer, USER};

/// A user with one role everywhere and an address, who reads this language.
pub fn reader(app: &TestApp, role: Role, language: Language) -> (UserId, super::Client, String) {
    let grant = assay::domain::access::Grant { role, reach: assay::domain::access::GrantReach::All };
    let (id, client) = app.user(role.as_str(), None, &[grant]);
    let address = format!("{}@example.com", id.0.simple());
    let stored = address.clone();
    app.write(move |tx| {
        diesel::update(users::table.find(id)).set((users::email.eq(&stored), users::language.eq(language))).execute(tx.conn)?;
        Ok(())
    });
    (id, client, address)
}

/// A letter to finance: it has no choice but to hear at once.
pub fn list_closed(to: UserId, dedupe: &str) -> Post {
    let letter = Letter::ListClosed(ListClosed {
        period: "2026-10".parse().unwrap(),
        lines: 12,
        total: Money::new(123_400, Currency::CNY),
        digest: "ab".repeat(32),
        path: "/fine-lists/2026-10".into(),
    });
    Post { to: Recipient::User(to), letter, dedupe: dedupe.into(), about: vec![About::new("period", "2026-10")] }
}

/// The letter of a graded conversation, with what a spiteful person might have typed.
pub fn agent_result(conversation: &str, comment: &str) -> Letter {
    Letter::AgentResult(AgentResult {
        period: "2026-11".parse().unwrap(),
        evaluation: Evaluated {
            agent: "李雷".into(),
            conversation: Masked::of(conversation),
            started_at: "2026-11-09T02:30:00Z".parse().unwrap(),
            errors: Errors { key: 1, non_key: 0 },
            findings: vec![Finding {
                name: Name::new("主动挂机", "hung up on the customer"),
                class: Some("B".into()),
                key: true,
                comment: Masked::of(comment),
            }],
            path: "/evaluations/1".into(),
        },
        comment: Masked::of(comment),
    })
}

/// Writes a letter in a transaction of its own.
pub fn post(app: &TestApp, post: &Post) {
    let post = post.clone();
    app.write(move |tx| enqueue(tx, &post).map(drop));
}

/// A sender into memory, and that memory.
pub fn memory(app: &TestApp) -> (Sender, Memory) {
    let memory = Memory::new();
    (Sender::new(app.app.clone(), Transport::Memory(memory.clone())), memory)
}

/// A sender to a server of this process.
pub fn smtp(app: &App, server: &SmtpServer) -> Sender {
    let config = SmtpConfig {
        host: "localhost".into(),
        port: server.port,
        security: MailSecurity::Starttls,
        username: USER.into(),
        password: PASSWORD.to_owned().into(),
        ca_file: Some(server.ca_file.clone()),
        timeout_seconds: 1,
        ..SmtpConfig::default()
    };
    Sender::new(app.clone(), Transport::Smtp(Smtp::from_config(&config).unwrap()))
}

/// One round of a sender.
pub fn round(app: &TestApp, sender: &Sender) -> Round {
    app.run(sender.run_once()).unwrap()
}

/// The messages of the outbox in a state, the latest first.
pub fn outbox(app: &TestApp, state: &str) -> Vec<Value> {
    app.admin().get(&format!("outbox?state={state}")).expect(200).json()["items"].as_array().unwrap().clone()
}

/// Another instance on the same database and the same clock.
pub fn second_instance(app: &TestApp) -> App {
    App::with((*app.app.config).clone(), Arc::clone(&app.app.clock), Chance::from_system().unwrap()).unwrap()
}
