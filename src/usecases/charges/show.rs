//! Shows a complaint or an operating breach with what it costs.

use super::{Charge, Sight, breach, complaint};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::Subject;

/// A complaint or an operating breach with what it costs and whether it can be appealed against.
///
/// # Permissions
/// `complaints.read`.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach, and for an evaluation, which is no charge.
pub async fn show(app: &App, actor: &Actor, subject: Subject) -> Result<Charge> {
    let reach = actor.reach(Action::ComplaintRead)?;
    let sight = Sight::of(actor, app.clock.now());
    app.read(move |conn| match subject {
        Subject::Complaint(id) => {
            let row = db::complaints::get(conn, &reach, id)?;
            complaint(conn, row, &sight)
        }
        Subject::Breach(id) => {
            let row = db::breaches::get(conn, &reach, id)?;
            breach(conn, row, &sight)
        }
        Subject::Evaluation(id) => Err(Refusal::not_found("complaint or operating breach", id).into()),
    })
    .await
}
