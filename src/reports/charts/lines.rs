//! How something went over the periods: a line for each of a few series, with the limits that it is held against.

use super::About;
use super::picture::{Anchor, Picture, clipped, nth, share};

const WIDTH: i64 = 620;
const LEFT: i64 = 56;
const RIGHT: i64 = 130;
const TOP: i64 = 14;
const HEIGHT: i64 = 190;
/// How each series is drawn, in `stroke-dasharray`: told apart without colour.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "10 3 2 3"];

/// A value with the text that stands for it.
#[derive(Debug, Clone)]
pub struct Value {
    /// The value on the axis.
    pub at: u64,
    /// As it is shown.
    pub shown: String,
}

/// A line of the chart.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it is called.
    pub name: String,
    /// A value for each of the periods, or none.
    pub values: Vec<Option<Value>>,
}

/// What the values are held against.
#[derive(Debug, Clone)]
pub struct Scale {
    /// The value at the top.
    pub top: u64,
    /// Values that the axis names.
    pub ticks: Vec<Value>,
    /// A line across, such as a target, with its name.
    pub limits: Vec<Value>,
}

/// The lines; each series must have a value or a gap for each of `periods`.
pub fn lines(about: &About, periods: &[String], series: &[Series], scale: &Scale) -> String {
    let mut picture = Picture::new(about, WIDTH, TOP + HEIGHT + 28);
    let inner = WIDTH - LEFT - RIGHT;
    let y = |at: u64| TOP + HEIGHT - share(at, scale.top.max(1), HEIGHT);
    let step = inner.checked_div(nth(periods.len().saturating_sub(1).max(1), 1)).unwrap_or(inner);
    // A single period stands in the middle.
    let x = |n: usize| if periods.len() < 2 { LEFT + inner / 2 } else { LEFT + nth(n, step) };
    for tick in &scale.ticks {
        picture.line("grid", (LEFT, y(tick.at)), (WIDTH - RIGHT, y(tick.at)));
        picture.text("tick", (LEFT - 8, y(tick.at) + 4), Anchor::End, &tick.shown);
    }
    for limit in &scale.limits {
        picture.line("limit", (LEFT, y(limit.at)), (WIDTH - RIGHT, y(limit.at)));
        picture.text("tick", (LEFT + 4, y(limit.at) - 5), Anchor::Start, &limit.shown);
    }
    for (n, period) in periods.iter().enumerate() {
        picture.text("tick", (x(n), TOP + HEIGHT + 20), Anchor::Middle, period);
    }
    let mut taken: Vec<i64> = Vec::new();
    for (s, one) in series.iter().enumerate() {
        let class = format!("series-{}", s % DASHES.len());
        for stretch in stretches(&one.values) {
            let points: Vec<(i64, i64)> = stretch.iter().map(|(n, value)| (x(*n), y(value.at))).collect();
            picture.path(&class, &points, DASHES.get(s % DASHES.len()).copied().unwrap_or(""));
        }
        let known = || one.values.iter().enumerate().filter_map(|(n, value)| value.as_ref().map(|value| (n, value)));
        for (n, value) in known() {
            let told = format!("{}, {}: {}", one.name, periods.get(n).map_or("", String::as_str), value.shown);
            picture.mark(&class, (x(n), y(value.at)), s, &told);
        }
        if let Some((n, value)) = known().next_back() {
            // Names that would stand upon one another move down.
            let mut at = y(value.at) + 4;
            while taken.iter().any(|other| (other - at).abs() < 15) {
                at += 15;
            }
            taken.push(at);
            picture.text(&format!("label {class}"), (x(n) + 12, at), Anchor::Start, &format!("{} {}", clipped(&one.name, 14), value.shown));
        }
    }
    picture.finish()
}

/// The values without gaps between them, with their places.
fn stretches(values: &[Option<Value>]) -> Vec<Vec<(usize, &Value)>> {
    let mut all: Vec<Vec<(usize, &Value)>> = Vec::new();
    let mut before = false;
    for (n, value) in values.iter().enumerate() {
        match (value, before) {
            (Some(value), true) => {
                if let Some(last) = all.last_mut() {
                    last.push((n, value));
                }
            }
            (Some(value), false) => all.push(vec![(n, value)]),
            (None, _) => {}
        }
        before = value.is_some();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(at: u64) -> Value {
        Value { at, shown: format!("{at} %") }
    }

    #[test]
    fn rates_over_periods_with_a_gap_and_a_target() {
        let about = About { id: "trend", title: "Pass rate".into(), description: "80 % of 90 %".into() };
        let periods = ["2026-08", "2026-09", "2026-10", "2026-11"].map(str::to_owned);
        let series = [
            Series { name: "中心".into(), values: vec![Some(value(70)), None, Some(value(75)), Some(value(80))] },
            Series { name: "云桥".into(), values: vec![None, None, Some(value(60)), Some(value(81))] },
        ];
        let scale =
            Scale { top: 100, ticks: vec![value(0), value(50), value(100)], limits: vec![Value { at: 90, shown: "target 90 %".into() }] };
        let svg = lines(&about, &periods, &series, &scale);
        assert_eq!(svg.matches("<polyline").count(), 3, "a gap breaks the line");
        assert!(svg.contains("stroke-dasharray=\"7 4\"") && !svg.contains("style="));
        insta::assert_snapshot!(svg.replace("><", ">\n<"));
    }

    #[test]
    fn one_period_stands_in_the_middle() {
        let about = About { id: "one", title: "t".into(), description: "d".into() };
        let series = [Series { name: "a".into(), values: vec![Some(value(50))] }];
        let svg = lines(&about, &["2026-11".to_owned()], &series, &Scale { top: 100, ticks: vec![], limits: vec![] });
        assert!(svg.contains("cx=\"273\""), "{svg}");
    }
}
