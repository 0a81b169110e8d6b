//! The disk of the database full while the program imports: what it says is stored is there, and the rest comes when there is room.

use std::fmt::Write;
use std::process::Output;

use assay::db::schema::conversations;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::{copy, look};
use crate::support::TestApp;
use crate::support::disk::SmallDisk;
use crate::support::inspectors::fits;
use crate::support::program::complained;

const CONVERSATIONS: i64 = 9000;

fn file() -> String {
    (0..CONVERSATIONS).fold(String::new(), |mut file, number| {
        let conversation = json!({
            "source": "pbx", "external_id": format!("call-{number}"), "channel": "call", "agent": "1001", "started_at": "2026-11-03T10:15:00+08:00",
            "duration_ms": 2000, "transcript": [{ "speaker": "agent", "text": format!("您好，请问有什么可以帮您？{number}") }],
        });
        writeln!(file, "{conversation}").unwrap();
        file
    })
}

/// How many conversations it says were stored before there was no room.
fn stored(output: &Output) -> i64 {
    let complained = complained(output);
    assert_eq!(output.status.code(), Some(3), "{complained}");
    let stopped = complained.split("the import stopped after ").nth(1);
    match stopped.and_then(|rest| rest.split_once(" conversations were stored, because there is no room left")) {
        Some((count, _)) => count.parse().unwrap(),
        None => {
            assert!(complained.contains("no room left"), "{complained}");
            0
        }
    }
}

#[test]
fn an_import_without_room_keeps_what_it_said_and_goes_on_later() {
    let Some(mut disk) = SmallDisk::new("64m") else { return };
    let app = TestApp::sqlite();
    app.make_agents(app.make_team("north", None), &["1001"]);
    let calls = app.folder.path().join("calls.ndjson");
    std::fs::write(&calls, file()).unwrap();
    let calls = calls.to_str().unwrap();
    std::fs::copy(copy(&app), disk.outside().join("assay.db")).unwrap();
    let within = |disk: &SmallDisk, arguments: &[&str]| {
        let mut command = disk.assay(app.folder.path(), arguments);
        command.env("DATABASE_URL", format!("sqlite:{}/assay.db", disk.path().display()));
        command
    };
    let (mut before, mut partial) = (0, 0);
    for room in [0, 256 << 10, 2 << 20] {
        disk.fill_but(room);
        let new = stored(&within(&disk, &["import", calls]).output().unwrap());
        disk.make_room();
        partial += usize::from(new > 0);
        let after = app.folder.path().join(format!("after-{room}.db"));
        assert!(within(&disk, &["backup", after.to_str().unwrap()]).output().unwrap().status.success());
        let there: i64 = app.run(look(&after).read(|conn| Ok(conversations::table.count().get_result(conn)?))).unwrap();
        assert_eq!(there, before + new, "what was said to be stored is there, and no more: {room}");
        before = there;
        fits(within(&disk, &["check"]));
    }
    assert!(partial > 0 && before < CONVERSATIONS, "some of it found room: {before}");
    let output = within(&disk, &["import", calls, "--json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", complained(&output)));
    assert_eq!((&report[0]["inserted"], &report[0]["unchanged"]), (&json!(CONVERSATIONS - before), &json!(before)));
    fits(within(&disk, &["check"]));
}
