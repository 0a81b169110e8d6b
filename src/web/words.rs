//! The words of the domain as pages show them, in both languages.

pub mod log;
pub mod scopes;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::page::Frame;
use crate::domain::appeal::{AppealState, PointOutcome};
use crate::domain::breach::BreachState;
use crate::domain::complaint::{ComplaintLevel, ComplaintState};
use crate::domain::conversation::Channel;
use crate::domain::escalation::SanctionKind;
use crate::domain::evaluation::Outcome;
use crate::domain::period::Period;
use crate::domain::results::Verdict;
use crate::domain::reward::RewardKind;
use crate::domain::sampling::quota::Quota;
use crate::domain::sampling::sample::{DrawKind, ReplaceReason, SampleKind, SampleState};
use crate::domain::sampling::schedule::{Schedule, ScheduledPeriod};
use crate::domain::sampling::shortfall::ShortfallReason;
use crate::domain::violation::ErrorKind;

/// A moment on the centre's own clocks.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// The month after one, as far as it has begun.
pub fn month_after(period: Period, now: Period) -> Option<Period> {
    Some(period.next()).filter(|next| *next <= now)
}

/// Until when there is time. Midnight is the end of a day, not the beginning of the next one.
pub fn deadline(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    match local.date_naive().pred_opt() {
        Some(before) if local.time() == NaiveTime::MIN => format!("{before} 24:00"),
        _ => moment(at, zone),
    }
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

/// A day on the centre's own clocks.
pub fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d").to_string()
}

