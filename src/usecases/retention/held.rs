//! Shows what is kept beyond its time.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::retention::{Hold, Kept};

/// How many conversations the last run held, by kind and reason.
///
/// # Permissions
/// `retention.read` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn held(app: &App, actor: &Actor) -> Result<Vec<(Kept, Hold, i64)>> {
    actor.may_everywhere(Action::RetentionRead)?;
    app.read(db::retention::held_by_reason).await
}
