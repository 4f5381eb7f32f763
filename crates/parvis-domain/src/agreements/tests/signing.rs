//! Who may sign what, and when.

use super::*;
use crate::agreements::content::PartyDraft;

#[test]
fn what_bad_signatures_say() {
    let mut one = agreement(AgreementKind::Convention, two(), period("2020-01-01", "2020-12-31"));
    one.content.parties[0].needs_authorisation = true;
    assert_eq!(
        code(one.sign(partner(1), day("2020-01-02"), day("2020-01-02"))),
        Code::TransitionRefused
    );
    one.open(day("2020-01-02")).unwrap();
    let sign = |one: &mut Agreement, n, on: &str| one.sign(partner(n), day(on), day("2020-01-31"));
    assert_eq!(code(sign(&mut one, 3, "2020-01-10")), Code::NotAParty);
    assert_eq!(code(sign(&mut one, 2, "2020-02-01")), Code::DateInFuture);
    assert_eq!(code(sign(&mut one, 1, "2020-01-10")), Code::AuthorisationMissing);
    let decision = Authorisation {
        reference: "DEL-2020-7".to_owned(),
        decided_on: day("2020-01-20"),
    };
    one.book
        .authorise(partner(1), decision.clone(), day("2020-01-31"))
        .unwrap();
    assert_eq!(code(sign(&mut one, 1, "2020-01-19")), Code::SignedBeforeAuthorisation);
    sign(&mut one, 1, "2020-01-20").unwrap();
    assert_eq!(code(sign(&mut one, 1, "2020-01-21")), Code::AlreadySigned);
    assert_eq!(
        code(one.book.authorise(partner(1), decision, day("2020-01-31"))),
        Code::AlreadySigned
    );
    assert_eq!(code(one.withdraw(day("2020-01-31"))), Code::TransitionRefused);
    assert_eq!(
        code(check_represents(Some(partner(1)), partner(2), true)),
        Code::PartyNotRepresented
    );
    assert_eq!(code(check_represents(None, partner(2), false)), Code::EvidenceRequired);
    assert_eq!(check_represents(Some(partner(2)), partner(2), false), Ok(()));
    assert_eq!(check_represents(None, partner(2), true), Ok(()));
}

#[test]
fn a_decision_of_one_party_binds_once_the_other_is_told() {
    let parties = vec![party(1, PartyCapacity::Funder), party(2, PartyCapacity::Beneficiary)];
    let mut grant = agreement(
        AgreementKind::GrantDecision,
        parties,
        period("2020-01-01", "2020-12-31"),
    );
    grant.open(day("2020-02-01")).unwrap();
    assert_eq!(
        code(grant.sign(partner(2), day("2020-02-02"), day("2020-02-02"))),
        Code::NotAParty
    );
    grant.sign(partner(1), day("2020-02-03"), day("2020-02-03")).unwrap();
    assert_eq!(
        grant.status(day("2020-02-10"), day("2020-02-10")),
        AgreementStatus::Signed
    );
    assert_eq!(
        code(grant.notify(day("2020-02-02"), day("2020-02-10"))),
        Code::DateTooEarly
    );
    grant.notify(day("2020-02-09"), day("2020-02-10")).unwrap();
    assert_eq!(grant.in_force_from(day("2020-02-10")), Some(day("2020-02-09")));
    assert_eq!(
        grant.status(day("2020-02-08"), day("2020-02-10")),
        AgreementStatus::Signed
    );
    assert_eq!(
        grant.status(day("2020-02-09"), day("2020-02-10")),
        AgreementStatus::InForce
    );
}

#[test]
fn a_contract_is_signed_after_its_award() {
    let parties = vec![party(1, PartyCapacity::Buyer), party(2, PartyCapacity::Supplier)];
    let mut works = agreement(
        AgreementKind::WorksContract,
        parties,
        period("2020-03-01", "2020-12-31"),
    );
    works.content.contract = Some(ContractTerms {
        awarded_on: day("2020-02-14"),
        award_reference: "MAPA 2020-3".to_owned(),
        value: eur(9_000_000),
    });
    works.open(day("2020-02-10")).unwrap();
    assert_eq!(
        code(works.sign(partner(1), day("2020-02-13"), day("2020-02-20"))),
        Code::SignedBeforeAward
    );
    assert_eq!(works.sign(partner(1), day("2020-02-14"), day("2020-02-20")), Ok(()));
}

#[test]
fn public_bodies_sign_on_decisions_of_their_own() {
    let convention = AgreementKind::Convention;
    assert!(convention.needs_authorisation(PartnerKind::Region));
    assert!(!convention.needs_authorisation(PartnerKind::State));
    assert!(!AgreementKind::Memorandum.needs_authorisation(PartnerKind::Region));
}

#[test]
fn a_party_is_settled_by_what_it_is() {
    let draft = |capacity| PartyDraft {
        partner: partner(1),
        capacities: BTreeSet::from([capacity]),
        signs: None,
        needs_authorisation: None,
    };
    let settle = |capacity, kind, organisation| {
        let party = draft(capacity).settle(kind, organisation);
        (party.signs, party.needs_authorisation)
    };
    use AgreementKind::{Convention, GrantDecision, Memorandum};
    use PartyCapacity::{Funder, Implementer, Witness};
    assert_eq!(settle(Funder, Convention, PartnerKind::Municipality), (true, true));
    assert_eq!(settle(Funder, Convention, PartnerKind::State), (true, false));
    assert_eq!(settle(Witness, Convention, PartnerKind::Municipality), (false, false));
    assert_eq!(settle(Implementer, Convention, PartnerKind::Association), (true, false));
    assert_eq!(
        settle(Implementer, GrantDecision, PartnerKind::Municipality),
        (false, false)
    );
    assert_eq!(settle(Funder, GrantDecision, PartnerKind::Municipality), (true, true));
    assert_eq!(settle(Funder, Memorandum, PartnerKind::Municipality), (true, false));
    let told = PartyDraft {
        signs: Some(true),
        needs_authorisation: Some(true),
        ..draft(Witness)
    };
    let party = told.settle(Convention, PartnerKind::Company);
    assert!(party.signs && party.needs_authorisation);
}
