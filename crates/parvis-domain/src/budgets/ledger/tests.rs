mod properties;

use chrono::NaiveDate;

use super::*;
use crate::budgets::ratio::Ratio;
use crate::budgets::{GrantKind, MovementKind, PaymentMode, Policy};
use crate::error::{Code, DomainError};
use crate::money::Currency;

fn cash() -> Policy {
    Policy {
        grant_decision: true,
        ..Policy::default()
    }
}

fn terms(policy: Policy, mode: PaymentMode) -> Terms {
    Terms {
        kind: GrantKind::Cash,
        currency: Currency::parse("", "EUR").unwrap(),
        mode,
        policy,
    }
}

fn rules<'a>(terms: Terms) -> Rules<'a> {
    Rules {
        terms,
        shift: Ratio::ZERO,
        releases: &[],
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

fn course(before: Sums) -> Course<'static> {
    Course {
        before,
        later: &[],
        pending: &[],
    }
}

/// A grant with one share: both have the same course.
fn post_alone(rules: Rules<'_>, on: NaiveDate, course: Course<'_>, sums: Sums) -> Result<Sums, DomainError> {
    post(rules, on, course, course, Change::counts(sums)).map(|(share, _)| share)
}

fn code<T>(result: Result<T, DomainError>) -> Result<(), Code> {
    result.map(drop).map_err(|e| e.code)
}

#[test]
fn a_commitment_beyond_what_is_available_names_it() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let before = Sums {
        committed: 90_000,
        ..plan(100_000)
    };
    let change = effect(MovementKind::Commitment, PaymentMode::Advance, 20_000);
    let error = post_alone(rules, day(1), course(before), change).unwrap_err();
    assert_eq!(error.code, Code::CommittedExceedsAvailable);
    assert_eq!(error.faults.0[0].params["available"], "100.00 EUR");
    let change = effect(MovementKind::Commitment, PaymentMode::Advance, 10_000);
    assert!(post_alone(rules, day(1), course(before), change).is_ok());
}

#[test]
fn a_backdated_movement_holds_on_later_days_too() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let later = [(day(20), effect(MovementKind::Commitment, PaymentMode::Advance, 80))];
    let course = Course {
        later: &later,
        ..course(plan(100))
    };
    let commit = |amount| effect(MovementKind::Commitment, PaymentMode::Advance, amount);
    let error = post_alone(rules, day(5), course, commit(30)).unwrap_err();
    assert_eq!(error.code, Code::CommittedExceedsAvailable);
    // What it names as available is what passes.
    assert_eq!(error.faults.0[0].params["available"], "0.20 EUR");
    assert_eq!(post_alone(rules, day(5), course, commit(20)).unwrap().committed, 100);
    // A disbursement before the commitment that carries it is refused although the end would be right.
    let change = effect(MovementKind::Disbursement, PaymentMode::Advance, 10);
    assert_eq!(
        code(post_alone(rules, day(5), course, change)),
        Err(Code::DisbursedExceedsCommitted)
    );
}

#[test]
fn a_reversal_is_refused_while_something_rests_on_it() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let before = course(Sums {
        committed: 1000,
        disbursed: 600,
        ..plan(1000)
    });
    let change = effect(MovementKind::Commitment, PaymentMode::Advance, 1000).negated();
    assert_eq!(
        code(post_alone(rules, day(1), before, change)),
        Err(Code::DisbursedExceedsCommitted)
    );
    // The correction of 1,000 typed for 900 is checked after both (rule 7).
    let both = change.plus(effect(MovementKind::Commitment, PaymentMode::Advance, 900));
    assert_eq!(post_alone(rules, day(1), before, both).unwrap().committed, 900);
}

#[test]
fn a_decommitment_leaves_what_is_disbursed_or_justified() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let before = course(Sums {
        committed: 100,
        disbursed: 60,
        spent: 90,
        justified: 80,
        ..plan(100)
    });
    let release = |amount| effect(MovementKind::Decommitment, PaymentMode::Advance, amount);
    assert_eq!(post_alone(rules, day(1), before, release(20)).unwrap().committed, 80);
    let error = post_alone(rules, day(1), before, release(21)).unwrap_err();
    assert_eq!(
        (error.code, error.faults.0[0].params["available"].as_str()),
        (Code::JustifiedExceedsCommitted, "0.20 EUR")
    );
}

