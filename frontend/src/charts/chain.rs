//! The bar of the chain of money: how far each link fills what is planned.

/// A part of a whole in tenths of a percent, between 0 and 1000. A whole of nothing is filled by nothing.
#[must_use]
pub fn tenths(part: i64, whole: i64) -> i64 {
    if part <= 0 || whole <= 0 {
        return 0;
    }
    let share = i128::from(part) * 1000 / i128::from(whole);
    i64::try_from(share.min(1000)).unwrap_or(1000)
}

/// A part of a whole in whole percent, rounded, not cut off at 100: an overrun is shown.
#[must_use]
pub fn percent(part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let (part, whole) = (i128::from(part), i128::from(whole));
    let rounded = (part * 200 + whole) / (whole * 2);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

/// A width or a place of SVG: `81.8%`.
#[must_use]
pub fn svg(tenths: i64) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// The links of the chain, each at most the one before where the payment mode makes them nest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chain {
    /// Planned, in minor units as all the others.
    pub planned: i64,
    /// Committed.
    pub committed: i64,
    /// Disbursed, net of repayments.
    pub disbursed: i64,
    /// Spent.
    pub spent: i64,
    /// Justified.
    pub justified: i64,
    /// Contributed in kind.
    pub contributed: i64,
}

impl Chain {
    /// Whether every link lies within the one before, so that the bars can be drawn one in the other. Where a partner
    /// spends ahead of what it has received they do not, and disbursed becomes a mark on the bar.
    #[must_use]
    pub fn nests(&self) -> bool {
        self.justified <= self.spent && self.spent <= self.disbursed && self.disbursed <= self.committed
    }

    /// The sum with another chain of the same currency.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            planned: self.planned.saturating_add(other.planned),
            committed: self.committed.saturating_add(other.committed),
            disbursed: self.disbursed.saturating_add(other.disbursed),
            spent: self.spent.saturating_add(other.spent),
            justified: self.justified.saturating_add(other.justified),
            contributed: self.contributed.saturating_add(other.contributed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stay_within_the_bar() {
        assert_eq!(tenths(818, 1000), 818);
        assert_eq!(tenths(2, 1), 1000);
        assert_eq!(tenths(-5, 10), 0);
        assert_eq!(tenths(5, 0), 0);
        assert_eq!(tenths(100_000_000_000_000, 100_000_000_000_000), 1000);
        assert_eq!(svg(818), "81.8%");
    }

    #[test]
    fn percents_are_rounded_and_may_overrun() {
        assert_eq!(percent(696, 1000), 70);
        assert_eq!(percent(694, 1000), 69);
        assert_eq!(percent(120, 100), 120);
        assert_eq!(percent(1, 0), 0);
    }

    #[test]
    fn a_partner_who_spends_ahead_breaks_the_nest() {
        let nested = Chain {
            planned: 10,
            committed: 8,
            disbursed: 6,
            spent: 4,
            justified: 2,
            contributed: 0,
        };
        assert!(nested.nests());
        assert!(!Chain { spent: 7, ..nested }.nests());
        assert_eq!(nested.plus(nested).committed, 16);
    }
}
