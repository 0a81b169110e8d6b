//! Scorecards (质检评估表): written as drafts, published, retired. A published version never changes.

pub mod compare;
pub mod create;
pub mod create_version;
pub mod edit;
pub mod list;
pub mod publish;
pub mod retire;
pub mod show;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::scorecards::{ScorecardRow, VersionRow};
use crate::db::{self, AnyConnection, Result};
use crate::domain::id::{ScorecardId, ScorecardVersionId};
use crate::domain::scorecard::{ScorecardContent, VersionState};

/// A version of a scorecard without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VersionSummary {
    /// The version's id, which samples and evaluations refer to.
    pub id: ScorecardVersionId,
    /// Number within the scorecard, from 1.
    pub number: i32,
    /// `draft`, `published` or `retired`.
    pub state: VersionState,
    /// Rises with each change of the draft; the ETag.
    pub version: i32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
}

/// A scorecard with its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Scorecard {
    /// The scorecard.
    pub id: ScorecardId,
    /// Stable code, such as `phone`.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Its versions, newest first.
    pub versions: Vec<VersionSummary>,
}

/// A version of a scorecard with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScorecardVersion {
    /// The scorecard.
    pub scorecard_id: ScorecardId,
    /// The version.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// What it asks.
    pub content: ScorecardContent,
}

impl From<VersionRow> for VersionSummary {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            state: row.state,
            version: row.version,
            created_at: row.created_at,
            published_at: row.published_at,
            retired_at: row.retired_at,
        }
    }
}

impl ScorecardVersion {
    pub(crate) fn of(row: VersionRow, content: ScorecardContent) -> Self {
        Self { scorecard_id: row.scorecard_id, summary: row.into(), content }
    }
}

impl Scorecard {
    fn of(row: ScorecardRow, versions: Vec<VersionRow>) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            created_at: row.created_at,
            versions: versions.into_iter().map(VersionSummary::from).collect(),
        }
    }
}

/// Whether every linked violation type exists and is active.
fn check_links(conn: &mut AnyConnection, content: &ScorecardContent) -> Result<()> {
    let types = db::violation_types::all(conn)?;
    Ok(content.check_links(|code| types.get(code).is_some_and(|it| it.active)).map_err(|refusal| refusal.within("content"))?)
}
