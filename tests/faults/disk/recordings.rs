//! The disk of the recordings full, while the database has room.

use assay::domain::access::Role;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::says;
use crate::support::browser::Visitor;
use crate::support::disk::SmallDisk;
use crate::support::inspectors::fits;
use crate::support::program::{Serving, complained};
use crate::support::sounds::{form, wav};
use crate::support::{Client, Response, TestApp, people};

const KIB: u64 = 1024;

/// The line of a call with a recording.
fn call(name: &str) -> String {
    let conversation = json!({
        "source": "pbx", "external_id": name, "channel": "call", "agent": "1001", "started_at": "2026-11-03T10:15:00+08:00", "duration_ms": 2000,
        "recordings": [{ "file": format!("{name}.wav"), "stereo": { "left": "agent", "right": "customer" } }],
    });
    format!("{conversation}\n")
}

fn upload(client: &Client, sounds: &[(&str, &[u8])]) -> Response {
    let lines: String = sounds.iter().map(|(name, _)| call(name)).collect();
    let names: Vec<String> = sounds.iter().map(|(name, _)| format!("{name}.wav")).collect();
    let mut parts = vec![("conversations", Some("calls.ndjson"), "application/octet-stream", lines.as_bytes())];
    parts.extend(names.iter().zip(sounds).map(|(name, (_, sound))| ("recording", Some(name.as_str()), "audio/wav", *sound)));
    let (media_type, body) = form(&parts);
    client.send("POST", "conversations/import", &[("content-type", &media_type)], &body)
}

fn conversations(client: &Client) -> Vec<Value> {
    client.get("conversations").expect(200).json()["items"].as_array().unwrap().clone()
}

/// Whether every file of the store is what its name says, and nothing else lies there.
fn whole(disk: &SmallDisk) -> usize {
    let files = disk.files();
    for file in &files {
        let name: String = file.strip_prefix("recordings").unwrap().iter().map(|part| part.to_str().unwrap()).collect();
        let content = std::fs::read(disk.outside().join(file)).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&content)), name, "{file:?}");
    }
    let left = std::fs::read_dir(disk.outside().join("recordings/uploads")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "an upload leaves nothing behind");
    files.len()
}

/// A centre with an agent, and somebody who imports.
fn centre() -> (TestApp, Client) {
    let app = TestApp::sqlite();
    app.make_agents(app.make_team("north", None), &["1001"]);
    let manager = app.person(Role::QaManager);
    (app, manager)
}

#[test]
fn an_upload_without_room_for_its_recordings_stores_nothing_and_works_later() {
    let Some(mut disk) = SmallDisk::new("12m") else { return };
    let (app, manager) = centre();
    let within = |disk: &SmallDisk, arguments: &[&str]| {
        let mut command = disk.assay(app.folder.path(), arguments);
        command.env("DATABASE_URL", &app.app.config.database.url).env("ASSAY__RECORDINGS__FOLDER", disk.path().join("recordings"));
        command
    };
    let serving = Serving::start(within(&disk, &["serve", "--port", "0"]));
    let manager = Client::new(&serving.url, manager.token());
    // A megabyte and two.
    let (one, two) = (wav(2, 260_000, 1), wav(2, 520_000, 2));
    // No room at all; none for all of the upload; for the upload and not for the store; for the first in the store and not for the second.
    for (room, kept) in [(0, 0), (1500 * KIB, 0), (3500 * KIB, 0), (4600 * KIB, 1)] {
        disk.fill_but(room);
        let answer = upload(&manager, &[("one", &one), ("two", &two)]);
        assert!(says(&answer, 507, "storage_full"), "{room}: {} {}", answer.status, answer.text());
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert_eq!(conversations(&manager), Vec::<Value>::new(), "{room}");
        assert_eq!(whole(&disk), kept, "{room}: what is stored and not named yet is whole, and is found by the next import");
        // Conversations without recordings need no room here.
        manager.send("POST", "conversations/import", &[("content-type", "application/x-ndjson")], b"").expect(200);
        disk.make_room();
    }
    assert_eq!(upload(&manager, &[("one", &one), ("two", &two)]).expect(200).json()["inserted"], 2);
    assert_eq!(whole(&disk), 2);
    for item in conversations(&manager) {
        let id = item["id"].as_str().unwrap();
        let shown = manager.get(&format!("conversations/{id}")).expect(200).json();
        let heard = manager.get(&format!("conversations/{id}/recordings/{}", shown["recordings"][0]["id"].as_str().unwrap()));
        assert!(heard.expect(200).bytes == if item["external_id"] == "one" { one.as_slice() } else { two.as_slice() });
    }
    drop(serving);
    fits(within(&disk, &["check"]));
}

#[test]
fn an_import_by_the_program_says_that_there_is_no_room_for_recordings() {
    let Some(mut disk) = SmallDisk::new("8m") else { return };
    let (app, manager) = centre();
    let file = app.folder.path().join("calls.ndjson");
    std::fs::write(&file, call("one")).unwrap();
    let sound = wav(2, 260_000, 1);
    std::fs::write(app.folder.path().join("one.wav"), &sound).unwrap();
    let import = |disk: &SmallDisk| {
        let mut command = disk.assay(app.folder.path(), &["import", file.to_str().unwrap()]);
        command.env("DATABASE_URL", &app.app.config.database.url).env("ASSAY__RECORDINGS__FOLDER", disk.path().join("recordings"));
        command.output().unwrap()
    };
    disk.fill_but(600 * KIB);
    let output = import(&disk);
    assert_eq!(output.status.code(), Some(3), "{}", complained(&output));
    assert!(complained(&output).contains("no room left: the store of recordings"), "{}", complained(&output));
    assert!(conversations(&manager).is_empty());
    assert_eq!(whole(&disk), 0);
    disk.make_room();
    let output = import(&disk);
    assert!(output.status.success(), "{}", complained(&output));
    assert_eq!((conversations(&manager).len(), whole(&disk)), (1, 1));
}

#[test]
fn a_table_that_cannot_be_kept_for_its_preview_is_said_on_the_page() {
    let Some(mut disk) = SmallDisk::new("4m") else { return };
    let app = TestApp::sqlite_with(|config| config.recordings.folder = disk.outside());
    people::team(&app, "north", None, None);
    let mut admin = Visitor::of(&app, Role::Admin);
    let table = (0..10_000)
        .fold("employee_no,name,team\n".to_owned(), |table, number| table + &format!("{},客服 {number},north\n", 10_000 + number));
    disk.fill_but(32 * KIB);
    let page = admin.post_file("/people/import/agents", &[("do", "preview")], Some(&table)).expect(507).text();
    assert!(page.contains("there is no room left"), "{page}");
    assert!(disk.files().is_empty() && !admin.page("/imports").contains("table.csv"));
    disk.make_room();
    admin.post_file("/people/import/agents", &[("do", "preview")], Some(&table)).expect(303);
}
