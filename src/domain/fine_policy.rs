//! The fine policy: what a violation costs, by versions that each have a first period (handbook 3.6).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::complaint::ComplaintLevel;
use super::id::{FinePolicyId, UserId};
use super::money::{Currency, Money};
use super::period::Period;
use super::refusal::{Faults, Refusal, Refused, checked_optional_text};
use super::reward::RewardKind;
use super::violation::ViolationClass;
use super::words::words;

words! {
    /// How often a violation type charges within one evaluation (handbook 3.1).
    Charge ("charge") {
        /// Once, however much evidence there is.
        Once = "once",
        /// Once for each occurrence.
        Occurrence = "occurrence",
    }
}

words! {
    /// What becomes of the part above the cap.
    CapExcess ("excess") {
        /// It is owed in the next period.
        CarriedOver = "carried_over",
        /// It is let go.
        Waived = "waived",
    }
}

/// The price of one violation type, which wins over the price of its class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypePrice {
    /// Code of the violation type in the catalogue.
    pub violation_type: String,
    /// Minor units; absent: the amount of the violation's class, so that only `charge` differs.
    #[serde(default)]
    pub amount_minor: Option<i64>,
    /// Charged once per evaluation or for each occurrence.
    #[serde(default = "once")]
    pub charge: Charge,
}

fn once() -> Charge {
    Charge::Once
}

/// The most that an agent is charged in one period. Rewards do not count towards it and are paid in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Minor units, above 0.
    pub amount_minor: i64,
    /// What becomes of the rest; either way the close shows it as a line.
    pub excess: CapExcess,
}

/// What a version of the fine policy says. Amounts are in minor units of `currency`, 0 to [`Money::LINE_LIMIT_MINOR`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FineTerms {
    /// The first period that the version is in force for; it stays in force until the first period of a later one.
    pub first_period: Period,
    /// Currency of every amount; CNY where absent.
    #[serde(default = "cny")]
    pub currency: Currency,
    /// The amount of each class, A to E. All five must be there.
    pub class_amounts_minor: BTreeMap<ViolationClass, i64>,
    /// Types with a price or a way of charging of their own.
    #[serde(default)]
    pub types: Vec<TypePrice>,
    /// The amount of an upheld complaint by liability level; a level that is absent costs nothing.
    #[serde(default)]
    pub complaint_amounts_minor: BTreeMap<ComplaintLevel, i64>,
    /// The amount of each operating breach (违规操作).
    #[serde(default)]
    pub operating_breach_minor: i64,
    /// The usual amount of each kind of reward, as a positive number; a kind that is absent has none.
    #[serde(default)]
    pub reward_amounts_minor: BTreeMap<RewardKind, i64>,
    /// The cap per agent and period; none where absent.
    #[serde(default)]
    pub cap: Option<Cap>,
    /// Where the amounts come from, for the reader, in Chinese; at most 2,000 characters. Formerly `note`, which is still read.
    #[serde(default, alias = "note")]
    pub note_zh: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}

fn cny() -> Currency {
    Currency::CNY
}

/// A version of the fine policy. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FinePolicy {
    /// Its id.
    pub id: FinePolicyId,
    /// Its number, counted from 1; stands on each line that it priced.
    pub version: i32,
    /// What it says.
    pub terms: FineTerms,
    /// Who made it; absent where the service did.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What a new version is held against.
#[derive(Debug, Clone)]
pub struct PolicyFacts {
    /// The last period that is closed or closing; it and all before it are the past.
    pub last_closed: Option<Period>,
    /// The last period in which something was charged by a policy.
    pub last_charged: Option<Period>,
    /// The currency of the organisation, in which the ledger is kept.
    pub currency: Currency,
    /// The codes of the violation types in the catalogue.
    pub violation_types: BTreeSet<String>,
}

