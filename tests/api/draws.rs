//! Draws over HTTP: made once, reproducible, verified from what is stored.

use std::collections::{BTreeMap, BTreeSet};

use assay::db::schema::{draw_agents, draws, samples};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::conversation::Channel;
use assay::domain::id::{CloseId, DrawId, SampleId};
use assay::domain::sampling::seed::Seed;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::on_both;
use crate::support::sampling::{Centre, Chat, PERIOD, centre, chats};

fn verify(centre: &Centre, draw: &Value) -> Value {
    centre.manager.post(&format!("draws/{}/verify", draw["id"].as_str().unwrap()), &json!({})).expect(200).json()
}

fn id_of(draw: &Value) -> DrawId {
    draw["id"].as_str().unwrap().parse().unwrap()
}

on_both! {
    /// A draw meets the quotas, spreads over the month, shares the samples out evenly, and anybody can verify it.
    fn a_draw_is_made_and_verified(app: &TestApp) {
        let centre = centre(app, 6, 40, 3);
        let plan = centre.plan("chats", &centre.content(7));
        let draw = centre.draw(&plan);
        assert_eq!((draw["state"].as_str(), draw["algorithm"].as_str()), (Some("drawn"), Some("assay-draw/1")));
        assert_eq!(draw["population_count"], 240);
        assert_eq!(draw["summary"]["random"], 42);
        assert_eq!(draw["summary"]["missing"], 0);
        let seed = Seed::from_slice(&hex::decode(draw["seed"].as_str().unwrap()).unwrap()).unwrap();
        assert_eq!(draw["seed_hash"], seed.commitment());

        let all = Centre::samples(&centre.manager, &format!("draw_id={}", draw["id"].as_str().unwrap()));
        assert_eq!(all.len(), 42);
        let (mut by_inspector, mut by_agent) = (BTreeMap::new(), BTreeMap::new());
        for sample in &all {
            *by_inspector.entry(sample["inspector_id"].to_string()).or_insert(0) += 1;
            *by_agent.entry(sample["agent"]["id"].to_string()).or_insert(0) += 1;
            assert_eq!((sample["period"].as_str(), sample["kind"].as_str(), sample["counts"].as_bool()), (Some(PERIOD), Some("random"), Some(true)));
            assert_eq!((sample["state"].as_str(), sample["due_on"].as_str()), (Some("open"), Some("2026-11-20")));
        }
        assert_eq!(by_inspector.into_values().collect::<Vec<_>>(), [14, 14, 14]);
        assert_eq!(by_agent.into_values().collect::<Vec<_>>(), [7; 6]);
        assert_eq!(all.iter().map(|sample| sample["conversation_id"].to_string()).collect::<BTreeSet<_>>().len(), 42);

        let found = verify(&centre, &draw);
        assert_eq!((found["verified"].as_bool(), found["samples"].as_i64(), found["conversations"].as_i64()), (Some(true), Some(42), Some(240)));
    }

    /// The same plan and period again answer the same draw; an extra one has to be asked for, and an Idempotency-Key makes it once.
    fn a_plan_draws_once(app: &TestApp) {
        let centre = centre(app, 2, 30, 1);
        let plan = centre.plan("chats", &centre.content(3));
        let first = centre.draw(&plan);
        let again = json!({"plan_id": plan, "period": PERIOD});
        assert_eq!(centre.manager.post("draws", &again).expect(200).json(), first, "it was there already");
        assert_eq!(centre.manager.post_once("draws", "again-1", &again).expect(200).json(), first);
        let extra = json!({"plan_id": plan, "period": PERIOD, "extra": true});
        let second = centre.manager.post_once("draws", "extra-1", &extra).expect(201).json();
        assert_eq!((second["kind"].as_str(), second["ordinal"].as_i64()), (Some("extra"), Some(1)));
        assert_ne!(second["seed_hash"], first["seed_hash"]);
        assert_eq!(centre.manager.post_once("draws", "extra-1", &extra).expect(201).json(), second);
        assert_eq!(centre.manager.post("draws", &extra).expect(201).json()["ordinal"], 2);
        assert_eq!(centre.manager.get(&format!("draws?plan_id={plan}&period={PERIOD}")).json()["items"].as_array().unwrap().len(), 3);
        // What was sampled before is left out.
        assert_eq!(second["excluded"]["already_sampled"], 6);
        let samples = Centre::samples(&centre.manager, "");
        assert_eq!(samples.iter().map(|sample| sample["conversation_id"].to_string()).collect::<BTreeSet<_>>().len(), 18);
        assert!(verify(&centre, &first)["verified"].as_bool().unwrap());
        assert!(verify(&centre, &second)["verified"].as_bool().unwrap());
        // The plan stays, as the record of its draws.
        centre.manager.send("DELETE", &format!("sampling-plans/{plan}"), &[("if-match", "\"1\"")], b"").refused(409, "plan_has_draws");
    }

    /// Filter, exclusions and shortfall: the report says for whom and why, and what is missing is carried over on request.
    fn shortfall_and_carry_over(app: &TestApp) {
        let centre = centre(app, 3, 0, 1);
        chats(app, centre.agents[0], PERIOD, 20, &Chat::default());
        chats(app, centre.agents[1], PERIOD, 4, &Chat::default());
        chats(app, centre.agents[1], PERIOD, 5, &Chat { minutes: 0, ..Chat::default() });
        chats(app, centre.agents[1], PERIOD, 9, &Chat { channel: Channel::Email, ..Chat::default() });
        let mut content = centre.content(6);
        content["exclusions"] = json!({"shorter_than_seconds": 10});
        let plan = centre.plan("chats", &content);
        let draw = centre.draw(&plan);
        assert_eq!((draw["summary"]["random"].as_i64(), draw["summary"]["missing"].as_i64()), (Some(10), Some(8)));
        let lines = centre.manager.get(&format!("draws/{}/shortfall", draw["id"].as_str().unwrap())).expect(200).json();
        let line = |agent: usize| lines["items"].as_array().unwrap().iter().find(|line| line["agent_id"] == json!(centre.agents[agent])).cloned();
        assert_eq!(line(0), None);
        let second = line(1).unwrap();
        assert_eq!((second["quota"].as_i64(), second["available"].as_i64(), second["missing"].as_i64()), (Some(6), Some(4), Some(2)));
        assert_eq!((second["reason"].as_str(), second["excluded"]["too_short"].as_i64()), (Some("exclusions"), Some(5)));
        assert_eq!(line(2).unwrap()["reason"], "no_conversations");

        for agent in &centre.agents {
            chats(app, *agent, "2026-11", 20, &Chat::default());
        }
        let next = json!({"plan_id": plan, "period": "2026-11", "carry_over": true});
        let draw = centre.manager.post("draws", &next).expect(201).json();
        assert_eq!(draw["summary"]["random"], 6 + 8 + 12);
        assert!(verify(&centre, &draw)["verified"].as_bool().unwrap());
    }

    /// Teams mean those below too; a percentage has a minimum; calls need a recording.
    fn populations_are_filtered(app: &TestApp) {
        let centre = centre(app, 4, 50, 1);
        let phone = &centre.manager.get("scorecards").json()["items"][0]["id"].clone();
        chats(app, centre.agents[0], PERIOD, 5, &Chat { channel: Channel::Call, ..Chat::default() });
        chats(app, centre.agents[0], PERIOD, 5, &Chat { channel: Channel::Call, recordings: 1, ..Chat::default() });
        let mut content = centre.content(1);
        content["quota"] = json!({"kind": "percentage", "basis_points": 500, "minimum": 2});
        content["population"] = json!({"teams": [centre.teams[0]]});
        content["scorecards"] = json!([
            {"channel": "chat", "scorecard_id": centre.chat["id"]}, {"channel": "call", "scorecard_id": phone},
        ]);
        let draw = centre.draw(&centre.plan("one team", &content));
        assert_eq!((draw["population_count"].as_i64(), draw["excluded"]["no_recording"].as_i64()), (Some(105), Some(5)));
        // 5 % of 55 and of 50, rounded up.
        assert_eq!(draw["summary"]["random"], 6);
        content["population"] = json!({"teams": [centre.teams[2]], "attributes": [{"key": "vip", "one_of": ["true"]}]});
        chats(app, centre.agents[1], PERIOD, 7, &Chat { attributes: r#"{"vip": true}"#, ..Chat::default() });
        let draw = centre.draw(&centre.plan("all teams", &content));
        assert_eq!((draw["population_count"].as_i64(), draw["summary"]["agents"].as_i64()), (Some(7), Some(4)));
        assert_eq!(draw["summary"]["random"], 2);
        assert_eq!(draw["summary"]["missing"], 6);
    }

    /// Targeted picks are marked, do not count by default, and carry the risk.
    fn targeted_picks_are_marked(app: &TestApp) {
        let centre = centre(app, 2, 30, 1);
        let risky: BTreeSet<String> = chats(app, centre.agents[0], PERIOD, 12, &Chat { satisfaction: Some(1), ..Chat::default() })
            .into_iter().map(|id| id.to_string()).collect();
        let mut content = centre.content(5);
        content["targeted"] = json!({"filter": {"satisfaction": {"max": 2}}, "quota": {"kind": "count", "count": 4}});
        let draw = centre.draw(&centre.plan("chats", &content));
        assert_eq!(draw["summary"]["targeted"], 4);
        let samples = Centre::samples(&centre.manager, "kind=targeted");
        assert_eq!(samples.len(), 4);
        for sample in &samples {
            assert_eq!(sample["counts"], false);
            assert!(risky.contains(sample["conversation_id"].as_str().unwrap()));
        }
        assert!(verify(&centre, &draw)["verified"].as_bool().unwrap());
    }

    /// Nobody grades themselves or their own team; what nobody may grade stays without inspector and is counted.
    fn conflict_rules_hold(app: &TestApp) {
        let mut centre = centre(app, 4, 20, 1);
        let grants = [Grant { role: Role::Inspector, reach: GrantReach::All }];
        let colleague = app.user("colleague", Some(centre.agents[0]), &grants);
        let lead = app.user("lead", None, &[grants[0].clone(), Grant { role: Role::TeamLead, reach: GrantReach::Team(centre.teams[2]) }]);
        let (ordinary, colleague_id, lead_id) = (centre.inspectors[0].0, colleague.0, lead.0);
        centre.inspectors.extend([colleague, lead]);
        let mut content = centre.content(10);
        content["pair_share_percent"] = json!(60);
        let draw = centre.draw(&centre.plan("chats", &content));
        let samples = Centre::samples(&centre.manager, "");
        let held = |who: Value, agent: usize| samples.iter().filter(|s| s["inspector_id"] == who && s["agent"]["id"] == json!(centre.agents[agent])).count();
        for agent in 0..4 {
            assert_eq!(held(json!(lead_id), agent), 0, "the lead's teams");
            assert!(held(json!(ordinary), agent) <= 6);
        }
        assert_eq!(held(json!(colleague_id), 0) + held(json!(colleague_id), 2), 0, "the colleague's own team");
        // Agents 0 and 2 have only the ordinary inspector, who may grade 6 of their 10.
        assert_eq!(draw["summary"]["unassigned_pair_share"], 8);
        assert_eq!(Centre::samples(&centre.manager, "unassigned=true").len(), 8);
        assert!(verify(&centre, &draw)["verified"].as_bool().unwrap());
    }

    /// A draw that broke off after its commitment goes on with the same seed, and hides it until then.
    fn an_interrupted_draw_goes_on(app: &TestApp) {
        let centre = centre(app, 2, 20, 1);
        let plan = centre.plan("chats", &centre.content(3));
        let before = centre.draw(&plan);
        let id = id_of(&before);
        // As if the process had died between the commitment and the end.
        app.write(move |tx| {
            diesel::delete(samples::table.filter(samples::draw_id.eq(id))).execute(tx.conn)?;
            diesel::update(draws::table.find(id)).set(draws::state.eq("committed")).execute(tx.conn)?;
            Ok(())
        });
        let half = centre.manager.get(&format!("draws/{id}")).expect(200).json();
        assert_eq!((half["state"].as_str(), half["seed"].as_str()), (Some("committed"), None));
        assert_eq!(half["seed_hash"], before["seed_hash"]);
        centre.manager.post(&format!("draws/{id}/verify"), &json!({})).refused(409, "not_drawn_yet");
        let after = centre.manager.post("draws", &json!({"plan_id": plan, "period": PERIOD})).expect(200).json();
        assert_eq!((&after["seed"], &after["population_digest"], &after["result_digest"]), (&before["seed"], &before["population_digest"], &before["result_digest"]));
        assert!(verify(&centre, &after)["verified"].as_bool().unwrap());
    }

    /// Whatever is changed in a stored draw, the verification says what differs.
    fn tampering_is_told(app: &TestApp) {
        let centre = centre(app, 3, 20, 2);
        let draw = centre.draw(&centre.plan("chats", &centre.content(4)));
        let id = id_of(&draw);
        let told = || -> BTreeSet<String> {
            let found = verify(&centre, &draw);
            assert_eq!(found["verified"], false);
            found["differences"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap().to_owned()).collect()
        };
        let only = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(verify(&centre, &draw)["verified"], true);

        // Somebody spares an agent a conversation.
        let sample: SampleId = app.read(move |conn| Ok(samples::table.filter(samples::draw_id.eq(id)).select(samples::id).first(conn)?));
        let (agent, was) = app.read(move |conn| {
            Ok(samples::table.find(sample).select((samples::agent_id, samples::conversation_id)).first::<(assay::domain::id::AgentId, assay::domain::id::ConversationId)>(conn)?)
        });
        let other = app.read(move |conn| {
            use assay::db::schema::conversations;
            let taken = samples::table.filter(samples::draw_id.eq(id)).select(samples::conversation_id);
            Ok(conversations::table.filter(conversations::agent_id.eq(agent)).filter(conversations::id.ne_all(taken)).select(conversations::id)
                .first::<assay::domain::id::ConversationId>(conn)?)
        });
        let put = |to| app.write(move |tx| Ok(diesel::update(samples::table.find(sample)).set(samples::conversation_id.eq(to)).execute(tx.conn)?));
        put(other);
        assert_eq!(told(), only(&["conversation"]));
        put(was);

        // Somebody gives a sample to another inspector without the service.
        let inspector = app.read(move |conn| Ok(samples::table.find(sample).select(samples::inspector_id).first::<Option<assay::domain::id::UserId>>(conn)?));
        let give = |to| app.write(move |tx| Ok(diesel::update(samples::table.find(sample)).set(samples::inspector_id.eq(to)).execute(tx.conn)?));
        give(centre.inspectors.iter().map(|(id, _)| Some(*id)).find(|id| *id != inspector).unwrap());
        assert_eq!(told(), only(&["inspector"]));
        give(inspector);

        // Somebody takes a sample out of the month, or out of what counts.
        app.write(move |tx| Ok(diesel::update(samples::table.find(sample)).set((samples::period.eq("2026-01"), samples::counts.eq(false))).execute(tx.conn)?));
        assert_eq!(told(), only(&["period", "counts"]));
        app.write(move |tx| Ok(diesel::update(samples::table.find(sample)).set((samples::period.eq(PERIOD), samples::counts.eq(true))).execute(tx.conn)?));

        // Somebody changes the population, the quota, the seed, a digest.
        let population = app.read(move |conn| Ok(draw_agents::table.find((id, agent)).select(draw_agents::population).first::<Vec<u8>>(conn)?));
        let mut shorter = population.clone();
        shorter.truncate(population.len() - 17);
        let store = |bytes: Vec<u8>| app.write(move |tx| Ok(diesel::update(draw_agents::table.find((id, agent))).set(draw_agents::population.eq(bytes.clone())).execute(tx.conn)?));
        store(shorter);
        assert!(told().is_superset(&only(&["population_digest", "population_count", "tally"])));
        store(population);
        app.write(move |tx| Ok(diesel::update(draw_agents::table.find((id, agent))).set(draw_agents::quota.eq(3)).execute(tx.conn)?));
        assert_eq!(told(), only(&["tally"]));
        app.write(move |tx| Ok(diesel::update(draw_agents::table.find((id, agent))).set(draw_agents::quota.eq(4)).execute(tx.conn)?));
        app.write(move |tx| Ok(diesel::update(draws::table.find(id)).set(draws::result_digest.eq("0")).execute(tx.conn)?));
        assert_eq!(told(), only(&["result_digest"]));
        app.write(move |tx| Ok(diesel::update(draws::table.find(id)).set(draws::seed.eq(vec![7_u8; 32])).execute(tx.conn)?));
        assert!(told().is_superset(&only(&["seed", "conversation", "result_digest"])));
        assert!(app.run(async { assay::usecases::draws::verify::verify(&app.app, &assay::domain::access::Actor::operator(), id).await }).is_ok());
    }

    /// Nothing is drawn from a closed month, from the future, or with a scorecard that nobody has published.
    fn draws_are_refused_where_they_must_be(app: &TestApp) {
        let centre = centre(app, 1, 5, 1);
        let plan = centre.plan("chats", &centre.content(1));
        centre.manager.post("draws", &json!({"plan_id": plan, "period": "2026-12"})).refused(409, "period_not_begun");
        centre.manager.post("draws", &json!({"plan_id": plan, "period": "2026-13"})).refused(400, "invalid");
        centre.inspectors[0].1.post("draws", &json!({"plan_id": plan, "period": PERIOD})).refused(403, "forbidden");
        app.write(|tx| {
            use assay::db::schema::periods;
            let row = (
                periods::period.eq(PERIOD),
                periods::state.eq("closed"),
                periods::close_id.eq(tx.id::<CloseId>()),
                periods::touched_at.eq(tx.at()),
                periods::standing_in_the_way.eq("{}"),
            );
            Ok(diesel::insert_into(periods::table).values(row).execute(tx.conn)?)
        });
        centre.manager.post("draws", &json!({"plan_id": plan, "period": PERIOD})).refused(409, "period_closed");
        let draft = json!({"code": "draft", "name_zh": "草稿", "name_en": "Draft", "content": {"sections": []}});
        let scorecard = centre.manager.post("scorecards", &draft).expect(201).json();
        let mut content = centre.content(1);
        content["scorecards"] = json!([{"channel": "chat", "scorecard_id": scorecard["id"]}]);
        let plan = centre.plan("draft", &content);
        centre.manager.post("draws", &json!({"plan_id": plan, "period": "2026-11"})).refused(409, "scorecard_not_published");
    }
}
