//! What every answer has, whatever was asked: headers, problems of the router, limits.

use std::io::{Read, Write};
use std::net::TcpStream;

use parvis_tests::{Call, Client, Settings, Who, World, document};
use ureq::http::Method;

/// Sends bytes as they are and gives what comes back.
fn raw(client: &Client, request: &[u8]) -> String {
    let address = client.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    // The server may answer before it has read everything, and close.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn every_answer_is_hardened_and_has_an_id() {
    let world = World::new();
    let client = world.stranger();
    let mut ids = std::collections::BTreeSet::new();
    for path in [
        "/programmes",
        "/nothing/here",
        "/health/live",
        "/api/openapi.json",
        "/programmes?limit=0",
        "/.well-known/jwks.json",
    ] {
        let answer = client.get(path);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} of {path}");
        }
        assert!(answer.header("server").is_none(), "the server says what it runs on");
        let id = answer
            .header("x-request-id")
            .unwrap_or_else(|| panic!("{path} has no id"))
            .to_owned();
        if answer.status >= 400 {
            assert_eq!(answer.problem()["request_id"], id.as_str());
        }
        assert!(ids.insert(id), "an id was used before");
    }
    let reference = client.get("/api/docs/");
    let policy = reference.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    let script = policy
        .split(';')
        .find(|part| part.trim().starts_with("script-src"))
        .unwrap_or_default();
    assert!(
        !script.contains("unsafe-inline") && !script.contains("unsafe-eval'") || script.contains("'wasm-unsafe-eval'"),
        "{policy}"
    );
    let https = World::with(Settings::one("PARVIS_PUBLIC_URL", "https://parvis.test"));
    assert!(
        https
            .stranger()
            .get("/programmes")
            .header("strict-transport-security")
            .is_some()
    );
    assert!(client.get("/programmes").header("strict-transport-security").is_none());
}

#[test]
fn caches_keep_what_is_public_and_nothing_else() {
    let world = World::new();
    let path = format!("/programmes/{}", world.seed().public);
    let signed_in = world.coordinator().get(&path);
    assert_eq!(signed_in.header("cache-control"), Some("private, no-cache"));
    for answer in [&signed_in, &world.stranger().get(&path)] {
        let varies: Vec<_> = answer
            .headers
            .get_all("vary")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let varies = varies.join(", ").to_lowercase();
        assert!(
            varies.contains("authorization") && varies.contains("accept"),
            "{varies}"
        );
    }
    assert_eq!(
        world.stranger().get("/nothing").header("cache-control"),
        Some("no-store")
    );
}

#[test]
fn an_address_that_does_not_exist() {
    let world = World::new();
    for path in [
        "/nothing",
        "/",
        "/programmes/x/y/z",
        "/api/v2/programmes",
        "/api/",
        "/programmes//budgets",
    ] {
        for client in [world.stranger(), world.admin()] {
            let answer = client.get(path);
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
            answer.problem();
        }
    }
    let slash = world.stranger().get("/programmes/");
    assert!([404, 400].contains(&slash.status), "{}", slash.status);
}

#[test]
fn a_method_that_does_not_exist_is_refused_with_those_that_do() {
    let world = World::new();
    let client = world.admin();
    let mut methods: std::collections::BTreeMap<String, Vec<Method>> = std::collections::BTreeMap::new();
    for entry in document::entries(&document::served(&client)).into_values() {
        methods
            .entry(entry.path.clone())
            .or_default()
            .push(entry.method.clone());
    }
    let some = uuid::Uuid::now_v7().to_string();
    for (path, known) in methods {
        let mut at = path.clone();
        while let (Some(from), Some(to)) = (at.find('{'), at.find('}')) {
            at.replace_range(from..=to, &some);
        }
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::TRACE,
        ] {
            if known.contains(&method) {
                continue;
            }
            let answer = client.send(&Call::new(method.clone(), &at));
            answer.refused(405, "method_not_allowed");
            let allow = answer
                .header("allow")
                .unwrap_or_else(|| panic!("{method} {path} has no Allow"));
            for method in &known {
                assert!(
                    allow.split(", ").any(|allowed| allowed == method.as_str()),
                    "{path}: {allow} lacks {method}"
                );
            }
        }
    }
}

#[test]
fn head_answers_as_get_without_a_body() {
    let world = World::new();
    let path = format!("/programmes/{}", world.seed().public);
    let head = world.stranger().send(&Call::new(Method::HEAD, &path));
    let get = world.stranger().get(&path);
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("etag"), get.header("etag"));
    assert_eq!(world.stranger().send(&Call::new(Method::HEAD, "/nothing")).status, 404);
}

