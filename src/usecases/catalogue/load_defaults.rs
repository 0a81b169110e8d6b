//! Loads what a new centre starts with from `seed/`: the violation catalogue, the scorecards, published, and the first policies.

use crate::db::pass_policies::PassPolicyRow;
use crate::db::violation_types::ViolationTypeRow;
use crate::db::{self, Result, Tx};
use crate::domain::defaults;
use crate::domain::fine_policy::FineTerms;
use crate::domain::page::PageRequest;
use crate::usecases::fine_policies;
use crate::usecases::scorecards::create::NewScorecard;
use crate::usecases::scorecards::{create, publish};

/// Stores what is not there yet; what somebody has changed since stays as it is, so that it can be run again.
///
/// # Errors
/// What the database says.
pub fn load_defaults(tx: &mut Tx<'_>) -> Result<()> {
    let known = db::violation_types::all(tx.conn)?;
    for rules in defaults::catalogue()?.iter().filter(|it| !known.contains_key(&it.code)) {
        let row = ViolationTypeRow::of(tx.id(), 1, rules);
        db::violation_types::insert(tx, &row)?;
        tx.audit_new("violation_type.created", ("violation_type", &row.id), rules)?;
    }
    for file in defaults::scorecards()? {
        if db::scorecards::by_code(tx.conn, &file.code)?.is_none() {
            let new = NewScorecard { code: file.code, name_zh: file.name_zh, name_en: file.name_en, content: file.content };
            let scorecard = create::store(tx, &create::checked(new)?)?;
            publish::store(tx, scorecard.id, 1, 1)?;
        }
    }
    if db::pass_policies::all(tx.conn)?.is_empty() {
        let policy = defaults::pass_policy()?;
        let row = PassPolicyRow { id: tx.id(), number: 1, policy, created_by: None, created_at: tx.now };
        db::pass_policies::insert(tx, &row)?;
        tx.audit_new("pass_policy.created", ("pass_policy", &row.id), &policy)?;
    }
    if db::fine_policies::page(tx.conn, &PageRequest { limit: 1, after: None })?.items.is_empty() {
        let currency = db::organisation::load(tx.conn)?.currency;
        fine_policies::create::store(tx, FineTerms { currency, ..defaults::fine_policy()? })?;
    }
    Ok(())
}
