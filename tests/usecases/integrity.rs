//! The check of the whole centre: silent where everything fits, and not where somebody has been at the tables.

use std::collections::BTreeSet;

use assay::app::App;
use assay::db::AnyConnection;
use assay::domain::access::{Actor, Role};
use assay::domain::integrity::{Check, IntegrityReport};
use assay::usecases::audit::seal::{latest, seal};
use assay::usecases::integrity::check::check;
use diesel::connection::SimpleConnection;
use serde_json::json;

use crate::support::aftermath::People;
use crate::support::grading::sheet;
use crate::support::{TestApp, on_both};

fn checked(app: &TestApp, noted: Option<(i64, String)>) -> IntegrityReport {
    app.run(check(&app.app, &Actor::operator(), noted, |_| {})).unwrap()
}

/// What does not fit. The draws of these tests are put straight into the tables, so they cannot be computed again.
fn amiss(app: &TestApp) -> BTreeSet<Check> {
    checked(app, None).checked.iter().filter(|it| it.misfits > 0 && it.check != Check::Draws).map(|it| it.check).collect()
}

async fn sealed(app: App) -> i64 {
    let upto = latest(&app).await.unwrap();
    seal(&app, &Actor::service(), upto).await.unwrap()
}

/// Changes a table behind the service's back.
fn at_the_tables(app: &TestApp, sql: &'static str) {
    app.write(move |tx| {
        match tx.conn {
            AnyConnection::Sqlite(conn) => conn.batch_execute(sql)?,
            AnyConnection::Postgres(conn) => conn.batch_execute(sql)?,
        }
        Ok(())
    });
}

/// Takes away what guards the log.
fn unguarded(app: &TestApp) {
    let postgres = "ALTER TABLE audit DISABLE TRIGGER ALL";
    at_the_tables(app, if app.is_postgres() { postgres } else { "DROP TRIGGER audit_never_updated; DROP TRIGGER audit_never_deleted" });
}

on_both! {
    fn what_somebody_did_to_the_tables_shows(app: &TestApp) {
        let people = People::new(app, "2026-10-05");
        people.graded(app, &sheet(&["confidentiality", "greeting"]));
        people.graded(app, &sheet(&[]));
        let desk = app.person(Role::ComplaintDesk);
        let complaint = json!({ "reference": "C-1", "agent_id": people.agent, "occurred_on": "2026-10-04", "text": "rude" });
        let complaint = desk.post("complaints", &complaint).expect(201).json();
        let found = json!({ "upheld": true, "level": "severe", "reason": "heard" });
        desk.post_if(&format!("complaints/{}/adjudication", complaint["id"].as_str().unwrap()), 1, &found).expect(200);
        let close = json!({ "override_reason": "the demo goes on" });
        people.managers[0].1.post("periods/2026-10/close", &close).expect(200);
        people.in_month(app, "2026-11-05").graded(app, &sheet(&["identity_check"]));
        assert!(app.run(sealed(app.app.clone())) > 5);
        assert_eq!(app.run(sealed(app.app.clone())), 0, "what is sealed is not sealed again");
        assert_eq!(amiss(app), BTreeSet::new(), "{:#?}", checked(app, None).misfits);

        let tampered: [(&str, &[Check]); 8] = [
            ("UPDATE conversation_days SET days = days + 4", &[Check::Conversations]),
            ("UPDATE conversation_days SET days = days - 4", &[]),
            ("UPDATE evaluations SET key_errors = key_errors + 1", &[Check::Evaluations]),
            ("UPDATE evaluations SET key_errors = key_errors - 1; UPDATE complaints SET level = 'minor'", &[Check::Ledger]),
            ("UPDATE complaints SET level = 'severe'; UPDATE violations SET state = 'withdrawn'", &[Check::Evaluations, Check::Ledger]),
            ("UPDATE violations SET state = 'confirmed'; UPDATE periods SET digest = 'x' WHERE digest IS NOT NULL", &[Check::Periods]),
            ("UPDATE period_fine_lines SET entry_id = agent_id, content = REPLACE(content, '50000', '40000')", &[Check::Periods]),
            ("DELETE FROM escalation_findings", &[Check::Periods, Check::Escalations]),
        ];
        for (sql, expected) in tampered {
            at_the_tables(app, sql);
            assert_eq!(amiss(app), expected.iter().copied().collect(), "{sql}: {:#?}", checked(app, None).misfits);
        }
    }

    fn the_log_cannot_be_rewritten_unseen(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.graded(app, &sheet(&["greeting"]));
        app.run(sealed(app.app.clone()));
        people.graded(app, &sheet(&[]));
        app.run(sealed(app.app.clone()));
        let head = checked(app, None).audit_head.unwrap();
        assert_eq!((head.0, head.1.len()), (2, 64));
        assert!(checked(app, Some(head.clone())).misfits.iter().all(|it| it.check != Check::Audit));
        unguarded(app);
        for sql in ["UPDATE audit SET reason = 'nothing' WHERE seq = 2", "UPDATE audit SET reason = NULL WHERE seq = 2; DELETE FROM audit WHERE seq = 1"] {
            at_the_tables(app, sql);
            assert_eq!(amiss(app), BTreeSet::from([Check::Audit]), "{sql}");
        }
        let other = checked(app, Some((2, "0".repeat(64)))).misfits;
        assert!(other.iter().any(|it| it.object == "seal 2" && it.expected.contains("as it was noted")), "{other:#?}");
        assert!(checked(app, Some((9, head.1))).misfits.iter().any(|it| it.object == "seal 9"), "a seal that is gone");
    }
}

#[test]
fn the_demo_centre_fits_together() {
    let app = TestApp::demo();
    app.run(sealed(app.app.clone()));
    let report = checked(&app, None);
    assert!(report.is_sound(), "{:#?}", report.misfits);
    for kind in Check::ALL {
        let looked = report.checked.iter().find(|it| it.check == *kind).unwrap();
        assert!(looked.objects > 0, "{kind}: nothing was looked at");
    }
}
