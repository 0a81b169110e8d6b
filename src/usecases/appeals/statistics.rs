//! Figures about appeals for managers: how many, by inspector and item, the accepted share, and the days to a decision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::db::appeal_figures::{DecidedRow, FigureRow};
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::PointOutcome;
use crate::domain::id::UserId;
use crate::domain::period::Period;

/// Points of appeals, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PointFigures {
    /// How many points were made.
    pub points: u32,
    /// How many of them are decided.
    pub decided: u32,
    /// How many were overturned.
    pub overturned: u32,
    /// How many were changed.
    pub changed: u32,
    /// The share of the decided ones that were overturned or changed; absent where none is decided.
    pub accepted_share: Option<f64>,
}

impl PointFigures {
    fn count(&mut self, outcome: Option<PointOutcome>) {
        let add = |number: &mut u32, yes: bool| *number = number.saturating_add(u32::from(yes));
        add(&mut self.points, true);
        add(&mut self.decided, outcome.is_some());
        add(&mut self.overturned, outcome == Some(PointOutcome::Overturned));
        add(&mut self.changed, outcome == Some(PointOutcome::Changed));
        let accepted = f64::from(self.overturned.saturating_add(self.changed));
        self.accepted_share = (self.decided > 0).then(|| (accepted / f64::from(self.decided) * 10_000.0).round() / 10_000.0);
    }
}

/// The figures of one inspector's findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectorFigures {
    /// Who made the findings.
    pub user_id: UserId,
    /// What became of the points against them.
    pub figures: PointFigures,
}

/// The figures of one item or violation type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ItemFigures {
    /// The item's code; absent for a violation type.
    pub item: Option<String>,
    /// The violation type's code; absent for an item.
    pub violation_type: Option<String>,
    /// What became of the points against it.
    pub figures: PointFigures,
}

/// Figures about appeals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AppealStatistics {
    /// How many appeals there are, without those that were taken back.
    pub appeals: u32,
    /// How many wait for a decision.
    pub pending: u32,
    /// All points.
    pub overall: PointFigures,
    /// By who made the finding, the most points first.
    pub inspectors: Vec<InspectorFigures>,
    /// By item and violation type, the most points first.
    pub items: Vec<ItemFigures>,
    /// The mean number of working days from the appeal to its last decision; absent where none is decided.
    pub mean_days: Option<f64>,
    /// The most working days that a decision took.
    pub most_days: Option<u32>,
}

/// The figures of the appeals within reach, of one period or of all.
///
/// # Errors
/// `Forbidden`.
pub async fn statistics(app: &App, actor: &Actor, period: Option<Period>) -> Result<AppealStatistics> {
    let reach = actor.reach(Action::AppealRead)?;
    app.read(move |conn| {
        let calendar = db::settings::calendar(conn)?;
        let rows = db::appeal_figures::points(conn, &reach, period)?;
        let appeals = db::appeal_figures::appeals(conn, &reach, period)?;
        let days: Vec<u32> =
            appeals.iter().filter_map(|row: &DecidedRow| Some(calendar.days_between(row.made_at, row.decided_at?))).collect();
        Ok(figures(&rows, &appeals, &days))
    })
    .await
}

fn figures(rows: &[FigureRow], appeals: &[DecidedRow], days: &[u32]) -> AppealStatistics {
    let mut overall = PointFigures::default();
    let mut inspectors: BTreeMap<UserId, PointFigures> = BTreeMap::new();
    let mut items: BTreeMap<(Option<&String>, Option<&String>), PointFigures> = BTreeMap::new();
    for row in rows {
        overall.count(row.outcome);
        if let Some(inspector) = row.found_by {
            inspectors.entry(inspector).or_default().count(row.outcome);
        }
        if row.item_code.is_some() || row.type_code.is_some() {
            items.entry((row.item_code.as_ref(), row.type_code.as_ref())).or_default().count(row.outcome);
        }
    }
    let mut inspectors: Vec<_> = inspectors.into_iter().map(|(user_id, figures)| InspectorFigures { user_id, figures }).collect();
    inspectors.sort_by_key(|it| std::cmp::Reverse(it.figures.points));
    let mut items: Vec<_> = items
        .into_iter()
        .map(|((item, of_type), figures)| ItemFigures { item: item.cloned(), violation_type: of_type.cloned(), figures })
        .collect();
    items.sort_by_key(|it| std::cmp::Reverse(it.figures.points));
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let sum = days.iter().copied().fold(0_u32, u32::saturating_add);
    AppealStatistics {
        appeals: number(appeals.len()),
        pending: number(appeals.iter().filter(|row| row.state.is_pending()).count()),
        overall,
        inspectors,
        items,
        mean_days: (!days.is_empty()).then(|| (f64::from(sum) / f64::from(number(days.len())) * 100.0).round() / 100.0),
        most_days: days.iter().copied().max(),
    }
}
