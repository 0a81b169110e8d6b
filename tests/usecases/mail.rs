//! Who hears of what: results, changes of results, closed months, work that waits.

use assay::app::App;
use assay::db::schema::{agents, escalation_findings, ledger, outbox, users};
use assay::db::views::mail::evaluation;
use assay::domain::access::{Actor, Grant, GrantReach, Role};
use assay::domain::id::{AgentId, EvaluationId, TeamId};
use assay::domain::language::Language;
use assay::domain::mail::Letter;
use assay::jobs::{daily_mail, stopper};
use assay::mail::Document;
use assay::mail::memory::Memory;
use assay::usecases::escalation::open_for_evaluation::open_for_evaluation;
use assay::usecases::fines::post::post_for_evaluation;
use diesel::prelude::*;
use serde_json::json;

use crate::api::fine_policies::make_first;
use crate::support::graded::Centre;
use crate::support::grading::{KEY_ITEMS, NON_KEY_ITEMS, USUAL, agent, conversation, draw, inspector, sample, sheet, submit, team};
use crate::support::mail::{memory, reader, round};
use crate::support::{TestApp, on_both};

fn give_address(app: &TestApp, agent: AgentId, address: &'static str) {
    app.write(move |tx| {
        let target = diesel::update(agents::table.find(agent));
        target.set((agents::email.eq(address), agents::language.eq(Language::En))).execute(tx.conn)?;
        Ok(())
    });
}

fn lead(app: &TestApp, team: TeamId) {
    let (id, _) = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(team) }]);
    app.write(move |tx| {
        diesel::update(users::table.find(id)).set(users::email.eq("lead@example.com")).execute(tx.conn)?;
        Ok(())
    });
}

fn received(memory: &Memory) -> Vec<(String, Document)> {
    let mut mails: Vec<(String, Document)> =
        memory.take().into_iter().map(|mail| (mail.message.envelope().to()[0].to_string(), mail.document)).collect();
    mails.sort_by(|a, b| (&a.0, &a.1.subject).cmp(&(&b.0, &b.1.subject)));
    mails
}

fn daily(app: &App) -> assay::usecases::mail::daily::Written {
    actix_web::rt::Runtime::new().unwrap().block_on(daily_mail::run_once(app)).unwrap()
}

