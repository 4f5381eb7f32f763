//! Commitments, reversals, corrections, decisions, releases and the closing of a year race each other.

use std::collections::BTreeMap;

use parvis_tests::process::Process;
use parvis_tests::sums::assert_sums;
use parvis_tests::world::{self, Seed};
use parvis_tests::{Client, Share, Who, World, eur};
use serde_json::{Value, json};

use crate::concurrency::{at_once, copies, tally};
use crate::four_eyes::four_eyes;
use crate::samples::conditions::budget_since_2024;

/// Somebody at a server of its own.
fn sign_in(server: &Process, who: Who) -> Client {
    let session = world::sign_in(&server.client(), &who.email());
    let token = session["access_token"].as_str().unwrap_or_default().to_owned();
    server.client().with_token(&token)
}

fn decide(client: &Client, id: &str, approve: bool) -> u16 {
    let verb = if approve { "approve" } else { "refuse" };
    let body = if approve { json!({}) } else { json!({"reason": "Essai"}) };
    client.post(&format!("/movements/{id}/{verb}"), &body).status
}

/// A movement is decided on once, also when everybody tries.
#[test]
fn one_of_many_decisions_succeeds() {
    let world = World::new();
    let share = world.share(100);
    four_eyes(&world, true);
    let id = world
        .coordinator()
        .post(&share.movements(), &share.movement("commitment", 10))
        .id();
    let statuses = at_once(copies(&world.of(Who::Officer), 16), |n, client| {
        decide(client, &id, n % 2 == 0)
    });
    assert_eq!(tally(statuses), BTreeMap::from([(200, 1), (409, 15)]));
    assert_sums(&world.store);
}

/// What waits leaves room for as many as there is room for, and approving them all breaks nothing.
#[test]
fn what_waits_takes_the_room() {
    let world = World::new();
    let share = world.share(100);
    four_eyes(&world, true);
    let made = at_once(copies(&world.coordinator(), 24), |_, client| {
        client.post(&share.movements(), &share.movement("commitment", 10))
    });
    let ids: Vec<String> = made
        .iter()
        .filter(|made| made.status == 201)
        .map(|made| made.id())
        .collect();
    assert_eq!(ids.len(), 10);
    let statuses = at_once(copies(&world.of(Who::Officer), 10), |n, client| {
        decide(client, &ids[n], true)
    });
    assert_eq!(tally(statuses), BTreeMap::from([(200, 10)]));
    assert_sums(&world.store);
}

/// A grant in instalments over two lines of a budget whose first years are over.
fn instalments(client: &Client, seed: &Seed) -> (Vec<Share>, Vec<String>) {
    let budget = budget_since_2024(client, &seed.private);
    let line = |year: i32| {
        let line = json!({"category": "investment", "year": year});
        client.post(&format!("/budgets/{budget}/lines"), &line).id()
    };
    let lines = [line(2025), line(2026)];
    let shares = lines.iter().map(|line| json!({"line_id": line, "planned": eur(200)}));
    let grant = json!({
        "funder_id": seed.funder, "kind": "cash", "currency": "EUR", "payment_mode": "instalments", "shift_percent": "25",
        "shares": shares.collect::<Vec<_>>()
    });
    let grant = client.post(&format!("/budgets/{budget}/grants"), &grant).id();
    let tranche = |_| {
        client
            .post(&format!("/grants/{grant}/tranches"), &json!({"amount": eur(100)}))
            .id()
    };
    let tranches = (0..3).map(tranche).collect();
    let share = |line: &String| Share {
        budget: budget.clone(),
        line: line.clone(),
        grant: grant.clone(),
    };
    (lines.iter().map(share).collect(), tranches)
}

fn pending(client: &Client, share: &Share) -> Vec<Value> {
    let list = client
        .get(&format!("{}?status=pending&limit=50", share.movements()))
        .ok();
    list["items"].as_array().cloned().unwrap_or_default()
}

