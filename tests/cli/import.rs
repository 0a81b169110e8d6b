//! `assay import`, the program itself.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use assay::domain::access::Role;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::{TestApp, on_both, real_data};

fn assay(app: &TestApp, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_assay"))
        .args(arguments)
        .env("DATABASE_URL", &app.app.config.database.url)
        .env("ASSAY__RECORDINGS__FOLDER", &app.app.config.recordings.folder)
        .current_dir(app.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read to the end.
    drop(std::io::Write::write_all(&mut child.stdin.take().unwrap(), input));
    child.wait_with_output().unwrap()
}

fn reports(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn october() -> DateTime<Utc> {
    "2026-09-30T16:00:00Z".parse().unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

on_both! {
    fn real_conversations_come_in_by_the_program(app: &TestApp) {
        let Some(data) = real_data::folder() else { return };
        let (calls, dialogues, chats) = (real_data::harpervalley(&data), real_data::crosswoz(&data, october()), real_data::multidogo(&data, october()));
        let team = app.make_team("t", None);
        for set in [&calls, &dialogues, &chats] {
            app.make_agents(team, &real_data::agents(set));
        }
        let files = [("calls.jsonl", &calls), ("dialogues.ndjson", &dialogues), ("chats.ndjson", &chats)].map(|(name, set)| {
            let file = app.folder.path().join(name);
            std::fs::write(&file, real_data::ndjson(set)).unwrap();
            file
        });
        let sounds = real_data::harpervalley_recordings(&data);
        let arguments = ["import", "--json", "--recordings", path(&sounds), path(&files[0]), path(&files[1]), path(&files[2])];
        let first = reports(&assay(app, &arguments, b""), 0);
        let inserted: Vec<_> = first.as_array().unwrap().iter().map(|r| r["inserted"].as_u64().unwrap()).collect();
        assert_eq!(inserted, [8, 500, 7230]);
        let again = reports(&assay(app, &arguments, b""), 0);
        let unchanged: Vec<_> = again.as_array().unwrap().iter().map(|r| r["unchanged"].as_u64().unwrap()).collect();
        assert_eq!(unchanged, [8, 500, 7230]);
        // Nothing is lost on the way: every line of every conversation is there.
        let manager = app.person(Role::QaManager);
        let (mut cursor, mut conversations, mut lines) = (String::new(), 0, 0);
        loop {
            let page = manager.get(&format!("conversations?limit=200{cursor}")).expect(200).json();
            let items = page["items"].as_array().unwrap();
            conversations += items.len();
            lines += items.iter().map(|item| item["lines"].as_u64().unwrap()).sum::<u64>();
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!((conversations, lines), (8 + 500 + 7230, 165 + 8476 + 58_190));
        assert_eq!(manager.get("conversations?period=2026-10&limit=1&source=crosswoz").json()["items"][0]["language"], "zh");
    }

    fn the_program_says_which_lines_it_refused(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let one = |id: &str, agent: &str| {
            let row = json!({"source": "s", "external_id": id, "channel": "chat", "agent": agent, "started_at": "2026-11-01T00:00:00Z", "duration_ms": 1});
            format!("{row}\n")
        };
        let output = assay(app, &["import", "-"], format!("{}{}", one("a", "1"), one("b", "2")).as_bytes());
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.starts_with("-: 1 inserted, 0 updated, 0 unchanged, 1 refused\n  line 2 (s/b): agent: there is no agent"), "{told}");

        let file = app.folder.path().join("table.csv");
        std::fs::write(&file, "source,external_id,channel,agent,started_at,duration_ms\ns,a,chat,1,2026-11-01T08:00:00+08:00,1\n").unwrap();
        assert_eq!(reports(&assay(app, &["import", "--json", path(&file)], b""), 0)[0]["unchanged"], 1);
        for (arguments, told) in [
            (vec!["import", "nothing.ndjson"], "nothing.ndjson: cannot be read"),
            (vec!["import", "table.xlsx"], "NDJSON"),
            (vec!["import", "table.csv", "--recordings", "none"], "none"),
            (vec!["import", "--format", "xml", "table.csv"], "`xml` is not known"),
            (vec!["import"], "FILE"),
        ] {
            let output = assay(app, &arguments, b"");
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains(told), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
