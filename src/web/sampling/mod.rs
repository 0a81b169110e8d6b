//! What a QA manager does about sampling: plans, draws, samples, and how far the inspectors are.

pub mod drawing;
pub mod draws;
pub mod plan_fields;
pub mod plan_form;
pub mod plans;
pub mod progress;
pub mod samples;

use actix_web::web;

use super::pieces::Choice;
use crate::app::App;
use crate::domain::access::{Actor, Role};
use crate::domain::page::PageRequest;
use crate::domain::user::UserFilter;
use crate::usecases::{Result, users};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    // `new` before any id.
    plan_form::routes(config);
    plans::routes(config);
    drawing::routes(config);
    draws::routes(config);
    samples::routes(config);
    progress::routes(config);
}

/// Everything in one page, for lists that are never long.
pub(super) const WHOLE: PageRequest = PageRequest { limit: 10_000, after: None };

/// Those who can grade, for choosing an inspector.
pub(super) async fn inspectors(app: &App, actor: &Actor) -> Result<Vec<Choice>> {
    let mut choices = Vec::new();
    for role in [Role::Inspector, Role::QaManager] {
        let filter = UserFilter { role: Some(role), active: Some(true), ..UserFilter::default() };
        for user in users::list::list(app, actor, filter, WHOLE).await?.items {
            let choice = Choice::new(user.id, format!("{} ({})", user.name, user.username));
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        }
    }
    Ok(choices)
}
