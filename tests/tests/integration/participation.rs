//! Participation steps: their way, their outcome, and the calendar.

use icalendar::parser::{read_calendar, unfold};
use parvis_tests::{Call, Who, World};
use serde_json::{Value, json};
use ureq::http::Method;

use crate::samples::step;

fn planned(world: &World) -> String {
    world
        .coordinator()
        .post(
            &format!("/programmes/{}/participation-steps", world.seed().public),
            &step(),
        )
        .id()
}

fn outcome(day: &str) -> Value {
    json!({"outcome": {"summary": {"fr": "Deux plans."}, "decisions": [{"fr": "Jardins au sud."}], "participants": 42}, "closed_on": day})
}

#[test]
fn a_step_goes_its_way() {
    let world = World::new();
    let client = world.coordinator();
    let id = planned(&world);
    let go = |verb: &str, body: Value| client.post(&format!("/participation-steps/{id}/{verb}"), &body);
    let reason = || json!({"reason": {"fr": "Une raison."}});
    go("close", outcome("2026-05-02")).refused(409, "transition_refused");
    go("annul", reason()).refused(409, "transition_refused");
    let opened = go("open", json!({"opened_on": "2026-05-01"})).ok();
    assert_eq!(
        (&opened["status"], &opened["opened_on"]),
        (&json!("open"), &json!("2026-05-01"))
    );
    assert_eq!(opened["transitions"], json!(["close", "cancel"]));
    go("open", json!({})).refused(409, "transition_refused");
    let events = world.events();
    go("close", json!({})).refused(422, "outcome_required");
    go("close", json!({"outcome": null})).refused(422, "outcome_required");
    go("close", outcome("2026-04-30")).refused(422, "date_too_early");
    go("close", outcome("2026-06-16")).refused(422, "date_in_future");
    assert_eq!(world.events(), events);
    let closed = go("close", outcome("2026-05-02")).ok();
    assert_eq!(
        (&closed["status"], &closed["closed_on"]),
        (&json!("closed"), &json!("2026-05-02"))
    );
    assert_eq!(closed["outcome"]["decisions"], json!([{"fr": "Jardins au sud."}]));
    assert_eq!(closed["outcome"]["participants"], 42);
    client
        .patch(&format!("/participation-steps/{id}"), "*", &json!({"location": "x"}))
        .refused(409, "transition_refused");
    go("cancel", reason()).refused(409, "transition_refused");
    go("annul", json!({"reason": {}})).refused(422, "required");
    let annulled = go("annul", reason()).ok();
    assert_eq!(
        (&annulled["status"], &annulled["reason"]),
        (&json!("annulled"), &json!({"fr": "Une raison."}))
    );
    assert_eq!(
        annulled["outcome"], closed["outcome"],
        "what came of it stays on record"
    );
    assert_eq!(
        world.stranger().get(&format!("/participation-steps/{id}")).ok()["status"],
        "annulled"
    );
}

#[test]
fn a_step_is_cancelled_before_it_is_over() {
    let world = World::new();
    let client = world.coordinator();
    for open in [false, true] {
        let id = planned(&world);
        if open {
            client.post(&format!("/participation-steps/{id}/open"), &json!({})).ok();
        }
        let reason = json!({"reason": {"fr": "Salle indisponible."}});
        let cancelled = client.post(&format!("/participation-steps/{id}/cancel"), &reason).ok();
        assert_eq!(
            (&cancelled["status"], &cancelled["transitions"]),
            (&json!("cancelled"), &json!([]))
        );
    }
}

#[test]
fn nothing_has_opened_tomorrow() {
    let world = World::new();
    let id = planned(&world);
    let open = json!({"opened_on": "2026-06-16"});
    world
        .coordinator()
        .post(&format!("/participation-steps/{id}/open"), &open)
        .refused(422, "date_in_future");
}

