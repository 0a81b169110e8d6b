//! Brings operating breaches in from a CSV table.

use super::record;
use crate::app::App;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::breach::BreachInput;
use crate::domain::complaint::parse_day;
use crate::domain::csv_table::{Columns, Line, LineFault};
use crate::domain::id::AgentId;
use crate::domain::line_report::{LineOutcome, LineReport};
use crate::domain::period::local_day;
use crate::domain::{Refusal, Refused};
use crate::usecases::line_import::{self, CHUNK, Row, Upload};

/// The columns of `breaches.csv`; once where `occurrences` is empty.
pub const COLUMNS: Columns =
    Columns { required: &["reference", "employee_no", "occurred_on", "text"], optional: &["occurrences"], prefix: None };

fn of_line(line: &Line) -> Refused<(String, BreachInput)> {
    let occurrences = match line.filled("occurrences") {
        None => 1,
        Some(text) => text.parse().map_err(|_| Refusal::invalid("occurrences", format!("`{text}` is not a whole number above 0")))?,
    };
    let input = BreachInput {
        reference: line.cell("reference").to_owned(),
        // Looked up by its number when the chunk is planned.
        agent_id: AgentId(uuid::Uuid::nil()),
        occurred_on: parse_day(line.cell("occurred_on"))?,
        occurrences,
        text: line.cell("text").to_owned(),
    };
    Ok((line.cell("employee_no").to_owned(), input))
}

/// Stores the breaches of a table, known by their references. A breach that is there already stays as it is, so the same table twice changes
/// nothing; refused lines do not hinder the others.
///
/// # Errors
/// `Forbidden`; `Invalid` where the header does not fit.
pub async fn import(app: &App, actor: &Actor, upload: Upload) -> Result<LineReport> {
    let reach = actor.reach(Action::ComplaintWrite)?;
    let (rows, report) = line_import::rows(app, upload, &COLUMNS, of_line, |(_, input)| ("reference", input.reference.clone())).await?;
    let now = app.clock.now();
    let planned = reach.clone();
    let plan = move |conn: &mut AnyConnection, rows: &[Row<(String, BreachInput)>], report: &mut LineReport| {
        let today = local_day(now, db::organisation::load(conn)?.zone);
        let numbers: Vec<String> = rows.iter().map(|row| row.value.0.clone()).collect();
        let agents = db::agents::with_numbers(conn, &numbers)?;
        let mut steps = Vec::new();
        for row in rows {
            let (number, input) = &row.value;
            let agent = agents.get(number).map(|agent| agent.id);
            let within = match agent {
                Some(agent) => db::ledger::agent_is_within(conn, &planned, agent)?,
                None => false,
            };
            let Some(agent_id) = agent.filter(|_| within) else {
                let refusal = Refusal::invalid("employee_no", format!("there is no agent `{number}` within your reach"));
                report.refuse(LineFault::from_refusal(row.line, refusal));
                continue;
            };
            match (BreachInput { agent_id, ..input.clone() }).checked(today) {
                Err(refusal) => report.refuse(LineFault::from_refusal(row.line, refusal)),
                Ok(checked) if db::breaches::by_reference(conn, &checked.reference)?.is_some() => {
                    report.note(row.line, &checked.reference, LineOutcome::Unchanged);
                }
                Ok(checked) => {
                    report.note(row.line, &checked.reference, LineOutcome::Inserted);
                    steps.push(checked);
                }
            }
        }
        Ok(steps)
    };
    line_import::store(app, actor, rows, report, CHUNK, plan, move |tx, input| record::store(tx, &reach, input).map(drop)).await
}
