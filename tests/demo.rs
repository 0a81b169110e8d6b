//! The demo centre is made through the use cases on either database, and is the same every time.

use std::sync::Arc;

use assay::app::App;
use assay::chance::Chance;
use assay::clock::SetClock;
use assay::config::Config;
use assay::db;
use assay::domain::access::Origin;
use assay::domain::access::{Action, Reach, Role};
use assay::domain::appeal::AppealState;
use assay::domain::calibration::CalibrationState;
use assay::domain::escalation::CaseState;
use assay::domain::follow_up::FollowUpState;
use assay::domain::ledger::EntryKind;
use assay::domain::ledger::LedgerFilter;
use assay::domain::page::PageRequest;
use assay::domain::period::Period;
use assay::domain::regrade::{DifferenceDecision, DifferenceVerdict, RegradeState};
use assay::usecases;
use assay::usecases::appeals::AppealFilter;
use assay::usecases::complaints::ComplaintFilter;
use assay::usecases::demo;
use assay::usecases::escalation::EscalationFilter;
use assay::usecases::follow_ups::FollowUpFilter;
use assay::usecases::regrades::decide::Decisions;
use assay::usecases::sessions::authenticate::authenticate;

use crate::support::{DEMO_NOW as NOW, postgres};

struct Made {
    app: App,
    clock: Arc<SetClock>,
    _folder: tempfile::TempDir,
}

fn run<T>(future: impl Future<Output = T>) -> T {
    actix_web::rt::Runtime::new().unwrap().block_on(future)
}

fn made(database: Option<String>, now: &str) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.database.url = database.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("demo.db").display()));
    config.database.connections = 4;
    config.recordings.folder = folder.path().join("recordings");
    let clock = Arc::new(SetClock::new(now.parse().unwrap()));
    let app = App::with(config, clock.clone(), Chance::from_seed(demo::SEED)).unwrap();
    app.db.migrate().unwrap();
    run(demo::load(&app, &clock, now.parse().unwrap(), 2)).unwrap();
    Made { app, clock, _folder: folder }
}

impl Made {
    fn digest(&self, period: &str) -> String {
        let period: Period = period.parse().unwrap();
        run(self.app.read(move |conn| db::periods::find(conn, period))).unwrap().unwrap().digest.unwrap()
    }

    fn lines(&self, period: &str) -> Vec<assay::domain::ledger::LedgerEntry> {
        let filter = LedgerFilter { period: Some(period.parse().unwrap()), ..LedgerFilter::default() };
        let page = PageRequest { limit: PageRequest::MAX, after: None };
        let everything = Reach { all: true, ..Reach::default() };
        run(self.app.read(move |conn| db::ledger::page(conn, &everything, &filter, &page))).unwrap().items
    }
}

#[test]
fn the_demo_centre_is_made_on_sqlite_and_again_the_same() {
    let first = made(None, NOW);
    let closed = first.lines("2026-10");
    assert!(closed.len() >= 10, "{} lines", closed.len());
    let open = first.lines("2026-11");
    assert!(open.iter().any(|line| line.origin_period.to_string() == "2026-10" && line.original_id.is_some()), "a late correction");
    let found = run(demo::find(&first.app)).unwrap();
    assert_eq!((found.last_period.to_string(), found.outdated), ("2026-10".to_owned(), false));

    let digest = first.digest("2026-10");
    let again = run(demo::load(&first.app, &first.clock, NOW.parse().unwrap(), 2)).unwrap_err();
    assert!(again.to_string().contains("already holds a centre"), "{again}");
    assert_eq!((first.digest("2026-10"), first.lines("2026-11").len()), (digest.clone(), open.len()));

    let second = made(None, NOW);
    assert_eq!(second.digest("2026-10"), digest);
    assert_eq!(second.lines("2026-11"), open);
    if let Some(server) = postgres::server() {
        let third = made(Some(server.fresh_database(None)), NOW);
        assert_eq!(third.digest("2026-10"), digest, "the same list on PostgreSQL");
    }
}

