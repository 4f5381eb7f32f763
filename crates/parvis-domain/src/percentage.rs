//! Percentages as exact fractions: a threshold is compared, never rounded (69.6 % is not 70 %).
//!
//! This is what people write, store and compare where a share is a decimal number of percent: thresholds of rules and
//! conditions, measured progress, the parts of a tranche, the growth of a plan. A part that no decimal number hits, such
//! as a third, or a factor that is no part of a whole, is a [`Ratio`](crate::budgets::ratio::Ratio).

use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::budgets::rates::half_even;
use crate::error::{Code, Fault};

/// Decimal digits after the point that are kept.
const DIGITS: usize = 6;
/// Units in one percent.
const ONE: i64 = 1_000_000;
/// Units in the whole.
const WHOLE: i64 = 100 * ONE;
/// A share that is computed for showing is cut to so many units: four digits after the point.
const SHOWN: i128 = 100;

/// An exact percentage in whole millionths of a percent: 12.5 % is 12,500,000 of them. What a person writes is what is
/// compared.
///
/// It is written as a decimal string in JSON. [`Percentage::parse`] and JSON read shares of a whole, from 0 to 100;
/// [`Percentage::parse_change`] reads changes, which may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Percentage(i64);

impl Percentage {
    /// 100 %.
    pub const WHOLE: Self = Self(WHOLE);

    /// So many millionths of a percent.
    #[must_use]
    pub const fn of_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// In millionths of a percent, as it is stored.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// Reads a share of a whole: a decimal string from `0` to `100` with up to six digits after the point.
    ///
    /// # Errors
    /// `format_invalid` or `out_of_range`.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Fault> {
        Self::read(pointer, text, Self(0)..=Self::WHOLE)
    }

    /// Reads a change, such as `2.5` or `-3`: from -100 to 1000 percent.
    ///
    /// # Errors
    /// `format_invalid` or `out_of_range`.
    pub fn parse_change(pointer: &str, text: &str) -> Result<Self, Fault> {
        Self::read(pointer, text, Self(-WHOLE)..=Self(10 * WHOLE))
    }

    fn read(pointer: &str, text: &str, range: RangeInclusive<Self>) -> Result<Self, Fault> {
        let percentage = decimal(text).ok_or_else(|| {
            let detail = format!(
                "A percentage is a decimal string with at most {DIGITS} digits after the point, such as \"12.5\"."
            );
            Fault::new(Code::FormatInvalid, pointer, detail)
        })?;
        if range.contains(&percentage) {
            return Ok(percentage);
        }
        let (min, max) = range.into_inner();
        let detail = format!("A percentage from {min} to {max}.");
        Err(Fault::new(Code::OutOfRange, pointer, detail)
            .with("min", min.to_string())
            .with("max", max.to_string()))
    }

    /// What `part` is of `whole`, cut to four digits after the point, and none of nothing. It is for showing; comparing is
    /// done exactly.
    #[must_use]
    pub fn floor_of(part: i128, whole: i128) -> Option<Self> {
        Self::shown(part, whole, |numerator, whole| numerator.div_euclid(whole))
    }

    /// What `part` is of `whole`, rounded up at the fourth digit after the point, and none of nothing.
    #[must_use]
    pub fn ceiling_of(part: i128, whole: i128) -> Option<Self> {
        Self::shown(part, whole, |numerator, whole| -(-numerator).div_euclid(whole))
    }

    fn shown(part: i128, whole: i128, divide: fn(i128, i128) -> i128) -> Option<Self> {
        if whole <= 0 {
            return None;
        }
        let numerator = part.checked_mul(i128::from(WHOLE) / SHOWN)?;
        i64::try_from(divide(numerator, whole) * SHOWN).ok().map(Self)
    }

    /// What is missing to reach another, nothing where it is reached.
    #[must_use]
    pub fn missing_to(self, other: Self) -> Self {
        Self((other.0 - self.0).max(0))
    }

    /// Whether `part` is at least this share of `whole`, by cross multiplication.
    #[must_use]
    pub fn is_reached(self, part: i128, whole: i128) -> bool {
        part * i128::from(WHOLE) >= i128::from(self.0) * whole
    }

    /// Whether `part` is at most this share of `whole`, by cross multiplication.
    #[must_use]
    pub fn is_kept(self, part: i128, whole: i128) -> bool {
        part * i128::from(WHOLE) <= i128::from(self.0) * whole
    }

    /// The least whole number of minor units that is this share of `whole`.
    #[must_use]
    pub fn least_of(self, whole: i128) -> i128 {
        -(-(i128::from(self.0) * whole)).div_euclid(i128::from(WHOLE))
    }

    /// The greatest whole number of minor units that is within this share of `whole`.
    #[must_use]
    pub fn most_of(self, whole: i128) -> i128 {
        (i128::from(self.0) * whole).div_euclid(i128::from(WHOLE))
    }

    /// An amount raised by this change, in whole minor units, rounded half to even.
    #[must_use]
    pub fn raise(self, minor: i64) -> i64 {
        let scaled = i128::from(minor) * i128::from(WHOLE + self.0);
        i64::try_from(half_even(scaled, WHOLE.into())).unwrap_or(i64::MAX)
    }
}

