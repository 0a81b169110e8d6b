//! A refused request leaves no trace but this: its line in the audit log.

use serde_json::json;

use crate::app::App;
use crate::db::Result;
use crate::domain::access::Actor;

/// Writes the audit line of a refused request: the method and path, the code, and who asked.
///
/// # Errors
/// What the database says.
pub async fn note_refusal(app: &App, actor: &Actor, method: &str, path: &str, code: &'static str, status: u16) -> Result<()> {
    let details = json!({ "method": method, "code": code, "status": status });
    let path = path.chars().take(500).collect::<String>();
    app.write(actor, move |tx| tx.audit_event("request.refused", ("request", &path), &details)).await
}
