//! Freezes the results of a period when it is closed.

use super::compute::{PeriodResults, everything_of};
use crate::db::{self, Result, Tx};
use crate::domain::period::{Period, local_day};
use crate::domain::results::report::{AgentReport, UnitResult};

/// Stores all results of a period as they are now, for ever. Part of closing the period, in the same transaction.
///
/// # Errors
/// `Conflict` with code `no_pass_policy`; else what the database says, among it a period that is frozen already.
pub fn freeze(tx: &mut Tx<'_>, period: Period) -> Result<PeriodResults> {
    let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
    let mut results = everything_of(tx.conn, period, today)?;
    results.agents.iter_mut().for_each(|result| result.frozen = true);
    let units = results.teams.iter_mut().chain(&mut results.vendors).chain([&mut results.centre]);
    units.for_each(|result: &mut UnitResult| result.frozen = true);
    let mut rests_on = db::results::rests_on(tx.conn, period, None)?;
    for result in &results.agents {
        let report = AgentReport { result: result.clone(), rests_on: rests_on.remove(&result.agent_id).unwrap_or_default() };
        db::results::freeze_agent(tx, &report)?;
    }
    for unit in results.teams.iter().chain(&results.vendors).chain([&results.centre]) {
        db::results::freeze_unit(tx, unit)?;
    }
    Ok(results)
}
