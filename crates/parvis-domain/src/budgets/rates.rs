//! Exchange rates: exact fractions, and conversions that round once, half to even (the ledger's word for amounts).
//!
//! A conversion is rounded per amount, to the minor digits of the target, and totals add what was rounded: the sum of a
//! statement is the sum of its rows.

use chrono::{Datelike, NaiveDate};

use crate::choices::choices;
use crate::error::{Code, Fault, Faults};
use crate::money::{AMOUNT_MAX, Currency, Money};
use crate::{period, text};

/// How many digits a rate may have, before and after the point together.
pub const DIGITS_MAX: usize = 18;

/// How many digits after the point a mean keeps.
const MEAN_DIGITS: u32 = 10;

choices! {
    /// Which rate a funder wants its money converted at (rule 2).
    RatePolicy {
        /// That of the grant's own exchanges: what the bank gave, all in all.
        Exchange = "exchange",
        /// The rate published for the month.
        Monthly = "monthly",
        /// The mean of the rates of the period so far.
        Average = "average",
    }
}

impl RatePolicy {
    /// What counts for a funder of whom nothing is recorded.
    pub const DEFAULT: Self = Self::Monthly;
}

/// What a funder asks, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatePolicyContent {
    /// The currency of its reports.
    pub currency: Currency,
    /// At which rates its money is converted.
    pub policy: RatePolicy,
}

/// How much of the second currency one unit of the first is. Both parts are greater than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    numerator: i64,
    denominator: i64,
}

impl Rate {
    /// The fraction of two whole numbers greater than zero.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        (numerator > 0 && denominator > 0).then_some(Self { numerator, denominator })
    }

    /// The exchange by which the one amount became the other: exact, in lowest terms. None where one of them is not above
    /// zero, or where the fraction does not fit.
    #[must_use]
    pub fn between(amount: Money, other: Money) -> Option<Self> {
        let scale = |currency: Currency| 10_i128.pow(currency.digits());
        let numerator = i128::from(other.minor) * scale(amount.currency);
        let denominator = i128::from(amount.minor) * scale(other.currency);
        let (mut a, mut b) = (numerator, denominator);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        let lowest = |part: i128| part.checked_div(a).and_then(|part| i64::try_from(part).ok());
        Self::new(lowest(numerator)?, lowest(denominator)?)
    }

    /// A rate as it arrives: a decimal string such as `4480.25`, exact, greater than zero, of at most 18 digits.
    ///
    /// # Errors
    /// `rate_invalid`.
    pub fn parse(pointer: &str, value: &str) -> Result<Self, Fault> {
        let invalid = |why: &str| {
            let detail = format!(
                "{why} A rate is a decimal number greater than zero of at most 18 digits, such as \"4480.25\"."
            );
            Fault::new(Code::RateInvalid, pointer, detail)
        };
        let (units, rest) = value.split_once('.').unwrap_or((value, ""));
        let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let whole =
            !units.is_empty() && numeric(units) && numeric(rest) && value.ends_with(|c: char| c.is_ascii_digit());
        let leading_zero = units.len() > 1 && units.starts_with('0');
        if !whole || leading_zero {
            return Err(invalid("This is not written as a rate."));
        }
        let rest = rest.trim_end_matches('0');
        let digits = format!("{units}{rest}");
        let significant = digits.trim_start_matches('0');
        if significant.is_empty() {
            return Err(invalid("A rate is never zero."));
        }
        if significant.len() > DIGITS_MAX || rest.len() > DIGITS_MAX {
            return Err(invalid("This rate has too many digits."));
        }
        let exponent = u32::try_from(rest.len()).unwrap_or(u32::MAX);
        let parts = significant.parse().ok().zip(10_i64.checked_pow(exponent));
        parts
            .and_then(|(numerator, denominator)| Self::new(numerator, denominator))
            .ok_or_else(|| invalid("This rate has too many digits."))
    }

    /// The numerator.
    #[must_use]
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// The denominator.
    #[must_use]
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// The same exchange, seen from the other currency.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            numerator: self.denominator,
            denominator: self.numerator,
        }
    }

    /// The rate as a decimal number where it is one exactly, as every published rate is; else the fraction itself,
    /// `1000/4480251`.
    #[must_use]
    pub fn decimal(self) -> String {
        let digits = (0..=18_u32).find(|digits| {
            let scaled = i128::from(self.numerator) * 10_i128.pow(*digits);
            scaled % i128::from(self.denominator) == 0
        });
        let Some(digits) = digits else {
            return format!("{}/{}", self.numerator, self.denominator);
        };
        let scaled = i128::from(self.numerator) * 10_i128.pow(digits) / i128::from(self.denominator);
        let places = digits as usize;
        let text = format!("{scaled:0>width$}", width = places + 1);
        let (units, rest) = text.split_at(text.len() - places);
        if rest.is_empty() {
            units.to_owned()
        } else {
            format!("{units}.{rest}")
        }
    }

    /// An amount in another currency, rounded half to even to its minor digits. None where the result does not fit.
    #[must_use]
    pub fn convert(self, amount: Money, to: Currency) -> Option<Money> {
        let scale = |currency: Currency| 10_i128.pow(currency.digits());
        let numerator = i128::from(amount.minor)
            .checked_mul(i128::from(self.numerator))?
            .checked_mul(scale(to))?;
        let denominator = i128::from(self.denominator).checked_mul(scale(amount.currency))?;
        let minor = i64::try_from(half_even(numerator, denominator)).ok()?;
        Some(Money::new(minor, to))
    }

    /// The mean of several rates, rounded half to even to ten digits after the point, as it is then shown. None for no
    /// rate, or where the result does not fit.
    #[must_use]
    pub fn mean(rates: &[Rate]) -> Option<Self> {
        let denominator = 10_i64.checked_pow(MEAN_DIGITS)?;
        let mut sum = 0_i128;
        for rate in rates {
            // Each is scaled up to thirty digits first, so that the mean is rounded once that matters.
            let guard = 10_i128.pow(8);
            let scaled = i128::from(rate.numerator)
                .checked_mul(i128::from(denominator))?
                .checked_mul(guard)?;
            sum = sum.checked_add(half_even(scaled, i128::from(rate.denominator)))?;
        }
        let count = i128::try_from(rates.len()).ok().filter(|count| *count > 0)?;
        let mean = half_even(sum, count.checked_mul(10_i128.pow(8))?);
        Self::new(i64::try_from(mean).ok()?, denominator)
    }
}

