//! A city contract under the law of 21 February 2014: signed in 2015 by seven parties for 2015 to 2020, with more money
//! from 2017 on, prolonged to 2022 by a protocol that was signed late, and to 2023 by the finance law for 2022.

use super::*;
use crate::agreements::consolidation::{Difference, compare};

/// The contract as people knew it in the end.
fn contract() -> Agreement {
    let capacities = [PartyCapacity::Funder; 5]
        .into_iter()
        .chain([PartyCapacity::Signatory; 2]);
    let parties = capacities.zip(1..).map(|(capacity, n)| party(n, capacity)).collect();
    let mut contract = agreement(
        AgreementKind::FrameworkContract,
        parties,
        period("2015-01-01", "2020-12-31"),
    );
    contract.open(day("2015-06-01")).unwrap();
    // The region deliberated, and signed, after the prefect.
    for n in 1..=6 {
        contract.sign(partner(n), day("2015-06-30"), day("2015-06-30")).unwrap();
    }
    contract.sign(partner(7), day("2015-10-15"), day("2015-10-15")).unwrap();
    adopt(&mut contract, more_money(), "2017-03-20").unwrap();
    adopt(&mut contract, protocol(), "2021-03-15").unwrap();
    contract.amendments.push(by_law());
    contract.open_amendment(3, &[], day("2022-01-10")).unwrap();
    contract
}

fn more_money() -> Amendment {
    let changes = Changes {
        amounts: BTreeMap::from([(key(1), eur(140_000))]),
        clauses: BTreeMap::from(
            [clause("2 bis", "Objets de concertation")].map(|(number, clause)| (number, Some(clause))),
        ),
        ..Changes::default()
    };
    amendment(1, "2017-01-01", changes)
}

fn protocol() -> Amendment {
    let changes = Changes {
        ends_on: Some(Some(day("2022-12-31"))),
        clauses: BTreeMap::from([clause("2", "Gouvernance rénovée")].map(|(number, clause)| (number, Some(clause)))),
        ..Changes::default()
    };
    amendment(2, "2021-01-01", changes)
}

fn by_law() -> Amendment {
    let changes = Changes {
        ends_on: Some(Some(day("2023-12-31"))),
        ..Changes::default()
    };
    Amendment {
        origin: Origin::LawOrOrder {
            reference: "Loi de finances pour 2022".to_owned(),
            dated_on: day("2021-12-30"),
        },
        ..amendment(3, "2023-01-01", changes)
    }
}

#[test]
fn the_text_is_right_on_each_day() {
    let contract = contract();
    let known = day("2023-06-01");
    let on = |text: &str| contract.consolidated(day(text), known);
    let numbers = |content: &Content| content.clauses.keys().map(ToString::to_string).collect::<Vec<_>>();
    let text = |content: &Content, number: &str| {
        let clause = &content.clauses[&ClauseNumber::parse("", number).unwrap()];
        clause.text.best(&["fr"]).unwrap().1.to_owned()
    };
    assert_eq!(numbers(&on("2016-05-01")), ["1", "2"]);
    assert_eq!(on("2016-05-01").annex[&key(1)], eur(100_000));
    assert_eq!(on("2016-05-01").period.ends_on, Some(day("2020-12-31")));
    // The text of the amendment counts from January 2017, its money from its signature in March.
    assert_eq!(numbers(&on("2017-01-01")), ["1", "2", "2 bis"]);
    assert_eq!(on("2017-03-19").annex[&key(1)], eur(100_000));
    assert_eq!(on("2017-03-20").annex[&key(1)], eur(140_000));
    assert_eq!(text(&on("2020-12-31"), "2"), "Gouvernance");
    assert_eq!(text(&on("2021-01-01"), "2"), "Gouvernance rénovée");
    assert_eq!(on("2021-06-01").period.ends_on, Some(day("2022-12-31")));
    assert_eq!(on("2023-06-01").period.ends_on, Some(day("2023-12-31")));
    assert_eq!(on("2023-06-01").annex[&key(1)], eur(140_000));
}

#[test]
fn it_is_in_force_on_the_days_that_were_agreed() {
    use AgreementStatus as S;
    let contract = contract();
    for (on, known, status) in [
        ("2015-05-31", "2015-05-31", S::OpenForSignature),
        ("2015-07-01", "2015-07-01", S::PartlySigned),
        ("2015-10-14", "2023-06-01", S::PartlySigned),
        ("2015-10-15", "2015-10-15", S::InForce),
        ("2020-12-31", "2020-12-31", S::InForce),
        // The gap between the end and the late signature: expired as it was known then, in force as it is known since.
        ("2021-01-01", "2021-01-01", S::Expired),
        ("2021-03-14", "2021-03-14", S::Expired),
        ("2021-01-01", "2021-03-15", S::InForce),
        ("2021-03-15", "2021-03-15", S::InForce),
        ("2022-12-31", "2022-12-31", S::InForce),
        ("2023-01-01", "2021-12-29", S::Expired),
        ("2023-01-01", "2023-01-01", S::InForce),
        ("2024-01-01", "2024-01-01", S::Expired),
    ] {
        assert_eq!(contract.status(day(on), day(known)), status, "{on} as known on {known}");
    }
}

