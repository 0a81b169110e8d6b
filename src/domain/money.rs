//! Money: integer minor units with a currency. Never a float.

use serde::{Deserialize, Serialize};

use super::refusal::{Refusal, Refused};
use super::words::text_schema;

/// An ISO 4217 currency code, three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The yuan, the default (handbook 3.6).
    pub const CNY: Self = Self(*b"CNY");

    /// The code, such as `CNY`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many digits the minor unit has (ISO 4217): 2 for most, 0 for yen and won, 3 for the dinars.
    pub fn minor_digits(self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" | b"CLP" | b"ISK" => 0,
            b"BHD" | b"KWD" | b"OMR" | b"JOD" | b"TND" | b"IQD" | b"LYD" => 3,
            _ => 2,
        }
    }
}

text_schema!(Currency, "CNY", "^[A-Z]{3}$");

impl std::str::FromStr for Currency {
    type Err = Refusal;
    fn from_str(text: &str) -> Refused<Self> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(Refusal::invalid("currency", format!("`{text}` is not a currency; use three capital letters such as CNY"))),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = Refusal;
    fn try_from(text: String) -> Refused<Self> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in the currency's minor unit (fen for CNY). Positive: the agent owes it (a fine); negative: a reward or a reversal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units.
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// The largest amount of a single line, in minor units: a mistyped figure stops here and not on a pay slip.
    pub const LINE_LIMIT_MINOR: i64 = 100_000_000_000;

    /// An amount of `amount_minor` minor units.
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum, refused where the currencies differ or the sum overflows.
    ///
    /// # Errors
    /// `Conflict` with code `currency_mismatch` or `amount_overflow`.
    pub fn plus(self, other: Self) -> Refused<Self> {
        if self.currency != other.currency {
            return Err(Refusal::conflict("currency_mismatch", format!("cannot add {} to {}", other.currency, self.currency)));
        }
        self.amount_minor
            .checked_add(other.amount_minor)
            .map(|sum| Self::new(sum, self.currency))
            .ok_or_else(|| Refusal::conflict("amount_overflow", "the sum of the amounts is too large"))
    }

    /// The same amount with the opposite sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self::new(self.amount_minor.saturating_neg(), self.currency)
    }

    /// Reads an amount as people write it: `50`, `-12.5`, `1,200.00`.
    ///
    /// # Errors
    /// `Invalid` on `amount`, also for more places than the currency has.
    pub fn read(text: &str, currency: Currency) -> Refused<Self> {
        let bad = || Refusal::invalid("amount", format!("`{text}` is not an amount in {currency} such as 50 or -12.50"));
        let plain = text.trim().replace([',', '，', ' '], "").replace('−', "-");
        let (negative, digits) = plain.strip_prefix('-').map_or((false, plain.as_str()), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let places = usize::try_from(currency.minor_digits()).unwrap_or(2);
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 15 || fraction.len() > places || !are_digits(whole) || !are_digits(fraction) {
            return Err(bad());
        }
        let minor: i64 = format!("{whole}{fraction:0<places$}").parse().map_err(|_| bad())?;
        Ok(Self::new(if negative { minor.saturating_neg() } else { minor }, currency))
    }

    /// The amount in major units with the currency's digits, such as `-50.00`; without the currency's code.
    pub fn decimal(self) -> String {
        let digits = self.currency.minor_digits();
        let base = 10_u64.pow(digits);
        let absolute = self.amount_minor.unsigned_abs();
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let width = usize::try_from(digits).unwrap_or(0);
        if digits == 0 { format!("{sign}{absolute}") } else { format!("{sign}{}.{:0width$}", absolute / base, absolute % base) }
    }

    /// The amount as people read it in a table, such as `-4,550.00`; without the currency's code.
    pub fn grouped(self) -> String {
        let plain = self.decimal();
        let (whole, fraction) = plain.find('.').and_then(|at| plain.split_at_checked(at)).unwrap_or((&plain, ""));
        let digits = whole.trim_start_matches('-');
        let mut text = whole.strip_suffix(digits).unwrap_or("").to_owned();
        for (place, digit) in (0..digits.len()).rev().zip(digits.chars()) {
            text.push(digit);
            if place > 0 && place.is_multiple_of(3) {
                text.push(',');
            }
        }
        text + fraction
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_uses_the_currency_s_digits() {
        assert_eq!(Money::new(5000, Currency::CNY).to_string(), "50.00 CNY");
        assert_eq!(Money::new(-5, Currency::CNY).decimal(), "-0.05");
        assert_eq!(Money::new(500, "JPY".parse().unwrap()).decimal(), "500");
        assert_eq!(Money::new(1, "KWD".parse().unwrap()).decimal(), "0.001");
    }

    #[test]
    fn long_amounts_are_read_in_groups() {
        let grouped = |minor: i64| Money::new(minor, Currency::CNY).grouped();
        assert_eq!([0, 99_999, -99_999, 100_000, 455_000].map(grouped), ["0.00", "999.99", "-999.99", "1,000.00", "4,550.00"]);
        assert_eq!(grouped(-100_000_000_005), "-1,000,000,000.05");
        assert_eq!(Money::new(123_456, "JPY".parse().unwrap()).grouped(), "123,456");
        assert_eq!(Money::new(1_234_567, "KWD".parse().unwrap()).grouped(), "1,234.567");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let read = |text: &str| Money::read(text, Currency::CNY).map(|money| money.amount_minor);
        assert_eq!(["50", "-12.5", "1,200.00", " 0.05 ", "−3"].map(|text| read(text).unwrap()), [5000, -1250, 120_000, 5, -300]);
        for bad in ["", "-", ".5", "1.234", "1e3", "fifty", "1.2.3", "+5", "9999999999999999"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(Money::read("500", "JPY".parse().unwrap()).unwrap().amount_minor, 500);
    }

    #[test]
    fn currencies_do_not_mix_and_sums_do_not_wrap() {
        let fen = Money::new(i64::MAX, Currency::CNY);
        assert_eq!(fen.plus(Money::new(1, Currency::CNY)).unwrap_err().code, "amount_overflow");
        assert_eq!(fen.plus(Money::new(1, "USD".parse().unwrap())).unwrap_err().code, "currency_mismatch");
        assert!("cny".parse::<Currency>().is_err());
    }
}
