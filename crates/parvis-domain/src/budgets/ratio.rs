//! Exact ratios of whole numbers, never a float.
//!
//! A ratio is more than a [`Percentage`](crate::percentage::Percentage): an agreement that pays a third, or two cents on
//! every unit, is kept as it is written, and rules that run on it round once, at the end. It is for factors that amounts
//! are multiplied by: the maximum rate of a grant, the shift between lines, the rate of a flat-rate cost. A percentage is
//! a decimal number that is compared and shown.

use super::rates::half_even;
use crate::error::{Code, Fault};

/// The largest numerator and denominator: a product with an amount still fits 128 bits by far.
const PART_MAX: i128 = 1_000_000_000_000_000;

/// A ratio that is not negative, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i64,
    denominator: i64,
}

impl Default for Ratio {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    /// The whole.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// A ratio in lowest terms; none where the numerator is negative, the denominator not positive, or one too large.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        Self::reduced(i128::from(numerator), i128::from(denominator))
    }

    fn reduced(numerator: i128, denominator: i128) -> Option<Self> {
        if numerator < 0 || denominator <= 0 {
            return None;
        }
        let divisor = greatest_common_divisor(numerator, denominator);
        let (numerator, denominator) = (numerator / divisor, denominator / divisor);
        if numerator > PART_MAX || denominator > PART_MAX {
            return None;
        }
        Some(Self {
            numerator: i64::try_from(numerator).ok()?,
            denominator: i64::try_from(denominator).ok()?,
        })
    }

    /// Reads a decimal number or a fraction of whole numbers: `0.75`, `3/4`, `12`.
    ///
    /// # Errors
    /// `format_invalid`.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Fault> {
        let read = match text.split_once('/') {
            Some((over, under)) => whole(over)
                .zip(whole(under))
                .and_then(|(over, under)| Self::reduced(over, under)),
            None => decimal(text).and_then(|(digits, scale)| Self::reduced(digits, 10_i128.pow(scale))),
        };
        read.ok_or_else(|| {
            let detail = "A decimal number with a point and at most nine digits behind it, or a fraction such as 1/3.";
            Fault::new(Code::FormatInvalid, pointer, detail)
        })
    }

    /// Reads a percentage from 0 to 100: `25`, `12.5`, `100/3`.
    ///
    /// # Errors
    /// `format_invalid`, or `out_of_range`.
    pub fn parse_percent(pointer: &str, text: &str) -> Result<Self, Fault> {
        let percent = Self::parse(pointer, text)?;
        match Self::reduced(i128::from(percent.numerator), i128::from(percent.denominator) * 100) {
            Some(ratio) if ratio <= Self::ONE => Ok(ratio),
            Some(_) => Err(Fault::new(Code::OutOfRange, pointer, "A percentage from 0 to 100.").with("max", "100")),
            None => Err(Fault::new(
                Code::FormatInvalid,
                pointer,
                "The percentage has too many digits.",
            )),
        }
    }

    /// Above the line.
    #[must_use]
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// Below the line, at least one.
    #[must_use]
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// As a percentage, in the form that [`Ratio::parse_percent`] reads.
    #[must_use]
    pub fn percent(self) -> String {
        Self::reduced(i128::from(self.numerator) * 100, i128::from(self.denominator))
            .map_or_else(|| self.to_string(), |percent| percent.to_string())
    }

    /// The whole units of this part of an amount, rounded down: a ceiling is never exceeded by a fraction of a unit.
    #[must_use]
    pub fn floor_of(self, amount: i64) -> i64 {
        let product = i128::from(amount) * i128::from(self.numerator);
        saturated(product.div_euclid(i128::from(self.denominator)))
    }

    /// This part of an amount, rounded half to even.
    #[must_use]
    pub fn rounded_of(self, amount: i64) -> i64 {
        product(amount, self.numerator, self.denominator)
    }
}

/// An amount times a ratio whose denominator is greater than zero, rounded half to even.
pub(super) fn product(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let exact = i128::from(amount) * i128::from(numerator);
    saturated(half_even(exact, i128::from(denominator)))
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let left = i128::from(self.numerator) * i128::from(other.denominator);
        left.cmp(&(i128::from(other.numerator) * i128::from(self.denominator)))
    }
}

impl std::fmt::Display for Ratio {
    /// A decimal number where it ends, else the fraction.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ending = (0..=9_u32).find(|scale| 10_i64.pow(*scale) % self.denominator == 0);
        let Some(scale) = ending else {
            return write!(f, "{}/{}", self.numerator, self.denominator);
        };
        let digits = i128::from(self.numerator) * i128::from(10_i64.pow(scale) / self.denominator);
        f.write_str(&decimal_text(digits, scale))
    }
}

/// A number with so many digits behind the point: 125 with one digit is `12.5`.
pub(super) fn decimal_text(digits: i128, scale: u32) -> String {
    let scale = scale as usize;
    let text = format!("{digits:0>width$}", width = scale + 1);
    match text.split_at(text.len() - scale) {
        (units, "") => units.to_owned(),
        (units, rest) => format!("{units}.{rest}"),
    }
}

fn saturated(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A whole number of at most fifteen digits.
fn whole(text: &str) -> Option<i128> {
    let fits = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// The digits of a decimal number and how many of them stand behind the point, at most nine.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (units, behind) = text.split_once('.').unwrap_or((text, ""));
    if units.is_empty() || units.len() > 12 || behind.len() > 9 || text.ends_with('.') {
        return None;
    }
    let digits = [units, behind].concat();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, u32::try_from(behind.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse("", text).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (text, shown, percent) in [
            ("0.75", "0.75", "75"),
            ("3/4", "0.75", "75"),
            ("1/3", "1/3", "100/3"),
            ("0.125", "0.125", "12.5"),
            ("1", "1", "100"),
            ("0.000000001", "0.000000001", "0.0000001"),
        ] {
            assert_eq!(ratio(text).to_string(), shown);
            assert_eq!(ratio(text).percent(), percent);
            assert_eq!(Ratio::parse_percent("", percent).unwrap(), ratio(text));
        }
        for text in [
            "",
            ".5",
            "5.",
            "-1",
            "1/0",
            "1e3",
            "0,5",
            "1/3/4",
            "0.0000000001",
            "٣",
            "1 / 3",
        ] {
            assert!(Ratio::parse("", text).is_err(), "{text}");
        }
        assert_eq!(Ratio::parse_percent("", "100.1").unwrap_err().code, Code::OutOfRange);
    }

    #[test]
    fn ratios_compare_exactly() {
        assert!(Ratio::parse_percent("", "69.6").unwrap() < Ratio::parse_percent("", "70").unwrap());
        assert!(Ratio::new(1, 3).unwrap() > ratio("0.333333333"));
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        assert_eq!(ratio("0.07").rounded_of(1_050), 74); // 73.5
        assert_eq!(ratio("0.5").rounded_of(5), 2);
        assert_eq!(ratio("0.75").floor_of(8_000_001), 6_000_000);
    }

    proptest! {
        #[test]
        fn rounding_is_never_more_than_half_a_unit_away(amount in 0_i64..1_000_000, over in 0_i64..1000, under in 1_i64..1000) {
            let part = Ratio::new(over, under).unwrap();
            let (exact, rounded) = (i128::from(amount) * i128::from(over), i128::from(part.rounded_of(amount)));
            prop_assert!((exact - rounded * i128::from(under)).abs() * 2 <= i128::from(under));
            prop_assert!(part.floor_of(amount) <= part.rounded_of(amount));
        }
    }
}
