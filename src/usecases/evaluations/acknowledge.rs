//! An agent acknowledges having read an evaluation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::EvaluationId;
use crate::domain::{Refusal, version};

/// That an evaluation was read by its agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Acknowledgement {
    /// The evaluation.
    pub evaluation_id: EvaluationId,
    /// The revision that was read; a correction asks for another acknowledgement.
    pub revision: i32,
    /// When it was acknowledged first.
    pub acknowledged_at: DateTime<Utc>,
}

/// Notes that the agent has read the latest revision of the own evaluation, which is no consent. A repeat changes nothing.
///
/// # Permissions
/// `evaluations.acknowledge`: agents, for what is their own.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is somebody else's; `Stale` where it was corrected since it was read.
pub async fn acknowledge(app: &App, actor: &Actor, id: EvaluationId, seen: i32) -> Result<Acknowledgement> {
    let reach = actor.reach(Action::EvaluationAcknowledge)?;
    let who = actor.person()?;
    app.write(actor, move |tx| {
        let own = |agent| reach.own && reach.agent == Some(agent);
        let row =
            db::evaluations::find(tx.conn, id)?.filter(|row| own(row.agent_id)).ok_or_else(|| Refusal::not_found("evaluation", id))?;
        version::check(seen, row.revision)?;
        let done = |acknowledged_at| Acknowledgement { evaluation_id: id, revision: row.revision, acknowledged_at };
        if let Some(at) = db::acknowledgements::find(tx.conn, id, row.revision)? {
            return Ok(done(at));
        }
        db::acknowledgements::insert(tx, id, row.revision, who)?;
        let noted = done(tx.now);
        tx.audit_new("evaluation.acknowledged", ("evaluation", &id), &noted)?;
        Ok(noted)
    })
    .await
}