#[test]
fn the_ledger_takes_what_each_day_allows() {
    let contract = contract();
    let commit = |on: &str, today: &str| ask(&contract, dated(MovementKind::Commitment, on), today);
    assert_eq!(commit("2015-07-01", "2015-07-01"), Err(Code::AgreementNotInForce));
    assert_eq!(commit("2016-05-01", "2016-05-01"), Ok(()));
    // Money dated in the gap waits for the protocol, and is taken once that is signed.
    assert_eq!(commit("2021-02-01", "2021-03-14"), Err(Code::AgreementNotInForce));
    assert_eq!(commit("2021-02-01", "2021-03-15"), Ok(()));
    assert_eq!(
        ask(&contract, dated(MovementKind::Disbursement, "2021-02-01"), "2021-03-14"),
        Ok(())
    );
    assert_eq!(commit("2023-06-01", "2023-06-01"), Ok(()));
    assert_eq!(commit("2024-01-01", "2024-01-01"), Err(Code::AgreementNotInForce));
    let names = BTreeMap::new();
    let bind = |on: &str, minor| {
        let resting = resting(&contract, &names, "2023-06-01");
        check_agreed(&resting, grant(1), day(on), minor).map_err(|fault| fault.code)
    };
    assert_eq!(bind("2016-05-01", 100_000), Ok(()));
    assert_eq!(bind("2016-05-01", 100_001), Err(Code::AgreedAmountExceeded));
    assert_eq!(bind("2017-03-19", 140_000), Err(Code::AgreedAmountExceeded));
    assert_eq!(bind("2017-03-20", 140_000), Ok(()));
    assert_eq!(bind("2023-06-01", 140_001), Err(Code::AgreedAmountExceeded));
}

#[test]
fn two_days_are_compared() {
    let contract = contract();
    let known = day("2023-06-01");
    let (early, late) = (
        contract.consolidated(day("2016-05-01"), known),
        contract.consolidated(day("2023-06-01"), known),
    );
    let found: Vec<_> = compare(&early, &late)
        .into_iter()
        .map(|difference| match difference {
            Difference::Period { after, .. } => format!("ends {}", after.ends_on.unwrap()),
            Difference::Eligibility { after, .. } => format!("eligible to {}", after.ends_on.unwrap()),
            Difference::Clause { number, before, .. } if before.is_none() => format!("new clause {number}"),
            Difference::Clause { number, .. } => format!("clause {number}"),
            Difference::Amount { after, .. } => format!("{}", after.unwrap()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        found,
        [
            "ends 2023-12-31",
            "eligible to 2023-12-31",
            "clause 2",
            "new clause 2 bis",
            "1400.00 EUR"
        ]
    );
    assert_eq!(compare(&late, &late), []);
    assert_eq!(compare(&late, &early).len(), 5);
}

#[test]
fn a_prolongation_leaves_no_gap_and_a_law_has_no_signatures() {
    let mut contract = contract();
    let to_2025 = |effective_on| {
        let changes = Changes {
            ends_on: Some(Some(day("2025-12-31"))),
            ..Changes::default()
        };
        amendment(4, effective_on, changes)
    };
    let today = day("2024-02-01");
    let faults = contract.check_amendment(&to_2025("2024-02-01"), today).unwrap_err();
    assert_eq!(faults.0[0].code, Code::ProlongationTooLate);
    assert!(faults.0[0].detail.contains("2024-01-01 at the latest"));
    contract.amendments.push(to_2025("2024-01-01"));
    contract.open_amendment(4, &[], today).unwrap();
    let status = |contract: &Agreement| contract.amendment(4).unwrap().status(today);
    assert_eq!(status(&contract), AmendmentStatus::OpenForSignature);
    contract.withdraw_amendment(4, today).unwrap();
    assert_eq!(status(&contract), AmendmentStatus::Withdrawn);
    assert_eq!(code(contract.withdraw_amendment(3, today)), Code::TransitionRefused);
    let signed = contract.sign_amendment(3, (partner(1), today), &[], today);
    assert_eq!(code(signed), Code::TransitionRefused);
    assert_eq!(contract.next_number(), 5);
}

#[test]
fn an_amendment_is_checked_again_with_its_last_signature() {
    let mut contract = contract();
    let today = day("2022-02-01");
    // Two amendments are written at once: one shortens the contract, the other prolongs it from a day after that end.
    let shorten = Changes {
        ends_on: Some(Some(day("2022-06-30"))),
        ..Changes::default()
    };
    contract.amendments.pop();
    contract.amendments.push(amendment(
        3,
        "2023-01-01",
        Changes {
            ends_on: Some(Some(day("2023-12-31"))),
            ..Changes::default()
        },
    ));
    contract.open_amendment(3, &[], today).unwrap();
    adopt(&mut contract, amendment(4, "2022-03-01", shorten), "2022-02-01").unwrap();
    for n in 1..=6 {
        contract.sign_amendment(3, (partner(n), today), &[], today).unwrap();
    }
    let last = contract.sign_amendment(3, (partner(7), today), &[], today);
    assert_eq!(code(last), Code::ProlongationTooLate);
}
