//! A mail before it has a form: a subject and blocks of text. HTML and plain text are made from the same document.

use std::fmt::Write;

use crate::domain::language::Language;

/// The most characters of a subject.
const SUBJECT_MAX: usize = 150;
/// The most characters of one text in a mail.
const TEXT_MAX: usize = 4000;

/// A mail before it has a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The language that it is in.
    pub language: Language,
    /// The subject: one line.
    pub subject: String,
    /// The blocks, from top to bottom.
    pub blocks: Vec<Block>,
}

/// A part of a mail. None of its texts is markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// A table with a head.
    Table(Vec<String>, Vec<Vec<String>>),
    /// What somebody said.
    Quote(String),
    /// A link: what it says and where it leads.
    Link(String, String),
    /// A line that nobody needs to read.
    Small(String),
}

/// One line without control characters, and not too long: for a subject or a name in a header.
pub fn one_line(text: &str, max: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).filter(|c| is_plain(*c)).collect();
    let words = spaced.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    shortened(&words, max)
}

/// Whether a sign is no invisible one that reorders what stands around it.
fn is_plain(c: char) -> bool {
    !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

/// A text of several lines without other control characters.
fn lines(text: &str) -> String {
    let plain: String = text.replace("\r\n", "\n").chars().filter(|c| (*c == '\n' || !c.is_control()) && is_plain(*c)).collect();
    shortened(&plain, TEXT_MAX)
}

/// Text as HTML text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in lines(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>"),
            c => out.push(c),
        }
    }
    out
}

impl Document {
    /// The subject as it is sent.
    pub fn subject_line(&self) -> String {
        one_line(&self.subject, SUBJECT_MAX)
    }

    /// The mail as HTML.
    pub fn html(&self) -> String {
        let language = match self.language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        };
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font: 15px/1.5 sans-serif; color: #1c2430; max-width: 44em; margin: 1em auto; padding: 0 1em\">\n",
            escaped(&self.subject_line())
        );
        for block in &self.blocks {
            block.html(&mut out);
        }
        out.push_str("</body>\n</html>\n");
        out
    }

    /// The mail as plain text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (n, block) in self.blocks.iter().enumerate() {
            if n > 0 {
                out.push('\n');
            }
            block.text(self.language, &mut out);
        }
        out
    }
}

impl Block {
    fn html(&self, out: &mut String) {
        const CELL: &str = "style=\"text-align: left; padding: 0.2em 1em 0.2em 0; vertical-align: top\"";
        // Writing to a string cannot fail.
        _ = match self {
            Self::Heading(text) => writeln!(out, "<h1 style=\"font-size: 1.2em\">{}</h1>", escaped(text)),
            Self::Text(text) => writeln!(out, "<p>{}</p>", escaped(text)),
            Self::Quote(text) => {
                let style = "margin: 0; padding-left: 1em; border-left: 3px solid #c3cad5";
                writeln!(out, "<blockquote style=\"{style}\">{}</blockquote>", escaped(text))
            }
            Self::Link(text, url) => writeln!(out, "<p><a href=\"{}\">{}</a></p>", escaped(url), escaped(text)),
            Self::Small(text) => writeln!(out, "<p style=\"color: #5b6675; font-size: 0.85em\">{}</p>", escaped(text)),
            Self::Facts(facts) => {
                let row = |(name, value): &(String, String)| {
                    format!("<tr><th {CELL}>{}</th><td {CELL}>{}</td></tr>\n", escaped(name), escaped(value))
                };
                writeln!(out, "<table>\n{}</table>", facts.iter().map(row).collect::<String>())
            }
            Self::Table(head, rows) => {
                let row = |cells: &[String], tag: &str| {
                    let cells: String = cells.iter().map(|c| format!("<{tag} {CELL}>{}</{tag}>", escaped(c))).collect();
                    format!("<tr>{cells}</tr>\n")
                };
                writeln!(out, "<table>\n{}{}</table>", row(head, "th"), rows.iter().map(|r| row(r, "td")).collect::<String>())
            }
        };
    }

    fn text(&self, language: Language, out: &mut String) {
        let colon = match language {
            Language::Zh => "：",
            Language::En => ": ",
        };
        let flat = |text: &str| one_line(text, TEXT_MAX);
        let row = |cells: &Vec<String>| cells.iter().map(|c| flat(c)).collect::<Vec<_>>().join(" | ");
        let text = match self {
            Self::Heading(text) => format!("# {}", flat(text)),
            Self::Text(text) | Self::Small(text) => lines(text),
            Self::Link(text, url) => format!("{}: {}", flat(text), flat(url)),
            Self::Quote(text) => lines(text).lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
            Self::Facts(facts) => {
                facts.iter().map(|(name, value)| format!("{}{colon}{}", flat(name), flat(value))).collect::<Vec<_>>().join("\n")
            }
            Self::Table(head, rows) => std::iter::once(head).chain(rows).map(row).collect::<Vec<_>>().join("\n"),
        };
        out.push_str(&text);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_typed_becomes_markup_or_a_header() {
        let evil = "<script>alert('1')</script>\r\nBcc: everybody@example.com";
        let document = Document {
            language: Language::En,
            subject: evil.into(),
            blocks: vec![
                Block::Heading(evil.into()),
                Block::Quote(evil.into()),
                Block::Facts(vec![(evil.into(), evil.into())]),
                Block::Table(vec![evil.into()], vec![vec![evil.into()]]),
                Block::Link(evil.into(), "https://example.com/\"onclick=\"x".into()),
            ],
        };
        assert_eq!(document.subject_line(), "<script>alert('1')</script> Bcc: everybody@example.com");
        assert!(!document.html().contains("<script"));
        assert!(!document.html().contains("\"onclick"));
        assert!(!document.text().contains('\r'));
    }

    proptest! {
        #[test]
        fn a_subject_is_one_short_line(text in "\\PC{0,200}|(.|\r|\n|\t|\u{0}|\u{202e}|\u{2028}){0,200}") {
            let line = one_line(&text, SUBJECT_MAX);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert!(line.chars().count() <= SUBJECT_MAX + 1);
        }

        #[test]
        fn html_has_no_markup_but_ours(text in "[<>&\"'a-z\r\n]{0,60}") {
            let document = Document { language: Language::Zh, subject: String::new(), blocks: vec![Block::Text(text)] };
            let html = document.html();
            let body = html.split("<p>").nth(1).unwrap().split("</p>").next().unwrap().replace("<br>", "");
            prop_assert!(!body.contains(['<', '>', '"', '\'']));
        }
    }
}
