//! Recordings come in with their conversations and are served by range to those who may hear them.

use assay::db::schema::audit;
use assay::domain::access::{Grant, GrantReach, Role};
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::sounds::{form, wav};
use crate::support::{Client, TestApp, on_both, real_data};

fn call(recordings: Value) -> Vec<u8> {
    let conversation = json!({
        "source": "pbx", "external_id": "call-1", "channel": "call", "agent": "1",
        "started_at": "2026-11-03T10:15:00+08:00", "duration_ms": 2000, "recordings": recordings,
    });
    format!("{conversation}\n").into_bytes()
}

fn upload(client: &Client, conversations: &[u8], sounds: &[(&str, &[u8])]) -> Value {
    let mut parts = vec![("conversations", Some("calls.ndjson"), "application/octet-stream", conversations)];
    parts.extend(sounds.iter().map(|(name, sound)| ("recording", Some(*name), "audio/wav", *sound)));
    let (media_type, body) = form(&parts);
    client.send("POST", "conversations/import", &[("content-type", &media_type)], &body).expect(200).json()
}

fn shown(client: &Client) -> Value {
    let id = client.get("conversations?external_id=call-1").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
    client.get(&format!("conversations/{id}")).expect(200).json()
}

fn path_of(conversation: &Value, i: usize) -> String {
    format!("conversations/{}/recordings/{}", conversation["id"].as_str().unwrap(), conversation["recordings"][i]["id"].as_str().unwrap())
}

fn hearings(app: &TestApp) -> i64 {
    app.read(|conn| Ok(audit::table.filter(audit::action.eq("recording.heard")).count().get_result(conn)?))
}

