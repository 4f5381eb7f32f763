use parvis_domain::agreements::content::ClauseNumber;
use parvis_domain::agreements::{Changes, Origin};
use parvis_domain::partners::PartnerKind;
use serde_json::json;

use super::*;

const ONE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const TWO: &str = "01890a5d-ac96-774b-bcce-b302099a8058";

fn codes<T: std::fmt::Debug>(checked: Result<T, Faults>) -> Vec<(Code, String)> {
    let faults = checked.unwrap_err().0.into_iter();
    faults.map(|fault| (fault.code, fault.pointer)).collect()
}

#[test]
fn an_agreement_arrives_whole() {
    let new: NewAgreement = serde_json::from_value(json!({
        "kind": "convention", "title": {"fr": "Accord"}, "starts_on": "2019-12-03", "ends_on": "2022-12-02",
        "eligibility": {"starts_on": "2019-06-01"}, "payable_until": "2023-06-30",
        "parties": [{"partner_id": ONE, "capacities": ["funder", "signatory"]}, {"partner_id": TWO, "capacities": ["witness"]}],
        "clauses": [{"number": "4 bis", "text": {"fr": "Texte"}}],
        "annex": [{"grant_id": ONE, "amount": {"amount": "100.00", "currency": "EUR"}}]
    }))
    .unwrap();
    let content = new.check().unwrap().settle(|_| PartnerKind::Municipality);
    assert_eq!(content.signers().count(), 1);
    assert!(content.parties[0].needs_authorisation);
    let told = AgreementContent::from(&content);
    assert_eq!(
        (told.clauses[0].number.as_str(), told.annex[0].amount.amount.as_str()),
        ("4 bis", "100.00")
    );
    assert_eq!(told.eligibility.unwrap().ends_on, None);
}

#[test]
fn every_fault_of_an_agreement_has_its_pointer() {
    let new: NewAgreement = serde_json::from_value(json!({
        "kind": "works_contract", "title": {}, "starts_on": "2019-12-03", "ends_on": "2019-12-02",
        "parties": [{"partner_id": ONE, "capacities": []}, {"partner_id": ONE, "capacities": ["funder"]}],
        "clauses": [{"number": "1", "text": {"fr": "a"}}, {"number": "1", "text": {"fr": "b"}}, {"number": "x", "text": {}}],
        "annex": [{"grant_id": ONE, "amount": {"amount": "-1.00", "currency": "EUR"}}],
        "contract": {"awarded_on": "soon", "award_reference": "", "value": {"amount": "0.00", "currency": "EUR"}},
        "place_ids": [ONE, ONE]
    }))
    .unwrap();
    let expected = [
        (Code::Required, "/title"),
        (Code::PeriodInverted, "/ends_on"),
        (Code::Required, "/parties/0/capacities"),
        (Code::Duplicate, "/parties/1/partner_id"),
        (Code::Duplicate, "/clauses/1/number"),
        (Code::FormatInvalid, "/clauses/2/number"),
        (Code::Required, "/clauses/2/text"),
        (Code::AmountNotPositive, "/annex/0/amount/amount"),
        (Code::DateInvalid, "/contract/awarded_on"),
        (Code::Required, "/contract/award_reference"),
        (Code::AmountNotPositive, "/contract/value/amount"),
        (Code::Duplicate, "/place_ids"),
    ];
    assert_eq!(codes(new.check()), expected.map(|(code, at)| (code, at.to_owned())));
}

#[test]
fn an_amendment_says_what_it_changes_and_nothing_else() {
    let new: NewAmendment = serde_json::from_value(json!({
        "origin": {"kind": "law_or_order", "reference": "Loi de finances pour 2022", "dated_on": "2021-12-30"},
        "title": {"fr": "Prolongation"}, "effective_on": "2023-01-01",
        "changes": {"ends_on": "2023-12-31", "payable_until": null, "repealed": ["3"],
            "clauses": [{"number": "2", "text": {"fr": "Gouvernance"}}]}
    }))
    .unwrap();
    let draft = new.check().unwrap();
    assert!(matches!(&draft.origin, Origin::LawOrOrder { reference, .. } if reference == "Loi de finances pour 2022"));
    assert_eq!(draft.changes.ends_on, Some("2023-12-31".parse().ok()));
    assert_eq!(draft.changes.payable_until, Some(None));
    assert_eq!(draft.changes.clauses[&ClauseNumber::parse("", "3").unwrap()], None);
    let told = NewChanges::from(&draft.changes);
    assert_eq!(serde_json::to_value(&told).unwrap()["payable_until"], json!(null));
    let mut again = new.clone();
    again.changes = told;
    assert_eq!(again.check().unwrap(), draft);
    let nothing = serde_json::to_value(NewChanges::from(&Changes::default())).unwrap();
    assert!(nothing.get("ends_on").is_none());
}

#[test]
fn an_origin_fits_its_kind() {
    let new = |origin| {
        let new = json!({"origin": origin, "title": {"fr": "a"}, "effective_on": "2023-01-01",
            "changes": {"repealed": ["1", "1"]}});
        codes(serde_json::from_value::<NewAmendment>(new).unwrap().check())
    };
    let twice = (Code::Duplicate, "/changes/repealed/1".to_owned());
    assert_eq!(new(json!({"kind": "signed"})), std::slice::from_ref(&twice));
    let signed = new(json!({"kind": "signed", "reference": "Loi"}));
    assert_eq!(signed, [(Code::KindMismatch, "/origin".to_owned()), twice]);
    assert_eq!(new(json!({"kind": "law_or_order"})).len(), 3);
}

#[test]
fn obligations_and_signatures_are_read() {
    let owed: NewObligation = serde_json::from_value(json!({
        "kind": "report", "title": {"fr": "Bilan"}, "owed_by": ONE, "first_on": "2016-06-30", "every_months": 12
    }))
    .unwrap();
    let id = Uuid::from_u128(1);
    assert_eq!(owed.check(id).unwrap().schedule.every_months, Some(12));
    let never = NewObligation {
        every_months: Some(0),
        ..owed
    };
    assert_eq!(codes(never.check(id)), [(Code::OutOfRange, "/every_months".to_owned())]);
    let signature: NewSignature = serde_json::from_value(json!({
        "partner_id": ONE, "signed_on": "2019-12-03", "signatory": " ", "quality": "Maire", "evidence": "abc"
    }))
    .unwrap();
    let faults = codes(signature.check());
    assert_eq!(
        faults,
        [
            (Code::FormatInvalid, "/evidence".to_owned()),
            (Code::Required, "/signatory".to_owned())
        ]
    );
}
