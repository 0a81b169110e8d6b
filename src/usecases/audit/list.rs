//! Searches the audit log.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::audit::{AuditEntry, AuditFilter};
use crate::domain::page::{Page, PageRequest};

/// A page of the lines that fit, the latest first.
///
/// # Permissions
/// `audit.read` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, filter: AuditFilter, page: PageRequest) -> Result<Page<AuditEntry>> {
    actor.may_everywhere(Action::AuditRead)?;
    app.read(move |conn| db::audit::page(conn, &filter, &page)).await
}
