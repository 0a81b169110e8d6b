//! Lists samples.

use super::{Look, Sample};
use crate::app::App;
use crate::db::Result;
use crate::db::views::samples::page;
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};

pub use crate::db::views::samples::SampleFilter;

/// The samples, the earliest due first: inspectors see their own, QA managers those in reach.
///
/// # Permissions
/// `sampling.read`.
///
/// # Errors
/// `Forbidden`; `Invalid` on a cursor of another list.
pub async fn list(app: &App, actor: &Actor, filter: SampleFilter, request: PageRequest) -> Result<Page<Sample>> {
    let reach = actor.reach(Action::SamplingRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let look = Look::new(conn, &reach, now)?;
        Ok(page(conn, &reach, &filter, now, &request)?.map(|listed| Sample::of(listed, look)))
    })
    .await
}