/// A quotient of whole numbers, the nearest whole number, ties to the even one. The divisor is greater than zero.
#[must_use]
pub fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (quotient, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    match (rest).cmp(&(denominator - rest)) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient.rem_euclid(2),
    }
}

/// A rate to be recorded, checked on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateContent {
    /// One unit of this currency…
    pub from: Currency,
    /// …is so much of that one.
    pub to: Currency,
    /// How much.
    pub rate: Rate,
    /// The day that it is for; of a monthly rate any day of its month, the first by custom.
    pub valid_on: NaiveDate,
    /// Who published it, and where.
    pub source: String,
}

/// A rate as it arrives, each value as text; `base` is the pointer of the object.
#[derive(Debug, Clone, Copy)]
pub struct RateFields<'a> {
    /// One unit of this currency…
    pub from: &'a str,
    /// …is so much of that one.
    pub to: &'a str,
    /// How much, a decimal string.
    pub rate: &'a str,
    /// The day that it is for.
    pub valid_on: &'a str,
    /// Who published it, and where.
    pub source: &'a str,
}

impl RateFields<'_> {
    /// Checks the whole. Nobody knows tomorrow's rate.
    ///
    /// # Errors
    /// Every fault: `currency_unknown`, `rate_to_itself`, `rate_invalid`, `date_invalid`, `date_in_future`, and those of
    /// the source's text.
    pub fn check(&self, base: &str, today: NaiveDate) -> Result<RateContent, Faults> {
        let mut faults = Faults::new();
        let from = faults.keep(Currency::parse(&format!("{base}/from"), self.from));
        let to = faults.keep(Currency::parse(&format!("{base}/to"), self.to));
        let rate = faults.keep(Rate::parse(&format!("{base}/rate"), self.rate));
        let valid_on = faults.keep(
            period::date(&format!("{base}/valid_on"), self.valid_on)
                .and_then(|day| super::check_booked_on(&format!("{base}/valid_on"), day, None, today).map(|()| day)),
        );
        let source = faults.keep(text::line(&format!("{base}/source"), self.source, text::REFERENCE_MAX));
        if from.is_some() && from == to {
            let detail = "A currency is always one of itself; name two different currencies.";
            faults.add(Code::RateToItself, format!("{base}/to"), detail);
        }
        let content = (|| {
            Some(RateContent {
                from: from?,
                to: to?,
                rate: rate?,
                valid_on: valid_on?,
                source: source?,
            })
        })();
        faults.finish(content)
    }
}

