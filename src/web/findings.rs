//! What was found: every failed item and violation of a month with its evidence, narrowed by the address. Every number of the results leads here.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::hear::{clock, speaker_name};
use super::page::{Frame, Visitor, render};
use super::scorecard_names::ScorecardNames;
use super::trouble::Trouble;
use super::words::{Badge, day};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::evidence::Evidence;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::violation::ViolationClass;
use crate::usecases::evaluations::EvaluationFilter;
use crate::usecases::findings::{self, EvaluationFindings, Finding, Place};
use crate::usecases::{organisation, violation_types};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/results/{period}/findings", web::get().to(list));
}

/// A finding as a page shows it.
#[derive(Debug)]
pub struct FindingView {
    /// What it is.
    pub title: String,
    /// What it counts as.
    pub kind: Badge,
    /// Class, name and whether it is a red line, of a violation.
    pub violation: Option<(ViolationClass, String, bool)>,
    /// How often it was tagged.
    pub occurrences: i32,
    /// What the inspector remarks.
    pub comment: String,
    /// Where it is to be heard and read.
    pub places: Vec<PlaceView>,
}

/// A piece of evidence: one click to the second of the recording.
#[derive(Debug)]
pub struct PlaceView {
    /// Where the conversation opens at that second, with the lines marked.
    pub href: String,
    /// The second, or the lines where there is none.
    pub text: String,
    /// Class and name of the speaker, and what is said.
    pub quote: Vec<(&'static str, &'static str, String)>,
    /// Whether more is said than is quoted.
    pub longer: bool,
}

/// An evaluation with its findings as a page shows it.
#[derive(Debug)]
pub struct FoundView {
    /// The evaluation.
    pub id: String,
    /// Who it is about.
    pub agent: String,
    /// The agent's month.
    pub agent_href: Option<String>,
    /// Day and scorecard.
    pub about: String,
    /// Whether it enters n, K and N.
    pub counts: bool,
    /// What was found.
    pub findings: Vec<FindingView>,
}

fn place(f: &Frame, conversation: &str, place: &Place) -> PlaceView {
    let (query, lines) = match &place.evidence {
        Evidence::Lines { first, last } if first == last => {
            (format!("?lines={first}#line-{first}"), format!("{} {first}", f.t("line", "第")))
        }
        Evidence::Lines { first, last } => {
            (format!("?lines={first}-{last}#line-{first}"), format!("{} {first}–{last}", f.t("lines", "第")))
        }
        Evidence::Span { from_ms, to_ms, .. } => {
            let at = place.at_ms.unwrap_or(0);
            let length = i64::try_from(to_ms.saturating_sub(*from_ms)).unwrap_or(0);
            (format!("?at={at}"), format!("– {}", clock(at.saturating_add(length))))
        }
    };
    let lines = match (&place.evidence, f.t("en", "zh")) {
        (Evidence::Lines { .. }, "zh") => format!("{lines} 行"),
        _ => lines,
    };
    PlaceView {
        href: format!("/conversations/{conversation}{query}"),
        text: place.at_ms.map_or_else(|| lines.clone(), |at| format!("{} {lines}", clock(at))),
        quote: place.quote.iter().map(|q| (q.speaker.as_str(), speaker_name(f, q.speaker), q.text.clone())).collect(),
        longer: place.longer,
    }
}

/// A finding as a page shows it.
pub fn view(f: &Frame, conversation: &str, finding: &Finding) -> FindingView {
    FindingView {
        title: f.t(&finding.title_en, &finding.title_zh).to_owned(),
        kind: f.error_badge(finding.kind),
        violation: finding.violation.as_ref().map(|v| (v.class, f.t(&v.name_en, &v.name_zh).to_owned(), v.red_line)),
        occurrences: finding.violation.as_ref().map_or(1, |v| v.occurrences),
        comment: finding.comment.clone(),
        places: finding.evidence.iter().map(|it| place(f, conversation, it)).collect(),
    }
}

