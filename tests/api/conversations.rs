//! Conversations come in, are listed and shown to those within reach.

use std::io::{Read, Write};

use assay::db::schema::{audit, periods, transcripts};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::CloseId;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::{Client, Response, TestApp, on_both};

const NDJSON: &[(&str, &str)] = &[("content-type", "application/x-ndjson")];

fn import(client: &Client, body: &str) -> Response {
    client.send("POST", "conversations/import", NDJSON, body.as_bytes())
}

/// One conversation as a line; `extra` fields are written over the usual ones.
fn line(id: &str, agent: &str, extra: Value) -> String {
    let mut conversation = json!({
        "source": "acd", "external_id": id, "channel": "chat", "agent": agent,
        "started_at": "2026-11-03T10:15:00+08:00", "duration_ms": 90_000,
        "transcript": [{"speaker": "agent", "start_ms": 0, "end_ms": 1500, "text": "您好"}, {"speaker": "customer", "text": "hello"}],
    });
    conversation.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    format!("{conversation}\n")
}

fn counts(report: &Value) -> [u64; 4] {
    ["inserted", "updated", "unchanged", "refused"].map(|what| report[what].as_u64().unwrap())
}

fn audit_lines(app: &TestApp, action: &'static str) -> i64 {
    app.read(move |conn| Ok(audit::table.filter(audit::action.eq(action)).count().get_result(conn)?))
}

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["external_id"].as_str().unwrap()).collect()
}

