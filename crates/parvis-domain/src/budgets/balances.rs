//! Balances: what a share has planned, bound, paid and left, and how shares add up.
//!
//! Amounts of two currencies, and cash and means in kind, never add (rule 2): a total is always one of a currency and a
//! kind, and the sum of its rows, also after conversion.

use super::ledger::{Pending, Sums, Terms};
use crate::choices::choices;

choices! {
    /// What balances are rolled up by.
    RollUp {
        /// By line.
        Line = "line",
        /// By category of cost.
        Category = "category",
        /// By axis.
        Axis = "axis",
        /// By year of the plan.
        Year = "year",
        /// By funder.
        Funder = "funder",
        /// By partner: what each received, passed on and spent. Here alone transfers count.
        Partner = "partner",
        /// By budget.
        Budget = "budget",
        /// All in one.
        Programme = "programme",
    }
}

/// What stands in a row of balances, or in a total of rows: minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// The sums of the ledger.
    pub sums: Sums,
    /// What can still be bound, or contributed; negative where more was.
    pub available: i64,
    /// Spent ahead of payment.
    pub prefinanced: i64,
    /// Spent beyond what the funder granted.
    pub borne_by_partner: i64,
    /// What waits for a second person, in no sum yet.
    pub pending: Pending,
}

impl Standing {
    /// Of one share.
    #[must_use]
    pub fn of(sums: Sums, terms: Terms, pending: Pending) -> Self {
        Self {
            sums,
            available: sums.available(terms.kind, terms.policy),
            prefinanced: (sums.spent - sums.disbursed).max(0),
            borne_by_partner: (sums.spent - sums.granted).max(0),
            pending,
        }
    }

    /// The sum of two rows.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            sums: self.sums.plus(other.sums),
            available: self.available + other.available,
            prefinanced: self.prefinanced + other.prefinanced,
            borne_by_partner: self.borne_by_partner + other.borne_by_partner,
            pending: self.pending.plus(other.pending),
        }
    }

    /// Every amount in another currency, each rounded by itself. None where one does not fit.
    pub fn converted(self, convert: impl Fn(i64) -> Option<i64>) -> Option<Self> {
        let sums = |sums: Sums| {
            Some(Sums {
                planned: convert(sums.planned)?,
                granted: convert(sums.granted)?,
                pledged: convert(sums.pledged)?,
                committed: convert(sums.committed)?,
                disbursed: convert(sums.disbursed)?,
                spent: convert(sums.spent)?,
                justified: convert(sums.justified)?,
                contributed: convert(sums.contributed)?,
            })
        };
        Some(Self {
            sums: sums(self.sums)?,
            available: convert(self.available)?,
            prefinanced: convert(self.prefinanced)?,
            borne_by_partner: convert(self.borne_by_partner)?,
            pending: Pending {
                rising: sums(self.pending.rising)?,
                falling: sums(self.pending.falling)?,
            },
        })
    }
}

/// What one partner got, passed on, spent and contributed: minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartnerSums {
    /// What came from others: disbursements and transfers to it, and what was paid back to it.
    pub received: i64,
    /// What went to others: disbursements and transfers from it, and what it paid back.
    pub passed_on: i64,
    /// What it spent.
    pub spent: i64,
    /// What it contributed in kind.
    pub contributed: i64,
}

impl PartnerSums {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            received: self.received + other.received,
            passed_on: self.passed_on + other.passed_on,
            spent: self.spent + other.spent,
            contributed: self.contributed + other.contributed,
        }
    }

    /// The opposite change: what a reversal does.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            received: -self.received,
            passed_on: -self.passed_on,
            spent: -self.spent,
            contributed: -self.contributed,
        }
    }

    /// Every amount in another currency, each rounded by itself. None where one does not fit.
    pub fn converted(self, convert: impl Fn(i64) -> Option<i64>) -> Option<Self> {
        Some(Self {
            received: convert(self.received)?,
            passed_on: convert(self.passed_on)?,
            spent: convert(self.spent)?,
            contributed: convert(self.contributed)?,
        })
    }
}

/// What a movement of a kind does to its payer and to its payee.
#[must_use]
pub fn flow(kind: super::MovementKind, amount: i64) -> (PartnerSums, PartnerSums) {
    use super::MovementKind as K;
    let none = PartnerSums::default();
    match kind {
        K::Disbursement | K::Repayment | K::Transfer => (
            PartnerSums {
                passed_on: amount,
                ..none
            },
            PartnerSums {
                received: amount,
                ..none
            },
        ),
        K::Expenditure => (PartnerSums { spent: amount, ..none }, none),
        K::InKind => (
            PartnerSums {
                contributed: amount,
                ..none
            },
            none,
        ),
        K::Pledge | K::Commitment | K::Decommitment | K::Justification => (none, none),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::{GrantKind, MovementKind, PaymentMode, Policy};
    use crate::money::Currency;

    #[test]
    fn spending_ahead_and_beyond_shows_and_is_never_negative() {
        let terms = Terms {
            kind: GrantKind::Cash,
            currency: Currency::parse("", "EUR").unwrap(),
            mode: PaymentMode::Advance,
            policy: Policy::default(),
        };
        let sums = Sums {
            planned: 100,
            granted: 80,
            committed: 110,
            disbursed: 50,
            spent: 90,
            ..Sums::default()
        };
        let standing = Standing::of(sums, terms, Pending::default());
        assert_eq!(
            (standing.available, standing.prefinanced, standing.borne_by_partner),
            (-10, 40, 10)
        );
        let early = Standing::of(Sums { spent: 10, ..sums }, terms, Pending::default());
        assert_eq!((early.prefinanced, early.borne_by_partner), (0, 0));
        let both = standing.plus(early);
        assert_eq!((both.available, both.prefinanced), (-20, 40));
        assert_eq!(standing.converted(|minor| Some(minor * 2)).unwrap().sums.spent, 180);
        assert_eq!(standing.converted(|minor| (minor >= 0).then_some(minor)), None);
    }

    #[test]
    fn a_transfer_nets_out_between_partners() {
        let (funder, first) = flow(MovementKind::Disbursement, 100);
        let (passed, last) = flow(MovementKind::Transfer, 100);
        let middle = first.plus(passed);
        assert_eq!((middle.received, middle.passed_on), (100, 100));
        let all = funder.plus(middle).plus(last);
        assert_eq!(all.received - all.passed_on, 0);
        assert_eq!(flow(MovementKind::Commitment, 5).0, PartnerSums::default());
        assert_eq!(passed.plus(passed.negated()), PartnerSums::default());
    }
}
