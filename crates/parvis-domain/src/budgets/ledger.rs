//! The ledger's arithmetic: what a movement does to the sums of a share, and which sums are allowed.
//!
//! A movement booked on a day must hold the rules on that day and on every later one (rule 8), for its share of a line
//! and for its grant as a whole. The caller hands over the sums up to the day, what changed on each later day, and what
//! waits for a second person; everything else is decided here, in whole minor units.

mod rules;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

pub use rules::{Change, Course, Rules, post, verify};

use super::{GrantKind, MovementKind, PaymentMode, Policy};
use crate::money::Currency;

/// Sums of one share up to some day, or the change of such sums: minor units of the grant's currency, net of reversals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// The plan with its revisions.
    pub planned: i64,
    /// The funder's decision with its amendments.
    pub granted: i64,
    /// Pledges.
    pub pledged: i64,
    /// Commitments less decommitments.
    pub committed: i64,
    /// Disbursements less repayments.
    pub disbursed: i64,
    /// Expenditures.
    pub spent: i64,
    /// Costs accepted as justified.
    pub justified: i64,
    /// Contributions in kind.
    pub contributed: i64,
}

impl Sums {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Sums) -> Sums {
        self.with(other, |a, b| a + b)
    }

    /// The opposite change: what a reversal does.
    #[must_use]
    pub fn negated(self) -> Sums {
        Sums::default().with(self, |a, b| a - b)
    }

    fn with(self, other: Sums, join: fn(i64, i64) -> i64) -> Sums {
        Sums {
            planned: join(self.planned, other.planned),
            granted: join(self.granted, other.granted),
            pledged: join(self.pledged, other.pledged),
            committed: join(self.committed, other.committed),
            disbursed: join(self.disbursed, other.disbursed),
            spent: join(self.spent, other.spent),
            justified: join(self.justified, other.justified),
            contributed: join(self.contributed, other.contributed),
        }
    }

    /// What can still be bound (rule 4), possibly negative: it is shown, never clipped.
    #[must_use]
    pub fn available(self, kind: GrantKind, policy: Policy) -> i64 {
        match kind {
            GrantKind::InKind => self.planned - self.contributed,
            GrantKind::Cash if policy.grant_decision => self.planned.min(self.granted) - self.committed,
            GrantKind::Cash => self.planned - self.committed,
        }
    }
}

/// What waits for a second person: it counts against every ceiling and supports none (rule 9), so that what would raise a
/// sum and what would lower it stand apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pending {
    /// What would be added; never negative.
    pub rising: Sums,
    /// What would be taken away; never positive.
    pub falling: Sums,
}

impl Pending {
    /// One change that waits.
    #[must_use]
    pub fn of(change: Sums) -> Self {
        Self {
            rising: change.with(Sums::default(), i64::max),
            falling: change.with(Sums::default(), i64::min),
        }
    }

    /// What waits in both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            rising: self.rising.plus(other.rising),
            falling: self.falling.plus(other.falling),
        }
    }
}

/// What decides which sums are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The grant's currency.
    pub currency: Currency,
    /// How the grant is paid.
    pub mode: PaymentMode,
    /// What the programme asks.
    pub policy: Policy,
}

/// What a movement of a kind changes. Transfers keep the funder whose money it is and change no sum of the share (rule 5).
#[must_use]
pub fn effect(kind: MovementKind, mode: PaymentMode, amount: i64) -> Sums {
    let mut sums = Sums::default();
    match kind {
        MovementKind::Pledge => sums.pledged = amount,
        MovementKind::Commitment => sums.committed = amount,
        MovementKind::Decommitment => sums.committed = -amount,
        MovementKind::Disbursement => sums.disbursed = amount,
        MovementKind::Repayment => sums.disbursed = -amount,
        MovementKind::Expenditure => {
            sums.spent = amount;
            if mode == PaymentMode::Direct {
                sums.disbursed = amount;
            }
        }
        MovementKind::Justification => sums.justified = amount,
        MovementKind::InKind => sums.contributed = amount,
        MovementKind::Transfer => {}
    }
    sums
}

/// Changes by the day of their booking.
pub type ByDay<'a> = &'a [(NaiveDate, Sums)];
