//! Checks the whole centre.

use std::collections::BTreeMap;

use super::{all, evaluations, money, periods};
use crate::app::App;
use crate::db::{self, Error, Result, integrity as read};
use crate::domain::access::{Action, Actor};
use crate::domain::id::AgentId;
use crate::domain::integrity::{Check, Found, IntegrityReport};
use crate::domain::month_days::MonthDays;
use crate::usecases::draws;

/// Recomputes what follows from the rest of what is stored, and says what differs. Changes nothing, and may run beside the service: every
/// object is looked at in one consistent state of the database. `noted` is a seal of the audit log that was noted elsewhere, which must still
/// be there; `began` hears of each check before it begins.
///
/// # Permissions
/// `audit.read` for the whole centre.
///
/// # Errors
/// `Forbidden`; what the database says.
pub async fn check(app: &App, actor: &Actor, noted: Option<(i64, String)>, began: impl Fn(Check)) -> Result<IntegrityReport> {
    actor.may_everywhere(Action::AuditRead)?;
    let mut report = IntegrityReport::default();
    for kind in Check::ALL {
        began(*kind);
        let found = match kind {
            Check::Storage => storage(app).await?,
            Check::Conversations => conversation_days(app).await?,
            Check::Evaluations => {
                let mut found = all(app, "evaluation", read::evaluations_after, evaluations::look).await?;
                for sample in app.read(|conn| read::submitted_without_evaluation(conn, 1_000)).await? {
                    found.misfit(format!("sample {sample}"), "the evaluation that was submitted", "none");
                }
                found
            }
            Check::Ledger => {
                let mut found = all(app, "evaluation", read::evaluations_after, money::look).await?;
                found.join(all(app, "complaint", read::complaints_after, money::look_at_complaint).await?);
                found.join(all(app, "operating breach", read::breaches_after, money::look_at_breach).await?);
                found.join(all(app, "escalation", read::escalations_after, money::look_at_sanction).await?);
                found
            }
            Check::Periods => periods::closed(app).await?,
            Check::Draws => drawn(app, actor).await?,
            Check::Escalations => all(app, "evaluation", read::evaluations_after, evaluations::look_for_cases).await?,
            Check::Retention => purged(app).await?,
            Check::Audit => {
                let (found, head) = super::audit::chain(app, noted.as_ref()).await?;
                report.audit_head = head;
                found
            }
        };
        report.add(*kind, found);
    }
    Ok(report)
}

async fn storage(app: &App) -> Result<Found> {
    let said = app.read(db::integrity::storage).await?;
    let mut found = Found::default();
    found.looked();
    said.into_iter().for_each(|said| found.misfit("database", "a whole file", said));
    Ok(found)
}

/// The days that are kept for results are those of the conversations, one month after another.
async fn conversation_days(app: &App) -> Result<Found> {
    let (mut found, mut after) = (Found::default(), None);
    loop {
        let next = app.read(move |conn| {
            let Some(period) = db::conversation_days::period_after(conn, after)? else { return Ok(None) };
            let (counted, kept) = (db::conversation_days::counted(conn, period, None)?, db::conversation_days::kept(conn, period)?);
            Ok(Some((period, counted, kept)))
        });
        let Some((period, counted, kept)) = next.await? else { return Ok(found) };
        for agent in counted.keys().chain(kept.keys().filter(|agent| !counted.contains_key(agent))) {
            found.looked();
            let days = |of: &BTreeMap<AgentId, MonthDays>| of.get(agent).copied().unwrap_or_default();
            found.compare(&format!("agent {agent} in {period}"), "days with conversations", &days(&counted), &days(&kept));
        }
        after = Some(period);
    }
}

/// No transcript is there that was deleted.
async fn purged(app: &App) -> Result<Found> {
    let mut found = Found::default();
    found.looked();
    for id in app.read(|conn| db::retention::purged_with_transcript(conn, 1_000)).await? {
        found.misfit(format!("conversation {id}"), "no transcript, it was deleted", "one");
    }
    Ok(found)
}

async fn drawn(app: &App, actor: &Actor) -> Result<Found> {
    let mut found = Found::default();
    for id in app.read(read::drawn).await? {
        found.looked();
        let verification = match draws::verify::verify(app, actor, id).await {
            Ok(verification) => verification,
            Err(error @ (Error::Damaged(_) | Error::Refused(_))) => {
                found.misfit(format!("draw {id}"), "what can be read back", error);
                continue;
            }
            Err(error) => return Err(error),
        };
        for difference in verification.differences {
            found.misfit(format!("draw {id}"), format!("{} {}", difference.what, difference.expected), difference.found);
        }
    }
    Ok(found)
}
