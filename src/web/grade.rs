//! The grading page: the conversation on the left, the scorecard on the right, handed in in one stroke.
//!
//! One page for samples, second gradings and calibration sessions. What they do not share has a file each.

mod calibration;
mod regrade;
mod sample;
mod sheet;
mod view;

use actix_web::{HttpResponse, web};

use super::form::{Form, Typed, again};
use super::page::{Visitor, render_as};
use super::pieces::OrTrouble;
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::catalogue::ViolationType;
use crate::domain::page::PageRequest;
use crate::usecases::{Error, violation_types};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    calibration::routes(config);
    regrade::routes(config);
    sample::routes(config);
}

/// The violations that can be tagged.
async fn types(app: &App, visitor: &Visitor) -> Result<Vec<ViolationType>, Trouble> {
    let all = PageRequest { limit: PageRequest::MAX, after: None };
    let listed = violation_types::list::list(app, visitor.actor(), Some(true), all).await.or_trouble(visitor)?;
    Ok(listed.items.into_iter().map(|entry| entry.rules).collect())
}

/// The page again with what was typed and what is wrong with it; another page where no sheet at all would be taken.
fn refused(form: &Form, error: Error, page: impl FnOnce(Typed) -> view::GradePage) -> Result<HttpResponse, Trouble> {
    match error {
        Error::Refused(refusal) => match again(&refusal) {
            Some(response) => render_as(response, &page(form.typed.clone().refused(&form.visitor.frame, &refusal))),
            None => Err(Trouble::new(form.visitor.frame.clone(), Error::Refused(refusal))),
        },
        other => Err(Trouble::new(form.visitor.frame.clone(), other)),
    }
}

/// Under which name the browser keeps what is typed where the service keeps no draft: nobody else who uses that browser is shown it.
fn kept_for(visitor: &Visitor, kind: &str, id: impl std::fmt::Display) -> String {
    visitor.actor().user.map_or_else(|| format!("{kind}:{id}"), |user| format!("{kind}:{id}:{user}"))
}
