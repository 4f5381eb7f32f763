//! The cases of the field, with their dates.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::amendments::{Amendment, AmendmentStatus, Changes, Committed, Origin};
use super::content::{AnnexKey, Clause, ClauseNumber, Content, ContractTerms, Party};
use super::money::{Dated, Resting, check_agreed, check_approval, check_movement, publication_due};
use super::signatures::{Authorisation, SignatureBook, check_represents};
use super::status::{Agreement, AgreementStatus, AgreementTransition};
use super::{AgreementKind, PartyCapacity};
use crate::budgets::MovementKind;
use crate::error::{Code, DomainError};
use crate::ids::{GrantId, LineId, MovementId, PartnerId};
use crate::localised_text::LocalisedText;
use crate::money::{Currency, Money};
use crate::partners::PartnerKind;
use crate::period::Period;

mod alarms;
mod city_contract;
mod house_charter;
mod phnom_penh;
mod properties;
mod signing;

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn partner(n: u128) -> PartnerId {
    PartnerId(Uuid::from_u128(n))
}

pub(super) fn grant(n: u128) -> GrantId {
    GrantId(Uuid::from_u128(n))
}

pub(super) fn key(n: u128) -> AnnexKey {
    AnnexKey {
        grant: grant(n),
        line: None,
    }
}

pub(super) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("", "EUR").unwrap())
}

pub(super) fn clause(number: &str, text: &str) -> (ClauseNumber, Clause) {
    let text = LocalisedText::of("fr", text);
    (ClauseNumber::parse("", number).unwrap(), Clause { title: None, text })
}

pub(super) fn party(n: u128, capacity: PartyCapacity) -> Party {
    Party {
        partner: partner(n),
        capacities: BTreeSet::from([capacity]),
        signs: capacity.signs(),
        needs_authorisation: false,
    }
}

pub(super) fn period(starts_on: &str, ends_on: &str) -> Period {
    Period {
        starts_on: day(starts_on),
        ends_on: Some(day(ends_on)),
    }
}

pub(super) fn agreement(kind: AgreementKind, parties: Vec<Party>, period: Period) -> Agreement {
    Agreement {
        kind,
        content: Content {
            parties,
            period,
            eligibility: None,
            payable_until: None,
            clauses: BTreeMap::from([clause("1", "Objet"), clause("2", "Gouvernance")]),
            annex: BTreeMap::from([(key(1), eur(100_000))]),
            contract: None,
        },
        opened_on: None,
        book: SignatureBook::default(),
        notified_on: None,
        terminated_on: None,
        amendments: Vec::new(),
    }
}

pub(super) fn signed_by_all(agreement: &mut Agreement, on: &str) {
    for page in agreement.book.clone().0 {
        agreement.sign(page.partner, day(on), day(on)).unwrap();
    }
}

pub(super) fn amendment(number: u32, effective_on: &str, changes: Changes) -> Amendment {
    Amendment {
        number,
        origin: Origin::Signed,
        effective_on: day(effective_on),
        changes,
        opened_on: None,
        book: SignatureBook::default(),
        withdrawn_on: None,
    }
}

/// Opens an amendment on a day and has all sign it on that day.
pub(super) fn adopt(agreement: &mut Agreement, amendment: Amendment, on: &str) -> Result<(), DomainError> {
    let number = amendment.number;
    agreement.amendments.push(amendment);
    agreement.open_amendment(number, &[], day(on))?;
    for page in agreement.amendment(number)?.book.clone().0 {
        agreement.sign_amendment(number, (page.partner, day(on)), &[], day(on))?;
    }
    Ok(())
}

pub(super) fn dated(kind: MovementKind, booked_on: &str) -> Dated {
    Dated {
        kind,
        reversal: false,
        pending: false,
        booked_on: day(booked_on),
        incurred_on: None,
    }
}

/// What the ledger says on `today` to a movement that is booked on a day.
pub(super) fn ask(agreement: &Agreement, movement: Dated, today: &str) -> Result<(), Code> {
    let names = BTreeMap::new();
    check_movement(&resting(agreement, &names, today), &movement).map_err(|fault| fault.code)
}

