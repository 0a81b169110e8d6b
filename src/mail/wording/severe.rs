//! Severe cases, appeals, sanctions made known.

use super::{Block, Setting};
use crate::domain::language::Language;
use crate::domain::mail::letters::{Appeal, Escalation, Name, SanctionNotice};

/// What has happened to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Opened,
    Due,
    Raised,
    Closed,
}

/// What has happened to an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hearing {
    Submitted,
    Decided,
    Due,
    Overdue,
}

fn names(names: &[Name], to: &Setting) -> String {
    names.iter().map(|n| to.name(n)).collect::<Vec<_>>().join(&to.say("、", ", "))
}

pub(super) fn case(letter: &Escalation, moment: Moment, to: &Setting) -> (String, Vec<Block>) {
    let (case, agent) = (&letter.case, &letter.agent);
    let subject = match (to.language, moment) {
        (Language::Zh, Moment::Due) if letter.proposed => format!("【待复核】工单 {case} 的处理意见待第二人复核"),
        (Language::En, Moment::Due) if letter.proposed => format!("[Four eyes] Case {case}: a sanction waits for a second person"),
        (Language::Zh, Moment::Opened) => format!("【严重】升级工单 {case}：{agent}，请确认"),
        (Language::Zh, Moment::Due) => format!("【催办】升级工单 {case} 尚未确认"),
        (Language::Zh, Moment::Raised) => format!("【升级】工单 {case} 已升级至第 {} 级，请确认", letter.level),
        (Language::Zh, Moment::Closed) => format!("升级工单 {case} 已结案"),
        (Language::En, Moment::Opened) => format!("[Severe] Case {case}: {agent}; please acknowledge"),
        (Language::En, Moment::Due) => format!("[Reminder] Case {case} is not acknowledged yet"),
        (Language::En, Moment::Raised) => format!("[Escalated] Case {case} has come to level {}; please acknowledge", letter.level),
        (Language::En, Moment::Closed) => format!("Case {case} has ended"),
    };
    let mut facts = vec![
        to.fact("客服", "Agent", agent),
        to.fact("班组", "Team", &letter.team),
        to.fact("级别", "Level", format!("{} {}", letter.level, to.name(&letter.level_name))),
    ];
    if let Some(due) = letter.due_at {
        facts.push(to.fact("确认期限", "To be acknowledged by", to.time(due)));
    }
    if !letter.sanctions.is_empty() {
        facts.push(to.fact("处理", "Sanction", names(&letter.sanctions, to)));
    }
    let mut blocks = vec![Block::Heading(subject.clone()), Block::Facts(facts)];
    blocks.extend(to.findings(&letter.findings));
    if !letter.note.is_empty() {
        blocks.push(Block::Quote(letter.note.to_string()));
    }
    if let Some(path) = &letter.acknowledge_path {
        blocks.push(to.link("确认已收到", "Acknowledge", path));
    }
    blocks.push(to.link("查看工单", "Open the case", &letter.path));
    (subject, blocks)
}

pub(super) fn appeal(letter: &Appeal, hearing: Hearing, to: &Setting) -> (String, Vec<Block>) {
    let (number, agent) = (&letter.appeal, &letter.agent);
    let subject = match (to.language, hearing) {
        (Language::Zh, Hearing::Submitted) => format!("新申诉 {number}：{agent}"),
        (Language::Zh, Hearing::Decided) => format!("申诉 {number} 已裁定"),
        (Language::Zh, Hearing::Due) => format!("申诉 {number} 即将到期"),
        (Language::Zh, Hearing::Overdue) => format!("申诉 {number} 已逾期"),
        (Language::En, Hearing::Submitted) => format!("New appeal {number}: {agent}"),
        (Language::En, Hearing::Decided) => format!("Appeal {number} is decided"),
        (Language::En, Hearing::Due) => format!("Appeal {number} is due"),
        (Language::En, Hearing::Overdue) => format!("Appeal {number} is overdue"),
    };
    let mut facts =
        vec![to.fact("客服", "Agent", agent), to.fact("考核周期", "Period", letter.period), to.fact("审级", "Instance", letter.instance)];
    if let Some(due) = letter.due_at {
        facts.push(to.fact("裁定期限", "To be decided by", to.time(due)));
    }
    let mut blocks = vec![Block::Heading(subject.clone()), Block::Facts(facts)];
    if !letter.text.is_empty() {
        blocks.push(Block::Quote(letter.text.to_string()));
    }
    let head = vec![to.say("申诉项", "Contested"), to.say("结果", "Outcome"), to.say("理由", "Reason")];
    let rows = letter
        .points
        .iter()
        .map(|p| vec![to.name(&p.what), p.outcome.as_ref().map_or_else(|| "–".into(), |o| to.name(o)), p.reason.to_string()])
        .collect();
    blocks.push(Block::Table(head, rows));
    blocks.push(to.link("查看申诉", "Open the appeal", &letter.path));
    (subject, blocks)
}

pub(super) fn notice(letter: &SanctionNotice, to: &Setting) -> (String, Vec<Block>) {
    let group = to.name(&letter.group);
    let subject = match to.language {
        Language::Zh => format!("【通告】{group}：质检违规处理"),
        Language::En => format!("[Notice] {group}: a quality violation and its sanction"),
    };
    let mut blocks = vec![
        Block::Heading(subject.clone()),
        Block::Facts(vec![
            to.fact("客服", "Agent", &letter.agent),
            to.fact("班组", "Team", &letter.team),
            to.fact("处理", "Sanction", names(&letter.sanctions, to)),
            to.fact("决定时间", "Decided", to.time(letter.decided_at)),
        ]),
    ];
    blocks.extend(to.findings(&letter.findings));
    blocks.push(Block::Quote(letter.facts.to_string()));
    (subject, blocks)
}
