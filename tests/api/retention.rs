//! What was said is deleted after its time, and nothing else; what waits for somebody is kept until that is over.

use std::path::PathBuf;

use assay::db::retention::{next_files, purge_recordings};
use assay::db::schema::{audit, conversations, file_deletions, retention_holds, transcripts};
use assay::db::transcripts::{Packer, insert};
use assay::domain::access::{Actor, Role};
use assay::domain::conversation::TranscriptLine;
use assay::domain::id::{CalibrationId, ConversationId};
use assay::domain::integrity::Check;
use assay::domain::retention::{Hold, Kept, RetentionReport};
use assay::jobs::retention::run_once;
use assay::usecases::integrity::check::check;
use assay::usecases::retention::run::run;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::aftermath::People;
use crate::support::browser::Visitor;
use crate::support::grading::{self, sheet};
use crate::support::sampling::{PERIOD, centre};
use crate::support::sounds::{form, wav};
use crate::support::{Client, TestApp, on_both};

fn call(name: &str, sound: &str) -> Value {
    json!({
        "source": "pbx", "external_id": name, "channel": "call", "agent": "1001", "started_at": "2026-10-05T02:00:00Z", "duration_ms": 2000,
        "customer": "customer 77", "attributes": { "order": "B-9", "vip": true },
        "transcript": [{ "speaker": "agent", "start_ms": 0, "end_ms": 1000, "text": "my secret word" }],
        "recordings": [{ "file": sound }],
    })
}

fn import(client: &Client, calls: &[Value], sounds: &[(&str, &[u8])]) -> Value {
    let lines: String = calls.iter().map(|call| format!("{call}\n")).collect();
    let mut parts = vec![("conversations", Some("calls.ndjson"), "application/octet-stream", lines.as_bytes())];
    parts.extend(sounds.iter().map(|(name, sound)| ("recording", Some(*name), "audio/wav", *sound)));
    let (media_type, body) = form(&parts);
    client.send("POST", "conversations/import", &[("content-type", &media_type)], &body).expect(200).json()
}

fn shown(client: &Client, name: &str) -> Value {
    let id = client.get(&format!("conversations?external_id={name}")).expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
    client.get(&format!("conversations/{id}")).expect(200).json()
}

fn id_of(conversation: &Value) -> ConversationId {
    conversation["id"].as_str().unwrap().parse().unwrap()
}

fn sound_of(conversation: &Value) -> String {
    format!("conversations/{}/recordings/{}", conversation["id"].as_str().unwrap(), conversation["recordings"][0]["id"].as_str().unwrap())
}

fn file(app: &TestApp, sound: &[u8]) -> PathBuf {
    let name = hex::encode(Sha256::digest(sound));
    app.app.config.recordings.folder.join(&name[..2]).join(&name[2..])
}

fn set(app: &TestApp, policy: &Value) {
    let etag = app.admin().get("retention").expect(200).header("etag").unwrap().to_owned();
    app.admin().put_if("retention", &etag, policy).expect(200);
}

fn ran(app: &TestApp) -> RetentionReport {
    app.run(run(&app.app, &Actor::operator(), false)).unwrap()
}

fn counts(report: &RetentionReport) -> (u64, u64) {
    let of = |kept| report.purged.get(&kept).map_or(0, |it| it.conversations);
    (of(Kept::Recordings), of(Kept::Transcripts))
}

fn holds(app: &TestApp) -> Vec<Hold> {
    app.read(|conn| {
        Ok(retention_holds::table.filter(retention_holds::kept.eq(Kept::Transcripts)).select(retention_holds::reason).load(conn)?)
    })
}

fn close(people: &People, month: &str) {
    people.managers[0].1.post(&format!("periods/{month}/close"), &json!({ "override_reason": "agreed with finance" })).expect(200);
}

