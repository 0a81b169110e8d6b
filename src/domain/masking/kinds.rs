//! Which digits can be a number of somebody.
//!
//! - A mobile number: 11 digits from 13 to 19 on, also after 86, 0086 or 0. A number after a plus sign: 8 to 15 digits.
//! - A number of a fixed line: an area code from 01 on and 7 or 8 digits; without it 7 or 8 digits from 2 on that are no date, together or in two groups
//!   or spelled one by one.
//! - An identity card: 18 signs of which the eight from the seventh on are a day of birth and the last one checks the others, or 15 digits of the old kind.
//! - A bank card: 13 to 19 digits of which the last one checks the others (Luhn) and that begin as cards do; 16 to 19 digits from 62 on without check,
//!   because what was heard wrong is still somebody's.
//!
//! A number begins and ends where a group of digits does.

/// The fewest digits of one number.
pub(super) const FEWEST: usize = 7;
/// The most digits of one number.
pub(super) const MOST: usize = 19;
/// The most signs between two digits of one number.
const GAP: usize = 3;
/// The weights of an identity card's first 17 digits (GB 11643).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check signs of an identity card by the remainder; 10 is X.
const CHECKS: [u32; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
/// Stands for an identity card's X.
const X: u32 = 10;

/// The digits of which a number may consist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Ascii,
    FullWidth,
    Chinese,
}

fn digit(c: char) -> Option<(u32, Script)> {
    if let Some(value) = c.to_digit(10) {
        return Some((value, Script::Ascii));
    }
    if ('０'..='９').contains(&c) {
        return Some((u32::from(c).saturating_sub(u32::from('０')), Script::FullWidth));
    }
    let value = match c {
        '零' | '〇' => 0,
        '一' | '幺' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    };
    Some((value, Script::Chinese))
}

pub(super) fn is_digit(c: char) -> bool {
    digit(c).is_some()
}

/// What people put between the groups of a number; invisible signs too.
pub(super) fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-'
            | '.'
            | ','
            | '_'
            | '('
            | ')'
            | '+'
            | '（'
            | '）'
            | '－'
            | '．'
            | '，'
            | '、'
            | '　'
            | '\t'
            | '·'
            | '•'
            | '\u{a0}'
            | '\u{2212}'
            | '\u{feff}'
            | '\u{ad}'
    ) || ('\u{2000}'..='\u{2015}').contains(&c)
}

/// One digit of a run.
#[derive(Debug, Clone, Copy)]
struct Digit {
    place: usize,
    value: u32,
    /// Whether a group begins with it.
    first: bool,
    /// Whether a plus sign stands before it.
    plus: bool,
    /// Whether a comma stands before it.
    comma: bool,
}

/// Digits that follow upon one another with nothing but separators in between.
#[derive(Debug)]
pub(super) struct Run(Vec<Digit>);

