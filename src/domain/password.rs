//! Passwords that are tried first: common words, rows of keys, years and repetitions, however they are put together.

/// Words that common passwords are made of, in small letters; digits and signs that stand for letters are read as those.
const WORDS: &[&str] = &[
    "abc",
    "access",
    "account",
    "admin",
    "agent",
    "andrew",
    "april",
    "ashley",
    "assay",
    "august",
    "autumn",
    "azerty",
    "bailey",
    "baobao",
    "baseball",
    "batman",
    "beijing",
    "buster",
    "charlie",
    "chelsea",
    "chen",
    "china",
    "company",
    "computer",
    "cookie",
    "daniel",
    "december",
    "default",
    "demo",
    "donald",
    "dragon",
    "february",
    "flower",
    "football",
    "freedom",
    "friday",
    "george",
    "ginger",
    "guest",
    "hahaha",
    "harley",
    "hello",
    "hockey",
    "huang",
    "hunter",
    "iloveyou",
    "inspector",
    "internet",
    "january",
    "jennifer",
    "jessica",
    "jordan",
    "joshua",
    "july",
    "june",
    "killer",
    "kefu",
    "letmein",
    "lihua",
    "login",
    "love",
    "maggie",
    "manager",
    "march",
    "master",
    "matrix",
    "matthew",
    "michael",
    "michelle",
    "mima",
    "monday",
    "monkey",
    "mustang",
    "mypass",
    "network",
    "newpass",
    "nihao",
    "november",
    "october",
    "office",
    "orange",
    "pass",
    "passwd",
    "password",
    "passwort",
    "pepper",
    "picture",
    "player",
    "prince",
    "princess",
    "qazwsx",
    "quality",
    "qwert",
    "ranger",
    "robert",
    "root",
    "samsung",
    "saturday",
    "secret",
    "secure",
    "september",
    "server",
    "service",
    "shadow",
    "shanghai",
    "shenzhen",
    "soccer",
    "spring",
    "starwars",
    "sterling",
    "summer",
    "sunday",
    "sunshine",
    "superman",
    "superuser",
    "support",
    "system",
    "temp",
    "test",
    "thomas",
    "thursday",
    "tigger",
    "trustno",
    "tuesday",
    "user",
    "wang",
    "wangluo",
    "wednesday",
    "welcome",
    "whatever",
    "winter",
    "woaini",
    "woaiwo",
    "xiaoming",
    "yang",
    "yellow",
    "zhang",
    "zhijian",
    "zhongguo",
    "zhou",
];

/// Keys and letters that lie beside one another, and numbers that are favoured.
const ROWS: &[&str] = &[
    "12345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "!@#$%^&*()",
    "147258369",
    "159357",
    "789456123",
    "741852963",
    "5201314",
    "1314520",
];

/// From this length on a password of common parts is long enough to be none.
const LONG: usize = 16;
/// So many characters must be of no common part.
const OWN: usize = 4;

/// Whether a password is among those that are tried first.
pub fn is_common(password: &str) -> bool {
    let small: Vec<char> = password.to_lowercase().chars().collect();
    if repeats(&small) {
        return true;
    }
    if small.len() >= LONG {
        return false;
    }
    let read: Vec<char> = small.iter().map(|c| letter(*c)).collect();
    let mut own = 0_usize;
    let mut at = 0_usize;
    while at < small.len() {
        let common = common_part(&small, &read, at);
        if common == 0 {
            own = own.saturating_add(1);
        }
        at = at.saturating_add(common.max(1));
    }
    own < OWN
}

/// The letter that a digit or a sign stands for.
const fn letter(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether it is one piece of at most five characters, again and again.
fn repeats(chars: &[char]) -> bool {
    (1..=5).any(|size| {
        let piece = chars.get(..size).unwrap_or_default();
        chars.len() >= size.saturating_mul(2) && chars.chunks(size).all(|chunk| piece.starts_with(chunk))
    })
}

/// How long the longest common part is that begins at `at`.
fn common_part(small: &[char], read: &[char], at: usize) -> usize {
    let rest = |chars: &[char]| chars.get(at..).unwrap_or_default().iter().collect::<String>();
    let (plain, lettered) = (rest(small), rest(read));
    let word = WORDS.iter().filter(|word| plain.starts_with(**word) || lettered.starts_with(**word)).map(|word| word.len()).max();
    let row = ROWS.iter().flat_map(|row| [(*row).to_owned(), row.chars().rev().collect()]).map(|row| shared(&plain, &row)).max();
    let same = plain.chars().zip(plain.chars().next().into_iter().cycle()).take_while(|(one, first)| one == first).count();
    let year =
        plain.get(..4).is_some_and(|year| (year.starts_with("19") || year.starts_with("20")) && year.bytes().all(|b| b.is_ascii_digit()));
    let long = |length: usize| if length >= 3 { length } else { 0 };
    word.unwrap_or(0).max(long(row.unwrap_or(0))).max(long(same)).max(if year { 4 } else { 0 })
}

/// How many characters of `text` are a piece of the row, from its beginning on.
fn shared(text: &str, row: &str) -> usize {
    let mut most = 0;
    for (end, c) in text.char_indices() {
        let end = end.saturating_add(c.len_utf8());
        if !text.get(..end).is_some_and(|piece| row.contains(piece)) {
            break;
        }
        most = text.get(..end).map_or(0, |piece| piece.chars().count());
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_common_and_a_phrase_is_not() {
        for common in [
            "1234567890",
            "0987654321",
            "password123",
            "P@ssw0rd2026",
            "Passw0rd!!",
            "qwertyuiop",
            "1qaz2wsx3edc",
            "Admin@12345",
            "iloveyou1314",
            "woaini5201314",
            "abcabcabcabc",
            "1212121212",
            "Summer2026!",
            "qwerty123456",
            "zhongguo888",
            "asdfghjkl;",
            "aaaaaaaaaa",
            "letmein2025",
            "welcome1234",
        ] {
            assert!(is_common(common), "{common}");
        }
        for own in [
            "correct horse battery",
            "another horse battery",
            "clearbay-demo",
            "一二三四五六七八九十",
            "tq8-Vm2p!x",
            "summer-office-manager-love",
        ] {
            assert!(!is_common(own), "{own}");
        }
    }
}
