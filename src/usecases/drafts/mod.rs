//! Drafts: what an inspector has filled in so far. They save at any time, complete or not.

pub mod save;
pub mod show;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::drafts::DraftRow;
use crate::db::views::grading::{self, GradedSample, GradingBasis};
use crate::db::{AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::{SampleId, UserId};
use crate::domain::sampling::sample::SampleState;

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    /// The sample.
    pub sample_id: SampleId,
    /// What is filled in.
    pub sheet: AnswerSheet,
    /// Rises with each save, from 1; 0 before the first one.
    pub version: i32,
    /// Seconds spent on the sample so far.
    pub seconds: i64,
    /// When it was saved last.
    pub saved_at: Option<DateTime<Utc>>,
}

impl Draft {
    fn of(row: DraftRow) -> Self {
        Self { sample_id: row.sample_id, sheet: row.sheet, version: row.version, seconds: row.seconds, saved_at: Some(row.saved_at) }
    }
}

/// The most seconds that one save or submission adds: a day.
pub(crate) const MAX_SECONDS: u32 = 86_400;

/// The sample with all that is needed to grade it, for the inspector to whom it is assigned.
///
/// # Errors
/// `NotFound`, also where it is somebody else's.
pub(crate) fn assigned(conn: &mut AnyConnection, sample: SampleId, inspector: UserId) -> Result<GradingBasis> {
    let found = grading::basis(conn, sample)?.filter(|basis| basis.sample.inspector_id == Some(inspector));
    found.ok_or_else(|| Refusal::not_found("sample", sample).into())
}

/// Whether the inspector to whom a sample is assigned holds its claim. A claim that ran out holds as long as nobody has given the sample
/// away: no grade is lost to a long break.
///
/// # Errors
/// `Conflict` with code `already_submitted`, `sample_replaced` or `not_claimed`.
pub(crate) fn check_claim(sample: &GradedSample) -> Result<()> {
    match sample.state {
        SampleState::Claimed => Ok(()),
        SampleState::Open => {
            Err(Refusal::conflict("not_claimed", "this sample is not claimed, or the claim ran out; take it with POST /api/v1/queue/next")
                .into())
        }
        SampleState::Submitted => Err(Refusal::conflict("already_submitted", "this sample has been evaluated already").into()),
        SampleState::Replaced => Err(Refusal::conflict("sample_replaced", "this sample was replaced by another one").into()),
    }
}
