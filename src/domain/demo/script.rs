//! The scripts of the demo's dialogues and what can go wrong in them, as `seed/demo/` has them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::conversation::Channel;
use crate::domain::refusal::{Refusal, Refused};

/// A text in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Title {
    /// The text in a language; English for all but `zh`.
    pub fn of(&self, language: &str) -> &str {
        if language == "zh" { &self.zh } else { &self.en }
    }
}

/// One text, or several to choose from.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// Always this.
    One(String),
    /// One of these.
    Several(Vec<String>),
}

/// A text for a script of any language, or for one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Reworded {
    /// In both languages.
    Each(Title),
    /// In the script's own.
    Own(String),
}

impl Reworded {
    /// The text in a language.
    pub fn of(&self, language: &str) -> &str {
        match self {
            Self::Each(title) => title.of(language),
            Self::Own(text) => text,
        }
    }
}

/// What fills a blank that a script brings along.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Slot {
    /// A number from the first to the second.
    Number([i64; 2]),
    /// A day, counted from the conversation's.
    Day {
        /// From and to so many days after it; negative before it.
        days: [i64; 2],
    },
}

/// A line of a script. Exactly one of `agent` and `customer` is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptLine {
    /// What the agent says.
    pub agent: Option<Texts>,
    /// What the customer says.
    pub customer: Option<Texts>,
    /// A name for the line within the script.
    pub id: Option<String>,
    /// Seconds of pause before it, above the usual.
    pub wait: Option<i64>,
}

/// A quality fault: what changes in the dialogue, and what a grader sees in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// Code of the violation type.
    pub violation: String,
    /// Lines that are left out.
    #[serde(default)]
    pub drop: BTreeSet<String>,
    /// Lines that are said differently.
    #[serde(default)]
    pub say: BTreeMap<String, Reworded>,
    /// Other pauses before lines, in seconds.
    #[serde(default)]
    pub wait: BTreeMap<String, i64>,
    /// The conversation ends after this line.
    pub cut_after: Option<String>,
    /// Attributes that are left out.
    #[serde(default)]
    pub without: BTreeSet<String>,
    /// Only in these channels; in all where empty.
    #[serde(default)]
    pub channels: BTreeSet<Channel>,
    /// The lines that show it.
    pub evidence: Vec<String>,
    /// What a grader writes.
    pub note: Title,
}

impl Slip {
    /// Every line that it touches or points at.
    pub fn touched(&self) -> BTreeSet<&str> {
        let changed = self.drop.iter().chain(self.say.keys()).chain(self.wait.keys());
        changed.chain(&self.cut_after).chain(&self.evidence).map(String::as_str).collect()
    }

    /// Whether the dialogue stays whole when both happen.
    pub fn goes_with(&self, other: &Self) -> bool {
        self.cut_after.is_none()
            && other.cut_after.is_none()
            && self.touched().is_disjoint(&other.touched())
            && self.violation != other.violation
    }
}

/// A dialogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Its name.
    pub code: String,
    /// What it is about.
    pub title: Title,
    /// The line of business.
    pub business: String,
    /// The channel.
    pub channel: Channel,
    /// `zh` or `en`.
    pub language: String,
    /// The queue.
    pub queue: String,
    /// How often it is picked against the others.
    pub weight: u32,
    /// `out` where the agent called.
    pub direction: Option<String>,
    /// Blanks of its own.
    pub slots: BTreeMap<String, Slot>,
    /// The lines.
    pub lines: Vec<ScriptLine>,
    /// What can go wrong in it, besides what can go wrong anywhere.
    pub faults: Vec<Slip>,
}

impl Script {
    /// Whether a slip can happen here: in this channel, with every line that it touches.
    pub fn fits(&self, slip: &Slip) -> bool {
        let here: BTreeSet<&str> = self.lines.iter().filter_map(|line| line.id.as_deref()).collect();
        (slip.channels.is_empty() || slip.channels.contains(&self.channel)) && slip.touched().is_subset(&here)
    }
}

/// All scripts, with the slips that can happen in any of them.
#[derive(Debug, Clone)]
pub struct Scripts {
    /// The scripts.
    pub scripts: Vec<Script>,
    /// The slips.
    pub slips: Vec<Slip>,
}

impl Scripts {
    /// Reads the files: each a JSON list of scripts, and the JSON list of slips.
    ///
    /// # Errors
    /// `Invalid` naming the script at fault.
    pub fn read<'a>(files: impl IntoIterator<Item = &'a str>, slips: &str) -> Refused<Self> {
        let mut scripts = Vec::new();
        for file in files {
            let mut list: Vec<Script> = serde_json::from_str(file).map_err(|e| Refusal::invalid("scripts", e.to_string()))?;
            scripts.append(&mut list);
        }
        let slips = serde_json::from_str(slips).map_err(|e| Refusal::invalid("faults", e.to_string()))?;
        let all = Self { scripts, slips };
        for script in &all.scripts {
            script.check()?;
        }
        Ok(all)
    }

    /// Everything that can go wrong in a script.
    pub fn slips_in<'a>(&'a self, script: &'a Script) -> impl Iterator<Item = &'a Slip> {
        script.faults.iter().chain(self.slips.iter().filter(|slip| script.fits(slip)))
    }
}

impl Script {
    fn check(&self) -> Refused<()> {
        let wrong = |what: String| Err(Refusal::invalid(format!("scripts.{}", self.code), what));
        let mut ids = BTreeSet::new();
        for line in &self.lines {
            if line.agent.is_some() == line.customer.is_some() {
                return wrong("a line is said by the agent or by the customer".to_owned());
            }
            if let Some(id) = line.id.as_deref().filter(|id| !ids.insert(*id)) {
                return wrong(format!("two lines are called {id}"));
            }
        }
        match self.faults.iter().find(|slip| !self.fits(slip) || slip.evidence.iter().any(|line| slip.drop.contains(line))) {
            Some(slip) => wrong(format!("the fault {} points at a line that is not there", slip.violation)),
            None => Ok(()),
        }
    }
}
