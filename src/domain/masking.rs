//! Customer data in free text: telephone numbers, identity and bank cards and e-mail addresses are masked before a text leaves the
//! service by mail or webhook (handbook 3.8, the customer's data masked).
//!
//! Rather too much than too little: every run of seven digits or more is masked, however it is grouped, in ASCII, full-width or Chinese
//! digits. A calendar date stays.

use serde::{Deserialize, Serialize};

/// The fewest digits that are taken for a number of somebody.
const FEWEST: usize = 7;
/// From this many digits on the first three and the last four stay, which is what people recognise a number by.
const LONG: usize = 11;
/// The most signs between two digits of one number.
const GAP: usize = 3;

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

/// The text with customer data masked by `*`. Masking again changes nothing.
pub fn mask(text: &str) -> String {
    let mut chars: Vec<char> = mask_addresses(text).chars().collect();
    let mut at = 0_usize;
    while at < chars.len() {
        let run = digits_from(&chars, at);
        let Some(last) = run.last().copied() else {
            at = at.saturating_add(1);
            continue;
        };
        if run.len() >= FEWEST && !is_date(&chars, &run) {
            let (head, tail) = if run.len() >= LONG { (3, 4) } else { (2, 2) };
            let hidden = run.len().saturating_sub(head).saturating_sub(tail);
            for place in run.iter().skip(head).take(hidden) {
                if let Some(c) = chars.get_mut(*place) {
                    *c = '*';
                }
            }
        }
        at = last.saturating_add(1);
    }
    chars.into_iter().collect()
}

/// E-mail addresses: the first sign and the domain stay.
fn mask_addresses(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let local = |c: &char| c.is_alphanumeric() && c.is_ascii() || "._%+-'".contains(*c);
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

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c) || "零〇一二三四五六七八九幺".contains(c)
}

/// What people put between the groups of a number; invisible signs too.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '.' | '_' | '(' | ')' | '+' | '（' | '）' | '－' | '．' | '　' | '\t' | '·' | '•' | '\u{a0}' | '\u{2212}' | '\u{feff}' | '\u{ad}'
    ) || ('\u{2000}'..='\u{2015}').contains(&c)
}

/// The places of the digits of the number that begins at `start`; empty where none begins there. An identity card's X counts as one.
fn digits_from(chars: &[char], start: usize) -> Vec<usize> {
    let mut run = Vec::new();
    let mut gap = 0_usize;
    for (place, c) in chars.iter().enumerate().skip(start) {
        if is_digit(*c) || (run.len() == 17 && gap == 0 && matches!(c, 'x' | 'X' | 'Ｘ')) {
            run.push(place);
            gap = 0;
        } else if !run.is_empty() && is_separator(*c) && gap < GAP {
            gap = gap.saturating_add(1);
        } else {
            break;
        }
    }
    run
}

/// Whether the run is a date `YYYY-MM-DD`, and after it at most the hour of a time.
fn is_date(chars: &[char], run: &[usize]) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return false };
    let text: String = chars.get(*first..=*last).unwrap_or_default().iter().collect();
    let (date, hour) = text.split_at_checked(10).unwrap_or((text.as_str(), ""));
    let parts: Vec<&str> = date.split(['-', '.']).collect();
    let number = |part: Option<&&str>, digits: usize| part.filter(|p| p.len() == digits).and_then(|p| p.parse::<u32>().ok());
    let day = number(parts.first(), 4).is_some_and(|y| (1900..2100).contains(&y))
        && number(parts.get(1), 2).is_some_and(|m| (1..=12).contains(&m))
        && number(parts.get(2), 2).is_some_and(|d| (1..=31).contains(&d))
        && parts.len() == 3;
    let ends = hour.is_empty() || (hour.starts_with(' ') && hour.len() == 3 && chars.get(last.saturating_add(1)) == Some(&':'));
    day && ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_identifies_a_customer_is_masked() {
        for (text, masked) in [
            ("call me on 13800138000.", "call me on 138****8000."),
            ("电话１３８００１３８０００，谢谢", "电话１３８****８０００，谢谢"),
            ("一三八零零一三八零零零", "一三八****八零零零"),
            ("+86 138 0013 8000", "+86 1** **** 8000"),
            ("(010) 6555-1234", "(010) ****-1234"),
            ("65551234", "65****34"),
            ("ID 11010519491231002X", "ID 110***********002X"),
            ("6222 0212 3456 7890 123", "622* **** **** ***0 123"),
            ("mail li.lei@example.com!", "mail l***@example.com!"),
            ("13800138000@qq.com", "1***@qq.com"),
        ] {
            assert_eq!(mask(text), masked);
            assert_eq!(mask(masked), masked, "masking again changes nothing");
        }
    }

    #[test]
    fn what_does_not_stays() {
        for text in ["on 2026-11-21 10:30 he waited 123456 ms", "50.00 元，第3次", "@ home, a@ b", "", "三个月内", "2026-11-21"] {
            assert_eq!(mask(text), text);
        }
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

    proptest! {
        #[test]
        fn no_number_survives(before in "[^0-9@]{0,12}", number in "1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9X]|62[0-9]{11,17}|0[0-9]{2,3}-[0-9]{7,8}",
                              after in "[^0-9@Xx]{0,12}", step in 2_usize..7, gap in prop::sample::select(vec!["", " ", "-", " - ", "\u{200b}"])) {
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
        fn masking_twice_is_masking_once_and_keeps_the_rest(text in "\\PC{0,80}") {
            let masked = mask(&text);
            prop_assert_eq!(&mask(&masked), &masked);
            if digits_in_a_row(&text) < FEWEST && !text.contains(['@', '＠']) {
                prop_assert_eq!(masked, text);
            }
        }
    }
}
