//! Lists draws.

use super::DrawLine;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::page::{Page, PageRequest};
use crate::usecases::sampling_plans::may_read;

pub use crate::db::draws::DrawFilter;

/// The draws, the latest first.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `Invalid` on a cursor of another list.
pub async fn list(app: &App, actor: &Actor, filter: DrawFilter, page: PageRequest) -> Result<Page<DrawLine>> {
    may_read(actor)?;
    app.read(move |conn| Ok(db::draws::page(conn, &filter, &page)?.map(DrawLine::of))).await
}
