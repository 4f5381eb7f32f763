//! Invitations from end to end.

use chrono::Duration;
use parvis_tests::world::PASSWORD;
use parvis_tests::{Answer, Who, World};
use serde_json::{Value, json};

const GUEST: &str = "guest@secret-mail.example";

fn accept(world: &World, token: &Value, password: &str) -> Answer {
    let body = json!({"token": token, "name": "Secret-Name Guest", "password": password, "language": "es"});
    world.stranger().post("/invitations/accept", &body)
}

fn invite(world: &World, role: &Value) -> Value {
    let mut body = json!({"email": GUEST});
    body.as_object_mut()
        .into_iter()
        .for_each(|body| body.extend(role.as_object().cloned().unwrap_or_default()));
    world
        .coordinator()
        .post(&format!("/programmes/{}/invitations", world.seed().private), &body)
        .ok()
}

#[test]
fn a_guest_becomes_a_member() {
    let world = World::new();
    let invitation = invite(&world, &json!({"role": "observer"}));
    let link = invitation["link"].as_str().expect("there is a link");
    assert!(
        link.starts_with(parvis_tests::app::PUBLIC_URL)
            && link.contains(invitation["token"].as_str().unwrap_or_default())
    );
    let opened = accept(&world, &invitation["token"], "Une-phrase-d-invite-3");
    let session = opened.ok();
    assert!(opened.header("set-cookie").is_some());
    assert_eq!(session["user"]["language"], "es");
    assert_eq!(session["user"]["memberships"][0]["role"], "observer");
    let guest = world
        .stranger()
        .with_token(session["access_token"].as_str().unwrap_or_default());
    guest.get(&format!("/programmes/{}", world.seed().private)).ok();
    guest
        .get(&format!("/programmes/{}", world.seed().foreign))
        .refused(404, "not_found");
    let listed = world
        .coordinator()
        .all(&format!("/programmes/{}/invitations", world.seed().private), 10);
    assert!(
        listed[0]["accepted_at"].is_string() && listed[0].get("token").is_none() && listed[0].get("link").is_none()
    );
    accept(&world, &invitation["token"], "Une-phrase-d-invite-3").refused(422, "invitation_invalid");
}

#[test]
fn an_account_that_exists_proves_itself() {
    let world = World::new();
    let body = json!({"email": Who::Outsider.email(), "role": "partner", "partner_id": world.seed().association});
    let path = format!("/programmes/{}/invitations", world.seed().private);
    let invitation = world.coordinator().post(&path, &body).ok();
    let refused = accept(&world, &invitation["token"], "Une-fausse-phrase-1");
    assert!(refused.status >= 400 && refused.status < 500, "{}", refused.text);
    world
        .of(Who::Outsider)
        .get(&format!("/programmes/{}", world.seed().private))
        .refused(404, "not_found");
    accept(&world, &invitation["token"], PASSWORD).ok();
    world
        .of(Who::Outsider)
        .get(&format!("/programmes/{}", world.seed().private))
        .ok();
}

#[test]
fn an_invitation_ends() {
    let world = World::new();
    let events = |world: &World| world.count("SELECT count(*) AS n FROM users");
    let before = events(&world);
    for garbled in ["", "x", &"A".repeat(100)] {
        let answer = accept(&world, &json!(garbled), PASSWORD);
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    let withdrawn = invite(&world, &json!({"role": "observer"}));
    let id = withdrawn["id"].as_str().unwrap_or_default();
    let path = format!("/programme-invitations/{id}");
    world.coordinator().delete(&path, "*").ok();
    accept(&world, &withdrawn["token"], PASSWORD).refused(422, "invitation_invalid");
    let expired = invite(&world, &json!({"role": "observer"}));
    world.clock.forward(Duration::days(60));
    accept(&world, &expired["token"], PASSWORD).refused(422, "invitation_invalid");
    assert_eq!(events(&world), before, "an account was made");
}

#[test]
fn a_weak_password_is_refused_and_the_invitation_stays() {
    let world = World::new();
    let invitation = invite(&world, &json!({"role": "observer"}));
    accept(&world, &invitation["token"], "guest-guest-guest").refused(422, "password_weak");
    accept(&world, &invitation["token"], "Une-phrase-d-invite-3").ok();
}

#[test]
fn an_invitation_to_the_platform_gives_its_rights() {
    let world = World::new();
    let body = json!({"email": GUEST, "organiser": true});
    let invitation = world.admin().post("/invitations", &body).ok();
    let session = accept(&world, &invitation["token"], "Une-phrase-d-invite-3").ok();
    assert_eq!(
        (&session["user"]["organiser"], &session["user"]["administrator"]),
        (&json!(true), &json!(false))
    );
    let guest = world
        .stranger()
        .with_token(session["access_token"].as_str().unwrap_or_default());
    let programme = json!({
        "template_id": world.seed().template, "code": "GUEST-1", "title": {"fr": "Le mien"}, "starts_on": "2026-01-01"
    });
    let made = guest.post("/programmes", &programme).ok();
    assert_eq!(made["my_role"], "coordinator", "who sets a programme up runs it");
}

#[test]
fn invitations_are_checked() {
    let world = World::new();
    let path = format!("/programmes/{}/invitations", world.seed().private);
    for (body, code) in [
        (json!({"email": "nobody", "role": "observer"}), "email_invalid"),
        (json!({"email": "", "role": "observer"}), "required"),
        (json!({"email": GUEST, "role": "partner"}), "partner_binding_invalid"),
        (
            json!({"email": GUEST, "role": "partner", "partner_id": uuid::Uuid::now_v7()}),
            "reference_unknown",
        ),
        (
            json!({"email": GUEST, "role": "observer", "partner_id": world.seed().association}),
            "partner_binding_invalid",
        ),
    ] {
        world.coordinator().post(&path, &body).refused(422, code);
    }
    let member = json!({"email": Who::Observer.email(), "role": "observer"});
    let answer = world.coordinator().post(&path, &member);
    assert!([201, 409].contains(&answer.status), "{}", answer.text);
}

/// The secret of a link is kept as a hash.
#[test]
fn the_token_is_not_in_the_database() {
    let world = World::new();
    let invitation = invite(&world, &json!({"role": "observer"}));
    let token = invitation["token"].as_str().unwrap_or_default();
    for table in ["events", "idempotency_keys"] {
        let column = if table == "events" { "after" } else { "body" };
        let sql = format!("SELECT count(*) AS n FROM {table} WHERE {column} LIKE '%{token}%'");
        assert_eq!(world.count(&sql), 0, "{table} holds the token");
    }
}
