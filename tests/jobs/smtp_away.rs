//! The mail server away for an hour: it refuses connections, hangs, turns mails away, or dies at them. Letters stay, are tried again after
//! growing pauses, and leave once.

use std::collections::BTreeMap;

use assay::config::SmtpConfig;
use assay::domain::access::Role;
use assay::domain::language::Language;
use assay::jobs::outbox::{Round, Sender};
use assay::mail::smtp::Smtp;
use assay::mail::transport::Transport;
use chrono::{DateTime, Duration, Utc};

use crate::support::mail::{list_closed, outbox, post, reader, round, smtp};
use crate::support::smtp::{Play, SmtpServer};
use crate::support::{TestApp, on_both};

const LETTERS: usize = 3;

/// A sender to a port at which nobody listens.
fn nobody(app: &TestApp) -> Sender {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = SmtpConfig { port, timeout_seconds: 1, connections: 1, ..SmtpConfig::default() };
    Sender::new(app.app.clone(), Transport::Smtp(Smtp::from_config(&config).unwrap()))
}

on_both! {
    fn letters_outlast_an_hour_without_a_server_and_leave_once(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        for n in 0..LETTERS {
            post(app, &list_closed(finance, &n.to_string()));
        }
        let (nobody, server) = (nobody(app), SmtpServer::start());
        let there = smtp(&app.app, &server);
        let began = app.now();
        let mut pauses: BTreeMap<String, Vec<(i64, Duration)>> = BTreeMap::new();
        let (mut rounds, mut tried) = (0, 0);
        while app.now() < began + Duration::hours(1) {
            // Mostly nobody is there; twice a server that says nothing, three times one that dies or turns the mail away.
            let (sender, play) = match tried {
                4 => (&there, Some(Play::SilentBefore)),
                7 => (&there, Some(Play::GoneBefore)),
                9 => (&there, Some(Play::Recipient(451))),
                11 => (&there, Some(Play::Message(452))),
                _ => (&nobody, None),
            };
            if let Some(play) = play {
                server.play(&[play; LETTERS]);
            }
            let done = round(app, sender);
            assert_eq!((done.sent, done.unsure, done.dead), (0, 0, 0));
            tried += done.again;
            rounds += usize::from(done != Round::default());
            for letter in outbox(app, "queued") {
                let next: DateTime<Utc> = letter["next_at"].as_str().unwrap().parse().unwrap();
                let attempts = letter["attempts"].as_i64().unwrap();
                let seen = pauses.entry(letter["id"].as_str().unwrap().to_owned()).or_default();
                if attempts > 0 && seen.last().is_none_or(|(last, _)| *last < attempts) {
                    seen.push((attempts, next - app.now()));
                }
            }
            app.clock.advance(Duration::seconds(15));
        }
        assert_eq!(outbox(app, "queued").len(), LETTERS, "they stay");
        for (id, seen) in &pauses {
            assert!(seen.windows(2).all(|pair| pair[0].1 < pair[1].1), "{id}: pauses grow: {seen:?}");
        }
        assert!((3..40).contains(&rounds), "{rounds} rounds in an hour: it is not hammered, and not forgotten");

        // The server is back.
        app.clock.advance(Duration::hours(1));
        drop(server.taken());
        server.forget_plays();
        let mut sent = 0;
        while let done @ 1.. = round(app, &there).sent {
            sent += done;
        }
        assert_eq!((sent, server.taken().len()), (LETTERS, LETTERS), "each leaves once");
        app.clock.advance(Duration::hours(1));
        assert_eq!(round(app, &there), Round::default());
    }

    /// Nobody can know whether a server that dies in the middle of a message has it; so it is not sent again without a person's order.
    fn a_server_that_dies_within_a_message_leaves_it_to_a_person(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        post(app, &list_closed(finance, "within"));
        let server = SmtpServer::start();
        let sender = smtp(&app.app, &server);
        server.play(&[Play::GoneWithin]);
        let done = round(app, &sender);
        assert_eq!(done.sent, 0);
        assert!(server.taken().is_empty());
        app.clock.advance(Duration::minutes(2));
        let unsure = outbox(app, "unsure");
        if let Some(letter) = unsure.first() {
            assert_eq!(round(app, &sender), Round::default(), "not by itself");
            app.admin().post(&format!("outbox/{}/resend", letter["id"].as_str().unwrap()), &()).expect(200);
        }
        assert_eq!(round(app, &sender).sent, 1);
        assert_eq!(server.taken().len(), 1);
    }
}
