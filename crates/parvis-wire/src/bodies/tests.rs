use serde_json::json;

use super::*;

fn body(rules: serde_json::Value) -> NewBody {
    serde_json::from_value(json!({
        "kind": "citizen_council", "title": {"fr": "Conseil citoyen Bellefontaine-Milan"},
        "order_reference": "Arrêté", "order_dated_on": "2015-03-20",
        "colleges": [
            {"code": "inhabitants", "title": {"fr": "Habitants"}, "seats": 6, "parity": "equal", "designation": "drawn_by_lot"},
            {"code": "actors", "title": {"fr": "Acteurs"}, "seats": 4, "parity": "none", "designation": "appointed"}
        ],
        "rules": rules
    }))
    .unwrap()
}

fn codes<T: std::fmt::Debug>(checked: Result<T, Faults>) -> Vec<(Code, String)> {
    let faults = checked.unwrap_err().0.into_iter();
    faults.map(|fault| (fault.code, fault.pointer)).collect()
}

#[test]
fn a_body_arrives_and_leaves_the_same() {
    let new = body(json!({
        "quorums": [{"part": 1, "of": 2}, {"college": "actors", "members": 2}], "basis": "seats", "majority": "simple",
        "competences": ["waive_gate"], "notice_days": 5
    }));
    let content = new.check().unwrap();
    assert_eq!(content.rules.quorum.colleges.len(), 1);
    assert_eq!(NewBody::from(&content), new);
}

#[test]
fn rules_name_their_faults() {
    let new = body(json!({
        "quorums": [{"part": 3, "of": 2}, {"members": 2, "part": 1}, {"members": 5}, {"members": 6}, {"college": "elders", "members": 1}],
        "basis": "members", "majority": "absolute", "notice_days": 400
    }));
    let at = |n: u8| format!("/rules/quorums/{n}");
    assert_eq!(
        codes(new.check()),
        [
            (Code::OutOfRange, at(0)),
            (Code::FormatInvalid, at(1)),
            (Code::Duplicate, at(3)),
            (Code::ReferenceUnknown, at(4) + "/college"),
            (Code::OutOfRange, "/rules/notice_days".to_owned()),
        ]
    );
    let halved = NewBody {
        order_dated_on: None,
        ..body(json!({"basis": "seats", "majority": "simple"}))
    };
    assert_eq!(codes(halved.check()), [(Code::Required, "/order_dated_on".to_owned())]);
}

#[test]
fn an_effect_names_what_it_is_about() {
    let decide = |effect| {
        let new =
            json!({"item": 1, "text": {"fr": "a"}, "effect": effect, "vote": {"yes": 1, "no": 0, "abstained": 0}});
        serde_json::from_value::<NewBodyDecision>(new).unwrap().check()
    };
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    for effect in [
        json!({"kind": "resolve"}),
        json!({"kind": "adopt_agreement", "agreement_id": id}),
        json!({"kind": "select_projects", "project_ids": [id]}),
        json!({"kind": "release_tranche", "tranche_id": id}),
        json!({"kind": "waive_gate", "gate": "assembly", "object_id": id}),
    ] {
        let told = DecisionEffect::from(&decide(effect.clone()).unwrap().effect);
        assert_eq!(serde_json::to_value(told).unwrap(), effect);
    }
    let wrong = codes(decide(
        json!({"kind": "waive_gate", "gate": "assembly", "tranche_id": id}),
    ));
    assert_eq!(
        wrong,
        [
            (Code::KindMismatch, "/effect/tranche_id".to_owned()),
            (Code::Required, "/effect/object_id".to_owned()),
        ]
    );
}

#[test]
fn a_seat_goes_to_exactly_one_member() {
    let check = |member: serde_json::Value| {
        let mut new = json!({"college": "inhabitants", "starts_on": "2015-04-01"});
        new.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        serde_json::from_value::<NewMandate>(new).unwrap().check()
    };
    assert!(check(json!({"person": {"name": "Amina Benali", "sex": "female"}})).is_ok());
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert!(check(json!({"partner_id": id})).is_ok());
    assert_eq!(codes(check(json!({}))), [(Code::Required, "/person_id".to_owned())]);
    let two = check(json!({"person_id": id, "partner_id": id}));
    assert_eq!(codes(two), [(Code::Required, "/person_id".to_owned())]);
}
