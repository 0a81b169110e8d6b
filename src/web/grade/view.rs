//! What the grading page shows.

use askama::Template;

use super::sheet::write_evidence;
use crate::domain::catalogue::ViolationType;
use crate::domain::evaluation::Answer;
use crate::domain::fine_policy::FineTerms;
use crate::domain::language::Language;
use crate::domain::sampling::sample::SampleKind;
use crate::domain::scorecard::Item;
use crate::domain::violation::ViolationClass;
use crate::usecases::queue::HandedOut;
use crate::web::form::Typed;
use crate::web::hear::{Hearing, about};
use crate::web::page::Frame;

/// The grading page.
#[derive(Template)]
#[template(path = "grade.html")]
pub struct GradePage {
    f: Frame,
    form: Typed,
    sample: String,
    conversation: String,
    version: i32,
    agent: String,
    about: String,
    targeted: bool,
    due: String,
    overdue: bool,
    hear: Hearing,
    sections: Vec<SectionView>,
    types: Vec<TypeGroup>,
    tagged: Vec<Tagged>,
    comment: String,
    faults: Vec<String>,
    keys: Vec<(&'static str, &'static str)>,
    /// The currency of the fines with the digits of its minor unit; none where no policy is in force.
    currency: Option<(String, u32)>,
}

struct SectionView {
    title: String,
    items: Vec<ItemView>,
}

struct ItemView {
    code: String,
    title: String,
    kind: &'static str,
    guidance: String,
    na_allowed: bool,
    comment_on_fail: bool,
    violation: Option<TypeView>,
    outcome: &'static str,
    comment: String,
    evidence: String,
    money_lost: bool,
}

struct TypeGroup {
    class: ViolationClass,
    types: Vec<TypeView>,
}

struct TypeView {
    code: String,
    class: ViolationClass,
    name: String,
    counts: &'static str,
    red_line: bool,
    loss_matters: bool,
    /// What it costs, in minor units.
    fine: i64,
    /// What it costs where the customer lost money.
    loss_fine: i64,
}

struct Tagged {
    code: String,
    comment: String,
    evidence: String,
    money_lost: bool,
}

/// Makes the page of a sample that was handed out. `form` holds what was posted and refused, where that is why the page is shown.
pub fn page(f: Frame, handed: HandedOut, types: &[ViolationType], terms: Option<&FineTerms>, form: Typed) -> GradePage {
    let HandedOut { sample, conversation, scorecard, draft } = handed;
    let agent = match &sample.agent {
        Some(agent) => format!("{} {}", agent.name, agent.employee_no),
        None => f.t("Agent hidden", "客服信息已隐藏").to_owned(),
    };
    let price =
        |t: &ViolationType, class| terms.and_then(|terms| terms.price(&t.code, class, 1).ok()).map_or(0, |money| money.amount_minor);
    let view_of = |t: &ViolationType| TypeView {
        fine: price(t, t.class),
        loss_fine: price(t, t.class_if_money_lost.unwrap_or(t.class)),
        code: t.code.clone(),
        class: t.class,
        name: f.t(&t.name_en, &t.name_zh).to_owned(),
        counts: t.kind.as_str(),
        red_line: t.red_line,
        loss_matters: t.class_if_money_lost.is_some(),
    };
    let item_view = |item: &Item| {
        let answer = draft.sheet.items.iter().find(|a| a.code == item.code);
        let violation = item.violation_type.as_ref().and_then(|code| types.iter().find(|t| t.code == *code)).map(view_of);
        item_view(&f, item, answer, violation)
    };
    let sections = scorecard
        .content
        .sections
        .iter()
        .map(|s| SectionView { title: f.t(&s.title_en, &s.title_zh).to_owned(), items: s.items.iter().map(item_view).collect() })
        .collect();
    let groups = ViolationClass::ALL
        .iter()
        .map(|class| TypeGroup { class: *class, types: types.iter().filter(|t| t.class == *class).map(view_of).collect() })
        .filter(|group| !group.types.is_empty())
        .collect();
    let mut tagged: Vec<Tagged> = draft
        .sheet
        .violations
        .iter()
        .map(|v| Tagged {
            code: v.violation_type.clone(),
            comment: v.comment.clone(),
            evidence: write_evidence(&v.evidence),
            money_lost: v.money_lost,
        })
        .collect();
    tagged.push(Tagged { code: String::new(), comment: String::new(), evidence: String::new(), money_lost: false });
    GradePage {
        sample: sample.id.to_string(),
        conversation: sample.conversation_id.to_string(),
        version: draft.version,
        agent,
        about: about(&f, &conversation.summary),
        targeted: sample.kind == SampleKind::Targeted,
        due: sample.due_on.to_string(),
        overdue: sample.overdue,
        hear: Hearing::new(&f, &conversation),
        sections,
        types: groups,
        tagged,
        comment: draft.sheet.comment.clone(),
        faults: form.fault_lines(&f, |field| item_title(&f, &scorecard.content, field)),
        keys: keys(&f),
        currency: terms.map(|terms| (terms.currency.to_string(), terms.currency.minor_digits())),
        form,
        f,
    }
}

fn item_view(f: &Frame, item: &Item, answer: Option<&Answer>, violation: Option<TypeView>) -> ItemView {
    ItemView {
        code: item.code.clone(),
        title: f.t(&item.title_en, &item.title_zh).to_owned(),
        kind: item.kind.as_str(),
        guidance: f.t(&item.guidance_en, &item.guidance_zh).to_owned(),
        na_allowed: item.na_allowed,
        comment_on_fail: item.comment_on_fail,
        violation,
        outcome: answer.and_then(|a| a.outcome).map_or("", |o| o.as_str()),
        comment: answer.map(|a| a.comment.clone()).unwrap_or_default(),
        evidence: answer.map(|a| write_evidence(&a.evidence)).unwrap_or_default(),
        money_lost: answer.is_some_and(|a| a.money_lost),
    }
}

/// `sheet.items[3].comment` as the title of the item, which the page shows.
fn item_title(f: &Frame, content: &crate::domain::scorecard::ScorecardContent, field: &str) -> Option<String> {
    let index = field.split("items[").nth(1)?.split(']').next()?.parse::<usize>().ok()?;
    content.items().nth(index).map(|item| f.t(&item.title_en, &item.title_zh).to_owned())
}

fn keys(f: &Frame) -> Vec<(&'static str, &'static str)> {
    let k = |key, en, zh| (key, if f.language == Language::En { en } else { zh });
    vec![
        k("Space", "play or pause", "播放或暂停"),
        k("← →", "10 seconds back or ahead", "后退或前进 10 秒"),
        k("[ ]", "slower or faster", "减速或加速"),
        k("S", "skip silence", "跳过静音"),
        k("J K / ↓ ↑", "next or previous item", "下一项或上一项"),
        k("1 2 3", "pass, fail, not applicable", "通过、不通过、不适用"),
        k("C", "comment on the item", "填写评语"),
        k("G", "guidance of the item", "查看评分说明"),
        k("N P", "next or previous line", "下一句或上一句"),
        k("X", "mark the line", "选择该句"),
        k("E", "take marked lines or sound as evidence", "将所选内容作为证据"),
        k("V", "tag a violation: type to find it, Enter to take it", "添加违规：输入查找，回车选中"),
        k("/", "search the transcript, Enter for the next hit", "搜索对话文本，回车跳到下一处"),
        k("R", "cannot be graded", "无法质检"),
        k("Ctrl+S", "save", "保存草稿"),
        k("Ctrl+Enter", "submit and next", "提交并继续"),
        k("Esc", "back to the items", "返回评分项"),
    ]
}
