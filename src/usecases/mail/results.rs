//! Tells of evaluations, in the transaction in which they are submitted or changed.

use serde_json::json;

use crate::db::evaluations::EvaluationRow;
use crate::db::outbox::{announce, enqueue, who_heard};
use crate::db::views::grading::GradingBasis;
use crate::db::views::mail::{Told, evaluation, path};
use crate::db::{self, Result, Tx};
use crate::domain::access::Role;
use crate::domain::evaluation::submitted::Submitted;
use crate::domain::id::EvaluationId;
use crate::domain::mail::letters::{AgentResult, Errors, Evaluated, Name, ResultChanged};
use crate::domain::mail::{About, Kind, Letter, Post, Recipient};
use crate::domain::masking::Masked;
use crate::domain::webhook::{Announcement, Event};

/// What a letter about an evaluation tells of.
pub fn about(id: EvaluationId) -> About {
    About::new("evaluation", id)
}

/// Tells the agent and the webhooks of an evaluation that is being submitted.
///
/// # Errors
/// What the database says.
pub fn submitted(tx: &mut Tx<'_>, row: &EvaluationRow, basis: &GradingBasis, found: Submitted<'_>) -> Result<()> {
    let id = row.id;
    let evaluated = Evaluated {
        agent: db::agents::name(tx.conn, row.agent_id)?,
        conversation: Masked::of(&basis.external_id),
        started_at: basis.started_at,
        errors: Errors { key: row.key_errors, non_key: row.non_key_errors },
        findings: found.findings(),
        path: path(id),
    };
    let told = Told { agent: row.agent_id, period: row.period, evaluated, comment: Masked::of(&row.comment) };
    announce_evaluation(tx, id, &told, Event::EvaluationSubmitted, id.to_string())?;
    let Told { agent, period, evaluated, comment } = told;
    let letter = Letter::AgentResult(AgentResult { period, evaluation: evaluated, comment });
    enqueue(tx, &Post { to: Recipient::Agent(agent), letter, dedupe: id.to_string(), about: vec![about(id)] })?;
    Ok(())
}

/// Tells those who heard of an evaluation, or of a month's verdict that it counts in, that it has changed: `by` what, and why. `before` are its errors until now.
/// Called after the change is stored, in its transaction.
///
/// # Errors
/// What the database says.
pub fn changed(tx: &mut Tx<'_>, id: EvaluationId, before: Errors, by: &Name, reason: &str) -> Result<()> {
    let told = evaluation(tx.conn, id)?;
    let key = format!("{id}:{}", tx.now.timestamp_micros());
    announce_evaluation(tx, id, &told, Event::EvaluationChanged, key.clone())?;
    let mut heard = who_heard(tx.conn, &about(id), &[Kind::AgentResult, Kind::LeadFailures, Kind::ResultChanged])?;
    for to in who_heard_the_month(tx, &told)? {
        if !heard.contains(&to) {
            heard.push(to);
        }
    }
    let letter = Letter::ResultChanged(ResultChanged {
        period: told.period,
        by: by.clone(),
        reason: Masked::of(reason),
        before,
        evaluation: told.evaluated,
    });
    for to in heard {
        enqueue(tx, &Post { to, letter: letter.clone(), dedupe: key.clone(), about: vec![about(id)] })?;
    }
    Ok(())
}

/// Those whom the month's verdict on the agent was told to: the agent, and the leads whose month has the agent among its lines.
fn who_heard_the_month(tx: &mut Tx<'_>, told: &Told) -> Result<Vec<Recipient>> {
    let mut heard = who_heard(tx.conn, &About::agent_period(told.agent, told.period), &[Kind::AgentMonth])?;
    let leads = who_heard(tx.conn, &About::new("period", told.period), &[Kind::LeadMonth])?;
    if let Some(team) = db::concerned::of_agent(tx.conn, told.agent)?.team_id().filter(|_| !leads.is_empty()) {
        let mut of_agent = db::recipients::of_team(tx.conn, Role::TeamLead, team)?;
        of_agent.extend(db::recipients::everywhere(tx.conn, Role::TeamLead)?);
        heard.extend(leads.into_iter().filter(|to| matches!(to, Recipient::User(user) if of_agent.contains(user))));
    }
    Ok(heard)
}

fn announce_evaluation(tx: &mut Tx<'_>, id: EvaluationId, told: &Told, event: Event, dedupe: String) -> Result<()> {
    let data = json!({
        "evaluation_id": id,
        "agent_id": told.agent,
        "period": told.period,
        "key_errors": told.evaluated.errors.key,
        "non_key_errors": told.evaluated.errors.non_key,
    });
    announce(tx, &Announcement { event, data, dedupe, about: vec![about(id)] })?;
    Ok(())
}