/// A decimal number of percent without needless zeros in front: `12.5`, `-3`.
fn decimal(text: &str) -> Option<Percentage> {
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let numeric = |text: &str| (1..=DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !numeric(whole) || !numeric(part) || leading_zero {
        return None;
    }
    let units: i64 = format!("{whole}{part:0<DIGITS$}").parse().ok()?;
    Some(Percentage(sign * units))
}

impl std::fmt::Display for Percentage {
    /// A decimal without needless zeros: `12.5`, `70`, `-3.25`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (one, units) = (ONE.unsigned_abs(), self.0.unsigned_abs());
        let decimals = format!("{:0DIGITS$}", units % one);
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{sign}{}", units / one),
            decimals => write!(f, "{sign}{}.{decimals}", units / one),
        }
    }
}

impl Serialize for Percentage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse("", &text).map_err(|fault| serde::de::Error::custom(fault.detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn percentage(text: &str) -> Percentage {
        Percentage::parse("", text).unwrap()
    }

    #[test]
    fn a_threshold_is_exact() {
        assert!(!percentage("70").is_reached(696, 1000));
        assert!(percentage("70").is_reached(700, 1000));
        assert!(!percentage("10").is_reached(3333, 33_333));
        assert!(percentage("10").is_reached(3334, 33_333));
        assert!(percentage("69.999999") < percentage("70"));
        assert_eq!(percentage("69.6").missing_to(percentage("70")).to_string(), "0.4");
    }

    #[test]
    fn a_share_for_showing_has_four_digits_and_never_flatters() {
        let shown = |share: Option<Percentage>| share.unwrap().to_string();
        assert_eq!(shown(Percentage::floor_of(69_999_999, 100_000_000)), "69.9999");
        assert_eq!(shown(Percentage::ceiling_of(50_000_001, 100_000_000)), "50.0001");
        assert_eq!(Percentage::floor_of(1, 0), None);
    }

    #[test]
    fn what_is_written_is_kept() {
        assert_eq!(percentage("69.6").millionths(), 69_600_000);
        for text in ["0", "0.5", "69.6", "69.999999", "70", "100", "0.000001"] {
            assert_eq!(percentage(text).to_string(), text);
            let json = serde_json::to_string(&percentage(text)).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Percentage>(&json).unwrap(), percentage(text));
        }
        assert_eq!(percentage("70.00"), percentage("70"));
        assert_eq!(Percentage::parse_change("", "-3.25").unwrap().to_string(), "-3.25");
    }

    #[test]
    fn what_is_none_is_refused() {
        let code = |text: &str| Percentage::parse("/percent", text).unwrap_err().code;
        for wrong in [
            "",
            "+1",
            "--1",
            "1e1",
            "1.",
            ".5",
            "01",
            "10%",
            "69,6",
            "1.0000001",
            " 1",
            "NaN",
            "99999999999999999999",
        ] {
            assert_eq!(code(wrong), Code::FormatInvalid, "{wrong}");
        }
        for outside in ["100.000001", "-1", "101"] {
            assert_eq!(code(outside), Code::OutOfRange, "{outside}");
        }
        assert!(serde_json::from_str::<Percentage>("\"101\"").is_err());
    }

    #[test]
    fn a_change_rounds_half_to_even() {
        let change = |text| Percentage::parse_change("", text).unwrap();
        assert_eq!(change("10").raise(25), 28, "27.5 goes to 28");
        assert_eq!(change("10").raise(5), 6, "5.5 goes to 6");
        assert_eq!(change("50").raise(1), 2, "1.5 goes to 2");
        assert_eq!(change("50").raise(3), 4, "4.5 goes to 4");
        assert_eq!(change("-100").raise(999), 0);
    }

    proptest! {
        /// The least that reaches a share reaches it, and one unit less does not.
        #[test]
        fn least_and_most_are_the_bounds(millionths in 1_i64..=WHOLE, whole in 1_i64..1_000_000_000_000) {
            let (share, whole) = (Percentage::of_millionths(millionths), i128::from(whole));
            prop_assert!(share.is_reached(share.least_of(whole), whole));
            prop_assert!(!share.is_reached(share.least_of(whole) - 1, whole));
            prop_assert!(share.is_kept(share.most_of(whole), whole));
            prop_assert!(!share.is_kept(share.most_of(whole) + 1, whole));
        }

        #[test]
        fn every_percentage_reads_back(millionths in 0_i64..=WHOLE) {
            let share = Percentage::of_millionths(millionths);
            prop_assert_eq!(Percentage::parse("", &share.to_string()), Ok(share));
        }

        #[test]
        fn two_parts_never_exceed_their_whole(first in 0_i64..=WHOLE, amount in 0_i128..=100_000_000_000_000) {
            let part = |millionths| Percentage::of_millionths(millionths).most_of(amount);
            let sum = part(first) + part(WHOLE - first);
            prop_assert!(sum <= amount && sum >= amount - 1);
        }
    }
}
