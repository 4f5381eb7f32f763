//! Bodies: who sits in them, what they may decide, and what the public is told.

use std::collections::BTreeMap;

use parvis_tests::{Client, Who, World, eur};
use serde_json::{Value, json};

use crate::concurrency::{at_once, copies, tally};
use crate::samples::bodies::{committee, council, create_body, decision, mandate, meeting, seat};
use crate::samples::conditions::instalments;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A council in which all ten seats are taken, and its mandates.
fn full_council(client: &Client, programme: &str) -> (String, Vec<String>) {
    let body = create_body(client, programme, &council());
    let sexes = ["female", "male", "female", "male", "female", "male"];
    let inhabitants = sexes.map(|sex| seat(client, &body, "inhabitants", sex));
    let actors = [0; 4].map(|_| seat(client, &body, "actors", "unstated"));
    let seated = inhabitants.iter().chain(&actors).map(|mandate| text(&mandate["id"]));
    (body.clone(), seated.collect())
}

/// A meeting of a body to which these came.
fn held(client: &Client, body: &str, held_on: &str, came: &[String]) -> String {
    let id = client.post(&format!("/bodies/{body}/meetings"), &meeting(held_on)).id();
    client
        .post(&format!("/body-meetings/{id}/hold"), &json!({"mandate_ids": came}))
        .ok();
    id
}

fn decide(client: &Client, meeting: &str, decision: &Value) -> parvis_tests::Answer {
    client.post(&format!("/body-meetings/{meeting}/decisions"), decision)
}

#[test]
fn four_of_ten_decide_nothing_and_five_do() {
    let world = World::new();
    let client = world.coordinator();
    let (body, seated) = full_council(&client, &world.seed().public);
    let early = client
        .post(&format!("/bodies/{body}/meetings"), &meeting("2026-02-10"))
        .id();
    decide(&client, &early, &decision(1, 0)).refused(409, "transition_refused");
    client.post(&format!("/body-meetings/{early}/cancel"), &json!({})).ok();
    let mut convened_again = meeting("2026-02-20");
    convened_again["again"] = json!(true);
    let meetings = format!("/bodies/{body}/meetings");
    client
        .post(&meetings, &convened_again)
        .refused(422, "reference_unknown");

    let four = held(&client, &body, "2026-02-12", &seated[..4]);
    let seen = client.get(&format!("/body-meetings/{four}")).ok();
    assert_eq!(
        (&seen["quorum_reached"], &seen["quorum"]),
        (
            &json!(false),
            &json!([{"college": null, "present": 4, "needed": 5, "of": 10, "reached": false}])
        )
    );
    let refused = decide(&client, &four, &decision(4, 0)).refused(422, "quorum_not_reached");
    assert_eq!(refused["detail"], "4 of 10 of the body are present; 5 are needed.");
    // Rules that are made easier afterwards do not help a meeting that was held before.
    let mut easier = council()["rules"].clone();
    easier["quorums"] = json!([{"members": 1}]);
    client
        .patch(&format!("/bodies/{body}"), "*", &json!({"rules": easier}))
        .ok();
    decide(&client, &four, &decision(4, 0)).refused(422, "quorum_not_reached");
    client
        .patch(&format!("/bodies/{body}"), "*", &json!({"rules": council()["rules"]}))
        .ok();

    let again = client.post(&meetings, &convened_again).id();
    let came = json!({"mandate_ids": &seated[..4]});
    client.post(&format!("/body-meetings/{again}/hold"), &came).ok();
    assert_eq!(decide(&client, &again, &decision(4, 0)).ok()["carried"], true);
    let five = held(&client, &body, "2026-02-25", &seated[..5]);
    assert_eq!(decide(&client, &five, &decision(2, 3)).ok()["carried"], false);
}

