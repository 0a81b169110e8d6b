//! `assay close` and `assay export`, the program itself.

use std::process::{Command, Output};

use assay::domain::access::Role;
use sha2::{Digest, Sha256};

use crate::api::fine_policies::make_first;
use crate::support::graded::Centre;
use crate::support::{TestApp, on_both};

fn assay(app: &TestApp, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_assay"))
        .args(arguments)
        .env("DATABASE_URL", &app.app.config.database.url)
        .current_dir(app.folder.path())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

on_both! {
    fn an_operator_closes_a_month_and_exports_its_list(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        centre.sample(app, centre.agents[1], "2026-10");
        let refused = assay(app, &["close", "2026-10"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains("1 samples are not graded"), "{}", text(&refused.stderr));
        let closed = assay(app, &["close", "2026-10", "--override", "agreed with finance", "--json"]);
        assert_eq!(closed.status.code(), Some(0), "{}", text(&closed.stderr));
        let closed: serde_json::Value = serde_json::from_slice(&closed.stdout).unwrap();
        assert_eq!(closed["override_reason"], "agreed with finance");

        let canonical = assay(app, &["export", "fine-list", "2026-10", "--format", "json"]);
        assert_eq!(hex::encode(Sha256::digest(&canonical.stdout)), closed["digest"].as_str().unwrap());
        let file = app.folder.path().join("fines.xlsx");
        let said = assay(app, &["export", "fine-list", "2026-10", "--format", "xlsx", "--lang", "en", "--out", file.to_str().unwrap()]);
        assert!(text(&said.stdout).contains(closed["digest"].as_str().unwrap()), "{}", text(&said.stderr));
        let served = app.person(Role::Finance).get("fine-lists/2026-10?format=xlsx&lang=en").expect(200);
        assert_eq!(std::fs::read(&file).unwrap(), served.bytes, "the same bytes as by API");
        let ledger = assay(app, &["export", "ledger", "--period", "2026-10"]);
        assert_eq!(text(&ledger.stdout).lines().count(), 2);
        assert_eq!(assay(app, &["export", "fine-list", "2026-10", "--format", "pdf"]).status.code(), Some(2));
        assert_eq!(assay(app, &["close", "october"]).status.code(), Some(2));
    }
}
