//! `assay draw` and `assay verify-draw`.

use std::process::{Command, Output};

use assay::db::schema::draws;
use diesel::prelude::*;
use serde_json::Value;

use crate::support::sampling::{PERIOD, centre};
use crate::support::{TestApp, on_both};

fn assay(app: &TestApp, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_assay"))
        .current_dir(app.folder.path())
        .env("DATABASE_URL", &app.app.config.database.url)
        .args(args)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

on_both! {
    /// The command line draws by a plan's name and says by its exit code whether a draw is as it was made.
    fn draws_and_verifies(app: &TestApp) {
        let centre = centre(app, 2, 12, 1);
        centre.plan("chats", &centre.content(3));
        let made = assay(app, &["draw", "--plan", "chats", "--period", PERIOD, "--json"]);
        assert_eq!(made.status.code(), Some(0), "{made:?}");
        let draw: Value = serde_json::from_slice(&made.stdout).unwrap();
        assert_eq!(draw["summary"]["random"], 6);
        let id = draw["id"].as_str().unwrap();
        let again = assay(app, &["draw", "--plan", "chats", "--period", PERIOD]);
        assert!(text(&again).contains(draw["result_digest"].as_str().unwrap()), "{again:?}");

        let good = assay(app, &["verify-draw", id]);
        assert_eq!((good.status.code(), text(&good).starts_with("verified")), (Some(0), true), "{good:?}");
        app.write(|tx| Ok(diesel::update(draws::table).set(draws::population_digest.eq("0")).execute(tx.conn)?));
        let bad = assay(app, &["verify-draw", id]);
        assert_eq!(bad.status.code(), Some(1), "{bad:?}");
        assert!(text(&bad).contains("population_digest: expected"), "{bad:?}");
        let bad = assay(app, &["verify-draw", id, "--json"]);
        let found: Value = serde_json::from_slice(&bad.stdout).unwrap();
        assert_eq!((bad.status.code(), found["verified"].as_bool(), found["differing"].as_i64()), (Some(1), Some(false), Some(1)));

        assert_eq!(assay(app, &["draw", "--plan", "unknown", "--period", PERIOD]).status.code(), Some(2));
        assert_eq!(assay(app, &["verify-draw", "nonsense"]).status.code(), Some(2));
    }
}
