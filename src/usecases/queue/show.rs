//! Shows an inspector's queue.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::views::samples::{SampleFilter, drafted, page, queue_numbers};
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::SampleId;
use crate::domain::page::PageRequest;
use crate::domain::period::{local_day, start_of_day};
use crate::domain::sampling::sample::SampleState;
use crate::usecases::samples::{Look, Sample};

/// An inspector's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Queue {
    /// Samples to be graded, those in work too.
    pub waiting: i64,
    /// Of them, due before today.
    pub overdue: i64,
    /// Of them, due today.
    pub due_today: i64,
    /// Evaluations submitted today, by the organisation's time zone.
    pub done_today: i64,
    /// What has a draft, the latest saved first.
    pub drafts: Vec<DraftedSample>,
    /// What the inspector holds a claim of.
    pub claimed: Vec<Sample>,
    /// What comes next, the earliest due first: the first 50.
    pub next: Vec<Sample>,
}

/// A sample with a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DraftedSample {
    /// The sample.
    pub sample_id: SampleId,
    /// When the draft was saved last.
    pub saved_at: DateTime<Utc>,
}

/// The caller's own queue.
///
/// # Permissions
/// `grading`.
///
/// # Errors
/// `Forbidden`.
pub async fn show(app: &App, actor: &Actor) -> Result<Queue> {
    actor.may(Action::Grade)?;
    let reach = actor.reach(Action::SamplingRead)?;
    let inspector = actor.person()?;
    let now = app.clock.now();
    app.read(move |conn| {
        let zone = db::organisation::load(conn)?.zone;
        let today = local_day(now, zone);
        let numbers = queue_numbers(conn, inspector, today, start_of_day(today, zone))?;
        let look = Look { reach: &reach, now, today };
        let mut listed = |state| {
            let filter = SampleFilter { inspector_id: Some(inspector), state: Some(state), ..SampleFilter::default() };
            let rows = page(conn, &reach, &filter, now, &PageRequest { limit: PageRequest::DEFAULT, after: None })?;
            Ok::<_, db::Error>(rows.map(|listed| Sample::of(listed, look)).items)
        };
        let (claimed, next) = (listed(SampleState::Claimed)?, listed(SampleState::Open)?);
        let drafts = drafted(conn, inspector)?.into_iter().map(|(sample_id, saved_at)| DraftedSample { sample_id, saved_at }).collect();
        Ok(Queue {
            waiting: numbers.waiting,
            overdue: numbers.overdue,
            due_today: numbers.due_today,
            done_today: numbers.done_today,
            drafts,
            claimed,
            next,
        })
    })
    .await
}