/// What one client of the race does in turn; it gives the statuses that it saw.
fn work(n: usize, client: &Client, shares: &[Share], tranches: &[String]) -> Vec<u16> {
    let share = &shares[n % 2];
    let mut seen = Vec::new();
    let mut made = Vec::new();
    for round in 0..8 {
        let day = if round % 2 == 0 { "2025-06-01" } else { "2026-03-14" };
        match n % 8 {
            // Whoever approves and refuses.
            1 | 4 | 5 => {
                for (i, movement) in pending(client, share).iter().enumerate() {
                    let id = movement["id"].as_str().unwrap_or_default();
                    seen.push(decide(client, id, i % 4 != 3));
                }
            }
            2 => {
                let path = format!("/tranches/{}/release", tranches[round % tranches.len()]);
                seen.push(client.post(&path, &json!({})).status);
            }
            3 => {
                let year = 2024 + round.min(1);
                let path = format!("/budgets/{}/years/{year}/close", share.budget);
                seen.push(client.post(&path, &json!({})).status);
            }
            _ => {
                let kind = ["commitment", "disbursement", "expenditure", "decommitment"][round % 4];
                let answer = client.post(&share.movements(), &share.booked(kind, 7, day));
                seen.push(answer.status);
                if answer.status == 201 {
                    made.push(answer.id());
                }
                if let Some(id) = made.get(round / 2) {
                    let verb = if round % 3 == 0 { "correct" } else { "reverse" };
                    let body = match verb {
                        "correct" => json!({"reason": "Essai", "replacement": {"amount": eur(5)}}),
                        _ => json!({"reason": "Essai"}),
                    };
                    seen.push(client.post(&format!("/movements/{id}/{verb}"), &body).status);
                }
            }
        }
    }
    seen
}

/// Everything at once at two servers: no rule broken, nothing lost, nobody waits for ever.
#[test]
fn everything_races_at_two_servers() {
    let (database, seed) = World::database();
    let servers = [Process::serve(database.url()), Process::serve(database.url())];
    let coordinators = servers.each_ref().map(|server| sign_in(server, Who::Coordinator));
    let officers = servers.each_ref().map(|server| sign_in(server, Who::Officer));
    let (shares, tranches) = instalments(&coordinators[0], &seed);
    let programme = format!("/programmes/{}", seed.private);
    for share in &shares {
        let committed = share.booked("commitment", 100, "2025-03-01");
        coordinators[0].post(&share.movements(), &committed).ok();
    }
    coordinators[0].patch(&programme, "*", &json!({"four_eyes": true})).ok();
    let clients = (0..16).map(|n| {
        let of = if [1, 4, 5].contains(&(n % 8)) {
            &officers
        } else {
            &coordinators
        };
        of[n % 2].clone()
    });
    let clients: Vec<Client> = clients.flat_map(|client| copies(&client, 1)).collect();
    let statuses = at_once(clients, |n, client| work(n, client, &shares, &tranches));
    let tally = tally(statuses.into_iter().flatten());
    assert!(
        tally
            .keys()
            .all(|status| [200, 201, 403, 409, 412, 422].contains(status)),
        "{tally:?}"
    );
    assert!(tally.contains_key(&200) && tally.contains_key(&201), "{tally:?}");
    for movement in pending(&officers[0], &shares[0]) {
        decide(&officers[0], movement["id"].as_str().unwrap_or_default(), true);
    }
    let store = database.store();
    assert_sums(&store);
    let left = parvis_tests::app::count(
        &store,
        "SELECT count(*) AS n FROM pending_movements p, budget_years y WHERE y.budget_id = p.budget_id \
         AND y.closed_at IS NOT NULL AND CAST(substr(CAST(p.booked_on AS TEXT), 1, 4) AS INTEGER) = y.year",
    );
    assert_eq!(left, 0, "something waits in a closed year");
}
