//! The ledger's arithmetic: what a movement does to the sums of a share, and which sums are allowed.
//!
//! A movement booked on a day must hold the rules on that day and on every later one (rule 8). The caller hands over the
//! sums up to the day and what changed on each later day; everything else is decided here, in whole minor units.

use chrono::NaiveDate;

use super::{GrantKind, MovementKind, PaymentMode, Policy};
use crate::error::{Code, DomainError, Fault};
use crate::money::{Currency, Money};

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
        Sums {
            planned: self.planned + other.planned,
            granted: self.granted + other.granted,
            pledged: self.pledged + other.pledged,
            committed: self.committed + other.committed,
            disbursed: self.disbursed + other.disbursed,
            spent: self.spent + other.spent,
            justified: self.justified + other.justified,
            contributed: self.contributed + other.contributed,
        }
    }

    /// The opposite change: what a reversal does.
    #[must_use]
    pub fn negated(self) -> Sums {
        Sums {
            planned: -self.planned,
            granted: -self.granted,
            pledged: -self.pledged,
            committed: -self.committed,
            disbursed: -self.disbursed,
            spent: -self.spent,
            justified: -self.justified,
            contributed: -self.contributed,
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
    let none = Sums::default();
    match kind {
        MovementKind::Pledge => Sums {
            pledged: amount,
            ..none
        },
        MovementKind::Commitment => Sums {
            committed: amount,
            ..none
        },
        MovementKind::Decommitment => Sums {
            committed: -amount,
            ..none
        },
        MovementKind::Disbursement => Sums {
            disbursed: amount,
            ..none
        },
        MovementKind::Repayment => Sums {
            disbursed: -amount,
            ..none
        },
        MovementKind::Expenditure if mode == PaymentMode::Direct => Sums {
            spent: amount,
            disbursed: amount,
            ..none
        },
        MovementKind::Expenditure => Sums { spent: amount, ..none },
        MovementKind::Justification => Sums {
            justified: amount,
            ..none
        },
        MovementKind::InKind => Sums {
            contributed: amount,
            ..none
        },
        MovementKind::Transfer => none,
    }
}

/// Checks a change that is booked on `day` against that day and every later one.
///
/// `before` are the sums up to and including `day` without the change; `later` are the changes of the days after it, in
/// order. Returns the sums of the last day with the change.
///
/// # Errors
/// The first rule that would be broken, on the first day on which it would be, with what is available then.
pub fn post(
    terms: Terms,
    day: NaiveDate,
    before: Sums,
    later: &[(NaiveDate, Sums)],
    change: Sums,
) -> Result<Sums, DomainError> {
    let mut without = before;
    check(terms, day, without, change)?;
    for (day, sums) in later {
        without = without.plus(*sums);
        check(terms, *day, without, change)?;
    }
    Ok(without.plus(change))
}

/// Checks the sums of one day. Only rules that the change makes worse are asked, so that what was allowed before (a
/// plan that a later rule would refuse) never blocks a change that heals it.
fn check(terms: Terms, day: NaiveDate, without: Sums, change: Sums) -> Result<(), DomainError> {
    let after = without.plus(change);
    let money = |minor| Money::new(minor, terms.currency);
    let refuse = |code, detail: String, available: i64| {
        let fault = Fault::new(code, "/amount", detail);
        let fault = fault
            .with("available", money(available).to_string())
            .with("on", day.to_string());
        Err(DomainError::from(fault))
    };
    let falls = [
        change.pledged,
        change.committed,
        change.disbursed,
        change.spent,
        change.justified,
        change.contributed,
    ];
    let sums = [
        after.pledged,
        after.committed,
        after.disbursed,
        after.spent,
        after.justified,
        after.contributed,
    ];
    if let Some((_, sum)) = falls.iter().zip(sums).find(|(fall, sum)| **fall < 0 && *sum < 0) {
        let detail = format!("On {day} the sum would be {}.", money(sum));
        return refuse(Code::BalanceNegative, detail, 0);
    }
    let room = after.available(terms.kind, terms.policy);
    if terms.kind == GrantKind::Cash && room < 0 {
        let available = without.available(terms.kind, terms.policy);
        let state = format!(
            "planned {}, granted {}, committed {}",
            money(without.planned),
            money(without.granted),
            money(without.committed)
        );
        if change.committed > 0 {
            let detail = format!(
                "On {day}, {} is available on this share ({state}); {} was asked.",
                money(available),
                money(change.committed)
            );
            return refuse(Code::CommittedExceedsAvailable, detail, available);
        }
        if change.planned < 0 || change.granted < 0 {
            let detail = format!("On {day} this share would fall below what is committed on it ({state}).");
            return refuse(Code::PlanBelowCommitted, detail, available);
        }
    }
    if after.disbursed > after.committed && (change.disbursed > 0 || change.committed < 0) {
        let available = without.committed - without.disbursed;
        let detail = format!(
            "On {day}, {} would be disbursed of {} committed; {} can still be disbursed.",
            money(after.disbursed),
            money(after.committed),
            money(available)
        );
        return refuse(Code::DisbursedExceedsCommitted, detail, available);
    }
    if terms.policy.spent_within_disbursed
        && after.spent > after.disbursed
        && (change.spent > 0 || change.disbursed < 0)
    {
        let available = without.disbursed - without.spent;
        let detail = format!(
            "On {day}, {} would be spent of {} disbursed; {} can still be spent.",
            money(after.spent),
            money(after.disbursed),
            money(available)
        );
        return refuse(Code::SpentExceedsDisbursed, detail, available);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CASH: Policy = Policy {
        grant_decision: true,
        spent_within_disbursed: false,
    };

    fn terms(policy: Policy, mode: PaymentMode) -> Terms {
        Terms {
            kind: GrantKind::Cash,
            currency: Currency::parse("", "EUR").unwrap(),
            mode,
            policy,
        }
    }

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 1, n).unwrap()
    }

    fn plan(amount: i64) -> Sums {
        Sums {
            planned: amount,
            granted: amount,
            ..Sums::default()
        }
    }

    fn code(result: Result<Sums, DomainError>) -> Result<(), Code> {
        result.map(drop).map_err(|e| e.code)
    }

    #[test]
    fn a_commitment_beyond_what_is_available_names_it() {
        let terms = terms(CASH, PaymentMode::Advance);
        let before = Sums {
            committed: 90_000,
            ..plan(100_000)
        };
        let change = effect(MovementKind::Commitment, terms.mode, 20_000);
        let error = post(terms, day(1), before, &[], change).unwrap_err();
        assert_eq!(error.code, Code::CommittedExceedsAvailable);
        assert_eq!(error.faults.0[0].params["available"], "100.00 EUR");
        assert!(
            post(
                terms,
                day(1),
                before,
                &[],
                effect(MovementKind::Commitment, terms.mode, 10_000)
            )
            .is_ok()
        );
    }

    #[test]
    fn a_backdated_movement_holds_on_later_days_too() {
        let terms = terms(CASH, PaymentMode::Advance);
        let later = [(day(20), effect(MovementKind::Commitment, terms.mode, 80))];
        let change = effect(MovementKind::Commitment, terms.mode, 30);
        assert_eq!(
            code(post(terms, day(5), plan(100), &later, change)),
            Err(Code::CommittedExceedsAvailable)
        );
        assert_eq!(
            post(
                terms,
                day(5),
                plan(100),
                &later,
                effect(MovementKind::Commitment, terms.mode, 20)
            )
            .unwrap()
            .committed,
            100
        );
        // A disbursement before the commitment that carries it is refused although the end would be right.
        let change = effect(MovementKind::Disbursement, terms.mode, 10);
        assert_eq!(
            code(post(terms, day(5), plan(100), &later, change)),
            Err(Code::DisbursedExceedsCommitted)
        );
    }

    #[test]
    fn a_reversal_is_refused_while_something_rests_on_it() {
        let terms = terms(CASH, PaymentMode::Advance);
        let before = Sums {
            committed: 1000,
            disbursed: 600,
            ..plan(1000)
        };
        let change = effect(MovementKind::Commitment, terms.mode, 1000).negated();
        assert_eq!(
            code(post(terms, day(1), before, &[], change)),
            Err(Code::DisbursedExceedsCommitted)
        );
        // The correction of 1,000 typed for 900 is checked after both (rule 7).
        let both = change.plus(effect(MovementKind::Commitment, terms.mode, 900));
        assert_eq!(post(terms, day(1), before, &[], both).unwrap().committed, 900);
    }

    #[test]
    fn spending_ahead_of_payment_is_refused_only_where_the_policy_says_so() {
        let change = effect(MovementKind::Expenditure, PaymentMode::Advance, 50);
        assert!(post(terms(CASH, PaymentMode::Advance), day(1), plan(100), &[], change).is_ok());
        let strict = Policy {
            spent_within_disbursed: true,
            ..CASH
        };
        assert_eq!(
            code(post(
                terms(strict, PaymentMode::Advance),
                day(1),
                plan(100),
                &[],
                change
            )),
            Err(Code::SpentExceedsDisbursed)
        );
    }

    #[test]
    fn a_direct_payment_is_its_own_disbursement() {
        let direct = terms(CASH, PaymentMode::Direct);
        let before = Sums {
            committed: 100,
            ..plan(100)
        };
        let sums = post(
            direct,
            day(1),
            before,
            &[],
            effect(MovementKind::Expenditure, direct.mode, 60),
        )
        .unwrap();
        assert_eq!((sums.disbursed, sums.spent), (60, 60));
        let too_much = effect(MovementKind::Expenditure, direct.mode, 101);
        assert_eq!(
            code(post(direct, day(1), before, &[], too_much)),
            Err(Code::DisbursedExceedsCommitted)
        );
    }

    #[test]
    fn available_is_bounded_by_the_decision_where_the_template_wants_one() {
        let sums = Sums {
            planned: 100,
            granted: 60,
            committed: 10,
            ..Sums::default()
        };
        assert_eq!(sums.available(GrantKind::Cash, CASH), 50);
        assert_eq!(sums.available(GrantKind::Cash, Policy::default()), 90);
        let kind = Sums {
            planned: 100,
            contributed: 130,
            ..Sums::default()
        };
        assert_eq!(kind.available(GrantKind::InKind, CASH), -30);
    }

    #[test]
    fn a_plan_is_not_revised_below_what_is_committed() {
        let terms = terms(CASH, PaymentMode::Advance);
        let before = Sums {
            committed: 80,
            ..plan(100)
        };
        let change = Sums {
            planned: -30,
            ..Sums::default()
        };
        assert_eq!(
            code(post(terms, day(1), before, &[], change)),
            Err(Code::PlanBelowCommitted)
        );
        assert!(
            post(
                terms,
                day(1),
                before,
                &[],
                Sums {
                    planned: -20,
                    ..Sums::default()
                }
            )
            .is_ok()
        );
    }

    proptest! {
        /// Whatever is posted in whatever order and on whatever day: on every day the rules hold.
        #[test]
        fn no_sequence_breaks_a_rule_on_any_day(
            steps in prop::collection::vec((0_usize..3, 1_i64..60, 1_u32..28, any::<bool>()), 1..60),
            strict in any::<bool>(),
        ) {
            let policy = Policy { grant_decision: true, spent_within_disbursed: strict };
            let terms = terms(policy, PaymentMode::Advance);
            let kinds = [MovementKind::Commitment, MovementKind::Disbursement, MovementKind::Expenditure];
            let mut posted: Vec<(NaiveDate, Sums)> = Vec::new();
            for (kind, amount, on, reverse) in steps {
                let change = effect(kinds[kind], terms.mode, amount);
                let change = if reverse { change.negated() } else { change };
                let on = day(on);
                let before = posted.iter().filter(|(d, _)| *d <= on).fold(plan(100), |sum, (_, s)| sum.plus(*s));
                let mut later: Vec<_> = posted.iter().filter(|(d, _)| *d > on).copied().collect();
                later.sort_by_key(|(d, _)| *d);
                if post(terms, on, before, &later, change).is_ok() {
                    posted.push((on, change));
                }
                for n in 1..=28 {
                    let at = posted.iter().filter(|(d, _)| *d <= day(n)).fold(plan(100), |sum, (_, s)| sum.plus(*s));
                    prop_assert!(at.committed <= 100 && at.committed >= 0);
                    prop_assert!(at.disbursed <= at.committed && at.disbursed >= 0 && at.spent >= 0);
                    prop_assert!(!strict || at.spent <= at.disbursed);
                }
            }
        }
    }
}