#[test]
fn the_object_of_consultation_is_kept() {
    let world = World::new();
    let mut body = step();
    body["object"] = json!({
        "question": {"fr": "Que faire ?"}, "scale": "neighbourhood", "impact": "co_decide", "slot": {"fr": "Avant le vote"}
    });
    let path = format!("/programmes/{}/participation-steps", world.seed().public);
    let made = world.coordinator().post(&path, &body).ok();
    assert_eq!(made["object"], body["object"]);
    let id = made["id"].as_str().unwrap_or_default();
    let changed = world
        .coordinator()
        .patch(&format!("/participation-steps/{id}"), "*", &json!({"object": null}))
        .ok();
    assert_eq!(changed["object"], Value::Null);
}

#[test]
fn steps_have_an_order() {
    let world = World::new();
    let path = format!("/programmes/{}/participation-steps", world.seed().public);
    let before = world.stranger().all(&path, 50);
    let added = world.coordinator().post(&path, &step()).ok();
    assert_eq!(added["position"], before.len() + 1, "the last where nothing is said");
    let positions: Vec<i64> = world
        .stranger()
        .all(&format!("{path}?sort=position"), 50)
        .iter()
        .map(|step| step["position"].as_i64().unwrap_or_default())
        .collect();
    assert!(positions.is_sorted());
    let days: Vec<String> = world
        .stranger()
        .all(&format!("{path}?sort=starts_on"), 50)
        .iter()
        .map(|step| step["starts_on"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert!(days.is_sorted());
}

#[test]
fn the_calendar_can_be_subscribed_to() {
    let world = World::new();
    let programme = &world.seed().public;
    let mut long = step();
    long["title"] =
        json!({"fr": "Atelier ; « jardins », bancs\\places, et tout ce qui fait un titre assez long pour être plié"});
    long["location"] = json!("Salle des fêtes, 1 place du Parvis");
    let steps = format!("/programmes/{programme}/participation-steps");
    world.coordinator().post(&steps, &long).ok();
    let cancelled = planned(&world);
    let reason = json!({"reason": {"fr": "Salle indisponible."}});
    world
        .coordinator()
        .post(&format!("/participation-steps/{cancelled}/cancel"), &reason)
        .ok();
    let answer = world.stranger().get(&format!("/programmes/{programme}/calendar.ics"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(
        answer
            .header("content-type")
            .unwrap_or_default()
            .starts_with("text/calendar")
    );
    assert!(answer.text.lines().all(|line| line.len() <= 76), "a line is not folded");
    let text = unfold(&answer.text);
    let calendar = read_calendar(&text).expect("the calendar can be read");
    let events: Vec<_> = calendar
        .components
        .iter()
        .filter(|component| component.name == "VEVENT")
        .collect();
    assert_eq!(events.len(), world.stranger().all(&steps, 50).len());
    let property = |event: &icalendar::parser::Component<'_>, name: &str| {
        event.find_prop(name).map(|property| property.val.as_str().to_owned())
    };
    for event in &events {
        for name in ["UID", "DTSTAMP", "DTSTART", "SUMMARY"] {
            assert!(property(event, name).is_some(), "{name} is missing in {event:?}");
        }
    }
    let states: Vec<_> = events.iter().filter_map(|event| property(event, "STATUS")).collect();
    assert!(states.contains(&"CANCELLED".to_owned()), "{states:?}");
    // The last day of a whole-day event is the one after it (RFC 5545).
    let ends: Vec<_> = events.iter().filter_map(|event| property(event, "DTEND")).collect();
    assert!(ends.contains(&"20260503".to_owned()), "{ends:?}");
    world
        .stranger()
        .get(&format!("/programmes/{}/calendar.ics", world.seed().private))
        .refused(404, "not_found");
    let private = format!("/programmes/{}/calendar.ics", world.seed().private);
    assert_eq!(world.of(Who::Observer).get(&private).status, 200);
    let french =
        Call::new(Method::GET, &format!("/programmes/{programme}/calendar.ics")).header("accept-language", "fr");
    assert!(world.stranger().send(&french).text.contains("Atelier"));
}
