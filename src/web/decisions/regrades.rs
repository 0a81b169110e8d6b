//! Second gradings: a share of a month chosen, and the list of those where the two inspectors disagree, with the decision about each difference.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::{RegradeId, UserId};
use crate::domain::refusal::Refused;
use crate::domain::regrade::{Difference, DifferenceDecision, DifferenceVerdict, RegradeState};
use crate::usecases::regrades::choose::Choice as Share;
use crate::usecases::regrades::decide::Decisions;
use crate::usecases::regrades::{self, Regrade};
use crate::usecases::{Error, organisation, scorecards, users, violation_types};
use crate::web::address::{Address, Pager};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;
use crate::web::words::Badge;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/decisions/regrades", web::get().to(list))
        .route("/decisions/regrades", web::post().to(choose))
        .route("/decisions/regrades/{id}", web::get().to(show))
        .route("/decisions/regrades/{id}", web::post().to(decide));
}

fn state(f: &Frame, state: RegradeState) -> Badge {
    match state {
        RegradeState::Assigned => f.badge("plain", "waits for the second inspector", "待复检"),
        RegradeState::Graded => f.badge("warn", "differences to decide", "待裁定差异"),
        RegradeState::Decided => f.badge("good", "settled", "已完成"),
    }
}

#[derive(Template)]
#[template(path = "decisions/regrades.html")]
struct RegradesPage {
    f: Frame,
    form: Typed,
    filter: Typed,
    states: Vec<Choice>,
    may_run: bool,
    regrades: Vec<RegradeLine>,
    pager: Pager,
}

struct RegradeLine {
    id: RegradeId,
    period: String,
    state: Badge,
    first: String,
    second: String,
    due: String,
    differences: String,
}

async fn page(app: &App, visitor: &Visitor, at: &Address, form: Typed) -> Result<RegradesPage, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    actor.may_everywhere(Action::RegradeRead).or_trouble(visitor)?;
    let wanted = at.page(100).or_trouble(visitor)?;
    let listed = regrades::list::list(app, actor, at.read("state"), at.read("period"), wanted).await.or_trouble(visitor)?;
    let people: Vec<UserId> = listed.items.iter().flat_map(|one| [one.inspector_id, one.first_inspector_id]).flatten().collect();
    let people = users::names::names(app, actor, people).await.or_trouble(visitor)?;
    let person = |id: Option<UserId>| id.and_then(|id| people.get(&id).cloned()).unwrap_or_else(|| "–".to_owned());
    let line = |one: &Regrade| RegradeLine {
        id: one.id,
        period: one.period.to_string(),
        state: state(&f, one.state),
        first: person(one.first_inspector_id),
        second: person(one.inspector_id),
        due: one.due_on.to_string(),
        differences: one
            .differences
            .as_ref()
            .filter(|_| one.state != RegradeState::Assigned)
            .map_or_else(|| "–".to_owned(), |all| all.len().to_string()),
    };
    Ok(RegradesPage {
        filter: at.typed(),
        states: RegradeState::ALL.iter().map(|one| Choice::new(one, state(&f, *one).text)).collect(),
        may_run: actor.may_everywhere(Action::RegradeRun).is_ok(),
        regrades: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        form,
        f,
    })
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let month = organisation::period::current(&app).await.or_trouble(&visitor)?.previous();
    let form = Typed::showing([("period", month.to_string()), ("percent", "5".to_owned())]);
    let mut page = page(&app, &visitor, &at, form).await?;
    if let Some(chosen) = at.read::<u64>("chosen") {
        let words = (
            page.f.t("evaluations are graded again.", "条质检评分将由第二名质检员复检。"),
            page.f.t("Nobody else was found for:", "无法分配："),
        );
        page.f.notice = Some(format!("{chosen} {} {} {}", words.0, words.1, at.get("unassigned")));
    }
    render(&page)
}

