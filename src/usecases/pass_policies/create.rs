//! Makes a new version of the pass policy.

use super::PassPolicyVersion;
use crate::app::App;
use crate::db::pass_policies::PassPolicyRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::pass_policy::PassPolicy;

/// Makes a new version of the pass policy.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults, among them a first period that is over or closed.
pub async fn create(app: &App, actor: &Actor, command: PassPolicy) -> Result<PassPolicyVersion> {
    actor.may_everywhere(Action::PolicyWrite)?;
    app.write_once(actor, "pass_policies.create", &command, move |tx| {
        let current = db::organisation::load(tx.conn)?.period_of(tx.now)?;
        let newest = db::pass_policies::all(tx.conn)?.first().map(|row| row.number);
        let policy = command.checked(current, db::periods::last_closed(tx.conn)?, newest.is_none())?;
        let row = PassPolicyRow {
            id: tx.id(),
            number: newest.unwrap_or(0).saturating_add(1),
            policy,
            created_by: tx.actor.user,
            created_at: tx.now,
        };
        db::pass_policies::insert(tx, &row)?;
        tx.audit_new("pass_policy.created", ("pass_policy", &row.id), &policy)?;
        Ok(row.into())
    })
    .await
}
