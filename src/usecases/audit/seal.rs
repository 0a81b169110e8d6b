//! Seals the audit log: what was written becomes part of a chain of hashes.

use crate::app::App;
use crate::db::{Result, audit_seals};
use crate::domain::access::{Action, Actor};
use crate::domain::audit::Sealing;

/// The most lines of one seal.
const LINES: i64 = 5_000;

/// The number of the latest line: what may be sealed once no transaction is under way that has taken a lower one.
///
/// # Errors
/// What the database says.
pub async fn latest(app: &App) -> Result<i64> {
    app.read(audit_seals::latest_line).await
}

/// Seals what is not sealed yet up to a line, and says how many lines that were. Where another instance was faster, it has done it.
///
/// # Permissions
/// `audit.read` for the whole centre: a seal adds nothing to what is there.
///
/// # Errors
/// `Forbidden`; what the database says.
pub async fn seal(app: &App, actor: &Actor, upto: i64) -> Result<i64> {
    actor.may_everywhere(Action::AuditRead)?;
    let mut sealed = 0_i64;
    loop {
        let made = app
            .read(move |conn| {
                let last = audit_seals::last(conn)?;
                let after = last.as_ref().map_or(0, |seal| seal.upto);
                let lines = audit_seals::lines(conn, after, upto, LINES)?;
                let Some(end) = lines.last().map(|line| line.seq) else { return Ok(None) };
                let mut sealing = Sealing::after(last.as_ref());
                lines.iter().try_for_each(|line| sealing.add(line))?;
                Ok(Some(sealing.finish(last.map_or(1, |seal| seal.number.saturating_add(1)), end)))
            })
            .await?;
        let Some(made) = made else { return Ok(sealed) };
        let lines = made.lines;
        tracing::debug!(number = made.number, lines, hash = %made.hash, "audit log sealed");
        if !app.write(actor, move |tx| audit_seals::insert(tx, &made)).await? {
            return Ok(sealed);
        }
        sealed = sealed.saturating_add(lines);
    }
}