#[test]
fn a_repayment_takes_back_no_more_than_was_paid() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let before = course(Sums {
        committed: 100,
        disbursed: 60,
        ..plan(100)
    });
    let repay = |amount| effect(MovementKind::Repayment, PaymentMode::Advance, amount);
    assert_eq!(post_alone(rules, day(1), before, repay(60)).unwrap().disbursed, 0);
    assert_eq!(
        code(post_alone(rules, day(1), before, repay(61))),
        Err(Code::BalanceNegative)
    );
}

#[test]
fn nothing_is_justified_beyond_what_is_spent_or_committed() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let justify = |amount| effect(MovementKind::Justification, PaymentMode::Advance, amount);
    let before = course(Sums {
        committed: 100,
        spent: 50,
        ..plan(100)
    });
    assert!(post_alone(rules, day(1), before, justify(50)).is_ok());
    assert_eq!(
        code(post_alone(rules, day(1), before, justify(51))),
        Err(Code::JustifiedExceedsSpent)
    );
    let beyond = course(Sums {
        committed: 100,
        spent: 150,
        ..plan(100)
    });
    assert_eq!(
        code(post_alone(rules, day(1), beyond, justify(101))),
        Err(Code::JustifiedExceedsCommitted)
    );
}

#[test]
fn spending_ahead_of_payment_is_refused_only_where_the_policy_says_so() {
    let change = effect(MovementKind::Expenditure, PaymentMode::Advance, 50);
    let free = rules(terms(cash(), PaymentMode::Advance));
    assert!(post_alone(free, day(1), course(plan(100)), change).is_ok());
    let strict = Policy {
        spent_within_disbursed: true,
        ..cash()
    };
    assert_eq!(
        code(post_alone(
            rules(terms(strict, PaymentMode::Advance)),
            day(1),
            course(plan(100)),
            change
        )),
        Err(Code::SpentExceedsDisbursed)
    );
}

#[test]
fn a_direct_payment_is_its_own_disbursement() {
    let direct = rules(terms(cash(), PaymentMode::Direct));
    let before = course(Sums {
        committed: 100,
        ..plan(100)
    });
    let spend = |amount| effect(MovementKind::Expenditure, PaymentMode::Direct, amount);
    let sums = post_alone(direct, day(1), before, spend(60)).unwrap();
    assert_eq!((sums.disbursed, sums.spent), (60, 60));
    assert_eq!(
        code(post_alone(direct, day(1), before, spend(101))),
        Err(Code::DisbursedExceedsCommitted)
    );
}

#[test]
fn instalments_are_paid_as_far_as_they_are_released_on_every_day() {
    let releases = [(day(10), 40), (day(20), 30)];
    let rules = Rules {
        releases: &releases,
        ..rules(terms(cash(), PaymentMode::Instalments))
    };
    let before = course(Sums {
        committed: 100,
        ..plan(100)
    });
    let pay = |amount| effect(MovementKind::Disbursement, PaymentMode::Instalments, amount);
    assert_eq!(
        code(post_alone(rules, day(9), before, pay(1))),
        Err(Code::DisbursedExceedsReleased)
    );
    assert!(post_alone(rules, day(10), before, pay(40)).is_ok());
    let error = post_alone(rules, day(19), before, pay(41)).unwrap_err();
    assert_eq!(
        (error.code, error.faults.0[0].params["available"].as_str()),
        (Code::DisbursedExceedsReleased, "0.40 EUR")
    );
    assert!(post_alone(rules, day(20), before, pay(70)).is_ok());
}

#[test]
fn reimbursement_follows_justification() {
    let rules = rules(terms(cash(), PaymentMode::Reimbursement));
    let before = course(Sums {
        committed: 100,
        spent: 80,
        justified: 50,
        ..plan(100)
    });
    let pay = |amount| effect(MovementKind::Disbursement, PaymentMode::Reimbursement, amount);
    assert!(post_alone(rules, day(1), before, pay(50)).is_ok());
    assert_eq!(
        code(post_alone(rules, day(1), before, pay(51))),
        Err(Code::DisbursedExceedsJustified)
    );
}

