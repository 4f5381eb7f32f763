use super::*;
use crate::money::Currency;
use proptest::prelude::*;
use uuid::Uuid;

const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 10, 11).unwrap();

fn percent(text: &str) -> Percentage {
    Percentage::parse("", text).unwrap()
}

fn line(n: u128) -> LineId {
    LineId(Uuid::from_u128(n))
}

fn partner(n: u128) -> PartnerId {
    PartnerId(Uuid::from_u128(n))
}

fn measure(n: u128, weight: i64, text: &str, by: &[u128]) -> Measure {
    Measure {
        line: line(n),
        weight,
        percent: Some(percent(text)),
        measured_on: Some(DAY),
        countersigned_by: by.iter().map(|n| partner(*n)).collect(),
    }
}

fn facts(measures: Vec<Measure>) -> Facts {
    Facts {
        measures,
        partners: BTreeMap::from([(partner(1), "Comité".to_owned())]),
        ..Facts::default()
    }
}

fn seventy() -> Condition {
    Condition::Progress {
        at_least: percent("70"),
        line: None,
    }
}

#[test]
fn sixty_nine_point_six_is_not_seventy() {
    for (measured, met, missing) in [
        ("69", false, "1"),
        ("69.6", false, "0.4"),
        ("69.999999", false, "0.000001"),
        ("70", true, "0"),
        ("70.1", true, "0"),
    ] {
        let assessment = assess(&seventy(), &facts(vec![measure(1, 100, measured, &[])]), DAY);
        assert_eq!(assessment.met, met, "{measured}");
        assert_eq!(assessment.values["missing"], missing);
        assert_eq!(assessment.values["measured"], measured);
        assert!(assessment.explanation.contains("70 %"), "{}", assessment.explanation);
    }
}

#[test]
fn lines_weigh_as_much_as_the_grant_plans_on_them() {
    let heavy = facts(vec![measure(1, 300, "80", &[]), measure(2, 100, "40", &[])]);
    assert!(assess(&seventy(), &heavy, DAY).met);
    let light = facts(vec![measure(1, 100, "80", &[]), measure(2, 100, "40", &[])]);
    assert_eq!(assess(&seventy(), &light, DAY).values["measured"], "60");
    // A third of 1, which no decimal number holds: 69.999… is not 70.
    let third = facts(vec![measure(1, 2, "100", &[]), measure(2, 1, "9.999999", &[])]);
    assert_eq!(assess(&seventy(), &third, DAY).values["measured"], "69.999999");
    assert!(!assess(&seventy(), &third, DAY).met);
    // What the grant plans nothing on does not count; what was never measured counts as not begun.
    let mut some = vec![measure(1, 100, "70", &[]), measure(2, 0, "0", &[])];
    assert!(assess(&seventy(), &facts(some.clone()), DAY).met);
    some.push(Measure {
        percent: None,
        measured_on: None,
        ..measure(3, 1, "0", &[])
    });
    assert!(!assess(&seventy(), &facts(some), DAY).met);
    assert!(!assess(&seventy(), &facts(vec![]), DAY).met);
}

#[test]
fn every_measure_that_counts_is_countersigned() {
    let condition = Condition::Countersigned {
        partner: partner(1),
        line: None,
    };
    let signed = |by: &[u128]| facts(vec![measure(1, 1, "70", &[1]), measure(2, 1, "70", by)]);
    assert!(assess(&condition, &signed(&[2, 1]), DAY).met);
    assert!(!assess(&condition, &signed(&[2]), DAY).met);
    let of_line = Condition::Countersigned {
        partner: partner(1),
        line: Some(line(1)),
    };
    assert!(assess(&of_line, &signed(&[]), DAY).met);
    assert!(!assess(&of_line, &facts(vec![]), DAY).met);
}

#[test]
fn a_refusal_explains_every_condition() {
    let report = FunderReportId(Uuid::from_u128(9));
    let conditions = [
        seventy(),
        Condition::ReportAccepted { report },
        Condition::Countersigned {
            partner: partner(1),
            line: None,
        },
    ];
    let facts = Facts {
        reports: vec![Report {
            id: report,
            title: "Rapport 2026".to_owned(),
            accepted_on: DAY.succ_opt(),
        }],
        ..facts(vec![measure(1, 1, "69.6", &[1])])
    };
    let assessed = |day| {
        let of = |c: &Condition| (c.clone(), assess(c, &facts, day));
        conditions.iter().map(of).collect::<Vec<_>>()
    };
    let error = check_release(&assessed(DAY)).unwrap_err();
    assert_eq!(error.code, Code::TrancheConditionsUnmet);
    let pointers: Vec<_> = error.faults.0.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/conditions/0", "/conditions/1"]);
    assert!(error.detail.contains("0.4 % is missing") && error.detail.contains("countersigned by Comité"));
    let next = assessed(DAY.succ_opt().unwrap());
    assert!(next[1].1.met && !next[0].1.met);
    assert_eq!(check_release(&next[1..]), Ok(()));
}

#[test]
fn tranches_stay_within_what_is_granted() {
    let euros = |minor| Money::new(minor, Currency::parse("", "EUR").unwrap());
    assert!(check_sum("/amount", euros(4_000), 6_000, 10_000).is_ok());
    let fault = check_sum("/amount", euros(4_001), 6_000, 10_000).unwrap_err();
    assert_eq!(
        (fault.code, fault.params["available"].as_str()),
        (Code::TranchesExceedGranted, "40.00 EUR")
    );
}

#[test]
fn the_last_instalment_comes_in_two_parts() {
    assert_eq!(split(10_001, &[percent("80"), percent("20")]), Ok(vec![8_000, 2_001]));
    for wrong in [vec!["100"], vec!["80", "19"], vec!["100", "0"]] {
        let parts: Vec<_> = wrong.iter().map(|part| percent(part)).collect();
        assert_eq!(split(10_000, &parts).unwrap_err().code, Code::OutOfRange, "{wrong:?}");
    }
    assert!(split(1, &[percent("50"), percent("50")]).is_err());
}

proptest! {
    #[test]
    fn parts_add_up(amount in 1_i64..=100_000_000_000_000, first in 1_i64..100_000_000) {
        let parts = [Percentage::of_millionths(first), Percentage::of_millionths(100_000_000 - first)];
        if let Ok(amounts) = split(amount, &parts) {
            prop_assert_eq!(amounts.iter().sum::<i64>(), amount);
        }
    }

    #[test]
    fn one_line_is_met_exactly_from_the_threshold_on(threshold in 0_i64..=100_000_000, measured in 0_i64..=100_000_000, weight in 1_i64..1_000_000) {
        let condition = Condition::Progress { at_least: Percentage::of_millionths(threshold), line: None };
        let of = |n| Measure { percent: Some(Percentage::of_millionths(measured)), ..measure(n, weight, "0", &[]) };
        for measures in [vec![of(1)], vec![of(1), of(2)]] {
            prop_assert_eq!(assess(&condition, &facts(measures), DAY).met, measured >= threshold);
        }
    }
}
