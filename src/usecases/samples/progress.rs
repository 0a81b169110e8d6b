//! Says how far the inspectors are.

use std::collections::BTreeMap;

use super::Look;
use crate::app::App;
use crate::db::Result;
use crate::db::views;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{DrawId, UserId};
use crate::domain::period::Period;
use crate::domain::sampling::sample::SampleState;

/// Which samples are counted: all where nothing is named.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProgressFilter {
    /// Those of this draw.
    pub draw_id: Option<DrawId>,
    /// Those of this period; a draw has its own.
    pub period: Option<Period>,
}

/// How far one inspector is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectorProgress {
    /// The inspector; absent for samples that nobody has.
    pub inspector_id: Option<UserId>,
    /// The inspector's name; empty where there is none.
    pub name: String,
    /// Evaluations submitted.
    pub done: i64,
    /// Samples that wait, those being graded too.
    pub waiting: i64,
    /// Of them, due today.
    pub due_today: i64,
    /// Of them, due before today.
    pub overdue: i64,
    /// Samples that were replaced.
    pub replaced: i64,
}

impl InspectorProgress {
    const fn of(inspector_id: Option<UserId>) -> Self {
        Self { inspector_id, name: String::new(), done: 0, waiting: 0, due_today: 0, overdue: 0, replaced: 0 }
    }
}

/// How far each inspector is with the samples of a draw or a period, by name; samples without an inspector come last.
///
/// # Permissions
/// `sampling.read`; counts what is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn progress(app: &App, actor: &Actor, filter: ProgressFilter) -> Result<Vec<InspectorProgress>> {
    crate::usecases::sampling_plans::may_read(actor)?;
    let reach = actor.reach(Action::SamplingRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let look = Look::new(conn, &reach, now)?;
        let mut counts: BTreeMap<Option<UserId>, InspectorProgress> = BTreeMap::new();
        for (inspector_id, state, due_on, samples) in views::progress::by_inspector(conn, &reach, filter.draw_id, filter.period)? {
            let count = counts.entry(inspector_id).or_insert_with(|| InspectorProgress::of(inspector_id));
            let add = |to: &mut i64| *to = to.saturating_add(samples);
            match state {
                SampleState::Submitted => add(&mut count.done),
                SampleState::Replaced => add(&mut count.replaced),
                SampleState::Open | SampleState::Claimed => {
                    add(&mut count.waiting);
                    if due_on < look.today {
                        add(&mut count.overdue);
                    } else if due_on == look.today {
                        add(&mut count.due_today);
                    }
                }
            }
        }
        let users: Vec<UserId> = counts.keys().copied().flatten().collect();
        for (user, name) in views::samples::names_of(conn, &users)? {
            counts.entry(Some(user)).and_modify(|count| count.name = name);
        }
        let mut counts: Vec<InspectorProgress> = counts.into_values().collect();
        counts.sort_by(|a, b| (a.inspector_id.is_none(), &a.name).cmp(&(b.inspector_id.is_none(), &b.name)));
        Ok(counts)
    })
    .await
}
