//! What the service refuses, in the language of the page that shows it.
//!
//! Refusals are written in English, for programs, operators and English pages. `refusals/*.txt` say the same in Chinese, one sentence a line:
//! the English one with `{}` where a value stands, an arrow, and the Chinese one with `{0}`, `{1}` where the values go. `{0:sentence}` is a value
//! that is itself such a sentence or several, `{0:action}` one that names what somebody may do, and `{0:appeal}` a word of `words.txt`. What no line knows stays English; a test holds the
//! lines against every sentence in the sources.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::page::Frame;
use super::words::scopes::action_words;
use crate::domain::language::Language;
use crate::domain::refusal::{Fault, Refusal};
use crate::http::Problem;
use crate::usecases::Error;

/// The sentences, by what they are about.
const SENTENCES: [&str; 6] = [
    include_str!("refusals/decisions.txt"),
    include_str!("refusals/fields.txt"),
    include_str!("refusals/money.txt"),
    include_str!("refusals/not_found.txt"),
    include_str!("refusals/people.txt"),
    include_str!("refusals/sampling.txt"),
];

/// The words inside sentences.
const WORDS: &str = include_str!("refusals/words.txt");

/// What the service itself writes down and shows later; nobody is refused anything with it.
const STORED: &str = include_str!("refusals/stored.txt");

/// Between a sentence and its translation.
const ARROW: &str = " → ";

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(sentences(), pairs(WORDS)));

static WRITTEN: LazyLock<Table> = LazyLock::new(|| Table::of(pairs(STORED), pairs(WORDS)));

fn pairs(lines: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    lines.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(ARROW))
}

/// Every sentence in English, `{}` where a value stands, and in Chinese.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
    SENTENCES.into_iter().flat_map(pairs)
}

/// A sentence with values in it.
#[derive(Debug)]
struct Open {
    /// What stands before, between and after the values.
    parts: Vec<&'static str>,
    chinese: &'static str,
}

impl Open {
    /// How much of the sentence is always the same.
    fn fixed(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// The values of a message that is this sentence.
    fn values<'a>(&self, message: &'a str) -> Option<Vec<&'a str>> {
        let (first, rest) = self.parts.split_first()?;
        let (last, between) = rest.split_last()?;
        let mut left = message.strip_prefix(first)?.strip_suffix(last)?;
        let mut values = Vec::with_capacity(rest.len());
        for part in between {
            let (value, after) = left.split_once(part)?;
            values.push(value);
            left = after;
        }
        values.push(left);
        Some(values)
    }
}

/// The sentences, ready to be looked up.
#[derive(Debug)]
struct Table {
    /// Those without a value.
    whole: HashMap<&'static str, &'static str>,
    /// Those with values; what says most by itself comes first.
    open: Vec<Open>,
    words: HashMap<&'static str, &'static str>,
}

impl Table {
    fn of(
        sentences: impl Iterator<Item = (&'static str, &'static str)>,
        words: impl Iterator<Item = (&'static str, &'static str)>,
    ) -> Self {
        let (mut whole, mut open) = (HashMap::new(), Vec::new());
        for (english, chinese) in sentences {
            let parts: Vec<&str> = english.split("{}").collect();
            if parts.len() == 1 {
                whole.insert(english, chinese);
            } else {
                open.push(Open { parts, chinese });
            }
        }
        open.sort_by_key(|sentence| std::cmp::Reverse(sentence.fixed()));
        Self { whole, open, words: words.collect() }
    }

    /// A message without values in Chinese, where it is known.
    fn whole(&self, message: &str) -> Option<String> {
        self.whole.get(message).map(|chinese| (*chinese).to_owned())
    }

    /// A message in Chinese, where it is known.
    fn chinese(&self, message: &str) -> Option<String> {
        if let Some(chinese) = self.whole.get(message) {
            return Some((*chinese).to_owned());
        }
        let known = self.open.iter().find_map(|sentence| Some((sentence.values(message)?, sentence.chinese)));
        if let Some((values, chinese)) = known {
            return Some(self.filled(chinese, &values));
        }
        // `field: what is wrong with it`
        let (field, message) = message.split_once(": ").filter(|(field, _)| is_path(field))?;
        Some(format!("{field}：{}", self.chinese(message)?))
    }

