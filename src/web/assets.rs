//! Style sheets, scripts and pictures, built into the program. Their addresses carry a digest of their content, so browsers keep them for ever.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Every asset. In alphabetical order.
const ASSETS: &[Asset] = &[
    Asset { name: "app.css", media_type: CSS, bytes: include_bytes!("assets/app.css") },
    Asset { name: "app.js", media_type: JS, bytes: include_bytes!("assets/app.js") },
    Asset { name: "grade.js", media_type: JS, bytes: include_bytes!("assets/grade.js") },
    Asset { name: "hear.js", media_type: JS, bytes: include_bytes!("assets/hear.js") },
    Asset { name: "listen.js", media_type: JS, bytes: include_bytes!("assets/listen.js") },
    Asset { name: "logo.svg", media_type: "image/svg+xml", bytes: include_bytes!("assets/logo.svg") },
    Asset { name: "manage.css", media_type: CSS, bytes: include_bytes!("assets/manage.css") },
    Asset { name: "player.js", media_type: JS, bytes: include_bytes!("assets/player.js") },
    Asset { name: "progress.js", media_type: JS, bytes: include_bytes!("assets/progress.js") },
    Asset { name: "rows.js", media_type: JS, bytes: include_bytes!("assets/rows.js") },
];

/// One digest over all of them: a module may import another by a relative address, which then carries the digest too.
static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update(asset.name);
        hash.update(asset.bytes);
    }
    hex::encode(hash.finalize()).chars().take(12).collect()
});

/// The address of an asset.
pub fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *DIGEST)
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/assets/{digest}/{name}", web::get().to(serve));
}

async fn serve(path: web::Path<(String, String)>) -> HttpResponse {
    let (digest, name) = path.into_inner();
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let keep = if digest == *DIGEST { "public, max-age=31536000, immutable" } else { "no-cache" };
            HttpResponse::Ok().insert_header((CONTENT_TYPE, asset.media_type)).insert_header((CACHE_CONTROL, keep)).body(asset.bytes)
        }
        None => HttpResponse::NotFound().body("no such asset\n"),
    }
}