/// 60 for staff and 40 for travel, of which a quarter may shift (rule 3).
#[test]
fn headings_may_shift_within_the_grant() {
    let rules = Rules {
        shift: Ratio::new(1, 4).unwrap(),
        ..rules(terms(cash(), PaymentMode::Advance))
    };
    let commit = |amount| effect(MovementKind::Commitment, PaymentMode::Advance, amount);
    let try_both = |staff: i64, travel: i64| {
        let (first, whole) = post(
            rules,
            day(1),
            course(plan(60)),
            course(plan(100)),
            Change::counts(commit(staff)),
        )?;
        assert_eq!(first.committed, staff);
        post(
            rules,
            day(1),
            course(plan(40)),
            course(whole),
            Change::counts(commit(travel)),
        )
    };
    assert!(try_both(65, 35).is_ok());
    assert!(try_both(75, 25).is_ok());
    for (staff, travel) in [(66, 40), (76, 24)] {
        assert_eq!(
            code(try_both(staff, travel)),
            Err(Code::CommittedExceedsAvailable),
            "{staff} + {travel}"
        );
    }
    // Headings shift in what is paid too, while the commitments stay as they were.
    let staff = course(Sums {
        committed: 60,
        ..plan(60)
    });
    let whole = course(Sums {
        committed: 100,
        ..plan(100)
    });
    let pay = Change::counts(effect(MovementKind::Disbursement, PaymentMode::Advance, 65));
    assert!(post(rules, day(1), staff, whole, pay).is_ok());
    // The shift follows the plan of each day, and cannot be narrowed below what uses it.
    let used = course(Sums {
        committed: 65,
        ..plan(60)
    });
    assert!(verify(rules, day(1), used).is_ok());
    let narrow = Rules {
        shift: Ratio::new(1, 20).unwrap(),
        ..rules
    };
    assert_eq!(code(verify(narrow, day(1), used)), Err(Code::PlanBelowCommitted));
}

#[test]
fn what_waits_counts_against_every_ceiling_and_supports_none() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let commit = |amount| effect(MovementKind::Commitment, PaymentMode::Advance, amount);
    let pay = |amount| effect(MovementKind::Disbursement, PaymentMode::Advance, amount);
    // A pending commitment reserves, and nothing is paid on it.
    let pending = [(day(1), commit(60))];
    let waiting = Course {
        pending: &pending,
        ..course(plan(100))
    };
    let try_post = |change: Change| post(rules, day(2), waiting, waiting, change);
    assert!(try_post(Change::counts(commit(40))).is_ok());
    assert_eq!(
        code(try_post(Change::counts(commit(41)))),
        Err(Code::CommittedExceedsAvailable)
    );
    assert_eq!(
        code(try_post(Change {
            sums: commit(41),
            waits: true
        })),
        Err(Code::CommittedExceedsAvailable)
    );
    assert_eq!(
        code(try_post(Change::counts(pay(1)))),
        Err(Code::DisbursedExceedsCommitted)
    );
    // A pending reversal frees nothing, and nothing is paid on what it would take away.
    let pending = [(day(1), commit(60).negated())];
    let before = Sums {
        committed: 60,
        ..plan(100)
    };
    let waiting = Course {
        pending: &pending,
        ..course(before)
    };
    assert_eq!(
        code(post(rules, day(2), waiting, waiting, Change::counts(commit(41)))),
        Err(Code::CommittedExceedsAvailable)
    );
    assert_eq!(
        code(post(rules, day(2), waiting, waiting, Change::counts(pay(1)))),
        Err(Code::DisbursedExceedsCommitted)
    );
    // It waits: what counts stays as it was.
    let (sums, _) = post(
        rules,
        day(2),
        course(before),
        course(before),
        Change {
            sums: commit(1),
            waits: true,
        },
    )
    .unwrap();
    assert_eq!(sums, before);
}

#[test]
fn available_is_bounded_by_the_decision_where_the_template_wants_one() {
    let sums = Sums {
        planned: 100,
        granted: 60,
        committed: 10,
        ..Sums::default()
    };
    assert_eq!(sums.available(GrantKind::Cash, cash()), 50);
    assert_eq!(sums.available(GrantKind::Cash, Policy::default()), 90);
    let kind = Sums {
        planned: 100,
        contributed: 130,
        ..Sums::default()
    };
    assert_eq!(kind.available(GrantKind::InKind, cash()), -30);
}

#[test]
fn a_plan_is_not_revised_below_what_is_committed() {
    let rules = rules(terms(cash(), PaymentMode::Advance));
    let before = course(Sums {
        committed: 80,
        ..plan(100)
    });
    let lower = |by: i64| Sums {
        planned: -by,
        ..Sums::default()
    };
    assert_eq!(
        code(post_alone(rules, day(1), before, lower(30))),
        Err(Code::PlanBelowCommitted)
    );
    assert!(post_alone(rules, day(1), before, lower(20)).is_ok());
}
