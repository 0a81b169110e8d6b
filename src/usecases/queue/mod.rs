//! The inspector's queue.

pub mod besides;
pub mod next;
pub mod show;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::SampleId;
use crate::usecases::conversations::show::ConversationDetail;
use crate::usecases::drafts::Draft;
use crate::usecases::samples::{Look, Sample, seen};
use crate::usecases::scorecards::ScorecardVersion;
use crate::usecases::{conversations, drafts};

/// A sample with all that is needed to grade it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HandedOut {
    /// The sample, with the time until which the claim holds.
    pub sample: Sample,
    /// The conversation with transcript and recordings; without the agent where the sample is blind.
    pub conversation: ConversationDetail,
    /// The scorecard version to grade it with.
    pub scorecard: ScorecardVersion,
    /// What was filled in before; version 0 where nothing was.
    pub draft: Draft,
}

/// Reads what the inspector to whom a sample is assigned needs to grade it; claims nothing.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is somebody else's.
pub async fn hand_out(app: &App, actor: &Actor, id: SampleId) -> Result<HandedOut> {
    actor.may(Action::Grade)?;
    actor.may(Action::CatalogueRead)?;
    let (samples, conversations) = (actor.reach(Action::SamplingRead)?, actor.reach(Action::ConversationRead)?);
    let (inspector, plain, now) = (actor.person()?, conversations::plain::reach(actor), app.clock.now());
    app.read(move |conn| {
        let look = Look::new(conn, &samples, now)?;
        let sample = seen(conn, look, id)?;
        let conversation = conversations::show::read(conn, &conversations, plain.as_ref(), sample.conversation_id)?;
        let (row, content) = db::scorecards::get_version_by_id(conn, sample.scorecard_version_id)?;
        let draft = drafts::show::read(conn, inspector, id)?;
        Ok(HandedOut { sample, conversation, scorecard: ScorecardVersion::of(row, content), draft })
    })
    .await
}