fn amiss(app: &TestApp) -> Vec<String> {
    let report = app.run(check(&app.app, &Actor::operator(), None, |_| {})).unwrap();
    report.misfits.iter().filter(|it| it.check != Check::Draws).map(|it| format!("{it:?}")).collect()
}

on_both! {
    fn what_had_its_time_is_deleted_and_does_not_come_back(app: &TestApp) {
        let people = People::new(app, "2026-10-05");
        let manager = &people.managers[0].1;
        let (one, two) = (wav(1, 800, 1), wav(1, 800, 2));
        let calls = [call("free", "138 0013 8000.wav"), call("graded", "b.wav")];
        assert_eq!(import(manager, &calls, &[("138 0013 8000.wav", &one), ("b.wav", &two)])["inserted"], 2);
        let graded = id_of(&shown(manager, "graded"));
        let mut marks = sheet(&["greeting"]);
        let failed = marks["items"].as_array_mut().unwrap().iter_mut().find(|it| it["outcome"] == "fail").unwrap();
        failed["evidence"] = json!([{ "kind": "lines", "first": 1, "last": 1 }]);
        let evaluation = people.graded_this(app, graded, &marks);

        assert_eq!(app.admin().get("retention").expect(200).json(), json!({ "recordings_days": null, "transcripts_days": null }));
        manager.put_if("retention", "\"0\"", &json!({ "recordings_days": 5 })).refused(403, "forbidden");
        app.admin().put_if("retention", "\"0\"", &json!({ "recordings_days": 0 })).refused(400, "invalid");
        assert_eq!(counts(&ran(app)), (0, 0), "without a policy everything is kept");
        set(app, &json!({ "recordings_days": 30, "transcripts_days": 30 }));
        assert_eq!(counts(&ran(app)), (0, 0), "the month is not closed");
        close(&people, "2026-10");

        let would = app.run(run(&app.app, &Actor::operator(), true)).unwrap();
        assert_eq!((counts(&would), would.files, file(app, &one).exists()), ((1, 1), 0, true), "{would:?}");
        assert_eq!(shown(manager, "free")["transcript"][0]["text"], "my secret word", "nothing was deleted yet");
        let report = ran(app);
        assert_eq!((counts(&report), report.files), ((1, 1), 1));
        assert_eq!(report.purged[&Kept::Transcripts].held[&Hold::Appealable], 1, "the result can still be appealed against");
        app.clock.set(app.now() + TimeDelta::days(30));
        assert_eq!(counts(&ran(app)), (1, 1), "and now no more");
        assert!(!file(app, &one).exists() && !file(app, &two).exists());
        assert_eq!(holds(app), []);

        for name in ["free", "graded"] {
            let gone = shown(manager, name);
            assert_eq!((&gone["transcript"], &gone["customer"], &gone["attributes"]), (&json!([]), &json!(null), &json!({})));
            assert!(gone["transcript_purged_at"].is_string() && gone["recordings_purged_at"].is_string());
            assert_eq!((&gone["lines"], &gone["recording_count"]), (&json!(1), &json!(1)), "what was there is known");
            let path = sound_of(&gone);
            manager.get(&path).refused(410, "recording_purged");
            manager.get(&format!("{path}/peaks")).refused(410, "recording_purged");
            assert_eq!(manager.send("HEAD", &path, &[], &[]).status, 410);
            assert!(!gone.to_string().contains("138 0013 8000"), "not even in the name of the file");
        }
        let kept = manager.get(&format!("evaluations/{evaluation}")).expect(200).json();
        let items = kept["items"].as_array().unwrap();
        assert!(items.iter().any(|it| it["evidence"][0] == json!({ "kind": "lines", "first": 1, "last": 1 })), "{kept}");
        manager.get("results/2026-10/agents").expect(200);

        // The same delivery again changes nothing, and brings nothing back: not the text, and not the file.
        let again = import(manager, &calls[..1], &[("138 0013 8000.wav", &one)]);
        assert_eq!((&again["unchanged"], &again["refused"]), (&json!(1), &json!(0)), "{again}");
        let mut other = calls[0].clone();
        other["satisfaction"] = json!(3);
        let refused = import(manager, &[other], &[("138 0013 8000.wav", &one)]);
        assert_eq!(refused["refusals"][0]["code"], "conversation_purged", "{refused}");
        assert_eq!(shown(manager, "free")["transcript"], json!([]));
        assert!(!file(app, &one).exists());
        let left: i64 = app.read(|conn| Ok(transcripts::table.count().get_result(conn)?));
        assert_eq!(left, 0);

        // The log says what went, under which policy.
        let lines: Vec<(String, Option<String>)> = app.read(|conn| {
            let purged = audit::table.filter(audit::action.eq("retention.purged")).order(audit::id);
            Ok(purged.select((audit::object_id, audit::after)).load(conn)?)
        });
        assert_eq!(lines.len(), 4);
        let last: Value = serde_json::from_str(lines[2].1.as_ref().unwrap()).unwrap();
        assert_eq!((lines[2].0.as_str(), &last["policy"]), ("recordings", &json!({ "recordings_days": 30, "transcripts_days": 30 })));
        assert_eq!((&last["conversations"], &last["recordings"][0]["sha256"]), (&json!([graded]), &json!(hex::encode(Sha256::digest(&two)))));
        assert_eq!(amiss(app), Vec::<String>::new());
        let page = Visitor::of(app, Role::QaManager).page(&format!("/conversations/{graded}"));
        assert!(page.contains("The transcript was deleted") && page.contains("The recordings were deleted") && !page.contains("<audio"), "{page}");
    }

    fn what_waits_for_somebody_is_kept_until_that_is_over(app: &TestApp) {
        let people = People::new(app, "2026-10-05");
        let manager = &people.managers[0].1;
        let sound = wav(1, 800, 7);
        let names = ["appealed", "complained", "calibrated", "sampled", "severe"];
        let calls: Vec<Value> = names.iter().map(|name| call(name, "a.wav")).collect();
        assert_eq!(import(manager, &calls, &[("a.wav", &sound)])["inserted"], 5);
        let id = |name| id_of(&shown(manager, name));
        let evaluation = people.graded_this(app, id("appealed"), &sheet(&["greeting"]));
        let point = json!([{ "target": { "kind": "item", "item": "greeting" }, "text": "did" }]);
        let appeal = people.agent_client.post("appeals", &json!({ "evaluation_id": evaluation, "points": point, "text": "hear it" })).expect(201).json();
        let complaint = json!({ "reference": "C-1", "agent_id": people.agent, "occurred_on": "2026-10-05", "text": "rude", "conversation_id": id("complained") });
        let complaint = app.person(Role::ComplaintDesk).post("complaints", &complaint).expect(201).json();
        let severe = people.graded_this(app, id("severe"), &sheet(&["confidentiality"]));
        let (waiting, calibrated) = (id("sampled"), id("calibrated"));
        let session = json!({
            "name": "October", "conversation_id": calibrated, "scorecard_version_id": grading::published(app, "phone"),
            "participants": [people.inspector.0, grading::inspector(app).0], "due_on": "2026-11-20",
        });
        let session: CalibrationId = manager.post("calibrations", &session).expect(201).json()["id"].as_str().unwrap().parse().unwrap();
        people.sampled(app, waiting);
        set(app, &json!({ "recordings_days": 1, "transcripts_days": 1 }));
        close(&people, "2026-10");
        app.clock.set(app.now() + TimeDelta::days(60));
        let mut report = ran(app);
        assert_eq!((counts(&report), report.files), ((0, 0), 0));
        let reasons: Vec<(Hold, u64)> = report.purged.remove(&Kept::Transcripts).unwrap().held.into_iter().collect();
        assert_eq!(reasons, [(Hold::Appeal, 1), (Hold::Sample, 1), (Hold::Calibration, 1), (Hold::Complaint, 1), (Hold::Case, 1)]);
        assert!(Visitor::of(app, Role::Admin).page("/system/retention").contains("an appeal waits"));

        let found = json!({ "upheld": false, "reason": "heard" });
        app.person(Role::ComplaintDesk).post_if(&format!("complaints/{}/adjudication", complaint["id"].as_str().unwrap()), 1, &found).expect(200);
        let decision = json!({ "points": [{ "target": { "kind": "item", "item": "greeting" }, "outcome": "upheld" }], "reason": "heard" });
        manager.post_if(&format!("appeals/{}/decision", appeal["id"].as_str().unwrap()), appeal["version"].as_i64().unwrap(), &decision).expect(200);
        app.write(move |tx| {
            use assay::db::schema::{calibrations, escalations, samples};
            diesel::update(calibrations::table.find(session)).set(calibrations::state.eq(assay::domain::calibration::CalibrationState::Closed)).execute(tx.conn)?;
            diesel::update(escalations::table.filter(escalations::evaluation_id.eq(severe))).set(escalations::state.eq(assay::domain::escalation::CaseState::Ended)).execute(tx.conn)?;
            diesel::update(samples::table.filter(samples::conversation_id.eq(waiting))).set(samples::state.eq(assay::domain::sampling::sample::SampleState::Replaced)).execute(tx.conn)?;
            Ok(())
        });
        let report = ran(app);
        assert_eq!(counts(&report), (4, 4));
        assert_eq!(report.purged[&Kept::Recordings].held[&Hold::Appeal], 1, "the second instance can still be asked for");
        assert!(file(app, &sound).exists(), "one recording still needs the file that all share");
        manager.get(&sound_of(&shown(manager, "appealed"))).expect(200);
        app.clock.set(app.now() + TimeDelta::days(10));
        let report = ran(app);
        assert_eq!((counts(&report), report.files), ((1, 1), 1));
        assert!(!file(app, &sound).exists());
        let waiting: i64 = app.read(|conn| Ok(file_deletions::table.count().get_result(conn)?));
        assert_eq!((waiting, holds(app)), (0, vec![]));
    }

    /// The database says that a recording is gone before its file is: whatever happens in between, the file goes, and one that is needed again stays.
    fn a_crash_in_between_leaves_no_file_for_ever(app: &TestApp) {
        let people = People::new(app, "2026-10-05");
        let manager = &people.managers[0].1;
        let (sound, shared) = (wav(1, 800, 3), wav(1, 800, 4));
        import(manager, &[call("one", "a.wav"), call("two", "b.wav")], &[("a.wav", &sound), ("b.wav", &shared)]);
        let ids = [id_of(&shown(manager, "one")), id_of(&shown(manager, "two"))];
        app.write(move |tx| purge_recordings(tx, &ids).map(drop));
        assert!(file(app, &sound).exists(), "here the machine goes down");
        // Meanwhile the same sound comes with another conversation: not now.
        let mut new = call("three", "c.wav");
        new["started_at"] = json!("2026-11-05T02:00:00Z");
        let report = import(manager, &[new.clone()], &[("c.wav", &shared)]);
        assert_eq!(report["refusals"][0]["code"], "recording_being_deleted", "{report}");
        assert_eq!(ran(app).files, 2);
        assert!(!file(app, &sound).exists() && !file(app, &shared).exists());
        assert_eq!(import(manager, &[new], &[("c.wav", &shared)])["inserted"], 1);
        manager.get(&sound_of(&shown(manager, "three"))).expect(200);
        assert!(!manager.get(&format!("{}/peaks", sound_of(&shown(manager, "three")))).expect(200).json()["channels"][0].as_array().unwrap().is_empty());
        // An order for a file that is needed is taken off the list.
        let id = id_of(&shown(manager, "two"));
        app.write(move |tx| purge_recordings(tx, &[id]).map(drop));
        assert_eq!(app.write(|tx| next_files(tx, "", 10)), Vec::<String>::new());
        assert_eq!(ran(app).files, 0);
        assert!(file(app, &shared).exists());
    }

    fn it_runs_once_a_day_and_removes_what_uploads_left_behind(app: &TestApp) {
        let broken = app.app.config.recordings.folder.join("uploads/.tmpBroken/recordings");
        std::fs::create_dir_all(&broken).unwrap();
        std::fs::write(broken.join("a.wav"), "RIFF").unwrap();
        // The files are of today, and the clock of the test stands in some other year.
        app.clock.set("2000-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(app.run(run_once(&app.app)).unwrap().unwrap().leftovers, 0);
        app.clock.set("2300-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(app.run(run_once(&app.app)).unwrap().unwrap().leftovers, 1);
        assert!(!broken.exists());
        assert_eq!(app.run(run_once(&app.app)).unwrap(), None, "not twice a day, in whichever instance");
        app.clock.set(app.now() + TimeDelta::hours(24));
        assert!(app.run(run_once(&app.app)).unwrap().is_some());
    }

    fn a_draw_can_be_verified_when_what_was_said_is_deleted(app: &TestApp) {
        let centre = centre(app, 2, 5, 1);
        app.write(|tx| {
            let line: TranscriptLine = serde_json::from_value(json!({ "speaker": "agent", "text": "my secret word" })).unwrap();
            let packed = Packer::new()?.pack(&[line], |_| ())?.0;
            let ids: Vec<ConversationId> = conversations::table.select(conversations::id).load(tx.conn)?;
            diesel::update(conversations::table).set(conversations::lines.eq(1)).execute(tx.conn)?;
            insert(tx, &ids.iter().map(|id| (*id, &packed)).collect::<Vec<_>>())
        });
        let draw = centre.draw(&centre.plan("kept", &centre.content(2)));
        set(app, &json!({ "recordings_days": null, "transcripts_days": 30 }));
        centre.manager.post(&format!("periods/{PERIOD}/close"), &json!({ "override_reason": "agreed with finance" })).expect(200);
        app.clock.set(app.now() + TimeDelta::days(60));
        let purged = counts(&ran(app)).1;
        assert!(purged >= 6, "those that nobody has to grade: {purged}");
        let verified = app.person(Role::QaManager).post(&format!("draws/{}/verify", draw["id"].as_str().unwrap()), &json!({})).expect(200).json();
        assert_eq!((&verified["verified"], &verified["differences"]), (&json!(true), &json!([])), "{verified}");
    }

    fn an_administrator_sets_it_on_a_page(app: &TestApp) {
        let mut admin = Visitor::of(app, Role::Admin);
        assert!(admin.page("/system/retention").contains("kept for ever"));
        let page = admin.post("/system/retention", &[("version", "0"), ("recordings_days", "0"), ("transcripts_days", "x")]).expect(400).text();
        assert!(page.contains("id=\"f-transcripts_days-fault\"") && page.contains("value=\"x\""), "{page}");
        admin.submit("/system/retention", &[("version", "0"), ("recordings_days", "180"), ("transcripts_days", "")]);
        assert_eq!(app.admin().get("retention").expect(200).json(), json!({ "recordings_days": 180, "transcripts_days": null }));
        let line = app.admin().get("audit?action=setting.changed").expect(200).json();
        assert_eq!((&line["items"][0]["object_id"], &line["items"][0]["after"]["recordings_days"]), (&json!("retention"), &json!(180)), "{line}");
        let mut manager = Visitor::of(app, Role::QaManager);
        manager.get("/system/retention").expect(200);
        manager.post("/system/retention", &[("version", "1")]).expect(403);
        Visitor::of(app, Role::TeamLead).get("/system/retention").expect(403);
    }
}
