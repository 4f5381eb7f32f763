//! What may not be seen does not exist: the same answer, for the same work.

use parvis_tests::document;
use parvis_tests::{Answer, Who, World};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::samples::Samples;

/// The body without what names the request itself.
fn told(answer: &Answer, id: &str) -> Value {
    let mut problem = answer.problem();
    assert!(
        !problem["detail"].as_str().unwrap_or_default().contains(id),
        "{problem}"
    );
    let fields = problem.as_object_mut().expect("a problem is an object");
    fields.remove("request_id");
    fields.remove("instance");
    problem
}

#[test]
fn the_hidden_and_the_missing_are_told_alike() {
    let world = World::new();
    let samples = Samples::new(&world, "private");
    for (operation, entry) in document::operations(&world.stranger()) {
        if !Samples::in_programme(&entry, operation) {
            continue;
        }
        let sample = samples.of(operation, Who::Administrator);
        for who in [Who::Stranger, Who::Outsider, Who::Foreigner] {
            let client = world.of(who);
            let ask = |call: &parvis_tests::Call| {
                let before = world.store.statements();
                let answer = client.send(call);
                (answer, world.store.statements() - before)
            };
            let (hidden, hidden_cost) = ask(&sample.call(&entry));
            let missing = Uuid::now_v7().to_string();
            let (absent, absent_cost) = ask(&sample.elsewhere(&missing).call(&entry));
            hidden.refused(404, "not_found");
            absent.refused(404, "not_found");
            let id = sample.id().unwrap_or_default();
            assert_eq!(told(&hidden, id), told(&absent, &missing), "{operation} by {who:?}");
            assert_eq!(
                hidden_cost, absent_cost,
                "{operation} by {who:?}: statements for hidden and missing"
            );
        }
    }
}

#[test]
fn a_private_programme_is_in_no_list_of_others() {
    let world = World::new();
    let codes = |who: Who| -> Vec<String> {
        let programmes = world.of(who).all("/programmes?sort=code", 10);
        programmes
            .iter()
            .map(|programme| programme["code"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    for who in [Who::Stranger, Who::Outsider, Who::Organiser] {
        assert_eq!(codes(who), ["PUBLIC-1"], "{who:?}");
    }
    for who in [Who::Observer, Who::Partner, Who::Officer, Who::Coordinator] {
        assert_eq!(codes(who), ["PRIVATE-1", "PUBLIC-1"], "{who:?}");
    }
    assert_eq!(codes(Who::Foreigner), ["FOREIGN-1", "PUBLIC-1"]);
    assert_eq!(codes(Who::Administrator), ["FOREIGN-1", "PRIVATE-1", "PUBLIC-1"]);
    let found = world.stranger().all("/programmes?q=PRIVATE", 10);
    assert!(found.is_empty(), "a search shows what a list hides");
}

#[test]
fn a_programme_that_is_hidden_again_is_gone() {
    let world = World::new();
    let path = format!("/programmes/{}", world.seed().public);
    let tag = world.stranger().get(&path).etag();
    world
        .coordinator()
        .patch(&path, "*", &json!({"visibility": "private"}))
        .ok();
    world.stranger().get(&path).refused(404, "not_found");
    let call = parvis_tests::Call::new(ureq::http::Method::GET, &path).header("if-none-match", &tag);
    world.stranger().send(&call).refused(404, "not_found");
}

/// What a body names must be visible to whoever sends it, or it is unknown.
#[test]
fn ids_of_others_are_unknown() {
    let world = World::new();
    let (client, own) = (world.coordinator(), world.share(100));
    let seed = world.seed();
    let foreign = parvis_tests::world::share(&world.admin(), &seed.foreign, &seed.funder, 100);
    let events = world.events();
    let path = format!("/budgets/{}/grants", own.budget);
    let grant = json!({
        "funder_id": seed.funder, "kind": "cash", "currency": "EUR",
        "shares": [{"line_id": foreign.line, "planned": parvis_tests::eur(1)}]
    });
    client.post(&path, &grant).refused(422, "reference_unknown");
    let mut movement = own.movement("commitment", 1);
    movement["grant_id"] = json!(foreign.grant);
    client
        .post(&own.movements(), &movement)
        .refused(422, "reference_unknown");
    client
        .post(&foreign.movements(), &foreign.movement("commitment", 1))
        .refused(404, "not_found");
    client.get(&foreign.balances()).refused(404, "not_found");
    assert_eq!(world.events(), events);
}

/// A member sees more of a public programme than the public, under another tag.
#[test]
fn the_view_is_part_of_the_tag() {
    let world = World::new();
    let path = format!("/programmes/{}", world.seed().public);
    let (public, member) = (world.stranger().get(&path), world.coordinator().get(&path));
    assert!(public.etag().contains("-public") && member.etag().contains("-member"));
    let call = parvis_tests::Call::new(ureq::http::Method::GET, &path);
    assert_eq!(
        world
            .stranger()
            .send(&call.clone().header("if-none-match", &public.etag()))
            .status,
        304
    );
    assert_eq!(
        world
            .stranger()
            .send(&call.header("if-none-match", &member.etag()))
            .status,
        200
    );
}
