//! What the demo's QA manager posts by hand.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::manual_entry::{ManualEntryInput, ManualKind};
use crate::usecases::ledger::post_manual::post_manual;

/// Rewards an agent.
pub(super) async fn reward(app: &App, manager: &Actor, employee_no: &'static str, kind: &str, reason: &str) -> Result<()> {
    let mut agents = app.read(move |conn| db::agents::with_numbers(conn, &[employee_no.to_owned()])).await?;
    let agent = agents.remove(employee_no).ok_or_else(|| Refusal::not_found("agent", employee_no))?;
    let input = ManualEntryInput {
        agent_id: agent.id,
        kind: ManualKind::Reward,
        period: None,
        amount_minor: None,
        reward: Some(kind.parse()?),
        occurrences: None,
        original_id: None,
        reason: reason.to_owned(),
    };
    post_manual(app, manager, input).await.map(drop)
}
