//! What each letter says, in Chinese and in English.

mod month;
mod result;
mod severe;
mod work;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::document::{Block, Document};
use crate::domain::language::Language;
use crate::domain::mail::Letter;
use crate::domain::mail::letters::{DailyDigest, Errors, Finding, Name};

/// Where a letter is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The recipient's language.
    pub language: Language,
    /// The organisation's time zone.
    pub zone: Tz,
    /// The organisation's name.
    pub centre: String,
    /// Where people reach the service.
    pub base_url: String,
}

impl Setting {
    /// The text in the recipient's language.
    pub(super) fn say(&self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Zh => zh.to_owned(),
            Language::En => en.to_owned(),
        }
    }

    fn name(&self, name: &Name) -> String {
        name.of(self.language).to_owned()
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M").to_string()
    }

    fn day(day: NaiveDate) -> String {
        day.format("%Y-%m-%d").to_string()
    }

    fn fact(&self, zh: &str, en: &str, value: impl std::fmt::Display) -> (String, String) {
        (self.say(zh, en), value.to_string())
    }

    fn link(&self, zh: &str, en: &str, path: &str) -> Block {
        Block::Link(self.say(zh, en), format!("{}{path}", self.base_url))
    }

    /// `关键项错误 1，非关键项错误 2`.
    fn errors(&self, errors: Errors) -> String {
        let Errors { key, non_key } = errors;
        match self.language {
            Language::Zh => format!("关键项错误 {key}，非关键项错误 {non_key}"),
            Language::En => format!("{key} key, {non_key} non-key"),
        }
    }

    fn verdict(&self, verdict: &str) -> String {
        match verdict {
            "pass" => self.say("合格", "passed"),
            "fail" => self.say("不合格", "not passed"),
            _ => self.say("未抽检", "not sampled"),
        }
    }

    /// The findings as a table; nothing where there are none.
    fn findings(&self, findings: &[Finding]) -> Option<Block> {
        if findings.is_empty() {
            return None;
        }
        let head = vec![self.say("问题", "Finding"), self.say("类别", "Class"), self.say("错误", "Error"), self.say("说明", "Remark")];
        let rows = findings
            .iter()
            .map(|f| {
                let kind = if f.key { self.say("关键项", "key") } else { self.say("非关键项", "non-key") };
                vec![self.name(&f.name), f.class.clone().unwrap_or_else(|| "–".into()), kind, f.comment.to_string()]
            })
            .collect();
        Some(Block::Table(head, rows))
    }
}

/// Writes a letter.
pub fn compose(letter: &Letter, to: &Setting) -> Document {
    let (subject, mut blocks) = body(letter, to);
    let foot = match to.language {
        Language::Zh => format!("{} 质检系统自动发送，请勿回复。接收频率可在账户中设置。", to.centre),
        Language::En => format!("Sent by Assay for {}; please do not reply. How often you hear of what is set in your account.", to.centre),
    };
    blocks.push(Block::Small(foot));
    Document { language: to.language, subject, blocks }
}

/// The subject and the blocks of a letter.
fn body(letter: &Letter, to: &Setting) -> (String, Vec<Block>) {
    match letter {
        Letter::AgentResult(letter) => result::agent_result(letter, to),
        Letter::ResultChanged(letter) => result::changed(letter, to),
        Letter::LeadFailures(letter) => result::failures(letter, to),
        Letter::AgentMonth(letter) => month::of_agent(letter, to),
        Letter::Charged(letter) => month::charged(letter, to),
        Letter::LeadMonth(letter) => month::of_lead(letter, to),
        Letter::ManagerMonth(letter) => month::of_manager(letter, to),
        Letter::ListClosed(letter) => month::list_closed(letter, to),
        Letter::Assignments(letter) => work::assignments(letter, to),
        Letter::SamplesDue(letter) => work::due(letter, to),
        Letter::FollowUpDue(letter) => work::follow_up(letter, to),
        Letter::EscalationOpened(letter) => severe::case(letter, severe::Moment::Opened, to),
        Letter::EscalationDue(letter) => severe::case(letter, severe::Moment::Due, to),
        Letter::EscalationRaised(letter) => severe::case(letter, severe::Moment::Raised, to),
        Letter::EscalationClosed(letter) => severe::case(letter, severe::Moment::Closed, to),
        Letter::AppealSubmitted(letter) => severe::appeal(letter, severe::Hearing::Submitted, to),
        Letter::AppealDecided(letter) => severe::appeal(letter, severe::Hearing::Decided, to),
        Letter::AppealDue(letter) => severe::appeal(letter, severe::Hearing::Due, to),
        Letter::AppealOverdue(letter) => severe::appeal(letter, severe::Hearing::Overdue, to),
        Letter::SanctionNotice(letter) => severe::notice(letter, to),
        Letter::DailyDigest(letter) => digest(letter, to),
    }
}

fn digest(letter: &DailyDigest, to: &Setting) -> (String, Vec<Block>) {
    let (day, count) = (Setting::day(letter.day), letter.letters.len());
    let subject = match to.language {
        Language::Zh => format!("{day} 质检汇总（{count} 条）"),
        Language::En => format!("Quality digest of {day} ({count})"),
    };
    let blocks = letter
        .letters
        .iter()
        .flat_map(|letter| {
            let (subject, blocks) = body(letter, to);
            std::iter::once(Block::Heading(subject)).chain(blocks.into_iter().filter(|b| !matches!(b, Block::Heading(_))))
        })
        .collect();
    (subject, blocks)
}
