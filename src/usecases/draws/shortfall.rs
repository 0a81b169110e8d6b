//! Says for whom and why a draw did not meet its quotas.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::id::DrawId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::sampling::shortfall::{Shortfall, shortfalls};
use crate::usecases::sampling_plans::may_read;

/// The shortfall report, by agent. A page holds one or two lines for each of up to `limit` agents.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` on a cursor of another list.
pub async fn shortfall(app: &App, actor: &Actor, id: DrawId, page: PageRequest) -> Result<Page<Shortfall>> {
    may_read(actor)?;
    app.read(move |conn| {
        db::draws::load(conn, id)?;
        let agents = db::draw_agents::short(conn, id, &page)?;
        let items = agents.items.iter().flat_map(|(agent, tally)| shortfalls(*agent, tally)).collect();
        Ok(Page { items, next: agents.next })
    })
    .await
}
