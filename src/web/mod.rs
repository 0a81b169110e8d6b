//! The pages: one file per screen, rendered on the server, in Chinese and English.
//!
//! Forms work without script; `assets/*.js` are small ES modules for what needs them. A page calls the same use cases as the API.

pub mod account;
pub mod address;
pub mod agent_result;
pub mod appeal;
pub mod appeals;
pub mod assets;
pub mod background;
pub mod case_link;
pub mod charges;
pub mod conversation;
pub mod decisions;
pub mod escalations;
pub mod evaluation;
pub mod figures;
pub mod findings;
pub mod fine_lists;
pub mod follow_ups;
pub mod form;
pub mod grade;
pub mod hear;
pub mod home;
pub mod imports;
pub mod login;
pub mod manual_entry;
pub mod page;
pub mod people;
pub mod pieces;
pub mod queue;
pub mod reading;
pub mod refusals;
pub mod results;
pub mod sampling;
pub mod scorecard_names;
pub mod standards;
pub mod system;
pub mod trouble;
pub mod upload;
pub mod words;

use actix_web::web;

/// Adds every page to the application.
pub fn routes(config: &mut web::ServiceConfig) {
    account::routes(config);
    agent_result::routes(config);
    appeals::routes(config);
    appeal::routes(config);
    assets::routes(config);
    case_link::routes(config);
    conversation::routes(config);
    decisions::routes(config);
    escalations::routes(config);
    evaluation::routes(config);
    findings::routes(config);
    follow_ups::routes(config);
    fine_lists::routes(config);
    grade::routes(config);
    home::routes(config);
    imports::routes(config);
    login::routes(config);
    manual_entry::routes(config);
    people::routes(config);
    queue::routes(config);
    results::routes(config);
    sampling::routes(config);
    standards::routes(config);
    system::routes(config);
}
