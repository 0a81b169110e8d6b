//! Finance: the month's list by vendor and team, filters, files and who fetched them, adjustments after a close, lines by hand.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use assay::db;
use assay::db::schema::fine_policies;
use assay::domain::access::{Actor, GrantReach, Role};
use assay::domain::id::FinePolicyId;
use assay::domain::period::Period;
use assay::usecases::periods::close::{CloseCommand, close};
use diesel::prelude::*;

use crate::support::graded::{Centre, correct};
use crate::support::visitors::{check_page, visit};
use crate::support::{TestApp, on_both};

fn close_month(app: &TestApp, period: &str) {
    let period: Period = period.parse().unwrap();
    app.run(close(&app.app, &Actor::operator(), period, CloseCommand::default())).unwrap();
}

on_both! {
    fn the_list_adds_up_and_is_filtered_by_its_address(app: &TestApp) {
        let centre = Centre::new(app);
        centre.grade(app, centre.agents[0], "2026-11", &[("test_d", 1)]);
        centre.grade(app, centre.agents[1], "2026-11", &[("test_e", 1)]);
        centre.grade(app, centre.agents[2], "2026-11", &[("test_a", 1)]);
        centre.grade(app, centre.agents[2], "2026-11", &[("test_a", 1)]);
        let mut finance = visit(app, "finance", Role::Finance, GrantReach::All, None);
        check_page(&finance.get("/months").expect(200).text());
        let page = finance.get("/months/2026-11").expect(200).text();
        check_page(&page);
        assert!(page.contains("1,150.00") && page.contains("乙方一") && page.contains("the centre itself"));
        let of_vendor = finance.get(&format!("/months/2026-11?vendor={}", centre.vendor)).expect(200).text();
        assert!(of_vendor.contains("<strong>2</strong>") && of_vendor.contains("<strong>150.00 CNY</strong>"), "{of_vendor}");
        let own = finance.get("/months/2026-11?vendor=own").expect(200).text();
        assert!(own.contains("<strong>1,000.00 CNY</strong>"));
        let one = finance.get("/months/2026-11?agent=e002&kind=fine").expect(200).text();
        assert!(one.contains("<strong>50.00 CNY</strong>") && one.contains("value=\"e002\""));
        assert!(finance.get("/months/2026-11?kind=reward").expect(200).text().contains("No line fits."));
        finance.get("/months/2026-11?kind=nonsense").expect(400);
    }

    fn who_exported_the_list_is_shown(app: &TestApp) {
        let centre = Centre::new(app);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        close_month(app, "2026-10");
        let mut finance = visit(app, "finance", Role::Finance, GrantReach::All, None);
        assert!(finance.get("/months/2026-10").expect(200).text().contains("Nobody has yet."));
        finance.get("/api/v1/fine-lists/2026-10?format=xlsx&lang=zh").expect(200);
        let page = finance.get("/months/2026-10").expect(200).text();
        check_page(&page);
        let exports = page.split("id=\"exports\"").nth(1).unwrap();
        assert!(exports.contains("finance at work") && exports.contains("XLSX") && exports.contains("100.00"), "{exports}");
        let digest = page.split("<code class=\"digest\">").nth(1).unwrap().split('<').next().unwrap();
        assert!(digest.len() == 64 && exports.contains(&digest[..12]));
        // Who sees one vendor only does not see who exported the whole.
        let mut lead = visit(app, "lead", Role::TeamLead, GrantReach::Team(centre.outside), None);
        assert!(!lead.get("/months/2026-10").expect(200).text().contains("id=\"exports\""));
    }

    /// A part is fetched from the page, and the history says which part it was.
    fn a_part_of_the_list_is_fetched_as_a_part(app: &TestApp) {
        let centre = Centre::new(app);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        centre.grade(app, centre.agents[2], "2026-10", &[("test_a", 1)]);
        close_month(app, "2026-10");
        let mut finance = visit(app, "finance", Role::Finance, GrantReach::All, None);
        let page = finance.get(&format!("/months/2026-10?vendor={}&kind=fine&agent=%E5%BC%A0%26", centre.vendor)).expect(200).text();
        check_page(&page);
        let href = page.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.contains("csv") && href.contains("vendor_id=")).unwrap();
        assert!(href.contains("kind=fine") && href.contains("agent=%E5%BC%A0%26"), "{href}");
        let file = finance.get(&format!("/api/v1/fine-lists/2026-10?format=csv&vendor_id={}", centre.vendor)).expect(200);
        assert!(file.header("content-disposition").unwrap().contains("fine-list-2026-10-part-"), "{:?}", file.header("content-disposition"));
        finance.get("/api/v1/fine-lists/2026-10?format=csv").expect(200);
        let page = finance.get("/months/2026-10").expect(200).text();
        let exports = page.split("id=\"exports\"").nth(1).unwrap();
        assert!(exports.contains("part: vendor: 乙方一") && exports.contains("the whole list"), "{exports}");
    }

    /// What goes wrong long after the click is said on the month's page, and nothing of the close is left.
    fn a_close_that_fails_says_so_on_its_page(app: &TestApp) {
        let centre = Centre::new(app);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        let mut manager = visit(app, "manager", Role::QaManager, GrantReach::All, None);
        assert!(!manager.get("/months/2026-10").expect(200).text().contains("The last close"));
        let policies = move |to: &'static str, from: &'static str| {
            let text = fine_policies::content;
            app.write(move |tx| {
                let all: Vec<(FinePolicyId, String)> = fine_policies::table.select((fine_policies::id, text)).load(tx.conn)?;
                for (id, content) in all {
                    diesel::update(fine_policies::table.find(id)).set(text.eq(content.replacen(from, to, 1))).execute(tx.conn)?;
                }
                Ok(())
            });
        };
        policies("[", "{");
        manager.post("/months/2026-10/close", &[]).expect(500);
        let page = manager.get("/months/2026-10").expect(200).text();
        check_page(&page);
        assert!(page.contains("The last close did not come to its end") && page.contains("manager at work"), "{page}");
        assert!(page.contains("a fault of the service ended it") && page.contains("Close the month"), "{page}");
        let lines = app.person(Role::Auditor).get("audit?action=period.close_failed").expect(200).json();
        assert_eq!(lines["items"].as_array().unwrap().len(), 1);
        // Who sees one vendor only is not told.
        let mut lead = visit(app, "lead", Role::TeamLead, GrantReach::Team(centre.outside), None);
        assert!(!lead.get("/months/2026-10").expect(200).text().contains("The last close"));
        // A close that nobody ended: its process is gone.
        policies("{", "[");
        app.write(|tx| {
            let id = tx.id();
            db::periods::begin_close(tx, "2026-10".parse().unwrap(), id, Default::default(), None)?;
            tx.audit("period.close_begun", ("period", &"2026-10"), None::<&()>, None::<&()>, None)
        });
        assert!(manager.get("/months/2026-10").expect(200).text().contains("The month is being closed"));
        app.clock.advance(chrono::Duration::minutes(6));
        let mut manager = visit(app, "manager2", Role::QaManager, GrantReach::All, None);
        let page = manager.get("/months/2026-10").expect(200).text();
        assert!(page.contains("the service stopped while it was running") && !page.contains("is being closed"), "{page}");
        manager.post("/months/2026-10/close", &[]).expect(303);
        let page = manager.get("/months/2026-10").expect(200).text();
        assert!(!page.contains("The last close") && page.contains("class=\"digest\""), "{page}");
    }

    /// A refusal that comes when nobody waits for it any more is said there too.
    fn a_close_that_is_refused_late_says_so_on_its_page(app: &TestApp) {
        let centre = Centre::new(app);
        centre.sample(app, centre.agents[0], "2026-10");
        let mut manager = visit(app, "manager", Role::QaManager, GrantReach::All, None);
        let (busy, begun) = channel();
        let (done, go_on) = channel::<()>();
        std::thread::scope(|scope| {
            // Who writes waits for this.
            scope.spawn(move || app.write(move |_| {
                busy.send(()).unwrap();
                go_on.recv().ok();
                Ok(())
            }));
            begun.recv().unwrap();
            let answer = manager.post("/months/2026-10/close", &[]).expect(303);
            assert_eq!(answer.header("location"), Some("/months/2026-10"), "it goes on");
            drop(done);
        });
        let said = "The last close did not come to its end";
        let begun = Instant::now();
        while !manager.page("/months/2026-10").contains(said) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", manager.page("/months/2026-10"));
            std::thread::sleep(Duration::from_millis(10));
        }
        let page = manager.page("/months/2026-10");
        check_page(&page);
        assert!(page.contains("manager at work") && page.contains("not graded; give"), "{page}");
        manager.post("/months/2026-10/close", &[("override_reason", "the sample is a mistake")]).expect(303);
        assert!(manager.page("/months/2026-10").contains("class=\"digest\""));
    }

    fn an_adjustment_after_the_close_names_its_original(app: &TestApp) {
        let centre = Centre::new(app);
        let evaluation = centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        close_month(app, "2026-10");
        correct(app, evaluation, &[]);
        let mut finance = visit(app, "finance", Role::Finance, GrantReach::All, None);
        let page = finance.get("/months/2026-11?kind=adjustment").expect(200).text();
        assert!(page.contains("<strong>-100.00 CNY</strong>"), "{page}");
        let original = page.split("href=\"/months/2026-10?line=").nth(1).unwrap().split('#').next().unwrap().to_owned();
        assert!(page.contains("2026-10 · D Violation test_d · 100.00"));
        let first = finance.get(&format!("/months/2026-10?line={original}")).expect(200).text();
        assert!(first.contains("class=\"chosen\"") && first.contains("<strong>100.00 CNY</strong>"));
    }

    fn a_line_by_hand_is_for_those_entitled(app: &TestApp) {
        let centre = Centre::new(app);
        let mut finance = visit(app, "finance", Role::Finance, GrantReach::All, None);
        finance.get("/months/2026-11/entry").expect(403);
        finance.post("/months/2026-11/entry", &[("kind", "manual")]).expect(403);
        let mut manager = visit(app, "manager", Role::QaManager, GrantReach::All, None);
        check_page(&manager.get("/months/2026-11/entry").expect(200).text());
        let wrong = [("employee_no", "E999"), ("kind", "manual"), ("amount", "a lot"), ("reason", "because <it>")];
        let page = manager.post("/months/2026-11/entry", &wrong).expect(400).text();
        check_page(&page);
        for part in ["employee number “E999”", "“a lot” is not an amount", "because &#60;it&#62;", "value=\"E999\"", "aria-describedby=\"fault-amount\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let nothing = [("employee_no", "E001"), ("kind", "manual"), ("amount", "0"), ("reason", "x")];
        assert!(manager.post("/months/2026-11/entry", &nothing).expect(400).text().contains("id=\"fault-amount\""));
        let reward = [("employee_no", "E001"), ("kind", "reward"), ("reward", "bonus"), ("amount", "120.50"), ("reason", "calm with an angry caller")];
        let to = manager.post("/months/2026-11/entry", &reward).expect(303);
        let page = manager.get(to.header("location").unwrap()).expect(200).text();
        assert!(page.contains("The line is posted.") && page.contains("-120.50") && page.contains("calm with an angry caller"));
        assert_eq!(centre.agents.len(), 3);
    }
}
