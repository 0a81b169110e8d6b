//! How something went over the periods: a line for each of a few series, with the limits that it is held against.

use super::About;
use super::picture::{Anchor, Picture, clipped, nth, share};

const WIDTH: i64 = 640;
const LEFT: i64 = 56;
const RIGHT: i64 = 150;
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
    }
    for (n, period) in periods.iter().enumerate() {
        picture.text("tick", (x(n), TOP + HEIGHT + 20), Anchor::Middle, period);
    }
    // What stands in the way of names: the lines with their marks, those of the limits, and other names.
    let points = |stretch: &[(usize, &Value)]| stretch.iter().map(|(n, value)| (x(*n), y(value.at))).collect::<Way>();
    let ways: Vec<Way> = series.iter().flat_map(|one| stretches(&one.values)).map(|stretch| points(&stretch)).collect();
    let across: Vec<Way> = scale.limits.iter().map(|limit| vec![(LEFT, y(limit.at)), (WIDTH - RIGHT, y(limit.at))]).collect();
    let mut names: Vec<Area> = Vec::new();
    for (s, one) in series.iter().enumerate() {
        let class = format!("series-{}", s % DASHES.len());
        for stretch in stretches(&one.values) {
            picture.path(&class, &points(&stretch), DASHES.get(s % DASHES.len()).copied().unwrap_or(""));
        }
        let known = || one.values.iter().enumerate().filter_map(|(n, value)| value.as_ref().map(|value| (n, value)));
        for (n, value) in known() {
            let told = format!("{}, {}: {}", one.name, periods.get(n).map_or("", String::as_str), value.shown);
            picture.mark(&class, (x(n), y(value.at)), s, &told);
        }
        if let Some((n, value)) = known().next_back() {
            // Names that would stand upon one another, or in a line, move down, or else up.
            let name = format!("{} {}", clipped(&one.name, 14), value.shown);
            let beside = Area::of(&name, x(n) + 12, y(value.at) + 4);
            let at = |lines: i64| Area { base: beside.base + lines * LINE, ..beside };
            let apart = |place: &Area| !names.iter().any(|other| place.touches(*other));
            let clear = |place: &Area| apart(place) && !ways.iter().chain(&across).any(|way| place.is_crossed(way));
            let inside = |place: &Area| place.base - 10 >= 0 && place.base <= TOP + HEIGHT;
            let mut near = (0..12).map(at).chain((1..12).map(|lines| at(-lines))).filter(inside);
            let place = near.find(clear).or_else(|| (0..).map(at).find(apart)).unwrap_or(beside);
            names.push(place);
            picture.text(&format!("label {class}"), (place.left, place.base), Anchor::Start, &name);
        }
    }
    for limit in &scale.limits {
        let place = free(&limit.shown, y(limit.at), &ways, &names);
        picture.text("tick", (place.left, place.base), Anchor::Start, &limit.shown);
        names.push(place);
    }
    picture.finish()
}

/// From one line of text to the next, in pixels.
const LINE: i64 = 15;

/// A line through points.
type Way = Vec<(i64, i64)>;

/// The area of a text, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    left: i64,
    right: i64,
    /// Where the letters stand.
    base: i64,
}

impl Area {
    fn of(text: &str, left: i64, base: i64) -> Self {
        let width: i64 = text.chars().map(|c| if c.is_ascii() { 7 } else { 13 }).sum();
        Self { left, right: left + width, base }
    }

    fn touches(self, other: Self) -> bool {
        self.left < other.right && other.left < self.right && (self.base - other.base).abs() < LINE
    }

