//! Every route of people against every role, inside and outside of what it reaches: the permission table is what the service does.

use assay::domain::access::{Action, Grant, GrantReach, Permission, Role, permission};
use assay::domain::id::{AgentId, TeamId, UserId, VendorId};
use serde_json::{Value, json};

use crate::support::{Client, TestApp, on_both, people};

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum About {
    /// A list, which shows what is within reach.
    List,
    /// One object, within reach or not.
    Object,
    /// The whole centre.
    Centre,
    /// Somebody else's token: only who administers users knows of it.
    Stranger,
}

/// A vendor with a team and its people, in reach or out of it.
struct Place {
    vendor: VendorId,
    team: TeamId,
    agent: AgentId,
    /// The lead of the team.
    user: UserId,
}

impl Place {
    fn new(app: &TestApp, code: &str) -> Self {
        let vendor = people::vendor(app, code);
        let team = people::team(app, code, None, Some(vendor));
        let agent = people::agent(app, code, team);
        let (user, _) = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(team) }]);
        Self { vendor, team, agent, user }
    }
}

/// A route: method, path and body for a place, the action that it asks for, and what it is about.
type Route = (&'static str, fn(&Place) -> String, fn(&Place) -> Value, Action, About);

/// A token that nobody has.
const TOKEN: &str = "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11";

/// Every route of people, with bodies that change nothing or are refused as input once permission is given.
const ROUTES: &[Route] = &[
    ("GET", |_| "vendors".into(), |_| json!(null), Action::PeopleRead, About::List),
    ("POST", |_| "vendors".into(), |_| json!({ "code": " ", "name": " " }), Action::PeopleWrite, About::Centre),
    ("POST", |_| "vendors/import".into(), |_| json!("code,name\n"), Action::PeopleWrite, About::Centre),
    ("GET", |p| format!("vendors/{}", p.vendor), |_| json!(null), Action::PeopleRead, About::Object),
    ("PATCH", |p| format!("vendors/{}", p.vendor), |_| json!({}), Action::PeopleWrite, About::Centre),
    ("GET", |_| "teams".into(), |_| json!(null), Action::PeopleRead, About::List),
    ("POST", |_| "teams".into(), |_| json!({ "code": " ", "name": " " }), Action::PeopleWrite, About::List),
    ("GET", |p| format!("teams/{}", p.team), |_| json!(null), Action::PeopleRead, About::Object),
    ("PATCH", |p| format!("teams/{}", p.team), |_| json!({}), Action::PeopleWrite, About::Object),
    ("POST", |_| "teams/import".into(), |_| json!("code,name\n"), Action::PeopleWrite, About::List),
    ("GET", |_| "agents".into(), |_| json!(null), Action::PeopleRead, About::List),
    ("GET", |_| "agents?format=csv".into(), |_| json!(null), Action::PeopleRead, About::List),
    ("POST", |_| "agents".into(), |p| json!({ "employee_no": " ", "name": " ", "team_id": p.team }), Action::PeopleWrite, About::List),
    ("GET", |p| format!("agents/{}", p.agent), |_| json!(null), Action::PeopleRead, About::Object),
    ("GET", |p| format!("agents/{}/teams", p.agent), |_| json!(null), Action::PeopleRead, About::Object),
    ("PATCH", |p| format!("agents/{}", p.agent), |_| json!({}), Action::PeopleWrite, About::Object),
    ("POST", |p| format!("agents/{}/teams", p.agent), |p| json!({ "team_id": p.team }), Action::PeopleWrite, About::Object),
    ("POST", |_| "agents/import".into(), |_| json!("employee_no,name\n"), Action::PeopleWrite, About::List),
    ("GET", |_| "attendance".into(), |_| json!(null), Action::AttendanceRead, About::List),
    ("PUT", |p| format!("attendance/2026-10/{}", p.agent), |_| json!({ "worked_days": 3 }), Action::AttendanceWrite, About::Object),
    ("POST", |_| "attendance/import".into(), |_| json!("employee_no,period,worked_days\n"), Action::AttendanceWrite, About::List),
    ("GET", |_| "users".into(), |_| json!(null), Action::UserRead, About::List),
    ("POST", |_| "users".into(), |_| json!({ "username": " ", "name": " " }), Action::UserWrite, About::Centre),
    ("POST", |_| "users/import".into(), |_| json!("username,name\n"), Action::UserWrite, About::Centre),
    ("GET", |p| format!("users/{}", p.user), |_| json!(null), Action::UserRead, About::Object),
    ("PATCH", |p| format!("users/{}", p.user), |_| json!({}), Action::UserWrite, About::Centre),
    ("PUT", |p| format!("users/{}/password", p.user), |_| json!({ "password": "short" }), Action::UserWrite, About::Centre),
    ("GET", |_| "tokens".into(), |_| json!(null), Action::TokenOwn, About::List),
    ("POST", |_| "tokens".into(), |_| json!({ "name": " ", "scopes": [] }), Action::TokenOwn, About::List),
    ("DELETE", |_| format!("tokens/{TOKEN}"), |_| json!(null), Action::UserWrite, About::Stranger),
    ("GET", |_| "audit".into(), |_| json!(null), Action::AuditRead, About::Centre),
];

fn send(client: &Client, (method, path, body, ..): &Route, place: &Place) -> u16 {
    let (path, body) = (path(place), body(place));
    match &body {
        Value::Null => client.send(method, &path, &[], &[]).status,
        Value::String(csv) => client.send(method, &path, &[("content-type", "text/csv")], csv.as_bytes()).status,
        body => {
            let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
            client.send(method, &path, &headers, &serde_json::to_vec(body).unwrap()).status
        }
    }
}

/// What the table says that the status must be: refused, not found, or let through (done, or refused for its input only).
fn expected(role: Role, reach: GrantReach, (.., action, about): &Route, inside: bool) -> &'static [u16] {
    let whole = reach == GrantReach::All && permission(role, *action) == Permission::Granted;
    match (permission(role, *action), about) {
        (_, About::Stranger) => &[404],
        (Permission::No, _) => &[403],
        (_, About::Centre) if !whole => &[403],
        (_, About::List | About::Centre) => &[200, 400],
        (_, About::Object) if inside || whole => &[200],
        (_, About::Object) => &[404],
    }
}

