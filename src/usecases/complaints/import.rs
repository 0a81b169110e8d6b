//! Brings complaints in from a CSV table.

use std::collections::HashMap;

use super::adjudicate;
use super::record;
use crate::app::App;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::agent::Agent;
use crate::domain::appeal::Subject;
use crate::domain::complaint::{Adjudication, ComplaintInput, ComplaintLevel, ComplaintState, parse_line};
use crate::domain::csv_table::{Columns, Line, LineFault};
use crate::domain::id::ComplaintId;
use crate::domain::line_report::{LineOutcome, LineReport};
use crate::domain::period::local_day;
use crate::domain::{Refusal, Refused};
use crate::usecases::line_import::{self, CHUNK, Row, Upload};

/// The columns of `complaints.csv`. A `level` upholds the complaint at once; `source` and `conversation` name the conversation together.
pub const COLUMNS: Columns = Columns {
    required: &["reference", "employee_no", "occurred_on", "text"],
    optional: &["level", "reason", "source", "conversation"],
    prefix: None,
};

#[derive(Clone)]
struct ComplaintLine {
    employee_no: String,
    conversation: Option<(String, String)>,
    reference: String,
    occurred_on: chrono::NaiveDate,
    level: Option<ComplaintLevel>,
    reason: String,
    text: String,
}

fn of_line(line: &Line) -> Refused<ComplaintLine> {
    let (reference, occurred_on, level, text) =
        parse_line(line.cell("reference"), line.cell("occurred_on"), line.filled("level"), line.cell("text"))?;
    let conversation = match (line.filled("source"), line.filled("conversation")) {
        (Some(source), Some(id)) => Some((source.to_owned(), id.to_owned())),
        (None, None) => None,
        _ => return Err(Refusal::invalid("conversation", "needs its source beside it, and the source needs the conversation")),
    };
    let reason = line.filled("reason").unwrap_or("adjudicated before the import").to_owned();
    Ok(ComplaintLine { employee_no: line.cell("employee_no").to_owned(), conversation, reference, occurred_on, level, reason, text })
}

/// What is to be done for one line.
enum Step {
    New(ComplaintInput, Option<Adjudication>),
    Known(ComplaintId, Adjudication),
    Nothing,
}

/// Stores the complaints of a table, known by their references. A complaint that is there already only takes over the level of its line. The
/// same table twice changes nothing; refused lines do not hinder the others.
///
/// # Errors
/// `Forbidden`; `Invalid` where the header does not fit.
pub async fn import(app: &App, actor: &Actor, upload: Upload) -> Result<LineReport> {
    let reach = actor.reach(Action::ComplaintWrite)?;
    let (rows, report) = line_import::rows(app, upload, &COLUMNS, of_line, |line| ("reference", line.reference.clone())).await?;
    let now = app.clock.now();
    let planned = reach.clone();
    let plan = move |conn: &mut AnyConnection, rows: &[Row<ComplaintLine>], report: &mut LineReport| {
        let today = local_day(now, db::organisation::load(conn)?.zone);
        let numbers: Vec<String> = rows.iter().map(|row| row.value.employee_no.clone()).collect();
        let agents = db::agents::with_numbers(conn, &numbers)?;
        let mut steps = Vec::new();
        for row in rows {
            match step(conn, &planned, &agents, today, &row.value) {
                Ok((step, outcome)) => {
                    report.note(row.line, &row.value.reference, outcome);
                    steps.push(step);
                }
                Err(db::Error::Refused(refusal)) => report.refuse(LineFault::from_refusal(row.line, refusal)),
                Err(error) => return Err(error),
            }
        }
        Ok(steps)
    };
    line_import::store(app, actor, rows, report, CHUNK, plan, move |tx, step| apply(tx, &reach, step)).await
}

fn step(
    conn: &mut AnyConnection,
    reach: &Reach,
    agents: &HashMap<String, Agent>,
    today: chrono::NaiveDate,
    line: &ComplaintLine,
) -> Result<(Step, LineOutcome)> {
    let agent = agents
        .get(&line.employee_no)
        .ok_or_else(|| Refusal::invalid("employee_no", format!("there is no agent `{}`; bring the agents in first", line.employee_no)))?;
    if !db::ledger::agent_is_within(conn, reach, agent.id)? {
        return Err(Refusal::invalid("employee_no", format!("the agent {} is not within your reach", line.employee_no)).into());
    }
    let found = line.level.map(|level| Adjudication { upheld: true, level: Some(level), reason: line.reason.clone() });
    let found = found.map(Adjudication::checked).transpose()?;
    if let Some(known) = db::complaints::by_reference(conn, &line.reference)? {
        if known.agent_id != agent.id {
            return Err(Refusal::invalid("employee_no", format!("the complaint {} is about another agent", line.reference)).into());
        }
        // What was appealed against is for the decision to change, and not for a table.
        let fixed = known.state == ComplaintState::Overturned || db::appeals::was_made(conn, Subject::Complaint(known.id))?;
        return Ok(match found {
            Some(found) if known.level != found.level && !fixed => {
                (Step::Known(known.id, found), LineOutcome::Updated(vec!["level".to_owned()]))
            }
            _ => (Step::Nothing, LineOutcome::Unchanged),
        });
    }
    let conversation_id = match &line.conversation {
        None => None,
        Some((source, id)) => match db::complaints::conversation(conn, source, id)? {
            Some((conversation, of)) if of == agent.id => Some(conversation),
            _ => return Err(Refusal::invalid("conversation", format!("`{source}` has no conversation `{id}` of this agent")).into()),
        },
    };
    let input = ComplaintInput {
        reference: line.reference.clone(),
        agent_id: agent.id,
        conversation_id,
        occurred_on: line.occurred_on,
        text: line.text.clone(),
    };
    Ok((Step::New(input.checked(today)?, found), LineOutcome::Inserted))
}

fn apply(tx: &mut Tx<'_>, reach: &Reach, step: Step) -> Result<()> {
    let (row, found) = match step {
        Step::Nothing => return Ok(()),
        Step::New(input, found) => (record::store(tx, reach, input)?, found),
        Step::Known(id, found) => (db::complaints::get(tx.conn, reach, id)?, Some(found)),
    };
    if let Some(found) = found {
        adjudicate::store(tx, row, &found)?;
    }
    Ok(())
}
