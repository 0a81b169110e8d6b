//! Closing a month.

use std::time::Duration;

use assay::db;
use assay::domain::access::Role;
use assay::domain::refusal::RefusalKind;
use serde_json::{Value, json};

use super::fine_lists::{adds_up, digest_of, whole_list};
use super::fine_policies::{make_first, terms};
use crate::support::graded::Centre;
use crate::support::on_both;

on_both! {
    fn a_month_closes_when_nothing_stands_in_the_way(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let manager = app.person(Role::QaManager);
        let sample = centre.sample(app, centre.agents[0], "2026-10");
        let open = manager.get("periods/2026-10").expect(200).json();
        assert_eq!((&open["state"], &open["standing_in_the_way"]["ungraded_samples"]), (&json!("open"), &json!(1)));
        let detail = manager.post("periods/2026-10/close", &json!({})).refused(409, "override_needed");
        assert!(detail.contains("1 samples are not graded"), "{detail}");
        assert!(manager.post("periods/2026-10/close", &json!({ "override_reason": " " })).refused(400, "invalid").contains("override_reason"));
        app.run(centre.submit(&app.app, sample, &[("test_d", 1)])).unwrap();
        let detail = manager.post("periods/2026-10/close", &json!({ "expected_lines": 0 })).refused(412, "stale");
        assert!(detail.contains("1 lines and 100.00 CNY"), "{detail}");
        let command = json!({ "expected_lines": 1, "expected_amount_minor": 10_000 });
        let closed = manager.post_once("periods/2026-10/close", "c", &command).expect(200).json();
        assert_eq!((&closed["state"], &closed["lines"], &closed["override_reason"]), (&json!("closed"), &json!(1), &Value::Null));
        assert_eq!(manager.post_once("periods/2026-10/close", "c", &command).expect(200).json(), closed, "a repeat is the same close");
        manager.post("periods/2026-10/close", &command).refused(409, "period_closed");
        assert_eq!(app.person(Role::Agent).get("periods/2026-10").expect(200).json(), closed);
        let list = manager.get("periods?limit=1").expect(200).json();
        assert_eq!(list["items"][0]["period"], "2026-11");
        let next = list["next"].as_str().unwrap();
        assert_eq!(manager.get(&format!("periods?cursor={next}")).expect(200).json()["items"][0], closed);
    }

    fn an_override_is_recorded_and_late_grades_go_to_the_open_month(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let manager = app.person(Role::QaManager);
        let sample = centre.sample(app, centre.agents[0], "2026-10");
        let closed = manager.post("periods/2026-10/close", &json!({ "override_reason": "finance cannot wait" })).expect(200).json();
        assert_eq!(closed["override_reason"], "finance cannot wait");
        assert_eq!(closed["standing_in_the_way"]["ungraded_samples"], 1);
        let reasons: Vec<Option<String>> = app.read(|conn| {
            use diesel::prelude::*;
            use assay::db::schema::audit;
            Ok(audit::table.filter(audit::action.eq("period.closed")).select(audit::reason).load(conn)?)
        });
        assert_eq!(reasons, [Some("finance cannot wait".to_owned())]);
        app.run(centre.submit(&app.app, sample, &[("test_d", 1)])).unwrap();
        let (head, lines) = whole_list(&manager, "2026-11");
        adds_up(&head, &lines);
        assert_eq!((&lines[0]["kind"], &lines[0]["origin_period"], &lines[0]["original_id"]), (&json!("adjustment"), &json!("2026-10"), &Value::Null));
        let manual = json!({ "agent_id": centre.agents[0], "kind": "manual", "amount_minor": 1, "period": "2026-10", "reason": "x" });
        assert_eq!(manager.post("ledger/entries", &manual).expect(201).json()["period"], "2026-11");
    }

    fn months_close_in_order_and_only_by_those_who_may(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let manager = app.person(Role::QaManager);
        centre.grade(app, centre.agents[0], "2026-09", &[("test_d", 1)]);
        centre.grade(app, centre.agents[0], "2026-11", &[("test_d", 1)]);
        assert!(manager.post("periods/2026-10/close", &json!({})).refused(409, "period_out_of_order").contains("2026-09"));
        manager.post("periods/2026-12/close", &json!({ "override_reason": "x" })).refused(409, "period_in_future");
        for role in [Role::Finance, Role::Admin, Role::TeamLead, Role::Auditor, Role::Agent, Role::Inspector] {
            app.person(role).post("periods/2026-09/close", &json!({})).refused(403, "forbidden");
        }
        manager.post("periods/2026-9/close", &json!({})).refused(400, "invalid");
        assert!(manager.post("periods/2026-09/close", &json!({ "force": true })).refused(400, "invalid").contains("force"));
        manager.post("periods/2026-09/close", &json!({})).expect(200);
        assert!(manager.post("periods/2026-11/close", &json!({})).refused(409, "override_needed").contains("not over"));
        manager.post("periods/2026-11/close", &json!({ "override_reason": "the centre moves" })).expect(200);
        manager.post("periods/2026-10/close", &json!({})).refused(409, "period_closed");
        let reward = json!({ "agent_id": centre.agents[0], "kind": "reward", "reward": "merit", "reason": "x" });
        assert_eq!(manager.post("ledger/entries", &reward).expect(201).json()["period"], "2026-12");
    }

    fn the_cap_takes_the_excess_out_visibly_and_carries_it_over(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let mut capped = terms("2000-01");
        capped["cap"] = json!({ "amount_minor": 60_000, "excess": "carried_over" });
        manager.post("fine-policies", &capped).expect(201);
        capped["cap"] = json!({ "amount_minor": 60_000, "excess": "waived" });
        capped["first_period"] = "2026-11".into();
        manager.post("fine-policies", &capped).expect(201);
        let centre = Centre::new(app);
        for agent in [0, 0, 0, 1] {
            centre.grade(app, centre.agents[agent], "2026-10", &[("test_a", 1)]);
        }
        let reward = json!({ "agent_id": centre.agents[0], "kind": "reward", "reward": "bonus", "period": "2026-10", "reason": "x" });
        manager.post("ledger/entries", &reward).expect(201);
        manager.post("periods/2026-10/close", &json!({})).expect(200);
        let (head, lines) = whole_list(&manager, "2026-10");
        adds_up(&head, &lines);
        assert_eq!(digest_of(&head, &lines), head["digest"]);
        assert_eq!(head["totals"]["amount_minor"], 60_000 + 50_000 - 10_000);
        let excess = lines.iter().find(|line| line["kind"] == "cap_excess").unwrap();
        assert_eq!(excess["amount_minor"], -90_000);
        let (_, carried) = whole_list(&manager, "2026-11");
        assert_eq!((&carried[0]["kind"], &carried[0]["amount_minor"]), (&json!("carried_over"), &json!(90_000)));
        assert_eq!((&carried[0]["original_id"], &carried[0]["origin_period"]), (&excess["id"], &json!("2026-10")));
        app.clock.set("2026-12-05T00:00:00Z".parse().unwrap());
        manager.post("periods/2026-11/close", &json!({})).expect(200);
        let (head, lines) = whole_list(&manager, "2026-11");
        adds_up(&head, &lines);
        assert_eq!(head["totals"]["amount_minor"], 60_000);
        assert_eq!(whole_list(&manager, "2026-12").1.len(), 0, "waived");
    }

    /// Twelve submissions against one close: each fine is in the closed list or an adjustment of the open month, none is lost or doubled.
    fn a_close_and_submissions_at_once_lose_and_double_nothing(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let samples: Vec<_> = (0..12).map(|n| centre.sample(app, centre.agents[n % 3], "2026-10")).collect();
        let manager = app.person(Role::QaManager);
        std::thread::scope(|scope| {
            for (n, sample) in samples.iter().enumerate() {
                let centre = &centre;
                scope.spawn(move || {
                    let mut tries = 0;
                    loop {
                        match app.run(centre.submit(&app.app, *sample, &[("test_e", 1)])) {
                            Ok(_) => break,
                            Err(db::Error::Refused(refusal)) if refusal.kind == RefusalKind::Busy && tries < 2_000 => tries += 1,
                            Err(error) => panic!("{n}: {error}"),
                        }
                        std::thread::sleep(Duration::from_millis(5));
                    }
                });
            }
            scope.spawn(|| {
                let answers: Vec<u16> = std::thread::scope(|inner| {
                    let closers: Vec<_> = (0..2)
                        .map(|_| inner.spawn(|| manager.post("periods/2026-10/close", &json!({ "override_reason": "x" })).status))
                        .collect();
                    closers.into_iter().map(|closer| closer.join().unwrap()).collect()
                });
                assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "exactly one close wins: {answers:?}");
            });
        });
        let (head, frozen) = whole_list(&manager, "2026-10");
        let (_, later) = whole_list(&manager, "2026-11");
        adds_up(&head, &frozen);
        assert_eq!(digest_of(&head, &frozen), head["digest"]);
        assert!(frozen.iter().all(|line| line["kind"] == "fine") && later.iter().all(|line| line["kind"] == "adjustment"));
        let mut evaluations: Vec<_> = frozen.iter().chain(&later).map(|line| line["evaluation_id"].as_str().unwrap()).collect();
        evaluations.sort_unstable();
        evaluations.dedup();
        assert_eq!((evaluations.len(), frozen.len() + later.len()), (12, 12));
        let ledger = app.person(Role::Auditor).get("ledger?limit=200&period=2026-10").expect(200).json();
        assert_eq!(ledger["items"].as_array().unwrap().len(), frozen.len(), "the frozen list is the ledger of its month");
    }

    fn a_close_whose_process_died_is_taken_over(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let manager = app.person(Role::QaManager);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        app.write(|tx| {
            let id = tx.id();
            db::periods::begin_close(tx, "2026-10".parse().unwrap(), id, Default::default(), None)
        });
        manager.post("periods/2026-10/close", &json!({})).refused(503, "busy");
        let manual = json!({ "agent_id": centre.agents[0], "kind": "manual", "amount_minor": 1, "period": "2026-10", "reason": "x" });
        manager.post("ledger/entries", &manual).refused(503, "busy");
        assert_eq!(manager.get("fine-lists/2026-10").expect(200).json()["head"]["status"], "open", "readers see nothing of it");
        app.clock.set("2026-11-10T04:06:00Z".parse().unwrap());
        manager.post("ledger/entries", &manual).expect(201);
        assert_eq!(manager.get("periods/2026-10").expect(200).json()["state"], "open", "a dead close ends with the next posting");
        app.write(|tx| {
            let id = tx.id();
            db::periods::begin_close(tx, "2026-10".parse().unwrap(), id, Default::default(), None)
        });
        app.clock.set("2026-11-10T04:12:00Z".parse().unwrap());
        assert_eq!(manager.post("periods/2026-10/close", &json!({})).expect(200).json()["lines"], 2);
    }
}