#[test]
fn a_body_that_is_too_large() {
    let world = World::new();
    let events = world.events();
    let client = world.admin();
    let token = client.token().unwrap_or_default();
    let body = format!("{{\"name\": \"{}\"}}", "a".repeat(1 << 20));
    let head = |length: usize| {
        format!(
            "POST /api/v1/partners HTTP/1.1\r\nhost: parvis.test\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        )
    };
    for length in [body.len(), 1 << 40] {
        let mut request = head(length).into_bytes();
        request.extend_from_slice(body.as_bytes());
        let answer = raw(&client, &request);
        assert!(
            answer.starts_with("HTTP/1.1 413"),
            "{}",
            answer.chars().take(300).collect::<String>()
        );
        assert!(
            answer.contains("application/problem+json") && answer.contains("body_too_large"),
            "{answer}"
        );
    }
    assert_eq!(world.events(), events);
}

#[test]
fn lines_that_are_no_http() {
    let world = World::new();
    let client = world.stranger();
    for request in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET /api/v1/programmes HTTP/9.9\r\n\r\n",
        b"POST /api/v1/partners HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/v1/partners HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
        b"GET /api/v1/programmes/%ff%fe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"GET /api/v1/programmes/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    ] {
        let answer = raw(&client, request);
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4");
        assert!(refused, "{:?} → {answer}", String::from_utf8_lossy(request));
    }
    assert_eq!(client.get("/health/live").status, 200);
}

#[test]
fn too_many_requests() {
    let world = World::with(Settings::one("PARVIS_RATE_LIMIT", "5"));
    let client = world.stranger();
    for n in (0..5).rev() {
        let answer = client.get("/programmes");
        assert_eq!(answer.status, 200);
        let left = answer.header("ratelimit").unwrap_or_default();
        assert!(left.contains(&format!("r={n}")), "{left}");
        assert!(
            answer
                .header("ratelimit-policy")
                .unwrap_or_default()
                .contains("q=5;w=60")
        );
    }
    let refused = client.get("/programmes");
    refused.refused(429, "too_many_requests");
    let seconds: u64 = refused
        .header("retry-after")
        .and_then(|value| value.parse().ok())
        .expect("Retry-After is there");
    assert!((1..=60).contains(&seconds));
}

#[test]
fn health_says_how_it_is() {
    let world = World::new();
    assert_eq!(world.stranger().get("/health/live").ok()["status"], "live");
    assert_eq!(world.stranger().get("/health/ready").ok()["status"], "ready");
    assert_eq!(
        world.stranger().get("/metrics").status,
        404,
        "metrics are on an address of their own"
    );
}

#[test]
fn other_origins() {
    let world = World::with(Settings::one("PARVIS_CORS_ORIGINS", "https://app.example"));
    let path = format!("/programmes/{}", world.seed().public);
    let from = |origin: &str, call: Call| world.stranger().send(&call.header("origin", origin));
    let allowed = |answer: &parvis_tests::Answer| answer.header("access-control-allow-origin").map(str::to_owned);
    // What everybody may read, scripts of every origin may read.
    assert_eq!(
        allowed(&from("https://any.example", Call::new(Method::GET, &path))).as_deref(),
        Some("*")
    );
    let preflight = |origin: &str, method: &str| {
        let call = Call::new(Method::OPTIONS, &path)
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "authorization,if-match,idempotency-key,content-type",
            );
        from(origin, call)
    };
    let known = preflight("https://app.example", "PATCH");
    assert_eq!(allowed(&known).as_deref(), Some("https://app.example"));
    let methods = known.header("access-control-allow-methods").unwrap_or_default();
    assert!(methods.contains("PATCH") && methods.contains("DELETE"), "{methods}");
    assert!(allowed(&preflight("https://any.example", "PATCH")).is_none());
    let signed_in = Call::new(Method::GET, &path).header("origin", "https://any.example");
    assert!(
        allowed(&world.coordinator().send(&signed_in)).is_none(),
        "a token of another origin reads nothing"
    );
    let own = Call::new(Method::GET, &path).header("origin", "https://app.example");
    let answer = world.coordinator().send(&own);
    assert_eq!(allowed(&answer).as_deref(), Some("https://app.example"));
    assert!(
        answer
            .header("access-control-expose-headers")
            .unwrap_or_default()
            .to_lowercase()
            .contains("etag")
    );
    for answer in [&answer, &known] {
        assert!(
            answer.header("access-control-allow-credentials").is_none(),
            "cookies of other origins"
        );
    }
    let none = World::new();
    let call = Call::new(Method::OPTIONS, &path)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "PATCH");
    assert!(
        allowed(&none.stranger().send(&call)).is_none(),
        "nobody is allowed unless set"
    );
}

/// No address changes anything on GET.
#[test]
fn reading_changes_nothing() {
    let world = World::new();
    let samples = crate::samples::Samples::new(&world, "public");
    for (operation, entry) in document::operations(&world.stranger()) {
        if entry.method == Method::GET {
            let call = samples.of(operation, Who::Administrator).call(&entry);
            let events = world.events();
            world.admin().send(&call);
            assert_eq!(world.events(), events, "{operation}");
        }
    }
    world.admin().send(&Call::new(Method::GET, "/auth/logout"));
    world.admin().get("/me").ok();
}
