//! The pages of people: vendors, teams, agents, users, attendance, and files of them.

use assay::domain::access::Role;

use super::imports::ended;
use crate::support::browser::Visitor;
use crate::support::{on_both, people};

on_both! {
    /// What was typed stays, the fault stands beside its field, and the list shows what was made.
    fn a_vendor_and_a_team_are_made_and_changed(app: &TestApp) {
        let mut admin = Visitor::of(app, Role::Admin);
        let page = admin.post("/people/vendors", &[("code", "with blanks in it"), ("name", "Blue <b>Sky</b>")]).expect(400).text();
        assert!(page.contains("id=\"f-code-fault\"") && page.contains("without blanks"), "{page}");
        assert!(page.contains("value=\"Blue &#60;b&#62;Sky&#60;/b&#62;\""), "what was typed stays, and is escaped");
        assert_eq!(admin.submit("/people/vendors", &[("code", "BLUE"), ("name", "Blue Sky")]), "/people/vendors?done=created");
        let list = admin.page("/people/vendors?sort=-name");
        assert!(list.contains("Blue Sky") && list.contains("aria-sort=\"descending\""));
        let vendor = link_after(&list, "/people/vendors/", "\">BLUE");

        admin.submit("/people/teams", &[("code", "T1"), ("name", "Team One"), ("vendor_id", &vendor), ("parent_id", "")]);
        let list = admin.page("/people/teams");
        let team = link_after(&list, "/people/teams/", "\">Team One");
        let form = admin.page(&format!("/people/teams/{team}"));
        let version = field(&form, "version");
        let changed = [("code", "T1"), ("name", "Team Uno"), ("vendor_id", &vendor), ("parent_id", ""), ("version", &version)];
        admin.submit(&format!("/people/teams/{team}"), &changed);
        assert!(admin.page("/people/teams").contains("Team Uno"));
        let page = admin.post(&format!("/people/teams/{team}"), &changed).expect(400).text();
        assert!(page.contains("role=\"alert\""), "a form of before the change is refused: {page}");
        admin.submit("/people/teams", &[("code", "T2"), ("name", "Below"), ("vendor_id", ""), ("parent_id", &team)]);
        assert!(admin.page("/people/teams").contains("class=\"depth-1\""), "the tree is indented");
        assert!(!admin.page("/people/teams?archived=true").contains("Below"));
    }

    fn an_agent_is_noted_changed_and_moved(app: &TestApp) {
        let (one, two) = (people::team(app, "one", None, None).to_string(), people::team(app, "two", None, None).to_string());
        let mut admin = Visitor::of(app, Role::Admin);
        let page = admin.post("/people/agents", &[("employee_no", "7001"), ("name", ""), ("team_id", &one), ("email", "nobody")]).expect(400).text();
        assert!(page.contains("id=\"f-name-fault\"") && page.contains("id=\"f-email-fault\"") && page.contains("value=\"7001\""));
        let at = admin.submit("/people/agents", &[("employee_no", "7001"), ("name", "Li Na"), ("team_id", &one), ("language", "zh")]);
        let address = at.split('?').next().unwrap().to_owned();
        let page = admin.page(&at);
        assert!(page.contains("Li Na 7001") && page.contains("Created."));
        let version = field(&page, "version");
        let page = admin.post(&format!("{address}/move"), &[("team_id", &two), ("from", "2099-01-01"), ("version", &version)]).expect(400).text();
        assert!(page.contains("id=\"f-from-fault\"") && page.contains("value=\"2099-01-01\""));
        let moved = admin.submit(&format!("{address}/move"), &[("team_id", &two), ("from", "2026-11-01"), ("version", &version)]);
        assert!(admin.page(&moved).contains("2026-11-01"));
        let version = field(&admin.page(&address), "version");
        admin.submit(&address, &[("name", "Li Na"), ("email", ""), ("language", "zh"), ("left_on", "2026-11-05"), ("version", &version)]);
        assert!(!admin.page("/people/agents?left=false").contains("7001"));
        assert!(admin.page("/people/agents?left=true&sort=-name").contains("left 2026-11-05"));
    }

    /// The list is ordered and paged by its address, forwards and backwards.
    fn agents_are_ordered_and_paged(app: &TestApp) {
        let team = people::team(app, "one", None, None);
        for number in 0..60 {
            people::agent(app, &format!("{:03}", 100 + number), team);
        }
        let mut admin = Visitor::of(app, Role::Admin);
        for (sort, first, last) in [("number", "100", "159"), ("-number", "159", "100"), ("name", "100", "159"), ("-name", "159", "100")] {
            let page = admin.page(&format!("/people/agents?sort={sort}"));
            assert!(page.contains(&format!("Agent {first}")) && !page.contains(&format!("Agent {last}")), "{sort}");
            let next = page.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
            let page = admin.page(&next);
            assert!(page.contains(&format!("Agent {last}")) && !page.contains(&format!("Agent {first}")), "{sort} {next}");
        }
        assert!(admin.page("/people/agents?name=agent+105").contains("Agent 105"));
    }

    fn a_user_gets_roles_and_a_password(app: &TestApp) {
        people::team(app, "north", None, None);
        let mut admin = Visitor::of(app, Role::Admin);
        let lead = [("username", "zhao"), ("name", "Zhao"), ("language", "en"), ("active", "on"), ("grants[0].role", "team_lead")];
        let page = admin.post("/people/users", &lead).expect(400).text();
        assert!(page.contains("a team_lead&#39;s role reaches a team or a vendor") && page.contains("value=\"zhao\""), "{page}");
        let page = admin.post("/people/users", &[&lead[..], &[("grants[0].reach", "team:south")]].concat()).expect(400).text();
        assert!(page.contains("id=\"f-grants[0].reach-fault\"") && page.contains("south"), "{page}");
        let at = admin.submit("/people/users", &[&lead[..], &[("grants[0].reach", "team:north"), ("grants[1].role", "auditor")]].concat());
        let page = admin.page(&at);
        assert!(page.contains("value=\"team:north\"") && page.contains("value=\"all\""));
        let address = at.split('?').next().unwrap().to_owned();
        let page = admin.post(&format!("{address}/password"), &[("password", "short")]).expect(400).text();
        assert!(page.contains("id=\"f-password-fault\"") && !page.contains("value=\"short\""), "a password is not shown again");
        admin.submit(&format!("{address}/password"), &[("password", "four words and more")]);
        let mut zhao = Visitor::new(app);
        zhao.log_in("zhao", "four words and more").expect(303);
        // Deactivated: the sessions of before are void too.
        let version = field(&page, "version");
        let off = [("name", "Zhao"), ("language", "en"), ("grants[0].role", "team_lead"), ("grants[0].reach", "team:north"), ("version", &version)];
        admin.submit(&address, &off);
        zhao.get("/account").expect(303);
        let list = admin.page("/people/users?active=false");
        assert!(list.contains("zhao") && list.contains("deactivated") && !list.contains("Auditor</span>"));
        assert!(admin.page("/people/users?text=zha&role=team_lead").contains("zhao"));
    }

    /// A file says first what it would change; only then, and only as it was previewed, it is stored.
    fn a_file_is_previewed_before_it_is_stored(app: &TestApp) {
        people::team(app, "north", None, None);
        let mut admin = Visitor::of(app, Role::Admin);
        let table = "employee_no,name,team\n8001,Wu,north\n8002,Xu,south\n";
        let page = admin.post_file("/people/import/agents", &[("do", "preview")], Some(table)).expect(200).text();
        assert!(page.contains("nothing is stored yet") && page.contains("8001") && page.contains("no team with the code “south”"), "{page}");
        assert!(!admin.page("/people/agents").contains("8001"));
        // The preview's own text, as a browser sends it back, may be stored; another text is previewed again.
        let digest = field(&page, "previewed");
        let typed = table.replace('\n', "\r\n");
        let fields = [("do", "store"), ("previewed", digest.as_str()), ("csv", typed.as_str())];
        let other = typed.replace("Wu", "Wú");
        let page = admin.post_file("/people/import/agents", &[fields[0], fields[1], ("csv", &other)], None).expect(200).text();
        assert!(page.contains("has changed since the preview"));
        assert!(!admin.page("/people/agents").contains("8001"));
        let run = admin.post_file("/people/import/agents", &fields, None).expect(303).header("location").unwrap().to_owned();
        let page = ended(&mut admin, &run);
        assert!(page.contains("<h2>Stored</h2>"), "{page}");
        assert!(admin.page("/people/agents").contains("8001"));
        let page = admin.post_file("/people/import/agents", &[("do", "preview")], Some("employee_no\n8001\n")).expect(400).text();
        assert!(page.contains("role=\"alert\"") && page.contains("name"), "a header that does not fit: {page}");
        admin.post_file("/people/import/agents", &[("do", "preview")], None).expect(400);
        admin.get("/people/import/elephants").expect(404);

        let page = admin.post_file("/people/import/attendance", &[("do", "preview")], Some("employee_no,period,worked_days\n8001,2026-10,21\n")).expect(200).text();
        let fields = [("do", "store"), ("previewed", &field(&page, "previewed")), ("csv", "employee_no,period,worked_days\n8001,2026-10,21")];
        let run = admin.post_file("/people/import/attendance", &fields, None).expect(303).header("location").unwrap().to_owned();
        ended(&mut admin, &run);
        assert!(admin.page("/people/attendance?period=2026-10&number=8001").contains("<td class=\"number\">21</td>"));
        assert!(!admin.page("/people/attendance?number=nobody").contains("8001"));
    }

    fn people_are_closed_to_those_who_do_not_administer_them(app: &TestApp) {
        let mut inspector = Visitor::of(app, Role::Inspector);
        for path in ["/people/agents", "/people/vendors/new", "/people/teams/new", "/people/users", "/people/import/users", "/people/attendance"] {
            let page = inspector.get(path).expect(403).text();
            assert!(page.contains("This is not open to you"), "{path}");
        }
        inspector.post("/people/vendors", &[("code", "X"), ("name", "X")]).expect(403);
        inspector.post_file("/people/import/agents", &[("do", "store")], Some("employee_no,name\n1,a\n")).expect(403);
        let menu = inspector.page("/account");
        assert!(!menu.contains("/people/") && !menu.contains("/system/") && !menu.contains("/sampling/"));
        // A QA manager keeps people, but not log-ins.
        let mut manager = Visitor::of(app, Role::QaManager);
        manager.get("/people/agents").expect(200);
        manager.get("/people/users").expect(200);
        manager.get("/people/users/new").expect(403);
        manager.post("/people/users", &[("username", "x"), ("name", "x")]).expect(403);
        let mut auditor = Visitor::of(app, Role::Auditor);
        let page = auditor.page("/people/agents");
        assert!(!page.contains("/people/agents/new"), "who changes nothing is not shown the way to it");
        auditor.get("/people/agents/new").expect(403);
    }
}

/// The id in the first link that begins with `prefix` and goes on with `rest` after the id.
pub(super) fn link_after(page: &str, prefix: &str, rest: &str) -> String {
    let found = page.split(prefix).skip(1).find(|part| part.get(36..).is_some_and(|after| after.starts_with(rest)));
    found.unwrap_or_else(|| panic!("no link {prefix}…{rest} in {page}")).get(..36).unwrap().to_owned()
}

/// The value of the first field of this name.
pub(super) fn field(page: &str, name: &str) -> String {
    page.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no field {name}"))
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}