    /// Whether a line runs through it, or close by with its marks.
    fn is_crossed(self, way: &Way) -> bool {
        let (top, bottom) = (self.base - 17, self.base + 8);
        let (left, right) = (self.left - 6, self.right + 6);
        let crosses = |(x1, y1): (i64, i64), (x2, y2): (i64, i64)| {
            let (from, to) = (x1.max(left), x2.min(right));
            let at = |x: i64| y1 + ((y2 - y1) * (x - x1)).checked_div(x2 - x1).unwrap_or(0);
            from <= to && at(from).min(at(to)) <= bottom && top <= at(from).max(at(to))
        };
        match way.as_slice() {
            [only] => crosses(*only, *only),
            points => points.iter().zip(points.iter().skip(1)).any(|(a, b)| crosses(*a, *b)),
        }
    }
}

/// Where the name of a limit stands free: above or below its line, as far to the left as can be. Where nothing is free, above at the left.
fn free(text: &str, line: i64, ways: &[Way], names: &[Area]) -> Area {
    let above = Area::of(text, LEFT + 4, line - 5);
    let width = above.right - above.left;
    let steps = (0..).map(|n| LEFT + 4 + n * 8).take_while(|left| left + width <= WIDTH - RIGHT);
    let places = steps.flat_map(|left| [line - 5, line + 14].map(|base| Area { left, right: left + width, base }));
    let inside = |place: &Area| place.base - 10 >= 0 && place.base <= TOP + HEIGHT;
    let fits = |place: &Area| !ways.iter().any(|way| place.is_crossed(way)) && !names.iter().any(|name| place.touches(*name));
    places.filter(inside).find(fits).unwrap_or(above)
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
    fn the_name_of_a_limit_keeps_clear_of_the_lines() {
        let flat: Way = vec![(LEFT, 50), (LEFT + 200, 50)];
        assert_eq!(free("target", 50, &[], &[]).base, 45, "above where nothing is");
        assert_eq!(free("target", 50, &[vec![(LEFT, 40), (LEFT + 400, 40)]], &[]).base, 64, "below where a line runs above");
        let beside = free("target 90 %", 50, std::slice::from_ref(&flat), &[]);
        assert!(beside.left > LEFT + 200 && !beside.is_crossed(&flat), "{beside:?}");
        let name = Area::of("target", LEFT + 4, 45);
        assert_ne!(free("target", 50, &[], &[name]), name, "nor does it stand upon another name");
        // A line that climbs through the limit: free on the side that it does not use.
        let climbing: Way = vec![(LEFT, 120), (LEFT + 217, 50), (WIDTH - RIGHT, 20)];
        let place = free("目标 90 %", 50, std::slice::from_ref(&climbing), &[]);
        assert!(!place.is_crossed(&climbing) && place.base == 45, "{place:?}");
        assert_eq!(free("target", 50, &[vec![(0, 40), (WIDTH, 40)], vec![(0, 60), (WIDTH, 60)]], &[]).base, 45, "nowhere is free");
    }

    #[test]
    fn the_name_of_a_series_that_ends_early_stands_in_no_line() {
        let about = About { id: "early", title: "t".into(), description: "d".into() };
        let both = |first: u64, then: Option<u64>| vec![Some(value(first)), then.map(value)];
        let series = [Series { name: "all".into(), values: both(92, Some(86)) }, Series { name: "gone".into(), values: both(88, None) }];
        let scale = Scale { top: 100, ticks: vec![], limits: vec![Value { at: 85, shown: "target".into() }] };
        let svg = lines(&about, &["2026-10".to_owned(), "2026-11".to_owned()], &series, &scale);
        let label = svg.split("<text").find(|text| text.contains(">gone 88")).unwrap();
        let base: i64 = label.split("y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
        // The limit runs at 42, and the letters are about 12 high.
        assert!(base > 54, "{label}");
    }

    #[test]
    fn one_period_stands_in_the_middle() {
        let about = About { id: "one", title: "t".into(), description: "d".into() };
        let series = [Series { name: "a".into(), values: vec![Some(value(50))] }];
        let svg = lines(&about, &["2026-11".to_owned()], &series, &Scale { top: 100, ticks: vec![], limits: vec![] });
        assert!(svg.contains("cx=\"273\""), "{svg}");
    }
}
