//! What the demo's QA manager posts by hand.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::ledger::LedgerFilter;
use crate::domain::manual_entry::{ManualEntryInput, ManualKind};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
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

/// Takes one line of a closed month back, in the open one. Does nothing where the month has none.
pub(super) async fn take_back(app: &App, manager: &Actor, period: Period, reason: &str) -> Result<()> {
    let reach = manager.reach(Action::LedgerRead)?;
    let filter = LedgerFilter { period: Some(period), ..LedgerFilter::default() };
    let page = PageRequest { limit: PageRequest::MAX, after: None };
    let lines = app.read(move |conn| db::ledger::page(conn, &reach, &filter, &page)).await?.items;
    let Some(line) = lines.into_iter().find(|line| line.violation_type.as_deref() == Some("rating_not_invited")) else { return Ok(()) };
    let input = ManualEntryInput {
        agent_id: line.agent_id,
        kind: ManualKind::Manual,
        period: Some(period),
        amount_minor: Some(line.amount.negated().amount_minor),
        reward: None,
        occurrences: None,
        original_id: Some(line.id),
        reason: reason.to_owned(),
    };
    post_manual(app, manager, input).await.map(drop)
}