on_both! {
    fn who_heard_the_first_result_hears_the_second(app: &TestApp) {
        let team = team(app, "t", None, None);
        let agent = agent(app, "1001", team);
        give_address(app, agent, "agent@example.com");
        lead(app, team);
        let (user, client) = inspector(app);
        let sample = sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let created = submit(&client, sample, &sheet(&["identity_check"])).expect(201);
        assert!(submit(&client, sample, &sheet(&["identity_check"])).status < 300);
        let (sender, memory) = memory(app);
        round(app, &sender);
        let mails = received(&memory);
        assert_eq!(mails.len(), 1, "once, although it was submitted twice");
        assert_eq!(mails[0].0, "agent@example.com");
        assert!(mails[0].1.subject.contains("1 key, 0 non-key"), "{}", mails[0].1.subject);
        assert!(mails[0].1.text().contains("/evaluations/"), "{}", mails[0].1.text());

        app.clock.set("2026-11-11T01:00:00Z".parse().unwrap());
        assert_eq!(daily(&app.app).summaries, 1);
        assert_eq!(daily(&app.app).summaries, 0, "once a day");
        round(app, &sender);
        let mails = received(&memory);
        assert_eq!((mails.len(), mails[0].0.as_str()), (1, "lead@example.com"));

        let id = created.json()["id"].as_str().unwrap().to_owned();
        let correction = json!({ "sheet": sheet(&[]), "reason": "misheard; the customer is at 13800138000" });
        client.put_if(&format!("evaluations/{id}"), "\"1\"", &correction).expect(200);
        round(app, &sender);
        let mails = received(&memory);
        assert_eq!(mails.iter().map(|m| m.0.as_str()).collect::<Vec<_>>(), ["agent@example.com", "lead@example.com"]);
        let text = mails[0].1.text();
        assert!(text.contains("1 key, 0 non-key") && text.contains("0 key, 0 non-key"), "{text}");
        assert!(text.contains("misheard") && !text.contains("13800138000"), "{text}");
    }

    fn what_a_submission_gives_rise_to_is_what_reading_it_back_would(app: &TestApp) {
        make_first(app);
        let agent = agent(app, "1001", team(app, "t", None, None));
        give_address(app, agent, "agent@example.com");
        let (user, client) = inspector(app);
        let sample = sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let mut sheet = sheet(&["identity_check", KEY_ITEMS[1], NON_KEY_ITEMS[1]]);
        sheet["violations"] = json!([
            { "violation_type": "service_attitude", "comment": "curt, call 13800138000" },
            { "violation_type": "abused_customer", "comment": "and worse" },
        ]);
        let id: EvaluationId = submit(&client, sample, &sheet).expect(201).json()["id"].as_str().unwrap().parse().unwrap();

        let counted = |app: &TestApp| {
            app.read(|conn| {
                let cases: i64 = escalation_findings::table.count().get_result(conn)?;
                let lines: i64 = ledger::table.count().get_result(conn)?;
                Ok((lines, cases))
            })
        };
        let (told, written) = app.read(move |conn| {
            let params: String = outbox::table.filter(outbox::kind.eq("agent_result")).select(outbox::params).first(conn)?;
            Ok((evaluation(conn, id)?, params))
        });
        let Letter::AgentResult(letter) = serde_json::from_str(&written).unwrap() else { panic!("{written}") };
        assert_eq!((letter.evaluation, letter.comment, letter.period), (told.evaluated, told.comment, told.period));
        assert!(!written.contains("13800138000"), "{written}");
        let before = counted(app);
        assert!(before.0 > 1 && before.1 > 0, "{before:?}");
        app.write(move |tx| {
            post_for_evaluation(tx, id)?;
            open_for_evaluation(tx, id)
        });
        assert_eq!(counted(app), before, "nothing is posted and no case is opened a second time");
    }

    fn a_closed_month_is_told_to_all_whom_it_concerns(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let agent = centre.agents[0];
        give_address(app, agent, "agent@example.com");
        lead(app, centre.outside);
        let (_, _, finance) = reader(app, Role::Finance, Language::En);
        let (_, manager_client, manager) = reader(app, Role::QaManager, Language::Zh);
        centre.grade(app, agent, "2026-10", &[("test_d", 1)]);
        let closed = manager_client.post("periods/2026-10/close", &json!({})).expect(200).json();
        let (sender, memory) = memory(app);
        round(app, &sender);
        let mails = received(&memory);
        assert_eq!(mails.len(), 1, "finance hears at once");
        assert_eq!(mails[0].0, finance);
        let text = mails[0].1.text();
        assert!(text.contains(closed["digest"].as_str().unwrap()) && text.contains("100.00 CNY"), "{text}");

        let (_stopper, stop) = stopper();
        app.run(daily_mail::write_months(&app.app, &stop)).unwrap();
        app.run(daily_mail::write_months(&app.app, &stop)).unwrap();
        round(app, &sender);
        let mails = received(&memory);
        let to: Vec<&str> = mails.iter().map(|m| m.0.as_str()).collect();
        assert_eq!(mails.len(), 3, "{to:?}");
        assert!(to.contains(&"agent@example.com") && to.contains(&"lead@example.com") && to.contains(&manager.as_str()), "{to:?}");
        let agent_mail = &mails.iter().find(|m| m.0 == "agent@example.com").unwrap().1;
        assert!(agent_mail.text().contains("100.00 CNY"), "{}", agent_mail.text());
    }

    fn inspectors_are_reminded_of_what_is_due(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, _) = inspector(app);
        app.write(move |tx| {
            diesel::update(users::table.find(user)).set(users::email.eq("inspector@example.com")).execute(tx.conn)?;
            Ok(())
        });
        sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        app.clock.set("2027-01-15T01:00:00Z".parse().unwrap());
        assert_eq!(daily(&app.app).reminders, 1);
        assert_eq!(daily(&app.app).reminders, 0);
        let (sender, memory) = memory(app);
        round(app, &sender);
        let mails = received(&memory);
        assert_eq!(mails[0].1.subject, "To grade: 1 overdue, 0 due");
        let draw_letters = app.run(app.app.write(&Actor::service(), |tx| {
            let id: assay::domain::id::DrawId = assay::db::schema::draws::table.select(assay::db::schema::draws::id).first(tx.conn)?;
            assay::usecases::mail::work::drawn(tx, id)?;
            assay::usecases::mail::work::drawn(tx, id)
        }));
        draw_letters.unwrap();
        assert_eq!(round(app, &sender).sent, 1);
        assert_eq!(received(&memory)[0].1.subject, "New samples to grade: 1 (2026-11)");
    }
}
