//! Shows a setting.

use super::Set;
use crate::app::App;
use crate::db::Result;
use crate::db::settings::{Setting, load};
use crate::domain::access::Actor;

/// What is set now; the default where nobody has set it yet.
///
/// # Errors
/// `Forbidden`.
pub async fn show<S: Setting + Send + 'static>(app: &App, actor: &Actor) -> Result<Set<S>> {
    actor.may(S::READ)?;
    app.read(|conn| load::<S>(conn).map(|(setting, version)| Set { setting, version })).await
}
