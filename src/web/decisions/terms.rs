//! The rules of what comes after the grade: how appeals go, what opens an escalation case and whom it goes to, and the working calendar.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use super::terms_fields::{
    Person, by_field, calendar_fields, close_up_calendar, close_up_escalation, escalation_fields, people_named, read_calendar,
    read_escalation, unit,
};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::{Action, Role};
use crate::domain::appeal::AppealTerms;
use crate::domain::calendar::{CalendarInput, Weekday};
use crate::domain::escalation::{EscalationPolicy, SanctionKind, UnitOf};
use crate::domain::page::PageRequest;
use crate::domain::refusal::Refused;
use crate::domain::team::Team;
use crate::domain::user::UserFilter;
use crate::domain::vendor::Vendor;
use crate::domain::violation::ViolationClass;
use crate::usecases::settings::Set;
use crate::usecases::{Error, Result as Done, settings, teams, users, vendors, violation_types};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/decisions/terms", web::get().to(show))
        .route("/decisions/terms/appeals", web::post().to(set_appeals))
        .route("/decisions/terms/escalation", web::post().to(set_escalation))
        .route("/decisions/terms/calendar", web::post().to(set_calendar));
}

/// Which of the three forms was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Appeals,
    Escalation,
    Calendar,
}

#[derive(Template)]
#[template(path = "decisions/terms.html")]
struct TermsPage {
    f: Frame,
    appeals: Typed,
    escalation: Typed,
    calendar: Typed,
    may_write: bool,
    roles: Vec<Choice>,
    people: Vec<Choice>,
    units: Vec<Choice>,
    classes: Vec<Choice>,
    types: Vec<Choice>,
    sanctions: Vec<Choice>,
    weekdays: Vec<Choice>,
}

fn weekday(f: &Frame, day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => f.t("Monday", "周一"),
        Weekday::Tuesday => f.t("Tuesday", "周二"),
        Weekday::Wednesday => f.t("Wednesday", "周三"),
        Weekday::Thursday => f.t("Thursday", "周四"),
        Weekday::Friday => f.t("Friday", "周五"),
        Weekday::Saturday => f.t("Saturday", "周六"),
        Weekday::Sunday => f.t("Sunday", "周日"),
    }
}

fn appeal_fields(set: &Set<AppealTerms>) -> Typed {
    let terms = &set.setting;
    Typed::showing([
        ("days_to_appeal", terms.days_to_appeal.to_string()),
        ("days_to_decide", terms.days_to_decide.to_string()),
        ("days_to_second", terms.days_to_second.to_string()),
        ("second_instance", if terms.second_instance { "on".to_owned() } else { String::new() }),
        ("version", set.version.to_string()),
    ])
}

/// The most people of a role that a form offers; anybody else can be typed in.
const OFFERED: PageRequest = PageRequest { limit: 300, after: None };

/// The people whom a form offers: those who hold a role above an agent's.
async fn offered(app: &App, visitor: &Visitor) -> Result<Vec<Person>, Trouble> {
    let mut people = Vec::new();
    for role in Role::ALL.iter().filter(|role| **role != Role::Agent) {
        let filter = UserFilter { role: Some(*role), active: Some(true), ..UserFilter::default() };
        let found = users::list::list(app, visitor.actor(), filter, OFFERED).await.or_trouble(visitor)?;
        people.extend(found.items.into_iter().map(|user| (user.id, user.username, user.name)));
    }
    people.sort_by(|a, b| a.1.cmp(&b.1));
    people.dedup();
    Ok(people)
}

/// Adds the people whom a policy names and the form does not offer.
async fn with_named(app: &App, visitor: &Visitor, mut people: Vec<Person>, policy: &EscalationPolicy) -> Result<Vec<Person>, Trouble> {
    let levels = policy.levels.iter().chain(policy.chains.iter().flat_map(|chain| &chain.levels));
    for id in levels.flat_map(|level| &level.recipients).filter_map(|one| one.user_id) {
        if !people.iter().any(|(known, ..)| *known == id) {
            let user = users::show::show(app, visitor.actor(), id).await.or_trouble(visitor)?;
            people.push((user.id, user.username, user.name));
        }
    }
    Ok(people)
}

/// Adds the people whom a form names and does not offer.
async fn with_typed(app: &App, visitor: &Visitor, mut people: Vec<Person>, typed: &Typed) -> Result<Vec<Person>, Trouble> {
    for name in people_named(typed) {
        if !people.iter().any(|(_, known, _)| *known == name) {
            let filter = UserFilter { username: Some(name), ..UserFilter::default() };
            let found = users::list::list(app, visitor.actor(), filter, WHOLE).await.or_trouble(visitor)?;
            people.extend(found.items.into_iter().map(|user| (user.id, user.username, user.name)));
        }
    }
    Ok(people)
}

/// The teams and vendors that may have a chain of their own.
async fn units(app: &App, visitor: &Visitor) -> Result<Vec<Choice>, Trouble> {
    let (f, actor) = (&visitor.frame, visitor.actor());
    let teams = teams::list::list(app, actor, Default::default(), WHOLE).await.or_trouble(visitor)?.items;
    let vendors = vendors::list::list(app, actor, WHOLE).await.or_trouble(visitor)?.items;
    let team = |team: &Team| {
        let of = UnitOf { team_id: Some(team.id), vendor_id: None };
        Choice::new(unit(of), format!("{}{} ({})", f.t("Team ", "班组 "), team.name, team.code))
    };
    let vendor = |vendor: &Vendor| {
        let of = UnitOf { team_id: None, vendor_id: Some(vendor.id) };
        Choice::new(unit(of), format!("{}{} ({})", f.t("Vendor ", "供应商 "), vendor.name, vendor.code))
    };
    Ok(vendors.iter().map(vendor).chain(teams.iter().map(team)).collect())
}

