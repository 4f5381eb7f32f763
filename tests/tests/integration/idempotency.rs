//! The same request twice acts once.

use std::sync::Barrier;

use parvis_tests::{Call, Who, World, eur};
use serde_json::{Value, json};
use ureq::http::Method;
use uuid::Uuid;

#[test]
fn the_same_key_and_body_give_the_same_answer() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let body = share.movement("commitment", 10);
    let first = client.post_with_key(&share.movements(), &body, "key-1");
    let events = world.events();
    let again = client.post_with_key(&share.movements(), &body, "key-1");
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.ok(), again.ok());
    for name in ["location", "etag", "content-type"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
    assert_eq!(world.events(), events);
    assert_eq!(world.count("SELECT count(*) AS n FROM movements"), 1);
}

#[test]
fn another_body_is_refused() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    client
        .post_with_key(&share.movements(), &share.movement("commitment", 10), "key-1")
        .ok();
    let events = world.events();
    let other = client.post_with_key(&share.movements(), &share.movement("commitment", 11), "key-1");
    other.refused(422, "idempotency_key_reused");
    // The same value written otherwise is another body: its bytes count.
    let spaced = format!(" {}", share.movement("commitment", 10));
    let call = Call::new(Method::POST, &share.movements()).text("application/json", spaced);
    client
        .send(&call.header("idempotency-key", "key-1"))
        .refused(422, "idempotency_key_reused");
    assert_eq!(world.events(), events);
}

#[test]
fn a_key_belongs_to_its_owner_and_its_operation() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let body = share.movement("commitment", 10);
    client.post_with_key(&share.movements(), &body, "key-1").ok();
    world
        .of(Who::Officer)
        .post_with_key(&share.movements(), &body, "key-1")
        .ok();
    let budget = json!({"title": {"fr": "Plan"}, "starts_on": "2026-01-01"});
    let programme = format!("/programmes/{}/budgets", world.seed().private);
    client.post_with_key(&programme, &budget, "key-1").ok();
    assert_eq!(world.count("SELECT count(*) AS n FROM movements"), 2);
}

#[test]
fn an_error_is_not_kept() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let body = share.movement("commitment", 101);
    client
        .post_with_key(&share.movements(), &body, "key-1")
        .refused(422, "committed_exceeds_available");
    let line = format!("/lines/{}", share.line);
    let revision = json!({"grant_id": share.grant, "planned": eur(200), "granted": eur(200), "booked_on": "2026-03-01", "reason": "Avenant"});
    client.patch(&line, "*", &json!({"revisions": [revision]})).ok();
    client.post_with_key(&share.movements(), &body, "key-1").ok();
    let other = share.movement("commitment", 1);
    client
        .post_with_key(&share.movements(), &other, "key-1")
        .refused(422, "idempotency_key_reused");
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let world = World::new();
    let (share, email) = (world.share(100), Who::Coordinator.email());
    let sign_in = || {
        let session = parvis_tests::world::sign_in(&world.stranger(), &email);
        world
            .stranger()
            .with_token(session["access_token"].as_str().unwrap_or_default())
    };
    let body = share.movement("commitment", 10);
    let first = sign_in().post_with_key(&share.movements(), &body, "key-1").id();
    world.clock.forward(chrono::Duration::hours(23));
    assert_eq!(sign_in().post_with_key(&share.movements(), &body, "key-1").id(), first);
    world.clock.forward(chrono::Duration::hours(2));
    assert_ne!(sign_in().post_with_key(&share.movements(), &body, "key-1").id(), first);
}

#[test]
fn the_same_key_at_the_same_moment_posts_once() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(1000));
    let body = share.movement("commitment", 10);
    let barrier = Barrier::new(24);
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..24)
            .map(|_| {
                scope.spawn(|| {
                    let client = client.with_token(client.token().unwrap_or_default());
                    barrier.wait();
                    client.post_with_key(&share.movements(), &body, "key-1").ok()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no client panics"))
            .collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(world.count("SELECT count(*) AS n FROM movements"), 1);
}

#[test]
fn keys_are_checked() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let body = share.movement("commitment", 10);
    for key in ["", "a b", &"x".repeat(201), "cl\u{e9}"] {
        let answer = client.post_with_key(&share.movements(), &body, key);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "idempotency_key_invalid"),
            "{key:?}: {}",
            answer.text
        );
    }
    assert_eq!(world.count("SELECT count(*) AS n FROM movements"), 0);
}

/// What holds a secret is told once: whoever repeats the request learns where it is, not what it said.
#[test]
fn a_secret_is_told_once() {
    let world = World::new();
    let admin = world.admin();
    let body = json!({"email": "somebody@secret-mail.example"});
    let first = admin.post_with_key("/invitations", &body, "key-1");
    let token = first.ok()["token"]
        .as_str()
        .expect("an invitation has a token")
        .to_owned();
    let again = admin.post_with_key("/invitations", &body, "key-1");
    again.refused(409, "already_done");
    assert_eq!(again.header("location"), first.header("location"));
    assert!(!again.text.contains(&token));
    assert_eq!(first.header("cache-control"), Some("no-store"));
    let kept = world.count("SELECT count(*) AS n FROM idempotency_keys WHERE body LIKE '%token%'");
    assert_eq!(kept, 0, "a secret is kept");
}

/// Signing in never answers from what is kept.
#[test]
fn signing_in_ignores_the_key() {
    let world = World::new();
    let login = json!({"email": Who::Observer.email(), "password": parvis_tests::world::PASSWORD});
    let key = Uuid::now_v7().to_string();
    let first = world.stranger().post_with_key("/auth/login", &login, &key).ok();
    world.clock.forward(chrono::Duration::seconds(1));
    let second = world.stranger().post_with_key("/auth/login", &login, &key).ok();
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(world.count("SELECT count(*) AS n FROM idempotency_keys"), 0);
}