pub(super) fn resting<'a>(
    agreement: &'a Agreement,
    parties: &'a BTreeMap<PartnerId, String>,
    today: &str,
) -> Resting<'a> {
    Resting {
        agreement,
        name: "The agreement",
        parties,
        payer: partner(1),
        closed_on: None,
        today: day(today),
    }
}

fn two() -> Vec<Party> {
    vec![party(1, PartyCapacity::Funder), party(2, PartyCapacity::Implementer)]
}

fn code<T: std::fmt::Debug>(result: Result<T, DomainError>) -> Code {
    result.unwrap_err().code
}

#[test]
fn clause_numbers_order_as_a_reader_expects() {
    let parse = |text: &str| ClauseNumber::parse("", text);
    let order = ["1", "2", "2.1", "2.10", "4", "4 bis", "4 ter", "4 ter.1", "5", "10"];
    let numbers: Vec<_> = order.iter().map(|text| parse(text).unwrap()).collect();
    assert!(numbers.is_sorted());
    assert_eq!(numbers.iter().map(ToString::to_string).collect::<Vec<_>>(), order);
    for wrong in [
        "",
        "0",
        "01",
        "1.",
        ".1",
        "1..2",
        "4bis",
        "4 octies",
        "1000",
        "1.2.3.4.5.6",
        "4 ",
        "a",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_content_names_all_its_faults() {
    let mut one = agreement(AgreementKind::WorksContract, two(), period("2020-01-01", "2020-12-31"));
    one.content.parties.push(party(1, PartyCapacity::Witness));
    one.content.payable_until = Some(day("2020-06-30"));
    let usd = Money::new(1, Currency::parse("", "USD").unwrap());
    let line = Some(LineId(Uuid::from_u128(9)));
    one.content.annex.insert(AnnexKey { line, ..key(1) }, usd);
    let faults = one.content.check(one.kind).unwrap_err().0;
    let codes: Vec<_> = faults
        .iter()
        .map(|fault| (fault.code, fault.pointer.as_str()))
        .collect();
    assert_eq!(
        codes,
        [
            (Code::Duplicate, "/parties/2/partner_id"),
            (Code::Required, "/parties"),
            (Code::Required, "/parties"),
            (Code::DateTooEarly, "/payable_until"),
            (Code::CurrencyMismatch, "/annex"),
            (Code::Required, "/contract"),
        ]
    );
    let alone = agreement(
        AgreementKind::Convention,
        vec![party(1, PartyCapacity::Funder)],
        period("2020-01-01", "2020-12-31"),
    );
    assert_eq!(alone.content.check(alone.kind).unwrap_err().0[0].code, Code::OutOfRange);
}

#[test]
fn a_terminated_agreement_pays_what_it_owes() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2020-12-31"));
    one.content.payable_until = Some(day("2021-06-30"));
    one.open(day("2020-01-02")).unwrap();
    signed_by_all(&mut one, "2020-01-02");
    assert_eq!(
        code(one.terminate(day("2020-01-01"), day("2020-06-01"))),
        Code::DateTooEarly
    );
    one.terminate(day("2020-07-01"), day("2020-06-01")).unwrap();
    assert_eq!(
        one.status(day("2020-06-30"), day("2020-06-30")),
        AgreementStatus::InForce
    );
    assert_eq!(
        one.status(day("2020-07-01"), day("2020-07-01")),
        AgreementStatus::Terminated
    );
    let asked = |kind, on| ask(&one, dated(kind, on), "2021-12-31");
    assert_eq!(asked(MovementKind::Commitment, "2020-06-30"), Ok(()));
    assert_eq!(
        asked(MovementKind::Commitment, "2020-07-01"),
        Err(Code::AgreementNotInForce)
    );
    for kind in [
        MovementKind::Disbursement,
        MovementKind::Justification,
        MovementKind::Repayment,
        MovementKind::Decommitment,
    ] {
        assert_eq!(asked(kind, "2021-06-30"), Ok(()), "{kind}");
        assert_eq!(asked(kind, "2021-07-01"), Err(Code::PayablePeriodOver), "{kind}");
    }
    let reversal = Dated {
        reversal: true,
        ..dated(MovementKind::Commitment, "2021-06-30")
    };
    assert_eq!(ask(&one, reversal, "2021-12-31"), Ok(()));
}

#[test]
fn money_ends_with_the_programme_where_nothing_else_is_said() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2020-12-31"));
    one.open(day("2020-01-02")).unwrap();
    signed_by_all(&mut one, "2020-01-02");
    let names = BTreeMap::new();
    let closed = Resting {
        closed_on: Some(day("2022-03-31")),
        ..resting(&one, &names, "2023-01-01")
    };
    assert_eq!(
        check_movement(&closed, &dated(MovementKind::Repayment, "2022-03-31")),
        Ok(())
    );
    let late = check_movement(&closed, &dated(MovementKind::Repayment, "2022-04-01")).unwrap_err();
    assert_eq!(late.code, Code::PayablePeriodOver);
    let cost = |incurred: &str| Dated {
        incurred_on: Some(day(incurred)),
        ..dated(MovementKind::Expenditure, "2021-02-01")
    };
    assert_eq!(ask(&one, cost("2020-12-31"), "2021-03-01"), Ok(()));
    assert_eq!(
        ask(&one, cost("2021-01-01"), "2021-03-01"),
        Err(Code::OutsideEligibility)
    );
    assert_eq!(
        ask(&one, cost("2019-12-31"), "2021-03-01"),
        Err(Code::OutsideEligibility)
    );
    for kind in [MovementKind::Pledge, MovementKind::InKind, MovementKind::Transfer] {
        assert_eq!(ask(&one, dated(kind, "2019-01-01"), "2021-03-01"), Ok(()));
    }
}

