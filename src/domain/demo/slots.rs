//! Fills the blanks of a dialogue.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;

use super::dice::Dice;
use super::script::{Script, Slot};

/// Words to choose from, by language and blank, as `seed/demo/slots.json` has them.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct WordLists(pub BTreeMap<String, BTreeMap<String, Vec<String>>>);

/// The filled blanks of one conversation.
#[derive(Debug, Clone)]
pub struct Filled(BTreeMap<String, String>);

impl Filled {
    /// Fills every blank for a conversation on a local day, handled by an agent.
    pub fn new(lists: &WordLists, script: &Script, agent: (&str, &str), day: NaiveDate, dice: &mut Dice) -> Self {
        let mut blanks = BTreeMap::new();
        for (name, words) in lists.0.get(&script.language).into_iter().flatten() {
            blanks.insert(name.clone(), dice.pick(words).cloned().unwrap_or_default());
        }
        let word = |name: &str| blanks.get(name).cloned().unwrap_or_default();
        let chinese = script.language == "zh";
        let (surname, title) = (word("surname"), word("title"));
        let given = word(&format!("given {title}"));
        let (code, name) = agent;
        let (fullname, customer) = if chinese {
            (format!("{surname}{given}"), format!("{surname}{title}"))
        } else {
            (format!("{given} {surname}"), format!("{title} {surname}"))
        };
        let badge: String = code.chars().filter(char::is_ascii_digit).collect();
        // English lines are spoken by people who give their first name.
        let first_name = name.split(' ').next().unwrap_or(name).to_owned();
        blanks.extend([("fullname".to_owned(), fullname), ("customer".to_owned(), customer)]);
        blanks.extend([("badge".to_owned(), badge), ("agent".to_owned(), first_name)]);
        for name in ["id4", "phone4", "card4"] {
            blanks.insert(name.to_owned(), format!("{:04}", dice.between(0, 9999)));
        }
        blanks.insert("order".to_owned(), format!("DD{:02}{:02}{:06}", day.month(), day.day(), dice.between(0, 999_999)));
        blanks.insert("ticket".to_owned(), format!("{:07}", dice.between(1_000_000, 9_999_999)));
        blanks.insert("number".to_owned(), dice.between(2, 288).to_string());
        for (name, slot) in &script.slots {
            let value = match slot {
                Slot::Number([low, high]) => number(dice.between(*low, *high), name.starts_with("amount"), dice),
                Slot::Day { days: [from, to] } => spoken_day(moved(day, dice.between(*from, *to)), chinese),
            };
            blanks.insert(name.clone(), value);
        }
        Self(blanks)
    }

    /// What fills one blank.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A text with its blanks filled. A blank that nobody knows stays as it is.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}') {
                Some((name, behind)) => {
                    match self.0.get(name) {
                        Some(value) => filled.push_str(value),
                        None => filled.push_str(&format!("{{{name}}}")),
                    }
                    rest = behind;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

/// A number as people say it: money often with cents.
fn number(value: i64, money: bool, dice: &mut Dice) -> String {
    if money && dice.percent(40) { format!("{value}.{:02}", dice.between(0, 99)) } else { value.to_string() }
}

fn moved(day: NaiveDate, days: i64) -> NaiveDate {
    let distance = Days::new(days.unsigned_abs());
    let moved = if days < 0 { day.checked_sub_days(distance) } else { day.checked_add_days(distance) };
    moved.unwrap_or(day)
}

fn spoken_day(day: NaiveDate, chinese: bool) -> String {
    if chinese { format!("{}月{}号", day.month(), day.day()) } else { day.format("%-d %B").to_string() }
}
