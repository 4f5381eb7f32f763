//! The database goes away, or is held by somebody else: the server says so, lives, and goes on afterwards.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use parvis_tests::database::{administrate, send_away};
use parvis_tests::{Answer, Kind, Settings, World, kind};
use serde_json::json;

fn impatient() -> World {
    World::with(Settings {
        wait: Some(Duration::from_millis(150)),
        ..Settings::default()
    })
}

fn assert_unavailable(answer: &Answer) {
    answer.refused(503, "unavailable");
    let seconds: u64 = answer
        .header("retry-after")
        .and_then(|value| value.parse().ok())
        .expect("Retry-After is there");
    assert!(seconds >= 1);
}

#[test]
fn a_database_that_somebody_else_holds() {
    let world = impatient();
    let (client, share) = (world.coordinator(), world.share(100));
    let body = share.movement("commitment", 10);
    let events = world.events();
    let other = world.database().store();
    let hold = match kind() {
        Kind::Sqlite => "BEGIN IMMEDIATE",
        Kind::Postgres => "BEGIN; LOCK TABLE balances, grants IN ACCESS EXCLUSIVE MODE",
    };
    let held = other.read(|conn| {
        conn.batch_execute(hold)?;
        assert_unavailable(&client.post(&share.movements(), &body));
        assert_eq!(client.get("/health/live").status, 200);
        assert_eq!(
            client.get(&format!("/programmes/{}", world.seed().private)).status,
            200,
            "reading goes on"
        );
        conn.batch_execute("ROLLBACK")?;
        Ok(())
    });
    held.expect("the other one holds and lets go");
    assert_eq!(world.events(), events);
    client.post(&share.movements(), &body).ok();
}

#[test]
fn a_database_that_goes_away_and_comes_back() {
    let world = impatient();
    let Some(name) = world.database().name() else {
        // A file does not go away from those who have it open; what others hold of it is the test above.
        return;
    };
    let (client, share) = (world.coordinator(), world.share(100));
    let body = share.movement("commitment", 10);
    client.post(&share.movements(), &body).ok();
    administrate(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
    send_away(name);
    for answer in [
        client.post(&share.movements(), &body),
        client.get(&share.balances()),
        world.stranger().get("/programmes"),
        world.stranger().post(
            "/auth/login",
            &json!({"email": "a@b.example", "password": "some-password"}),
        ),
        client.get("/health/ready"),
    ] {
        assert_unavailable(&answer);
    }
    assert_eq!(client.get("/health/live").status, 200);
    administrate(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"));
    let begun = Instant::now();
    while client.get("/health/ready").status != 200 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the server does not find its database again"
        );
    }
    assert_eq!(client.all(&share.movements(), 50).len(), 1);
    client.post(&share.movements(), &body).ok();
}

/// A connection that breaks in the pool costs nobody an answer for good.
#[test]
fn connections_that_break_are_replaced() {
    let world = World::new();
    let Some(name) = world.database().name() else { return };
    let client = world.coordinator();
    for _ in 0..3 {
        send_away(name);
        let begun = Instant::now();
        while client.get("/programmes").status != 200 {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "the server does not find its database again"
            );
        }
    }
}