/// What a movement was booked at, in the grant's currency, checked against the rate where one is named.
///
/// # Errors
/// `amount_not_positive` where nothing is left after rounding, `amount_too_large`, and `amount_mismatch` where an amount
/// was given too and is another.
pub fn booked(original: Money, rate: Rate, to: Currency, given: Option<Money>) -> Result<Money, Fault> {
    let converted = rate.convert(original, to).filter(|money| money.minor <= AMOUNT_MAX);
    let Some(converted) = converted else {
        let detail = format!(
            "{original} at {} is more than an amount in {to} can be.",
            rate.decimal()
        );
        return Err(Fault::new(Code::AmountTooLarge, "/original/amount", detail));
    };
    if converted.minor == 0 {
        let detail = format!("{original} at {} is nothing in {to} after rounding.", rate.decimal());
        return Err(Fault::new(Code::AmountNotPositive, "/original/amount", detail));
    }
    match given {
        Some(given) if given != converted => {
            let detail = format!(
                "{original} at {} is {converted}, not {given}; leave out the amount or the rate.",
                rate.decimal()
            );
            Err(Fault::new(Code::AmountMismatch, "/amount", detail).with("expected", converted.to_string()))
        }
        _ => Ok(converted),
    }
}

/// Whether a day lies in the month of another.
#[must_use]
pub fn same_month(a: NaiveDate, b: NaiveDate) -> bool {
    (a.year(), a.month()) == (b.year(), b.month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::parse("", code).unwrap()
    }

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, currency(code))
    }

    fn rate(text: &str) -> Rate {
        Rate::parse("/rate", text).unwrap()
    }

    #[test]
    fn a_rate_is_exact_positive_and_short() {
        assert_eq!(rate("4480.25"), Rate::new(448_025, 100).unwrap());
        assert_eq!(rate("0.000240"), Rate::new(24, 100_000).unwrap());
        assert_eq!(rate("123456789012345678").numerator(), 123_456_789_012_345_678);
        for wrong in [
            "",
            "0",
            "0.00",
            "-1",
            "+1",
            "1,5",
            "1.",
            ".5",
            "01",
            "1e3",
            "1234567890123456789",
            "0.0000000000000000001",
            " 1",
        ] {
            assert_eq!(
                Rate::parse("/rate", wrong).unwrap_err().code,
                Code::RateInvalid,
                "{wrong}"
            );
        }
        for text in ["4480.25", "0.00024", "1", "110"] {
            assert_eq!(rate(text).decimal(), text);
        }
        assert_eq!(rate("3").inverse().decimal(), "1/3");
    }

    #[test]
    fn each_currency_keeps_its_digits() {
        assert_eq!(
            rate("4480").convert(money(5_000_000, "EUR"), currency("KHR")),
            Some(money(22_400_000_000, "KHR"))
        );
        assert_eq!(
            rate("0.3").convert(money(101, "USD"), currency("KWD")),
            Some(money(303, "KWD"))
        );
        assert_eq!(
            rate("160.5").convert(money(100, "EUR"), currency("JPY")),
            Some(money(160, "JPY"))
        );
        assert_eq!(
            rate("161.5").convert(money(100, "EUR"), currency("JPY")),
            Some(money(162, "JPY"))
        );
        assert_eq!(
            rate("160.5").convert(money(-100, "EUR"), currency("JPY")),
            Some(money(-160, "JPY"))
        );
        assert_eq!(
            rate("4480")
                .inverse()
                .convert(money(22_000_000_000, "KHR"), currency("EUR")),
            Some(money(4_910_714, "EUR"))
        );
    }

    #[test]
    fn a_mean_is_shown_as_it_is_used() {
        assert_eq!(Rate::mean(&[rate("1"), rate("2")]).unwrap().decimal(), "1.5");
        assert_eq!(
            Rate::mean(&[rate("1"), rate("1"), rate("2")]).unwrap().decimal(),
            "1.3333333333"
        );
        assert_eq!(Rate::mean(&[rate("3").inverse()]).unwrap().decimal(), "0.3333333333");
        assert_eq!(Rate::mean(&[]), None);
    }

    #[test]
    fn the_exchange_of_a_bank_is_exact() {
        let rate = Rate::between(money(5_000_000, "EUR"), money(22_400_000_000, "KHR")).unwrap();
        assert_eq!(rate.decimal(), "4480");
        assert_eq!(
            rate.convert(money(100, "EUR"), currency("KHR")),
            Some(money(448_000, "KHR"))
        );
        let third = Rate::between(money(300, "EUR"), money(100, "JPY")).unwrap();
        assert_eq!(third.decimal(), "100/3");
        assert_eq!(Rate::between(money(0, "EUR"), money(1, "JPY")), None);
        assert_eq!(Rate::between(money(1, "EUR"), money(-1, "JPY")), None);
    }

    #[test]
    fn what_is_booked_at_a_rate_is_what_the_rate_gives() {
        let (original, khr) = (money(22_000_000_000, "KHR"), rate("4480").inverse());
        assert_eq!(
            booked(original, khr, currency("EUR"), None),
            Ok(money(4_910_714, "EUR"))
        );
        let wrong = booked(original, khr, currency("EUR"), Some(money(5_000_000, "EUR"))).unwrap_err();
        assert_eq!(
            (wrong.code, wrong.params["expected"].as_str()),
            (Code::AmountMismatch, "49107.14 EUR")
        );
        assert_eq!(
            booked(money(1, "KHR"), khr, currency("EUR"), None).unwrap_err().code,
            Code::AmountNotPositive
        );
    }

    #[test]
    fn every_fault_of_a_rate_is_named() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let fields = RateFields {
            from: "EUR",
            to: "EUR",
            rate: "0",
            valid_on: "2026-11-23",
            source: "",
        };
        let codes: Vec<Code> = fields
            .check("", today)
            .unwrap_err()
            .0
            .iter()
            .map(|fault| fault.code)
            .collect();
        assert_eq!(
            codes,
            [
                Code::RateInvalid,
                Code::DateInFuture,
                Code::Required,
                Code::RateToItself
            ]
        );
    }

    proptest! {
        #[test]
        fn rounding_is_half_even_and_odd_in_sign(numerator in -10_i128.pow(30)..10_i128.pow(30), denominator in 1_i128..10_i128.pow(18)) {
            let rounded = half_even(numerator, denominator);
            let twice = 2 * (numerator - rounded * denominator);
            prop_assert!(twice.abs() <= denominator);
            prop_assert!(twice.abs() < denominator || rounded % 2 == 0);
            prop_assert_eq!(half_even(-numerator, denominator), -rounded);
        }

        /// A total adds the rounded amounts, and so does not depend on the order or on grouping.
        #[test]
        fn a_total_is_the_sum_of_what_was_rounded(
            amounts in prop::collection::vec(-1_000_000_000_000_i64..=1_000_000_000_000, 1..40),
            digits in 1_i64..1_000_000,
            codes in prop::sample::select(vec![("EUR", "KHR"), ("KHR", "EUR"), ("KWD", "JPY"), ("JPY", "KWD"), ("USD", "MXN")]),
        ) {
            let rate = Rate::new(digits, 1000).unwrap();
            // Forty amounts that each fit need not fit together.
            let convert =
                |minor: &i64| i128::from(rate.convert(money(*minor, codes.0), currency(codes.1)).unwrap().minor);
            let forwards: i128 = amounts.iter().map(convert).sum();
            let backwards: i128 = amounts.iter().rev().map(convert).sum();
            let halves = amounts.split_at(amounts.len() / 2);
            let grouped = halves.0.iter().map(convert).sum::<i128>() + halves.1.iter().map(convert).sum::<i128>();
            prop_assert!(forwards == backwards && forwards == grouped);
            prop_assert_eq!(amounts.iter().map(|minor| convert(minor) + convert(&-minor)).sum::<i128>(), 0);
        }

        #[test]
        fn a_decimal_rate_reads_back(numerator in 1_i64..1_000_000_000_000, digits in 0_u32..6) {
            let rate = Rate::new(numerator, 10_i64.pow(digits)).unwrap();
            let back = Rate::parse("", &rate.decimal()).unwrap();
            prop_assert_eq!(i128::from(rate.numerator) * i128::from(back.denominator), i128::from(back.numerator) * i128::from(rate.denominator));
        }
    }
}
