//! A second person: what waits counts against every ceiling and supports none.

use parvis_tests::sums::assert_sums;
use parvis_tests::{Answer, Client, Share, Who, World, eur};
use serde_json::{Value, json};

/// Sets whether movements of the private programme wait for a second person.
pub fn four_eyes(world: &World, wanted: bool) {
    let path = format!("/programmes/{}", world.seed().private);
    world
        .coordinator()
        .patch(&path, "*", &json!({"four_eyes": wanted}))
        .ok();
}

fn start(euros: u32) -> (World, Share, Client, Client) {
    let world = World::new();
    let share = world.share(euros);
    four_eyes(&world, true);
    let (coordinator, officer) = (world.coordinator(), world.of(Who::Officer));
    (world, share, coordinator, officer)
}

fn post(client: &Client, share: &Share, kind: &str, euros: u32) -> Answer {
    client.post(&share.movements(), &share.movement(kind, euros))
}

fn approve(client: &Client, id: &str) -> Answer {
    client.post(&format!("/movements/{id}/approve"), &json!({}))
}

fn refuse(client: &Client, id: &str) -> Answer {
    client.post(
        &format!("/movements/{id}/refuse"),
        &json!({"reason": "Pièce manquante"}),
    )
}

fn committed(client: &Client, share: &Share) -> String {
    let balances = client.get(&share.balances()).ok();
    balances["items"][0]["committed"]["amount"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn listed(client: &Client, share: &Share, status: &str) -> usize {
    client.all(&format!("{}?status={status}", share.movements()), 200).len()
}

#[test]
fn a_movement_waits_until_another_person_approves_it() {
    let (world, share, coordinator, officer) = start(100);
    let made = post(&coordinator, &share, "commitment", 60).ok();
    let id = made["id"].as_str().unwrap_or_default();
    assert_eq!(
        (&made["status"], committed(&officer, &share)),
        (&json!("pending"), "0.00".to_owned())
    );
    // It reserves, and nothing is paid on it.
    post(&officer, &share, "commitment", 41).refused(422, "committed_exceeds_available");
    post(&officer, &share, "disbursement", 1).refused(422, "disbursed_exceeds_committed");
    let path = format!("/movements/{id}/reverse");
    officer
        .post(&path, &json!({"reason": "Essai"}))
        .refused(409, "not_approved");
    approve(&coordinator, id).refused(403, "second_person_required");
    refuse(&coordinator, id).refused(403, "second_person_required");
    approve(&world.of(Who::Observer), id).refused(403, "permission_denied");
    let events = world.events();
    let approved = approve(&officer, id).ok();
    assert_eq!((&approved["status"], world.events()), (&json!("approved"), events + 1));
    assert!(approved["decided_at"].is_string());
    assert_eq!(committed(&officer, &share), "60.00");
    approve(&officer, id).refused(409, "not_pending");
    refuse(&world.admin(), id).refused(409, "not_pending");
    assert_sums(&world.store);
}

#[test]
fn what_is_refused_never_counts() {
    let (world, share, coordinator, officer) = start(100);
    let id = post(&coordinator, &share, "commitment", 60).id();
    assert_eq!(listed(&officer, &share, "pending"), 1);
    let refused = refuse(&officer, &id).ok();
    assert_eq!(
        (&refused["status"], &refused["refusal"]),
        (&json!("refused"), &json!("Pièce manquante"))
    );
    assert_eq!(
        (listed(&officer, &share, "pending"), listed(&officer, &share, "refused")),
        (0, 1)
    );
    post(&coordinator, &share, "commitment", 100).ok();
    let path = format!("/movements/{id}/reverse");
    officer
        .post(&path, &json!({"reason": "Essai"}))
        .refused(409, "not_approved");
    approve(&officer, &id).refused(409, "not_pending");
    assert_eq!(committed(&officer, &share), "0.00");
    assert_sums(&world.store);
}

#[test]
fn a_reversal_that_waits_frees_nothing() {
    let (world, share, coordinator, officer) = start(100);
    let id = post(&coordinator, &share, "commitment", 100).id();
    approve(&officer, &id).ok();
    let path = format!("/movements/{id}/reverse");
    let reversal = coordinator.post(&path, &json!({"reason": "Essai"})).id();
    post(&officer, &share, "commitment", 1).refused(422, "committed_exceeds_available");
    post(&officer, &share, "disbursement", 1).refused(422, "disbursed_exceeds_committed");
    officer
        .post(&path, &json!({"reason": "Essai"}))
        .refused(409, "already_reversed");
    // Refused, it leaves the place to another one.
    refuse(&officer, &reversal).ok();
    let reversal = coordinator.post(&path, &json!({"reason": "Essai"})).id();
    approve(&officer, &reversal).ok();
    assert_eq!(committed(&officer, &share), "0.00");
    assert_sums(&world.store);
}

/// 1,000 typed for 900, with 600 already disbursed: the two halves are decided on together.
#[test]
fn a_correction_is_decided_as_a_whole() {
    let (world, share, coordinator, officer) = start(1000);
    four_eyes(&world, false);
    let id = post(&coordinator, &share, "commitment", 1000).id();
    post(&coordinator, &share, "disbursement", 600).ok();
    four_eyes(&world, true);
    let path = format!("/movements/{id}/correct");
    let body = json!({"reason": "Erreur de saisie", "replacement": {"amount": eur(900)}});
    let replacement = coordinator.post(&path, &body).ok();
    assert_eq!(
        (&replacement["status"], &replacement["corrects"]),
        (&json!("pending"), &json!(id))
    );
    assert_eq!(
        (listed(&officer, &share, "pending"), committed(&officer, &share)),
        (2, "1000.00".to_owned())
    );
    let reversal = officer.get(&format!("/movements/{id}")).ok()["reversed_by"].clone();
    // Whichever of the two is named: both are decided on.
    refuse(&officer, reversal.as_str().unwrap_or_default()).ok();
    assert_eq!(
        (listed(&officer, &share, "refused"), committed(&officer, &share)),
        (2, "1000.00".to_owned())
    );
    let replacement = coordinator.post(&path, &body).id();
    approve(&officer, &replacement).ok();
    assert_eq!(
        (listed(&officer, &share, "pending"), committed(&officer, &share)),
        (0, "900.00".to_owned())
    );
    assert_eq!(officer.get(&format!("/movements/{id}")).ok()["status"], "approved");
    assert_sums(&world.store);
}

#[test]
fn the_policy_holds_for_later_movements_only() {
    let world = World::new();
    let (share, coordinator) = (world.share(100), world.coordinator());
    let before = post(&coordinator, &share, "commitment", 10).ok();
    let path = format!("/programmes/{}", world.seed().private);
    world
        .of(Who::Officer)
        .patch(&path, "*", &json!({"four_eyes": true}))
        .refused(403, "permission_denied");
    four_eyes(&world, true);
    assert_eq!(coordinator.get(&path).ok()["policy"]["four_eyes"], true);
    let after = post(&coordinator, &share, "commitment", 10).ok();
    four_eyes(&world, false);
    let status = |movement: &Value| {
        let id = movement["id"].as_str().unwrap_or_default();
        coordinator.get(&format!("/movements/{id}")).ok()["status"].clone()
    };
    assert_eq!((status(&before), status(&after)), (json!("approved"), json!("pending")));
    let last = post(&coordinator, &share, "commitment", 80).ok();
    assert_eq!(status(&last), "approved");
    post(&coordinator, &share, "commitment", 1).refused(422, "committed_exceeds_available");
}

#[test]
fn a_backdated_movement_is_booked_on_its_own_day() {
    let (world, share, coordinator, officer) = start(100);
    let id = coordinator
        .post(&share.movements(), &share.booked("commitment", 60, "2026-02-01"))
        .id();
    approve(&officer, &id).ok();
    let as_of = |day: &str| {
        let balances = officer.get(&format!("{}?as_of={day}", share.balances())).ok();
        balances["items"][0]["committed"]["amount"].clone()
    };
    assert_eq!(
        (as_of("2026-01-31"), as_of("2026-02-01")),
        (json!("0.00"), json!("60.00"))
    );
    assert_sums(&world.store);
}