impl FineTerms {
    /// Holds a new version against the rules and the facts: every fault is told at once.
    ///
    /// A version may begin only after the last closed period and after the last period that something was charged in, so that
    /// the past cannot be changed. The ledger has one currency.
    ///
    /// # Errors
    /// `Invalid` with the path of each field at fault.
    pub fn checked(mut self, facts: &PolicyFacts) -> Refused<Self> {
        let mut faults = Faults::new();
        if let Some(closed) = facts.last_closed.filter(|closed| self.first_period <= *closed) {
            faults.push("first_period", format!("{closed} is closed and the past cannot be changed; use {} or later", closed.next()));
        } else if let Some(charged) = facts.last_charged.filter(|charged| self.first_period <= *charged) {
            faults.push("first_period", format!("{charged} already has fines by the policy before; use {} or later", charged.next()));
        }
        if facts.currency != self.currency {
            faults.push("currency", format!("the organisation keeps its ledger in {}", facts.currency));
        }
        for class in ViolationClass::ALL {
            match self.class_amounts_minor.get(class) {
                Some(amount) => check_amount(&mut faults, format!("class_amounts_minor.{class}"), *amount),
                None => faults.push(format!("class_amounts_minor.{class}"), "is missing; every class needs an amount, 0 for none"),
            }
        }
        let mut seen = BTreeSet::new();
        for (index, price) in self.types.iter().enumerate() {
            let field = format!("types[{index}].violation_type");
            if !facts.violation_types.contains(&price.violation_type) {
                faults.push(field, format!("`{}` is not in the catalogue of violation types", price.violation_type));
            } else if !seen.insert(price.violation_type.as_str()) {
                faults.push(field, format!("`{}` stands here twice", price.violation_type));
            }
            if let Some(amount) = price.amount_minor {
                check_amount(&mut faults, format!("types[{index}].amount_minor"), amount);
            }
        }
        for (level, amount) in &self.complaint_amounts_minor {
            check_amount(&mut faults, format!("complaint_amounts_minor.{level}"), *amount);
        }
        check_amount(&mut faults, "operating_breach_minor".to_owned(), self.operating_breach_minor);
        for (kind, amount) in &self.reward_amounts_minor {
            check_amount(&mut faults, format!("reward_amounts_minor.{kind}"), *amount);
        }
        if let Some(cap) = self.cap {
            if cap.amount_minor == 0 {
                faults.push("cap.amount_minor", "must be above 0; leave `cap` out for no cap");
            }
            check_amount(&mut faults, "cap.amount_minor".to_owned(), cap.amount_minor);
        }
        self.note_zh = faults.take(checked_optional_text("note_zh", &self.note_zh, 2_000)).unwrap_or_default();
        self.note_en = faults.take(checked_optional_text("note_en", &self.note_en, 2_000)).unwrap_or_default();
        faults.finish()?;
        Ok(self)
    }

    /// An amount in the version's currency.
    pub fn money(&self, amount_minor: i64) -> Money {
        Money::new(amount_minor, self.currency)
    }

    /// What a violation costs: the type's price or else its class's, once or for each occurrence (handbook 3.6).
    ///
    /// # Errors
    /// `Conflict` with code `amount_overflow` where the product is above [`Money::LINE_LIMIT_MINOR`].
    pub fn price(&self, violation_type: &str, class: ViolationClass, occurrences: u32) -> Refused<Money> {
        let of_type = self.types.iter().find(|price| price.violation_type == violation_type);
        let of_class = self.class_amounts_minor.get(&class).copied().unwrap_or(0);
        let amount = of_type.and_then(|price| price.amount_minor).unwrap_or(of_class);
        match of_type.map_or(Charge::Once, |price| price.charge) {
            Charge::Once => Ok(self.money(amount)),
            Charge::Occurrence => self.times(amount, occurrences),
        }
    }

    /// What an upheld complaint costs.
    pub fn complaint(&self, level: ComplaintLevel) -> Money {
        self.money(self.complaint_amounts_minor.get(&level).copied().unwrap_or(0))
    }

    /// What operating breaches cost, by occurrence.
    ///
    /// # Errors
    /// `Conflict` with code `amount_overflow`.
    pub fn operating_breach(&self, occurrences: u32) -> Refused<Money> {
        self.times(self.operating_breach_minor, occurrences)
    }

    /// The usual amount of a reward, as a positive number; none where the version names none.
    pub fn reward(&self, kind: RewardKind) -> Option<Money> {
        self.reward_amounts_minor.get(&kind).map(|amount| self.money(*amount))
    }

    fn times(&self, amount: i64, occurrences: u32) -> Refused<Money> {
        amount
            .checked_mul(i64::from(occurrences))
            .filter(|product| *product <= Money::LINE_LIMIT_MINOR)
            .map(|product| self.money(product))
            .ok_or_else(|| Refusal::conflict("amount_overflow", format!("{occurrences} times {} is too large", self.money(amount))))
    }
}

fn check_amount(faults: &mut Faults, field: String, amount: i64) {
    if !(0..=Money::LINE_LIMIT_MINOR).contains(&amount) {
        faults.push(field, format!("is {amount}; amounts are whole minor units, 0 to {}", Money::LINE_LIMIT_MINOR));
    }
}

