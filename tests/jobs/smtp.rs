//! Real conversations with a mail server: encrypted, logged in, and with a server that refuses, dawdles, falls silent and recovers.

use std::sync::atomic::{AtomicU64, Ordering};

use assay::config::{MailSecurity, SmtpConfig};
use assay::domain::access::Role;
use assay::domain::id::UserId;
use assay::domain::language::Language;
use assay::domain::mail::{Post, Recipient};
use assay::jobs::outbox::{Round, Sender};
use assay::mail::smtp::Smtp;
use assay::mail::transport::Transport;
use chrono::Duration;

use crate::support::TestApp;
use crate::support::mail::{agent_result, list_closed, outbox, post, reader, round, smtp};
use crate::support::smtp::{Play, SmtpServer, USER};

struct Scene {
    app: TestApp,
    server: SmtpServer,
    sender: Sender,
    reader: UserId,
}

fn scene() -> Scene {
    let (app, server) = (TestApp::sqlite(), SmtpServer::start());
    let sender = smtp(&app.app, &server);
    let (reader, _, _) = reader(&app, Role::Finance, Language::Zh);
    Scene { app, server, sender, reader }
}

impl Scene {
    fn letters(&self, count: usize) {
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        for _ in 0..count {
            post(&self.app, &list_closed(self.reader, &WRITTEN.fetch_add(1, Ordering::Relaxed).to_string()));
        }
    }

    fn round(&self) -> Round {
        round(&self.app, &self.sender)
    }
}

#[test]
fn mail_goes_encrypted_with_a_log_in_and_over_kept_connections() {
    let scene = scene();
    scene.letters(5);
    assert_eq!(scene.round().sent, 5);
    let taken = scene.server.taken();
    assert!(taken.iter().all(|mail| mail.encrypted && mail.user.as_deref() == Some(USER)));
    assert!(scene.server.connections() <= 2, "mail.smtp.connections");
    let mail = &taken[0];
    assert_eq!(mail.from, "assay@localhost");
    assert!(mail.header("Message-ID").unwrap().ends_with("@localhost>"));
    assert!(mail.header("Content-Type").unwrap().starts_with("multipart/alternative"));
    assert!(mail.header("Subject").unwrap().contains("=?utf-8?"), "{:?}", mail.header("Subject"));
    assert!(mail.header("Date").unwrap().contains("10 Nov 2026"));
}

#[test]
fn a_server_without_starttls_gets_neither_password_nor_mail() {
    let mut scene = scene();
    scene.server = SmtpServer::without_starttls();
    scene.sender = smtp(&scene.app.app, &scene.server);
    scene.letters(1);
    assert_eq!(scene.round().again, 1);
    assert!(scene.server.taken().is_empty());
    let why = outbox(&scene.app, "queued")[0]["last_error"].as_str().unwrap().to_owned();
    assert!(why.contains("STARTTLS"), "{why}");
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_believed() {
    let mut scene = scene();
    let config = SmtpConfig { port: scene.server.port, security: MailSecurity::Starttls, timeout_seconds: 1, ..SmtpConfig::default() };
    scene.sender = Sender::new(scene.app.app.clone(), Transport::Smtp(Smtp::from_config(&config).unwrap()));
    scene.letters(1);
    assert_eq!(scene.round().again, 1);
    assert!(scene.server.taken().is_empty());
}

#[test]
fn a_wrong_password_is_the_server_s_trouble_and_not_the_letter_s() {
    let mut scene = scene();
    let config = SmtpConfig {
        port: scene.server.port,
        username: USER.into(),
        password: "wrong".to_owned().into(),
        ca_file: Some(scene.server.ca_file.clone()),
        timeout_seconds: 1,
        connections: 1,
        ..SmtpConfig::default()
    };
    scene.sender = Sender::new(scene.app.app.clone(), Transport::Smtp(Smtp::from_config(&config).unwrap()));
    scene.letters(3);
    assert_eq!(scene.round(), Round { again: 1, given_back: 2, ..Round::default() });
    let why = outbox(&scene.app, "queued").iter().find_map(|m| m["last_error"].as_str().map(str::to_owned)).unwrap();
    assert!(why.contains("535"), "{why}");
}

#[test]
fn refusals_for_now_are_tried_again_and_refusals_for_good_are_not() {
    let scene = scene();
    scene.letters(4);
    scene.server.play(&[Play::Recipient(450), Play::Recipient(550), Play::Message(452), Play::Message(554)]);
    assert_eq!(scene.round(), Round { again: 2, dead: 2, ..Round::default() });
    let reasons: Vec<String> = outbox(&scene.app, "dead").iter().map(|m| m["last_error"].as_str().unwrap().to_owned()).collect();
    assert!(reasons.iter().any(|r| r.contains("550")) && reasons.iter().any(|r| r.contains("554")), "{reasons:?}");
    scene.app.clock.advance(Duration::minutes(1));
    assert_eq!(scene.round().sent, 2);
    assert_eq!(scene.server.taken().len(), 2);
}

#[test]
fn silence_before_the_message_is_tried_again_and_silence_after_it_is_not() {
    let scene = scene();
    scene.letters(1);
    scene.server.play(&[Play::SilentBefore]);
    assert_eq!(scene.round().again, 1);
    assert!(scene.server.taken().is_empty());
    scene.app.clock.advance(Duration::minutes(1));
    scene.server.play(&[Play::SilentAfter]);
    assert_eq!(scene.round().unsure, 1, "the server has it, or has it not");
    assert_eq!(scene.server.taken().len(), 1);
    scene.app.clock.advance(Duration::hours(24));
    assert_eq!(scene.round(), Round::default(), "so nobody gets it twice");
}

#[test]
fn a_connection_that_breaks_is_replaced() {
    let scene = scene();
    scene.letters(1);
    scene.server.play(&[Play::GoneBefore]);
    assert_eq!(scene.round().again, 1);
    scene.app.clock.advance(Duration::minutes(1));
    assert_eq!(scene.round().sent, 1, "a new connection");
    scene.letters(1);
    scene.server.play(&[Play::GoneAfter]);
    assert_eq!(scene.round().unsure, 1);
    scene.letters(1);
    assert_eq!(scene.round().sent, 1);
}

#[test]
fn a_server_that_is_not_there_is_waited_for() {
    let mut scene = scene();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = SmtpConfig { port, timeout_seconds: 1, connections: 1, ..SmtpConfig::default() };
    let nobody = Sender::new(scene.app.app.clone(), Transport::Smtp(Smtp::from_config(&config).unwrap()));
    scene.letters(3);
    assert_eq!(round(&scene.app, &nobody), Round { again: 1, given_back: 2, ..Round::default() });
    scene.app.clock.advance(Duration::minutes(1));
    scene.sender = smtp(&scene.app.app, &scene.server);
    assert_eq!(scene.round().sent, 3);
}

#[test]
fn nothing_that_anybody_types_becomes_a_header_or_markup() {
    let scene = scene();
    let evil = "x\r\nBcc: everybody@example.com\r\n\r\n<script>alert(1)</script> 13800138000";
    let letter = agent_result(evil, evil);
    post(&scene.app, &Post { to: Recipient::User(scene.reader), letter, dedupe: "evil".into(), about: Vec::new() });
    assert_eq!(scene.round().sent, 1);
    let mail = scene.server.taken().remove(0);
    assert_eq!(mail.to.len(), 1);
    assert_eq!(mail.header("Bcc"), None);
    assert!(!mail.data.contains("everybody@example.com"), "the text is encoded, and the address masked");
}
