//! Work that waits: what is to be graded, corrective actions.

use super::{Block, Setting};
use crate::domain::language::Language;
use crate::domain::mail::letters::{Assignments, FollowUp, SamplesDue, Task};

pub(super) fn assignments(letter: &Assignments, to: &Setting) -> (String, Vec<Block>) {
    let (count, period) = (letter.samples, letter.period);
    let subject = match to.language {
        Language::Zh => format!("新分配 {count} 个质检样本（{period}）"),
        Language::En => format!("New samples to grade: {count} ({period})"),
    };
    let blocks = vec![
        Block::Heading(subject.clone()),
        Block::Facts(vec![
            to.fact("抽检计划", "Plan", &letter.plan),
            to.fact("考核周期", "Period", period),
            to.fact("样本数", "Samples", count),
            to.fact("截止日期", "Due on", Setting::day(letter.due_on)),
        ]),
        to.link("打开任务队列", "Open the queue", &letter.path),
    ];
    (subject, blocks)
}

pub(super) fn due(letter: &SamplesDue, to: &Setting) -> (String, Vec<Block>) {
    let sum = |overdue: bool| {
        letter.days.iter().filter(|d| (d.due_on < letter.today) == overdue).fold(0_i64, |sum, d| sum.saturating_add(d.samples))
    };
    let (overdue, due) = (sum(true), sum(false));
    let subject = match to.language {
        Language::Zh => format!("待质检：逾期 {overdue} 个，即将到期 {due} 个"),
        Language::En => format!("To grade: {overdue} overdue, {due} due"),
    };
    let what = |task| match task {
        Task::Sample => to.say("样本", "samples"),
        Task::SecondGrading => to.say("复检", "second gradings"),
        Task::Calibration => to.say("校准", "calibration sessions"),
    };
    let head = vec![to.say("截止日期", "Due on"), to.say("任务", "What"), to.say("数量", "How many"), String::new()];
    let rows = letter
        .days
        .iter()
        .map(|d| {
            let note = if d.due_on < letter.today { to.say("已逾期", "overdue") } else { String::new() };
            vec![Setting::day(d.due_on), what(d.what), d.samples.to_string(), note]
        })
        .collect();
    let blocks = vec![Block::Heading(subject.clone()), Block::Table(head, rows), to.link("打开任务队列", "Open the queue", &letter.path)];
    (subject, blocks)
}

pub(super) fn follow_up(letter: &FollowUp, to: &Setting) -> (String, Vec<Block>) {
    let (action, day) = (to.name(&letter.action), Setting::day(letter.due_on));
    let subject = match (to.language, letter.overdue) {
        (Language::Zh, true) => format!("整改已逾期：{action}（{day}）"),
        (Language::Zh, false) => format!("整改即将到期：{action}（{day}）"),
        (Language::En, true) => format!("Overdue: {action} ({day})"),
        (Language::En, false) => format!("Due: {action} ({day})"),
    };
    let mut facts = vec![to.fact("措施", "Action", action), to.fact("截止日期", "Due on", day)];
    if let Some(agent) = &letter.agent {
        facts.push(to.fact("客服", "Agent", agent));
    }
    let blocks = vec![
        Block::Heading(subject.clone()),
        Block::Facts(facts),
        Block::Quote(letter.what.to_string()),
        to.link("查看整改", "Open the follow-up", &letter.path),
    ];
    (subject, blocks)
}
