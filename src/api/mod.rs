//! The REST API under `/api/v1`: one file per noun, request and response types and thin handlers.
//!
//! Each handler parses into domain types, calls one use case, and turns its answer into a response. The use case asks for permission.

pub mod agents;
pub mod appeals;
pub mod attendance;
pub mod audit;
pub mod breaches;
pub mod calibrations;
pub mod complaints;
pub mod conversations;
pub mod draws;
pub mod escalations;
pub mod evaluations;
pub mod fine_lists;
pub mod fine_policies;
pub mod follow_ups;
pub mod ledger;
pub mod mail_preferences;
pub mod me;
pub mod outbox;
pub mod pass_policies;
pub mod periods;
pub mod queue;
pub mod regrades;
pub mod results;
pub mod routes;
pub mod samples;
pub mod sampling_plans;
pub mod scorecards;
pub mod settings;
pub mod teams;
pub mod tokens;
pub mod users;
pub mod vendors;
pub mod violation_types;
pub mod violations;
pub mod webhooks;

#[cfg(debug_assertions)]
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
#[cfg(debug_assertions)]
use utoipa::openapi::{Ref, RefOr};
use utoipa::{Modify, OpenApi};

use self::routes::Routes;

/// Adds every route to the application and to its OpenAPI document: first those that inspectors call all day, as a request is held against one
/// route after another; then in alphabetical order.
pub fn routes(config: &mut Routes<'_>) {
    queue::routes(config);
    samples::routes(config);
    evaluations::routes(config);

    agents::routes(config);
    appeals::routes(config);
    attendance::routes(config);
    audit::routes(config);
    breaches::routes(config);
    calibrations::routes(config);
    complaints::routes(config);
    conversations::routes(config);
    draws::routes(config);
    escalations::routes(config);
    fine_lists::routes(config);
    fine_policies::routes(config);
    follow_ups::routes(config);
    ledger::routes(config);
    mail_preferences::routes(config);
    me::routes(config);
    outbox::routes(config);
    pass_policies::routes(config);
    periods::routes(config);
    regrades::routes(config);
    results::routes(config);
    sampling_plans::routes(config);
    scorecards::routes(config);
    settings::routes(config);
    teams::routes(config);
    tokens::routes(config);
    users::routes(config);
    vendors::routes(config);
    violation_types::routes(config);
    violations::routes(config);
    webhooks::routes(config);
}

/// What the OpenAPI document says beside the routes.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Assay",
        description = "Quality inspection (质检) for customer-service centres: people, conversations, sampling, grading, results, fines.\n\n\
                       Times are RFC 3339, money is in the currency's minor unit, lists page by cursor. Errors are RFC 9457 problem documents.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    components(schemas(crate::http::problem::ProblemDocument)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
pub struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        components.add_security_scheme("bearer", scheme);
    }
}

/// The OpenAPI document of the routes.
#[cfg(debug_assertions)]
pub fn described() -> utoipa::openapi::OpenApi {
    let mut below = utoipa::openapi::OpenApiBuilder::new().build();
    routes(&mut Routes::described_in(&mut below));
    with_refusals(Document::openapi().nest("/api/v1", below))
}

/// Adds to every operation what all of them have in common: 401 without a valid token, and a problem document for every other refusal and
/// failure, whatever its status.
#[cfg(debug_assertions)]
fn with_refusals(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let problem = |description: &str| {
        let content = utoipa::openapi::Content::new(Some(Ref::from_schema_name("ProblemDocument")));
        RefOr::T(ResponseBuilder::new().description(description).content("application/problem+json", content).build())
    };
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.head, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            responses.entry("401".to_owned()).or_insert_with(|| problem("No valid token"));
            responses.entry("default".to_owned()).or_insert_with(|| problem("Refused, with what would be right; or a failure of ours"));
        }
    }
    document
}
