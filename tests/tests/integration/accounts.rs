//! Signing in, staying signed in, and being signed out.

use chrono::Duration;
use parvis_tests::world::{PASSWORD, sign_in};
use parvis_tests::{Answer, Call, Client, Settings, Who, World};
use serde_json::{Value, json};
use ureq::http::Method;

use crate::samples::cookie;

fn login(world: &World, email: &str, password: &str) -> Answer {
    world
        .stranger()
        .post("/auth/login", &json!({"email": email, "password": password}))
}

fn refresh(world: &World, cookie: &str) -> Answer {
    let call = Call::new(Method::POST, "/auth/refresh")
        .json(&json!({}))
        .header("cookie", cookie);
    world.stranger().send(&call)
}

fn client_of(world: &World, session: &Value) -> Client {
    world
        .stranger()
        .with_token(session["access_token"].as_str().unwrap_or_default())
}

#[test]
fn a_session_opens_with_a_token_and_a_cookie() {
    let world = World::new();
    let answer = login(&world, &Who::Coordinator.email().to_uppercase(), PASSWORD);
    let session = answer.ok();
    assert_eq!(
        (&session["token_type"], &session["expires_in"]),
        (&json!("Bearer"), &json!(900))
    );
    assert_eq!(session["user"]["email"], Who::Coordinator.email().as_str());
    let roles = session["user"]["memberships"]
        .as_array()
        .expect("there are memberships");
    assert!(roles.len() == 2 && roles.iter().all(|role| role["role"] == "coordinator"));
    let set = answer.header("set-cookie").expect("there is a cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"] {
        assert!(set.contains(part), "{part} is missing in {set}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let me = client_of(&world, &session).get("/me").ok();
    assert_eq!(me, session["user"]);
    let https = World::with(Settings::one("PARVIS_PUBLIC_URL", "https://parvis.test"));
    let answer = login(&https, &Who::Coordinator.email(), PASSWORD);
    assert!(answer.header("set-cookie").unwrap_or_default().contains("Secure"));
}

#[test]
fn an_unknown_account_is_answered_like_a_wrong_password() {
    let world = World::new();
    let told = |answer: &Answer| {
        let mut problem = answer.refused(401, "credentials_invalid");
        problem
            .as_object_mut()
            .expect("a problem is an object")
            .remove("request_id");
        (problem, answer.header("set-cookie").map(str::to_owned))
    };
    let wrong = login(&world, &Who::Coordinator.email(), "Une-fausse-phrase");
    let unknown = login(&world, "nobody@secret-mail.example", "Une-fausse-phrase");
    let disabled = world.seed().users[&Who::Outsider].clone();
    world
        .admin()
        .patch(&format!("/users/{disabled}"), "*", &json!({"disabled": true}))
        .ok();
    let shut = login(&world, &Who::Outsider.email(), PASSWORD);
    assert_eq!(told(&wrong), told(&unknown));
    assert_eq!(told(&wrong), told(&shut));
}

#[test]
fn repeated_failures_slow_down_the_account() {
    let world = World::with(Settings::one("PARVIS_SIGN_IN_FAILURES", "3"));
    let email = Who::Coordinator.email();
    world.clock.forward(Duration::seconds(1));
    let known = |email: &str| {
        for _ in 0..3 {
            login(&world, email, "Une-fausse-phrase").refused(401, "credentials_invalid");
        }
        let slowed = login(&world, email, "Une-fausse-phrase");
        slowed.refused(429, "sign_in_slowed_down");
        slowed
            .header("retry-after")
            .and_then(|value| value.parse::<i64>().ok())
            .expect("Retry-After is there")
    };
    let wait = known(&email);
    assert_eq!(
        known("nobody@secret-mail.example"),
        wait,
        "an unknown account is slowed down alike"
    );
    login(&world, &email, PASSWORD).refused(429, "sign_in_slowed_down");
    world.clock.forward(Duration::seconds(wait + 1));
    login(&world, &email, PASSWORD).ok();
    login(&world, &email, "Une-fausse-phrase").refused(401, "credentials_invalid");
    login(&world, &email, PASSWORD).ok();
}

#[test]
fn failures_are_no_events_and_name_nobody() {
    let world = World::new();
    let (events, attempts) = (world.events(), || {
        world.count("SELECT count(*) AS n FROM sign_in_attempts")
    });
    let before = attempts();
    login(&world, "nobody@secret-mail.example", "Une-fausse-phrase").refused(401, "credentials_invalid");
    assert_eq!((world.events(), attempts()), (events, before + 1));
}

#[test]
fn a_refresh_token_is_used_once() {
    let world = World::new();
    let opened = login(&world, &Who::Observer.email(), PASSWORD);
    let first = cookie(&opened);
    world.clock.forward(Duration::minutes(14));
    let renewed = refresh(&world, &first);
    let second = cookie(&renewed);
    assert_ne!(first, second, "the token is not replaced");
    client_of(&world, &renewed.ok()).get("/me").ok();
    world.clock.forward(Duration::minutes(14));
    let third = cookie(&refresh(&world, &second));
    refresh(&world, &third).ok();
}

/// Two tabs, or a reload: for half a minute the old token still gives an access token, and no new cookie.
#[test]
fn a_refresh_token_has_thirty_seconds_of_grace() {
    let world = World::new();
    let first = cookie(&login(&world, &Who::Observer.email(), PASSWORD));
    let second = cookie(&refresh(&world, &first));
    world.clock.forward(Duration::seconds(29));
    let graced = refresh(&world, &first);
    client_of(&world, &graced.ok()).get("/me").ok();
    assert!(
        graced.header("set-cookie").is_none(),
        "{:?}",
        graced.header("set-cookie")
    );
    refresh(&world, &second).ok();
}

#[test]
fn a_token_that_is_used_again_ends_its_family() {
    let world = World::new();
    let opened = login(&world, &Who::Observer.email(), PASSWORD);
    let other = login(&world, &Who::Observer.email(), PASSWORD);
    let first = cookie(&opened);
    let renewed = refresh(&world, &first);
    let second = cookie(&renewed);
    world.clock.forward(Duration::seconds(31));
    refresh(&world, &first).refused(401, "refresh_invalid");
    refresh(&world, &second).refused(401, "refresh_invalid");
    client_of(&world, &renewed.ok())
        .get("/me")
        .refused(401, "token_invalid");
    client_of(&world, &other.ok()).get("/me").ok();
    refresh(&world, &cookie(&other)).ok();
}

#[test]
fn a_refresh_token_that_is_none() {
    let world = World::new();
    let good = cookie(&login(&world, &Who::Observer.email(), PASSWORD));
    let (name, _) = good.split_once('=').expect("a cookie has a name");
    for wrong in [
        format!("{name}=x"),
        format!("{name}="),
        format!("{name}={}", "A".repeat(5000)),
        "other=1".to_owned(),
    ] {
        refresh(&world, &wrong).refused(401, "refresh_invalid");
    }
    world
        .stranger()
        .post("/auth/refresh", &json!({}))
        .refused(401, "refresh_invalid");
    world.clock.forward(Duration::days(31));
    refresh(&world, &good).refused(401, "refresh_invalid");
}

#[test]
fn signing_out_ends_the_session_at_once() {
    let world = World::new();
    let opened = login(&world, &Who::Observer.email(), PASSWORD);
    let client = client_of(&world, &opened.ok());
    let call = Call::new(Method::POST, "/auth/logout")
        .json(&json!({}))
        .header("cookie", &cookie(&opened));
    let out = client.send(&call);
    assert_eq!(out.status, 204);
    assert!(
        out.header("set-cookie").unwrap_or_default().contains("Max-Age=0"),
        "the cookie is taken away"
    );
    client.get("/me").refused(401, "token_invalid");
    refresh(&world, &cookie(&opened)).refused(401, "refresh_invalid");
    world.of(Who::Observer).get("/me").ok();
}

#[test]
fn signing_out_everywhere_ends_all_sessions() {
    let world = World::new();
    let (one, other) = (
        login(&world, &Who::Observer.email(), PASSWORD),
        login(&world, &Who::Observer.email(), PASSWORD),
    );
    client_of(&world, &one.ok())
        .post("/auth/logout-everywhere", &json!({}))
        .ok();
    for answer in [&one, &other] {
        client_of(&world, &answer.ok()).get("/me").refused(401, "token_invalid");
        refresh(&world, &cookie(answer)).refused(401, "refresh_invalid");
    }
    world.of(Who::Observer).get("/me").refused(401, "token_invalid");
    world.of(Who::Coordinator).get("/me").ok();
}

#[test]
fn a_disabled_account_is_out_at_once() {
    let world = World::new();
    let opened = login(&world, &Who::Observer.email(), PASSWORD);
    let client = client_of(&world, &opened.ok());
    let user = format!("/users/{}", world.seed().users[&Who::Observer]);
    world.admin().patch(&user, "*", &json!({"disabled": true})).ok();
    client.get("/me").refused(401, "token_invalid");
    client
        .get(&format!("/programmes/{}", world.seed().private))
        .refused(401, "token_invalid");
    refresh(&world, &cookie(&opened)).refused(401, "refresh_invalid");
    world.admin().patch(&user, "*", &json!({"disabled": false})).ok();
    client.get("/me").refused(401, "token_invalid");
    sign_in(&world.stranger(), &Who::Observer.email());
}

/// Rights are read at every request: a token does not remember a role that was taken away.
#[test]
fn a_role_that_is_taken_away_is_gone_at_once() {
    let world = World::new();
    let observer = world.of(Who::Observer);
    let programme = format!("/programmes/{}", world.seed().private);
    observer.get(&programme).ok();
    let members = world.coordinator().all(&format!("{programme}/members"), 50);
    let member = members
        .iter()
        .find(|member| member["user_id"] == world.seed().users[&Who::Observer].as_str());
    let member = member.expect("the observer is a member")["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    world.coordinator().delete(&format!("/members/{member}"), "*").ok();
    observer.get(&programme).refused(404, "not_found");
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let world = World::new();
    let (own, other) = (
        login(&world, &Who::Observer.email(), PASSWORD),
        login(&world, &Who::Observer.email(), PASSWORD),
    );
    let client = client_of(&world, &own.ok());
    let change = |current: &str, new: &str| client.post("/me/password", &json!({"current": current, "new": new}));
    let wrong = change("Une-fausse-phrase", "Une-autre-phrase-8");
    // Not 401: an app would take that for an access token that is over and renew it.
    let problem = wrong.refused(422, "current_password_wrong");
    assert_eq!(problem["errors"][0]["pointer"], "/current");
    client.get("/me").ok();
    for weak in ["short", "password-2026", "aaaaaaaaaaaa", "observer-observer"] {
        change(PASSWORD, weak).refused(422, "password_weak");
    }
    change(PASSWORD, &"é".repeat(129)).refused(422, "password_weak");
    change(PASSWORD, "Une-autre-phrase-8").ok();
    client.get("/me").ok();
    client_of(&world, &other.ok()).get("/me").refused(401, "token_invalid");
    login(&world, &Who::Observer.email(), PASSWORD).refused(401, "credentials_invalid");
    login(&world, &Who::Observer.email(), "Une-autre-phrase-8").ok();
}

#[test]
fn wrong_present_passwords_slow_down_too() {
    let world = World::with(Settings::one("PARVIS_SIGN_IN_FAILURES", "3"));
    let client = client_of(&world, &login(&world, &Who::Observer.email(), PASSWORD).ok());
    world.clock.forward(Duration::seconds(1));
    let change = |current: &str| {
        let body = json!({"current": current, "new": "Une-autre-phrase-8"});
        client.post("/me/password", &body)
    };
    for _ in 0..3 {
        change("Une-fausse-phrase").refused(422, "current_password_wrong");
    }
    let slowed = change(PASSWORD);
    slowed.refused(429, "sign_in_slowed_down");
    let wait = slowed.header("retry-after").and_then(|value| value.parse().ok());
    world
        .clock
        .forward(Duration::seconds(wait.expect("Retry-After is there")));
    change(PASSWORD).ok();
}

#[test]
fn the_last_platform_administrator_stays() {
    let world = World::new();
    let user = |who: Who| format!("/users/{}", world.seed().users[&who]);
    let own = user(Who::Administrator);
    let admin = world.admin();
    let leave = [json!({"disabled": true}), json!({"administrator": false})];
    let events = world.events();
    for body in &leave {
        admin.patch(&own, "*", body).refused(409, "last_administrator");
    }
    assert_eq!(world.events(), events);
    admin.patch(&own, "*", &json!({"organiser": true})).ok();
    // One who cannot sign in does not count.
    let second = user(Who::Outsider);
    admin
        .patch(&second, "*", &json!({"administrator": true, "disabled": true}))
        .ok();
    admin.patch(&own, "*", &leave[0]).refused(409, "last_administrator");
    admin.patch(&second, "*", &json!({"disabled": false})).ok();
    admin.patch(&own, "*", &leave[1]).ok();
    admin.patch(&own, "*", &leave[0]).refused(403, "permission_denied");
}

#[test]
fn the_last_administrator_of_a_programme_stays() {
    let world = World::new();
    let programme = format!("/programmes/{}", world.seed().private);
    let members = world.coordinator().all(&format!("{programme}/members"), 50);
    let coordinators: Vec<_> = members
        .iter()
        .filter(|member| member["role"] == "coordinator")
        .collect();
    let path = |member: &Value| format!("/members/{}", member["id"].as_str().unwrap_or_default());
    let (last, others) = coordinators.split_first().expect("there is a coordinator");
    for other in others {
        world.admin().delete(&path(other), "*").ok();
    }
    let events = world.events();
    world.admin().delete(&path(last), "*").refused(409, "last_coordinator");
    world
        .admin()
        .patch(&path(last), "*", &json!({"role": "observer"}))
        .refused(409, "last_coordinator");
    assert_eq!(world.events(), events);
}

#[test]
fn a_partner_role_names_its_organisation() {
    let world = World::new();
    let programme = format!("/programmes/{}", world.seed().private);
    let members = world.coordinator().all(&format!("{programme}/members"), 50);
    let observer = members
        .iter()
        .find(|member| member["role"] == "observer")
        .expect("there is an observer");
    let path = format!("/members/{}", observer["id"].as_str().unwrap_or_default());
    let patch = |body: Value| world.coordinator().patch(&path, "*", &body);
    patch(json!({"role": "partner"})).refused(422, "partner_binding_invalid");
    patch(json!({"partner_id": world.seed().association})).refused(422, "partner_binding_invalid");
    patch(json!({"role": "partner", "partner_id": uuid::Uuid::now_v7()})).refused(422, "reference_unknown");
    patch(json!({"role": "partner", "partner_id": world.seed().association})).ok();
}
