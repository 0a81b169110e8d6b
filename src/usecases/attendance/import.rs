//! Brings worked days in from a CSV table.

use super::record;
use crate::app::App;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::attendance::{AttendanceLine, COLUMNS};
use crate::domain::csv_table::LineFault;
use crate::domain::id::AgentId;
use crate::domain::line_report::{LineOutcome, LineReport};
use crate::usecases::line_import::{self, CHUNK, Row, Upload};

/// Stores the worked days of `attendance.csv`, one line for each agent and period. Refused lines do not hinder the others.
///
/// # Permissions
/// `attendance.write`; each agent must be within reach.
///
/// # Errors
/// `Invalid` where the header does not fit.
pub async fn import(app: &App, actor: &Actor, upload: Upload) -> Result<LineReport> {
    let reach = actor.reach(Action::AttendanceWrite)?;
    let key = |line: &AttendanceLine| ("employee_no", format!("{} in {}", line.employee_no, line.period));
    let (rows, report) = line_import::rows(app, upload, &COLUMNS, AttendanceLine::of_line, key).await?;
    let plan = move |conn: &mut AnyConnection, rows: &[Row<AttendanceLine>], report: &mut LineReport| plan(conn, &reach, rows, report);
    line_import::store(app, actor, rows, report, CHUNK, plan, apply).await
}

/// An agent, what was recorded, and the line.
type Step = (AgentId, Option<i32>, AttendanceLine);

fn plan(conn: &mut AnyConnection, reach: &Reach, rows: &[Row<AttendanceLine>], report: &mut LineReport) -> Result<Vec<Step>> {
    let numbers: Vec<String> = rows.iter().map(|row| row.value.employee_no.clone()).collect();
    let agents = db::agents::with_numbers(conn, &numbers)?;
    let ids: Vec<AgentId> = agents.values().map(|agent| agent.id).collect();
    let within = db::agents::ids_within(conn, reach, &ids)?;
    let recorded = db::attendance::of_agents(conn, &ids)?;
    let frozen = db::periods::frozen(conn)?;
    let mut steps = Vec::new();
    for row in rows {
        let line = &row.value;
        let Some(agent) = agents.get(&line.employee_no).filter(|agent| within.contains(&agent.id)) else {
            let message = format!("there is no agent `{}` within your reach", line.employee_no);
            report.refuse(LineFault::from_refusal(row.line, Refusal::invalid("employee_no", message)));
            continue;
        };
        let before = recorded.get(&(agent.id, line.period)).copied();
        let outcome = match before {
            None => LineOutcome::Inserted,
            Some(before) => line_import::outcome(&[("worked_days", before != i32::from(line.worked_days))]),
        };
        if outcome != LineOutcome::Unchanged
            && let Err(refusal) = record::check_open(line.period, frozen)
        {
            report.refuse(LineFault::from_refusal(row.line, Refusal::invalid("period", refusal.message)));
            continue;
        }
        report.note(row.line, &format!("{} {}", line.employee_no, line.period), outcome);
        steps.push((agent.id, before, line.clone()));
    }
    Ok(steps)
}

fn apply(tx: &mut Tx<'_>, (agent, before, line): Step) -> Result<()> {
    record::store(tx, agent, line.period, before, line.worked_days).map(drop)
}
