//! Pieces that forms are made of: a field with its label, its hint and what is wrong with it.

use askama::Template;
use askama::filters::HtmlSafe;

use super::form::{Typed, named_fault};
use super::page::{Frame, Visitor};
use super::trouble::Trouble;
use crate::domain::refusal::{Refusal, RefusalKind};
use crate::http::Problem;
use crate::usecases::Error;

mod rows;

/// One of several things to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// What programs call it, shown small beside the label; empty where people need not know.
    pub code: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into(), code: String::new() }
    }

    /// The same choice, shown with the code by which it is known to programs.
    #[must_use]
    pub fn coded(self) -> Self {
        Self { code: self.value.clone(), ..self }
    }
}

/// A field for text, numbers or days.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/field.html")]
pub struct Field<'a> {
    id: String,
    name: String,
    label: &'a str,
    value: &'a str,
    fault: Option<&'a str>,
    hint: &'a str,
    kind: &'static str,
    needed: bool,
    longest: u32,
    rows: u32,
    short: bool,
    bare: bool,
    look: bool,
}

impl HtmlSafe for Field<'_> {}

impl<'a> Field<'a> {
    /// Of this `type`, such as `date`.
    #[must_use]
    pub fn kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// A whole number.
    #[must_use]
    pub fn number(self) -> Self {
        Self { kind: "number", short: true, ..self }
    }

    /// Of several lines.
    #[must_use]
    pub fn lines(self, rows: u32) -> Self {
        Self { rows, ..self }
    }

    /// It must not stay empty.
    #[must_use]
    pub fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// At most so many characters.
    #[must_use]
    pub fn longest(self, longest: u32) -> Self {
        Self { longest, ..self }
    }

    /// What helps to fill it in.
    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    /// A second field of that name on the page: `mark` keeps their ids apart.
    #[must_use]
    pub fn of(self, mark: &str) -> Self {
        Self { id: format!("f-{mark}-{}", self.name), ..self }
    }

    /// With a label that only a screen reader says, where a table's heads say it to the eye.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { bare: true, ..self }
    }
}

/// One of several things, from a list that opens.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/select.html")]
pub struct Select<'a> {
    id: String,
    name: String,
    label: &'a str,
    value: &'a str,
    fault: Option<&'a str>,
    hint: &'a str,
    choices: &'a [Choice],
    none: Option<&'a str>,
    bare: bool,
    look: bool,
}

impl HtmlSafe for Select<'_> {}

impl<'a> Select<'a> {
    /// Nothing may be chosen, which reads so.
    #[must_use]
    pub fn none(self, none: &'a str) -> Self {
        Self { none: Some(none), ..self }
    }

    /// What helps to choose.
    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    /// A second field of that name on the page: `mark` keeps their ids apart.
    #[must_use]
    pub fn of(self, mark: &str) -> Self {
        Self { id: format!("f-{mark}-{}", self.name), ..self }
    }

    /// With a label that only a screen reader says, where a table's heads say it to the eye.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { bare: true, ..self }
    }
}

/// Any of several things, to be ticked.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/ticks.html")]
pub struct Ticks<'a> {
    name: String,
    label: &'a str,
    ticked: &'a [String],
    fault: Option<&'a str>,
    hint: &'a str,
    choices: &'a [Choice],
}

impl HtmlSafe for Ticks<'_> {}

impl<'a> Ticks<'a> {
    /// What helps to choose.
    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }
}

/// A yes or a no.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/tick.html")]
pub struct Tick<'a> {
    name: String,
    label: &'a str,
    ticked: bool,
    fault: Option<&'a str>,
}

impl HtmlSafe for Tick<'_> {}

/// Everything that is wrong with a form, above it, with ways to the fields.
#[derive(Debug, Clone, Template)]
#[template(path = "pieces/summary.html")]
pub struct Summary<'a> {
    head: &'a str,
    faults: Vec<(String, String)>,
}

impl HtmlSafe for Summary<'_> {}

impl Typed {
    /// A field for text.
    pub fn input<'a>(&'a self, name: impl Into<String>, label: &'a str) -> Field<'a> {
        let name = name.into();
        self.calls(&name, label);
        Field {
            id: format!("f-{name}"),
            label,
            value: self.get(&name),
            fault: self.fault_below(&name),
            hint: "",
            kind: "text",
            needed: false,
            longest: 0,
            rows: 0,
            short: false,
            bare: false,
            look: self.is_looked_at(&name),
            name,
        }
    }

