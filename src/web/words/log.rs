//! What the audit log and the outbox call things, in the language of the page.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::language::Language;
use crate::domain::mail::letter::Kind;
use crate::domain::webhook::Event;
use crate::web::page::Frame;

static WORDS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("log.txt").lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" → ")).collect()
});

/// Every word of a sort, such as `action`, with its Chinese one.
pub fn known(sort: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let before = format!("{sort}/");
    let mut found: Vec<_> = WORDS.iter().filter_map(move |(word, chinese)| Some((word.strip_prefix(&before)?, *chinese))).collect();
    found.sort_unstable();
    found.into_iter()
}

impl Frame {
    fn logged(&self, sort: &str, word: &str) -> String {
        let chinese = (self.language == Language::Zh).then(|| WORDS.get(format!("{sort}/{word}").as_str())).flatten();
        chinese.copied().unwrap_or(word).to_owned()
    }

    /// What was done, by the word of the audit log.
    pub fn logged_action(&self, action: &str) -> String {
        self.logged("action", action)
    }

    /// What it was done to, by the word of the audit log.
    pub fn logged_object(&self, kind: &str) -> String {
        self.logged("object", kind)
    }

    /// The path of a field in what the audit log kept; what has no word keeps its own.
    pub fn logged_field(&self, path: &str) -> String {
        let part = |part: &str| {
            let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
            format!("{}{index}", self.logged("field", name))
        };
        path.split('.').map(part).collect::<Vec<_>>().join(".")
    }

    /// What a message of the outbox is: the kind of a letter, or the event of a webhook.
    pub fn message_kind(&self, word: &str) -> String {
        let letter = word.parse::<Kind>().ok().map(|kind| self.letter(kind));
        letter.or_else(|| word.parse::<Event>().ok().map(|event| self.event(event))).unwrap_or(word).to_owned()
    }

    /// A kind of letter.
    pub fn letter(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::AgentResult => self.t("a graded conversation", "质检结果通知"),
            Kind::AgentMonth => self.t("an agent's month", "个人月度结果"),
            Kind::Charged => self.t("a charge", "扣罚通知"),
            Kind::ResultChanged => self.t("a changed result", "质检结果变更"),
            Kind::LeadFailures => self.t("yesterday's errors of the team", "班组昨日差错"),
            Kind::LeadMonth => self.t("a team's month", "班组月度结果"),
            Kind::Assignments => self.t("new samples", "新分配样本"),
            Kind::SamplesDue => self.t("samples that are due", "样本到期提醒"),
            Kind::ManagerMonth => self.t("the month's pass rates", "月度合格率"),
            Kind::ListClosed => self.t("a closed fine list", "罚款清单关账"),
            Kind::EscalationOpened => self.t("a severe case was opened", "升级工单新建"),
            Kind::EscalationDue => self.t("a severe case is due", "升级工单即将超时"),
            Kind::EscalationRaised => self.t("a severe case went to the next level", "升级工单上报下一级"),
            Kind::EscalationClosed => self.t("a severe case has ended", "升级工单结束"),
            Kind::AppealSubmitted => self.t("an appeal was made", "收到申诉"),
            Kind::AppealDecided => self.t("an appeal was decided", "申诉已裁定"),
            Kind::AppealDue => self.t("an appeal is due", "申诉即将到期"),
            Kind::AppealOverdue => self.t("an appeal is overdue", "申诉裁定超期"),
            Kind::FollowUpDue => self.t("a follow-up is due", "整改到期提醒"),
            Kind::SanctionNotice => self.t("a notice of a sanction", "处理通告"),
            Kind::DailyDigest => self.t("the digest of a day", "每日汇总"),
        }
    }

    /// An event that a webhook can be told of.
    pub fn event(&self, event: Event) -> &'static str {
        match event {
            Event::EvaluationSubmitted => self.t("an evaluation was submitted", "质检评分已提交"),
            Event::EvaluationChanged => self.t("an evaluation changed", "质检评分有变更"),
            Event::DrawMade => self.t("samples were drawn", "完成抽样"),
            Event::PeriodClosed => self.t("a month was closed", "月度关账"),
            Event::CaseOpened => self.t("a severe case was opened", "升级工单新建"),
            Event::CaseAcknowledged => self.t("a case was acknowledged", "升级工单已确认"),
            Event::CaseRaised => self.t("a case came to the next level", "升级工单上报下一级"),
            Event::CaseClosed => self.t("a case ended", "升级工单结束"),
            Event::AppealSubmitted => self.t("an appeal was submitted", "收到申诉"),
            Event::AppealDecided => self.t("an appeal was decided", "申诉已裁定"),
            Event::Ping => self.t("a trial", "测试"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Every text between the quotes of `("…", ("…"` after a call that writes to the audit log.
    fn written(path: &Path, into: &mut BTreeSet<String>) {
        if path.is_dir() {
            std::fs::read_dir(path).unwrap().for_each(|entry| written(&entry.unwrap().path(), into));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(path).unwrap();
            for call in source.split("audit").skip(1) {
                let Some(rest) = call.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_').strip_prefix('(') else { continue };
                let mut quoted = rest.split('"').skip(1).step_by(2);
                let Some(action) = quoted.next().filter(|text| text.contains('.') && !text.contains(['{', ' ', '/'])) else { continue };
                into.insert(format!("action/{action}"));
                if rest.split_once(", (\"").is_some_and(|(before, _)| before.matches('"').count() == 2) {
                    into.extend(quoted.next().map(|kind| format!("object/{kind}")));
                }
            }
        }
    }

    #[test]
    fn everything_that_the_audit_log_is_told_has_a_word() {
        let mut found = BTreeSet::new();
        for folder in ["usecases", "jobs", "cli"] {
            written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder), &mut found);
        }
        assert!(found.len() > 70, "{found:?}");
        let missing: Vec<_> = found.iter().filter(|word| !WORDS.contains_key(word.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
