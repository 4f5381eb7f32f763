//! Agreements that are written, signed or amended as they must not be: each refused with its reason.

use parvis_tests::world::partner;
use parvis_tests::{Who, World, world};
use serde_json::{Value, json};

use crate::samples::agreements::{convention, sign_all, signature};

/// An open agreement of the private programme whose association needs a decision of its own.
fn opened(world: &World) -> String {
    let (admin, seed) = (world.admin(), world.seed());
    let mut new = convention(&seed.funder, &seed.association);
    new["parties"][1]["needs_authorisation"] = json!(true);
    let id = admin
        .post(&format!("/programmes/{}/agreements", seed.private), &new)
        .id();
    admin.post(&format!("/agreements/{id}/open"), &json!({})).ok();
    format!("/agreements/{id}")
}

#[test]
fn signatures_are_refused_with_their_reason() {
    let world = World::new();
    let (admin, seed) = (world.admin(), world.seed());
    let agreement = opened(&world);
    let sign = format!("{agreement}/sign");
    let events = world.events();
    world
        .of(Who::Partner)
        .post(&sign, &signature(&seed.funder, "2026-03-01"))
        .refused(403, "party_not_represented");
    admin
        .post(&sign, &signature(&seed.association, "2026-03-01"))
        .refused(422, "authorisation_missing");
    admin
        .post(&sign, &signature(&seed.funder, "2026-06-16"))
        .refused(422, "date_in_future");
    admin
        .post(&sign, &signature(&partner(&admin, "Tiers"), "2026-03-01"))
        .refused(422, "not_a_party");
    let mut bare = signature(&seed.funder, "2026-03-01");
    bare["evidence"] = Value::Null;
    admin.post(&sign, &bare).refused(422, "evidence_required");
    let authorise = format!("{agreement}/authorise");
    let decision = |day: &str| json!({"partner_id": seed.association, "reference": "D 2026-12", "decided_on": day});
    admin
        .post(&authorise, &decision("2026-06-16"))
        .refused(422, "date_in_future");
    // The new partner alone is on record since.
    assert_eq!(world.events(), events + 1);
    admin.post(&authorise, &decision("2026-03-10")).ok();
    let problem = admin
        .post(&sign, &signature(&seed.association, "2026-03-09"))
        .refused(422, "signed_before_authorisation");
    assert!(problem.to_string().contains("D 2026-12"), "{problem}");
    let mut own = signature(&seed.association, "2026-03-10");
    own["evidence"] = Value::Null;
    world.of(Who::Partner).post(&sign, &own).ok();
    world.of(Who::Partner).post(&sign, &own).refused(409, "already_signed");
    admin
        .post(&authorise, &decision("2026-03-01"))
        .refused(409, "already_signed");
    admin
        .post(&format!("{agreement}/withdraw"), &json!({}))
        .refused(409, "transition_refused");
    admin
        .patch(&agreement, "*", &json!({"reference": "C 1"}))
        .refused(409, "transition_refused");
    admin.delete(&agreement, "*").refused(409, "transition_refused");
}

#[test]
fn amendments_are_refused_with_their_reason() {
    let world = World::new();
    let (admin, seed) = (world.admin(), world.seed());
    let mut new = convention(&seed.funder, &seed.association);
    new["ends_on"] = json!("2026-03-31");
    let id = admin
        .post(&format!("/programmes/{}/agreements", seed.private), &new)
        .id();
    let agreement = format!("/agreements/{id}");
    let draft = |effective_on: &str, changes: Value| json!({"origin": {"kind": "signed"}, "title": {"fr": "Avenant"}, "effective_on": effective_on, "changes": changes});
    let later = json!({"ends_on": "2027-12-31"});
    let path = format!("{agreement}/amendments");
    admin
        .post(&path, &draft("2026-03-01", later.clone()))
        .refused(409, "transition_refused");
    sign_all(&admin, &agreement, &[&seed.funder, &seed.association], "2026-01-10");
    for (number, (effective_on, changes, code)) in (1..).zip([
        ("2025-12-31", later.clone(), "effective_before_agreement"),
        ("2026-04-02", later.clone(), "prolongation_too_late"),
        ("2026-04-01", json!({"repealed": ["1"]}), "effective_after_end"),
        ("2026-03-01", json!({}), "nothing_changes"),
        ("2026-03-01", json!({"repealed": ["9"]}), "reference_unknown"),
        ("2026-03-01", json!({"leaving": [seed.place]}), "reference_unknown"),
    ]) {
        admin.post(&path, &draft(effective_on, changes)).ok();
        let refusal = admin.post(&format!("{path}/{number}/open"), &json!({}));
        assert!(
            refusal.faults().iter().any(|(_, found)| found == code),
            "{code}: {}",
            refusal.text
        );
        admin.post(&format!("{path}/{number}/withdraw"), &json!({})).ok();
    }
    admin
        .post(&format!("{path}/99/open"), &json!({}))
        .refused(404, "not_found");
    admin
        .post(&format!("{path}/x/open"), &json!({}))
        .refused(404, "not_found");
}

#[test]
fn a_grant_rests_on_one_agreement() {
    let world = World::new();
    let (admin, seed, given) = (world.admin(), world.seed(), world.share(100));
    let foreign = world::share(&admin, &seed.foreign, &seed.funder, 100);
    let path = format!("/programmes/{}/agreements", seed.private);
    let with = |grant: &str, currency: &str| {
        let mut new = convention(&seed.funder, &seed.association);
        new["annex"] = json!([{"grant_id": grant, "amount": {"amount": "10.00", "currency": currency}}]);
        new
    };
    admin
        .post(&path, &with(&foreign.grant, "EUR"))
        .refused(422, "reference_unknown");
    admin
        .post(&path, &with(&given.grant, "USD"))
        .refused(422, "currency_mismatch");
    let first = admin.post(&path, &with(&given.grant, "EUR")).id();
    let held = admin.post(&given.movements(), &given.movement("commitment", 1));
    held.refused(422, "agreement_not_in_force");
    let second = admin.post(&path, &with(&given.grant, "EUR"));
    assert_eq!(second.code(), "in_use", "{}", second.text);
    admin.delete(&format!("/agreements/{first}"), "*").ok();
    admin.get(&format!("/agreements/{first}")).refused(404, "not_found");
    admin.post(&given.movements(), &given.movement("commitment", 1)).ok();
    admin.post(&path, &with(&given.grant, "EUR")).ok();
    let id = admin.post(&path, &convention(&seed.funder, &seed.association)).id();
    for (patch, at) in [
        (json!({"kind": "works_contract"}), "/contract"),
        (json!({"payable_until": "2028-12-30"}), "/payable_until"),
    ] {
        let refusal = admin.patch(&format!("/agreements/{id}"), "*", &patch);
        assert_eq!(refusal.status, 422, "{}", refusal.text);
        assert_eq!(refusal.faults()[0].0, at, "{}", refusal.text);
    }
}
