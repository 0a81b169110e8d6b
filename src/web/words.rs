//! The words of the domain as pages show them, in both languages.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::page::Frame;
use crate::domain::conversation::Channel;
use crate::domain::sampling::quota::Quota;
use crate::domain::sampling::sample::{DrawKind, ReplaceReason, SampleKind, SampleState};
use crate::domain::sampling::schedule::{Schedule, ScheduledPeriod};
use crate::domain::sampling::shortfall::ShortfallReason;
use crate::domain::violation::ErrorKind;

/// A moment on the centre's own clocks.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// A moment that may not have come.
pub fn moment_or_none(at: Option<DateTime<Utc>>, zone: Tz) -> String {
    at.map_or_else(|| "–".to_owned(), |at| moment(at, zone))
}

/// A word in a colour; the word says it all.
#[derive(Debug, Clone, Copy)]
pub struct Badge {
    /// `good`, `bad`, `warn` or `plain`.
    pub class: &'static str,
    /// The word.
    pub text: &'static str,
}

/// Hundredths of a percent as a decimal: 250 is `2.5`.
pub fn percent_of(basis_points: u32) -> String {
    let text = format!("{}.{:02}", basis_points / 100, basis_points % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Frame {
    /// A badge.
    pub fn badge(&self, class: &'static str, en: &'static str, zh: &'static str) -> Badge {
        Badge { class, text: self.t(en, zh) }
    }

    /// A channel.
    pub fn channel(&self, channel: Channel) -> &'static str {
        match channel {
            Channel::Call => self.t("calls", "电话"),
            Channel::Chat => self.t("chats", "在线会话"),
            Channel::Email => self.t("e-mails", "邮件"),
        }
    }

    /// How a sample was picked.
    pub fn sample_kind(&self, kind: SampleKind) -> &'static str {
        match kind {
            SampleKind::Random => self.t("random", "随机"),
            SampleKind::Targeted => self.t("targeted", "定向"),
        }
    }

    /// Where a sample stands.
    pub fn sample_state(&self, state: SampleState) -> Badge {
        match state {
            SampleState::Open => self.badge("warn", "waiting", "待质检"),
            SampleState::Claimed => self.badge("warn", "being graded", "质检中"),
            SampleState::Submitted => self.badge("good", "done", "已完成"),
            SampleState::Replaced => self.badge("plain", "replaced", "已替换"),
        }
    }

    /// Why a sample was replaced.
    pub fn replace_reason(&self, reason: ReplaceReason) -> &'static str {
        match reason {
            ReplaceReason::NoAudio => self.t("nothing to hear", "无录音"),
            ReplaceReason::WrongAgent => self.t("another agent's", "客服不符"),
            ReplaceReason::Private => self.t("private", "私人内容"),
            ReplaceReason::Other => self.t("other", "其他"),
        }
    }

    /// What a draw is to its plan and month.
    pub fn draw_kind(&self, kind: DrawKind) -> &'static str {
        match kind {
            DrawKind::Regular => self.t("regular", "常规"),
            DrawKind::Extra => self.t("extra", "追加"),
        }
    }

    /// How many samples are wanted of each agent.
    pub fn quota(&self, quota: &Quota) -> String {
        match quota {
            Quota::Count { count } => format!("{count} {}", self.t("per agent", "条/人")),
            Quota::Percentage { basis_points, minimum } => {
                format!("{} %, {} {minimum}", percent_of(*basis_points), self.t("at least", "至少"))
            }
        }
    }

    /// When a plan draws by itself.
    pub fn schedule(&self, schedule: Option<&Schedule>) -> String {
        schedule.map_or_else(
            || self.t("by hand", "手动").to_owned(),
            |s| {
                let of = match s.period {
                    ScheduledPeriod::Previous => self.t("from the month before", "抽上月"),
                    ScheduledPeriod::Current => self.t("from the month itself", "抽当月"),
                };
                format!("{} {}, {:02}:00, {of}", self.t("day", "每月"), s.day_of_month, s.hour)
            },
        )
    }

    /// Why a quota was not met.
    pub fn shortfall_reason(&self, reason: ShortfallReason) -> &'static str {
        match reason {
            ShortfallReason::NoConversations => self.t("no conversations", "没有会话"),
            ShortfallReason::TooFewConversations => self.t("too few conversations", "会话不足"),
            ShortfallReason::Exclusions => self.t("left out by the plan's exclusions", "被排除条件筛掉"),
            ShortfallReason::TakenByRandom => self.t("taken by the random picks", "已被随机抽样占用"),
        }
    }

    /// What an error counts as.
    pub fn error_kind(&self, kind: ErrorKind) -> &'static str {
        match kind {
            ErrorKind::Key => self.t("key", "关键项"),
            ErrorKind::NonKey => self.t("non-key", "非关键项"),
            ErrorKind::None => self.t("no error", "不计错误"),
        }
    }
}
