//! The sender: once each, in time, not too many, given up in the end, and nothing lost by a crash.

use assay::db::outbox_sending::{Begun, begin, claim};
use assay::domain::access::{Actor, Role};
use assay::domain::language::Language;
use assay::domain::mail::{Delivery, OutboxChannel};
use assay::jobs::outbox::Round;
use chrono::Duration;

use crate::support::mail::{list_closed, memory, outbox, post, reader, round, second_instance, smtp};
use crate::support::on_both;
use crate::support::smtp::SmtpServer;

on_both! {
    fn a_letter_is_sent_once_however_often_it_is_written(app: &TestApp) {
        let (finance, _, address) = reader(app, Role::Finance, Language::En);
        let (sender, memory) = memory(app);
        for _ in 0..3 {
            post(app, &list_closed(finance, "2026-10"));
        }
        assert_eq!(round(app, &sender), Round { sent: 1, ..Round::default() });
        post(app, &list_closed(finance, "2026-10"));
        assert_eq!(round(app, &sender), Round::default());
        let mails = memory.take();
        assert_eq!(mails.len(), 1);
        let head = String::from_utf8(mails[0].message.formatted()).unwrap();
        assert!(head.contains(&format!("<{address}>")), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
    }

    fn a_letter_goes_with_its_transaction(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        let letter = list_closed(finance, "2026-10");
        let refused = app.run(app.app.write(&Actor::service(), move |tx| {
            assay::db::outbox::enqueue(tx, &letter)?;
            Err::<(), _>(assay::domain::Refusal::conflict("no", "no").into())
        }));
        assert!(refused.is_err());
        let (sender, _) = memory(app);
        assert_eq!(round(app, &sender), Round::default());
    }

    fn what_fails_is_tried_again_later_and_given_up_in_the_end(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        post(app, &list_closed(finance, "2026-10"));
        let (sender, memory) = memory(app);
        memory.answer(Delivery::Later("451 greylisted".into()));
        assert_eq!(round(app, &sender).again, 1);
        assert_eq!(outbox(app, "queued")[0]["last_error"], "451 greylisted");
        assert_eq!(round(app, &sender), Round::default(), "not before its time");
        app.clock.advance(Duration::minutes(1));
        assert_eq!(round(app, &sender).sent, 1);
        assert_eq!(memory.take().len(), 1);

        post(app, &list_closed(finance, "again"));
        let mut rounds = 0;
        while outbox(app, "dead").is_empty() {
            memory.answer(Delivery::Later("451 still greylisted".into()));
            round(app, &sender);
            app.clock.advance(Duration::minutes(76));
            rounds += 1;
            assert!(rounds < 100, "given up after three days");
        }
        let dead = outbox(app, "dead");
        assert!(dead[0]["last_error"].as_str().unwrap().contains("still greylisted"), "{dead:?}");
        assert!(rounds > 40, "tried for three days: {rounds}");
        // The last answer was not asked for where the message was given up before it was handed over once more.
        memory.forget_answers();

        let id = dead[0]["id"].as_str().unwrap();
        let message_id = dead[0]["message_id"].clone();
        app.admin().post(&format!("outbox/{id}/resend"), &()).expect(200);
        app.admin().post(&format!("outbox/{id}/resend"), &()).refused(409, "still_on_its_way");
        assert_eq!(round(app, &sender).sent, 1);
        assert_eq!(outbox(app, "sent")[0]["message_id"], message_id, "its Message-ID stays");
    }

    fn a_refusal_is_for_good_and_a_server_that_is_down_spares_the_rest(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        for n in 0..5 {
            post(app, &list_closed(finance, &n.to_string()));
        }
        let (sender, memory) = memory(app);
        memory.answer(Delivery::Never("550 no such user".into()));
        memory.answer(Delivery::ServerDown("connection refused".into()));
        let done = round(app, &sender);
        assert_eq!(done, Round { dead: 1, again: 1, given_back: 3, ..Round::default() });
        assert_eq!(outbox(app, "dead")[0]["last_error"], "550 no such user");
        let untried = outbox(app, "queued").iter().filter(|m| m["attempts"] == 0).count();
        assert_eq!(untried, 3);
        app.clock.advance(Duration::minutes(1));
        assert_eq!(round(app, &sender).sent, 4);
    }

    fn what_an_instance_was_doing_when_it_died_is_settled_without_a_second_copy(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        post(app, &list_closed(finance, "handed over"));
        post(app, &list_closed(finance, "only claimed"));
        let begun = app.write(|tx| {
            let ids = claim(tx, OutboxChannel::Mail, "dead instance", 10, None, Duration::minutes(5))?;
            begin(tx, ids[0], "dead instance", "localhost", Duration::minutes(5), Duration::hours(72))
        });
        assert!(matches!(begun, Begun::Go(_)));
        let (sender, memory) = memory(app);
        assert_eq!(round(app, &sender), Round::default(), "while its lease lasts they are its own");
        app.clock.advance(Duration::minutes(6));
        assert_eq!(round(app, &sender).sent, 1, "what it had only claimed is sent");
        app.clock.advance(Duration::hours(1));
        assert_eq!(round(app, &sender), Round::default(), "what it may have sent is not");
        let unsure = outbox(app, "unsure");
        assert!(unsure[0]["last_error"].as_str().unwrap().contains("stopped"), "{unsure:?}");
        app.admin().post(&format!("outbox/{}/resend", unsure[0]["id"].as_str().unwrap()), &()).expect(200);
        assert_eq!(round(app, &sender).sent, 1, "but on demand it is");
        assert_eq!(memory.take().len(), 2);
    }

    fn a_slow_instance_that_lost_its_claim_sends_nothing(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        post(app, &list_closed(finance, "slow"));
        let ids = app.write(|tx| claim(tx, OutboxChannel::Mail, "slow instance", 10, None, Duration::minutes(5)));
        app.clock.advance(Duration::minutes(6));
        let (sender, _) = memory(app);
        assert_eq!(round(app, &sender).sent, 1);
        let id = ids[0];
        let begun = app.write(move |tx| begin(tx, id, "slow instance", "localhost", Duration::minutes(5), Duration::hours(72)));
        assert!(matches!(begun, Begun::NotMine));
    }

    fn no_more_leave_in_a_minute_than_the_rate_allows(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        for n in 0..130 {
            post(app, &list_closed(finance, &n.to_string()));
        }
        let (sender, memory) = memory(app);
        for _ in 0..8 {
            round(app, &sender);
        }
        assert_eq!(memory.take().len(), 120, "mail.rate_per_minute");
        app.clock.advance(Duration::seconds(61));
        round(app, &sender);
        assert_eq!(memory.take().len(), 10);
    }

    fn two_instances_send_each_mail_once(app: &TestApp) {
        let server = SmtpServer::start();
        let (finance, _, _) = reader(app, Role::Finance, Language::Zh);
        for n in 0..40 {
            post(app, &list_closed(finance, &n.to_string()));
        }
        let other = second_instance(app);
        let senders = [smtp(&app.app, &server), smtp(&other, &server)];
        std::thread::scope(|scope| {
            for sender in &senders {
                scope.spawn(|| for _ in 0..6 { round(app, sender); });
            }
        });
        let mut ids: Vec<String> = server.taken().iter().map(|mail| mail.header("Message-ID").unwrap()).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((all, ids.len()), (40, 40), "each once");
        assert_eq!(outbox(app, "sent").len(), 40);
    }

    fn who_has_no_address_is_told_of_among_the_failures(app: &TestApp) {
        let grant = assay::domain::access::Grant { role: Role::Finance, reach: assay::domain::access::GrantReach::All };
        let (nobody, _) = app.user("finance", None, &[grant]);
        post(app, &list_closed(nobody, "2026-10"));
        assert_eq!(outbox(app, "dead")[0]["last_error"], "the recipient has no e-mail address");
        app.person(Role::QaManager).get("outbox").refused(403, "forbidden");
        app.admin().get("outbox?state=gone").refused(400, "invalid");
    }
}
