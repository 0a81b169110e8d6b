//! Creates a scorecard with a first draft version.

use serde::{Deserialize, Serialize};

use super::{Scorecard, check_links};
use crate::app::App;
use crate::db::scorecards::{ScorecardRow, VersionRow};
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::refusal::{Faults, checked_code, checked_text};
use crate::domain::scorecard::{ScorecardContent, VersionState};

/// A new scorecard.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScorecard {
    /// Stable code, such as `phone`: 1 to 64 letters, digits, `-`, `_` or `.`.
    pub code: String,
    /// Name in Chinese, up to 200 characters.
    pub name_zh: String,
    /// Name in English, up to 200 characters.
    pub name_en: String,
    /// What the first draft asks; it may be empty until it is published.
    #[serde(default)]
    pub content: ScorecardContent,
}

/// Creates a scorecard with a first draft.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults; `Conflict` with code `scorecard_code_taken`.
pub async fn create(app: &App, actor: &Actor, command: NewScorecard) -> Result<Scorecard> {
    actor.may(Action::CatalogueWrite)?;
    let checked = checked(command.clone())?;
    app.write_once(actor, "scorecards.create", &command, move |tx| store(tx, &checked)).await
}

/// The command with its texts trimmed, or everything that is wrong with it.
pub(crate) fn checked(command: NewScorecard) -> crate::domain::Refused<NewScorecard> {
    let mut faults = Faults::new();
    let code = faults.take(checked_code("code", &command.code));
    let name_zh = faults.take(checked_text("name_zh", &command.name_zh, 200));
    let name_en = faults.take(checked_text("name_en", &command.name_en, 200));
    let content = faults.take(command.content.checked().map_err(|refusal| refusal.within("content")));
    faults.finish()?;
    Ok(NewScorecard {
        code: code.unwrap_or_default(),
        name_zh: name_zh.unwrap_or_default(),
        name_en: name_en.unwrap_or_default(),
        content: content.unwrap_or_default(),
    })
}

/// Stores a checked scorecard with its first draft.
pub(crate) fn store(tx: &mut Tx<'_>, checked: &NewScorecard) -> Result<Scorecard> {
    check_links(tx.conn, &checked.content)?;
    let row = ScorecardRow {
        id: tx.id(),
        code: checked.code.clone(),
        name_zh: checked.name_zh.clone(),
        name_en: checked.name_en.clone(),
        created_at: tx.now,
    };
    db::scorecards::insert(tx, &row)?;
    let version = VersionRow {
        id: tx.id(),
        scorecard_id: row.id,
        number: 1,
        state: VersionState::Draft,
        version: 1,
        created_at: tx.now,
        published_at: None,
        retired_at: None,
    };
    db::scorecards::insert_version(tx, &version, &checked.content)?;
    tx.audit_new("scorecard.created", ("scorecard", &row.id), checked)?;
    Ok(Scorecard::of(row, vec![version]))
}
