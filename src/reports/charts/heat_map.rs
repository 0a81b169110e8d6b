//! Who fails what: agents down, scorecard items across, a number in each cell that is the darker the greater it is.

use super::About;
use super::picture::{Anchor, Picture, clipped, nth};

const LABEL: i64 = 150;
const HEAD: i64 = 132;
const CELL: i64 = 34;
const ROW: i64 = 26;
/// Room for the last head, which climbs to the right.
const MARGIN: i64 = 110;

/// A row of the heat map.
#[derive(Debug, Clone)]
pub struct HeatRow {
    /// Who it is about.
    pub label: String,
    /// Where that leads to.
    pub href: Option<String>,
    /// The number in each column, and where its cases are listed.
    pub cells: Vec<(u64, Option<String>)>,
}

/// The heat map; each row must have a cell for each of `columns`.
pub fn heat_map(about: &About, columns: &[String], rows: &[HeatRow]) -> String {
    let most = rows.iter().flat_map(|row| &row.cells).map(|(count, _)| *count).max().unwrap_or(0);
    let width = LABEL + nth(columns.len(), CELL) + MARGIN;
    let mut picture = Picture::new(about, width, HEAD + nth(rows.len(), ROW) + 6);
    for (n, column) in columns.iter().enumerate() {
        picture.climbing("label", (LABEL + nth(n, CELL) + 20, HEAD - 8), &clipped(column, 25));
    }
    for (n, row) in rows.iter().enumerate() {
        let y = HEAD + nth(n, ROW);
        picture.link(row.href.as_deref(), &row.label, |p| p.text("label", (LABEL - 8, y + 17), Anchor::End, &clipped(&row.label, 20)));
        for (m, (count, href)) in row.cells.iter().enumerate() {
            let x = LABEL + nth(m, CELL);
            let level = level(*count, most);
            if level == 0 {
                picture.rect("heat level-0", (x, y), (CELL - 2, ROW - 2), None);
                continue;
            }
            let column = columns.get(m).map_or("", String::as_str);
            picture.link(href.as_deref(), &format!("{}, {column}: {count}", row.label), |p| {
                p.rect(&format!("heat level-{level}"), (x, y), (CELL - 2, ROW - 2), None);
                p.text(&format!("count level-{level}"), (x + CELL / 2 - 1, y + 17), Anchor::Middle, &count.to_string());
            });
        }
    }
    picture.finish()
}

/// How dark a cell is: 0 for nothing, 1 to 4 by its share of the greatest number.
fn level(count: u64, most: u64) -> u64 {
    match most {
        0 => 0,
        _ => u64::try_from((u128::from(count) * 4).div_ceil(u128::from(most))).unwrap_or(4).min(4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greater_the_darker() {
        assert_eq!([0, 1, 2, 3, 4, 5].map(|count| level(count, 5)), [0, 1, 2, 3, 4, 4]);
        assert_eq!((level(0, 0), level(1, 1), level(1, 100)), (0, 4, 1));
    }

    #[test]
    fn agents_by_items() {
        let columns = ["核实客户身份".to_owned(), "Opens the call by the script, politely and at once".to_owned()];
        let rows = [
            HeatRow { label: "王芳".into(), href: Some("/a".into()), cells: vec![(4, Some("/a?i=1".into())), (0, None)] },
            HeatRow { label: "李娜".into(), href: None, cells: vec![(1, None), (2, None)] },
        ];
        let about = About { id: "heat", title: "Who fails what".into(), description: "王芳 4".into() };
        let svg = heat_map(&about, &columns, &rows);
        assert!(svg.contains("王芳, 核实客户身份: 4") && !svg.contains("style="));
        insta::assert_snapshot!(svg.replace("><", ">\n<"));
    }
}
