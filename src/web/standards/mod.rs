//! What the centre measures by: scorecards, the catalogue of violations, what they cost, and what a pass is.

pub mod compare;
pub mod editor;
pub mod editor_fields;
pub mod fine_fields;
pub mod fine_policy;
pub mod pass_policy;
pub mod scorecards;
pub mod violation_types;

use actix_web::web;

use crate::domain::page::PageRequest;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    scorecards::routes(config);
    compare::routes(config);
    editor::routes(config);
    violation_types::routes(config);
    fine_policy::routes(config);
    pass_policy::routes(config);
}

/// Everything in one page, for lists that are never long.
const WHOLE: PageRequest = PageRequest { limit: 10_000, after: None };