/// The version in force for a period: of those that have begun the one that began last, and of two that begin together the later one.
pub fn in_force<T>(versions: impl IntoIterator<Item = T>, period: Period, place: impl Fn(&T) -> (Period, i32)) -> Option<T> {
    versions.into_iter().filter(|version| place(version).0 <= period).max_by_key(|version| place(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> PolicyFacts {
        PolicyFacts { last_closed: None, last_charged: None, currency: Currency::CNY, violation_types: BTreeSet::new() }
    }

    fn seed() -> FineTerms {
        serde_json::from_str(include_str!("../../seed/fine_policy.json")).unwrap()
    }

    #[test]
    fn the_seed_is_sound_and_says_which_amounts_are_examples() {
        let terms = seed().checked(&facts()).unwrap();
        assert_eq!(terms.price("unwritten_action_code", ViolationClass::E, 1).unwrap().to_string(), "50.00 CNY");
        assert_eq!(terms.price("abuse", ViolationClass::A, 3).unwrap().amount_minor, 50_000);
        assert!(terms.note_en.contains("examples") && terms.note_zh.contains("示例"));
    }

    #[test]
    fn a_type_wins_over_its_class_and_may_charge_by_occurrence() {
        let mut terms = seed();
        terms.types = vec![
            TypePrice { violation_type: "late".into(), amount_minor: Some(700), charge: Charge::Occurrence },
            TypePrice { violation_type: "silent".into(), amount_minor: None, charge: Charge::Occurrence },
            TypePrice { violation_type: "free".into(), amount_minor: Some(0), charge: Charge::Once },
        ];
        assert_eq!(terms.price("late", ViolationClass::A, 3).unwrap().amount_minor, 2_100);
        assert_eq!(terms.price("silent", ViolationClass::D, 2).unwrap().amount_minor, 20_000);
        assert_eq!(terms.price("free", ViolationClass::A, 2).unwrap().amount_minor, 0);
        assert_eq!(terms.price("silent", ViolationClass::A, u32::MAX).unwrap_err().code, "amount_overflow");
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut terms = seed();
        terms.class_amounts_minor.remove(&ViolationClass::B);
        terms.class_amounts_minor.insert(ViolationClass::C, -1);
        terms.types = vec![TypePrice { violation_type: "unheard_of".into(), amount_minor: Some(i64::MAX), charge: Charge::Once }];
        terms.cap = Some(Cap { amount_minor: 0, excess: CapExcess::Waived });
        let facts = PolicyFacts { last_closed: Some("2026-10".parse().unwrap()), currency: "USD".parse().unwrap(), ..facts() };
        let refusal = terms.checked(&facts).unwrap_err();
        let fields: Vec<_> = refusal.faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "first_period",
                "currency",
                "class_amounts_minor.B",
                "class_amounts_minor.C",
                "types[0].violation_type",
                "types[0].amount_minor",
                "cap.amount_minor"
            ]
        );
    }

    #[test]
    fn the_past_cannot_be_changed_but_the_next_period_can() {
        let mut terms = seed();
        let facts = PolicyFacts { last_charged: Some("2026-11".parse().unwrap()), ..facts() };
        terms.first_period = "2026-11".parse().unwrap();
        assert!(terms.clone().checked(&facts).unwrap_err().message.contains("use 2026-12 or later"));
        terms.first_period = "2026-12".parse().unwrap();
        assert!(terms.checked(&facts).is_ok());
    }

    #[test]
    fn the_version_in_force_is_the_last_that_has_begun() {
        let versions = [("2026-01", 1), ("2026-06", 2), ("2026-06", 3), ("2027-01", 4)];
        let at =
            |period: &str| in_force(versions, period.parse().unwrap(), |(first, version)| (first.parse().unwrap(), *version)).map(|v| v.1);
        assert_eq!(at("2025-12"), None);
        assert_eq!(at("2026-05"), Some(1));
        assert_eq!(at("2026-06"), Some(3));
        assert_eq!(at("2026-12"), Some(3));
        assert_eq!(at("2028-01"), Some(4));
    }

    #[test]
    fn an_unknown_class_is_refused_by_name() {
        let error = serde_json::from_str::<FineTerms>(r#"{"first_period":"2026-01","class_amounts_minor":{"F":1}}"#).unwrap_err();
        assert!(error.to_string().contains("use one of: A, B, C, D, E"), "{error}");
    }
}
