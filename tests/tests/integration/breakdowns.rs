//! When something breaks: a disk that is full, a clock that steps back, a handler that panics; and what is counted then.

use std::io::Write;
use std::sync::{Mutex, Once, PoisonError};

use chrono::Duration;
use parvis_tests::app::count;
use parvis_tests::process::{Process, free_port};
use parvis_tests::sums::assert_sums;
use parvis_tests::world::{self, PASSWORD};
use parvis_tests::{Answer, Call, Client, Settings, Who, World};
use serde_json::{Value, json};
use ureq::http::Method;

use crate::samples::cookie;

/// A full disk of PostgreSQL is its own: it refuses with `No space left`, which the store reads the same way.
#[test]
fn a_full_disk_refuses_writes_and_goes_on_reading() {
    let (database, seed) = World::database();
    let Some(file) = database.path() else { return };
    let server = Process::serve_that_can_be_limited(database.url());
    let session = world::sign_in(&server.client(), &Who::Coordinator.email());
    let client = server
        .client()
        .with_token(session["access_token"].as_str().unwrap_or_default());
    let share = world::share(&client, &seed.private, &seed.funder, 1_000_000);
    let movement = share.movement("commitment", 1);
    let post = || client.post(&share.movements(), &movement);
    let room = std::fs::metadata(&file).expect("the file is there").len() + (256 << 10);
    server.limit_files(Some(room));
    let mut acknowledged = 0;
    let refused = loop {
        let answer = post();
        match answer.status {
            201 => acknowledged += 1,
            _ => break answer,
        }
        assert!(acknowledged < 5000, "the disk is never full");
    };
    refused.refused(503, "unavailable");
    assert!(refused.header("retry-after").is_some(), "{}", refused.text);
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(client.get(path).status, 200, "{path}");
    }
    assert_eq!(
        client.all(&share.movements(), 200).len(),
        acknowledged,
        "reading goes on, and nothing is half done"
    );
    client.get(&format!("/programmes/{}", seed.private)).ok();
    server.limit_files(None);
    post().ok();
    let store = database.store();
    assert_sums(&store);
    let number = |sql| usize::try_from(count(&store, sql)).expect("a number");
    let told = number("SELECT count(*) AS n FROM events WHERE operation = 'create_movement'");
    assert_eq!(told, acknowledged + 1, "every movement has its event");
    assert_eq!(number("SELECT count(*) AS n FROM movements"), acknowledged + 1);
}

fn refresh(client: &Client, cookie: &str) -> Answer {
    let call = Call::new(Method::POST, "/auth/refresh").json(&json!({}));
    client.send(&call.header("cookie", cookie))
}

#[test]
fn a_clock_that_steps_back_breaks_nothing() {
    let world = World::with(Settings::one("PARVIS_SIGN_IN_FAILURES", "2"));
    let stranger = world.stranger();
    let login = |password: &str| {
        let login = json!({"email": Who::Coordinator.email(), "password": password});
        stranger.post("/auth/login", &login)
    };
    world.clock.forward(Duration::minutes(70));
    let opened = login(PASSWORD);
    let session = |answer: &Answer| stranger.with_token(answer.ok()["access_token"].as_str().unwrap_or_default());
    let client = session(&opened);
    let share = world::share(&client, &world.seed().private, &world.seed().funder, 100);
    let movement = share.movement("commitment", 1);
    let key = "before-and-after";
    let mut made = vec![
        client.post(&share.movements(), &movement).id(),
        client.post_with_key(&share.movements(), &movement, key).id(),
    ];
    world.clock.forward(Duration::seconds(1));
    for _ in 0..2 {
        login("Une-fausse-phrase").refused(401, "credentials_invalid");
    }
    login(PASSWORD).refused(429, "sign_in_slowed_down");
    world.clock.forward(-Duration::hours(1));

    // Tokens that were issued later than now are good, and so are those that come of them.
    client.get("/me").ok();
    let renewed = refresh(&stranger, &cookie(&opened));
    let again = refresh(&stranger, &cookie(&renewed));
    for token in [&renewed, &again, &refresh(&stranger, &cookie(&renewed))] {
        session(token).get("/me").ok();
    }
    // Failures from the future make nobody wait for an hour.
    login(PASSWORD).ok();
    assert_eq!(client.post_with_key(&share.movements(), &movement, key).id(), made[1]);
    made.extend((0..3).map(|_| client.post(&share.movements(), &movement).id()));
    let seen: Vec<String> = client.all(&share.movements(), 2).iter().map(id).collect();
    let whole = |mut ids: Vec<String>| {
        ids.sort_unstable();
        ids
    };
    assert_eq!(
        whole(seen),
        whole(made.clone()),
        "pages lose nothing and repeat nothing"
    );
    crate::history::assert_chain(&world, &world.seed().private);
    let history = format!("/programmes/{}/history?sort=seq", world.seed().private);
    let events = client.all(&history, 50);
    let posted = events.iter().filter(|event| event["operation"] == "create_movement");
    let posted: Vec<_> = posted
        .map(|event| event["object_id"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(posted, made, "the history is in the order in which things happened");
    assert_sums(&world.store);
}

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap_or_default().to_owned()
}

/// What was logged as an error since [`listen`].
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Ear;

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let log = tracing_subscriber::fmt().json().with_writer(|| Ear);
        log.with_max_level(tracing::Level::ERROR)
            .try_init()
            .expect("nobody else listens to the log");
    });
}