fn walk(app: &TestApp, role: Role, reach: GrantReach, agent: Option<AgentId>, places: [(&Place, bool); 2]) {
    let (_, client) = app.user("walker", agent, &[Grant { role, reach }]);
    for route in ROUTES {
        // What is not about one object is the same for both.
        for (place, inside) in places.into_iter().take(if route.4 == About::Object { 2 } else { 1 }) {
            let status = send(&client, route, place);
            let expected = expected(role, reach, route, inside);
            assert!(expected.contains(&status), "{role} with {reach:?}: {} {} gave {status}, not {expected:?}", route.0, route.1(place));
        }
    }
}

on_both! {
    fn each_role_may_do_what_the_table_says_within_its_reach(app: &TestApp) {
        let (inside, outside) = (Place::new(app, "A"), Place::new(app, "B"));
        for role in Role::ALL.iter().copied() {
            if role == Role::Agent {
                walk(app, role, GrantReach::Own, Some(inside.agent), [(&inside, true), (&outside, false)]);
                continue;
            }
            walk(app, role, GrantReach::All, None, [(&inside, true), (&outside, true)]);
            walk(app, role, GrantReach::Team(inside.team), None, [(&inside, true), (&outside, false)]);
            walk(app, role, GrantReach::Vendor(inside.vendor), None, [(&inside, true), (&outside, false)]);
        }
    }

    fn without_a_token_every_route_is_closed(app: &TestApp) {
        let place = Place::new(app, "A");
        for route in ROUTES {
            assert_eq!(send(&app.anonymous(), route, &place), 401, "{} {}", route.0, route.1(&place));
        }
    }
}

/// A route that is new must be walked, too.
#[test]
fn no_route_of_people_is_forgotten() {
    let document = serde_json::from_str::<serde_json::Value>(&assay::server::openapi_json()).unwrap();
    let nouns = ["agents", "attendance", "audit", "teams", "tokens", "users", "vendors"];
    let nobody = assay::domain::id::UserId(uuid::Uuid::nil());
    let place = Place { vendor: nobody.0.into(), team: nobody.0.into(), agent: nobody.0.into(), user: nobody };
    let shape = |path: &str| {
        let parts = path.split('?').next().unwrap().split('/');
        let fixed = |part: &&str| nouns.contains(part) || ["import", "password"].contains(part);
        parts.map(|part| if fixed(&part) { part.to_owned() } else { "*".to_owned() }).collect::<Vec<_>>().join("/")
    };
    let walked: Vec<_> = ROUTES.iter().map(|route| (route.0.to_owned(), shape(&route.1(&place)))).collect();
    let mut served = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.trim_start_matches("/api/v1/");
        if nouns.contains(&path.split('/').next().unwrap()) {
            for method in methods.as_object().unwrap().keys() {
                served += 1;
                assert!(walked.contains(&(method.to_uppercase(), shape(path))), "{method} {path} is not walked");
            }
        }
    }
    assert!(served > 25, "{served}");
}