    /// The Chinese sentence with its values.
    fn filled(&self, chinese: &str, values: &[&str]) -> String {
        let mut text = String::with_capacity(chinese.len());
        let mut left = chinese;
        while let Some((before, after)) = left.split_once('{') {
            text.push_str(before);
            let place = after.split_once('}').and_then(|(place, rest)| Some((self.value(place, values)?, rest)));
            left = if let Some((value, rest)) = place {
                text.push_str(&value);
                rest
            } else {
                text.push('{');
                after
            };
        }
        text.push_str(left);
        text
    }

    /// The value that a place such as `0` or `0:appeal` stands for.
    fn value(&self, place: &str, values: &[&str]) -> Option<String> {
        let (index, kind) = place.split_once(':').unwrap_or((place, ""));
        let value = values.get(index.parse::<usize>().ok()?)?;
        Some(match kind {
            "" => (*value).to_owned(),
            "sentence" => self.several(value),
            "action" => value.parse().map_or_else(|_| (*value).to_owned(), |action| action_words(action).1.to_owned()),
            kind => self.words.get(format!("{kind}/{value}").as_str()).map_or_else(|| (*value).to_owned(), |word| (*word).to_owned()),
        })
    }

    /// A sentence, or several with commas between them; what is not known stays as it is.
    fn several(&self, value: &str) -> String {
        let pieces: Vec<(&str, Option<String>)> = value.split(", ").map(|piece| (piece, self.chinese(piece))).collect();
        let all_known = !self.whole.contains_key(value) && pieces.iter().all(|(_, known)| known.is_some());
        let one = if all_known { None } else { self.chinese(value) };
        one.unwrap_or_else(|| {
            pieces.into_iter().map(|(piece, known)| known.unwrap_or_else(|| piece.to_owned())).collect::<Vec<_>>().join("、")
        })
    }
}

/// Whether a text is the path of a field, such as `items[3].comment`.
fn is_path(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'))
}

/// An English message for people: what programs see in backquotes stands in quotation marks.
fn quoted(message: &str) -> String {
    let mut pieces = message.split('`');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    let mut rest = pieces;
    while let Some(inside) = rest.next() {
        match rest.next() {
            Some(after) => text.extend(["“", inside, "”", after]),
            None => text.extend(["`", inside]),
        }
    }
    text
}

/// A message in a language; in English where it is not known.
pub fn said(language: Language, message: &str) -> String {
    match language {
        Language::En => quoted(message),
        Language::Zh => TABLE.chinese(message).unwrap_or_else(|| message.to_owned()),
    }
}

/// What stands in the ledger, the audit log or the outbox, in a language: what the service wrote is put into it, what a person wrote stays as
/// it was typed.
pub fn written(language: Language, text: &str) -> String {
    match language {
        Language::En => text.to_owned(),
        Language::Zh => WRITTEN.chinese(text).or_else(|| TABLE.whole(text)).unwrap_or_else(|| text.to_owned()),
    }
}

/// A refusal in a language.
#[must_use]
pub fn translated(language: Language, refusal: Refusal) -> Refusal {
    match language {
        Language::En => {
            let faults = refusal.faults.into_iter().map(|fault| Fault { message: quoted(&fault.message), ..fault }).collect();
            Refusal { message: quoted(&refusal.message), faults, ..refusal }
        }
        Language::Zh => {
            let faults: Vec<Fault> =
                refusal.faults.into_iter().map(|fault| Fault { message: said(language, &fault.message), ..fault }).collect();
            let line = |fault: &Fault| match fault.field.as_str() {
                "" => fault.message.clone(),
                field => format!("{field}：{}", fault.message),
            };
            let message =
                if faults.is_empty() { said(language, &refusal.message) } else { faults.iter().map(line).collect::<Vec<_>>().join("；") };
            Refusal { message, faults, ..refusal }
        }
    }
}

/// What the visitor may know of a problem, in the language of the page.
pub fn told(f: &Frame, problem: &Problem) -> String {
    // What nobody with these roles may do is named by a code, for programs.
    if let (Language::En, Error::Refused(refusal)) = (f.language, &problem.0)
        && let Some((before, code)) = refusal.message.rsplit_once(' ')
        && let (Some(before), Ok(action)) = (before.strip_suffix("do"), code.parse())
    {
        return [before.trim_end(), action_words(action).0].join(" ");
    }
    match &problem.0 {
        Error::Refused(refusal) => translated(f.language, refusal.clone()).message,
        _ => said(f.language, &problem.detail()),
    }
}

#[cfg(test)]
mod tests;
