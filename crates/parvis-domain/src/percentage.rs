//! Percentages as exact fractions: a threshold is compared, never rounded (69.6 % is not 70 %).

use crate::budgets::rates::half_even;
use crate::error::{Code, Fault};

/// How many units make a whole: a unit is one ten-thousandth of a percent.
pub const WHOLE: i64 = 1_000_000;

/// An exact percentage in ten-thousandths of a percent: 12.5 % is 125,000 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Percentage(i64);

impl Percentage {
    /// So many ten-thousandths of a percent.
    #[must_use]
    pub const fn of_units(units: i64) -> Self {
        Self(units)
    }

    /// The number of ten-thousandths of a percent.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Checks a share of a whole as it arrives: a decimal string from `0` to `100` with at most four digits after the
    /// point.
    ///
    /// # Errors
    /// `format_invalid` or `out_of_range`.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Fault> {
        let percentage = Self::read(pointer, text)?;
        if (0..=WHOLE).contains(&percentage.0) {
            return Ok(percentage);
        }
        Err(Fault::new(Code::OutOfRange, pointer, "A percentage from 0 to 100."))
    }

    /// Checks a change as it arrives, such as `2.5` or `-3`: from -100 to 1000 percent.
    ///
    /// # Errors
    /// `format_invalid` or `out_of_range`.
    pub fn parse_change(pointer: &str, text: &str) -> Result<Self, Fault> {
        let percentage = Self::read(pointer, text)?;
        if (-WHOLE..=10 * WHOLE).contains(&percentage.0) {
            return Ok(percentage);
        }
        Err(Fault::new(
            Code::OutOfRange,
            pointer,
            "A change from -100 to 1000 percent.",
        ))
    }

    fn read(pointer: &str, text: &str) -> Result<Self, Fault> {
        let invalid = || {
            let detail = "A percentage is a decimal string with at most four digits after the point, such as \"12.5\".";
            Fault::new(Code::FormatInvalid, pointer, detail)
        };
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let numeric = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if !numeric(whole) || !numeric(part) || whole.len() > 6 || part.len() > 4 || leading_zero {
            return Err(invalid());
        }
        let units: i64 = format!("{whole}{part:0<4}").parse().map_err(|_| invalid())?;
        Ok(Self(if negative { -units } else { units }))
    }

    /// What `part` is of `whole`, rounded down, and none of nothing. It is for showing; comparing is done exactly.
    #[must_use]
    pub fn floor_of(part: i128, whole: i128) -> Option<Self> {
        Self::ratio(part, whole, |numerator, whole| numerator.div_euclid(whole))
    }

    /// What `part` is of `whole`, rounded up, and none of nothing.
    #[must_use]
    pub fn ceiling_of(part: i128, whole: i128) -> Option<Self> {
        Self::ratio(part, whole, |numerator, whole| -(-numerator).div_euclid(whole))
    }

    fn ratio(part: i128, whole: i128, divide: fn(i128, i128) -> i128) -> Option<Self> {
        if whole <= 0 {
            return None;
        }
        let numerator = part.checked_mul(WHOLE.into())?;
        i64::try_from(divide(numerator, whole)).ok().map(Self)
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

    /// The least whole number of units of money that is this share of `whole`.
    #[must_use]
    pub fn least_of(self, whole: i128) -> i128 {
        -(-(i128::from(self.0) * whole)).div_euclid(i128::from(WHOLE))
    }

    /// The greatest whole number of units of money that is within this share of `whole`.
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

impl std::fmt::Display for Percentage {
    /// A decimal without needless zeros: `12.5`, `70`, `-3.25`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / 10_000, self.0.unsigned_abs() % 10_000);
        let decimals = format!("{part:04}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            decimals => write!(f, "{sign}{whole}.{decimals}"),
        }
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
        assert_eq!(
            Percentage::floor_of(69_999_999, 100_000_000).unwrap().to_string(),
            "69.9999"
        );
        assert_eq!(
            Percentage::ceiling_of(50_000_001, 100_000_000).unwrap().to_string(),
            "50.0001"
        );
        assert_eq!(Percentage::floor_of(1, 0), None);
    }

    #[test]
    fn what_is_written_is_checked() {
        assert_eq!(percentage("33.3333").units(), 333_333);
        assert_eq!(percentage("0.5").to_string(), "0.5");
        for wrong in ["", "10%", "10,5", ".5", "1.", "1.00001", "01", "1e1", "NaN"] {
            assert_eq!(
                Percentage::parse("", wrong).unwrap_err().code,
                Code::FormatInvalid,
                "{wrong}"
            );
        }
        assert_eq!(Percentage::parse("", "100.0001").unwrap_err().code, Code::OutOfRange);
        assert_eq!(Percentage::parse("", "-1").unwrap_err().code, Code::OutOfRange);
        assert_eq!(Percentage::parse_change("", "-3.25").unwrap().to_string(), "-3.25");
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
        fn least_and_most_are_the_bounds(units in 1_i64..=WHOLE, whole in 1_i64..1_000_000_000_000) {
            let (share, whole) = (Percentage::of_units(units), i128::from(whole));
            prop_assert!(share.is_reached(share.least_of(whole), whole));
            prop_assert!(!share.is_reached(share.least_of(whole) - 1, whole));
            prop_assert!(share.is_kept(share.most_of(whole), whole));
            prop_assert!(!share.is_kept(share.most_of(whole) + 1, whole));
        }
    }
}