#[test]
fn a_reduction_names_what_is_committed() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2020-12-31"));
    one.open(day("2020-01-02")).unwrap();
    signed_by_all(&mut one, "2020-01-02");
    let less = Changes {
        amounts: BTreeMap::from([(key(1), eur(60_000))]),
        ..Changes::default()
    };
    one.amendments.push(amendment(1, "2020-06-01", less));
    let committed = |n: u128, reference: Option<&str>, minor| Committed {
        grant: grant(1),
        line: LineId(Uuid::from_u128(1)),
        movement: MovementId(Uuid::from_u128(n)),
        reference: reference.map(str::to_owned),
        standing: eur(minor),
    };
    let standing = [committed(1, Some("BC-12"), 50_000), committed(2, None, 20_000)];
    one.open_amendment(1, &standing, day("2020-05-01")).unwrap();
    one.sign_amendment(1, (partner(1), day("2020-05-02")), &standing, day("2020-05-02"))
        .unwrap();
    let error = one
        .sign_amendment(1, (partner(2), day("2020-05-03")), &standing, day("2020-05-03"))
        .unwrap_err();
    assert_eq!(error.code, Code::ReductionBelowCommitted);
    assert!(
        error.detail.contains("BC-12 (500.00 EUR)") && error.detail.contains("700.00 EUR"),
        "{}",
        error.detail
    );
    // Nothing stays of a signature that was refused; after a release it is taken.
    assert_eq!(
        one.amendment(1).unwrap().status(day("2020-05-03")),
        AmendmentStatus::PartlySigned
    );
    let released = [committed(1, Some("BC-12"), 40_000), committed(2, None, 20_000)];
    one.sign_amendment(1, (partner(2), day("2020-05-03")), &released, day("2020-05-03"))
        .unwrap();
    // The amounts fall with the effect, and what is bound before then already looks at it.
    let names = BTreeMap::new();
    let bound = |on: &str, minor| check_agreed(&resting(&one, &names, "2020-07-01"), grant(1), day(on), minor);
    assert_eq!(
        one.consolidated(day("2020-05-31"), day("2020-07-01")).annex[&key(1)],
        eur(100_000)
    );
    assert!(bound("2020-05-31", 60_000).is_ok());
    assert_eq!(
        bound("2020-05-31", 60_001).unwrap_err().code,
        Code::AgreedAmountExceeded
    );
    assert_eq!(
        bound("2020-06-01", 60_001).unwrap_err().code,
        Code::AgreedAmountExceeded
    );
    assert!(check_agreed(&resting(&one, &names, "2020-07-01"), grant(7), day("2020-06-01"), 1).is_ok());
}

