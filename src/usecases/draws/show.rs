//! Shows a draw.

use super::Draw;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::id::DrawId;
use crate::usecases::sampling_plans::may_read;

/// One draw, with its seed once it is drawn.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show(app: &App, actor: &Actor, id: DrawId) -> Result<Draw> {
    may_read(actor)?;
    app.read(move |conn| db::draws::load(conn, id).map(Draw::of)).await
}
