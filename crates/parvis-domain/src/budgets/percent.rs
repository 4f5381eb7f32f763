//! Percentages, kept exactly: 69.6 % is not 70 %.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Code, Fault};

/// Decimal digits that are kept.
const DIGITS: usize = 6;
/// Units in one percent.
const ONE: i64 = 1_000_000;

/// A percentage from 0 to 100 in whole millionths of a percent: what a person writes is what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent(i64);

impl Percent {
    /// 100 %.
    pub const WHOLE: Percent = Percent(100 * ONE);

    /// Reads a decimal string from `0` to `100` with up to six digits after the point.
    ///
    /// # Errors
    /// `format_invalid`, or `out_of_range` above 100.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Fault> {
        let invalid = || {
            let detail = format!(
                "{text} is no percentage; write a decimal string with up to {DIGITS} digits, such as \"69.6\"."
            );
            Fault::new(Code::FormatInvalid, pointer, detail)
        };
        let (whole, digits) = text.split_once('.').unwrap_or((text, "0"));
        let number = |part: &str| part.len() <= DIGITS && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let padded = format!("{digits:0<DIGITS$}");
        let parts =
            (number(whole) && number(digits)).then(|| whole.parse::<i64>().ok().zip(padded.parse::<i64>().ok()));
        let (whole, digits) = parts.flatten().ok_or_else(invalid)?;
        let percent = Self(whole * ONE + digits);
        if percent > Self::WHOLE {
            let detail = format!("{text} is more than 100.");
            return Err(Fault::new(Code::OutOfRange, pointer, detail).with("max", "100"));
        }
        Ok(percent)
    }

    /// The percentage of so many millionths of a percent, cut to 0 and 100 %.
    #[must_use]
    pub fn of_millionths(millionths: i64) -> Self {
        Self(millionths.clamp(0, Self::WHOLE.0))
    }

    /// In millionths of a percent, as it is stored.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// What is missing to reach another, nothing where it is reached.
    #[must_use]
    pub fn missing_to(self, other: Percent) -> Percent {
        Self((other.0 - self.0).max(0))
    }

    /// The part of an amount, cut to whole units.
    #[must_use]
    pub fn of(self, amount: i64) -> i64 {
        let part = i128::from(amount) * i128::from(self.0) / i128::from(Self::WHOLE.0);
        i64::try_from(part).unwrap_or(amount)
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = format!("{:06}", self.0 % ONE);
        match digits.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / ONE),
            digits => write!(f, "{}.{digits}", self.0 / ONE),
        }
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Percent::parse("", &text).map_err(|fault| serde::de::Error::custom(fault.detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn percent(text: &str) -> Percent {
        Percent::parse("", text).unwrap()
    }

    #[test]
    fn what_is_written_is_kept() {
        assert_eq!(percent("69.6").millionths(), 69_600_000);
        for text in ["0", "69.6", "69.999999", "70", "100", "0.000001"] {
            assert_eq!(percent(text).to_string(), text);
        }
        assert_eq!(percent("70.00"), percent("70"));
        assert!(percent("69.999999") < percent("70"));
        assert_eq!(percent("69.6").missing_to(percent("70")).to_string(), "0.4");
    }

    #[test]
    fn what_is_none_is_refused() {
        for wrong in [
            "",
            "-1",
            "+1",
            "7e1",
            "1.",
            ".5",
            "69,6",
            "1.0000001",
            " 1",
            "99999999999999999999",
        ] {
            assert_eq!(
                Percent::parse("/percent", wrong).unwrap_err().code,
                Code::FormatInvalid,
                "{wrong}"
            );
        }
        assert_eq!(
            Percent::parse("/percent", "100.000001").unwrap_err().code,
            Code::OutOfRange
        );
    }

    proptest! {
        #[test]
        fn every_percentage_reads_back(millionths in 0_i64..=100_000_000) {
            let percent = Percent::of_millionths(millionths);
            prop_assert_eq!(Percent::parse("", &percent.to_string()), Ok(percent));
        }

        #[test]
        fn parts_of_an_amount_never_exceed_it(a in 0_i64..=100_000_000, amount in 0_i64..=100_000_000_000_000) {
            let (first, rest) = (Percent::of_millionths(a), Percent::of_millionths(100_000_000 - a));
            let sum = first.of(amount) + rest.of(amount);
            prop_assert!(sum <= amount && sum >= amount - 1);
        }
    }
}