/// The handler panics before its hop to the database, or in the middle of its transaction.
#[test]
fn a_panic_is_a_problem_and_the_process_lives() {
    listen();
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let movement = share.movement("commitment", 1);
    let login = json!({"email": Who::Observer.email(), "password": PASSWORD});
    let before = world.events();
    let mut ids = Vec::new();
    world.clock.broken(|| {
        // Often enough to use up every thread and connection, if a panic cost one.
        for _ in 0..20 {
            for answer in [
                client.get("/me"),
                client.post(&share.movements(), &movement),
                world.stranger().post("/auth/login", &login),
            ] {
                let problem = answer.refused(500, "internal");
                assert!(
                    !answer.text.contains("instant"),
                    "the message stays here: {}",
                    answer.text
                );
                ids.push(problem["request_id"].as_str().expect("an id of the request").to_owned());
            }
        }
    });
    let log = String::from_utf8_lossy(&LOG.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    for id in &ids {
        assert!(log.contains(id), "{id} is not in the log");
    }
    assert_eq!(world.events(), before, "what panicked changed nothing");
    client.get("/me").ok();
    client.post(&share.movements(), &movement).ok();
    world.stranger().post("/auth/login", &login).ok();
    assert_sums(&world.store);
}

fn at(client: &Client, path: &str) -> Answer {
    let mut call = Call::new(Method::GET, "/");
    path.clone_into(&mut call.path);
    client.send(&call)
}

#[test]
fn metrics_have_an_address_of_their_own() {
    let (database, _) = World::database();
    let listen = format!("127.0.0.1:{}", free_port());
    let server = Process::serve_with(database.url(), &[("PARVIS_METRICS_LISTEN", &listen)]);
    let (client, metrics) = (server.client(), Client::new(&format!("http://{listen}")));
    let counted = || {
        let answer = at(&metrics, "/metrics");
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(
            answer
                .header("content-type")
                .is_some_and(|media| media.starts_with("text/plain"))
        );
        let line = answer
            .text
            .lines()
            .find_map(|line| line.strip_prefix("parvis_requests_total{status=\"2xx\"} "));
        line.and_then(|number| number.parse::<u64>().ok())
            .unwrap_or_else(|| panic!("no count in {}", answer.text))
    };
    let before = counted();
    client.get("/programmes").ok();
    client.get("/partners").ok();
    assert_eq!(counted(), before + 2);
    for path in ["/metrics", "/api/v1/metrics", "/health/metrics"] {
        at(&client, path).refused(404, "not_found");
    }
    for path in ["/api/v1/programmes", "/health/live", "/"] {
        assert_eq!(at(&metrics, path).status, 404, "{path} is served beside the metrics");
    }
    let silent = Process::serve(database.url());
    at(&silent.client(), "/metrics").refused(404, "not_found");
}
