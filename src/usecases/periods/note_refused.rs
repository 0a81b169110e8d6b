//! Notes why a close was refused before it began, where nobody waited any more to hear it.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::period::Period;

/// Notes the refusal as that of a close that failed, which the month then tells ([`super::failed`]), unless the close that was asked for at `asked` has
/// noted it itself.
///
/// # Permissions
/// `periods.close`, for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn note_refused(app: &App, actor: &Actor, period: Period, asked: DateTime<Utc>, refusal: &Refusal) -> Result<()> {
    actor.may_everywhere(Action::PeriodClose)?;
    let why = refusal.message.clone();
    app.write(actor, move |tx| {
        let noted = db::audit::last_of(tx.conn, ("period", &period.to_string()), &["period.close_begun", "period.close_failed"])?;
        if noted.is_some_and(|line| line.at >= asked) {
            return Ok(());
        }
        tx.audit("period.close_failed", ("period", &period), None::<&()>, None::<&()>, Some(&why))
    })
    .await
}
