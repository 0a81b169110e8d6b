//! The fine policy: what is in force, the versions before, and a new one.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use super::fine_fields::{by_field, fields, read};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::complaint::ComplaintLevel;
use crate::domain::fine_policy::{CapExcess, Charge, FinePolicy, FineTerms};
use crate::domain::money::Currency;
use crate::domain::period::Period;
use crate::domain::reward::RewardKind;
use crate::domain::violation::ViolationClass;
use crate::usecases::{fine_policies, organisation, violation_types};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::trouble::Trouble;
use crate::web::words::moment;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/standards/fine-policy", web::get().to(show))
        .route("/standards/fine-policy", web::post().to(create))
        .route("/standards/fine-policy/new", web::get().to(begin));
}

#[derive(Template)]
#[template(path = "standards/fine_policy.html")]
struct PolicyPage {
    f: Frame,
    may_write: bool,
    versions: Vec<VersionLine>,
    shown: Option<Shown>,
}

struct VersionLine {
    number: i32,
    first_period: Period,
    created: String,
    in_force: bool,
    past: bool,
}

/// What a version says, in words.
struct Shown {
    number: i32,
    first_period: Period,
    currency: Currency,
    note: String,
    amounts: Vec<(String, String)>,
    types: Vec<(String, String, &'static str)>,
}

fn level(f: &Frame, level: ComplaintLevel) -> &'static str {
    match level {
        ComplaintLevel::Minor => f.t("minor complaint", "轻微投诉"),
        ComplaintLevel::General => f.t("general complaint", "一般投诉"),
        ComplaintLevel::Severe => f.t("severe complaint", "严重投诉"),
    }
}

fn charge(f: &Frame, charge: Charge) -> &'static str {
    match charge {
        Charge::Once => f.t("once per evaluation", "每次质检一次"),
        Charge::Occurrence => f.t("each occurrence", "按次数"),
    }
}

fn excess(f: &Frame, excess: CapExcess) -> &'static str {
    match excess {
        CapExcess::CarriedOver => f.t("the rest is carried over", "超出部分结转下期"),
        CapExcess::Waived => f.t("the rest is waived", "超出部分免除"),
    }
}

/// A text in the language of the page, or in the other where it was written in that alone.
fn said<'a>(f: &Frame, en: &'a str, zh: &'a str) -> &'a str {
    let (own, other) = (f.t(en, zh), f.t(zh, en));
    if own.is_empty() { other } else { own }
}

fn shown(f: &Frame, policy: &FinePolicy, names: &[Choice]) -> Shown {
    let terms = &policy.terms;
    let amount = |minor: i64| terms.money(minor).grouped();
    let mut amounts: Vec<(String, String)> = Vec::new();
    amounts.extend(terms.class_amounts_minor.iter().map(|(class, minor)| (format!("{} {class}", f.t("class", "等级")), amount(*minor))));
    amounts.extend(terms.complaint_amounts_minor.iter().map(|(one, minor)| (level(f, *one).to_owned(), amount(*minor))));
    amounts.push((f.t("operating breach", "违规操作").to_owned(), amount(terms.operating_breach_minor)));
    amounts.extend(terms.reward_amounts_minor.iter().map(|(one, minor)| (f.reward(*one).to_owned(), format!("+{}", amount(*minor)))));
    if let Some(cap) = terms.cap {
        amounts.push((
            f.t("at most per agent and month", "每人每月上限").to_owned(),
            format!("{} · {}", amount(cap.amount_minor), excess(f, cap.excess)),
        ));
    }
    let name = |code: &str| names.iter().find(|one| one.value == code).map_or_else(|| code.to_owned(), |one| one.label.clone());
    let types = terms.types.iter().map(|price| {
        let own = price.amount_minor.map_or_else(|| f.t("as its class", "同等级").to_owned(), amount);
        (name(&price.violation_type), own, charge(f, price.charge))
    });
    Shown {
        number: policy.version,
        first_period: terms.first_period,
        currency: terms.currency,
        note: said(f, &terms.note_en, &terms.note_zh).to_owned(),
        types: types.collect(),
        amounts,
    }
}

