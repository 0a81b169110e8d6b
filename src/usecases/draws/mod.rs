//! Draws (抽样): immutable records that anyone can verify.

pub mod begin;
pub mod draw;
pub mod gather;
pub mod list;
pub mod progress;
pub mod shortfall;
pub mod show;
pub mod verify;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::draws::{DrawFacts, DrawRow, DrawSummary};
use crate::domain::id::{DrawId, SamplingPlanId, UserId};
use crate::domain::period::Period;
use crate::domain::sampling::plan::PlanContent;
use crate::domain::sampling::sample::{DrawKind, DrawState};
use crate::domain::sampling::shortfall::Excluded;

/// A draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draw {
    /// The id.
    pub id: DrawId,
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The version of the plan that was drawn.
    pub plan_version: i32,
    /// The period of its conversations and samples.
    pub period: Period,
    /// Regular or extra.
    pub kind: DrawKind,
    /// 1, or for extra draws which one.
    pub ordinal: i32,
    /// How far it has come.
    pub state: DrawState,
    /// The algorithm's name and version; docs/SAMPLING.md describes it.
    pub algorithm: String,
    /// SHA-256 of the seed in hexadecimal: what the draw committed to before its population was fixed.
    pub seed_hash: String,
    /// The seed in hexadecimal; absent until the draw is done.
    pub seed: Option<String>,
    /// Eligible conversations.
    pub population_count: Option<i64>,
    /// SHA-256 over them.
    pub population_digest: Option<String>,
    /// What was left out, by reason.
    pub excluded: Option<Excluded>,
    /// SHA-256 over the result.
    pub result_digest: Option<String>,
    /// What it came to, in numbers.
    pub summary: Option<DrawSummary>,
    /// Who drew; absent for scheduled draws.
    pub drawn_by: Option<UserId>,
    /// When it committed to its seed.
    pub committed_at: DateTime<Utc>,
    /// When population and result were fixed.
    pub drawn_at: Option<DateTime<Utc>>,
    /// What it knew beside its population.
    pub facts: DrawFacts,
    /// What the plan said.
    pub plan: PlanContent,
}

impl Draw {
    pub(crate) fn of(row: DrawRow) -> Self {
        let seed = match row.state {
            DrawState::Committed => None,
            DrawState::Drawn => Some(hex::encode(&row.seed)),
        };
        Self {
            id: row.id,
            plan_id: row.plan_id,
            plan_version: row.plan_version,
            period: row.period,
            kind: row.kind,
            ordinal: row.ordinal,
            state: row.state,
            algorithm: row.algorithm,
            seed_hash: row.seed_hash,
            seed,
            population_count: row.population_count,
            population_digest: row.population_digest,
            excluded: row.excluded,
            result_digest: row.result_digest,
            summary: row.summary,
            drawn_by: row.drawn_by,
            committed_at: row.committed_at,
            drawn_at: row.drawn_at,
            facts: row.facts,
            plan: row.plan,
        }
    }
}

/// A draw as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DrawLine {
    /// The id.
    pub id: DrawId,
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The version of the plan that was drawn.
    pub plan_version: i32,
    /// The period.
    pub period: Period,
    /// Regular or extra.
    pub kind: DrawKind,
    /// 1, or for extra draws which one.
    pub ordinal: i32,
    /// How far it has come.
    pub state: DrawState,
    /// SHA-256 of the seed.
    pub seed_hash: String,
    /// What it came to, in numbers.
    pub summary: Option<DrawSummary>,
    /// When it committed to its seed.
    pub committed_at: DateTime<Utc>,
    /// When it was drawn.
    pub drawn_at: Option<DateTime<Utc>>,
}

impl DrawLine {
    fn of(row: DrawRow) -> Self {
        Self {
            id: row.id,
            plan_id: row.plan_id,
            plan_version: row.plan_version,
            period: row.period,
            kind: row.kind,
            ordinal: row.ordinal,
            state: row.state,
            seed_hash: row.seed_hash,
            summary: row.summary,
            committed_at: row.committed_at,
            drawn_at: row.drawn_at,
        }
    }
}
