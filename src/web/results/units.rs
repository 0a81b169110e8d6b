//! Teams, vendors and the centre in the month, against the month before and against the target.

use uuid::Uuid;

use crate::domain::pass_policy::Threshold;
use crate::domain::results::report::UnitResult;
use crate::web::figures::{per_mille, percent};

/// A team, a vendor or the centre.
#[derive(Debug, Clone)]
pub struct UnitLine {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) depth: usize,
    pub(super) agents: u64,
    pub(super) effective: u64,
    pub(super) rated: u64,
    pub(super) passed: u64,
    pub(super) rate: String,
    pub(super) rate_per_mille: u64,
    pub(super) change: String,
    /// Whether the target is met; none where there is no target or no rate.
    pub(super) on_target: Option<bool>,
    pub(super) evaluations: u64,
    pub(super) key_errors: u64,
    pub(super) non_key_errors: u64,
}

/// One unit; `all` are those of its kind, to know how deep it stands.
pub fn unit_line(unit: &UnitResult, last: &[UnitResult], all: &[UnitResult], target: Option<Threshold>) -> UnitLine {
    let rate = unit.pass_rate.as_ref().and_then(per_mille);
    let before = last.iter().find(|u| u.id == unit.id).and_then(|u| u.pass_rate.as_ref()).and_then(per_mille);
    let change = rate.zip(before).map(|(now, then)| {
        let (sign, by) = if now >= then { ("+", now - then) } else { ("−", then - now) };
        format!("{sign}{}.{}", by / 10, by % 10)
    });
    let mut depth = 0;
    let mut above = unit.parent_id;
    while let Some(parent) = above.and_then(|id| all.iter().find(|u| u.id == id.0)).filter(|_| depth < 20) {
        depth += 1;
        above = parent.parent_id;
    }
    UnitLine {
        id: unit.id,
        name: unit.name.clone(),
        depth,
        agents: unit.agents,
        effective: unit.effective,
        rated: unit.rated,
        passed: unit.passed,
        rate: percent(unit.pass_rate.as_ref()),
        rate_per_mille: rate.unwrap_or(0),
        change: change.unwrap_or_default(),
        on_target: target.zip(unit.pass_rate.as_ref()).map(|(target, rate)| meets(target, rate.numerator, rate.denominator)),
        evaluations: unit.evaluations,
        key_errors: unit.key_errors,
        non_key_errors: unit.non_key_errors,
    }
}

/// Whether `part / whole` is at least the target, compared exactly.
fn meets(target: Threshold, part: u64, whole: u64) -> bool {
    u128::from(part) * u128::from(Threshold::SCALE) >= u128::from(target.ten_thousandths()) * u128::from(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_exactly() {
        let target = "0.9".parse().unwrap();
        assert!(meets(target, 9, 10) && !meets(target, 8999, 10_000) && meets("0".parse().unwrap(), 0, 3));
    }
}