async fn choose(app: web::Data<App>, form: Form, at: Address) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let mut from = Reading::of(&form.typed);
    let (period, percent) = (from.needed("period"), from.needed_number("percent"));
    let chosen = match (from.finish(), period) {
        (Ok(()), Some(period)) => regrades::choose::choose(&app, visitor.actor(), Share { period, percent }).await,
        (refused, _) => Err(refused.err().map_or_else(|| Error::Damaged("a month that is there and is not".into()), Error::from)),
    };
    match chosen {
        Ok(chosen) => Ok(go(&format!("/decisions/regrades?chosen={}&unassigned={}", chosen.chosen, chosen.unassigned))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::BadRequest(), &page(&app, visitor, &at, form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "decisions/regrade.html")]
struct RegradePage {
    f: Frame,
    form: Typed,
    id: RegradeId,
    version: i32,
    state: Badge,
    facts: Vec<(&'static str, String)>,
    conversation: String,
    evaluation: Option<String>,
    hidden: bool,
    /// Whether it is the visitor's to grade again now.
    own: bool,
    differences: Vec<DifferenceView>,
    may_decide: bool,
    verdicts: Vec<Choice>,
}

struct DifferenceView {
    index: usize,
    title: String,
    first: Badge,
    second: Badge,
    missed: bool,
    decided: Option<(&'static str, String, bool)>,
}

fn verdict(f: &Frame, verdict: DifferenceVerdict) -> &'static str {
    match verdict {
        DifferenceVerdict::FirstRight => f.t("the first inspector was right", "初检正确"),
        DifferenceVerdict::SecondRight => f.t("the second inspector was right", "复检正确"),
        DifferenceVerdict::BothDefensible => f.t("both can be defended", "两者均可"),
    }
}

async fn one(app: &App, visitor: &Visitor, id: RegradeId, done: &str, form: Typed) -> Result<RegradePage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    actor.may_everywhere(Action::RegradeRead).or_trouble(visitor)?;
    let regrade = regrades::show::show(app, actor, id).await.or_trouble(visitor)?;
    let card = scorecards::show::show_version_by_id(app, actor, regrade.scorecard_version_id).await.or_trouble(visitor)?;
    let people: Vec<UserId> = [regrade.inspector_id, regrade.first_inspector_id, regrade.decided_by].into_iter().flatten().collect();
    let people = users::names::names(app, actor, people).await.or_trouble(visitor)?;
    let person = |id: Option<UserId>| id.and_then(|id| people.get(&id).cloned()).unwrap_or_else(|| "–".to_owned());
    let types = violation_types::list::list(app, actor, None, WHOLE).await.or_trouble(visitor)?.items;
    let title = |difference: &Difference| match (&difference.item, &difference.violation_type) {
        (Some(code), _) => {
            let found = card.content.items().find(|item| item.code == *code);
            found.map_or_else(|| code.clone(), |item| f.t(&item.title_en, &item.title_zh).to_owned())
        }
        (None, code) => {
            let known = types.iter().find(|entry| Some(&entry.rules.code) == code.as_ref());
            let name = known.map(|entry| f.t(&entry.rules.name_en, &entry.rules.name_zh));
            format!("{} {}", f.t("violation:", "违规："), name.or(code.as_deref()).unwrap_or_default())
        }
    };
    let decisions = regrade.decisions.clone().unwrap_or_default();
    let decided =
        |index: usize| decisions.get(index).map(|one: &DifferenceDecision| (verdict(&f, one.verdict), one.reason.clone(), one.good_reason));
    let view = |(index, difference): (usize, &Difference)| DifferenceView {
        index,
        title: title(difference),
        first: f.outcome(difference.first),
        second: f.outcome(difference.second),
        missed: difference.is_missed(),
        decided: decided(index),
    };
    Ok(RegradePage {
        id,
        version: regrade.version,
        state: state(&f, regrade.state),
        facts: vec![
            (f.t("Month", "考核周期"), regrade.period.to_string()),
            (f.t("First inspector", "初检"), person(regrade.first_inspector_id)),
            (f.t("Second inspector", "复检"), person(regrade.inspector_id)),
            (f.t("Due", "截止日期"), regrade.due_on.to_string()),
            (f.t("Decided by", "裁定人"), person(regrade.decided_by)),
        ],
        conversation: regrade.conversation_id.to_string(),
        evaluation: regrade.evaluation_id.map(|id| id.to_string()),
        hidden: regrade.differences.is_none(),
        own: regrade.state == RegradeState::Assigned && regrade.inspector_id.is_some() && regrade.inspector_id == actor.user,
        differences: regrade.differences.iter().flatten().enumerate().map(view).collect(),
        may_decide: regrade.state == RegradeState::Graded && actor.may_everywhere(Action::RegradeRun).is_ok(),
        verdicts: DifferenceVerdict::ALL.iter().map(|one| Choice::new(one, verdict(&f, *one))).collect(),
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<RegradeId>(&path)?;
    render(&one(&app, &visitor, id, at.get("done"), Typed::default()).await?)
}

fn read(typed: &Typed, differences: usize) -> Refused<Vec<DifferenceDecision>> {
    let mut from = Reading::of(typed);
    let mut decisions = Vec::new();
    for index in 0..differences {
        let at = format!("decisions[{index}]");
        if let Some(verdict) = from.needed(&format!("{at}.verdict")) {
            let (good_reason, reason) = (from.yes(&format!("{at}.good_reason")), from.text(&format!("{at}.reason")));
            decisions.push(DifferenceDecision { verdict, good_reason, reason });
        }
    }
    from.finish().map(|()| decisions)
}

async fn decide(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<RegradeId>(&path)?;
    let regrade = regrades::show::show(&app, visitor.actor(), id).await.or_trouble(visitor)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let decided = match read(&form.typed, regrade.differences.map_or(0, |all| all.len())) {
        Ok(decisions) => regrades::decide::decide(&app, visitor.actor(), id, seen, Decisions { decisions }).await,
        Err(refusal) => Err(refusal.into()),
    };
    match decided {
        Ok(_) => Ok(go(&format!("/decisions/regrades/{id}?done=decided"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::BadRequest(), &one(&app, visitor, id, "", form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}
