//! Begins a new draft version of a scorecard.

use serde::{Deserialize, Serialize};

use super::{ScorecardVersion, check_links};
use crate::app::App;
use crate::db::scorecards::VersionRow;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::ScorecardId;
use crate::domain::scorecard::{ScorecardContent, VersionState};

/// A new draft version.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVersion {
    /// What it asks; a copy of the newest version where absent.
    #[serde(default)]
    pub content: Option<ScorecardContent>,
}

/// Begins a new draft version. A scorecard has at most one draft at a time.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with all faults; `Conflict` with code `draft_exists`.
pub async fn create_version(app: &App, actor: &Actor, scorecard: ScorecardId, command: NewVersion) -> Result<ScorecardVersion> {
    actor.may(Action::CatalogueWrite)?;
    let content = command.content.clone().map(ScorecardContent::checked).transpose().map_err(|refusal| refusal.within("content"))?;
    app.write_once(actor, "scorecards.create_version", &(scorecard, command), move |tx| {
        db::scorecards::get(tx.conn, scorecard)?;
        let versions = db::scorecards::versions_of(tx.conn, &[scorecard])?;
        if let Some(draft) = versions.iter().find(|it| it.state == VersionState::Draft) {
            let message = format!("version {} is still a draft; edit or publish it first", draft.number);
            return Err(Refusal::conflict("draft_exists", message).into());
        }
        let newest = versions.first().map_or(0, |it| it.number);
        let content = match &content {
            Some(content) => {
                check_links(tx.conn, content)?;
                content.clone()
            }
            None if newest > 0 => db::scorecards::get_version(tx.conn, scorecard, newest)?.1,
            None => ScorecardContent::default(),
        };
        let row = VersionRow {
            id: tx.id(),
            scorecard_id: scorecard,
            number: newest.saturating_add(1),
            state: VersionState::Draft,
            version: 1,
            created_at: tx.now,
            published_at: None,
            retired_at: None,
        };
        db::scorecards::insert_version(tx, &row, &content)?;
        tx.audit_new("scorecard_version.created", ("scorecard_version", &row.id), &content)?;
        Ok(ScorecardVersion::of(row, content))
    })
    .await
}
