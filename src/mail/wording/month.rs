//! Results of a month, and its fine list.

use super::{Block, Setting};
use crate::domain::language::Language;
use crate::domain::mail::letters::{AgentMonth, Charged, LeadMonth, ListClosed, ManagerMonth, UnitRate};

/// The rate in percent with one decimal, rounded down: 87.5%. `–` where nobody counts (handbook 3.4).
fn rate(unit: &UnitRate) -> String {
    let per_mille = unit.passed.saturating_mul(1000).checked_div(unit.counted);
    per_mille.map_or_else(|| "–".to_owned(), |p| format!("{}.{}%", p / 10, p % 10))
}

fn units(units: &[UnitRate], to: &Setting) -> Block {
    let head = vec![to.say("单位", "Unit"), to.say("合格", "Passed"), to.say("计入", "Counted"), to.say("合格率", "Pass rate")];
    let rows = units
        .iter()
        .map(|u| {
            let kind = match u.unit.as_str() {
                "team" => to.say("组", "team"),
                "vendor" => to.say("供应商", "vendor"),
                _ => to.say("中心", "centre"),
            };
            vec![format!("{} ({kind})", u.name), u.passed.to_string(), u.counted.to_string(), rate(u)]
        })
        .collect();
    Block::Table(head, rows)
}

pub(super) fn of_agent(letter: &AgentMonth, to: &Setting) -> (String, Vec<Block>) {
    let (period, verdict) = (letter.period, to.verdict(&letter.verdict));
    let subject = match to.language {
        Language::Zh => format!("{period} 质检结论：{verdict}"),
        Language::En => format!("Your quality result of {period}: {verdict}"),
    };
    let effective = if letter.effective { to.say("是", "yes") } else { to.say("否", "no") };
    let mut blocks = vec![
        Block::Heading(subject.clone()),
        Block::Facts(vec![
            to.fact("客服", "Agent", &letter.agent),
            to.fact("抽检样本", "Random samples", letter.samples),
            to.fact("错误", "Errors", to.errors(letter.errors)),
            to.fact("出勤天数", "Worked days", letter.worked_days),
            to.fact("有效员工", "Effective agent", effective),
        ]),
    ];
    if !letter.lines.is_empty() {
        let head = vec![to.say("会话", "Conversation"), to.say("开始时间", "Begun"), to.say("错误", "Errors")];
        let rows = letter.lines.iter().map(|l| vec![l.conversation.to_string(), to.time(l.started_at), to.errors(l.errors)]).collect();
        blocks.push(Block::Table(head, rows));
    }
    if !letter.charges.is_empty() {
        let head = vec![to.say("罚款与奖励", "Fines and rewards"), to.say("金额", "Amount")];
        let mut rows: Vec<Vec<String>> = letter.charges.iter().map(|c| vec![to.name(&c.what), c.amount.to_string()]).collect();
        rows.push(vec![to.say("合计", "Total"), letter.total.to_string()]);
        blocks.push(Block::Table(head, rows));
    }
    blocks.push(to.link("查看明细", "See the details", &letter.path));
    (subject, blocks)
}

pub(super) fn charged(letter: &Charged, to: &Setting) -> (String, Vec<Block>) {
    let (what, amount) = (to.name(&letter.what), letter.amount);
    let subject = match (to.language, letter.changed) {
        (Language::Zh, false) => format!("扣款通知：{what} {amount}"),
        (Language::Zh, true) => format!("扣款变更：{what}，现为 {amount}"),
        (Language::En, false) => format!("Charged to you: {what}, {amount}"),
        (Language::En, true) => format!("Changed: {what}, now {amount}"),
    };
    let mut facts = vec![to.fact("事项", "What", what)];
    facts.extend(letter.reference.as_ref().map(|reference| to.fact("编号", "Number", reference)));
    facts.extend(letter.occurred_on.map(|day| to.fact("发生日期", "Happened on", Setting::day(day))));
    facts.push(to.fact("认定", "Found", to.name(&letter.found)));
    facts.push(to.fact("考核周期", "Period", letter.period));
    facts.push(to.fact("金额", "Amount", amount));
    let mut blocks = vec![Block::Heading(subject.clone()), Block::Facts(facts)];
    if !letter.reason.is_empty() {
        blocks.push(Block::Quote(letter.reason.to_string()));
    }
    blocks.push(to.link("查看当月明细", "See the month", &letter.path));
    if letter.amount.amount_minor > 0 {
        blocks.push(Block::Text(to.say("如有异议，可在规定期限内申诉。", "If you disagree, you may appeal within the set time.")));
    }
    (subject, blocks)
}

pub(super) fn of_lead(letter: &LeadMonth, to: &Setting) -> (String, Vec<Block>) {
    let period = letter.period;
    let subject = match to.language {
        Language::Zh => format!("{period} 班组质检结果"),
        Language::En => format!("Your team's quality result of {period}"),
    };
    let head = vec![
        to.say("客服", "Agent"),
        to.say("结论", "Verdict"),
        to.say("样本", "Samples"),
        to.say("错误", "Errors"),
        to.say("有效", "Effective"),
    ];
    let rows = letter
        .agents
        .iter()
        .map(|a| {
            let effective = if a.effective { to.say("是", "yes") } else { to.say("否", "no") };
            vec![a.agent.clone(), to.verdict(&a.verdict), a.samples.to_string(), to.errors(a.errors), effective]
        })
        .collect();
    let blocks = vec![
        Block::Heading(subject.clone()),
        units(&letter.units, to),
        Block::Table(head, rows),
        to.link("查看明细", "See the details", &letter.path),
    ];
    (subject, blocks)
}

pub(super) fn of_manager(letter: &ManagerMonth, to: &Setting) -> (String, Vec<Block>) {
    let period = letter.period;
    let subject = match to.language {
        Language::Zh => format!("{period} 质检合格率"),
        Language::En => format!("Pass rates of {period}"),
    };
    let blocks = vec![Block::Heading(subject.clone()), units(&letter.units, to), to.link("查看明细", "See the details", &letter.path)];
    (subject, blocks)
}

pub(super) fn list_closed(letter: &ListClosed, to: &Setting) -> (String, Vec<Block>) {
    let period = letter.period;
    let subject = match to.language {
        Language::Zh => format!("{period} 罚款清单已关账"),
        Language::En => format!("The fine list of {period} is closed"),
    };
    let blocks = vec![
        Block::Heading(subject.clone()),
        Block::Facts(vec![
            to.fact("行数", "Lines", letter.lines),
            to.fact("合计", "Total", letter.total),
            to.fact("SHA-256 摘要", "Digest (SHA-256)", &letter.digest),
        ]),
        Block::Text(to.say(
            "该清单不再变更；之后的变动记入下一个未关账周期，作为调整项。",
            "The list does not change any more; what changes later is posted to the open period as an adjustment.",
        )),
        to.link("下载清单", "Get the list", &letter.path),
    ];
    (subject, blocks)
}