#[test]
fn a_decision_keeps_to_agenda_competence_and_votes() {
    let world = World::new();
    let client = world.coordinator();
    let (body, seated) = full_council(&client, &world.seed().private);
    let id = held(&client, &body, "2026-02-12", &seated[..6]);
    let with = |field: &str, value: Value| {
        let mut new = decision(5, 1);
        new[field] = value;
        new
    };
    let told = with("item", json!(1));
    decide(&client, &id, &told).refused(422, "not_on_agenda");
    decide(&client, &id, &decision(6, 1)).refused(422, "too_many_votes");
    let nothing = "01890a5d-ac96-774b-bcce-b302099a8057";
    let adopt = with("effect", json!({"kind": "adopt_agreement", "agreement_id": nothing}));
    decide(&client, &id, &adopt).refused(422, "not_competent");
    let waive = json!({"kind": "waive_gate", "gate": "assembly-before-works", "object_id": nothing});
    decide(&client, &id, &with("effect", waive.clone())).refused(422, "required");
    let mut waived = with("effect", waive);
    waived["reason"] = json!({"fr": "Urgence sanitaire."});
    decide(&client, &id, &waived).refused(422, "reference_unknown");
    let release = with("effect", json!({"kind": "release_tranche", "tranche_id": nothing}));
    decide(&client, &id, &release).refused(422, "reference_unknown");
    decide(&client, &id, &decision(5, 1)).ok();
    decide(&client, &id, &decision(5, 1)).refused(409, "already_exists");
}

/// What a decision is about leads to it, until it is found void.
#[test]
fn a_decision_is_linked_from_the_tranche_that_it_releases() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let grant = instalments(&client, &share, &world.seed().funder, 100);
    let tranche = client
        .post(&format!("/grants/{grant}/tranches"), &json!({"amount": eur(40)}))
        .id();
    let body = create_body(&client, &world.seed().private, &committee(3));
    let member = text(&seat(&client, &body, "members", "female")["id"]);
    let id = held(&client, &body, "2026-02-12", &[member]);
    let mut new = decision(1, 0);
    new["effect"] = json!({"kind": "release_tranche", "tranche_id": tranche});
    let made = decide(&client, &id, &new).ok();
    let list = format!(
        "/programmes/{}/body-decisions?tranche_id={tranche}",
        world.seed().private
    );
    assert_eq!(client.all(&list, 10), std::slice::from_ref(&made));
    let path = format!("/body-decisions/{}/annul", text(&made["id"]));
    let annul = |day: &str| {
        client.post(
            &path,
            &json!({"annulled_on": day, "reason": "Convocation irrégulière."}),
        )
    };
    annul("2026-02-11").refused(422, "date_too_early");
    annul("2026-06-16").refused(422, "date_in_future");
    annul("2026-03-01").ok();
    annul("2026-03-01").refused(409, "transition_refused");
    assert_eq!(client.all(&list, 10)[0]["annulled_on"], "2026-03-01");
    let foreign = world.of(Who::Foreigner).get(&list);
    foreign.refused(404, "not_found");
}

#[test]
fn one_of_many_decisions_of_an_item_succeeds() {
    let world = World::new();
    let client = world.coordinator();
    let (body, seated) = full_council(&client, &world.seed().private);
    let id = held(&client, &body, "2026-02-12", &seated);
    let statuses = at_once(copies(&client, 12), |_, client| {
        decide(client, &id, &decision(6, 4)).status
    });
    assert_eq!(tally(statuses), BTreeMap::from([(201, 1), (409, 11)]));
    assert_eq!(world.count("SELECT count(*) AS n FROM body_decisions"), 1);
}

