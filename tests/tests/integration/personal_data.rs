//! What belongs to persons stays with those who need it.

use parvis_domain::accounts::{Operation, Role};
use parvis_tests::{Call, Who, World, document};
use serde_json::json;
use ureq::http::Method;

use crate::samples::Samples;

/// What is planted wherever a person's data can be, and must show nowhere in public.
const SECRETS: [&str; 4] = ["secret-mail", "Secret-Name", "+33 5 00 00", "Secret-Note"];

fn plant(world: &World) {
    let (admin, seed) = (world.admin(), world.seed());
    let contact = json!({
        "name": "Secret-Name Contact", "position": "Secret-Name", "email": "contact@secret-mail.example", "phone": "+33 5 00 00 00 01"
    });
    for partner in [&seed.funder, &seed.association] {
        admin.post(&format!("/partners/{partner}/contacts"), &contact).ok();
    }
    let share = parvis_tests::world::share(&admin, &seed.public, &seed.funder, 100);
    let mut movement = share.movement("commitment", 10);
    movement["note"] = json!("Secret-Note");
    let id = admin.post(&share.movements(), &movement).id();
    admin
        .post(&format!("/movements/{id}/reverse"), &json!({"reason": "Secret-Note"}))
        .ok();
    let invitation = json!({"email": "guest@secret-mail.example", "role": "observer"});
    admin
        .post(&format!("/programmes/{}/invitations", seed.public), &invitation)
        .ok();
    admin
        .post("/invitations", &json!({"email": "guest@secret-mail.example"}))
        .ok();
}

#[test]
fn the_public_sees_no_personal_data() {
    let world = World::new();
    plant(&world);
    let samples = Samples::new(&world, "public");
    let mut read = 0;
    for (operation, entry) in document::operations(&world.stranger()) {
        if entry.method != Method::GET {
            continue;
        }
        let call = samples.of(operation, Who::Stranger).call(&entry);
        for who in [Who::Stranger, Who::Outsider, Who::Foreigner] {
            // One's own account, and what founders see of contacts, is theirs to see.
            let own = operation == Operation::GetMe || (operation == Operation::ListContacts && who == Who::Foreigner);
            let answer = world.of(who).send(&call);
            assert!(
                own || SECRETS.iter().all(|secret| !answer.text.contains(secret)),
                "{operation} shows {who:?}: {}",
                answer.text
            );
            read += usize::from(answer.status == 200);
        }
    }
    assert!(read > 40, "only {read} answers were looked at");
    let seed = world.seed();
    let budgets = world
        .stranger()
        .all(&format!("/programmes/{}/budgets", seed.public), 50);
    for budget in &budgets {
        let path = format!("/budgets/{}/movements", budget["id"].as_str().unwrap_or_default());
        for movement in world.stranger().all(&path, 50) {
            assert_eq!(movement["note"], serde_json::Value::Null);
        }
    }
}

#[test]
fn members_see_names_and_only_leads_see_addresses() {
    let world = World::new();
    let path = format!("/programmes/{}/members", world.seed().public);
    for who in [Who::Observer, Who::Partner, Who::Officer] {
        assert!(
            !world.of(who).get(&path).text.contains("secret-mail"),
            "{who:?} sees addresses"
        );
    }
    for who in [Who::Coordinator, Who::Administrator] {
        assert!(
            world.of(who).get(&path).text.contains("secret-mail"),
            "{who:?} does not see addresses"
        );
    }
}

/// Events never held it: what is erased elsewhere is erased.
#[test]
fn the_history_holds_no_personal_data() {
    let world = World::new();
    plant(&world);
    let samples = Samples::new(&world, "public");
    for (operation, entry) in document::operations(&world.stranger()) {
        let ends_sessions = [Operation::LogoutEverywhere, Operation::ChangePassword].contains(&operation);
        if entry.method != Method::GET && !ends_sessions && !operation.roles().contains(&Role::Stranger) {
            world
                .admin()
                .send(&samples.of(operation, Who::Administrator).call(&entry));
        }
    }
    for column in ["before", "after"] {
        for secret in &SECRETS[..3] {
            let sql = format!("SELECT count(*) AS n FROM events WHERE {column} LIKE '%{secret}%'");
            assert_eq!(world.count(&sql), 0, "{column} holds {secret}");
        }
    }
}

#[test]
fn a_contact_that_is_erased_is_gone() {
    let world = World::new();
    let path = format!("/partners/{}/contacts", world.seed().funder);
    let contact = world.admin().post(&path, &json!({"name": "Secret-Name Contact"}));
    let id = contact.id();
    world.admin().delete(&format!("/contacts/{id}"), "*").ok();
    assert_eq!(world.count("SELECT count(*) AS n FROM contacts"), 0);
    assert!(world.admin().all(&path, 50).is_empty());
}

/// Secrets of sessions and invitations are kept as hashes, passwords as argon2id.
#[test]
fn secrets_are_hashed_at_rest() {
    let world = World::new();
    let argon =
        world.count("SELECT count(*) AS n FROM users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'");
    assert_eq!(argon, 8);
    let login = Call::new(Method::POST, "/auth/login")
        .json(&json!({"email": Who::Observer.email(), "password": parvis_tests::world::PASSWORD}));
    let answer = world.stranger().send(&login);
    let cookie = crate::samples::cookie(&answer);
    let (_, value) = cookie.split_once('=').expect("a cookie has a value");
    let stored = world.count("SELECT count(*) AS n FROM refresh_tokens WHERE length(hash) = 32");
    assert!(stored > 0 && value.len() >= 40);
}
