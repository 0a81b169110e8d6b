//! Saves a draft.

use std::collections::BTreeMap;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::{Draft, MAX_SECONDS, assigned, check_claim};
use crate::app::App;
use crate::db::drafts::DraftRow;
use crate::db::views::grading;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::evaluation::{AnswerSheet, Basis, check_draft};
use crate::domain::id::SampleId;
use crate::domain::{Refusal, version};

/// What to save.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// What is filled in so far.
    pub sheet: AnswerSheet,
    /// The version that was loaded or saved last; 0 for the first save. Two tabs cannot overwrite each other unseen.
    pub version: i32,
    /// Seconds spent since then, at most 86,400; they add up to the time on task.
    #[serde(default)]
    pub seconds: u32,
}

/// Saves a draft of a claimed sample and keeps the claim alive. The same save again (a retry) changes nothing.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` where the sample is not claimed; `Stale` where it was saved elsewhere meanwhile; `Invalid` with all
/// faults of shape.
pub async fn save(app: &App, actor: &Actor, sample: SampleId, command: SaveDraft) -> Result<Draft> {
    actor.may(Action::Grade)?;
    let inspector = actor.person()?;
    if command.seconds > MAX_SECONDS {
        return Err(Refusal::invalid("seconds", format!("must be 0 to {MAX_SECONDS}")).into());
    }
    let claim = Duration::minutes(i64::from(app.config.grading.claim_minutes));
    app.write(actor, move |tx| {
        let basis = assigned(tx.conn, sample, inspector)?;
        check_claim(&basis.sample)?;
        let there = db::drafts::find(tx.conn, sample)?;
        let is_first = there.is_none();
        let stored = there.filter(|row| row.inspector_id == inspector);
        let (stored_version, seconds) = stored.as_ref().map_or((0, 0), |row| (row.version, row.seconds));
        if let Some(row) = stored.filter(|row| row.version == command.version.saturating_add(1) && row.sheet == command.sheet) {
            return Ok(Draft::of(row));
        }
        version::check(command.version, stored_version)?;
        // Types that went out of use meanwhile as well: no draft is lost to a change of the catalogue.
        let types = db::violation_types::with_codes(tx.conn, &command.sheet.types_in_question(&basis.content))?;
        let types: BTreeMap<_, _> = types.into_iter().map(|(code, row)| (code, row.rules())).collect();
        check_draft(&command.sheet, Basis { content: &basis.content, types: &types, material: &basis.material })
            .map_err(|refusal| refusal.within("sheet"))?;
        let row = DraftRow {
            sample_id: sample,
            inspector_id: inspector,
            sheet: command.sheet.clone(),
            version: stored_version.saturating_add(1),
            seconds: seconds.saturating_add(i64::from(command.seconds)),
            saved_at: tx.now,
        };
        db::drafts::store(tx, &row, is_first)?;
        grading::prolong_claim(tx, sample, tx.now.checked_add_signed(claim).unwrap_or(tx.now))?;
        Ok(Draft::of(row))
    })
    .await
}
