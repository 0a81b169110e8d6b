//! Where the errors come from: causes by their number, and what share of the whole the first ones make.

use super::About;
use super::picture::{Anchor, Picture, clipped, nth, share};
use crate::domain::violation::ErrorKind;

const WIDTH: i64 = 620;
const LABEL: i64 = 190;
const BARS: i64 = 370;
const ROW: i64 = 26;
const TOP: i64 = 24;

/// One cause.
#[derive(Debug, Clone)]
pub struct Cause {
    /// What it is called.
    pub label: String,
    /// Which kind of error it counts as.
    pub kind: ErrorKind,
    /// How often.
    pub count: u64,
    /// Where its cases are listed.
    pub href: Option<String>,
}

/// The words of the chart in the reader's language.
#[derive(Debug, Clone)]
pub struct ParetoWords {
    /// For bars of key errors.
    pub key: String,
    /// For bars of non-key errors.
    pub non_key: String,
    /// For bars of what is no error.
    pub none: String,
    /// For the line of the running share.
    pub running: String,
}

/// Bars for the causes, the most frequent first, and a line with the running share of the whole. `causes` must be in that order.
pub fn pareto(about: &About, words: &ParetoWords, causes: &[Cause]) -> String {
    let total: u64 = causes.iter().map(|c| c.count).sum();
    let most = causes.iter().map(|c| c.count).max().unwrap_or(0);
    let bottom = TOP + nth(causes.len(), ROW);
    let mut picture = Picture::new(about, WIDTH, bottom + 34);
    let (leaning, dotted) = (format!("{}-lines", about.id), format!("{}-dots", about.id));
    picture.hatch(&leaning, false);
    picture.hatch(&dotted, true);
    let fill = |kind: ErrorKind| match kind {
        ErrorKind::Key => None,
        ErrorKind::NonKey => Some(format!("url(#{leaning})")),
        ErrorKind::None => Some(format!("url(#{dotted})")),
    };
    for percent in [0_u64, 50, 100] {
        let x = LABEL + share(percent, 100, BARS);
        picture.line("grid", (x, TOP - 4), (x, bottom));
        picture.text("tick", (x, TOP - 9), Anchor::Middle, &format!("{percent} %"));
    }
    let mut running: u64 = 0;
    let mut way = Vec::new();
    for (n, cause) in causes.iter().enumerate() {
        let y = TOP + nth(n, ROW);
        let told = format!("{}: {}", cause.label, cause.count);
        picture.link(cause.href.as_deref(), &told, |p| {
            p.text("label", (LABEL - 10, y + 17), Anchor::End, &clipped(&cause.label, 26));
            let length = share(cause.count, most.max(1), BARS * 3 / 4).max(2);
            p.rect(bar(cause.kind), (LABEL, y + 4), (length, ROW - 8), fill(cause.kind).as_deref());
            p.text("value", (LABEL + length + 6, y + 17), Anchor::Start, &cause.count.to_string());
        });
        running = running.saturating_add(cause.count);
        way.push((LABEL + share(running, total.max(1), BARS), y + ROW / 2, running));
    }
    picture.path("running", &way.iter().map(|(x, y, _)| (*x, *y)).collect::<Vec<_>>(), "");
    for (x, y, so_far) in &way {
        let percent = format!("{} %", share(*so_far, total.max(1), 100));
        picture.mark("running", (*x, *y), 0, &percent);
        picture.text("tick", (WIDTH - 4, *y + 4), Anchor::End, &percent);
    }
    let y = bottom + 12;
    let kinds = [(ErrorKind::Key, &words.key), (ErrorKind::NonKey, &words.non_key), (ErrorKind::None, &words.none)];
    let shown = kinds.iter().filter(|(kind, _)| causes.iter().any(|c| c.kind == *kind));
    let mut x = LABEL;
    for (kind, word) in shown {
        picture.rect(bar(*kind), (x, y), (14, 12), fill(*kind).as_deref());
        picture.text("tick", (x + 20, y + 10), Anchor::Start, word);
        x += 130;
    }
    picture.mark("running", (x + 6, y + 6), 0, &words.running);
    picture.text("tick", (x + 20, y + 10), Anchor::Start, &words.running);
    picture.finish()
}

const fn bar(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Key => "bar key",
        ErrorKind::NonKey => "bar non-key",
        ErrorKind::None => "bar none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> ParetoWords {
        ParetoWords { key: "关键".into(), non_key: "非关键".into(), none: "不计".into(), running: "累计".into() }
    }

    fn about() -> About {
        About { id: "pareto", title: "违规".into(), description: "3 < 4 & \"5\"".into() }
    }

    #[test]
    fn the_first_causes_and_their_share_of_the_whole() {
        let cause = |label: &str, kind, count| Cause { label: label.into(), kind, count, href: Some(format!("/f?type={label}&x=1")) };
        let causes = [
            cause("未提示评价", ErrorKind::NonKey, 6),
            cause("身份核实", ErrorKind::Key, 3),
            cause("A type with a name that is much too long for its place", ErrorKind::None, 1),
        ];
        let svg = pareto(&about(), &words(), &causes);
        for part in
            ["60 %", "90 %", "100 %", "/f?type=身份核实&amp;x=1", "url(#pareto-lines)", "url(#pareto-dots)", "A type with a name that i…"]
        {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(!svg.contains("style="));
        insta::assert_snapshot!(svg.replace("><", ">\n<"));
    }

    #[test]
    fn nothing_is_a_picture_too() {
        assert!(pareto(&about(), &words(), &[]).ends_with("</svg>"));
    }
}
