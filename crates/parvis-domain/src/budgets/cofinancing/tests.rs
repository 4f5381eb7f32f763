use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::budgets::GrantKind;
use crate::budgets::plan::tests::{eur, grant, line, plan};
use crate::budgets::plan::{Funder, Plan};
use crate::budgets::rates::Rate;
use crate::ids::PartnerId;
use crate::money::Currency;

fn rule(kind: CofinancingKind) -> CofinancingRule {
    CofinancingRule {
        code: "rule".to_owned(),
        title: LocalisedText::of("en", "A rule"),
        kind,
        advisory: false,
        funder_kinds: Vec::new(),
        category: None,
        percent: None,
        at_least: None,
        at_most: None,
    }
}

fn stated(amount: &str, currency: &str) -> Option<StatedAmount> {
    Some(StatedAmount {
        amount: amount.to_owned(),
        currency: currency.to_owned(),
    })
}

fn checked(rule: CofinancingRule) -> Vec<CheckedRule> {
    check_rules("/cofinancing", &[rule], &["works", "staff"]).unwrap()
}

fn funders(plan: Plan, kinds: &[PartnerKind]) -> Plan {
    let funder = |(n, kind): (u128, &PartnerKind)| Funder {
        id: PartnerId(Uuid::from_u128(n)),
        name: format!("Funder {n}"),
        kind: *kind,
    };
    Plan {
        funders: (1..).zip(kinds).map(funder).collect(),
        ..plan
    }
}

/// A cost of 1,000.00 that a municipality, which gives in cash and in kind, and the State share.
fn shared(cash: i64, in_kind: i64, state: i64) -> Plan {
    let plan = plan(
        vec![line(1, "works", None)],
        vec![
            grant(1, 1, GrantKind::Cash, "EUR"),
            grant(2, 1, GrantKind::InKind, "EUR"),
            grant(3, 2, GrantKind::Cash, "EUR"),
        ],
        &[(1, 1, cash), (1, 2, in_kind), (1, 3, state)],
    );
    funders(plan, &[PartnerKind::Municipality, PartnerKind::State])
}

