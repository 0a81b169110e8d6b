//! Records the days that an agent worked in a period.

use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::attendance::{Attendance, AttendanceInput, WorkedDays};
use crate::domain::id::AgentId;
use crate::domain::period::Period;
use crate::domain::{Refusal, Refused};

/// Stores the worked days in place of what was recorded before.
///
/// # Permissions
/// `attendance.write`, within reach.
///
/// # Errors
/// `NotFound`; `Invalid` on `worked_days`; `Conflict` with code `period_closed`.
pub async fn record(app: &App, actor: &Actor, agent: AgentId, period: Period, input: AttendanceInput) -> Result<Attendance> {
    let reach = actor.reach(Action::AttendanceWrite)?;
    let days = WorkedDays::new(input.worked_days, period)?;
    app.write(actor, move |tx| {
        db::agents::find(tx.conn, agent, &reach)?;
        let before = db::attendance::find(tx.conn, agent, period)?;
        if before != Some(i32::from(days)) {
            check_open(period, db::periods::frozen(tx.conn)?)?;
        }
        store(tx, agent, period, before, days)
    })
    .await
}

/// Refuses to change what a closed period was computed from (handbook 3.7).
pub(super) fn check_open(period: Period, frozen: Option<Period>) -> Refused<()> {
    if frozen.is_some_and(|last| period <= last) {
        return Err(Refusal::conflict("period_closed", format!("the period {period} is closed; its worked days stay as they are")));
    }
    Ok(())
}

/// Stores worked days with their audit line, within a transaction; nothing where they are known.
pub(super) fn store(tx: &mut Tx<'_>, agent_id: AgentId, period: Period, before: Option<i32>, days: WorkedDays) -> Result<Attendance> {
    let worked_days = i32::from(days);
    if before != Some(worked_days) {
        db::attendance::store(tx, agent_id, period, days)?;
        let object = format!("{agent_id}/{period}");
        tx.audit("attendance.recorded", ("attendance", &object), before.as_ref(), Some(&worked_days), None)?;
    }
    Ok(Attendance { agent_id, period, worked_days, recorded_at: tx.now })
}
