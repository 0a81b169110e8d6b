//! Customer data in free text: telephone numbers, identity card and bank card numbers and e-mail addresses are masked for everybody who has no need
//! of them, and before a text leaves the service by mail or webhook (handbook 3.8, the customer's data masked).
//!
//! A number is looked for in every run of digits, however it is grouped: in ASCII, full-width or Chinese digits. What can be one of these is masked,
//! rather too much than too little; what cannot (an order number of ten digits, a date, an amount) stays. See [`kinds`].

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::refusal::{Refused, checked_optional_text, checked_text};

mod kinds;

use kinds::{FEWEST, MOST, Run, is_digit, is_number};

/// A text in which customer data is masked. There is no other way to make one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(from = "String", into = "String")]
pub struct Masked(String);

impl Masked {
    /// Masks a text.
    pub fn of(text: &str) -> Self {
        Self(mask(text))
    }

    /// The masked text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl From<String> for Masked {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<Masked> for String {
    fn from(text: Masked) -> Self {
        text.0
    }
}

impl std::fmt::Display for Masked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// From this many digits on the first three and the last four stay, which is what people recognise a number by; of fewer two and two.
const LONG: usize = 11;

/// The text with customer data masked by `*`. Masking again changes nothing.
pub fn mask(text: &str) -> String {
    if !may_identify(text) {
        return text.to_owned();
    }
    let mut masked = mask_once(text);
    // What stays of one number may be the beginning of another with what stands beside it.
    while masked.contains('*') {
        let again = mask_once(&masked);
        if again == masked {
            break;
        }
        masked = again;
    }
    masked
}

/// Whether there is an address or enough digits for a number: most texts have neither.
fn may_identify(text: &str) -> bool {
    let fewest = FEWEST.saturating_sub(1);
    text.contains(['@', '＠']) || text.chars().filter(|c| is_digit(*c)).nth(fewest).is_some()
}

fn mask_once(text: &str) -> String {
    let mut chars: Vec<char> = mask_addresses(text).chars().collect();
    let mut at = 0_usize;
    while at < chars.len() {
        let run = Run::from(&chars, at);
        let Some(last) = run.last() else {
            at = at.saturating_add(1);
            continue;
        };
        let mut from = 0_usize;
        while from < run.len() {
            let begins = run.begins_group(from);
            // The longest number that begins here.
            let length = (FEWEST..=MOST).rev().find(|length| begins && is_number(&run, from, *length));
            let Some(length) = length else {
                from = from.saturating_add(1);
                continue;
            };
            let (head, tail) = if length >= LONG { (3, 4) } else { (2, 2) };
            for place in run.places(from, length).iter().skip(head).take(length.saturating_sub(head).saturating_sub(tail)) {
                if let Some(c) = chars.get_mut(*place) {
                    *c = '*';
                }
            }
            from = from.saturating_add(length);
        }
        at = last.saturating_add(1);
    }
    chars.into_iter().collect()
}

/// [`checked_text`] of what somebody writes in own words, with customer data masked: nobody else needs it there, evidence says where to find it.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn checked_prose(field: &str, text: &str, max: usize) -> Refused<String> {
    checked_text(field, text, max).map(|text| mask(&text))
}

/// Like [`checked_prose`], but an empty text is fine.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn checked_optional_prose(field: &str, text: &str, max: usize) -> Refused<String> {
    checked_optional_text(field, text, max).map(|text| mask(&text))
}

/// The names under which people and sources say what they like.
const SAID: [&str; 7] = ["attributes", "body", "comment", "customer", "note", "reason", "text"];

