//! Reads what was typed into values, and notes beside which field something is wrong.

use std::str::FromStr;

use chrono::NaiveDate;

use super::form::Typed;
use crate::domain::Refusal;
use crate::domain::refusal::{Fault, Faults, Refused};

/// A form being read.
#[derive(Debug)]
pub struct Reading<'a> {
    typed: &'a Typed,
    faults: Faults,
}

impl<'a> Reading<'a> {
    /// Begins to read a form.
    pub fn of(typed: &'a Typed) -> Self {
        Self { typed, faults: Faults::new() }
    }

    /// A text as it was typed.
    pub fn text(&self, name: &str) -> String {
        self.typed.get(name).to_owned()
    }

    /// A text, nothing where none was typed.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.typed.filled(name).map(str::to_owned)
    }

    /// A number, nothing where none was typed.
    pub fn number<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.typed.filled(name)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.faults.push(name, format!("`{text}` is not a whole number that fits here"));
        }
        number
    }

    /// A number that must be there.
    pub fn needed_number<T: FromStr + Default>(&mut self, name: &str) -> T {
        if self.typed.filled(name).is_none() {
            self.faults.push(name, "must not be empty");
        }
        self.number(name).unwrap_or_default()
    }

    /// A day, nothing where none was typed.
    pub fn day(&mut self, name: &str) -> Option<NaiveDate> {
        let text = self.typed.filled(name)?;
        let day = text.parse().ok();
        if day.is_none() {
            self.faults.push(name, format!("`{text}` is not a day; use YYYY-MM-DD such as 2026-11-01"));
        }
        day
    }

    /// A day that must be there.
    pub fn needed_day(&mut self, name: &str) -> Option<NaiveDate> {
        if self.typed.filled(name).is_none() {
            self.faults.push(name, "must not be empty");
        }
        self.day(name)
    }

    /// An id, a month or one of some words, nothing where none was typed.
    pub fn value<T: FromStr<Err = Refusal>>(&mut self, name: &str) -> Option<T> {
        let parsed = self.typed.filled(name)?.parse().map_err(|refusal| beside(name, refusal));
        self.faults.take(parsed)
    }

    /// The same, and it must be there.
    pub fn needed<T: FromStr<Err = Refusal>>(&mut self, name: &str) -> Option<T> {
        if self.typed.filled(name).is_none() {
            self.faults.push(name, "must not be empty");
        }
        self.value(name)
    }

    /// Several ids or words, as many as were ticked.
    pub fn values<T: FromStr<Err = Refusal>>(&mut self, name: &str) -> Vec<T> {
        let values = self.typed.all(name).iter().filter(|text| !text.is_empty());
        values.filter_map(|text| self.faults.take(text.parse().map_err(|refusal| beside(name, refusal)))).collect()
    }

    /// Several texts, as many as were ticked.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.typed.all(name).iter().filter(|text| !text.is_empty()).cloned().collect()
    }

    /// The paths of the rows of a name, each with what `read` makes of it.
    pub fn rows<T>(&mut self, name: &str, mut read: impl FnMut(&mut Self, &str) -> T) -> Vec<T> {
        (0..self.typed.rows(name)).map(|row| read(self, &format!("{name}[{row}]"))).collect()
    }

    /// Words that stand in a field each, without the empty ones.
    pub fn words(&self, name: &str) -> Vec<String> {
        let typed = (0..self.typed.rows(name)).map(|row| self.typed.get(&format!("{name}[{row}]")).trim());
        typed.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// Whether a yes was sent.
    pub fn yes(&self, name: &str) -> bool {
        self.typed.yes(name)
    }

    /// Notes that something is wrong with a field.
    pub fn fault(&mut self, name: &str, message: impl Into<String>) {
        self.faults.push(name, message);
    }

    /// Nothing, or everything that is wrong.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn finish(self) -> Refused<()> {
        self.faults.finish()
    }
}

/// What a refusal says of its first field, without the name that the field has inside.
pub fn first_message(refusal: Refusal) -> String {
    refusal.faults.into_iter().next().map_or(refusal.message, |fault| fault.message)
}

/// What a refusal says, beside the field of a form.
fn beside(name: &str, refusal: Refusal) -> Refusal {
    Refusal::invalid(name, first_message(refusal))
}

/// The same refusal with fields named as the form names them.
pub fn renamed(mut refusal: Refusal, name: impl Fn(&str) -> String) -> Refusal {
    refusal.faults = refusal.faults.into_iter().map(|fault| Fault { field: name(&fault.field), ..fault }).collect();
    refusal
}
