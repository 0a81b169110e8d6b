//! Makes a new version of the fine policy.

use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::fine_policy::{FinePolicy, FineTerms, PolicyFacts};

/// Stores a version that is in force from its first period on. The past cannot be changed.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field at fault.
pub async fn create(app: &App, actor: &Actor, terms: FineTerms) -> Result<FinePolicy> {
    actor.may_everywhere(Action::PolicyWrite)?;
    app.write_once(actor, "fine_policies.create", &terms.clone(), move |tx| store(tx, terms.clone())).await
}

/// The same inside a transaction that sets up a centre.
///
/// # Errors
/// Those of [`create`], but for permission, which the caller has asked for.
pub fn store(tx: &mut Tx<'_>, terms: FineTerms) -> Result<FinePolicy> {
    let facts = PolicyFacts {
        last_closed: db::periods::closing(tx.conn)?.or(db::periods::last_closed(tx.conn)?),
        last_charged: db::fine_policies::last_charged(tx.conn)?,
        currency: db::organisation::load(tx.conn)?.currency,
        violation_types: db::fine_policies::violation_type_codes(tx.conn)?,
    };
    let policy = db::fine_policies::insert(tx, &terms.checked(&facts)?)?;
    tx.audit_new("fine_policy.created", ("fine_policy", &policy.id), &policy)?;
    Ok(policy)
}
