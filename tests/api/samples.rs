//! Samples over HTTP: lists, replacements, assignment by hand.

use std::collections::BTreeSet;

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::{Value, json};

use crate::support::aftermath::letters;
use crate::support::sampling::{Centre, PERIOD, centre};
use crate::support::{Client, on_both};

fn replace(client: &Client, sample: &Value, reason: &str) -> Value {
    let path = format!("samples/{}/replace", sample["id"].as_str().unwrap());
    client.post(&path, &json!({"reason": reason, "comment": "no sound at all"})).expect(200).json()
}

fn verified(centre: &Centre, draw: &Value) -> Value {
    centre.manager.post(&format!("draws/{}/verify", draw["id"].as_str().unwrap()), &json!({})).expect(200).json()
}

on_both! {
    /// Inspectors see their own samples, managers all; lists page and filter.
    fn samples_are_listed(app: &TestApp) {
        let centre = centre(app, 3, 20, 2);
        let draw = centre.draw(&centre.plan("chats", &centre.content(6)));
        let all = Centre::samples(&centre.manager, "");
        assert_eq!(all.len(), 18);
        assert_eq!(all.iter().map(|sample| sample["id"].to_string()).collect::<BTreeSet<_>>().len(), 18);
        let (id, client) = &centre.inspectors[0];
        let own = Centre::samples(client, "");
        assert_eq!(own.len(), 9);
        assert!(own.iter().all(|sample| sample["inspector_id"] == json!(id)));
        assert_eq!(Centre::samples(&centre.manager, &format!("inspector_id={id}&state=open&period={PERIOD}&due_by=2026-11-20")).len(), 9);
        assert!(Centre::samples(&centre.manager, "due_by=2026-11-19").is_empty());
        let foreign = all.iter().find(|sample| sample["inspector_id"] != json!(id)).unwrap();
        client.get(&format!("samples/{}", foreign["id"].as_str().unwrap())).refused(404, "not_found");
        app.person(Role::TeamLead).get("samples").refused(403, "forbidden");
        centre.manager.get("samples?state=lost").refused(400, "invalid");
        centre.manager.get("samples?cursor=00").refused(400, "invalid");
        for path in ["samples?colour=1", "draws?colour=1", "sampling-plans?colour=1"] {
            assert!(centre.manager.get(path).refused(400, "invalid").contains("colour"));
        }
        assert!(verified(&centre, &draw)["verified"].as_bool().unwrap());
    }

    /// A sample is replaced by the next of the same permutation, for the same inspector; the draw still verifies; replacements are counted.
    fn a_sample_is_replaced(app: &TestApp) {
        let centre = centre(app, 2, 7, 2);
        let draw = centre.draw(&centre.plan("chats", &centre.content(4)));
        let (id, client) = &centre.inspectors[0];
        let first = Centre::samples(client, "")[0].clone();
        let path = format!("samples/{}/replace", first["id"].as_str().unwrap());
        client.post(&path, &json!({"reason": "bored"})).refused(400, "invalid");
        client.post(&path, &json!({"reason": "other"})).refused(400, "invalid");
        centre.inspectors[1].1.post(&path, &json!({"reason": "private"})).refused(404, "not_found");

        let done = replace(client, &first, "no_audio");
        assert_eq!(done["replaced"]["state"], "replaced");
        assert_eq!(done["replaced"]["replaced"]["reason"], "no_audio");
        let successor = &done["successor"];
        assert_eq!((successor["replaces_id"].as_str(), successor["position"].as_i64()), (first["id"].as_str(), Some(4)));
        assert_eq!((&successor["inspector_id"], &successor["due_on"], &successor["agent"]), (&json!(id), &first["due_on"], &first["agent"]));
        assert_ne!(successor["conversation_id"], first["conversation_id"]);
        assert_eq!(letters(app, *id, "assignments").len(), 1, "nobody is told of what they did themselves");
        client.post(&path, &json!({"reason": "private"})).refused(409, "sample_replaced");
        assert!(verified(&centre, &draw)["verified"].as_bool().unwrap());

        // Seven conversations, four of them drawn: three successors, then there is nothing left.
        let second = replace(&centre.manager, successor, "private");
        assert_eq!(letters(app, *id, "assignments").len(), 2, "somebody else replaced it");
        let third = replace(client, &second["successor"], "wrong_agent");
        let last = replace(client, &third["successor"], "other");
        assert_eq!(last["successor"], Value::Null);
        let found = verified(&centre, &draw);
        assert_eq!((found["verified"].as_bool(), found["samples"].as_i64()), (Some(true), Some(11)), "{found}");

        let counts = centre.manager.get(&format!("replacements?period={PERIOD}")).expect(200).json()["items"].clone();
        assert_eq!(counts.as_array().unwrap().len(), 2, "the inspector and the manager");
        assert_eq!((&counts[0]["user_id"], counts[0]["replaced"].as_i64(), counts[0]["samples"].as_i64()), (&json!(id), Some(3), Some(7)));
        for (reason, times) in [("no_audio", 1), ("private", 0), ("wrong_agent", 1), ("other", 1)] {
            assert_eq!(counts[0][reason], times, "{reason}");
        }
        client.get(&format!("replacements?period={PERIOD}")).refused(403, "forbidden");
    }

    /// The same replacement sent twice with one key happens once.
    fn a_replacement_is_idempotent(app: &TestApp) {
        let centre = centre(app, 1, 9, 1);
        centre.draw(&centre.plan("chats", &centre.content(2)));
        let client = &centre.inspectors[0].1;
        let sample = Centre::samples(client, "")[0].clone();
        let path = format!("samples/{}/replace", sample["id"].as_str().unwrap());
        let body = json!({"reason": "no_audio"});
        let first = client.post_once(&path, "k1", &body).expect(200).json();
        assert_eq!(client.post_once(&path, "k1", &body).expect(200).json(), first);
        assert_eq!(Centre::samples(client, "").len(), 3);
    }

    /// A QA manager gives a sample to somebody else, within the conflict rules.
    fn a_sample_is_assigned_by_hand(app: &TestApp) {
        let centre = centre(app, 2, 9, 2);
        let draw = centre.draw(&centre.plan("chats", &centre.content(2)));
        let (from, to) = (&centre.inspectors[0], &centre.inspectors[1]);
        let sample = Centre::samples(&from.1, "")[0].clone();
        let path = format!("samples/{}/assign", sample["id"].as_str().unwrap());
        let give = |user: Value| json!({"inspector_id": user, "reason": "on leave"});
        from.1.post(&path, &give(json!(to.0))).refused(403, "forbidden");
        centre.manager.post(&path, &json!({"inspector_id": to.0, "reason": " "})).refused(400, "invalid");
        let (agent_user, _) = app.user("agent", None, &[Grant { role: Role::Agent, reach: GrantReach::Own }]);
        centre.manager.post(&path, &give(json!(agent_user))).refused(400, "invalid");
        let themselves = sample["agent"]["id"].as_str().unwrap().parse().unwrap();
        let (colleague, _) = app.user("colleague", Some(themselves), &[Grant { role: Role::Inspector, reach: GrantReach::All }]);
        centre.manager.post(&path, &give(json!(colleague))).refused(409, "conflict_of_interest");

        let given = centre.manager.post(&path, &give(json!(to.0))).expect(200).json();
        assert_eq!(given["inspector_id"], json!(to.0));
        assert!(!given["assigned_at"].is_null());
        let told = letters(app, to.0, "assignments");
        assert_eq!((told.len(), &told[1]["samples"], &told[1]["due_on"]), (2, &json!(1), &sample["due_on"]), "of the draw, and of this one");
        from.1.get(&format!("samples/{}", sample["id"].as_str().unwrap())).refused(404, "not_found");
        assert_eq!(Centre::samples(&to.1, "").len(), 3);
        assert!(verified(&centre, &draw)["verified"].as_bool().unwrap());
    }
}