impl Run {
    /// The run that begins at `start`; empty where none begins there.
    pub(super) fn from(chars: &[char], start: usize) -> Self {
        let mut run: Vec<Digit> = Vec::new();
        let (mut gap, mut before, mut comma) = (0_usize, None, false);
        let mut plus = start.checked_sub(1).and_then(|at| chars.get(at)) == Some(&'+');
        for (place, c) in chars.iter().enumerate().skip(start) {
            if let Some((value, script)) = digit(*c) {
                let first = gap > 0 || before != Some(script);
                run.push(Digit { place, value, first, plus, comma });
                (gap, before, plus, comma) = (0, Some(script), false, false);
            } else if run.len() >= 17 && matches!(c, 'x' | 'X' | 'Ｘ') && run.last().is_some_and(|it| it.value != X) {
                run.push(Digit { place, value: X, first: true, plus: false, comma: false });
                (gap, before) = (0, None);
            } else if !run.is_empty() && is_separator(*c) && gap < GAP {
                gap = gap.saturating_add(1);
                plus = *c == '+';
                comma = *c == ',';
            } else {
                break;
            }
        }
        Self(run)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where its last digit stands.
    pub(super) fn last(&self) -> Option<usize> {
        self.0.last().map(|it| it.place)
    }

    /// Whether a number may begin with this digit: where a group does, or after a country code.
    pub(super) fn begins_group(&self, at: usize) -> bool {
        let first = |at: usize| self.0.get(at).is_some_and(|it| it.first && it.value != X);
        let after = |code: &[u32]| {
            let from = at.checked_sub(code.len());
            from.is_some_and(|from| first(from) && self.values(from, code.len()) == code)
        };
        first(at) || after(&[8, 6]) || after(&[0, 0, 8, 6])
    }

    fn ends_group(&self, end: usize) -> bool {
        self.0.get(end).is_none_or(|it| it.first)
    }

    fn part(&self, from: usize, length: usize) -> &[Digit] {
        self.0.get(from..from.saturating_add(length)).unwrap_or_default()
    }

    fn values(&self, from: usize, length: usize) -> Vec<u32> {
        self.part(from, length).iter().map(|it| it.value).collect()
    }

    /// Where some of its digits stand.
    pub(super) fn places(&self, from: usize, length: usize) -> Vec<usize> {
        self.part(from, length).iter().map(|it| it.place).collect()
    }
}

/// Whether the `length` digits from `from` on can be a number of somebody.
pub(super) fn is_number(run: &Run, from: usize, length: usize) -> bool {
    let part = run.part(from, length);
    if part.len() != length || !run.ends_group(from.saturating_add(length)) {
        return false;
    }
    let values = run.values(from, length);
    if !part.first().is_some_and(|it| it.first) {
        // After a country code that stands together with it.
        return is_mobile(&values);
    }
    if values.contains(&X) {
        return is_identity_card(&values);
    }
    let plus = part.first().is_some_and(|it| it.plus);
    (plus && (8..=15).contains(&length))
        || is_mobile(&values)
        || is_fixed_line(&values, part)
        || is_identity_card(&values)
        || is_bank_card(&values)
}

fn is_mobile(values: &[u32]) -> bool {
    matches!(values, [1, 3..=9, rest @ ..] | [0, 1, 3..=9, rest @ ..] if rest.len() == 9)
}

fn is_fixed_line(values: &[u32], part: &[Digit]) -> bool {
    match values {
        [0, 1..=9, ..] => (10..=12).contains(&values.len()),
        [2..=9, ..] if matches!(values.len(), 7 | 8) => {
            let mut groups: Vec<usize> = Vec::new();
            for digit in part {
                match groups.last_mut() {
                    Some(size) if !digit.first => *size = size.saturating_add(1),
                    _ => groups.push(1),
                }
            }
            let together = matches!(groups.as_slice(), [_] | [3 | 4, 4]);
            let spelled = groups.iter().all(|size| *size == 1);
            (together || spelled) && !is_day(values) && !part.iter().any(|it| it.comma)
        }
        _ => false,
    }
}

fn number(values: &[u32]) -> u32 {
    values.iter().fold(0_u32, |sum, value| sum.saturating_mul(10).saturating_add(*value))
}

/// `YYYYMMDD`.
fn is_day(values: &[u32]) -> bool {
    let (Some(year), Some(month), Some(day)) = (values.get(..4), values.get(4..6), values.get(6..8)) else { return false };
    (1900..2100).contains(&number(year)) && (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
}

fn is_identity_card(values: &[u32]) -> bool {
    let province = values.get(..2).map(number).is_some_and(|code| (11..=91).contains(&code));
    match values.len() {
        18 => {
            let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value.saturating_mul(weight)).sum();
            let check = usize::try_from(sum % 11).ok().and_then(|at| CHECKS.get(at));
            province && values.get(6..14).is_some_and(is_day) && check == values.last()
        }
        15 => {
            let day = |part: Option<&[u32]>, most| part.map(number).is_some_and(|it| (1..=most).contains(&it));
            province && day(values.get(8..10), 12) && day(values.get(10..12), 31)
        }
        _ => false,
    }
}

fn is_bank_card(values: &[u32]) -> bool {
    let union_pay = values.starts_with(&[6, 2]);
    match values.len() {
        16..=19 if union_pay => true,
        13..=19 => (union_pay || matches!(values.first(), Some(3..=6 | 9))) && luhn(values),
        _ => false,
    }
}

fn luhn(values: &[u32]) -> bool {
    let double = |value: u32| if value > 4 { value.saturating_mul(2).saturating_sub(9) } else { value.saturating_mul(2) };
    let sum: u32 = values.iter().rev().enumerate().map(|(at, value)| if at % 2 == 1 { double(*value) } else { *value }).sum();
    sum.is_multiple_of(10)
}