async fn names(app: &App, visitor: &Visitor) -> Result<Vec<Choice>, Trouble> {
    let f = &visitor.frame;
    let listed = violation_types::list::list(app, visitor.actor(), None, WHOLE).await.or_trouble(visitor)?;
    let choice = |entry: &violation_types::CatalogueEntry| {
        let rules = &entry.rules;
        Choice::new(&rules.code, format!("{} {}", rules.class, f.t(&rules.name_en, &rules.name_zh)))
    };
    Ok(listed.items.iter().map(choice).collect())
}

/// The version in force for a period, of versions with the latest first.
fn in_force(versions: &[FinePolicy], period: Period) -> Option<&FinePolicy> {
    versions.iter().filter(|one| one.terms.first_period <= period).max_by_key(|one| (one.terms.first_period, one.version))
}

async fn show(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let versions = fine_policies::list::list(&app, visitor.actor(), WHOLE).await.or_trouble(&visitor)?.items;
    let current = organisation::period::current(&app).await.or_trouble(&visitor)?;
    let zone = organisation::period::zone(&app).await.or_trouble(&visitor)?;
    let names = names(&app, &visitor).await?;
    let now = in_force(&versions, current).map(|one| one.version);
    let wanted = at.read::<i32>("version").or(now);
    let line = |one: &FinePolicy| VersionLine {
        number: one.version,
        first_period: one.terms.first_period,
        created: moment(one.created_at, zone),
        in_force: Some(one.version) == now,
        past: one.terms.first_period <= current,
    };
    render(&PolicyPage {
        may_write: visitor.actor().may_everywhere(Action::PolicyWrite).is_ok(),
        versions: versions.iter().map(line).collect(),
        shown: versions.iter().find(|one| Some(one.version) == wanted).map(|one| shown(&f, one, &names)),
        f,
    })
}

#[derive(Template)]
#[template(path = "standards/fine_form.html")]
struct FormPage {
    f: Frame,
    form: Typed,
    currency: Currency,
    classes: Vec<Choice>,
    levels: Vec<Choice>,
    rewards: Vec<Choice>,
    types: Vec<Choice>,
    charges: Vec<Choice>,
    excesses: Vec<Choice>,
}

async fn page(app: &App, visitor: &Visitor, form: Typed) -> Result<FormPage, Trouble> {
    visitor.actor().may_everywhere(Action::PolicyWrite).or_trouble(visitor)?;
    let f = visitor.frame.clone();
    Ok(FormPage {
        currency: organisation::period::currency(app).await.or_trouble(visitor)?,
        classes: ViolationClass::ALL.iter().map(|one| Choice::new(one, format!("{} {one}", f.t("Class", "等级")))).collect(),
        levels: ComplaintLevel::ALL.iter().map(|one| Choice::new(one, level(&f, *one))).collect(),
        rewards: RewardKind::ALL.iter().map(|one| Choice::new(one, f.reward(*one))).collect(),
        types: names(app, visitor).await?,
        charges: Charge::ALL.iter().map(|one| Choice::new(one, charge(&f, *one))).collect(),
        excesses: CapExcess::ALL.iter().map(|one| Choice::new(one, excess(&f, *one))).collect(),
        form,
        f,
    })
}

async fn begin(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, Trouble> {
    let versions = fine_policies::list::list(&app, visitor.actor(), WHOLE).await.or_trouble(&visitor)?.items;
    let current = organisation::period::current(&app).await.or_trouble(&visitor)?;
    let form = versions.first().map_or_else(Typed::default, |latest| fields(&latest.terms, current.next().max(latest.terms.first_period)));
    render(&page(&app, &visitor, form).await?)
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let currency = organisation::period::currency(&app).await.or_trouble(visitor)?;
    let codes: Vec<String> = names(&app, visitor).await?.into_iter().map(|one| one.value).collect();
    let refusal = match read(&form.typed, currency, &codes) {
        Err(refusal) => refusal,
        Ok(terms) => {
            let asked: FineTerms = terms.clone();
            match fine_policies::create::create(&app, visitor.actor(), terms).await {
                Ok(_) => return Ok(go("/standards/fine-policy?done=created")),
                Err(error) => by_field(mendable(visitor, error)?, &asked),
            }
        }
    };
    render_as(HttpResponse::BadRequest(), &page(&app, visitor, form.typed.clone().refused(&visitor.frame, &refusal)).await?)
}
