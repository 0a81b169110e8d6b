//! How far the inspectors are in a month, and who replaced how many samples.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::period::Period;
use crate::usecases::samples::progress::{InspectorProgress, ProgressFilter};
use crate::usecases::samples::replacements::ReplacementCount;
use crate::usecases::{organisation, samples};
use crate::web::address::{Address, sort_rows};
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::OrTrouble;
use crate::web::trouble::Trouble;
use crate::web::words::month_after;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/sampling/progress", web::get().to(show));
}

#[derive(Template)]
#[template(path = "sampling/progress.html")]
struct ProgressPage {
    f: Frame,
    at: Address,
    period: Period,
    before: Period,
    /// The next month, where it has begun.
    after: Option<Period>,
    done: i64,
    waiting: i64,
    overdue: i64,
    unassigned: i64,
    inspectors: Vec<InspectorProgress>,
    replacements: Vec<ReplacementCount>,
}

async fn show(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let actor = visitor.actor();
    let period = match at.read::<Period>("period") {
        Some(period) => period,
        None => latest_with_samples(&app, &visitor).await?,
    };
    let now = organisation::period::current(&app).await.or_trouble(&visitor)?;
    let filter = ProgressFilter { draw_id: None, period: Some(period) };
    let mut inspectors = samples::progress::progress(&app, actor, filter).await.or_trouble(&visitor)?;
    let replacements = match actor.may_everywhere(crate::domain::access::Action::SamplingRead) {
        Ok(()) => samples::replacements::replacements(&app, actor, period).await.or_trouble(&visitor)?,
        Err(_) => Vec::new(),
    };
    match at.order("name") {
        ("done", down) => sort_rows(&mut inspectors, down, |one| one.done),
        ("waiting", down) => sort_rows(&mut inspectors, down, |one| one.waiting),
        ("overdue", down) => sort_rows(&mut inspectors, down, |one| one.overdue),
        (_, true) => inspectors.reverse(),
        (_, false) => {}
    }
    let sum = |of: fn(&InspectorProgress) -> i64| inspectors.iter().map(of).fold(0, i64::saturating_add);
    render(&ProgressPage {
        period,
        before: period.previous(),
        after: month_after(period, now),
        done: sum(|one| one.done),
        waiting: sum(|one| one.waiting),
        overdue: sum(|one| one.overdue),
        unassigned: inspectors.iter().filter(|one| one.inspector_id.is_none()).map(|one| one.waiting).fold(0, i64::saturating_add),
        inspectors,
        replacements,
        at,
        f: visitor.frame.clone(),
    })
}

/// This month where it has samples, else the month before: early in a month the work is still last month's.
async fn latest_with_samples(app: &App, visitor: &Visitor) -> Result<Period, Trouble> {
    let current = organisation::period::current(app).await.or_trouble(visitor)?;
    let filter = ProgressFilter { draw_id: None, period: Some(current) };
    let found = samples::progress::progress(app, visitor.actor(), filter).await.or_trouble(visitor)?;
    Ok(if found.is_empty() { current.previous() } else { current })
}