async fn page(app: &App, visitor: &Visitor, done: &str, sent: Option<(Sent, Typed)>) -> Result<TermsPage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    actor.may_everywhere(Action::PolicyRead).or_trouble(visitor)?;
    let appeals = settings::show::show::<AppealTerms>(app, actor).await.or_trouble(visitor)?;
    let escalation = settings::show::show::<EscalationPolicy>(app, actor).await.or_trouble(visitor)?;
    let calendar = settings::show::show::<CalendarInput>(app, actor).await.or_trouble(visitor)?;
    let types = violation_types::list::list(app, actor, Some(true), WHOLE).await.or_trouble(visitor)?;
    let people = with_named(app, visitor, offered(app, visitor).await?, &escalation.setting).await?;
    let again = |form: Sent| sent.as_ref().filter(|(sent, _)| *sent == form).map(|(_, typed)| typed.clone());
    Ok(TermsPage {
        appeals: again(Sent::Appeals).unwrap_or_else(|| appeal_fields(&appeals)),
        escalation: again(Sent::Escalation).unwrap_or_else(|| escalation_fields(&escalation.setting, escalation.version, &people)),
        calendar: again(Sent::Calendar).unwrap_or_else(|| calendar_fields(&calendar.setting, calendar.version)),
        may_write: actor.may_everywhere(Action::PolicyWrite).is_ok(),
        roles: Role::ALL.iter().map(|role| Choice::new(role, f.role(*role))).collect(),
        people: people.into_iter().map(|(_, username, name)| Choice::new(username, name)).collect(),
        units: units(app, visitor).await?,
        classes: ViolationClass::ALL.iter().map(|class| Choice::new(class, class.as_str())).collect(),
        types: types
            .items
            .iter()
            .map(|entry| {
                Choice::new(&entry.rules.code, format!("{} {}", entry.rules.class, f.t(&entry.rules.name_en, &entry.rules.name_zh)))
            })
            .collect(),
        sanctions: SanctionKind::ALL.iter().map(|kind| Choice::new(kind, f.sanction(*kind))).collect(),
        weekdays: Weekday::ALL.iter().map(|day| Choice::new(day, weekday(&f, *day))).collect(),
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, at.get("done"), None).await?)
}

/// The answer to a form: on, or once more with what is wrong.
async fn answer(app: &App, form: &Form, which: Sent, set: Done<()>) -> Result<HttpResponse, Trouble> {
    match set {
        Ok(()) => Ok(go("/decisions/terms?done=saved")),
        Err(error) => {
            let refusal: Refusal = mendable(&form.visitor, error)?;
            let typed = form.typed.clone().refused(&form.visitor.frame, &refusal);
            render_as(HttpResponse::BadRequest(), &page(app, &form.visitor, "", Some((which, typed))).await?)
        }
    }
}

fn read_appeals(typed: &Typed) -> Refused<AppealTerms> {
    let mut from = Reading::of(typed);
    let terms = AppealTerms {
        days_to_appeal: from.needed_number("days_to_appeal"),
        days_to_decide: from.needed_number("days_to_decide"),
        second_instance: from.yes("second_instance"),
        days_to_second: from.needed_number("days_to_second"),
    };
    from.finish().map(|()| terms)
}

fn seen(form: &Form) -> i32 {
    form.typed.get("version").parse().unwrap_or(-1)
}

async fn set_appeals(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let set = match read_appeals(&form.typed) {
        Ok(terms) => settings::change::appeal_terms(&app, form.visitor.actor(), seen(&form), terms).await.map(drop),
        Err(refusal) => Err(refusal.into()),
    };
    answer(&app, &form, Sent::Appeals, set).await
}

async fn set_escalation(app: web::Data<App>, mut form: Form) -> Result<HttpResponse, Trouble> {
    form.visitor.actor().may_everywhere(Action::PolicyWrite).or_trouble(&form.visitor)?;
    if form.typed.change_rows() {
        return render(&page(&app, &form.visitor, "", Some((Sent::Escalation, form.typed))).await?);
    }
    close_up_escalation(&mut form.typed);
    let people = with_typed(&app, &form.visitor, offered(&app, &form.visitor).await?, &form.typed).await?;
    let set = match read_escalation(&form.typed, &people) {
        Ok(policy) => settings::change::escalation_policy(&app, form.visitor.actor(), seen(&form), policy).await.map(drop),
        Err(refusal) => Err(refusal.into()),
    };
    let set = set.map_err(|error| match error {
        Error::Refused(refusal) => by_field(refusal, &people).into(),
        other => other,
    });
    answer(&app, &form, Sent::Escalation, set).await
}

async fn set_calendar(app: web::Data<App>, mut form: Form) -> Result<HttpResponse, Trouble> {
    form.visitor.actor().may_everywhere(Action::PolicyWrite).or_trouble(&form.visitor)?;
    if form.typed.change_rows() {
        return render(&page(&app, &form.visitor, "", Some((Sent::Calendar, form.typed))).await?);
    }
    close_up_calendar(&mut form.typed);
    let set = match read_calendar(&form.typed) {
        Ok(input) => settings::change::calendar(&app, form.visitor.actor(), seen(&form), input).await.map(drop),
        Err(refusal) => Err(refusal.into()),
    };
    answer(&app, &form, Sent::Calendar, set).await
}