on_both! {
    fn the_same_file_twice_changes_nothing(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1", "2"]);
        let manager = app.person(Role::QaManager);
        let file: String = (0..2100).map(|i| line(&format!("c-{i}"), if i % 2 == 0 { "1" } else { "2" }, json!({"satisfaction": i % 5 + 1}))).collect();
        let first = import(&manager, &file).expect(200).json();
        assert_eq!(counts(&first), [2100, 0, 0, 0]);
        let before = manager.get("conversations?limit=200").expect(200).json();
        assert_eq!(counts(&import(&manager, &file).expect(200).json()), [0, 0, 2100, 0]);
        assert_eq!(manager.get("conversations?limit=200").expect(200).json(), before);
        assert_eq!(audit_lines(app, "conversation.updated"), 0);
        assert_eq!(audit_lines(app, "conversations.imported"), 2, "one for each chunk of 2000");
        let stored: i64 = app.read(|conn| Ok(transcripts::table.count().get_result(conn)?));
        assert_eq!(stored, 2100);
    }

    fn what_changed_is_updated_and_keeps_its_identity(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1", "2"]);
        let manager = app.person(Role::QaManager);
        import(&manager, &line("a", "1", json!({}))).expect(200);
        let id = manager.get("conversations").json()["items"][0]["id"].clone();
        let changed = line("a", "2", json!({"satisfaction": 3, "attributes": {"vip": true}, "transcript": [{"speaker": "system", "text": "moved"}]}));
        // The same conversation twice in one file: the later line counts.
        let report = import(&manager, &format!("{}{changed}", line("a", "2", json!({"queue": "q"})))).expect(200).json();
        assert_eq!(counts(&report), [0, 2, 0, 0]);
        let shown = manager.get(&format!("conversations/{}", id.as_str().unwrap())).expect(200).json();
        assert_eq!(shown["agent"]["employee_no"], "2");
        assert_eq!(shown["queue"], Value::Null);
        assert_eq!(shown["satisfaction"], 3);
        assert_eq!(shown["attributes"], json!({"vip": true}));
        assert_eq!(shown["transcript"], json!([{"speaker": "system", "text": "moved"}]));
        assert_eq!(shown["lines"], 1);
        assert_eq!(audit_lines(app, "conversation.updated"), 2);
    }

    fn days_with_conversations_follow_what_moves(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1", "2"]);
        let manager = app.person(Role::QaManager);
        let days = || -> Vec<u64> {
            let results = manager.get("results/2026-11/agents").expect(200).json();
            results["items"].as_array().unwrap().iter().map(|it| it["worked_days"]["days"].as_u64().unwrap()).collect()
        };
        let on = |day: u32| json!({ "started_at": format!("2026-11-{day:02}T10:15:00+08:00") });
        let file: String = [("a", 3), ("b", 3), ("c", 4)].iter().map(|(id, day)| line(id, "1", on(*day))).collect();
        import(&manager, &file).expect(200);
        assert_eq!(days(), [2, 0]);
        for (id, agent, day, expected) in [
            ("a", "1", 4, [2, 0]),
            ("b", "1", 4, [1, 0]),
            ("b", "1", 30, [2, 0]),
            ("b", "2", 30, [1, 1]),
            ("c", "2", 1, [1, 2]),
            ("a", "2", 1, [0, 2]),
            ("d", "1", 1, [1, 2]),
        ] {
            import(&manager, &line(id, agent, on(day))).expect(200);
            assert_eq!(days(), expected, "{id} is now agent {agent}'s, on day {day}");
        }
    }

    fn refused_lines_are_named_and_the_others_stored(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        let file = [
            line("good", "1", json!({})),
            "{nonsense}\n".to_owned(),
            line("who", "99", json!({})),
            line("bad", "1", json!({"channel": "fax", "satisfaction": 11, "transcript": [{"speaker": "agent"}]})),
            line("sound", "1", json!({"recordings": [{"file": "a.wav"}]})),
            "\n".to_owned(),
            line("also good", "1", json!({})),
            line("half", "1", json!({})).split_at(60).0.to_owned(),
        ]
        .concat();
        let report = import(&manager, &file).expect(200).json();
        assert_eq!(counts(&report), [2, 0, 0, 5]);
        let told: Vec<(u64, Option<&str>, &str)> = report["refusals"].as_array().unwrap().iter()
            .map(|r| (r["line"].as_u64().unwrap(), r["conversation"].as_str(), r["reason"].as_str().unwrap())).collect();
        assert_eq!(told.iter().map(|t| t.0).collect::<Vec<_>>(), [2, 3, 4, 5, 8]);
        assert!(told[0].2.starts_with("is not JSON at column 2"), "{told:?}");
        assert_eq!(told[1].1, Some("acd/who"));
        assert!(told[1].2.starts_with("agent: there is no agent with the employee number `99`"));
        for part in ["channel: `fax` is not known; use one of: call, chat, email", "satisfaction: is 11", "transcript[0].text: is missing"] {
            assert!(told[2].2.contains(part), "{told:?}");
        }
        assert!(told[3].2.starts_with("recordings[0].file: no recordings came with this import"));
        assert!(told[4].2.starts_with("is broken off"));
        assert_eq!(report["refusals"][1]["code"], "unknown_agent");
        assert_eq!(ids(&manager.get("conversations").json()).len(), 2);
    }

    fn csv_says_the_same_as_ndjson(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        import(&manager, &line("a", "1", json!({"queue": "loans", "attributes": {"vip": true}}))).expect(200);
        let csv = "\u{feff}external_id,source,agent,channel,started_at,ended_at,queue,attribute.vip,transcript\r\n\
            a,acd,1,chat,2026-11-03T02:15:00Z,2026-11-03T02:16:30Z,loans,true,\
            \"[{\"\"speaker\"\":\"\"agent\"\",\"\"start_ms\"\":0,\"\"end_ms\"\":1500,\"\"text\"\":\"\"您好\"\"},{\"\"speaker\"\":\"\"customer\"\",\"\"text\"\":\"\"hello\"\"}]\"\r\n\
            b,acd,1,chat,2026-11-03T02:15:00Z,,loans,,\"Agent: hi\nCustomer: 你好\"\r\n\
            c,acd,1,chat,2026-11-03T02:15:00Z,2026-11-03T02:16:30Z,loans,,\"Agent: hi\nCustomer: 你好\"\r\n";
        let report = manager.send("POST", "conversations/import", &[("content-type", "text/csv; charset=utf-8")], csv.as_bytes()).expect(200).json();
        assert_eq!(counts(&report), [1, 0, 1, 1], "{report}");
        assert_eq!((&report["refusals"][0]["line"], &report["refusals"][0]["conversation"]), (&json!(3), &json!("acd/b")));
        let bad = manager.send("POST", "conversations/import", &[("content-type", "text/csv")], b"source,agent,colour\n");
        assert!(bad.refused(400, "invalid").contains("`colour` is not a column"));
    }

    fn what_is_no_file_of_conversations_is_refused_as_a_whole(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let detail = manager.post("conversations/import", &json!({})).refused(415, "unsupported");
        assert!(detail.contains("application/x-ndjson"), "{detail}");
        assert_eq!(counts(&import(&manager, "").expect(200).json()), [0, 0, 0, 0]);
        app.anonymous().send("POST", "conversations/import", NDJSON, b"{}").refused(401, "unauthenticated");
        for role in [Role::Inspector, Role::TeamLead, Role::Agent, Role::Finance, Role::Auditor] {
            import(&app.person(role), "{}").refused(403, "forbidden");
        }
        manager.get("conversations?colour=red").refused(400, "invalid");
        manager.get("conversations?limit=201").refused(400, "invalid");
        manager.get("conversations?cursor=zz").refused(400, "invalid");
        manager.get("conversations/17").refused(400, "invalid");
        manager.get("conversations/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11").refused(404, "not_found");
    }

    fn lists_page_and_filter(app: &TestApp) {
        let team = app.make_team("t", None);
        let below = app.make_team("u", Some(team));
        let other = app.make_team("v", None);
        app.make_agents(team, &["1"]);
        let two = app.make_agents(below, &["2"])[0];
        app.make_agents(other, &["3"]);
        let manager = app.person(Role::QaManager);
        let file = [
            // Midnight in Shanghai divides the months.
            line("Alpha_1", "1", json!({"started_at": "2026-10-31T15:59:59.999Z"})),
            line("beta", "2", json!({"started_at": "2026-10-31T16:00:00Z", "queue": "loans", "channel": "call"})),
            line("gamma%", "3", json!({"started_at": "2026-11-02T00:00:00Z", "source": "crm"})),
            line("delta", "3", json!({"started_at": "2026-11-02T00:00:00Z"})),
        ]
        .concat();
        import(&manager, &file).expect(200);
        let of = |query: &str| {
            let list = manager.get(&format!("conversations?{query}")).expect(200).json();
            ids(&list).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of("")[2..], ["beta", "Alpha_1"], "the latest first");
        assert_eq!(of("period=2026-10"), ["Alpha_1"]);
        assert_eq!(of(&format!("team={team}")), ["beta", "Alpha_1"]);
        assert_eq!(of("agent=1"), ["Alpha_1"]);
        assert_eq!(of(&format!("agent={two}")), ["beta"]);
        assert_eq!(of("queue=loans&channel=call"), ["beta"]);
        assert_eq!(of("source=crm"), ["gamma%"]);
        assert_eq!(of("external_id=alpha_"), ["Alpha_1"], "a blank is no wildcard and case does not matter");
        assert_eq!(of("external_id=a%25"), ["gamma%"]);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = manager.get(&format!("conversations?limit=1{cursor}")).expect(200).json();
            seen.extend(ids(&page).into_iter().map(str::to_owned));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, of(""));
    }

    fn everybody_sees_what_is_within_reach(app: &TestApp) {
        let team = app.make_team("t", None);
        let below = app.make_team("u", Some(team));
        let other = app.make_team("v", None);
        app.make_agents(team, &["1"]);
        let two = app.make_agents(below, &["2"])[0];
        app.make_agents(other, &["3"]);
        let manager = app.person(Role::QaManager);
        import(&manager, &["1", "2", "3"].map(|n| line(n, n, json!({}))).concat()).expect(200);
        let seen = |client: &Client| {
            let list = client.get("conversations").expect(200).json();
            let mut seen: Vec<String> = ids(&list).into_iter().map(str::to_owned).collect();
            seen.sort();
            seen
        };
        let lead = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(team) }]).1;
        let agent = app.user("agent", Some(two), &[Grant { role: Role::Agent, reach: GrantReach::All }]).1;
        assert_eq!(seen(&manager), ["1", "2", "3"]);
        assert_eq!(seen(&app.person(Role::Auditor)), ["1", "2", "3"]);
        assert_eq!(seen(&lead), ["1", "2"]);
        assert_eq!(seen(&agent), ["2"]);
        assert!(seen(&app.person(Role::Inspector)).is_empty(), "an inspector has samples, and this one has none");
        for role in [Role::Finance, Role::Admin] {
            app.person(role).get("conversations").refused(403, "forbidden");
        }
        let third = manager.get("conversations?agent=3").json()["items"][0]["id"].as_str().unwrap().to_owned();
        manager.get(&format!("conversations/{third}")).expect(200);
        lead.get(&format!("conversations/{third}")).refused(404, "not_found");
        // Who may import for one team only knows only that team's agents.
        let own = app.user("manager", None, &[Grant { role: Role::QaManager, reach: GrantReach::Team(team) }]).1;
        let report = import(&own, &["2", "3"].map(|n| line(&format!("new {n}"), n, json!({}))).concat()).expect(200).json();
        assert_eq!(counts(&report), [1, 0, 0, 1]);
        assert_eq!(report["refusals"][0]["code"], "unknown_agent");
        // Nor can it take another team's conversation for its own.
        let report = import(&own, &line("3", "2", json!({}))).expect(200).json();
        assert_eq!(report["refusals"][0]["code"], "out_of_reach", "{report}");
    }

    fn a_closed_period_stays_as_it_is(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        let (october, november) = (json!({"started_at": "2026-10-05T00:00:00Z"}), json!({}));
        let file = [line("old", "1", october.clone()), line("new", "1", november)].concat();
        import(&manager, &file).expect(200);
        app.write(|tx| {
            diesel::insert_into(periods::table)
                .values((
                    periods::period.eq("2026-10"),
                    periods::state.eq("closed"),
                    periods::close_id.eq(tx.id::<CloseId>()),
                    periods::touched_at.eq(tx.at()),
                    periods::closed_at.eq(tx.at()),
                    periods::standing_in_the_way.eq("{}"),
                ))
                .execute(tx.conn)?;
            Ok(())
        });
        assert_eq!(counts(&import(&manager, &file).expect(200).json()), [0, 0, 2, 0], "the same is no change");
        let file = [
            line("old", "1", json!({"started_at": "2026-10-05T00:00:00Z", "queue": "q"})),
            line("late", "1", october.clone()),
            line("new", "1", october),
            line("old", "1", json!({})),
        ]
        .concat();
        let report = import(&manager, &file).expect(200).json();
        assert_eq!(counts(&report), [0, 0, 0, 4]);
        assert!(report["refusals"].as_array().unwrap().iter().all(|r| r["code"] == "period_closed"), "{report}");
    }

    fn an_upload_that_breaks_off_leaves_whole_conversations_and_can_be_repeated(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        let text = "x".repeat(5000);
        let file: String = (0..1500).map(|i| line(&format!("c-{i:04}"), "1", json!({"customer": &text[..200], "transcript": [{"speaker": "customer", "text": text}]}))).collect();
        let mut socket = std::net::TcpStream::connect(app.url.strip_prefix("http://").unwrap()).unwrap();
        let head = format!(
            "POST /api/v1/conversations/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
            manager.token().unwrap(),
            file.len()
        );
        socket.write_all(head.as_bytes()).unwrap();
        socket.write_all(&file.as_bytes()[..file.len() * 2 / 3]).unwrap();
        socket.shutdown(std::net::Shutdown::Write).unwrap();
        drop(socket.read_to_end(&mut Vec::new()));
        let report = import(&manager, &file).expect(200).json();
        let [inserted, updated, unchanged, refused] = counts(&report);
        assert_eq!((inserted + unchanged, updated, refused), (1500, 0, 0));
        assert!(unchanged <= 1000, "what came whole may be there: {unchanged}");
        assert_eq!(counts(&import(&manager, &file).expect(200).json()), [0, 0, 1500, 0]);
    }
}