#[test]
fn seats_are_given_once_and_in_parity() {
    let world = World::new();
    let client = world.coordinator();
    let body = create_body(&client, &world.seed().private, &council());
    let path = format!("/bodies/{body}/mandates");
    let three: Vec<Value> = (0..3).map(|_| seat(&client, &body, "inhabitants", "female")).collect();
    client
        .post(&path, &mandate("inhabitants", "female"))
        .refused(422, "parity_broken");
    client
        .post(&path, &mandate("elders", "female"))
        .refused(422, "reference_unknown");
    let known = json!({"college": "actors", "person_id": three[0]["person_id"], "starts_on": "2026-01-10"});
    client.post(&path, &known).refused(422, "already_seated");
    let both = json!({"college": "actors", "starts_on": "2026-01-10"});
    client.post(&path, &both).refused(422, "required");
    for _ in 0..3 {
        seat(&client, &body, "inhabitants", "male");
    }
    client
        .post(&path, &mandate("inhabitants", "unstated"))
        .refused(422, "college_full");
    let mut substitute = mandate("inhabitants", "male");
    substitute["substitute_of"] = three[0]["id"].clone();
    client.post(&path, &substitute).ok();
    let day = |day: &str| client.get(&format!("/bodies/{body}/composition?as_of={day}")).ok();
    let inhabitants = day("2026-02-01")["colleges"][0].clone();
    assert_eq!(
        (&inhabitants["women"], &inhabitants["men"], &inhabitants["vacant"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!(day("2026-01-09")["filled"], 0);
    client
        .get(&format!("/bodies/{body}/composition?as_of=today"))
        .refused(400, "parameter_invalid");
    let end = |id: &Value, day: Value| client.patch(&format!("/mandates/{}", text(id)), "*", &json!({"ends_on": day}));
    end(&three[0]["id"], json!("2026-01-09")).refused(422, "period_inverted");
    end(&three[0]["id"], json!("2026-03-31")).ok();
    assert_eq!(day("2026-04-01")["colleges"][0]["vacant"], 1);
    // Somebody else takes the seat, so the first cannot come back to it.
    let mut next = mandate("inhabitants", "female");
    next["starts_on"] = json!("2026-04-01");
    client.post(&path, &next).ok();
    end(&three[0]["id"], Value::Null).refused(422, "validation_failed");
    // A college has no fewer seats than members, and does not go while anybody was in it.
    let mut fewer = council()["colleges"].clone();
    fewer[0]["seats"] = json!(5);
    let at = format!("/bodies/{body}");
    client
        .patch(&at, "*", &json!({"colleges": fewer}))
        .refused(422, "college_full");
    client
        .patch(&at, "*", &json!({"colleges": [council()["colleges"][1]]}))
        .refused(409, "in_use");
}

#[test]
fn one_of_many_takes_the_last_seat() {
    let world = World::new();
    let client = world.coordinator();
    let body = create_body(&client, &world.seed().private, &committee(1));
    let statuses = at_once(copies(&client, 12), |_, client| {
        client
            .post(&format!("/bodies/{body}/mandates"), &mandate("members", "female"))
            .status
    });
    assert_eq!(tally(statuses), BTreeMap::from([(201, 1), (422, 11)]));
}

/// Inhabitants of the council sit in the steering committee as long as in their council.
#[test]
fn a_body_fills_seats_of_another() {
    let world = World::new();
    let client = world.coordinator();
    let programme = &world.seed().public;
    let council = create_body(&client, programme, &council());
    let mut steering = committee(3);
    steering["colleges"][0]["designation"] = json!("by_body");
    let steering = create_body(&client, programme, &steering);
    let sits = seat(&client, &council, "inhabitants", "female");
    let give = |person: &Value, by: Value| {
        let new = json!({"college": "members", "person_id": person, "starts_on": "2026-01-10", "delegated_by": by});
        client.post(&format!("/bodies/{steering}/mandates"), &new)
    };
    give(&sits["person_id"], Value::Null).refused(422, "not_delegated");
    let elsewhere = seat(
        &client,
        &create_body(&client, programme, &committee(1)),
        "members",
        "male",
    );
    give(&elsewhere["person_id"], json!(council)).refused(422, "not_delegated");
    let foreign = create_body(&world.admin(), &world.seed().foreign, &committee(1));
    give(&sits["person_id"], json!(foreign)).refused(422, "reference_unknown");
    give(&sits["person_id"], json!(council)).ok();
    let filled = |day: &str| {
        let path = format!("/bodies/{steering}/composition?as_of={day}");
        world.stranger().get(&path).ok()["filled"].clone()
    };
    assert_eq!(filled("2026-06-01"), 1);
    let path = format!("/mandates/{}", text(&sits["id"]));
    client.patch(&path, "*", &json!({"ends_on": "2026-05-31"})).ok();
    assert_eq!((filled("2026-05-31"), filled("2026-06-01")), (json!(1), json!(0)));
}

/// The public is told the names that the order publishes, and neither minutes nor who came.
#[test]
fn the_public_sees_what_the_order_publishes() {
    let world = World::new();
    let client = world.coordinator();
    let body = create_body(&client, &world.seed().public, &committee(3));
    let mut known = mandate("members", "female");
    known["person"]["name"] = json!("Nommée par l'arrêté");
    known["person"]["published"] = json!(true);
    let known = client.post(&format!("/bodies/{body}/mandates"), &known).ok();
    let other = seat(&client, &body, "members", "male");
    let mandates = format!("/bodies/{body}/mandates");
    let names = |who: Who| -> Vec<Value> {
        let all = world.of(who).all(&mandates, 10);
        all.iter().map(|mandate| mandate["name"].clone()).collect()
    };
    for who in [Who::Stranger, Who::Outsider, Who::Foreigner] {
        assert_eq!(names(who), [json!("Nommée par l'arrêté"), Value::Null], "{who:?}");
    }
    assert_eq!(names(Who::Observer)[1], other["name"]);
    let id = client
        .post(&format!("/bodies/{body}/meetings"), &meeting("2026-02-12"))
        .id();
    let came = json!({"mandate_ids": [known["id"], other["id"]], "minutes": {"fr": "Nommée prend la parole."}});
    client.post(&format!("/body-meetings/{id}/hold"), &came).ok();
    let path = format!("/body-meetings/{id}");
    let (inside, outside) = (
        world.of(Who::Observer).get(&path).ok(),
        world.stranger().get(&path).ok(),
    );
    assert_eq!(inside["mandate_ids"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&outside["mandate_ids"], &outside["minutes"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(
        (&outside["agenda"], &outside["quorum_reached"]),
        (&inside["agenda"], &json!(true))
    );
    // A mandate does not end before a meeting that its holder attended.
    client
        .patch(
            &format!("/mandates/{}", text(&other["id"])),
            "*",
            &json!({"ends_on": "2026-02-11"}),
        )
        .refused(422, "date_too_early");
}

#[test]
fn a_person_who_is_erased_is_gone() {
    let world = World::new();
    let client = world.coordinator();
    let body = create_body(&client, &world.seed().public, &committee(3));
    let mut new = mandate("members", "female");
    new["person"] = json!({
        "name": "Secret-Name Erased", "sex": "female", "email": "erased@secret-mail.example", "phone": "+33 5 00 00 00 09",
        "published": true
    });
    let made = client
        .post_with_key(&format!("/bodies/{body}/mandates"), &new, "a-seat")
        .ok();
    let secrets = ["Secret-Name Erased", "erased@secret-mail.example", "+33 5 00 00 00 09"];
    for secret in secrets {
        assert!(
            !crate::personal_data::found(&world, secret).is_empty(),
            "{secret} was never there"
        );
    }
    let person = format!("/body-persons/{}", text(&made["person_id"]));
    world
        .of(Who::Observer)
        .delete(&person, "*")
        .refused(403, "permission_denied");
    client.delete(&person, "*").ok();
    for secret in secrets {
        assert_eq!(
            crate::personal_data::found(&world, secret),
            [""; 0],
            "{secret} is still there"
        );
    }
    let composed = world.stranger().get(&format!("/bodies/{body}/composition")).ok();
    assert_eq!(composed["filled"], 1);
    let left = world.stranger().all(&format!("/bodies/{body}/mandates"), 10);
    assert_eq!(left[0]["name"], Value::Null);
}

#[test]
fn a_convocation_comes_in_time() {
    let world = World::new();
    let client = world.coordinator();
    let (body, seated) = full_council(&client, &world.seed().private);
    let path = format!("/bodies/{body}/meetings");
    let convene = |sent: &str, on: &str| {
        let mut new = meeting(on);
        new["convened_on"] = json!(sent);
        client.post(&path, &new)
    };
    convene("2026-02-06", "2026-02-10").refused(422, "notice_too_short");
    convene("2026-02-11", "2026-02-10").refused(422, "date_too_early");
    convene("2026-06-16", "2026-06-30").refused(422, "date_in_future");
    let mut empty = meeting("2026-02-10");
    empty["agenda"] = json!([]);
    client.post(&path, &empty).refused(422, "required");
    let coming = convene("2026-06-15", "2026-06-30").id();
    let hold =
        |id: &str, came: &[String]| client.post(&format!("/body-meetings/{id}/hold"), &json!({"mandate_ids": came}));
    hold(&coming, &seated).refused(422, "date_in_future");
    let past = convene("2026-02-01", "2026-02-10").id();
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057".to_owned();
    hold(&past, &[nobody]).refused(422, "reference_unknown");
    hold(&past, &seated).ok();
    hold(&past, &seated).refused(409, "transition_refused");
    let at = format!("/body-meetings/{past}");
    client
        .patch(&at, "*", &json!({"location": "Ailleurs"}))
        .refused(409, "transition_refused");
    client
        .post(&format!("{at}/minutes"), &json!({"minutes": {"fr": "Ouverte à 18 h."}}))
        .ok();
    client
        .post(
            &format!("/body-meetings/{coming}/minutes"),
            &json!({"minutes": {"fr": "Trop tôt."}}),
        )
        .refused(409, "transition_refused");
    client.delete(&format!("/bodies/{body}"), "*").ok();
    convene("2026-02-01", "2026-02-10").refused(409, "archived");
    assert!(
        client
            .all(&format!("/programmes/{}/bodies", world.seed().private), 10)
            .is_empty()
    );
}
