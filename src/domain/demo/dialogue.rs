//! Tells a script: who says what and when, what went wrong in it, and how content the customer was.

use super::dice::Dice;
use super::script::{Script, Slip, Texts};
use super::slots::Filled;
use crate::domain::conversation::{Channel, Speaker, TranscriptLine};

/// What a grader finds in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Code of the violation type.
    pub violation: String,
    /// The lines of the transcript that show it, from 0; may be none.
    pub lines: Vec<usize>,
    /// What the grader writes, in the language of the conversation.
    pub note: String,
}

/// A told dialogue.
#[derive(Debug, Clone)]
pub struct Told {
    /// The transcript; each line has its start, and in calls its end.
    pub transcript: Vec<TranscriptLine>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// What went wrong.
    pub findings: Vec<Finding>,
}

/// Tells a script with the slips that happen.
pub fn tell(script: &Script, slips: &[&Slip], blanks: &Filled, dice: &mut Dice) -> Told {
    let mut transcript: Vec<TranscriptLine> = Vec::with_capacity(script.lines.len());
    let mut named: Vec<(&str, usize)> = Vec::new();
    let mut clock = if script.channel == Channel::Call { dice.between(300, 1_500) } else { 0 };
    for line in &script.lines {
        let id = line.id.as_deref().unwrap_or_default();
        if slips.iter().any(|slip| slip.drop.contains(id)) {
            continue;
        }
        let (speaker, texts) = match (&line.agent, &line.customer) {
            (Some(texts), _) => (Speaker::Agent, texts),
            (None, Some(texts)) => (Speaker::Customer, texts),
            (None, None) => continue,
        };
        let usual = match texts {
            Texts::One(text) => text.as_str(),
            Texts::Several(several) => dice.pick(several).map_or("", String::as_str),
        };
        let reworded = slips.iter().find_map(|slip| slip.say.get(id)).map(|text| text.of(&script.language));
        let text = blanks.fill(reworded.unwrap_or(usual));
        let wait = slips.iter().find_map(|slip| slip.wait.get(id)).copied().or(line.wait).unwrap_or(0);
        let pace = Pace::of(script.channel, &text);
        if !transcript.is_empty() {
            let reaction = dice.between(pace.reaction.0, pace.reaction.1);
            clock = clock.saturating_add(if wait > 0 && script.channel != Channel::Call { 0 } else { reaction });
        }
        clock = clock.saturating_add(wait.saturating_mul(1_000)).saturating_add(pace.before);
        let end = clock.saturating_add(pace.spoken);
        if !id.is_empty() {
            named.push((id, transcript.len()));
        }
        let end_ms = (script.channel == Channel::Call).then_some(end);
        transcript.push(TranscriptLine { speaker, start_ms: Some(clock), end_ms, text });
        clock = end;
        if slips.iter().any(|slip| slip.cut_after.as_deref() == Some(id)) {
            break;
        }
    }
    let findings = slips.iter().map(|slip| finding(slip, &named, &script.language)).collect();
    Told { transcript, duration_ms: clock.saturating_add(700), findings }
}

fn finding(slip: &Slip, named: &[(&str, usize)], language: &str) -> Finding {
    let line = |id: &String| named.iter().find(|(name, _)| name == id).map(|(_, line)| *line);
    Finding {
        violation: slip.violation.clone(),
        lines: slip.evidence.iter().filter_map(line).collect(),
        note: slip.note.of(language).to_owned(),
    }
}

/// How long things take, in milliseconds.
struct Pace {
    /// Between two lines, from and to.
    reaction: (i64, i64),
    /// To type the line before it is sent.
    before: i64,
    /// To say the line.
    spoken: i64,
}

impl Pace {
    fn of(channel: Channel, text: &str) -> Self {
        match channel {
            Channel::Call => Self { reaction: (250, 900), before: 0, spoken: syllables(text).saturating_mul(170).max(500) },
            Channel::Chat => Self { reaction: (2_000, 9_000), before: syllables(text).saturating_mul(220).min(12_000), spoken: 0 },
            Channel::Email => Self { reaction: (600_000, 3_000_000), before: 0, spoken: 0 },
        }
    }
}

/// How many syllables a text has, roughly: one for each Chinese character and digit, one for every three Latin letters.
pub fn syllables(text: &str) -> i64 {
    let thirds: i64 = text
        .chars()
        .map(|c| match c {
            c if c.is_ascii_digit() => 3,
            c if c.is_ascii_alphabetic() => 1,
            c if c.is_alphabetic() => 3,
            '，' | '。' | '？' | '！' | ',' | '.' | '?' | '!' => 2,
            _ => 0,
        })
        .sum();
    thirds.saturating_add(2).checked_div(3).unwrap_or(0)
}
