//! The inspector's queue.

pub mod besides;
pub mod next;
pub mod show;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::Result;
use crate::domain::access::Actor;
use crate::domain::id::SampleId;
use crate::usecases::conversations::show::ConversationDetail;
use crate::usecases::drafts::Draft;
use crate::usecases::samples::Sample;
use crate::usecases::scorecards::ScorecardVersion;
use crate::usecases::{conversations, drafts, samples, scorecards};

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
    let sample = samples::show::show(app, actor, id).await?;
    let conversation = conversations::show::show(app, actor, sample.conversation_id).await?;
    let scorecard = scorecards::show::show_version_by_id(app, actor, sample.scorecard_version_id).await?;
    let draft = drafts::show::show(app, actor, id).await?;
    Ok(HandedOut { sample, conversation, scorecard, draft })
}
