//! Results of single evaluations.

use super::{Block, Setting};
use crate::domain::language::Language;
use crate::domain::mail::letters::{AgentResult, Evaluated, LeadFailures, ResultChanged};

fn facts(evaluation: &Evaluated, to: &Setting) -> Vec<(String, String)> {
    vec![
        to.fact("客服", "Agent", &evaluation.agent),
        to.fact("会话", "Conversation", &evaluation.conversation),
        to.fact("开始时间", "Begun", to.time(evaluation.started_at)),
        to.fact("错误", "Errors", to.errors(evaluation.errors)),
    ]
}

pub(super) fn agent_result(letter: &AgentResult, to: &Setting) -> (String, Vec<Block>) {
    let evaluation = &letter.evaluation;
    let clean = evaluation.findings.is_empty();
    let subject = match (to.language, clean) {
        (Language::Zh, true) => format!("质检结果：{} 无错误", evaluation.conversation),
        (Language::Zh, false) => format!("质检结果：{} {}", evaluation.conversation, to.errors(evaluation.errors)),
        (Language::En, true) => format!("Your conversation {} was graded: no errors", evaluation.conversation),
        (Language::En, false) => {
            format!("Your conversation {} was graded: {} errors", evaluation.conversation, to.errors(evaluation.errors))
        }
    };
    let mut blocks = vec![Block::Heading(to.say("您的一条会话已完成质检", "One of your conversations was graded"))];
    let mut facts = facts(evaluation, to);
    facts.push(to.fact("考核周期", "Period", letter.period));
    blocks.push(Block::Facts(facts));
    blocks.extend(to.findings(&evaluation.findings));
    if !letter.comment.is_empty() {
        blocks.push(Block::Quote(letter.comment.to_string()));
    }
    blocks.push(to.link("查看评分与证据", "See the grading and its evidence", &evaluation.path));
    blocks.push(Block::Text(to.say("如有异议，可在规定期限内申诉。", "If you disagree, you may appeal within the set time.")));
    (subject, blocks)
}

pub(super) fn changed(letter: &ResultChanged, to: &Setting) -> (String, Vec<Block>) {
    let evaluation = &letter.evaluation;
    let subject = match to.language {
        Language::Zh => format!("质检结果变更：{}", evaluation.conversation),
        Language::En => format!("Changed result: {}", evaluation.conversation),
    };
    let mut facts = facts(evaluation, to);
    facts.retain(|(name, _)| *name != to.say("错误", "Errors"));
    facts.push(to.fact("考核周期", "Period", letter.period));
    facts.push(to.fact("原因", "Because of", to.name(&letter.by)));
    facts.push(to.fact("变更前", "Before", to.errors(letter.before)));
    facts.push(to.fact("变更后", "Now", to.errors(evaluation.errors)));
    let mut blocks =
        vec![Block::Heading(to.say("您此前收到的一项质检结果已变更", "A result that you were told of has changed")), Block::Facts(facts)];
    if !letter.reason.is_empty() {
        blocks.push(Block::Quote(letter.reason.to_string()));
    }
    blocks.extend(to.findings(&evaluation.findings));
    blocks.push(to.link("查看评分与证据", "See the grading and its evidence", &evaluation.path));
    (subject, blocks)
}

pub(super) fn failures(letter: &LeadFailures, to: &Setting) -> (String, Vec<Block>) {
    let (day, total) = (Setting::day(letter.day), letter.total);
    let subject = match to.language {
        Language::Zh => format!("{day} 班组质检错误：{total} 条会话"),
        Language::En => format!("Team failures of {day}: {total}"),
    };
    let mut blocks = vec![Block::Heading(subject.clone())];
    for evaluation in &letter.evaluations {
        blocks.push(Block::Facts(facts(evaluation, to)));
        blocks.extend(to.findings(&evaluation.findings));
        blocks.push(to.link("查看评分与证据", "See the grading and its evidence", &evaluation.path));
    }
    let rest = total.saturating_sub(i64::try_from(letter.evaluations.len()).unwrap_or(0));
    if rest > 0 {
        blocks.push(Block::Text(match to.language {
            Language::Zh => format!("另有 {rest} 条未列出。"),
            Language::En => format!("And {rest} more."),
        }));
    }
    blocks.push(to.link("查看全部", "See all of them", &letter.path));
    (subject, blocks)
}
