//! `assay results`.

use std::process::{Command, Output};

use crate::support::grading::*;
use crate::support::{TestApp, on_both};

fn results(app: &TestApp, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_assay"))
        .arg("results")
        .args(arguments)
        .env("DATABASE_URL", &app.app.config.database.url)
        .current_dir(app.folder.path())
        .output()
        .unwrap()
}

on_both! {
    fn it_says_who_passes(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "north", None, None));
        attended(app, agent, "2026-11", 20);
        grade(app, draw(app, "2026-11"), agent, "2026-11-03T02:00:00Z", (9, 1, 0));
        let shown = String::from_utf8(results(app, &["2026-11"]).stdout).unwrap();
        assert!(shown.contains("fail          9    1    0  0.1111  0.0000    20  yes        1001 客服 1001"), "{shown}");
        assert!(shown.contains("0.0000           0/1       1        1          1  team north 组 north"), "{shown}");
        let json: serde_json::Value = serde_json::from_slice(&results(app, &["2026-11", "--json"]).stdout).unwrap();
        assert_eq!((&json["agents"][0]["verdict"], &json["centre"]["rated"]), (&"fail".into(), &1.into()));
        let refused = results(app, &["2026-13"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("2026-13"));
    }
}
