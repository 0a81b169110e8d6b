//! The list of routes is read twice: by each worker that serves them, and for the document that describes them.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
#[cfg(debug_assertions)]
use utoipa::openapi::{Components, OpenApi};
use utoipa_actix_web::OpenApiFactory;

/// What the routes of the API are added to. A worker builds no description of what it serves: that would cost each of them megabytes.
pub struct Routes<'a>(Purpose<'a>);

enum Purpose<'a> {
    Serve(&'a mut ServiceConfig),
    #[cfg(debug_assertions)]
    Describe(&'a mut OpenApi),
}

impl<'a> Routes<'a> {
    /// To serve them.
    pub fn served_by(config: &'a mut ServiceConfig) -> Self {
        Self(Purpose::Serve(config))
    }

    /// To describe them; paths are added as they stand below `/api/v1`.
    #[cfg(debug_assertions)]
    pub fn described_in(document: &'a mut OpenApi) -> Self {
        Self(Purpose::Describe(document))
    }

    /// Adds a handler.
    pub fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, handler: F) -> &mut Self {
        match &mut self.0 {
            Purpose::Serve(config) => {
                config.service(handler);
            }
            #[cfg(debug_assertions)]
            Purpose::Describe(document) => {
                let mut schemas = Vec::new();
                handler.schemas(&mut schemas);
                document.components.get_or_insert_with(Components::default).schemas.extend(schemas);
                document.paths.merge(handler.paths());
            }
        }
        self
    }
}
