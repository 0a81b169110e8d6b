//! Posts a line by hand: a reward, operating breaches, or an adjustment, with a reason.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::ledger::{LedgerEntry, Poster};
use crate::domain::manual_entry::{self, ManualEntryInput, ManualFacts};

/// Adds the line to the open period. A repeat under the same `Idempotency-Key` adds nothing.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field at fault; `Busy` while the period is being closed; `Conflict` with code `no_fine_policy`.
pub async fn post_manual(app: &App, actor: &Actor, input: ManualEntryInput) -> Result<LedgerEntry> {
    let reach = actor.reach(Action::LedgerWrite)?;
    app.write_once(actor, "ledger.post", &input.clone(), move |tx| {
        if !db::ledger::agent_is_within(tx.conn, &reach, input.agent_id)? {
            return Err(Refusal::invalid("agent_id", format!("there is no agent {} within your reach", input.agent_id)).into());
        }
        let current = db::organisation::load(tx.conn)?.period_of(tx.now)?;
        let origin_period = input.period.unwrap_or(current);
        if origin_period > current {
            return Err(Refusal::invalid("period", format!("has not begun; use {current} or earlier")).into());
        }
        let original = match input.original_id {
            None => None,
            Some(id) => match db::ledger::find(tx.conn, &reach, id)? {
                None => return Err(Refusal::invalid("original_id", format!("there is no ledger entry {id} within your reach")).into()),
                found => found,
            },
        };
        let posting_period = db::periods::posting(tx, origin_period)?;
        let policy = db::fine_policies::in_force(tx.conn, origin_period)?;
        let facts = ManualFacts {
            origin_period,
            posting_period,
            terms: &policy.terms,
            policy_version: policy.version,
            original: original.as_ref(),
        };
        let mut next_id = || tx.id();
        let mut poster = Poster { at: tx.now, by: tx.actor.user, next_id: &mut next_id };
        let entry = manual_entry::decide(&input, &facts, &mut poster)?;
        db::ledger::insert(tx, &entry)?;
        tx.audit("ledger.posted", ("ledger_entry", &entry.id), None::<&()>, Some(&entry), entry.reason.as_deref())?;
        Ok(entry)
    })
    .await
}
