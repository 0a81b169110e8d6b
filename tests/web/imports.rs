//! Files that are handed in at pages: they are imported although nobody looks, and leave a report.

use std::fmt::Write;

use assay::db::schema::import_runs;
use assay::domain::access::Role;
use assay::domain::import_run::{KEPT, RunState, SILENCE};
use assay::usecases::import_runs::tidy::tidy;
use diesel::prelude::*;

use crate::support::browser::Visitor;
use crate::support::sounds::{form, wav};
use crate::support::visitors::check_page;
use crate::support::{TestApp, on_both, people};

/// Hands a table in; gives the page of its run.
fn handed_in(visitor: &mut Visitor, path: &str, fields: &[(&str, &str)], table: Option<&str>) -> String {
    visitor.post_file(path, fields, table).expect(303).header("location").unwrap().to_owned()
}

/// The page of a run once it no longer runs.
pub fn ended(visitor: &mut Visitor, path: &str) -> String {
    for _ in 0..6000 {
        let page = visitor.page(path);
        check_page(&page);
        if !page.contains("data-running") {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{path} still runs");
}

fn agents(count: u32) -> String {
    (0..count).fold("employee_no,name,team\n".to_owned(), |mut table, number| {
        writeln!(table, "{},客服 {number},{}", 10_000 + number, if number % 100 == 7 { "nowhere" } else { "north" }).unwrap();
        table
    })
}

fn kept(app: &TestApp) -> usize {
    std::fs::read_dir(app.app.config.recordings.folder.join("imports")).map(Iterator::count).unwrap_or(0)
}

/// What a process that was killed leaves: a run that says nothing any more.
fn kill(app: &TestApp) {
    app.write(|tx| {
        let dead = (import_runs::state.eq(RunState::Running), import_runs::report.eq(None::<String>));
        diesel::update(import_runs::table).set(dead).execute(tx.conn)?;
        Ok(())
    });
    app.clock.advance(SILENCE + chrono::Duration::seconds(1));
}

on_both! {
    fn an_address_that_names_no_run_leads_nowhere(app: &TestApp) {
        let mut admin = Visitor::of(app, Role::Admin);
        for path in ["/imports/word", "/imports/word/report.csv", "/imports/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11"] {
            let page = admin.get(path).expect(404).text();
            assert!(page.contains("There is nothing here"), "{page}");
        }
    }

    /// A long table is previewed and stored in the background; both are there for whoever comes back, with a whole report.
    fn a_long_table_is_previewed_and_stored_in_the_background(app: &TestApp) {
        people::team(app, "north", None, None);
        let mut admin = Visitor::of(app, Role::Admin);
        let table = agents(5_000);
        let at = handed_in(&mut admin, "/people/import/agents", &[("do", "preview")], Some(&table));
        let page = ended(&mut admin, &at);
        assert!(page.contains("nothing is stored yet") && page.contains("4950 new") && page.contains("no team with the code “nowhere”"), "{page}");
        assert!(!admin.page("/people/agents").contains("10001"), "a preview stores nothing");
        assert!(admin.page("/imports").contains("previewed, not stored"));
        assert_eq!(kept(app), 1);

        admin.submit(&format!("{at}/store"), &[]);
        let page = ended(&mut admin, &at);
        assert!(page.contains("<h2>Stored</h2>") && page.contains("<dd>4950</dd>") && page.contains("<dd>50</dd>"), "{page}");
        assert_eq!(kept(app), 0, "what is stored need not be kept");
        assert!(admin.page("/people/agents").contains("10001"));
        let report = admin.get(&format!("{at}/report.csv")).expect(200).text();
        assert_eq!(report.matches("no team with the code “nowhere”").count(), 50, "{report}");
        assert!(report.contains("9,refused,,team,") && report.contains("more that the report does not list"), "{report}");
        admin.post(&format!("{at}/store"), &[]).expect(409);
        admin.post(&format!("{at}/discard"), &[]).expect(409);

        // The list is one's own; the administrator sees everybody's, others see nothing of it.
        let list = admin.page("/imports?kind=agents");
        check_page(&list);
        assert!(list.contains(&at) && list.contains("table.csv") && list.contains("finished") && !admin.page("/imports?kind=teams").contains(&at));
        assert!(admin.page("/system/imports").contains("Somebody: admin"));
        let mut manager = Visitor::of(app, Role::QaManager);
        assert!(!manager.page("/imports").contains(&at) && manager.page(&at).contains("table.csv"), "who reads the audit log reads this");
        manager.post(&format!("{at}/again"), &[]).expect(404);
        let mut desk = Visitor::of(app, Role::ComplaintDesk);
        desk.get(&at).expect(404);
        desk.get("/system/imports").expect(403);
        assert!(desk.page("/imports").contains("/decisions/import/complaints") && !desk.page("/imports").contains("/people/import"));
        Visitor::of(app, Role::Inspector).get("/imports").expect(403);
    }

    /// A process that dies over a run leaves it broken off; the same file again changes nothing that was stored.
    fn what_broke_off_is_run_again(app: &TestApp) {
        people::team(app, "north", None, None);
        let mut admin = Visitor::of(app, Role::Admin);
        let table = agents(5_000);
        let at = handed_in(&mut admin, "/people/import/agents", &[("do", "preview")], Some(&table));
        ended(&mut admin, &at);
        kill(app);
        let page = admin.page(&at);
        assert!(page.contains("has broken off") && page.contains("Run it again") && !page.contains("data-running"), "{page}");
        assert!(admin.page("/imports").contains("broken off"));
        admin.submit(&format!("{at}/store"), &[]);
        assert!(ended(&mut admin, &at).contains("<dd>4950</dd>"));
        // Killed after its last line: its file is gone, which is said; handed in again, nothing changes.
        kill(app);
        let page = admin.post(&format!("{at}/again"), &[]).expect(409).text();
        assert!(page.contains("no longer kept"), "{page}");
        let at = handed_in(&mut admin, "/people/import/agents", &[("do", "preview")], Some(&table));
        let page = ended(&mut admin, &at);
        assert!(page.contains("<dd>0</dd>") && page.contains("<dd>4950</dd>") && !page.contains(&format!("{at}/store")), "{page}");
        assert_eq!(admin.submit(&format!("{at}/discard"), &[]), "/people/import/agents");
        admin.get(&at).expect(404);
        assert_eq!(kept(app), 0);
    }

    /// Files that nobody stores are taken away in the end, and previews with them.
    fn what_nobody_stores_is_not_kept_for_ever(app: &TestApp) {
        people::team(app, "north", None, None);
        let mut admin = Visitor::of(app, Role::Admin);
        let at = handed_in(&mut admin, "/people/import/agents", &[("do", "preview")], Some(&agents(5_000)));
        ended(&mut admin, &at);
        let service = assay::domain::access::Actor::service();
        assert_eq!(app.run(tidy(&app.app, &service)).unwrap(), 0);
        app.clock.advance(KEPT + chrono::Duration::minutes(1));
        assert_eq!(app.run(tidy(&app.app, &service)).unwrap(), 1);
        assert_eq!(kept(app), 0);
        let left: i64 = app.read(|conn| Ok(import_runs::table.count().get_result(conn)?));
        assert_eq!(left, 0);
    }

    /// Conversations come with their recordings in one form.
    fn conversations_come_with_their_recordings(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let mut manager = Visitor::of(app, Role::QaManager);
        check_page(&manager.page("/imports/conversations"));
        let line = |id: &str, agent: &str, file: &str| {
            format!("{{\"source\":\"pbx\",\"external_id\":\"{id}\",\"channel\":\"call\",\"agent\":\"{agent}\",\"started_at\":\"2026-11-03T10:15:00+08:00\",\"duration_ms\":2000,\"recordings\":[{{\"file\":\"{file}\",\"speaker\":\"agent\"}}]}}\n")
        };
        let calls = [line("call-1", "1", "one.wav"), line("call-2", "nobody", "one.wav"), line("call-3", "1", "missing.wav")].concat();
        let csrf = manager.csrf();
        let sound = wav(1, 16_000, 3);
        let upload = |manager: &mut Visitor, csrf: &str, name: &str, calls: &str| {
            let (media_type, body) = form(&[
                ("csrf", None, "text/plain", csrf.as_bytes()),
                ("conversations", Some(name), "application/octet-stream", calls.as_bytes()),
                ("recordings", Some("one.wav"), "audio/wav", &sound),
                ("recordings", Some(""), "application/octet-stream", b""),
            ]);
            manager.send("POST", "/imports/conversations", &[("content-type", &media_type), ("accept-language", "en")], &body)
        };
        let at = upload(&mut manager, &csrf, "calls.ndjson", &calls).expect(303).header("location").unwrap().to_owned();
        let page = ended(&mut manager, &at);
        assert!(page.contains("<h2>Stored</h2>") && page.contains("pbx/call-2") && page.contains("missing.wav") && page.contains("calls.ndjson"), "{page}");
        let stored = app.person(Role::QaManager).get("conversations?external_id=call-1").expect(200).json();
        assert_eq!(stored["items"].as_array().unwrap().len(), 1, "{stored}");
        let audited: i64 = app.read(|conn| {
            use assay::db::schema::audit;
            Ok(audit::table.filter(audit::action.eq("conversations.import_finished")).count().get_result(conn)?)
        });
        assert_eq!(audited, 1, "as the import by the API writes it");
        // A form that is not ours is not read; neither is a file of another kind, nor one without a row of columns.
        upload(&mut manager, "forged", "calls.ndjson", &calls).expect(403);
        let page = upload(&mut manager, &csrf, "calls.xlsx", &calls).expect(400).text();
        assert!(page.contains("NDJSON") && page.contains("role=\"alert\""), "{page}");
        let page = upload(&mut manager, &csrf, "calls.csv", "a,b\n1,2\n").expect(400).text();
        assert!(page.contains("is not a column of this table"), "{page}");
        assert_eq!(kept(app), 0);
        Visitor::of(app, Role::ComplaintDesk).get("/imports/conversations").expect(403);
    }
}
