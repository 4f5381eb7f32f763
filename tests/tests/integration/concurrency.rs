//! Many at once: what there is room for is taken, no more and no less.

use std::collections::BTreeMap;
use std::sync::Barrier;

use parvis_tests::process::Process;
use parvis_tests::sums::assert_sums;
use parvis_tests::world::{self, create_line};
use parvis_tests::{Client, Share, Who, World, eur};
use serde_json::json;

const CLIENTS: usize = 64;

/// Runs one piece of work per client, all at the same moment, and counts the statuses.
pub fn at_once<T: Send>(clients: Vec<Client>, work: impl Fn(usize, &Client) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(clients.len());
    std::thread::scope(|scope| {
        let started: Vec<_> = clients
            .iter()
            .enumerate()
            .map(|(n, client)| {
                let (barrier, work) = (&barrier, &work);
                scope.spawn(move || {
                    barrier.wait();
                    work(n, client)
                })
            })
            .collect();
        started
            .into_iter()
            .map(|thread| thread.join().expect("no client panics"))
            .collect()
    })
}

pub fn tally(statuses: impl IntoIterator<Item = u16>) -> BTreeMap<u16, usize> {
    let mut tally = BTreeMap::new();
    statuses
        .into_iter()
        .for_each(|status| *tally.entry(status).or_default() += 1);
    tally
}

fn race(clients: Vec<Client>, share: &Share) -> BTreeMap<u16, usize> {
    tally(at_once(clients, |_, client| {
        client
            .post(&share.movements(), &share.movement("commitment", 10))
            .status
    }))
}

pub fn copies(client: &Client, number: usize) -> Vec<Client> {
    let token = client.token().expect("somebody is signed in");
    (0..number).map(|_| client.with_token(token)).collect()
}

#[test]
fn sixty_four_clients_and_room_for_ten() {
    let world = World::new();
    let share = world.share(100);
    let tally = race(copies(&world.coordinator(), CLIENTS), &share);
    assert_eq!(tally, BTreeMap::from([(201, 10), (422, CLIENTS - 10)]));
    assert_eq!(world.count("SELECT count(*) AS n FROM movements"), 10);
    assert_sums(&world.store);
}

#[test]
fn sixty_four_clients_at_two_servers() {
    let (database, seed) = World::database();
    let servers = [Process::serve(database.url()), Process::serve(database.url())];
    let signed_in: Vec<Client> = servers
        .iter()
        .map(|server| {
            let session = world::sign_in(&server.client(), &Who::Coordinator.email());
            server
                .client()
                .with_token(session["access_token"].as_str().unwrap_or_default())
        })
        .collect();
    let share = world::share(&signed_in[0], &seed.private, &seed.funder, 100);
    let clients = signed_in
        .iter()
        .flat_map(|client| copies(client, CLIENTS / 2))
        .collect();
    let tally = race(clients, &share);
    assert_eq!(tally, BTreeMap::from([(201, 10), (422, CLIENTS - 10)]));
    let store = database.store();
    assert_eq!(
        parvis_tests::app::count(&store, "SELECT count(*) AS n FROM movements"),
        10
    );
    assert_sums(&store);
}

/// Whoever locks one before the other while another one locks them the other way round must not wait for ever.
#[test]
fn opposite_orders_do_not_block_each_other() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let grant = json!({
        "funder_id": world.seed().association, "kind": "cash", "currency": "EUR",
        "shares": [{"line_id": share.line, "planned": eur(100)}]
    });
    let other = client.post(&format!("/budgets/{}/grants", share.budget), &grant).id();
    let line = format!("/lines/{}", share.line);
    let statuses = at_once(copies(&client, 16), |n, client| {
        let revision = |grant: &str| json!({"grant_id": grant, "planned": eur(100 + n as u32), "reason": "Essai"});
        let mut revisions = vec![revision(&share.grant), revision(&other)];
        if n % 2 == 0 {
            revisions.reverse();
        }
        (0..4)
            .map(|_| client.patch(&line, "*", &json!({"revisions": revisions})).status)
            .collect::<Vec<_>>()
    });
    // Whoever was overtaken in the same moment is told so; nobody waits in vain.
    let tally = tally(statuses.into_iter().flatten());
    assert!(
        tally[&200] >= 16 && tally.keys().all(|status| [200, 412].contains(status)),
        "{tally:?}"
    );
    assert_sums(&world.store);
}

