//! Pieces of rows that are added and removed: words in a field each, and the buttons of a row.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::form::Typed;
use crate::web::page::Frame;

/// One field among others of the same name.
#[derive(Debug, Clone)]
struct Word {
    path: String,
    /// Counted from 1.
    number: usize,
    text: String,
    bad: bool,
    look: bool,
}

/// Words of any number, each in a field of its own.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/words.html")]
pub struct Words<'a> {
    name: String,
    label: &'a str,
    fault: Option<&'a str>,
    hint: &'a str,
    /// What the button says that asks for one more.
    more: &'a str,
    /// The `<datalist>` with what is known to choose from; empty for none.
    from: &'a str,
    fields: Vec<Word>,
}

impl HtmlSafe for Words<'_> {}

impl<'a> Words<'a> {
    /// What helps to fill it in.
    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    /// With what is known to choose from: the id of a `<datalist>`.
    #[must_use]
    pub fn from(self, from: &'a str) -> Self {
        Self { from, ..self }
    }
}

/// The buttons of a row that move it up and take it away.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/row_buttons.html")]
pub struct RowButtons<'a> {
    f: &'a Frame,
    path: String,
    what: String,
    up: bool,
}

impl HtmlSafe for RowButtons<'_> {}

/// The button that asks for one more row.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/row_more.html")]
pub struct RowMore<'a> {
    name: String,
    more: &'a str,
}

impl HtmlSafe for RowMore<'_> {}

impl Typed {
    /// Words of any number, each in a field of its own, with one more to type in.
    pub fn words<'a>(&'a self, name: impl Into<String>, label: &'a str, more: &'a str) -> Words<'a> {
        let name = name.into();
        self.calls(&name, label);
        let sent = self.rows(&name);
        let spare = sent == 0 || !self.get(&format!("{name}[{}]", sent.saturating_sub(1))).is_empty();
        let field = |at: usize| {
            let path = format!("{name}[{at}]");
            Word {
                number: at.saturating_add(1),
                text: self.get(&path).to_owned(),
                bad: self.fault_below(&path).is_some(),
                look: self.is_looked_at(&path),
                path,
            }
        };
        let fields = (0..sent.saturating_add(usize::from(spare))).map(field).collect();
        Words { label, fault: self.fault_below(&name), hint: "", more, from: "", fields, name }
    }
}

impl Frame {
    /// The button that takes the row at a path away; `what` names the row to those who hear the page.
    pub fn drop_row(&self, path: impl ToString, what: impl ToString) -> RowButtons<'_> {
        RowButtons { f: self, path: path.to_string(), what: what.to_string(), up: false }
    }

    /// The same, and where it is not the first one a button that moves it up: for rows whose order says something.
    pub fn move_row(&self, path: impl ToString, what: impl ToString) -> RowButtons<'_> {
        let path = path.to_string();
        RowButtons { f: self, up: !path.ends_with("[0]"), path, what: what.to_string() }
    }

    /// The button that asks for one more row of a name.
    pub fn more_rows<'a>(&self, name: impl ToString, more: &'a str) -> RowMore<'a> {
        RowMore { name: name.to_string(), more }
    }
}
