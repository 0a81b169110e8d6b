//! How pass rates went over the periods.

use uuid::Uuid;

use super::compute;
use crate::app::App;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::period::{Period, local_day};
use crate::domain::results::report::{UnitKind, UnitResult};

/// How many periods a trend looks back, the last one included.
pub const PERIODS: usize = 12;

/// How many units have a line.
const UNITS: usize = 4;

/// The results of one unit over the periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitTrend {
    /// What it is.
    pub kind: UnitKind,
    /// The team's or vendor's id; nil for the centre.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The result of each period in which there was one, in the order of the periods.
    pub results: Vec<Option<UnitResult>>,
}

/// The trend up to a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trend {
    /// The periods, the earliest first; those before anything was graded are left out.
    pub periods: Vec<Period>,
    /// The units, the widest first.
    pub units: Vec<UnitTrend>,
}

/// The trend of what the caller is responsible for: the centre and its vendors, or the vendors, or the topmost teams within reach. At
/// most four of them.
///
/// # Permissions
/// `results.read`.
///
/// # Errors
/// `Forbidden`.
pub async fn trend(app: &App, actor: &Actor, until: Period) -> Result<Trend> {
    let reach = actor.reach(Action::ResultRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let today = local_day(now, db::organisation::load(conn)?.zone);
        let mut periods = vec![until];
        while periods.len() < PERIODS {
            let before = periods.last().map_or(until, |p| p.previous());
            periods.push(before);
        }
        periods.reverse();
        let mut trend = Trend::default();
        for period in periods {
            let results = if db::results::is_frozen(conn, period)? {
                frozen(conn, period, &reach)?
            } else if db::results::is_graded(conn, period)? && db::pass_policies::find_in_force(conn, period)?.is_some() {
                current(conn, period, today, &reach)?
            } else if trend.periods.is_empty() && period != until {
                continue;
            } else {
                Vec::new()
            };
            trend.add(period, topmost(results));
        }
        // Who is there at last comes first, by name; the centre before all.
        trend.units.sort_by_key(|it| (it.kind != UnitKind::Centre, it.results.last().is_none_or(Option::is_none)));
        trend.units.truncate(UNITS);
        Ok(trend)
    })
    .await
}

impl Trend {
    fn add(&mut self, period: Period, results: Vec<UnitResult>) {
        let before = self.periods.len();
        self.periods.push(period);
        for result in results {
            match self.units.iter_mut().find(|it| it.id == result.id && it.kind == result.kind) {
                Some(unit) => {
                    unit.name.clone_from(&result.name);
                    unit.results.resize(before, None);
                    unit.results.push(Some(result));
                }
                None => {
                    let mut unit = UnitTrend { kind: result.kind, id: result.id, name: result.name.clone(), results: vec![None; before] };
                    unit.results.push(Some(result));
                    self.units.push(unit);
                }
            }
        }
        for unit in &mut self.units {
            unit.results.resize(self.periods.len(), None);
        }
    }
}

fn frozen(conn: &mut AnyConnection, period: Period, reach: &Reach) -> Result<Vec<UnitResult>> {
    let mut found = if reach.all { db::results::frozen_units(conn, period, UnitKind::Centre, reach)? } else { Vec::new() };
    found.extend(db::results::frozen_units(conn, period, UnitKind::Vendor, reach)?);
    if !reach.all && !reach.teams.is_empty() {
        found.extend(db::results::frozen_units(conn, period, UnitKind::Team, reach)?);
    }
    Ok(found)
}

fn current(conn: &mut AnyConnection, period: Period, today: chrono::NaiveDate, reach: &Reach) -> Result<Vec<UnitResult>> {
    if reach.all {
        let all = compute::everything_of(conn, period, today)?;
        return Ok(std::iter::once(all.centre).chain(all.vendors).collect());
    }
    let mut found = if reach.vendors.is_empty() { Vec::new() } else { compute::vendors(conn, period, today, reach)? };
    if !reach.teams.is_empty() {
        found.extend(compute::teams(conn, period, today, reach)?);
    }
    Ok(found)
}

/// Without the teams that are below another one of the list, or of a vendor's that is in it.
fn topmost(all: Vec<UnitResult>) -> Vec<UnitResult> {
    let with_vendors = all.iter().any(|it| it.kind == UnitKind::Vendor);
    let teams: Vec<Uuid> = all.iter().filter(|it| it.kind == UnitKind::Team).map(|it| it.id).collect();
    let is_top = |it: &UnitResult| match it.kind {
        UnitKind::Centre | UnitKind::Vendor => true,
        UnitKind::Team => !with_vendors && it.parent_id.is_none_or(|above| !teams.contains(&above.0)),
    };
    all.into_iter().filter(is_top).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::TeamId;
    use crate::domain::results::Tally;
    use crate::domain::results::report::Unit;

    fn unit(kind: UnitKind, id: u128, above: Option<u128>) -> UnitResult {
        let parent_id = above.map(|id| TeamId(Uuid::from_u128(id)));
        let unit = Unit { kind, id: Uuid::from_u128(id), parent_id, code: String::new(), name: id.to_string(), archived: false };
        UnitResult::of("2026-11".parse().unwrap(), unit, &Tally::default())
    }

    #[test]
    fn only_what_stands_on_top_has_a_line() {
        let teams = vec![unit(UnitKind::Team, 1, Some(9)), unit(UnitKind::Team, 2, Some(1)), unit(UnitKind::Team, 3, None)];
        let shown = |all| topmost(all).iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        assert_eq!(shown(teams.clone()), ["1", "3"]);
        let with_vendor = teams.into_iter().chain([unit(UnitKind::Vendor, 7, None)]).collect();
        assert_eq!(shown(with_vendor), ["7"]);
    }

    #[test]
    fn a_unit_that_comes_or_goes_has_gaps() {
        let mut trend = Trend::default();
        let month = |text: &str| text.parse::<Period>().unwrap();
        trend.add(month("2026-09"), vec![unit(UnitKind::Team, 1, None)]);
        trend.add(month("2026-10"), vec![unit(UnitKind::Team, 2, None)]);
        trend.add(month("2026-11"), vec![unit(UnitKind::Team, 2, None), unit(UnitKind::Team, 1, None)]);
        let there: Vec<Vec<bool>> = trend.units.iter().map(|it| it.results.iter().map(Option::is_some).collect()).collect();
        assert_eq!(there, [[true, false, true], [false, true, true]]);
    }
}
