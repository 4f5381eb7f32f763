//! Access tokens: who they come from, how long they are good, and how keys change.

use std::path::Path;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use parvis_tests::app::PUBLIC_URL;
use parvis_tests::process::Process;
use parvis_tests::world::sign_in;
use parvis_tests::{App, Client, Settings, Who, World};
use serde_json::{Value, json};

fn jwks(client: &Client) -> JwkSet {
    serde_json::from_value(client.get("/.well-known/jwks.json").ok()).expect("a set of keys")
}

fn kid(token: &str) -> String {
    decode_header(token)
        .expect("a token has a header")
        .kid
        .expect("it names its key")
}

fn token(client: &Client) -> String {
    sign_in(client, &Who::Coordinator.email())["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn anyone_can_verify_a_token_with_the_published_keys() {
    let world = World::new();
    let token = token(&world.stranger());
    let set = jwks(&world.stranger());
    let key = set.find(&kid(&token)).expect("the key is published");
    let text = serde_json::to_string(&set).expect("keys are JSON");
    assert!(!text.contains("\"d\""), "a private key is published");
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[PUBLIC_URL]);
    validation.validate_exp = false;
    let claims = decode::<Value>(&token, &DecodingKey::from_jwk(key).expect("a key"), &validation)
        .expect("it is good")
        .claims;
    assert_eq!(claims["sub"], world.seed().users[&Who::Coordinator].as_str());
    let now = world.clock.now().timestamp();
    assert_eq!(
        (claims["iat"].as_i64(), claims["exp"].as_i64()),
        (Some(now), Some(now + 900))
    );
    let names: Vec<&String> = claims.as_object().expect("claims").keys().collect();
    assert_eq!(
        names.len(),
        5,
        "a token says who and which session, and nothing about rights: {names:?}"
    );
}

#[test]
fn a_token_ends_after_a_quarter_of_an_hour() {
    let world = World::new();
    let client = world.stranger().with_token(&token(&world.stranger()));
    world.clock.forward(chrono::Duration::seconds(899));
    client.get("/me").ok();
    world.clock.forward(chrono::Duration::seconds(2));
    client.get("/me").refused(401, "token_invalid");
    let public = client.get(&format!("/programmes/{}", world.seed().public));
    public.refused(401, "token_invalid");
    assert_eq!(
        public
            .header("www-authenticate")
            .map(|value| value.starts_with("Bearer")),
        Some(true)
    );
}

#[test]
fn a_token_that_is_none_is_refused_everywhere() {
    let world = World::new();
    let good = token(&world.stranger());
    let parts: Vec<&str> = good.split('.').collect();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"iss": PUBLIC_URL, "sub": world.seed().users[&Who::Administrator], "sid": uuid::Uuid::now_v7(), "iat": 0, "exp": 4_000_000_000_i64});
    let none = encode(&json!({"alg": "none", "typ": "JWT", "kid": kid(&good)}));
    let hmac = encode(&json!({"alg": "HS256", "typ": "JWT", "kid": kid(&good)}));
    let events = world.events();
    for garbled in [
        "x".to_owned(),
        "a.b.c".to_owned(),
        good[..good.len() - 3].to_owned(),
        format!("{}.{}.{}", parts[0], encode(&claims), parts[2]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.", encode(&claims)),
        format!("{hmac}.{}.{}", encode(&claims), parts[2]),
        "A".repeat(6000),
    ] {
        let client = world.stranger().with_token(&garbled);
        client.get("/me").refused(401, "token_invalid");
        client.get("/programmes").refused(401, "token_invalid");
        let partner = json!({"name": "x", "kind": "association", "country": "FR"});
        client.post("/partners", &partner).refused(401, "token_invalid");
    }
    assert_eq!(world.events(), events);
}

#[test]
fn a_token_of_another_server_is_refused() {
    let world = World::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let other_keys = World::with(Settings {
        keys: Some(folder.path().to_owned()),
        ..Settings::default()
    });
    let other_name = World::with(Settings::one("PARVIS_PUBLIC_URL", "http://elsewhere.test"));
    for other in [&other_keys, &other_name] {
        let foreign = token(&other.stranger());
        world
            .stranger()
            .with_token(&foreign)
            .get("/me")
            .refused(401, "token_invalid");
    }
    // The session of another database does not exist here.
    let stranger = token(&World::new().stranger());
    world
        .stranger()
        .with_token(&stranger)
        .get("/me")
        .refused(401, "token_invalid");
}

fn age(file: &Path, minutes: u64) {
    let time = SystemTime::now() - Duration::from_secs(60 * minutes);
    let opened = std::fs::File::options()
        .append(true)
        .open(file)
        .expect("the key is there");
    opened.set_modified(time).expect("its time can be set");
}

/// The newest key signs once it has been published for a minute; the others go on verifying until they are taken away.
#[test]
fn keys_rotate() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = || Settings {
        keys: Some(folder.path().to_owned()),
        ..Settings::default()
    };
    let (database, _) = World::database();
    let app = App::on(database, settings());
    let first = token(&app.client());
    let generated = folder.path().join("ed25519-1.pem");
    let spare = tempfile::tempdir().expect("a temporary folder");
    let other = App::on(
        World::database().0,
        Settings {
            keys: Some(spare.path().to_owned()),
            ..Settings::default()
        },
    );
    drop(other);
    let (old, new) = (folder.path().join("2025.pem"), folder.path().join("2026.pem"));
    std::fs::rename(&generated, &old).expect("the key can be renamed");
    std::fs::rename(spare.path().join("ed25519-1.pem"), &new).expect("the key can be moved");
    age(&old, 600);
    let restarted = |app: App| App::on(app.stop(), settings());
    // Just published: both are known, the old one signs.
    let file = std::fs::File::options()
        .append(true)
        .open(&new)
        .expect("the key is there");
    file.set_modified(SystemTime::now()).expect("its time can be set");
    let app = restarted(app);
    assert_eq!(jwks(&app.client()).keys.len(), 2);
    assert_eq!(kid(&token(&app.client())), kid(&first));
    // Published for a while: it signs, and what the old one signed is still good.
    age(&new, 5);
    let app = restarted(app);
    let second = token(&app.client());
    assert_ne!(kid(&second), kid(&first));
    for token in [&first, &second] {
        app.client().with_token(token).get("/me").ok();
    }
    // Taken away: what it signed is good no more.
    std::fs::remove_file(&old).expect("the key can be taken away");
    let app = restarted(app);
    app.client().with_token(&first).get("/me").refused(401, "token_invalid");
    app.client().with_token(&second).get("/me").ok();
}

/// Two processes that start together on an empty folder agree on one key, and each takes the other's tokens.
#[test]
fn two_servers_take_each_others_tokens() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let keys = folder.path().display().to_string();
    let (database, _) = World::database();
    let variables = [("PARVIS_SIGNING_KEYS", keys.as_str())];
    let (one, other) = std::thread::scope(|scope| {
        let started = scope.spawn(|| Process::serve_with(database.url(), &variables));
        let other = Process::serve_with(database.url(), &variables);
        (started.join().expect("the server starts"), other)
    });
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("the folder").count(),
        1,
        "one key was made"
    );
    let (first, second) = (token(&one.client()), token(&other.client()));
    assert_eq!(kid(&first), kid(&second));
    other.client().with_token(&first).get("/me").ok();
    one.client().with_token(&second).get("/me").ok();
}
