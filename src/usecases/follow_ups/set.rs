//! Sets a follow-up.

use super::{FollowUp, view};
use crate::app::App;
use crate::db::follow_ups::FollowUpRow;
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::follow_up::{FollowUpInput, FollowUpState, Source};
use crate::domain::id::AgentId;
use crate::domain::period::{Period, local_day};

/// Sets a corrective action from an evaluation, a violation, an escalation case or an appeal of an agent within reach. From a violation its
/// type and item are watched for, unless something else is said.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with every field at fault.
pub async fn set(app: &App, actor: &Actor, input: FollowUpInput) -> Result<FollowUp> {
    let reach = actor.reach(Action::FollowUpWrite)?;
    let who = actor.person()?;
    app.write_once(actor, "follow_ups.set", &input.clone(), move |tx| {
        let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
        let (source, mut input) = input.clone().checked(today)?;
        let (agent_id, period) = concerned(tx, source, &mut input)?;
        if !db::ledger::agent_is_within(tx.conn, &reach, agent_id)? {
            return Err(Refusal::not_found("finding", "like this within your reach").into());
        }
        let owner_id = input.owner_id.unwrap_or(who);
        if db::concerned::active_users(tx.conn, &[owner_id])?.is_empty() {
            return Err(Refusal::invalid("owner_id", format!("{owner_id} is not a user who may log in")).into());
        }
        let row = FollowUpRow {
            id: tx.id(),
            agent_id,
            kind: input.kind,
            evaluation_id: input.evaluation_id,
            violation_id: input.violation_id,
            escalation_id: input.escalation_id,
            appeal_id: input.appeal_id,
            period,
            item_code: input.item,
            type_code: input.violation_type,
            owner_id,
            due_on: input.due_on,
            body: input.text,
            state: FollowUpState::Open,
            outcome: None,
            made_by: who,
            made_at: tx.now,
            ended_by: None,
            ended_at: None,
            reminded_at: None,
            overdue_at: None,
            version: 1,
        };
        db::follow_ups::insert(tx, &row)?;
        let made = view(tx.conn, row)?;
        tx.audit_new("follow_up.set", ("follow_up", &made.id), &made)?;
        Ok(made)
    })
    .await
}

/// Whom the source is about, and of which period; from a violation what is watched for follows.
fn concerned(tx: &mut Tx<'_>, source: Source, input: &mut FollowUpInput) -> Result<(AgentId, Period)> {
    match source {
        Source::Evaluation(id) => {
            let of = db::concerned::of_evaluation(tx.conn, id)?;
            Ok((of.agent_id, of.period))
        }
        Source::Violation(id) => {
            let of = db::concerned::violation(tx.conn, id)?.ok_or_else(|| Refusal::not_found("violation", id))?;
            if input.item.is_none() && input.violation_type.is_none() {
                input.violation_type = Some(of.type_code);
                input.item = of.item_code;
            }
            Ok((of.agent_id, of.period))
        }
        Source::Escalation(id) => {
            let of = db::escalations::find(tx.conn, id)?.ok_or_else(|| Refusal::not_found("escalation case", id))?;
            Ok((of.agent_id, of.period))
        }
        Source::Appeal(id) => {
            let of = db::appeals::find(tx.conn, id)?.ok_or_else(|| Refusal::not_found("appeal", id))?;
            Ok((of.agent_id, of.period))
        }
    }
}