/// An evaluation with its findings as a page shows it.
pub fn found(f: &Frame, it: &EvaluationFindings, cards: &ScorecardNames, zone: chrono_tz::Tz) -> FoundView {
    let summary = &it.summary;
    let named = summary.agent_name.clone().zip(summary.employee_no.clone());
    let conversation = summary.conversation_id.to_string();
    FoundView {
        id: summary.id.to_string(),
        agent: named.map_or_else(|| f.t("Agent hidden", "客服信息已隐藏").to_owned(), |(name, number)| format!("{name} {number}")),
        agent_href: summary.agent_id.map(|agent| format!("/results/{}/agents/{agent}", summary.period)),
        about: format!("{} · {}", day(summary.submitted_at, zone), cards.version(&summary.scorecard, summary.scorecard_version)),
        counts: summary.counts,
        findings: it.findings.iter().map(|finding| view(f, &conversation, finding)).collect(),
    }
}

#[derive(Template)]
#[template(path = "findings.html")]
struct FindingsPage {
    f: Frame,
    at: Address,
    period: Period,
    types: Vec<(String, String)>,
    chips: Vec<(String, String)>,
    evaluations: Vec<FoundView>,
    next: Option<String>,
}

/// How many evaluations stand on one page.
const AT_A_TIME: u32 = 20;

async fn list(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let refused = |r: Refusal| Trouble::new(f.clone(), r);
    let trouble = |e| Trouble::new(f.clone(), e);
    let period: Period = visitor.place(&path)?;
    let at = Address::of(&request);
    let text = |name: &str| Some(at.get(name).to_owned()).filter(|v| !v.is_empty());
    let filter = EvaluationFilter {
        period: Some(period),
        agent: at.wanted("agent").map_err(refused)?,
        team: at.wanted("team").map_err(refused)?,
        counts: (!at.is("counted", "no")).then_some(true),
        findings: at.wanted("findings").map_err(refused)?,
        failed_item: text("item"),
        violation_type: text("type"),
        ..EvaluationFilter::default()
    };
    let page = PageRequest::parse(Some(AT_A_TIME), text("cursor").as_deref()).map_err(refused)?;
    let actor = visitor.actor();
    let zone = organisation::period::zone(&app).await.map_err(trouble)?;
    let listed = findings::list::list(&app, actor, filter, page).await.map_err(trouble)?;
    let cards = ScorecardNames::of(&app, &visitor).await.map_err(trouble)?;
    let all = PageRequest { limit: PageRequest::MAX, after: None };
    let types = violation_types::list::list(&app, actor, None, all).await.map_err(trouble)?;
    let types: Vec<(String, String)> = types
        .items
        .iter()
        .map(|t| (t.rules.code.clone(), format!("{} {}", t.rules.class, f.t(&t.rules.name_en, &t.rules.name_zh))))
        .collect();
    let may_see_results = visitor.may(Action::ResultRead);
    let shown = |it: &EvaluationFindings| {
        let view = found(&f, it, &cards, zone);
        FoundView { agent_href: view.agent_href.filter(|_| may_see_results), ..view }
    };
    let evaluations: Vec<FoundView> = listed.items.iter().map(shown).collect();
    let first = listed.items.iter().zip(&evaluations).next();
    let mut chips = Vec::new();
    if !at.is("agent", "") {
        chips.push((first.map_or_else(|| f.t("One agent", "指定客服").to_owned(), |(_, shown)| shown.agent.clone()), at.with("agent", "")));
    }
    if !at.is("item", "") {
        let titled = first.and_then(|(it, _)| it.findings.first()).map(|it| f.t(&it.title_en, &it.title_zh).to_owned());
        chips.push((titled.unwrap_or_else(|| at.get("item").to_owned()), at.with("item", "")));
    }
    if !at.is("team", "") {
        chips.push((f.t("One team", "指定班组").to_owned(), at.with("team", "")));
    }
    render(&FindingsPage { next: listed.next.map(|cursor| at.after(&cursor)), evaluations, chips, types, period, at, f })
}
