//! Lists whose order their address says.

use assay::domain::access::{GrantReach, Role};

use crate::support::aftermath::People;
use crate::support::on_both;
use crate::support::visitors::{check_page, visit};

on_both! {
    fn follow_ups_and_cases_come_in_the_order_that_is_asked_for(app: &TestApp) {
        let people = People::new(app, "2026-11-10");
        let evaluation = people.failing(app, &["respect"]).to_string();
        let mut lead = visit(app, "lead.zhao", Role::TeamLead, GrantReach::Team(people.team), None);
        for due in ["2026-11-20", "2026-11-15", "2026-11-25"] {
            let fields = [("evaluation", evaluation.as_str()), ("kind", "coaching"), ("due_on", due), ("text", "listen together")];
            lead.post("/follow-ups/new", &fields).expect(303);
        }
        let mut days = |path: &str| -> Vec<String> {
            let page = lead.page(path);
            check_page(&page);
            let cells = page.split("<a href=\"/follow-ups/").skip(1).map(|rest| rest.split('>').nth(1).unwrap()[..10].to_owned());
            cells.filter(|day| day.starts_with("2026-11-")).collect()
        };
        assert_eq!(days("/follow-ups"), ["2026-11-25", "2026-11-15", "2026-11-20"], "the newest first");
        assert_eq!(days("/follow-ups?sort=due"), ["2026-11-15", "2026-11-20", "2026-11-25"]);
        assert_eq!(days("/follow-ups?sort=-due&state=open"), ["2026-11-25", "2026-11-20", "2026-11-15"]);
        let page = lead.page("/follow-ups?sort=due&state=open");
        assert!(page.contains("aria-sort=\"ascending\"") && page.contains("/follow-ups?state=open&#38;sort=-due"), "{page}");

        let page = lead.page("/escalations");
        assert!(page.contains("aria-sort=\"descending\"") && page.contains("/escalations?sort=opened\""), "{page}");
        for sort in ["opened", "-opened", "agent", "-due", "level"] {
            let page = lead.page(&format!("/escalations?sort={sort}"));
            check_page(&page);
            assert!(page.contains("not acknowledged"), "{page}");
        }
    }
}