#[test]
fn commitments_payments_and_reversals_race() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let (line, grant) = create_line(&client, &share.budget, &world.seed().funder, 100, "cash");
    let second = Share {
        line,
        grant,
        ..share.clone()
    };
    let statuses = at_once(copies(&client, 12), |n, client| {
        let share = if n % 2 == 0 { &share } else { &second };
        let mut statuses = Vec::new();
        for round in 0..6 {
            let made = client.post(&share.movements(), &share.movement("commitment", 7));
            statuses.push(made.status);
            if round % 3 == 0 {
                statuses.push(
                    client
                        .post(&share.movements(), &share.movement("disbursement", 5))
                        .status,
                );
            }
            if made.status == 201 && round % 2 == 0 {
                let path = format!("/movements/{}/reverse", made.id());
                statuses.push(client.post(&path, &json!({"reason": "Essai"})).status);
            }
        }
        statuses
    });
    let tally = tally(statuses.into_iter().flatten());
    assert!(tally.keys().all(|status| [201, 422].contains(status)), "{tally:?}");
    assert_sums(&world.store);
}

/// A movement can be reversed once, also when everybody tries.
#[test]
fn one_of_many_reversals_succeeds() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let id = client.post(&share.movements(), &share.movement("commitment", 10)).id();
    let path = format!("/movements/{id}/reverse");
    let statuses = at_once(copies(&client, 16), |_, client| {
        client.post(&path, &json!({"reason": "Essai"})).status
    });
    assert_eq!(tally(statuses), BTreeMap::from([(201, 1), (409, 15)]));
    assert_sums(&world.store);
}

/// Two people cannot overwrite each other: of those who read the same version one succeeds.
#[test]
fn one_of_many_changes_to_a_version_succeeds() {
    let world = World::new();
    let (client, path) = (world.coordinator(), format!("/programmes/{}", world.seed().private));
    let tag = client.get(&path).etag();
    let statuses = at_once(copies(&client, 16), |n, client| {
        client
            .patch(&path, &tag, &json!({"title": {"fr": format!("Titre {n}")}}))
            .status
    });
    assert_eq!(tally(statuses), BTreeMap::from([(200, 1), (412, 15)]));
}

/// Every change has its place in the chain, in the order of commit, without gaps.
#[test]
fn the_chain_has_no_gap_under_load() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(1000));
    at_once(copies(&client, 16), |_, client| {
        (0..4).for_each(|_| drop(client.post(&share.movements(), &share.movement("commitment", 1)).ok()));
    });
    crate::history::assert_chain(&world, &world.seed().private);
}

/// Two administrators who put each other out in the same moment: one of them stays, every time.
#[test]
fn two_administrators_cannot_disable_each_other() {
    let world = World::new();
    let (seed, admin) = (world.seed(), world.admin());
    let pair = [Who::Administrator, Who::Outsider];
    let path = |who: Who| format!("/users/{}", seed.users[&who]);
    admin
        .patch(&path(Who::Outsider), "*", &json!({"administrator": true}))
        .ok();
    let answers = at_once(pair.iter().map(|who| world.of(*who)).collect(), |n, client| {
        client.patch(&path(pair[1 - n]), "*", &json!({"disabled": true})).status
    });
    // The slower one is refused by the rule, or has no session any more.
    let tally = tally(answers);
    assert!(
        tally[&200] == 1 && tally.keys().all(|status| [200, 401, 409].contains(status)),
        "{tally:?}"
    );
    let left = world.count("SELECT count(*) AS n FROM users WHERE administrator = true AND disabled_at IS NULL");
    assert_eq!(left, 1);
}
