//! What a version of the fine policy says, as the fields of a form and back: amounts as decimals, as people write money.

use crate::domain::complaint::ComplaintLevel;
use crate::domain::fine_policy::{Cap, CapExcess, Charge, FineTerms, TypePrice};
use crate::domain::money::{Currency, Money};
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Refused};
use crate::domain::reward::RewardKind;
use crate::domain::violation::ViolationClass;
use crate::web::form::Typed;
use crate::web::reading::{Reading, renamed};

/// Minor units from a decimal with no more places than the currency has.
fn minor(text: &str, places: u32) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let places = usize::try_from(places).ok()?;
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > places || (text.contains('.') && part.is_empty()) {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

/// The fields of a new version that begins as a copy of `terms`.
pub(super) fn fields(terms: &FineTerms, first_period: Period) -> Typed {
    let amount = |minor: i64| Money::new(minor, terms.currency).decimal();
    let mut pairs = vec![
        ("first_period".to_owned(), first_period.to_string()),
        ("operating_breach_minor".to_owned(), amount(terms.operating_breach_minor)),
        ("note_zh".to_owned(), terms.note_zh.clone()),
        ("note_en".to_owned(), terms.note_en.clone()),
    ];
    pairs.extend(terms.class_amounts_minor.iter().map(|(class, minor)| (format!("class_amounts_minor.{class}"), amount(*minor))));
    pairs.extend(terms.complaint_amounts_minor.iter().map(|(level, minor)| (format!("complaint_amounts_minor.{level}"), amount(*minor))));
    pairs.extend(terms.reward_amounts_minor.iter().map(|(kind, minor)| (format!("reward_amounts_minor.{kind}"), amount(*minor))));
    for price in &terms.types {
        if let Some(minor) = price.amount_minor {
            pairs.push((format!("types.{}.amount", price.violation_type), amount(minor)));
        }
        pairs.push((format!("types.{}.charge", price.violation_type), price.charge.to_string()));
    }
    if let Some(cap) = terms.cap {
        pairs.push(("cap.amount_minor".to_owned(), amount(cap.amount_minor)));
        pairs.push(("cap.excess".to_owned(), cap.excess.to_string()));
    }
    Typed::of(pairs)
}

fn amount(from: &mut Reading<'_>, name: &str, currency: Currency) -> Option<i64> {
    let text = from.optional(name)?;
    let read = minor(&text, currency.minor_digits());
    if read.is_none() {
        from.fault(name, format!("`{text}` is not an amount; write it like 50 or 50.00"));
    }
    read
}

/// The terms that a form says, for the types of the catalogue.
///
/// # Errors
/// `Invalid` with every field at fault.
pub(super) fn read(typed: &Typed, currency: Currency, types: &[String]) -> Refused<FineTerms> {
    let mut from = Reading::of(typed);
    let first_period: Option<Period> = from.needed("first_period");
    let mut by_class = std::collections::BTreeMap::new();
    for class in ViolationClass::ALL {
        if let Some(minor) = amount(&mut from, &format!("class_amounts_minor.{class}"), currency) {
            by_class.insert(*class, minor);
        }
    }
    let mut prices = Vec::new();
    for code in types {
        let amount_minor = amount(&mut from, &format!("types.{code}.amount"), currency);
        let charge = from.value(&format!("types.{code}.charge")).unwrap_or(Charge::Once);
        if amount_minor.is_some() || charge != Charge::Once {
            prices.push(TypePrice { violation_type: code.clone(), amount_minor, charge });
        }
    }
    let mut by_level = std::collections::BTreeMap::new();
    for level in ComplaintLevel::ALL {
        if let Some(minor) = amount(&mut from, &format!("complaint_amounts_minor.{level}"), currency) {
            by_level.insert(*level, minor);
        }
    }
    let mut rewards = std::collections::BTreeMap::new();
    for kind in RewardKind::ALL {
        if let Some(minor) = amount(&mut from, &format!("reward_amounts_minor.{kind}"), currency) {
            rewards.insert(*kind, minor);
        }
    }
    let cap = amount(&mut from, "cap.amount_minor", currency);
    let excess = from.value("cap.excess").unwrap_or(CapExcess::CarriedOver);
    let operating_breach_minor = amount(&mut from, "operating_breach_minor", currency).unwrap_or(0);
    let (note_zh, note_en) = (from.text("note_zh"), from.text("note_en"));
    from.finish()?;
    let first_period = first_period.ok_or_else(|| Refusal::invalid("first_period", "must not be empty"))?;
    Ok(FineTerms {
        first_period,
        currency,
        class_amounts_minor: by_class,
        types: prices,
        complaint_amounts_minor: by_level,
        operating_breach_minor,
        reward_amounts_minor: rewards,
        cap: cap.map(|amount_minor| Cap { amount_minor, excess }),
        note_zh,
        note_en,
    })
}

/// What a use case refuses, with the names of the form's fields: a type's price by its code.
pub(super) fn by_field(refusal: Refusal, terms: &FineTerms) -> Refusal {
    renamed(refusal, |path| {
        let index = path.strip_prefix("types[").and_then(|rest| rest.split(']').next()).and_then(|index| index.parse::<usize>().ok());
        match index.and_then(|index| terms.types.get(index)) {
            Some(price) => format!("types.{}.amount", price.violation_type),
            None => path.to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_last_fen() {
        let read = |text| minor(text, 2);
        assert_eq!(["50", "50.5", "50.05", "0", "0.01"].map(read), [Some(5000), Some(5050), Some(5005), Some(0), Some(1)]);
        assert_eq!(["", ".5", "5.", "5.001", "-5", "5,0", "1e3", "99999999999999999999"].map(read), [None; 8]);
        assert_eq!(minor("50", 0), Some(50));
    }
}