fn one(plan: &Plan, rules: &[CheckedRule]) -> Evaluation {
    let mut found = evaluate(plan, rules, &Rates::default(), None);
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn english(evaluation: &Evaluation) -> String {
    sentence(evaluation, Language::English, &str::to_owned).replace('\u{202f}', " ")
}

#[test]
fn a_share_is_compared_exactly() {
    let local = checked(CofinancingRule {
        funder_kinds: vec![PartnerKind::Municipality],
        percent: Some("10".to_owned()),
        ..rule(CofinancingKind::FunderShare)
    });
    // 10 % of 333.33 is more than 33.33.
    let short = one(&shared(3_333, 0, 30_000), &local);
    assert_eq!(
        (short.outcome, short.difference),
        (Outcome::NotMet, Some(Money::new(1, eur())))
    );
    assert_eq!(short.percent.unwrap().to_string(), "9.999");
    assert_eq!(
        english(&short),
        "Municipalities: EUR 33.33 of a cost of EUR 333.33, that is 9.999%. At least 10% is required; EUR 0.01 is missing."
    );
    assert_eq!(one(&shared(3_334, 0, 29_999), &local).outcome, Outcome::Met);
    // In kind counts for the share.
    assert_eq!(one(&shared(0, 10_000, 90_000), &local).outcome, Outcome::Met);
}

#[test]
fn a_partner_gives_at_most_half_in_kind() {
    let half = checked(CofinancingRule {
        percent: Some("50".to_owned()),
        ..rule(CofinancingKind::InKindShare)
    });
    let broken = one(&shared(40, 60, 900), &half);
    assert_eq!(broken.outcome, Outcome::NotMet);
    assert_eq!(
        english(&broken),
        "Funder 1 brings EUR 0.60 in kind of EUR 1.00, that is 60%. At most 50% is allowed; that is EUR 0.10 too much."
    );
    assert_eq!(one(&shared(50, 50, 900), &half).outcome, Outcome::Met);
}

#[test]
fn the_sentence_speaks_three_languages() {
    let most = checked(CofinancingRule {
        at_most: stated("500000.00", "EUR"),
        ..rule(CofinancingKind::LineCeiling)
    });
    let mut plan = plan(
        vec![line(1, "works", None)],
        vec![grant(1, 1, GrantKind::Cash, "EUR")],
        &[(1, 1, 50_000_001)],
    );
    plan.lines[0].title = Some(LocalisedText::of("fr", "Place"));
    let broken = one(&plan, &most);
    let say = |language| sentence(&broken, language, &str::to_owned).replace('\u{202f}', " ");
    assert_eq!(
        say(Language::French),
        "La ligne « Place » reçoit 500 000,01 EUR en numéraire. Le maximum est de 500 000,00 EUR ; il y a 0,01 EUR de trop."
    );
    assert_eq!(
        say(Language::English),
        "The line “Place” gets EUR 500,000.01 in cash. At most EUR 500,000.00 is allowed; that is EUR 0.01 too much."
    );
    assert_eq!(
        say(Language::Spanish),
        "La línea «Place» recibe 500,000.01 EUR en efectivo. El máximo es de 500,000.00 EUR; sobran 0.01 EUR."
    );
    assert_eq!(Language::best(&["km", "es-MX", "fr"]), Language::Spanish);
    assert_eq!(Language::best(&["km"]), Language::English);
}

/// Every kind, kept, broken and undetermined, says something in every language and leaves no place of a value open.
#[test]
fn every_sentence_is_complete() {
    let rules = [
        CofinancingRule {
            funder_kinds: PartnerKind::ALL.to_vec(),
            percent: Some("99.5".into()),
            ..rule(CofinancingKind::FunderShare)
        },
        CofinancingRule {
            percent: Some("0".into()),
            ..rule(CofinancingKind::InKindShare)
        },
        CofinancingRule {
            at_most: stated("0.01", "EUR"),
            ..rule(CofinancingKind::LineCeiling)
        },
        CofinancingRule {
            category: Some("works".into()),
            percent: Some("5".into()),
            ..rule(CofinancingKind::CategoryCeiling)
        },
        CofinancingRule {
            category: Some("staff".into()),
            at_least: stated("9.00", "EUR"),
            ..rule(CofinancingKind::CategoryTarget)
        },
        CofinancingRule {
            percent: Some("1".into()),
            ..rule(CofinancingKind::HeadingShift)
        },
        CofinancingRule {
            at_most: stated("1.00", "KHR"),
            ..rule(CofinancingKind::TotalCost)
        },
    ];
    for rule in rules {
        let rules = checked(rule);
        for submitted in [None, Some(&shared(1, 1, 1))] {
            for evaluation in evaluate(&shared(40, 60, 900), &rules, &Rates::default(), submitted) {
                for language in Language::ALL {
                    let text = sentence(&evaluation, *language, &str::to_owned);
                    assert!(text.ends_with('.') && !text.contains('{'), "{text}");
                }
            }
        }
    }
}

#[test]
fn without_a_rate_the_rule_is_undetermined_and_names_the_pair() {
    let plan = plan(
        vec![line(1, "works", None)],
        vec![grant(1, 1, GrantKind::Cash, "KHR"), grant(2, 2, GrantKind::Cash, "EUR")],
        &[(1, 1, 4_100_000), (1, 2, 9000)],
    );
    let plan = funders(plan, &[PartnerKind::Municipality, PartnerKind::State]);
    let local = checked(CofinancingRule {
        funder_kinds: vec![PartnerKind::Municipality],
        percent: Some("10".to_owned()),
        ..rule(CofinancingKind::FunderShare)
    });
    let khr = Currency::parse("", "KHR").unwrap();
    let found = one(&plan, &local);
    assert_eq!(
        (found.outcome, found.missing_rate),
        (Outcome::Undetermined, Some((khr, eur())))
    );
    assert!(english(&found).contains("from KHR to EUR"));
    // By the rate of the other direction as well: EUR 1 is KHR 4,100, so KHR 41,000 are EUR 10 of EUR 100.
    let rates = Rates(BTreeMap::from([((eur(), khr), Rate::new(4100, 1).unwrap())]));
    let found = evaluate(&plan, &local, &rates, None).remove(0);
    assert_eq!(
        (found.outcome, found.actual),
        (Outcome::Met, Some(Money::new(10_00, eur())))
    );
}

#[test]
fn headings_may_shift_a_little_between_submissions() {
    let shift = checked(CofinancingRule {
        percent: Some("25".to_owned()),
        ..rule(CofinancingKind::HeadingShift)
    });
    let of = |works, staff| {
        plan(
            vec![line(1, "works", None), line(2, "staff", None)],
            vec![grant(1, 1, GrantKind::Cash, "EUR")],
            &[(1, 1, works), (2, 1, staff)],
        )
    };
    let held = |now: Plan| evaluate(&now, &shift, &Rates::default(), Some(&of(60, 40)));
    assert!(held(of(65, 35)).iter().all(|found| found.outcome == Outcome::Met));
    let broken = held(of(45, 55));
    assert_eq!(broken.len(), 1, "works moved by 25 % and staff by 37.5 %");
    assert!(broken[0].advisory && broken[0].outcome == Outcome::NotMet);
    assert_eq!(
        one(&of(45, 55), &shift).outcome,
        Outcome::Met,
        "nothing was submitted to shift from"
    );
}

#[test]
fn every_fault_of_the_rules_is_named() {
    let rules = [
        CofinancingRule {
            code: "é".into(),
            percent: Some("101".into()),
            ..rule(CofinancingKind::FunderShare)
        },
        CofinancingRule {
            code: "a".into(),
            at_most: stated("1", "EUR"),
            category: Some("none".into()),
            ..rule(CofinancingKind::CategoryCeiling)
        },
        CofinancingRule {
            code: "a".into(),
            percent: Some("5".into()),
            ..rule(CofinancingKind::TotalCost)
        },
        CofinancingRule {
            code: "b".into(),
            at_least: stated("2.00", "EUR"),
            at_most: stated("1.00", "EUR"),
            ..rule(CofinancingKind::TotalCost)
        },
    ];
    let faults = check_rules("/cofinancing", &rules, &["works"]).unwrap_err();
    let at: Vec<_> = faults
        .0
        .iter()
        .map(|fault| (fault.pointer.as_str(), fault.code))
        .collect();
    for wanted in [
        ("/cofinancing/0/code", Code::FormatInvalid),
        ("/cofinancing/0/funder_kinds", Code::Required),
        ("/cofinancing/0/percent", Code::OutOfRange),
        ("/cofinancing/1/at_most/amount", Code::AmountInvalid),
        ("/cofinancing/1/category", Code::ReferenceUnknown),
        ("/cofinancing/2/code", Code::Duplicate),
        ("/cofinancing/2/percent", Code::FormatInvalid),
        ("/cofinancing/3/at_most", Code::OutOfRange),
    ] {
        assert!(at.contains(&wanted), "{wanted:?} is missing in {at:?}");
    }
}

#[test]
fn targets_advise_and_ceilings_bind() {
    let target = CategoryTarget {
        category: "works".to_owned(),
        target: None,
        target_percent: Some("60".to_owned()),
        ceiling: stated("5.00", "EUR"),
        ceiling_percent: None,
    };
    let rules = check_targets("/targets", std::slice::from_ref(&target)).unwrap();
    let found = evaluate(&shared(40, 60, 900), &rules, &Rates::default(), None);
    let seen: Vec<_> = found.iter().map(|e| (e.code.as_str(), e.advisory, e.outcome)).collect();
    assert_eq!(
        seen,
        [
            ("target:works", true, Outcome::Met),
            ("ceiling:works", false, Outcome::NotMet)
        ]
    );
    let both = CategoryTarget {
        target: stated("1.00", "EUR"),
        ..target.clone()
    };
    let neither = CategoryTarget {
        category: "staff".to_owned(),
        target_percent: None,
        ceiling: None,
        ..target
    };
    let faults = check_targets("/targets", &[both, neither]).unwrap_err();
    let at: Vec<_> = faults.0.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(at, ["/targets/0/target_percent", "/targets/1/target"]);
}

proptest! {
    /// What an evaluation says is missing is exactly what heals it, and a unit less does not.
    #[test]
    fn the_difference_heals(cash in 0_i64..10_000, state in 1_i64..10_000, percent in 1_i64..100_000_000) {
        let demand = Demand::FunderShare(vec![PartnerKind::Municipality], Percentage::of_millionths(percent));
        let rules = [CheckedRule { code: "a".into(), title: LocalisedText::default(), advisory: false, demand }];
        // The cost stands, so that what is added does not raise the whole.
        let of = |cash| {
            let mut plan = shared(cash, 0, state);
            plan.lines[0].cost = Some(Money::new(20_000, eur()));
            one(&plan, &rules)
        };
        let found = of(cash);
        if let Some(difference) = found.difference {
            prop_assert_eq!(of(cash + difference.minor).outcome, Outcome::Met);
            prop_assert_eq!(of(cash + difference.minor - 1).outcome, Outcome::NotMet);
        } else {
            prop_assert_eq!(found.outcome, Outcome::Met);
        }
    }
}
