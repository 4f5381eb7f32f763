//! Money: whole minor units of a currency of ISO 4217, never a float (rule 1 of the ledger).

use iso_currency::Currency as Iso;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Fault, Faults};

/// The largest amount, in minor units: sums of millions of such amounts still fit the database's integers.
pub const AMOUNT_MAX: i64 = 100_000_000_000_000;

/// A currency of ISO 4217 that has minor units (the codes for metals, funds and tests have none and are refused).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(Iso);

impl Currency {
    /// Checks a code of three capital letters.
    ///
    /// # Errors
    /// `currency_unknown`.
    pub fn parse(pointer: &str, code: &str) -> Result<Self, Fault> {
        let known = Iso::from_code(code).filter(|iso| iso.exponent().is_some());
        known.map(Self).ok_or_else(|| {
            Fault::new(
                Code::CurrencyUnknown,
                pointer,
                "A code of ISO 4217, such as EUR, USD, KHR or MXN.",
            )
        })
    }

    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many digits the minor unit has: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Currency::parse("", &code).map_err(|fault| serde::de::Error::custom(fault.detail))
    }
}

/// An amount in one currency. It may be negative (a reversal, a shortfall that is shown).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole minor units: cents, sen, fils.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of minor units.
    #[must_use]
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Checks an amount as it arrives: a decimal string with exactly the currency's minor digits.
    /// `base` is the pointer of the object that holds `amount` and `currency`.
    ///
    /// # Errors
    /// `currency_unknown`, `amount_invalid` or `amount_too_large`, each at its own pointer.
    pub fn check(base: &str, amount: &str, currency: &str) -> Result<Self, Faults> {
        let currency = Currency::parse(&format!("{base}/currency"), currency)?;
        let minor = parse_minor(&format!("{base}/amount"), amount, currency)?;
        Ok(Self { minor, currency })
    }

    /// As [`Money::check`], and greater than zero.
    ///
    /// # Errors
    /// Those of [`Money::check`], and `amount_not_positive`.
    pub fn check_positive(base: &str, amount: &str, currency: &str) -> Result<Self, Faults> {
        let money = Self::check(base, amount, currency)?;
        if money.minor > 0 {
            return Ok(money);
        }
        Err(Fault::new(
            Code::AmountNotPositive,
            format!("{base}/amount"),
            "The amount must be greater than zero.",
        )
        .into())
    }

    /// As [`Money::check`], and not below zero.
    ///
    /// # Errors
    /// Those of [`Money::check`], and `amount_not_positive`.
    pub fn check_not_negative(base: &str, amount: &str, currency: &str) -> Result<Self, Faults> {
        let money = Self::check(base, amount, currency)?;
        if money.minor >= 0 {
            return Ok(money);
        }
        Err(Fault::new(
            Code::AmountNotPositive,
            format!("{base}/amount"),
            "The amount must not be below zero.",
        )
        .into())
    }

    /// The amount as a decimal string with exactly the currency's minor digits: `1250.00`, `-3`, `0.005`.
    #[must_use]
    pub fn decimal(&self) -> String {
        let digits = self.currency.digits() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let whole = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (units, cents) = whole.split_at(whole.len() - digits);
        if digits == 0 {
            format!("{sign}{units}")
        } else {
            format!("{sign}{units}.{cents}")
        }
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

fn parse_minor(pointer: &str, amount: &str, currency: Currency) -> Result<i64, Fault> {
    let digits = currency.digits();
    let example = Money::new(1250 * 10_i64.pow(digits), currency).decimal();
    let invalid = || {
        let detail = format!(
            "An amount in {currency} is a decimal string with exactly {digits} digits after the point, such as \"{example}\"."
        );
        Fault::new(Code::AmountInvalid, pointer, detail).with("digits", digits.to_string())
    };
    let (negative, unsigned) = amount.strip_prefix('-').map_or((false, amount), |rest| (true, rest));
    let (units, cents) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let has_point = unsigned.contains('.');
    let numeric = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = units.len() > 1 && units.starts_with('0');
    let cents_fit = if digits == 0 {
        !has_point
    } else {
        numeric(cents) && cents.len() == digits as usize
    };
    if !numeric(units) || !cents_fit || leading_zero {
        return Err(invalid());
    }
    let too_large = || {
        let max = Money::new(AMOUNT_MAX, currency).decimal();
        Fault::new(
            Code::AmountTooLarge,
            pointer,
            format!("The largest amount in {currency} is {max}."),
        )
        .with("max", max)
    };
    let joined = format!("{units}{cents}");
    let minor: i64 = joined.parse().map_err(|_| too_large())?;
    match minor {
        0 if negative => Err(invalid()),
        minor if minor > AMOUNT_MAX => Err(too_large()),
        minor => Ok(if negative { -minor } else { minor }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(amount: &str, currency: &str) -> Result<i64, Code> {
        Money::check("", amount, currency)
            .map(|m| m.minor)
            .map_err(|f| f.0[0].code)
    }

    #[test]
    fn each_currency_has_its_own_digits() {
        assert_eq!(parse("1250.00", "EUR"), Ok(125_000));
        assert_eq!(parse("1250", "JPY"), Ok(1250));
        assert_eq!(parse("1250", "XOF"), Ok(1250));
        assert_eq!(parse("1.250", "KWD"), Ok(1250));
        assert_eq!(parse("1.00", "KHR"), Ok(100));
        assert_eq!(parse("1.00", "MXN"), Ok(100));
        assert_eq!(parse("-0.05", "EUR"), Ok(-5));
    }

    #[test]
    fn any_other_form_is_refused() {
        let wrong = [
            "", "1", "1.0", "1.000", "1,00", ".50", "1.", "01.00", "+1.00", " 1.00", "1e3", "-0.00", "--1.00", "१.00",
        ];
        for amount in wrong {
            assert_eq!(parse(amount, "EUR"), Err(Code::AmountInvalid), "{amount}");
        }
        assert_eq!(parse("1.0", "JPY"), Err(Code::AmountInvalid));
        assert_eq!(parse("1.", "JPY"), Err(Code::AmountInvalid));
        assert_eq!(parse("1.00", "KWD"), Err(Code::AmountInvalid));
        for currency in ["EURO", "eur", "XAU", "XXX", "XTS", "ABC", ""] {
            assert_eq!(parse("1.00", currency), Err(Code::CurrencyUnknown), "{currency}");
        }
    }

    #[test]
    fn the_largest_amount_is_bounded() {
        assert_eq!(parse("1000000000000.00", "EUR"), Ok(AMOUNT_MAX));
        assert_eq!(parse("1000000000000.01", "EUR"), Err(Code::AmountTooLarge));
        assert_eq!(parse("99999999999999999999999.00", "EUR"), Err(Code::AmountTooLarge));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minor in -AMOUNT_MAX..=AMOUNT_MAX, code in prop::sample::select(vec!["EUR", "JPY", "KWD", "KHR", "MXN", "XOF"])) {
            let money = Money::new(minor, Currency::parse("", code).unwrap());
            prop_assert_eq!(Money::check("", &money.decimal(), code), Ok(money));
        }
    }
}
