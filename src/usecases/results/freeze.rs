//! Freezes the results of a period when it is closed: [`frozen`] once, on one state of the database, then [`store`] in bounded parts.

use chrono::{DateTime, Utc};

use super::compute;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::period::{Period, local_day};
use crate::domain::results::report::{AgentReport, UnitResult};

/// How many results are stored in one transaction.
const AT_A_TIME: usize = 2_000;

/// A part of a period's frozen results.
#[derive(Debug, Clone)]
pub enum FrozenPart {
    /// Of agents, with the evaluations that they rest on.
    Agents(Vec<AgentReport>),
    /// Of teams, vendors and the centre.
    Units(Vec<UnitResult>),
}

/// All results of a period as they are now, in parts that one transaction each can store. While the period is being closed nothing that
/// they rest on changes.
///
/// # Errors
/// `Conflict` with code `no_pass_policy`; else what the database says.
pub fn frozen(conn: &mut AnyConnection, period: Period, now: DateTime<Utc>) -> Result<Vec<FrozenPart>> {
    let today = local_day(now, db::organisation::load(conn)?.zone);
    let results = compute::everything_of(conn, period, today)?;
    let mut rests_on = db::results::rests_on(conn, period, None)?;
    let report = |mut result: crate::domain::results::report::AgentResult| {
        result.frozen = true;
        let rests_on = rests_on.remove(&result.agent_id).unwrap_or_default();
        AgentReport { result, rests_on }
    };
    let agents: Vec<AgentReport> = results.agents.into_iter().map(report).collect();
    let units: Vec<UnitResult> = results
        .teams
        .into_iter()
        .chain(results.vendors)
        .chain([results.centre])
        .map(|result| UnitResult { frozen: true, ..result })
        .collect();
    let of_agents = agents.chunks(AT_A_TIME).map(|part| FrozenPart::Agents(part.to_vec()));
    let of_units = units.chunks(AT_A_TIME).map(|part| FrozenPart::Units(part.to_vec()));
    Ok(of_agents.chain(of_units).collect())
}

/// Stores one part.
///
/// # Errors
/// What the database says, among it a part that is stored already.
pub fn store(tx: &mut Tx<'_>, part: &FrozenPart) -> Result<()> {
    match part {
        FrozenPart::Agents(reports) => reports.iter().try_for_each(|report| db::results::freeze_agent(tx, report)),
        FrozenPart::Units(results) => results.iter().try_for_each(|result| db::results::freeze_unit(tx, result)),
    }
}
