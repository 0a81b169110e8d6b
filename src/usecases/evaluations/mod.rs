//! Evaluations (质检评分): one inspector's grading of one sample, submitted once, corrected with a reason, every revision kept.

pub mod acknowledge;
pub mod correct;
pub mod list;
pub mod revisions;
pub mod show;
pub mod submit;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::db::views::evaluations::{EvaluationFilter, EvaluationSummary};
use crate::db::violation_types::ViolationTypeRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::catalogue::ViolationType;
use crate::domain::evaluation::{GradedItem, Grading};
use crate::domain::id::EvaluationId;
use crate::usecases::violations::ViolationSummary;

/// An evaluation with its items and standing violations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evaluation {
    /// The evaluation.
    #[serde(flatten)]
    pub summary: EvaluationSummary,
    /// The items, by code.
    pub items: Vec<GradedItem>,
    /// The violations that stand, the gravest first.
    pub violations: Vec<ViolationSummary>,
}

/// The evaluation as somebody with this reach sees it.
fn seen(conn: &mut AnyConnection, reach: &Reach, id: EvaluationId) -> Result<Evaluation> {
    Ok(Evaluation {
        summary: db::views::evaluations::get(conn, reach, id)?,
        items: db::evaluations::items(conn, id)?,
        violations: db::views::violations::of_evaluation(conn, reach, id)?,
    })
}

/// The types that can be tagged: the active ones.
fn active_types(rows: &BTreeMap<String, ViolationTypeRow>) -> BTreeMap<String, ViolationType> {
    rows.iter().filter(|(_, row)| row.active).map(|(code, row)| (code.clone(), row.rules())).collect()
}

/// Those of the types that an evaluation's violations are of.
fn types_of(grading: &Grading, types: &BTreeMap<String, ViolationType>) -> Vec<ViolationType> {
    grading.violations.iter().filter_map(|violation| types.get(&violation.violation_type)).cloned().collect()
}

/// A number of errors as it is stored.
fn stored(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