#[test]
fn what_follows_from_the_grades_can_be_looked_at() {
    let centre = made(None, NOW);
    let auditor = demo::logins().unwrap().into_iter().find(|login| login.username == "auditor").unwrap();
    let auditor = run(authenticate(&centre.app, &auditor.token, Origin::default())).unwrap();
    let page = || PageRequest { limit: PageRequest::MAX, after: None };
    let (app, who) = (&centre.app, &auditor);

    let cases = run(usecases::escalation::list::list(app, who, EscalationFilter::default(), page())).unwrap().items;
    assert!(cases.iter().any(|case| case.state == CaseState::Open), "{cases:?}");
    assert!(cases.iter().any(|case| case.state == CaseState::Ended), "{cases:?}");

    let appeals = run(usecases::appeals::list::list(app, who, AppealFilter::default(), page())).unwrap().items;
    let states: Vec<AppealState> = appeals.iter().map(|appeal| appeal.state).collect();
    assert_eq!(states, [AppealState::Open, AppealState::Final]);
    let won = run(usecases::appeals::show::show(app, who, appeals[1].id)).unwrap();
    let adjusted = centre.lines("2026-11").into_iter().filter(|line| line.original_id.is_some()).count();
    assert_eq!((won.decisions.len(), adjusted), (1, 1));

    let complaints = run(usecases::complaints::list::list(app, who, ComplaintFilter::default(), page())).unwrap().items;
    assert_eq!(complaints.len(), 2);
    let fined: Vec<EntryKind> = centre.lines("2026-10").into_iter().map(|line| line.kind).collect();
    assert!(fined.contains(&EntryKind::Complaint) && fined.contains(&EntryKind::OperatingBreach), "{fined:?}");

    let actions = run(usecases::follow_ups::list::list(app, who, FollowUpFilter::default(), page())).unwrap().items;
    assert!(actions.iter().any(|action| action.state == FollowUpState::Open), "{actions:?}");

    let sessions = run(usecases::calibrations::list::list(app, who, None, page())).unwrap().items;
    let closed = sessions.iter().find(|session| session.state == CalibrationState::Closed).unwrap();
    let report = run(usecases::calibrations::report::report(app, who, closed.id)).unwrap();
    assert!(!report.dividing.is_empty() && report.overall.krippendorff_alpha.is_some(), "{report:?}");
    assert!(sessions.iter().any(|session| session.state == CalibrationState::Open));

    let regrades = run(usecases::regrades::list::list(app, who, None, None, page())).unwrap().items;
    for state in [RegradeState::Assigned, RegradeState::Graded, RegradeState::Decided] {
        assert!(regrades.iter().any(|regrade| regrade.state == state), "none is {state}: {regrades:?}");
    }
    let differing = regrades.iter().find(|regrade| regrade.state == RegradeState::Graded).unwrap();
    assert!(!differing.differences.as_ref().unwrap().is_empty());

    // What an inspector bears can be deducted: the demo's inspectors have employee numbers.
    let manager = demo::logins().unwrap().into_iter().find(|login| login.username == "qa.manager").unwrap();
    let manager = run(authenticate(app, &manager.token, Origin::default())).unwrap();
    let shown = run(usecases::regrades::show::show(app, &manager, differing.id)).unwrap();
    let missed = |_: &_| DifferenceDecision { verdict: DifferenceVerdict::SecondRight, good_reason: false, reason: "missed".to_owned() };
    let decisions = shown.differences.as_ref().unwrap().iter().map(missed).collect();
    let decided = run(usecases::regrades::decide::decide(app, &manager, differing.id, shown.version, Decisions { decisions })).unwrap();
    assert_eq!(decided.regrade.state, RegradeState::Decided);
}

#[test]
fn everybody_can_do_their_part() {
    let centre = made(None, "2026-11-03T02:00:00Z");
    let mut roles = std::collections::BTreeSet::new();
    for login in demo::logins().unwrap() {
        let origin = assay::domain::access::Origin::default();
        let actor = run(assay::usecases::sessions::authenticate::authenticate(&centre.app, &login.token, origin)).unwrap();
        let role: Role = login.role.parse().unwrap();
        assert!(actor.holds(role) && actor.may(Action::TokenOwn).is_ok(), "{}", login.username);
        roles.insert(role);
    }
    assert_eq!(roles.len(), Role::ALL.len(), "every role can be tried");
}

#[test]
fn a_demo_on_the_first_morning_of_a_month_has_last_month_closed() {
    let centre = made(None, "2026-10-31T16:05:00Z");
    assert_eq!(run(demo::find(&centre.app)).unwrap().last_period.to_string(), "2026-10");
}
