//! Counting: what the lines of the several test runners say.

use std::{fmt, ops::AddAssign};

/// How many checks went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Held.
    pub passed: usize,
    /// Did not hold.
    pub failed: usize,
    /// Could not be tried.
    pub skipped: usize,
}

impl Tally {
    /// Checks that held.
    pub fn passed(count: usize) -> Self {
        Self {
            passed: count,
            ..Self::default()
        }
    }

    /// Checks that did not hold.
    pub fn failed(count: usize) -> Self {
        Self {
            failed: count,
            ..Self::default()
        }
    }

    /// Checks that were not tried.
    pub fn skipped(count: usize) -> Self {
        Self {
            skipped: count,
            ..Self::default()
        }
    }

    /// Reads the line that Rust's test harness ends with, `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub fn of_harness(line: &str) -> Option<Self> {
        let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
        let count = |name: &str| {
            counts
                .split("; ")
                .find_map(|part| part.trim().strip_suffix(name)?.trim().parse().ok())
        };
        Some(Self {
            passed: count("passed")?,
            failed: count("failed")?,
            skipped: count("ignored")?,
        })
    }

    /// Reads the line that the other runners end with, `3 passed, 0 failed, 1 skipped`, and nothing else.
    pub fn of_runner(line: &str) -> Option<Self> {
        let mut parts = line.trim().split(", ");
        let mut count = |name: &str| parts.next()?.strip_suffix(name)?.trim().parse().ok();
        let tally = Self {
            passed: count("passed")?,
            failed: count("failed")?,
            skipped: count("skipped")?,
        };
        parts.next().is_none().then_some(tally)
    }

    /// Moves tests that passed without trying anything, and said so, to the skipped ones.
    pub fn of_which_skipped(self, count: usize) -> Self {
        let moved = count.min(self.passed);
        Self {
            passed: self.passed - moved,
            skipped: self.skipped + moved,
            ..self
        }
    }

    /// A runner that ended badly has at least one failure, even if it did not live to count it.
    pub fn unless_it_crashed(self, success: bool) -> Self {
        Self {
            failed: if success { self.failed } else { self.failed.max(1) },
            ..self
        }
    }
}

/// Whether a test says with this line that it could not try anything.
pub fn says_skipped(line: &str) -> bool {
    line.starts_with("skipped: ")
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALLY: Tally = Tally {
        passed: 12,
        failed: 3,
        skipped: 4,
    };

    #[test]
    fn reads_the_harness() {
        let line = "test result: FAILED. 12 passed; 3 failed; 4 ignored; 0 measured; 7 filtered out; finished in 0.02s";
        assert_eq!(Tally::of_harness(line), Some(TALLY));
        assert_eq!(Tally::of_harness("test accounts::login ... ok"), None);
        assert_eq!(Tally::of_harness("test result: ok."), None);
    }

    #[test]
    fn reads_the_other_runners_and_writes_the_same() {
        assert_eq!(Tally::of_runner("12 passed, 3 failed, 4 skipped"), Some(TALLY));
        assert_eq!(Tally::of_runner(&TALLY.to_string()), Some(TALLY));
        for other in [
            "12 passed, 3 failed",
            "a passed, 1 failed, 1 skipped",
            "1 passed, 1 failed, 1 skipped, 1 more",
            "",
        ] {
            assert_eq!(Tally::of_runner(other), None, "{other}");
        }
    }

    #[test]
    fn skipped_tests_are_not_passed_tests() {
        assert_eq!(
            TALLY.of_which_skipped(2),
            Tally {
                passed: 10,
                failed: 3,
                skipped: 6
            }
        );
        assert_eq!(Tally::passed(1).of_which_skipped(5), Tally::skipped(1));
        assert!(says_skipped("skipped: no shared folder") && !says_skipped("test a ... ok"));
    }

    #[test]
    fn crash_counts() {
        assert_eq!(Tally::passed(3).unless_it_crashed(false).failed, 1);
        assert_eq!(TALLY.unless_it_crashed(false), TALLY);
        assert_eq!(TALLY.unless_it_crashed(true), TALLY);
    }
}
