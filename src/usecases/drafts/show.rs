//! Shows a draft.

use super::{Draft, assigned};
use crate::app::App;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::{SampleId, UserId};

/// The draft of a sample that is assigned to the caller; an empty one of version 0 before the first save.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show(app: &App, actor: &Actor, sample: SampleId) -> Result<Draft> {
    actor.may(Action::Grade)?;
    let inspector = actor.person()?;
    app.read(move |conn| read(conn, inspector, sample)).await
}

/// The same, inside a reading closure.
pub(crate) fn read(conn: &mut AnyConnection, inspector: UserId, sample: SampleId) -> Result<Draft> {
    assigned(conn, sample, inspector)?;
    let stored = db::drafts::find(conn, sample)?.filter(|row| row.inspector_id == inspector);
    let empty = Draft { sample_id: sample, sheet: AnswerSheet::default(), version: 0, seconds: 0, saved_at: None };
    Ok(stored.map_or(empty, Draft::of))
}
