//! The pages of sampling: plans, draws with their preview and verification, samples, progress.

use assay::db::schema::draws;
use assay::domain::access::Role;
use assay::domain::sampling::sample::DrawState;
use diesel::prelude::*;

use super::people::{field, link_after};
use crate::support::browser::Visitor;
use crate::support::on_both;
use crate::support::sampling::{PERIOD, centre};

/// The fields of a plan of `count` chats of each agent for these inspectors.
fn plan<'a>(count: &'a str, card: &'a str, capacities: &'a [(String, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Chats"),
        ("quota.kind", "count"),
        ("quota.count", count),
        ("stratify_by", "day"),
        ("reserves", "3"),
        ("exclusions.already_sampled", "on"),
        ("pair_share_percent", "100"),
        ("due_days", "10"),
        ("scorecards.chat", card),
    ];
    fields.extend(capacities.iter().map(|(name, value)| (name.as_str(), *value)));
    fields
}

on_both! {
    /// A plan is written, previewed, drawn, verified; its samples are given to another inspector and replaced.
    fn a_manager_plans_and_draws(app: &TestApp) {
        let centre = centre(app, 4, 20, 2);
        let mut manager = Visitor::of(app, Role::QaManager);
        let capacities: Vec<_> = centre.inspectors.iter().map(|(id, _)| (format!("inspectors.{id}"), "100")).collect();
        let card = centre.chat["id"].as_str().unwrap();
        let mut wrong = plan("many", card, &capacities);
        wrong.extend([("exclusions.agents[0]", ""), ("exclusions.agents[1]", "nobody")]);
        let page = manager.post("/sampling/plans", &wrong).expect(400).text();
        assert!(page.contains("id=\"f-quota.count-fault\"") && page.contains("value=\"many\""), "{page}");
        assert!(page.contains("id=\"f-exclusions.agents-fault\"") && page.contains("value=\"Chats\"") && page.contains("value=\"nobody\""), "{page}");
        let page = manager.post("/sampling/plans", &plan("5", card, &[])).expect(400).text();
        assert!(page.contains("needs at least one inspector"), "a fault that the domain finds stands in the form too: {page}");
        let at = manager.submit("/sampling/plans", &plan("5", card, &capacities));
        let address = at.split('?').next().unwrap().to_owned();
        assert!(manager.page(&at).contains("5 per agent"));

        // What is stored is what the form shows again.
        let form = manager.page(&format!("{address}/edit"));
        assert!(form.contains("name=\"quota.count\" type=\"number\" value=\"5\""), "{form}");
        let version = field(&form, "version");
        let mut changed = plan("25", card, &capacities);
        changed.extend([("version", version.as_str()), ("with_targeted", "on"), ("targeted.quota.kind", "percentage"), ("targeted.quota.percent", "2.5")]);
        let page = manager.post(&format!("{address}/edit"), &changed).expect(400).text();
        assert!(page.contains("needs at least one condition"), "{page}");
        changed.push(("targeted.filter.satisfaction.max", "2"));
        // One more row stores nothing; what stays empty is left out.
        let condition = [("population.attributes[1].key", "skill"), ("population.attributes[1].one_of[0]", "gold"), ("population.attributes[1].one_of[2]", "a | b")];
        changed.extend(condition);
        let more = [&changed[..], &[("do", "add population.queues")]].concat();
        let page = manager.post(&format!("{address}/edit"), &more).expect(200).text();
        assert!(page.contains("Not saved yet.") && page.contains("name=\"population.attributes[1].key\" type=\"text\" value=\"skill\""), "{page}");
        let removed = [&changed[..], &[("do", "drop population.attributes[1]")]].concat();
        assert!(!manager.post(&format!("{address}/edit"), &removed).expect(200).text().contains("value=\"skill\""));
        manager.submit(&format!("{address}/edit"), &changed);
        assert!(manager.page(&address).contains("2.5 %"));
        let form = manager.page(&format!("{address}/edit"));
        assert!(form.contains("name=\"population.attributes[0].one_of[1]\" value=\"a | b\""), "{form}");
        let newer = field(&form, "version");
        let kept = changed.iter().copied().filter(|(name, _)| !name.starts_with("population.attributes") && *name != "version");
        let plain: Vec<_> = kept.chain([("version", newer.as_str())]).collect();
        manager.submit(&format!("{address}/edit"), &plain);

        // Before the draw: population and shortfall, and no pick.
        let page = manager.page(&format!("{address}/draw?period={PERIOD}"));
        assert!(page.contains("too few conversations") && page.contains("<dd>80</dd>"), "{page}");
        assert_eq!(app.read(|conn| Ok(draws::table.count().get_result::<i64>(conn)?)), 0, "a preview draws nothing");
        let drawn = manager.submit(&format!("{address}/draw"), &[("period", PERIOD)]);
        let page = manager.page(&drawn);
        assert!(page.contains(">drawn</span>") && page.contains("samples missing"), "{page}");
        assert!(manager.page(&format!("{drawn}/shortfall")).contains("too few conversations"));
        let page = manager.post(&format!("{drawn}/verify"), &[]).expect(200).text();
        assert!(page.contains("nothing differs"), "{page}");
        assert!(manager.page("/sampling/draws").contains(&drawn));
        let progress = manager.page(&format!("/sampling/progress?period={PERIOD}&sort=-waiting"));
        assert!(progress.contains("<dt>Waiting</dt><dd>80</dd>"), "{progress}");
        let page = manager.post(&format!("{address}/draw"), &[("period", "2027-03")]).expect(409).text();
        assert!(page.contains("has not begun"), "{page}");

        let draw = drawn.rsplit('/').next().unwrap();
        let (one, two) = (centre.inspectors[0].0.to_string(), centre.inspectors[1].0.to_string());
        let list = manager.page(&format!("/sampling/samples?draw={draw}&inspector={one}&state=open"));
        let sample = link_after(&list, "/sampling/samples/", "\">");
        let at = format!("/sampling/samples/{sample}");
        let page = manager.post(&format!("{at}/assign"), &[("inspector_id", &two), ("reason", "")]).expect(400).text();
        assert!(page.contains("id=\"f-reason-fault\"") && page.contains(&format!("value=\"{two}\" selected")), "{page}");
        let assigned = manager.submit(&format!("{at}/assign"), &[("inspector_id", &two), ("reason", "on leave")]);
        assert!(manager.page(&assigned).contains("has another inspector"));
        let page = manager.post(&format!("{at}/replace"), &[("why", "other"), ("comment", "")]).expect(400).text();
        assert!(page.contains("id=\"f-comment-fault\""));
        // All of the agent's conversations are drawn, so nothing can take its place.
        let replaced = manager.submit(&format!("{at}/replace"), &[("why", "private"), ("comment", "")]);
        assert!(manager.page(&replaced).contains("no further conversation"));
        assert!(manager.page(&format!("/sampling/progress?period={PERIOD}")).contains("Replaced samples, by who replaced them"));
    }

    /// A draw that broke off says so and goes on with the seed that it has committed to.
    fn a_draw_that_broke_off_goes_on(app: &TestApp) {
        let centre = centre(app, 2, 10, 1);
        let plan = centre.plan("chats", &centre.content(3));
        let draw = centre.draw(&plan);
        let id: assay::domain::id::DrawId = draw["id"].as_str().unwrap().parse().unwrap();
        app.write(move |tx| {
            diesel::delete(assay::db::schema::samples::table).execute(tx.conn)?;
            diesel::update(draws::table.find(id)).set(draws::state.eq(DrawState::Committed)).execute(tx.conn)?;
            Ok(())
        });
        let mut manager = Visitor::of(app, Role::QaManager);
        let at = format!("/sampling/draws/{id}");
        let page = manager.page(&at);
        assert!(page.contains("has broken off") && page.contains("data-live") && !page.contains("data-running"), "{page}");
        manager.post(&format!("{at}/verify"), &[]).expect(409);
        let back = manager.submit(&format!("{at}/go-on"), &[]);
        let page = manager.page(&back);
        assert!(page.contains(draw["result_digest"].as_str().unwrap()), "the same seed, the same result: {page}");
    }

    fn a_plan_is_archived_and_taken_back(app: &TestApp) {
        let centre = centre(app, 1, 5, 1);
        let plan = centre.plan("chats", &centre.content(1));
        let mut manager = Visitor::of(app, Role::QaManager);
        let at = format!("/sampling/plans/{plan}");
        manager.submit(&format!("{at}/state"), &[("state", "paused"), ("version", "1")]);
        assert!(manager.page("/sampling/plans?state=paused").contains("archived"));
        let page = manager.post(&format!("{at}/draw"), &[("period", PERIOD)]).expect(409).text();
        assert!(page.contains("is paused"));
        manager.post(&format!("{at}/state"), &[("state", "active"), ("version", "1")]).expect(409);
        manager.submit(&format!("{at}/state"), &[("state", "active"), ("version", "2")]);
        assert_eq!(manager.submit(&format!("{at}/delete"), &[("version", "3")]), "/sampling/plans?done=removed");
        manager.get(&at).expect(404);
    }

    fn sampling_is_closed_to_those_who_grade(app: &TestApp) {
        let centre = centre(app, 1, 5, 1);
        let plan = centre.plan("chats", &centre.content(1));
        let mut inspector = Visitor::of(app, Role::Inspector);
        let paths = ["/sampling/plans".to_owned(), "/sampling/draws".into(), "/sampling/samples".into(), "/sampling/progress".into(), format!("/sampling/plans/{plan}/draw"), "/sampling/plans/new".into()];
        for path in paths {
            inspector.get(&path).expect(403);
        }
        inspector.post(&format!("/sampling/plans/{plan}/draw"), &[("period", PERIOD)]).expect(403);
        let mut auditor = Visitor::of(app, Role::Auditor);
        assert!(!auditor.page(&format!("/sampling/plans/{plan}")).contains("/edit"));
        auditor.get(&format!("/sampling/plans/{plan}/edit")).expect(403);
        auditor.post(&format!("/sampling/plans/{plan}/delete"), &[("version", "1")]).expect(403);
    }
}
