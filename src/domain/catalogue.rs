//! The catalogue: the violation types (违规) that can be tagged (handbook 3.1, 3.8, 4). Data that a QA manager changes, not code.

use serde::{Deserialize, Serialize};

use super::refusal::{Faults, Refused, checked_code, checked_text};
use super::violation::{ErrorKind, ViolationClass};

/// What a violation type is. Sent to create one, and to change one as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolationTypeInput {
    /// Stable code that scorecards, policies and files refer to, such as `hung_up`; never changes.
    pub code: String,
    /// Class A (gravest) to E.
    pub class: ViolationClass,
    /// Name in Chinese, up to 200 characters.
    pub name_zh: String,
    /// Name in English, up to 200 characters.
    pub name_en: String,
    /// Which error it counts as when tagged on its own; by class where absent: A and B key, C to E non-key.
    #[serde(default)]
    pub kind: Option<ErrorKind>,
    /// Whether it always opens an escalation case; class A always does. By class where absent.
    #[serde(default)]
    pub red_line: Option<bool>,
    /// The graver class it has where the customer lost money by it; absent where that makes no difference.
    #[serde(default)]
    pub class_if_money_lost: Option<ViolationClass>,
    /// Whether it can be tagged; true where absent.
    #[serde(default)]
    pub active: Option<bool>,
    /// Place in lists, lowest first, 0 to 9999; 0 where absent.
    #[serde(default)]
    pub order: i32,
}

/// A violation type whose parts fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ViolationType {
    /// Stable code, such as `hung_up`.
    pub code: String,
    /// Class A (gravest) to E.
    pub class: ViolationClass,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Which error it counts as when tagged on its own.
    pub kind: ErrorKind,
    /// Whether it always opens an escalation case.
    pub red_line: bool,
    /// The graver class it has where the customer lost money by it.
    pub class_if_money_lost: Option<ViolationClass>,
    /// Whether it can be tagged.
    pub active: bool,
    /// Place in lists, lowest first.
    pub order: i32,
}

/// The error that a class counts as where its type does not say: A and B are key, C to E non-key (handbook 4).
pub const fn default_kind(class: ViolationClass) -> ErrorKind {
    match class {
        ViolationClass::A | ViolationClass::B => ErrorKind::Key,
        ViolationClass::C | ViolationClass::D | ViolationClass::E => ErrorKind::NonKey,
    }
}

impl ViolationType {
    /// Makes a type from what was sent, with the defaults of its class.
    ///
    /// # Errors
    /// `Invalid` with all faults: a malformed code or name, a class A that is no red line, a `class_if_money_lost` that is not graver.
    pub fn checked(input: ViolationTypeInput) -> Refused<Self> {
        let mut faults = Faults::new();
        let code = faults.take(checked_code("code", &input.code));
        let name_zh = faults.take(checked_text("name_zh", &input.name_zh, 200));
        let name_en = faults.take(checked_text("name_en", &input.name_en, 200));
        let red_line = input.red_line.unwrap_or(input.class == ViolationClass::A);
        if input.class == ViolationClass::A && !red_line {
            faults.push("red_line", "must be true: a class A violation always opens an escalation case");
        }
        if input.class_if_money_lost.is_some_and(|graver| graver >= input.class) {
            faults.push("class_if_money_lost", format!("must be graver than the class {} itself", input.class));
        }
        if !(0..=9999).contains(&input.order) {
            faults.push("order", "must be 0 to 9999");
        }
        faults.finish()?;
        Ok(Self {
            code: code.unwrap_or_default(),
            class: input.class,
            name_zh: name_zh.unwrap_or_default(),
            name_en: name_en.unwrap_or_default(),
            kind: input.kind.unwrap_or(default_kind(input.class)),
            red_line,
            class_if_money_lost: input.class_if_money_lost,
            active: input.active.unwrap_or(true),
            order: input.order,
        })
    }

    /// The class that a violation of this type has.
    pub fn effective_class(&self, money_lost: bool) -> ViolationClass {
        self.class_if_money_lost.filter(|_| money_lost).unwrap_or(self.class)
    }

    /// Whether a violation of this type opens an escalation case: class A or a red line (handbook 3.8).
    pub fn escalates(&self, money_lost: bool) -> bool {
        self.red_line || self.effective_class(money_lost) == ViolationClass::A
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(class: ViolationClass) -> ViolationTypeInput {
        ViolationTypeInput {
            code: "some_type".into(),
            class,
            name_zh: "某违规".into(),
            name_en: "Some violation".into(),
            kind: None,
            red_line: None,
            class_if_money_lost: None,
            active: None,
            order: 0,
        }
    }

    #[test]
    fn the_class_gives_the_defaults() {
        for (class, kind) in ViolationClass::ALL.iter().zip(["key", "key", "non_key", "non_key", "non_key"]) {
            let made = ViolationType::checked(input(*class)).unwrap();
            assert_eq!(made.kind.as_str(), kind);
            assert_eq!(made.red_line, *class == ViolationClass::A);
            assert!(made.active);
        }
    }

    #[test]
    fn class_a_is_always_a_red_line() {
        let refused = ViolationType::checked(ViolationTypeInput { red_line: Some(false), ..input(ViolationClass::A) }).unwrap_err();
        assert_eq!(refused.faults[0].field, "red_line");
    }

    #[test]
    fn lost_money_makes_the_class_graver_and_never_milder() {
        let lost = |class, graver| ViolationType::checked(ViolationTypeInput { class_if_money_lost: Some(graver), ..input(class) });
        let e = lost(ViolationClass::E, ViolationClass::D).unwrap();
        assert_eq!(e.effective_class(false), ViolationClass::E);
        assert_eq!(e.effective_class(true), ViolationClass::D);
        assert!(!e.escalates(true));
        assert!(lost(ViolationClass::B, ViolationClass::A).unwrap().escalates(true));
        for graver in [ViolationClass::D, ViolationClass::E] {
            assert_eq!(lost(ViolationClass::D, graver).unwrap_err().faults[0].field, "class_if_money_lost");
        }
    }

    #[test]
    fn faults_come_together() {
        let bad = ViolationTypeInput { code: "a b".into(), name_zh: String::new(), order: -1, ..input(ViolationClass::C) };
        let fields: Vec<_> = ViolationType::checked(bad).unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["code", "name_zh", "order"]);
    }
}
