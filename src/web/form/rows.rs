//! Rows of a form that are added and removed: `hours[0].from`, `hours[1].from`, and rows within rows. The buttons that do it send the form to
//! the server, so they work without script; `assets/rows.js` keeps the place on the page.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Typed;

/// The most rows that a form takes of one name.
const MOST: usize = 2_000;

/// What follows `name[index]` in the path of a field.
fn place<'a>(path: &'a str, name: &str) -> Option<(usize, &'a str)> {
    let (index, rest) = path.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?;
    Some((index.parse().ok()?, rest))
}

/// Where the fields of a row are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place, counted from 1.
    pub number: usize,
    /// The path that its fields begin with, such as `hours[0]`.
    pub at: String,
}

impl Typed {
    /// The rows of a name in order, and `spare` empty ones after them.
    pub fn each_row(&self, name: &str, spare: usize) -> Vec<Row> {
        let rows = 0..self.rows(name).saturating_add(spare);
        rows.map(|row| Row { number: row.saturating_add(1), at: format!("{name}[{row}]") }).collect()
    }

    /// How many rows of this name were sent: one more than the highest index.
    pub fn rows(&self, name: &str) -> usize {
        let highest = self.values.keys().filter_map(|path| place(path, name)).map(|(index, _)| index).filter(|index| *index < MOST).max();
        highest.map_or(0, |index| index.saturating_add(1))
    }

    /// Moves the rows of a name: `to` gives the new place of each, or nothing for one that goes away.
    fn place_rows(&mut self, name: &str, to: impl Fn(usize) -> Option<usize>) {
        let before: HashMap<String, Vec<String>> = std::mem::take(&mut self.values);
        let moved = |path: String| match place(&path, name) {
            Some((index, rest)) => to(index).map(|index| format!("{name}[{index}]{rest}")),
            None => Some(path),
        };
        self.values = before.into_iter().filter_map(|(path, values)| Some((moved(path)?, values))).collect();
    }

    /// Whether nothing was typed or chosen in a row.
    fn is_blank(&self, name: &str, row: usize) -> bool {
        let of_row = self.values.iter().filter(|(path, _)| place(path, name).is_some_and(|(index, _)| index == row));
        of_row.flat_map(|(_, values)| values).all(|value| value.trim().is_empty())
    }

    /// Leaves out the rows of a name in which nothing was typed, so that the others count from 0 without a gap, here and in what is refused.
    pub fn close_up(&mut self, name: &str) {
        let kept: Vec<usize> = (0..self.rows(name)).filter(|row| !self.is_blank(name, *row)).collect();
        self.place_rows(name, |row| kept.iter().position(|one| *one == row));
    }

    /// Does what a button of the rows asks for: `add NAME`, `drop NAME[2]` or `up NAME[2]`. Says whether it was one of them; then the form
    /// is shown again, and nothing is stored.
    pub fn change_rows(&mut self) -> bool {
        let look = self.changed_row();
        self.unsaved = look.is_some();
        self.look = RefCell::new(look);
        self.unsaved
    }

    /// Whether rows were added, moved or removed, which stores nothing yet.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved
    }

    /// Changes the rows, and gives the one to look at then.
    fn changed_row(&mut self) -> Option<String> {
        let (verb, path) = self.get("do").split_once(' ')?;
        let (verb, path) = (verb.to_owned(), path.to_owned());
        if verb == "add" {
            let row = self.rows(&path);
            let added = format!("{path}[{row}]");
            if row < MOST {
                self.values.insert(added.clone(), vec![String::new()]);
            }
            return Some(added);
        }
        let (name, index) = path.strip_suffix(']')?.rsplit_once('[')?;
        let index: usize = index.parse().ok()?;
        match verb.as_str() {
            "drop" => {
                self.place_rows(name, |row| (row != index).then(|| if row > index { row.saturating_sub(1) } else { row }));
                Some(name.to_owned())
            }
            "up" => {
                let above = index.saturating_sub(1);
                self.place_rows(name, |row| {
                    Some(if row == index {
                        above
                    } else if row == above {
                        index
                    } else {
                        row
                    })
                });
                Some(format!("{name}[{above}]"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn rows_are_added_removed_and_moved_with_all_that_is_in_them() {
        let mut form =
            typed(&[("a[0].x", "one"), ("a[0].b[0]", "p"), ("a[1].x", "two"), ("a[1].b[0]", "q"), ("ab[0]", "z"), ("do", "up a[1]")]);
        assert_eq!((form.rows("a"), form.rows("a[1].b"), form.rows("none")), (2, 1, 0));
        assert_eq!(form.changed_row().as_deref(), Some("a[0]"));
        assert_eq!((form.get("a[0].x"), form.get("a[0].b[0]"), form.get("a[1].x")), ("two", "q", "one"));
        form.values.insert("do".into(), vec!["drop a[0]".into()]);
        assert_eq!(form.changed_row().as_deref(), Some("a"));
        assert_eq!((form.rows("a"), form.get("a[0].x"), form.get("ab[0]")), (1, "one", "z"));
        form.values.insert("do".into(), vec!["add a[0].b".into()]);
        assert_eq!((form.changed_row().as_deref(), form.rows("a[0].b")), (Some("a[0].b[1]"), 2));
    }

    #[test]
    fn what_is_no_stroke_changes_nothing() {
        for what in ["", "save", "drop a", "drop a[x]", "up a[", "turn a[0]", "drop a[99999999999999999999]", "drop nothing[0]"] {
            let mut form = typed(&[("a[0].x", "one"), ("do", what)]);
            let _ = form.changed_row();
            assert_eq!((form.rows("a"), form.get("a[0].x")), (1, "one"), "{what}");
        }
    }

    #[test]
    fn empty_rows_are_left_out_and_far_ones_do_not_count() {
        let mut form = typed(&[("a[0].x", " "), ("a[1].x", ""), ("a[1].y", "two"), ("a[3].x", "four"), ("a[4000000000].x", "far")]);
        form.close_up("a");
        assert_eq!((form.rows("a"), form.get("a[0].y"), form.get("a[1].x")), (2, "two", "four"));
    }
}
