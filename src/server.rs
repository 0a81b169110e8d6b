//! The running service: the API, the health of it, its metrics, and an orderly end.

use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use tracing_actix_web::TracingLogger;
use utoipa_swagger_ui::{self as swagger_ui, SwaggerUi};

use crate::api::{self, routes::Routes};
use crate::app::App;
use crate::domain::Refusal;
use crate::http::log::RequestSpan;
use crate::http::refusals::around;
use crate::http::{Problem, path};
use crate::metrics;
use crate::web as web_pages;

/// A service that listens.
pub struct Listening {
    /// Where it listens, with the port that it was given.
    pub address: std::net::SocketAddr,
    /// Runs until it is told to stop, and finishes what it accepted.
    pub server: Server,
}

/// Binds the address of the configuration and makes the service that answers there. Await the server to run it.
///
/// # Errors
/// Where the address cannot be bound.
pub fn listen(app: App) -> std::io::Result<Listening> {
    let http = app.config.http.clone();
    let data = web::Data::new(app);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .app_data(web::PathConfig::default().error_handler(path::refused))
            .service(web::scope("/api/v1").configure(|config| api::routes(&mut Routes::served_by(config))))
            .configure(health)
            .route(DOCUMENT_PATH, web::get().to(document))
            .service(SwaggerUi::new("/api/docs/{_:.*}").config(swagger_ui::Config::from(DOCUMENT_PATH)))
            .configure(web_pages::routes)
            .default_service(web::to(no_such_path))
            .wrap(from_fn(around))
            .wrap(from_fn(metrics::measure))
            .wrap(TracingLogger::<RequestSpan>::new())
    })
    .workers(http.workers)
    .max_connections(http.connections.div_ceil(http.workers))
    .client_request_timeout(Duration::from_secs(http.head_seconds))
    .keep_alive(Duration::from_secs(http.idle_seconds))
    .shutdown_timeout(http.shutdown_seconds)
    .bind((http.bind, http.port))?;
    let address = server.addrs().first().copied().ok_or_else(|| std::io::Error::other("no address was bound"))?;
    Ok(Listening { address, server: server.run() })
}

/// Where the OpenAPI document is.
const DOCUMENT_PATH: &str = "/api/openapi.json";

/// The OpenAPI document as it is checked in.
const DOCUMENT: &str = include_str!("../openapi/openapi.json");

async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT)
}

/// The OpenAPI document of the routes as they are, in pretty JSON with a line break at the end. A test holds the one that is checked in against it.
#[cfg(debug_assertions)]
pub fn openapi_json() -> String {
    let text = api::described().to_pretty_json();
    text.map(|text| text + "\n").unwrap_or_default()
}

/// The OpenAPI document that is checked in: an optimised build does not carry what describes the routes, which is a tenth of its size.
#[cfg(not(debug_assertions))]
pub fn openapi_json() -> String {
    DOCUMENT.to_owned()
}

fn health(config: &mut web::ServiceConfig) {
    config
        .route("/healthz", web::get().to(|| async { HttpResponse::Ok().content_type("text/plain").body("ok\n") }))
        .route("/readyz", web::get().to(ready))
        .route("/metrics", web::get().to(metrics::show));
}

/// Ready when the database answers.
async fn ready(app: web::Data<App>) -> HttpResponse {
    match app.read(|conn| crate::db::organisation::find(conn).map(|o| o.is_some())).await {
        Ok(true) => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        Ok(false) => HttpResponse::ServiceUnavailable().content_type("text/plain").body("the centre is not set up yet; run `assay init`\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().content_type("text/plain").body("the database does not answer\n")
        }
    }
}

async fn no_such_path(request: actix_web::HttpRequest) -> actix_web::Result<HttpResponse> {
    if !request.path().starts_with("/api/") {
        return Ok(web_pages::trouble::no_such_page(request).await?);
    }
    Err(Problem::from(Refusal::not_found("path", request.path())).into())
}