/// A document in which whatever people have written in their own words is masked: texts under the names of [`SAID`], and everything below them.
/// Whether anything was.
pub fn mask_document(value: &mut Value, said: bool) -> bool {
    match value {
        Value::String(text) if said => {
            // What is stored as JSON within JSON stays JSON, and is written anew: of a field that is there twice only the last was looked at.
            let masked = match serde_json::from_str::<Value>(text) {
                Ok(mut inner @ (Value::Object(_) | Value::Array(_))) => {
                    mask_document(&mut inner, true);
                    inner.to_string()
                }
                _ => mask(text),
            };
            let changed = masked != *text;
            *text = masked;
            changed
        }
        Value::Number(number) if said => {
            let text = number.to_string();
            let masked = mask(&text);
            let changed = masked != text;
            if changed {
                *value = Value::String(masked);
            }
            changed
        }
        Value::Array(items) => items.iter_mut().filter_map(|item| mask_document(item, said).then_some(())).count() > 0,
        Value::Object(fields) => {
            let fields = fields.iter_mut().map(|(name, field)| (said || SAID.contains(&name.as_str()), field));
            fields.filter_map(|(said, field)| mask_document(field, said).then_some(())).count() > 0
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// E-mail addresses: the first sign and the domain stay.
fn mask_addresses(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let local = |c: &char| c.is_ascii_alphanumeric() || "._%+-'".contains(*c);
    let domain = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '-' | '．');
    let mut masked = String::with_capacity(text.len());
    let mut pending: Vec<char> = Vec::new();
    for (place, c) in chars.iter().enumerate() {
        let reaches_on = chars.get(place.saturating_add(1)).is_some_and(domain);
        if matches!(c, '@' | '＠') && reaches_on && !pending.is_empty() {
            masked.extend(pending.first());
            masked.push_str("***");
            pending.clear();
            masked.push(*c);
        } else if local(c) {
            pending.push(*c);
        } else {
            masked.extend(pending.drain(..));
            masked.push(*c);
        }
    }
    masked.extend(pending);
    masked
}

#[cfg(test)]
mod tests {
    use super::kinds::is_separator;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_identifies_a_customer_is_masked() {
        for (text, masked) in [
            ("call me on 13800138000.", "call me on 138****8000."),
            ("电话１３８００１３８０００，谢谢", "电话１３８****８０００，谢谢"),
            ("一三八零零一三八零零零", "一三八****八零零零"),
            ("幺三八零零幺三八零零零", "幺三八****八零零零"),
            ("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 * * * * 8 0 0 0"),
            ("138，0013，8000", "138，****，8000"),
            ("+86 138 0013 8000", "+86 1** **** 8000"),
            ("86 138 0013 8000", "86 138 **** 8000"),
            ("0086-13800138000", "0086-138****8000"),
            ("8613800138000", "86138****8000"),
            ("013800138000", "013*****8000"),
            ("order 12345 13800138000", "order 12345 138****8000"),
            ("三13800138000", "三138****8000"),
            ("+1 (415) 555-2671", "+1 (41*) ***-2671"),
            ("(010) 6555-1234", "(010) ****-1234"),
            ("65551234", "65****34"),
            ("ID 11010519491231002X", "ID 110***********002X"),
            ("110105 19491231 002x", "110*** ******** 002x"),
            ("110105491231002", "110********1002"),
            ("6222 0212 3456 7890 123", "622* **** **** ***0 123"),
            ("4111-1111-1111-1111", "411*-****-****-1111"),
            ("mail li.lei@example.com!", "mail l***@example.com!"),
            ("13800138000@qq.com", "1***@qq.com"),
        ] {
            assert_eq!(mask(text), masked);
            assert_eq!(mask(masked), masked, "masking again changes nothing");
        }
    }

    #[test]
    fn what_does_not_stays() {
        for text in [
            "on 2026-11-21 10:30 he waited 123456 ms",
            "20261121",
            "50.00 元，第3次",
            "1,234,567 元",
            "@ home, a@ b",
            "",
            "三个月内",
            "2026-11-21",
            // Order numbers that are none of these.
            "order 2026112112",
            "order 202611211030451234",
            "order 12345678901234567890123",
            "order 10086",
            "4111111111111112",
            "11010519491331002X",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn a_document_is_masked_where_people_speak() {
        let mut document = serde_json::json!({
            "id": "01938001-3800-7138-8001-138001380000", "employee_no": "13800138000", "comment": "call 13800138000",
            "attributes": "{\"phone\":\"13800138000\"}", "points": [{ "text": "13800138000" }], "attributes_of": { "a": "13800138000" },
        });
        assert!(mask_document(&mut document, false));
        assert_eq!(document["id"], "01938001-3800-7138-8001-138001380000");
        assert_eq!(document["employee_no"], "13800138000");
        assert_eq!(document["comment"], "call 138****8000");
        assert_eq!(document["attributes"], "{\"phone\":\"138****8000\"}");
        assert_eq!(document["points"][0]["text"], "138****8000");
        assert!(!mask_document(&mut document, false), "there is nothing left to mask");
        let mut twice = serde_json::json!({ "note": "{\"a\":\"13800138000\",\"a\":\"x\"}" });
        assert!(mask_document(&mut twice, false));
        assert_eq!(twice["note"], "{\"a\":\"x\"}", "what stood under the name before is gone");
    }

    fn digits_in_a_row(text: &str) -> usize {
        let mut most = 0;
        let mut now = 0;
        for c in text.chars() {
            if is_digit(c) {
                now += 1;
            } else if !is_separator(c) {
                now = 0;
            }
            most = most.max(now);
        }
        most
    }

    /// An identity card's number with its check sign.
    fn card(first: &str) -> String {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = first.chars().zip(weights).map(|(c, weight)| c.to_digit(10).unwrap() * weight).sum();
        format!("{first}{}", ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][usize::try_from(sum % 11).unwrap()])
    }

    /// A bank card's number with its check digit.
    fn bank(first: &str) -> String {
        let sum: u32 = first
            .chars()
            .rev()
            .enumerate()
            .map(|(i, c)| c.to_digit(10).unwrap() * if i % 2 == 0 { 2 } else { 1 })
            .map(|d| if d > 9 { d - 9 } else { d })
            .sum();
        format!("{first}{}", (10 - sum % 10) % 10)
    }

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![
            "1[3-9][0-9]{9}",
            "(86|0086|0)1[3-9][0-9]{9}",
            "[1-8][1-5][0-9]{4}(19[5-9][0-9]|200[0-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}".prop_map(|first| card(&first)),
            "(62|4[0-9]|5[1-5])[0-9]{13}".prop_map(|first| bank(&first)),
            "62[0-9]{14,17}",
            "0[1-9][0-9]{1,2}[2-8][0-9]{6,7}",
        ]
    }

    /// The same number in other digits.
    fn written(number: &str, digits: usize) -> String {
        let other = |c: char| match (digits, c.to_digit(10)) {
            (1, Some(d)) => char::from_u32(0xFF10 + d).unwrap(),
            (2, Some(d)) => "零一二三四五六七八九".chars().nth(usize::try_from(d).unwrap()).unwrap(),
            _ => c,
        };
        number.chars().map(other).collect()
    }

    proptest! {
        #[test]
        fn no_number_survives(before in "[^0-9@]{0,12}", number in number(), after in "[^0-9@Xx]{0,12}", step in 1_usize..7, digits in 0_usize..3,
                              gap in prop::sample::select(vec!["", " ", "-", " - ", "\u{200b}", "，", ". "])) {
            // A sign that joins the text before to the number makes another number of it.
            prop_assume!(!before.chars().chain(after.chars()).any(is_digit) && !before.ends_with('+') && !after.starts_with('Ｘ'));
            let number = written(&number, digits);
            let grouped: Vec<String> = number.chars().collect::<Vec<_>>().chunks(step).map(|c| c.iter().collect()).collect();
            for form in [number.clone(), grouped.join(gap)] {
                let masked = mask(&format!("{before}{form}{after}"));
                prop_assert!(!masked.contains(&form), "{masked}");
                prop_assert!(masked.matches('*').count() >= 3, "{masked}");
            }
        }

        #[test]
        fn no_address_survives(local in "[a-z][a-z0-9._+-]{1,20}", domain in "[a-z]{2,10}\\.(com|cn)", before in "[ ，,:]", after in "[ ，,]?") {
            let address = format!("{local}@{domain}");
            let masked = mask(&format!("x{before}{address}{after}"));
            prop_assert!(!masked.contains(&address), "{masked}");
        }

        #[test]
        fn order_numbers_stay(number in "[1-9][0-9]{8}|9[0-9]{9}|[12][0-9]{12}") {
            prop_assert_eq!(mask(&format!("order {number}!")), format!("order {number}!"));
        }

        #[test]
        fn masking_twice_is_masking_once_and_keeps_the_rest(text in "\\PC{0,80}") {
            let masked = mask(&text);
            prop_assert_eq!(&mask(&masked), &masked);
            if digits_in_a_row(&text) < 7 && !text.contains(['@', '＠']) {
                prop_assert_eq!(masked, text);
            }
        }
    }
}
