//! The server dies in the middle of its work: what it acknowledged is there.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parvis_tests::app::count;
use parvis_tests::process::Process;
use parvis_tests::sums::assert_sums;
use parvis_tests::world::{self, Seed};
use parvis_tests::{Call, Client, Share, Who, World};
use ureq::http::Method;

const ROUNDS: usize = 20;
const WRITERS: usize = 4;

fn coordinator(server: &Process) -> Client {
    let session = world::sign_in(&server.client(), &Who::Coordinator.email());
    server
        .client()
        .with_token(session["access_token"].as_str().unwrap_or_default())
}

/// Posts until the server is gone, calls `end` once so many were acknowledged, and returns the ids of those.
fn write_until_gone(client: &Client, share: &Share, enough: usize, end: impl FnOnce() + Send) -> BTreeSet<String> {
    let acknowledged = Mutex::new(BTreeSet::new());
    let (number, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let end = Mutex::new(Some(end));
    let call = Call::new(Method::POST, &share.movements()).json(&share.movement("commitment", 1));
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            let client = client.with_token(client.token().unwrap_or_default());
            let (call, acknowledged, number, end, over) = (&call, &acknowledged, &number, &end, &over);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let Ok(answer) = client.try_send(call) else { break };
                    if answer.status != 201 {
                        assert_eq!(answer.status, 503, "{}", answer.text);
                        break;
                    }
                    acknowledged.lock().expect("no writer panics").insert(answer.id());
                    if number.fetch_add(1, Ordering::SeqCst) + 1 == enough {
                        let end = end.lock().expect("no writer panics").take();
                        end.into_iter().for_each(|end| end());
                        over.store(true, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    acknowledged.into_inner().expect("no writer panics")
}

fn prepared() -> (parvis_tests::Database, Seed, Share) {
    let (database, seed) = World::database();
    let server = Process::serve(database.url());
    let share = world::share(&coordinator(&server), &seed.private, &seed.funder, 1_000_000);
    drop(server);
    (database, seed, share)
}

#[test]
fn no_acknowledged_write_is_lost_when_the_server_is_killed() {
    let (database, _seed, share) = prepared();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let server = Process::serve(database.url());
        let client = coordinator(&server);
        acknowledged.extend(write_until_gone(&client, &share, 3 + 2 * round, || server.kill()));
    }
    let server = Process::serve(database.url());
    let there: BTreeSet<String> = coordinator(&server)
        .all(&share.movements(), 200)
        .iter()
        .map(|movement| movement["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(
        lost.is_empty(),
        "{} of {} were lost: {lost:?}",
        lost.len(),
        acknowledged.len()
    );
    let store = database.store();
    assert_sums(&store);
    let posted = count(&store, "SELECT count(*) AS n FROM movements");
    let told = count(
        &store,
        "SELECT count(*) AS n FROM events WHERE operation = 'create_movement'",
    );
    assert_eq!(posted, told, "every movement has its event");
}

#[test]
fn a_server_that_is_asked_to_end_finishes_what_runs() {
    let (database, _seed, share) = prepared();
    let server = Process::serve(database.url());
    let client = coordinator(&server);
    let acknowledged = write_until_gone(&client, &share, 20, || {
        let status = server.terminate();
        assert_eq!(status.code(), Some(0), "{status}");
    });
    let store = database.store();
    let posted = count(&store, "SELECT count(*) AS n FROM movements");
    assert!(posted >= acknowledged.len() as i64);
    assert_sums(&store);
}