/// Hundredths of a percent as a decimal: 250 is `2.5`.
pub fn hundredths(basis_points: u32) -> String {
    let text = format!("{}.{:02}", basis_points / 100, basis_points % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Frame {
    /// A badge.
    pub fn badge(&self, class: &'static str, en: &'static str, zh: &'static str) -> Badge {
        Badge { class, text: self.t(en, zh) }
    }

    /// How far a month is that is not closed; `now` is the month that it is now.
    pub fn open_month(&self, period: Period, now: Period) -> Badge {
        if period > now { self.badge("plain", "not begun", "未开始") } else { self.badge("warn", "open", "进行中") }
    }

    /// So many of something, which is called one way where it is one and another where it is more.
    pub fn count(&self, number: impl std::fmt::Display, one: &str, more: &str, zh: &str) -> String {
        let number = number.to_string();
        let what = if number == "1" { self.t(one, zh) } else { self.t(more, zh) };
        format!("{number} {what}")
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
                format!("{} %, {} {minimum}", hundredths(*basis_points), self.t("at least", "至少"))
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

    /// What an error counts as, on its own.
    pub fn error_badge(&self, kind: ErrorKind) -> Badge {
        match kind {
            ErrorKind::Key => self.badge("bad", "key error", "关键项错误"),
            ErrorKind::NonKey => self.badge("warn", "non-key error", "非关键项错误"),
            ErrorKind::None => self.badge("plain", "no error", "不计错误"),
        }
    }

    /// The verdict on an agent.
    pub fn verdict(&self, verdict: Verdict) -> Badge {
        match verdict {
            Verdict::Pass => self.badge("good", "pass", "合格"),
            Verdict::Fail => self.badge("bad", "fail", "不合格"),
            Verdict::NotSampled => self.badge("plain", "not sampled", "未抽检"),
        }
    }

    /// How an item was marked.
    pub fn outcome(&self, outcome: Outcome) -> Badge {
        match outcome {
            Outcome::Pass => self.badge("good", "pass", "通过"),
            Outcome::Fail => self.badge("bad", "fail", "不通过"),
            Outcome::NotApplicable => self.badge("plain", "n/a", "不适用"),
        }
    }

    /// How far an appeal is.
    pub fn appeal_state(&self, state: AppealState) -> Badge {
        match state {
            AppealState::Open => self.badge("warn", "waits for a decision", "待裁定"),
            AppealState::SecondInstance => self.badge("warn", "in the second instance", "复议中"),
            AppealState::Decided => self.badge("plain", "decided", "已裁定"),
            AppealState::Final => self.badge("plain", "decided for good", "终局"),
            AppealState::Withdrawn => self.badge("plain", "withdrawn", "已撤回"),
        }
    }

    /// What became of a point of an appeal.
    pub fn point_outcome(&self, outcome: PointOutcome) -> Badge {
        match outcome {
            PointOutcome::Upheld => self.badge("plain", "the finding stands", "维持"),
            PointOutcome::Overturned => self.badge("good", "overturned", "撤销"),
            PointOutcome::Changed => self.badge("good", "changed", "变更"),
        }
    }

    /// How far a complaint is, with its level where it is upheld.
    pub fn complaint_state(&self, state: ComplaintState, level: Option<ComplaintLevel>) -> Badge {
        match (state, level) {
            (ComplaintState::Recorded, _) => self.badge("warn", "to be adjudicated", "待裁定"),
            (ComplaintState::Upheld, Some(ComplaintLevel::Severe)) => self.badge("bad", "upheld: severe", "成立：严重"),
            (ComplaintState::Upheld, Some(ComplaintLevel::General)) => self.badge("bad", "upheld: general", "成立：一般"),
            (ComplaintState::Upheld, Some(ComplaintLevel::Minor)) => self.badge("bad", "upheld: minor", "成立：轻微"),
            (ComplaintState::Upheld, None) => self.badge("bad", "upheld", "成立"),
            (ComplaintState::Dismissed, _) => self.badge("good", "dismissed", "不成立"),
            (ComplaintState::Overturned, _) => self.badge("plain", "overturned by an appeal", "申诉后撤销"),
        }
    }

    /// How grave a complaint is (handbook 3.9).
    pub fn complaint_level(&self, level: ComplaintLevel) -> &'static str {
        match level {
            ComplaintLevel::Minor => self.t("minor", "轻微"),
            ComplaintLevel::General => self.t("general", "一般"),
            ComplaintLevel::Severe => self.t("severe", "严重"),
        }
    }

    /// How far an operating breach is.
    pub fn breach_state(&self, state: BreachState) -> Badge {
        match state {
            BreachState::Confirmed => self.badge("bad", "stands", "有效"),
            BreachState::Withdrawn => self.badge("plain", "taken back", "已撤回"),
            BreachState::Overturned => self.badge("plain", "overturned by an appeal", "申诉后撤销"),
        }
    }

    /// A sanction (handbook 3.8).
    pub fn sanction(&self, kind: SanctionKind) -> &'static str {
        match kind {
            SanctionKind::Dismissal => self.t("dismissal", "开除"),
            SanctionKind::Fine => self.t("fine", "罚款"),
            SanctionKind::OfflineTraining => self.t("offline for training", "下线培训"),
            SanctionKind::BonusZeroed => self.t("bonus zeroed", "奖金归零"),
            SanctionKind::LegalAction => self.t("legal action", "追究刑事责任"),
            SanctionKind::Notice => self.t("notice to the group or the company", "全项目组/全司通告"),
            SanctionKind::NoAction => self.t("no action", "不处理"),
        }
    }

    /// A kind of reward (handbook 3.11).
    pub fn reward(&self, kind: RewardKind) -> &'static str {
        match kind {
            RewardKind::Commendation => self.t("commendation", "表扬"),
            RewardKind::Merit => self.t("merit", "记功"),
            RewardKind::Certificate => self.t("certificate", "证书"),
            RewardKind::Bonus => self.t("bonus", "奖金"),
            RewardKind::Improvement => self.t("improvement prize", "改善提案奖"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_ends_the_day_before() {
        let zone: Tz = "Asia/Shanghai".parse().unwrap();
        let at = |text: &str| deadline(text.parse().unwrap(), zone);
        assert_eq!(at("2026-11-27T16:00:00Z"), "2026-11-27 24:00");
        assert_eq!(at("2026-12-31T16:00:00Z"), "2026-12-31 24:00");
        assert_eq!(at("2026-11-27T16:01:00Z"), "2026-11-28 00:01");
        assert_eq!(at("2026-11-27T05:00:00Z"), "2026-11-27 13:00");
    }
}