on_both! {
    fn a_recording_is_served_whole_and_by_range(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        let sound = wav(2, 16_000, 3);
        let reference = json!([{"file": "a.wav", "stereo": {"left": "agent", "right": "customer"}, "start_ms": -250}]);
        assert_eq!(upload(&manager, &call(reference), &[("a.wav", &sound)])["inserted"], 1);
        let conversation = shown(&manager);
        let recording = &conversation["recordings"][0];
        assert_eq!(recording["voices"], json!({"stereo": {"left": "agent", "right": "customer"}}));
        assert_eq!((&recording["duration_ms"], &recording["codec"], &recording["start_ms"]), (&json!(2000), &json!("pcm_s16"), &json!(-250)));
        let path = path_of(&conversation, 0);
        let etag = format!("\"{}\"", hex::encode(Sha256::digest(&sound)));

        let head = manager.send("HEAD", &path, &[], &[]).expect(200);
        assert_eq!((head.header("content-length"), head.header("etag")), (Some(sound.len().to_string().as_str()), Some(etag.as_str())));
        assert!(head.bytes.is_empty());
        assert_eq!(hearings(app), 0, "asking is not hearing");

        let whole = manager.get(&path).expect(200);
        assert!(whole.bytes == sound);
        assert_eq!(whole.header("content-type"), Some("audio/wav"));
        assert_eq!(whole.header("accept-ranges"), Some("bytes"));
        assert_eq!(whole.header("cache-control"), Some("no-store"));
        assert_eq!(whole.header("etag"), Some(etag.as_str()));

        let range = |range: &str, extra: &[(&str, &str)]| {
            let headers = [&[("range", range)], extra].concat();
            manager.send("GET", &path, &headers, &[])
        };
        let part = range("bytes=100-199", &[]).expect(206);
        assert!(part.bytes == sound[100..200]);
        assert_eq!(part.header("content-range"), Some(format!("bytes 100-199/{}", sound.len()).as_str()));
        assert_eq!(part.header("content-length"), Some("100"));
        assert!(range("bytes=64000-", &[]).expect(206).bytes == sound[64_000..]);
        assert!(range("bytes=-7", &[]).expect(206).bytes == sound[sound.len() - 7..]);
        assert!(range("bytes=0-9", &[("if-range", &etag)]).expect(206).bytes == sound[..10]);
        assert!(range("bytes=0-9", &[("if-range", "\"another\"")]).expect(200).bytes == sound);
        let beyond = range("bytes=99999999-", &[]).expect(416);
        assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", sound.len()).as_str()));
        assert_eq!(hearings(app), 1, "one hearing, however many ranges");

        let peaks = manager.get(&format!("{path}/peaks")).expect(200).json();
        assert_eq!((peaks["channels"].as_array().unwrap().len(), &peaks["duration_ms"]), (2, &json!(2000)));
        let buckets = peaks["channels"][0].as_array().unwrap().len() as u64;
        assert_eq!(buckets, 16_000_u64.div_ceil(peaks["frames_per_bucket"].as_u64().unwrap()));
    }

    fn each_hearing_is_in_the_audit_log(app: &TestApp) {
        let team = app.make_team("t", None);
        let other = app.make_team("u", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        upload(&manager, &call(json!([{"file": "x/a.wav"}, {"file": "b.wav", "speaker": "agent"}])), &[("x/a.wav", &wav(1, 800, 1)), ("b.wav", &wav(1, 800, 2))]);
        let conversation = shown(&manager);
        let (one, two) = (path_of(&conversation, 0), path_of(&conversation, 1));
        manager.get(&one).expect(200);
        manager.get(&two).expect(200);
        assert_eq!(hearings(app), 2);
        let lead = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(team) }]).1;
        lead.get(&one).expect(200);
        assert_eq!(hearings(app), 3, "another person hears anew");
        app.clock.set(app.now() + TimeDelta::minutes(29));
        manager.get(&one).expect(200);
        assert_eq!(hearings(app), 3);
        app.clock.set(app.now() + TimeDelta::minutes(2));
        manager.send("GET", &one, &[("range", "bytes=5-9")], &[]).expect(206);
        assert_eq!(hearings(app), 4, "half an hour later it is another hearing, even of a piece");

        let stranger = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(other) }]).1;
        stranger.get(&one).refused(404, "not_found");
        stranger.get(&format!("{one}/peaks")).refused(404, "not_found");
        app.person(Role::Finance).get(&one).refused(403, "forbidden");
        app.person(Role::Admin).get(&one).refused(403, "forbidden");
        assert_eq!(app.person(Role::Admin).send("HEAD", &one, &[], &[]).status, 403);
        app.anonymous().get(&one).refused(401, "unauthenticated");
        assert_eq!(hearings(app), 4);
        // A recording is found below its own conversation only.
        let elsewhere = one.replacen(conversation["id"].as_str().unwrap(), "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11", 1);
        manager.get(&elsewhere).refused(404, "not_found");
    }

    fn a_recording_that_is_not_sound_refuses_its_conversation(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        let good = wav(1, 800, 1);
        let try_it = |reference: Value, sounds: &[(&str, &[u8])]| {
            let report = upload(&manager, &call(reference), sounds);
            assert_eq!(report["refused"], 1, "{report}");
            report["refusals"][0]["reason"].as_str().unwrap().to_owned()
        };
        let two = json!([{"file": "a.wav"}, {"file": "b.wav"}]);
        assert!(try_it(two.clone(), &[("a.wav", &good)]).starts_with("recordings[1].file: `b.wav` is not there"));
        let cut = try_it(two.clone(), &[("a.wav", &good), ("b.wav", &good[..good.len() - 500])]);
        assert!(cut.starts_with("recordings[1].file: `b.wav` is cut off: its header promises 1600 bytes"), "{cut}");
        assert!(try_it(two, &[("a.wav", &good), ("b.wav", b"just text")]).contains("no sound file that is known"));
        assert!(try_it(json!([{"file": "../a.wav"}]), &[]).contains("must not contain empty parts"));
        assert!(try_it(json!([{"file": "a.wav", "stereo": {"left": "agent", "right": "customer"}}]), &[("a.wav", &good)]).contains("is mono"));
        assert_eq!(manager.get("conversations").json()["items"], json!([]));
        let stored = walk(&app.folder.path().join("recordings"));
        assert!(stored.is_empty(), "a refused conversation leaves nothing: {stored:?}");
    }

    fn what_an_upload_gives_wrongly_is_named(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let send = |parts: &[(&str, Option<&str>, &str, &[u8])]| {
            let (media_type, body) = form(parts);
            manager.send("POST", "conversations/import", &[("content-type", &media_type)], &body)
        };
        assert!(send(&[]).refused(400, "invalid").contains("conversations: is missing"));
        assert!(send(&[("conversations", None, "text/plain", b"")]).refused(415, "unsupported").contains("NDJSON"));
        let twice = ("conversations", None, "text/csv", b"".as_slice());
        assert!(send(&[twice, twice]).refused(400, "invalid").contains("is there twice"));
        assert!(send(&[("note", None, "text/plain", b"hello")]).refused(400, "invalid").starts_with("note: is neither"));
        assert!(send(&[("a", Some("../a.wav"), "audio/wav", b"")]).refused(400, "invalid").starts_with("filename: must not contain"));
        let same = ("a", Some("a.wav"), "audio/wav", b"".as_slice());
        assert!(send(&[same, same]).refused(400, "invalid").contains("`a.wav` is there twice"));
        let broken = manager.send("POST", "conversations/import", &[("content-type", "multipart/form-data")], b"x");
        assert!(broken.refused(400, "invalid").contains("multipart"));
        assert!(walk(&app.folder.path().join("recordings")).is_empty());
        app.person(Role::Auditor).send("POST", "conversations/import", &[("content-type", "multipart/form-data; boundary=x")], b"--x--").refused(403, "forbidden");
    }

    fn a_later_delivery_adds_and_replaces_recordings(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        let (a, b, c) = (wav(1, 800, 1), wav(1, 800, 2), wav(1, 1600, 3));
        upload(&manager, &call(json!([{"file": "a.wav"}])), &[("a.wav", &a)]);
        let first = shown(&manager);
        // The same again, and the same without the sound: nothing changes.
        assert_eq!(upload(&manager, &call(json!([{"file": "a.wav"}])), &[("a.wav", &a)])["unchanged"], 1);
        assert_eq!(upload(&manager, &call(json!([{"file": "a.wav"}])), &[])["unchanged"], 1);
        // One joins; the first keeps its id though it did not come again.
        assert_eq!(upload(&manager, &call(json!([{"file": "b.wav"}, {"file": "a.wav"}])), &[("b.wav", &b)])["updated"], 1);
        let second = shown(&manager);
        assert_eq!(second["recordings"][1]["id"], first["recordings"][0]["id"]);
        // Another content under the same name.
        assert_eq!(upload(&manager, &call(json!([{"file": "b.wav"}, {"file": "a.wav"}])), &[("a.wav", &c)])["updated"], 1);
        let third = shown(&manager);
        assert_ne!(third["recordings"][1]["id"], first["recordings"][0]["id"]);
        assert!(manager.get(&path_of(&third, 1)).expect(200).bytes == c);
        assert!(manager.get(&path_of(&third, 0)).expect(200).bytes == b);
        manager.get(&path_of(&first, 0)).refused(404, "not_found");
    }

    fn harpervalley_is_served_as_it_was_published(app: &TestApp) {
        let Some(data) = real_data::folder() else { return };
        let calls = real_data::harpervalley(&data);
        let team = app.make_team("bank", None);
        app.make_agents(team, &real_data::agents(&calls));
        let manager = app.person(Role::QaManager);
        let folder = real_data::harpervalley_recordings(&data);
        let files: Vec<(String, Vec<u8>)> = calls.iter().flat_map(|c| c.recordings.iter().flatten()).map(|r| {
            let name = r.file.clone().unwrap();
            let content = std::fs::read(folder.join(&name)).unwrap();
            (name, content)
        }).collect();
        let sounds: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        let report = upload(&manager, &real_data::ndjson(&calls), &sounds);
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(8), &json!(0)), "{report}");
        assert_eq!(upload(&manager, &real_data::ndjson(&calls), &sounds)["unchanged"], 8);
        let mut lines = 0;
        let list = manager.get("conversations?source=harpervalley").expect(200).json();
        let mut served = 0;
        for item in list["items"].as_array().unwrap() {
            let call = manager.get(&format!("conversations/{}", item["id"].as_str().unwrap())).expect(200).json();
            lines += call["transcript"].as_array().unwrap().len();
            for (i, recording) in call["recordings"].as_array().unwrap().iter().enumerate() {
                let file = &files.iter().find(|(name, _)| *name == recording["name"]).unwrap().1;
                // Put together from three ranges, as a player would.
                let third = file.len() / 3;
                let mut heard = Vec::new();
                for range in [format!("bytes=0-{}", third - 1), format!("bytes={third}-{}", 2 * third - 1), format!("bytes={}-", 2 * third)] {
                    heard.extend(manager.send("GET", &path_of(&call, i), &[("range", &range)], &[]).expect(206).bytes);
                }
                assert_eq!(hex::encode(Sha256::digest(&heard)), recording["sha256"].as_str().unwrap());
                assert!(heard == *file);
                served += 1;
            }
        }
        assert_eq!((served, lines), (16, 165));
        assert_eq!(hearings(app), 16);
    }
}

/// The files below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
