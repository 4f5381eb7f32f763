//! The course of sums over time: a scale with round marks, and lines of steps, since what is booked stays booked.

use chrono::{Datelike, NaiveDate};

/// Units of the drawing on both axes; it is stretched to its box.
pub const SIDE: i64 = 1000;

/// Marks above zero.
const MARKS: i64 = 4;

/// A scale from zero to a round number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Between two marks, in minor units.
    pub step: i64,
}

impl Scale {
    /// The smallest scale of four steps that holds an amount, each a 1, 2, 2.5 or 5 with noughts, of whole units of a
    /// currency with so many minor digits.
    #[must_use]
    pub fn over(largest: i64, digits: u32) -> Self {
        let unit = 10_i64.saturating_pow(digits);
        let mut power = unit;
        loop {
            for (factor, part) in [(1, 1), (2, 1), (5, 2), (5, 1)] {
                let step = power.saturating_mul(factor) / part;
                let whole = step % unit == 0;
                if whole && step.saturating_mul(MARKS) >= largest {
                    return Self { step };
                }
            }
            if power > i64::MAX / 100 {
                return Self { step: i64::MAX / MARKS };
            }
            power = power.saturating_mul(10);
        }
    }

    /// The top of the scale.
    #[must_use]
    pub fn top(self) -> i64 {
        self.step.saturating_mul(MARKS)
    }

    /// The marks, from the top down to zero.
    #[must_use]
    pub fn marks(self) -> Vec<i64> {
        (0..=MARKS).rev().map(|mark| self.step.saturating_mul(mark)).collect()
    }

    /// How high an amount stands, from the top.
    #[must_use]
    pub fn y(self, amount: i64) -> i64 {
        let height = i128::from(amount.clamp(0, self.top())) * i128::from(SIDE) / i128::from(self.top().max(1));
        SIDE - i64::try_from(height).unwrap_or(SIDE)
    }
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day, after the first.
    pub to: NaiveDate,
}

impl Time {
    /// From the first day of the month of one day to another.
    #[must_use]
    pub fn between(first: NaiveDate, last: NaiveDate) -> Self {
        let from = first.with_day(1).unwrap_or(first);
        let to = last.max(from.checked_add_days(chrono::Days::new(27)).unwrap_or(from));
        Self { from, to }
    }

    /// Where a day is.
    #[must_use]
    pub fn x(self, day: NaiveDate) -> i64 {
        let whole = (self.to - self.from).num_days().max(1);
        (day - self.from).num_days().clamp(0, whole) * SIDE / whole
    }

    /// Days for three labels: the first, the middle, the last.
    #[must_use]
    pub fn labels(self) -> [NaiveDate; 3] {
        let half = (self.to - self.from) / 2;
        [self.from, self.from + half, self.to]
    }
}

/// A line of steps as a path of SVG: an amount holds until the next.
#[must_use]
pub fn steps(points: &[(NaiveDate, i64)], time: Time, scale: Scale) -> String {
    let mut path = format!("M0 {SIDE}");
    for (day, amount) in points {
        path.push_str(&format!("H{}V{}", time.x(*day), scale.y(*amount)));
    }
    path.push_str(&format!("H{SIDE}"));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn marks_are_round_and_hold_the_largest() {
        for (largest, digits, top) in [
            (0, 2, 400),
            (39_900, 2, 40_000),
            (40_001, 2, 80_000),
            (95_000_000, 2, 100_000_000),
            (7, 0, 8),
            (9, 0, 20),
        ] {
            let scale = Scale::over(largest, digits);
            assert_eq!(scale.top(), top, "{largest}");
            assert_eq!(scale.marks().len(), 5);
        }
        assert!(Scale::over(i64::MAX, 2).top() > 0);
    }

    #[test]
    fn amounts_stand_between_the_floor_and_the_top() {
        let scale = Scale::over(40_000, 2);
        assert_eq!((scale.y(0), scale.y(20_000), scale.y(40_000)), (1000, 500, 0));
        assert_eq!((scale.y(-5), scale.y(i64::MAX)), (1000, 0));
    }

    #[test]
    fn a_line_of_steps_holds_each_amount_until_the_next() {
        let time = Time::between(day("2026-01-15"), day("2026-01-31"));
        assert_eq!(
            (
                time.x(day("2026-01-01")),
                time.x(day("2026-01-31")),
                time.x(day("2025-01-01"))
            ),
            (0, 1000, 0)
        );
        let path = steps(
            &[(day("2026-01-16"), 20_000), (day("2026-01-31"), 40_000)],
            time,
            Scale::over(40_000, 2),
        );
        assert_eq!(path, "M0 1000H500V500H1000V0H1000");
        assert_eq!(time.labels()[1], day("2026-01-16"));
    }

    #[test]
    fn a_single_day_has_a_width() {
        let time = Time::between(day("2026-01-01"), day("2026-01-01"));
        assert!(time.to > time.from);
    }
}
