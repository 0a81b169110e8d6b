//! An SVG picture that is being drawn, in whole pixels.

use super::About;

/// Where a text hangs on its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// It begins there.
    Start,
    /// It stands over it.
    Middle,
    /// It ends there.
    End,
}

impl Anchor {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A picture that is being drawn.
#[derive(Debug)]
pub(super) struct Picture {
    svg: String,
}

impl Picture {
    /// An empty picture of a size.
    pub(super) fn new(about: &About, width: i64, height: i64) -> Self {
        let About { id, title, description } = about;
        let svg = format!(
            "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"group\" aria-labelledby=\"{id}-title {id}-about\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-about\">{}</desc>",
            escaped(title),
            escaped(description)
        );
        Self { svg }
    }

    /// A pattern that fills as `url(#id)`: lines that lean to the right, or dots.
    pub(super) fn hatch(&mut self, id: &str, dots: bool) {
        let mark =
            if dots { "<circle class=\"hatch-dot\" cx=\"3\" cy=\"3\" r=\"1.4\"/>" } else { "<path class=\"hatch-line\" d=\"M0 0V6\"/>" };
        let turned = if dots { "" } else { " patternTransform=\"rotate(45)\"" };
        self.svg.push_str(&format!(
            "<defs><pattern id=\"{id}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"{turned}>\
             <rect class=\"hatch-paper\" width=\"6\" height=\"6\"/>{mark}</pattern></defs>"
        ));
    }

    /// A box; `fill` wins over the class where it is given.
    pub(super) fn rect(&mut self, class: &str, (x, y): (i64, i64), (width, height): (i64, i64), fill: Option<&str>) {
        let fill = fill.map(|f| format!(" fill=\"{f}\"")).unwrap_or_default();
        self.svg.push_str(&format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{fill}/>"));
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, (x1, y1): (i64, i64), (x2, y2): (i64, i64)) {
        self.svg.push_str(&format!("<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"));
    }

    /// A line through points; `dashes` as `stroke-dasharray` takes them.
    pub(super) fn path(&mut self, class: &str, points: &[(i64, i64)], dashes: &str) {
        let way: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        self.svg.push_str(&format!("<polyline class=\"{class}\" fill=\"none\" points=\"{}\"{dashes}/>", way.join(" ")));
    }

    /// A text.
    pub(super) fn text(&mut self, class: &str, (x, y): (i64, i64), anchor: Anchor, text: &str) {
        let anchor = anchor.as_str();
        self.svg.push_str(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>", escaped(text)));
    }

    /// A text that climbs to the right from its point.
    pub(super) fn climbing(&mut self, class: &str, (x, y): (i64, i64), text: &str) {
        self.svg.push_str(&format!("<text class=\"{class}\" transform=\"translate({x} {y}) rotate(-45)\">{}</text>", escaped(text)));
    }

    /// A mark on a point: another shape for each number.
    pub(super) fn mark(&mut self, class: &str, (x, y): (i64, i64), shape: usize, told: &str) {
        let told = escaped(told);
        let shape = match shape % 4 {
            0 => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4\">"),
            1 => format!("<rect x=\"{}\" y=\"{}\" width=\"8\" height=\"8\">", x.saturating_sub(4), y.saturating_sub(4)),
            2 => format!("<path d=\"M{x} {}l5 9h-10z\">", y.saturating_sub(6)),
            _ => format!("<path d=\"M{x} {}l6 6l-6 6l-6 -6z\">", y.saturating_sub(6)),
        };
        let name = if shape.starts_with("<circle") {
            "circle"
        } else if shape.starts_with("<rect") {
            "rect"
        } else {
            "path"
        };
        self.svg.push_str(&format!("<g class=\"{class}\">{shape}<title>{told}</title></{name}></g>"));
    }

    /// What is drawn by `inside` leads to an address. By keyboard one gets there through the table behind the chart.
    pub(super) fn link(&mut self, href: Option<&str>, told: &str, inside: impl FnOnce(&mut Self)) {
        match href {
            Some(href) => {
                self.svg.push_str(&format!("<a href=\"{}\" tabindex=\"-1\"><title>{}</title>", escaped(href), escaped(told)));
                inside(self);
                self.svg.push_str("</a>");
            }
            None => inside(self),
        }
    }

    /// The picture.
    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// A text as it may stand in SVG.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A text cut to a width, in halves of a Chinese character, which is as wide as a Latin letter.
pub(super) fn clipped(text: &str, width: usize) -> String {
    let wide = |c: char| if u32::from(c) > 0x2E7F { 2 } else { 1 };
    if text.chars().map(wide).sum::<usize>() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let mut out: String = text
        .chars()
        .take_while(|c| {
            let fits = wide(*c) <= left;
            left = left.saturating_sub(wide(*c));
            fits
        })
        .collect();
    out.push('…');
    out
}

/// `part` of `whole`, laid out on a length; the whole length where there is no whole.
pub(super) fn share(part: u64, whole: u64, length: i64) -> i64 {
    let laid = i128::from(part).saturating_mul(i128::from(length)).checked_div(i128::from(whole));
    laid.and_then(|it| i64::try_from(it).ok()).unwrap_or(length).min(length)
}

/// A place in a list as a coordinate.
pub(super) fn nth(n: usize, step: i64) -> i64 {
    i64::try_from(n).unwrap_or(0).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_their_width_and_escaped() {
        assert_eq!(clipped("核实客户身份", 12), "核实客户身份");
        assert_eq!(clipped("核实客户身份", 8), "核实客…");
        assert_eq!(clipped("Verifies who is calling", 10), "Verifies …");
        assert_eq!(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[test]
    fn a_share_never_leaves_its_length() {
        assert_eq!((share(1, 2, 100), share(3, 2, 100), share(0, 0, 100), share(u64::MAX, u64::MAX, 7)), (50, 100, 100, 7));
    }
}
