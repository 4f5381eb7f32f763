//! The last part of a grant: what is still due under its maximum rate of the accepted cost (rule 3).

use crate::budgets::ratio::Ratio;

/// What is due on a grant, in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// The decision with its amendments.
    pub granted: i64,
    /// The cost accepted for the whole plan, whoever pays for it.
    pub accepted: i64,
    /// Which part of the accepted cost the grant pays at most; the whole of it where nothing is said.
    pub rate: Option<Ratio>,
    /// What has been disbursed, net of repayments.
    pub disbursed: i64,
}

impl Settlement {
    /// What the grant comes to: no more than was granted, and no more than the rate of what was accepted, rounded down.
    #[must_use]
    pub fn payable(&self) -> i64 {
        let ceiling = self.rate.unwrap_or(Ratio::ONE).floor_of(self.accepted);
        self.granted.min(ceiling)
    }

    /// What is still due; below zero it is a claim for repayment.
    #[must_use]
    pub fn due(&self) -> i64 {
        self.payable() - self.disbursed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settlement(accepted: i64, disbursed: i64) -> Settlement {
        Settlement {
            granted: 7_500_000,
            accepted,
            rate: Ratio::new(3, 4),
            disbursed,
        }
    }

    /// 75 % up to 75,000: of 80,000 accepted, 60,000 are due.
    #[test]
    fn the_last_part_follows_the_accepted_cost() {
        assert_eq!(settlement(8_000_000, 0).due(), 6_000_000);
        assert_eq!(settlement(8_000_000, 4_500_000).due(), 1_500_000);
        assert_eq!(settlement(20_000_000, 0).due(), 7_500_000);
        assert_eq!(settlement(8_000_000, 6_500_000).due(), -500_000);
        // A fraction of a unit is never paid.
        assert_eq!(settlement(8_000_001, 0).due(), 6_000_000);
    }
}
