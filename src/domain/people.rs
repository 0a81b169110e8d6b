//! What vendors, teams, agents and users have in common: addresses, and how files write days and flags.

use chrono::NaiveDate;

use super::refusal::{Refusal, Refused};

/// The most characters of a name of a person, team or vendor.
pub const NAME_LENGTH: usize = 200;

/// Checks an e-mail address well enough to notice a slip of the keyboard: one `@`, a domain with a dot or `localhost`, no blanks, at
/// most 254 characters. Whether it exists, only a mail tells.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn checked_email(field: &str, text: &str) -> Refused<String> {
    let text = text.trim();
    let bad = |why: &str| Refusal::invalid(field, format!("`{text}` is not an e-mail address: {why}; write it like li.na@example.com"));
    if text.chars().count() > 254 {
        return Err(Refusal::invalid(field, "is longer than 254 characters"));
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"')) {
        return Err(bad("it contains a blank, a comma or a bracket"));
    }
    let Some((name, domain)) = text.split_once('@') else { return Err(bad("it has no @")) };
    if name.is_empty() || domain.contains('@') {
        return Err(bad("there must be a name before the one @"));
    }
    let labels_fit = domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    if !labels_fit || !(domain.contains('.') || domain == "localhost") {
        return Err(bad("what follows the @ is not a domain"));
    }
    Ok(text.to_owned())
}

/// Reads a yes-or-no cell of a file.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn flag_of_cell(field: &str, cell: &str) -> Refused<bool> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "1" | "是" => Ok(true),
        "false" | "no" | "0" | "否" => Ok(false),
        _ => Err(Refusal::invalid(field, format!("`{cell}` is neither yes nor no; use true or false"))),
    }
}

/// Reads a day of a file: `2026-11-01`, or `2026/11/1` as spreadsheets write it. Years 2000 to 2999.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn day_of_cell(field: &str, cell: &str) -> Refused<NaiveDate> {
    let bad = || Refusal::invalid(field, format!("`{cell}` is not a day; use YYYY-MM-DD such as 2026-11-01"));
    let separator = if cell.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = cell.split(separator).collect();
    let [year, month, day] = parts.as_slice() else { return Err(bad()) };
    let number = |part: &str, most: usize| {
        let fits = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if fits { part.parse::<u32>().ok() } else { None }
    };
    let year = number(year, 4).filter(|year| (2000..=2999).contains(year)).and_then(|year| i32::try_from(year).ok()).ok_or_else(bad)?;
    NaiveDate::from_ymd_opt(year, number(month, 2).ok_or_else(bad)?, number(day, 2).ok_or_else(bad)?).ok_or_else(bad)
}

/// Reads a field of a partial change in which `null` means "clear" and absence means "leave as it is".
///
/// # Errors
/// Those of the field's own type.
pub fn given<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    serde::Deserialize::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_in_an_address_are_noticed() {
        for good in ["li.na@example.com", "a+b@x.co", "张三@例子.中国", "root@localhost"] {
            assert_eq!(checked_email("email", good).unwrap(), good);
        }
        for bad in ["", "li.na", "@x.co", "a@b@c.d", "a b@x.co", "a@x", "a@x..co", "a@-x.co", "a,b@x.co", "a@x.co;"] {
            assert_eq!(checked_email("email", bad).unwrap_err().faults[0].field, "email", "{bad}");
        }
        assert!(checked_email("email", &format!("{}@x.co", "a".repeat(260))).is_err());
    }

    #[test]
    fn days_are_read_as_people_and_spreadsheets_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 2, 3).unwrap();
        assert_eq!(day_of_cell("from", "2026-02-03").unwrap(), day);
        assert_eq!(day_of_cell("from", "2026/2/3").unwrap(), day);
        for bad in ["2026-02-30", "26-02-03", "2026-2", "2026-02-03-04", "1999-12-31", "03/02/2026", "2026-+2-03", ""] {
            assert!(day_of_cell("from", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn flags_are_words() {
        assert!(flag_of_cell("active", "TRUE").unwrap() && flag_of_cell("active", "是").unwrap());
        assert!(!flag_of_cell("active", "no").unwrap());
        assert!(flag_of_cell("active", "maybe").is_err());
    }
}
