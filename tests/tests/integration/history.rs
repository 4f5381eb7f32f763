//! The history: one event per change, chained, without personal data.

use parvis_domain::events::{GENESIS, NewEvent, hash};
use parvis_domain::ids::{EventId, ProgrammeId, UserId};
use parvis_tests::world::id;
use parvis_tests::{Who, World};
use serde_json::{Value, json};

fn history(world: &World, programme: &str) -> Vec<Value> {
    let mut events = world.admin().all(&format!("/programmes/{programme}/history"), 100);
    events.sort_by_key(|event| event["seq"].as_i64());
    events
}

/// Recomputes the chain of a programme.
pub fn assert_chain(world: &World, programme: &str) {
    let mut previous = GENESIS.to_vec();
    let events = history(world, programme);
    assert!(!events.is_empty());
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for (n, event) in events.iter().enumerate() {
        let seq = event["seq"].as_i64().unwrap_or_default();
        assert_eq!(seq, n as i64 + 1, "the numbers have a gap");
        assert_eq!(text(&event["prev_hash"]), hex(&previous), "{event}");
        let new = NewEvent {
            id: EventId(id(&text(&event["id"]))),
            programme: Some(ProgrammeId(id(programme))),
            at: text(&event["at"]).parse().expect("an instant"),
            actor: event["actor_id"].as_str().map(|actor| UserId(id(actor))),
            operation: text(&event["operation"]),
            object_type: text(&event["object_type"]),
            object_id: id(&text(&event["object_id"])),
            before: event["before"].clone(),
            after: event["after"].clone(),
        };
        previous = hash(&previous, seq, &new).to_vec();
        assert_eq!(text(&event["hash"]), hex(&previous), "{event}");
    }
}

#[test]
fn the_chain_can_be_recomputed() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let movement = client.post(&share.movements(), &share.movement("commitment", 60)).id();
    client
        .post(
            &format!("/movements/{movement}/reverse"),
            &json!({"reason": "Erreur « é » \"x\" \\"}),
        )
        .ok();
    let path = format!("/programmes/{}", world.seed().private);
    client
        .patch(
            &path,
            "*",
            &json!({"summary": {"fr": "Ligne 1\nLigne 2", "km": "ភ្នំពេញ"}}),
        )
        .ok();
    assert_chain(&world, &world.seed().private);
    assert_chain(&world, &world.seed().public);
}

#[test]
fn an_event_says_who_what_and_how_it_was_before() {
    let world = World::new();
    let path = format!("/programmes/{}", world.seed().private);
    let before = world.coordinator().get(&path).ok();
    world
        .coordinator()
        .patch(&path, "*", &json!({"title": {"fr": "Nouveau titre"}}))
        .ok();
    let event = history(&world, &world.seed().private).pop().expect("there is an event");
    assert_eq!(event["operation"], "update_programme");
    assert_eq!(event["object_type"], "programme");
    assert_eq!(event["object_id"], world.seed().private.as_str());
    assert_eq!(event["actor_id"], world.seed().users[&Who::Coordinator].as_str());
    assert_eq!(event["before"]["title"], before["title"]);
    assert_eq!(event["after"]["title"], json!({"fr": "Nouveau titre"}));
}

#[test]
fn a_refused_change_leaves_no_event() {
    let world = World::new();
    let path = format!("/programmes/{}", world.seed().private);
    let events = world.events();
    world
        .of(Who::Observer)
        .patch(&path, "*", &json!({"title": {"fr": "x"}}))
        .refused(403, "permission_denied");
    world
        .coordinator()
        .patch(&path, "*", &json!({"title": {"fr": ""}}))
        .refused(422, "required");
    world
        .coordinator()
        .patch(&path, "\"99-member\"", &json!({"title": {"fr": "x"}}))
        .refused(412, "version_stale");
    assert_eq!(world.events(), events);
}