    /// A choice of one.
    pub fn select<'a>(&'a self, name: impl Into<String>, label: &'a str, choices: &'a [Choice]) -> Select<'a> {
        let name = name.into();
        self.calls(&name, label);
        let (value, fault) = (self.get(&name), self.fault_below(&name));
        let look = self.is_looked_at(&name);
        Select { id: format!("f-{name}"), name, label, value, fault, hint: "", choices, none: None, bare: false, look }
    }

    /// A choice of any.
    pub fn ticks<'a>(&'a self, name: impl Into<String>, label: &'a str, choices: &'a [Choice]) -> Ticks<'a> {
        let name = name.into();
        self.calls(&name, label);
        Ticks { label, ticked: self.all(&name), fault: self.fault_below(&name), hint: "", choices, name }
    }

    /// A yes or a no; a yes is sent as `on`.
    pub fn tick<'a>(&'a self, name: impl Into<String>, label: &'a str) -> Tick<'a> {
        let name = name.into();
        self.calls(&name, label);
        Tick { label, ticked: self.is(&name, "on"), fault: self.fault_below(&name), name }
    }

    /// What is read above several fields that belong together, for the summary of what is wrong too.
    pub fn heading<'a>(&self, name: &str, label: &'a str) -> &'a str {
        self.calls(name, label);
        label
    }

    /// Whether a yes was sent.
    pub fn yes(&self, name: &str) -> bool {
        self.is(name, "on")
    }

    /// Everything that is wrong, above the form, each with its field as the form below names it.
    pub fn summary<'a>(&self, f: &'a Frame) -> Summary<'a> {
        let line = |field: &str, message: &str| {
            let last = || field.rsplit('.').next().unwrap_or(field).to_owned();
            (field.to_owned(), named_fault(f, &self.label(field).unwrap_or_else(last), message))
        };
        let faults = self.each_fault().map(|(field, message)| line(field, message)).collect();
        Summary { head: f.t("This was not stored. Please look at:", "未保存，请检查以下内容："), faults }
    }
}

impl Frame {
    /// The same frame, saying above the page what was done.
    pub fn saying(&self, done: &str) -> Self {
        let notice = match done {
            "saved" => self.t("Saved.", "已保存。"),
            "created" => self.t("Created.", "已创建。"),
            "removed" => self.t("Removed.", "已删除。"),
            "archived" => self.t("Archived.", "已归档。"),
            "published" => self.t("Published: new samples are graded with it.", "已发布，新样本将使用该版本。"),
            "retired" => self.t("Retired: no new sample is graded with it.", "已停用，新样本不再使用该版本。"),
            "assigned" => self.t("The sample has another inspector.", "样本已改派。"),
            "replaced" => self.t("The sample was replaced by the next in the draw's order.", "样本已由抽样顺序中的下一条替换。"),
            "exhausted" => self.t(
                "The sample was replaced, but the agent has no further conversation in the draw to take its place.",
                "样本已替换，但该客服没有可递补的会话。",
            ),
            "moved" => self.t("Moved.", "已调组。"),
            "password" => self.t("The password is set; every session of that person has ended.", "密码已重置，该用户的登录会话均已退出。"),
            "revoked" => self.t("Revoked.", "已吊销。"),
            "queued" => self.t("Queued to be sent again.", "已重新排队发送。"),
            "tried" => self.t("A trial event is on its way; the outbox shows what comes of it.", "测试事件已发出，可在发件箱查看结果。"),
            "decided" => self.t("Decided.", "已裁定。"),
            "graded" => self.t("The grade is handed in.", "评分已提交。"),
            "withdrawn" => self.t("Taken back.", "已撤回。"),
            "recorded" => self.t("Recorded.", "已登记。"),
            _ => return self.clone(),
        };
        Self { notice: Some(notice.to_owned()), ..self.clone() }
    }
}

/// Turns what a use case refuses into a page that says so.
pub trait OrTrouble<T> {
    /// The value, or a page that says what is the matter.
    ///
    /// # Errors
    /// That page.
    fn or_trouble(self, visitor: &Visitor) -> Result<T, Trouble>;
}

impl<T, E: Into<Problem>> OrTrouble<T> for Result<T, E> {
    fn or_trouble(self, visitor: &Visitor) -> Result<T, Trouble> {
        self.map_err(|error| Trouble::new(visitor.frame.clone(), error))
    }
}

/// The refusal, where the person can mend the form that was refused.
///
/// # Errors
/// A page that says what is the matter, where nothing in the form can mend it.
pub fn mendable(visitor: &Visitor, error: Error) -> Result<Refusal, Trouble> {
    match error {
        Error::Refused(refusal)
            if matches!(
                refusal.kind,
                RefusalKind::Invalid | RefusalKind::Conflict | RefusalKind::Stale | RefusalKind::TooLarge | RefusalKind::Unsupported
            ) =>
        {
            Ok(refusal)
        }
        other => Err(Trouble::new(visitor.frame.clone(), other)),
    }
}
