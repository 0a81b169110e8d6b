//! What the grading page shows.

use std::collections::HashMap;

use askama::Template;
use chrono::NaiveDate;

use super::sheet::{Written, WrittenItem, WrittenViolation};
use crate::domain::catalogue::ViolationType;
use crate::domain::evaluation::AnswerSheet;
use crate::domain::fine_policy::FineTerms;
use crate::domain::language::Language;
use crate::domain::scorecard::{Item, ScorecardContent};
use crate::domain::violation::ViolationClass;
use crate::usecases::conversations::show::ConversationDetail;
use crate::web::form::Typed;
use crate::web::hear::{Hearing, about};
use crate::web::page::Frame;

/// What is graded, and what the page offers with it.
#[derive(Debug)]
pub struct Task {
    /// Whose conversation it is, or what is to be done where that is hidden.
    pub heading: String,
    /// Whether the sample was picked for a reason.
    pub targeted: bool,
    /// Until when.
    pub due_on: NaiveDate,
    /// Whether that day has passed.
    pub overdue: bool,
    /// The path to which the sheet is posted.
    pub post_to: String,
    /// Under which name the browser keeps what is typed and not stored yet.
    pub kept_as: String,
    /// What the sheet starts from. What the browser has kept from another start is not restored.
    pub version: String,
    /// The path to which drafts are saved; none where only the browser keeps what is typed.
    pub draft: Option<String>,
    /// The path at which another conversation is asked for; none where there is no other.
    pub replace: Option<String>,
    /// Whether fines and cases follow.
    pub counts: bool,
    /// What is to be known before one begins.
    pub note: Option<&'static str>,
    /// What the button for handing in says.
    pub submit: &'static str,
}

/// What a sheet is about and what it is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The conversation.
    pub conversation: &'a ConversationDetail,
    /// What is asked.
    pub content: &'a ScorecardContent,
    /// What was filled in before.
    pub sheet: &'a AnswerSheet,
    /// The violations that can be tagged.
    pub types: &'a [ViolationType],
    /// What they cost, where that follows and a policy is in force.
    pub terms: Option<&'a FineTerms>,
}

/// The grading page.
#[derive(Template)]
#[template(path = "grade.html")]
pub struct GradePage {
    f: Frame,
    form: Typed,
    task: Task,
    about: String,
    due: String,
    hear: Hearing,
    sections: Vec<SectionView>,
    types: Vec<TypeGroup>,
    tagged: Vec<Tagged>,
    comment: String,
    /// What is wrong with the sheet as a whole.
    faults: Vec<String>,
    /// How many items and violations have something wrong beside them.
    marked: usize,
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
    written: WrittenItem,
    /// What is wrong with it.
    faults: Vec<String>,
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
    written: WrittenViolation,
    /// What is wrong with it.
    faults: Vec<String>,
}

/// Whether a fault is about an item or a violation, and stands beside it.
fn stands_beside(field: &str) -> bool {
    let field = field.strip_prefix("sheet.").unwrap_or(field);
    field.starts_with("items[") || field.starts_with("violations[")
}

/// What is wrong with the field at a path of the sheet, such as `items[3]`, and with what is below it.
fn faults_at(form: &Typed, path: &str) -> Vec<String> {
    let at = |field: &str| {
        field.strip_prefix("sheet.").unwrap_or(field).strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    form.each_fault().filter(|(field, _)| at(field)).map(|(_, message)| message.to_owned()).collect()
}

/// Makes the page. `form` holds what was posted and refused, where that is why the page is shown.
pub fn page(f: Frame, task: Task, of: Material<'_>, form: Typed) -> GradePage {
    let Material { conversation, content, sheet, types, terms } = of;
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
    // What was typed stays as it was typed, also where it cannot be read.
    let written = if form.has("version") { Written::of_form(&form, content) } else { Written::of_sheet(sheet, &conversation.soundings()) };
    let places: HashMap<&str, usize> = content.items().enumerate().map(|(n, item)| (item.code.as_str(), n)).collect();
    // People know an item by its title, not by its code.
    let faults_of = |title: &str, place: usize, item: &Item| -> Vec<String> {
        let named = |message: String| message.replace(&format!("“{}”", item.code), &format!("“{title}”"));
        faults_at(&form, &format!("items[{place}]")).into_iter().map(named).collect()
    };
    let item_view = |item: &Item| ItemView {
        title: f.t(&item.title_en, &item.title_zh).to_owned(),
        kind: item.kind.as_str(),
        guidance: f.t(&item.guidance_en, &item.guidance_zh).to_owned(),
        na_allowed: item.na_allowed,
        comment_on_fail: item.comment_on_fail,
        violation: item.violation_type.as_ref().and_then(|code| types.iter().find(|t| t.code == *code)).map(view_of),
        written: written.item(&item.code),
        faults: places.get(item.code.as_str()).map(|n| faults_of(f.t(&item.title_en, &item.title_zh), *n, item)).unwrap_or_default(),
        code: item.code.clone(),
    };
    let sections: Vec<SectionView> = content
        .sections
        .iter()
        .map(|s| SectionView { title: f.t(&s.title_en, &s.title_zh).to_owned(), items: s.items.iter().map(item_view).collect() })
        .collect();
    let groups = ViolationClass::ALL
        .iter()
        .map(|class| TypeGroup { class: *class, types: types.iter().filter(|t| t.class == *class).map(view_of).collect() })
        .filter(|group| !group.types.is_empty())
        .collect();
    let tag = |(n, it): (usize, &WrittenViolation)| Tagged { written: it.clone(), faults: faults_at(&form, &format!("violations[{n}]")) };
    let mut tagged: Vec<Tagged> = written.violations.iter().enumerate().map(tag).collect();
    tagged.push(Tagged { written: WrittenViolation::default(), faults: Vec::new() });
    let marked = sections
        .iter()
        .flat_map(|s| &s.items)
        .map(|it| &it.faults)
        .chain(tagged.iter().map(|it| &it.faults))
        .filter(|faults| !faults.is_empty())
        .count();
    let elsewhere = form.each_fault().filter(|(field, _)| !stands_beside(field)).map(|(_, message)| message.to_owned()).collect();
    GradePage {
        about: about(&f, &conversation.summary),
        due: task.due_on.to_string(),
        hear: Hearing::new(&f, conversation),
        sections,
        types: groups,
        tagged,
        comment: written.comment,
        faults: elsewhere,
        marked,
        keys: keys(&f, &task),
        currency: terms.map(|terms| (terms.currency.to_string(), terms.currency.minor_digits())),
        task,
        form,
        f,
    }
}

fn keys(f: &Frame, task: &Task) -> Vec<(&'static str, &'static str)> {
    let k = |key, en, zh| (key, if f.language == Language::En { en } else { zh });
    let mut keys = vec![
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
        k("Esc", "back to the items", "返回评分项"),
        ("Ctrl+Enter", task.submit),
    ];
    if task.draft.is_some() {
        keys.push(k("Ctrl+S", "save", "保存草稿"));
    }
    if task.replace.is_some() {
        keys.push(k("R", "cannot be graded", "无法质检"));
    }
    keys
}