#[test]
fn an_amendment_names_what_is_wrong_with_it() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2020-12-31"));
    one.open(day("2020-01-02")).unwrap();
    assert_eq!(code(one.require_amendable(day("2020-01-03"))), Code::TransitionRefused);
    signed_by_all(&mut one, "2020-01-02");
    let checked = |effective_on: &str, changes| {
        let faults = one.check_amendment(&amendment(1, effective_on, changes), day("2020-02-01"));
        faults.map_or_else(
            |faults| faults.0.iter().map(|fault| fault.code).collect(),
            |()| Vec::new(),
        )
    };
    let to = |end: &str| Changes {
        ends_on: Some(Some(day(end))),
        ..Changes::default()
    };
    let repeal = |number: &str| Changes {
        clauses: BTreeMap::from([(ClauseNumber::parse("", number).unwrap(), None)]),
        ..Changes::default()
    };
    assert_eq!(checked("2020-03-01", Changes::default()), [Code::NothingChanges]);
    assert_eq!(checked("2019-12-31", repeal("1")), [Code::EffectiveBeforeAgreement]);
    assert_eq!(checked("2021-01-01", to("2021-12-31")), []);
    assert_eq!(checked("2020-06-01", to("2021-12-31")), []);
    assert_eq!(checked("2021-01-02", to("2021-12-31")), [Code::ProlongationTooLate]);
    assert_eq!(checked("2021-01-01", repeal("1")), [Code::EffectiveAfterEnd]);
    assert_eq!(checked("2020-06-01", to("2020-05-31")), [Code::PeriodInverted]);
    assert_eq!(checked("2020-06-01", repeal("3")), [Code::ReferenceUnknown]);
    let leave = Changes {
        leaving: vec![partner(2), partner(9)],
        ..Changes::default()
    };
    assert_eq!(checked("2020-06-01", leave), [Code::ReferenceUnknown, Code::OutOfRange]);
    let join = Changes {
        joining: vec![party(2, PartyCapacity::Funder)],
        ..Changes::default()
    };
    assert_eq!(checked("2020-06-01", join), [Code::Duplicate]);
}

#[test]
fn a_grant_is_published_within_three_months() {
    let due = |kind, minor, threshold| publication_due(kind, day("2020-11-30"), eur(minor), threshold);
    let threshold = Some(eur(2_300_000));
    assert_eq!(
        due(AgreementKind::Convention, 2_300_001, threshold),
        Some(day("2021-02-28"))
    );
    assert_eq!(due(AgreementKind::Convention, 2_300_000, threshold), None);
    assert_eq!(due(AgreementKind::Charter, 2_300_001, threshold), None);
    assert_eq!(due(AgreementKind::Convention, 2_300_001, None), None);
}

#[test]
fn what_can_be_done_is_what_is_allowed() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2020-12-31"));
    let today = day("2020-01-02");
    assert_eq!(one.transitions(today), [AgreementTransition::Open]);
    one.open(today).unwrap();
    assert_eq!(one.transitions(today), [AgreementTransition::Withdraw]);
    one.withdraw(today).unwrap();
    one.open(today).unwrap();
    signed_by_all(&mut one, "2020-01-02");
    assert_eq!(one.transitions(today), [AgreementTransition::Terminate]);
    let refused = one.require(AgreementTransition::Notify, today).unwrap_err();
    assert!(refused.detail.contains("possible: terminate"), "{}", refused.detail);
}
