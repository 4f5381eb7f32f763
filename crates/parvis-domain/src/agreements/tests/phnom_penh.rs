//! The agreement of 3 December 2019 between Paris, Phnom Penh, the AIMF and the Cambodian associations of local elected
//! officials, on the canal community of Stung Meanchey.

use super::*;

const PARIS: u128 = 1;
const PHNOM_PENH: u128 = 2;
const AIMF: u128 = 3;
const ASSOCIATIONS: u128 = 4;

fn accord() -> Agreement {
    let parties = vec![
        party(PARIS, PartyCapacity::Implementer),
        party(PHNOM_PENH, PartyCapacity::Implementer),
        party(AIMF, PartyCapacity::Funder),
        party(ASSOCIATIONS, PartyCapacity::Signatory),
    ];
    let mut accord = agreement(AgreementKind::Convention, parties, period("2019-12-01", "2022-11-30"));
    accord.content.parties[0].needs_authorisation = true;
    accord.open(day("2019-11-04")).unwrap();
    let decision = Authorisation {
        reference: "2019 DGRI 61".to_owned(),
        decided_on: day("2019-11-14"),
    };
    accord
        .book
        .authorise(partner(PARIS), decision, day("2019-11-15"))
        .unwrap();
    accord
}

#[test]
fn it_is_not_in_force_while_one_of_four_is_missing() {
    let mut accord = accord();
    let signing = day("2019-12-03");
    for n in [PARIS, PHNOM_PENH, AIMF] {
        accord.sign(partner(n), signing, signing).unwrap();
        assert_eq!(accord.status(signing, signing), AgreementStatus::PartlySigned);
    }
    let names = BTreeMap::from([(partner(ASSOCIATIONS), "NLC/S".to_owned())]);
    let fault = check_movement(
        &resting(&accord, &names, "2019-12-03"),
        &dated(MovementKind::Commitment, "2019-12-03"),
    );
    let fault = fault.unwrap_err();
    assert_eq!(fault.code, Code::AgreementNotInForce);
    assert!(
        fault.detail.ends_with("not signed by that day by NLC/S."),
        "{}",
        fault.detail
    );
    assert_eq!(fault.params["missing"], partner(ASSOCIATIONS).to_string());
    for kind in [MovementKind::Commitment, MovementKind::Disbursement] {
        assert_eq!(
            ask(&accord, dated(kind, "2019-12-03"), "2019-12-03"),
            Err(Code::AgreementNotInForce)
        );
    }
    accord.sign(partner(ASSOCIATIONS), signing, signing).unwrap();
    assert_eq!(accord.status(signing, signing), AgreementStatus::InForce);
    for kind in [MovementKind::Commitment, MovementKind::Disbursement] {
        assert_eq!(ask(&accord, dated(kind, "2019-12-03"), "2019-12-03"), Ok(()));
        assert_eq!(
            ask(&accord, dated(kind, "2019-12-02"), "2019-12-03"),
            Err(Code::AgreementNotInForce)
        );
    }
}

#[test]
fn a_commitment_waits_from_the_payers_own_decision_on() {
    let mut accord = accord();
    let pending = |on| Dated {
        pending: true,
        ..dated(MovementKind::Commitment, on)
    };
    assert_eq!(
        ask(&accord, pending("2019-11-13"), "2019-11-20"),
        Err(Code::AgreementNotInForce)
    );
    assert_eq!(ask(&accord, pending("2019-11-14"), "2019-11-20"), Ok(()));
    let names = BTreeMap::new();
    let approve = |accord: &Agreement, today| check_approval(&resting(accord, &names, today), &pending("2019-11-14"));
    assert_eq!(
        approve(&accord, "2019-12-03").unwrap_err().code,
        Code::AgreementNotInForce
    );
    signed_by_all(&mut accord, "2019-12-03");
    assert_eq!(approve(&accord, "2019-12-03"), Ok(()));
}
