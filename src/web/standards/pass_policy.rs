//! The pass policy: the thresholds in force, the versions before, and a new one.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::pass_policy::{PassPolicy, Threshold};
use crate::domain::period::Period;
use crate::domain::refusal::Refused;
use crate::usecases::pass_policies::{self, PassPolicyVersion};
use crate::usecases::{Error, organisation};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;
use crate::web::words::day;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/standards/pass-policy", web::get().to(show)).route("/standards/pass-policy", web::post().to(create));
}

#[derive(Template)]
#[template(path = "standards/pass_policy.html")]
struct PolicyPage {
    f: Frame,
    form: Typed,
    may_write: bool,
    versions: Vec<VersionLine>,
}

struct VersionLine {
    number: i32,
    first_period: Period,
    key: String,
    non_key: String,
    days: u32,
    target: String,
    created: String,
    in_force: bool,
    past: bool,
}

/// The pass rate to reach as it is typed; nothing where there is none.
fn target(rate: Option<Threshold>) -> String {
    rate.map(|rate| rate.to_string()).unwrap_or_default()
}

async fn page(app: &App, visitor: &Visitor, done: &str, form: Option<Typed>) -> Result<PolicyPage, Trouble> {
    let f = visitor.frame.saying(done);
    let versions = pass_policies::list::list(app, visitor.actor(), None, WHOLE).await.or_trouble(visitor)?.items;
    let current = organisation::period::current(app).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let held = versions.iter().filter(|one| one.first_period <= current);
    let now = held.max_by_key(|one| (one.first_period, one.number)).map(|one| one.number);
    let line = |one: &PassPolicyVersion| VersionLine {
        number: one.number,
        first_period: one.first_period,
        key: one.max_key_ratio.to_string(),
        non_key: one.max_non_key_ratio.to_string(),
        days: one.more_than_worked_days,
        target: target(one.target_pass_rate),
        created: day(one.created_at, zone),
        in_force: Some(one.number) == now,
        past: one.first_period <= current,
    };
    let latest = || {
        versions.first().map_or_else(Typed::default, |latest| {
            Typed::showing([
                ("first_period", current.next().to_string()),
                ("max_key_ratio", latest.max_key_ratio.to_string()),
                ("max_non_key_ratio", latest.max_non_key_ratio.to_string()),
                ("more_than_worked_days", latest.more_than_worked_days.to_string()),
                ("target_pass_rate", target(latest.target_pass_rate)),
            ])
        })
    };
    Ok(PolicyPage {
        form: form.unwrap_or_else(latest),
        may_write: visitor.actor().may_everywhere(Action::PolicyWrite).is_ok(),
        versions: versions.iter().map(line).collect(),
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, at.get("done"), None).await?)
}

fn read(typed: &Typed) -> Refused<Option<PassPolicy>> {
    let mut from = Reading::of(typed);
    let (first_period, key, non_key) = (from.needed("first_period"), from.needed("max_key_ratio"), from.needed("max_non_key_ratio"));
    let more_than_worked_days = from.needed_number("more_than_worked_days");
    let target_pass_rate = from.value("target_pass_rate");
    from.finish()?;
    Ok(match (first_period, key, non_key) {
        (Some(first_period), Some(max_key_ratio), Some(max_non_key_ratio)) => {
            Some(PassPolicy { first_period, max_key_ratio, max_non_key_ratio, more_than_worked_days, target_pass_rate })
        }
        _ => None,
    })
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let made = match read(&form.typed) {
        Ok(Some(policy)) => pass_policies::create::create(&app, visitor.actor(), policy).await,
        Ok(None) => Err(Error::Damaged("thresholds that are there and are not".into())),
        Err(refusal) => Err(refusal.into()),
    };
    match made {
        Ok(_) => Ok(go("/standards/pass-policy?done=created")),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(
                HttpResponse::BadRequest(),
                &page(&app, visitor, "", Some(form.typed.clone().refused(&visitor.frame, &refusal))).await?,
            )
        }
    }
}
