//! Drawing of lots: fixed before the seed is born, drawn once, and drawn again by a stranger.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use parvis_tests::{Client, Kind, Who, World, kind, world};
use serde_json::{Value, json};

use crate::concurrency::{at_once, copies, tally};
use crate::samples::bodies::{council, create_body, drawn, new_draw, past_draw};

/// Somebody signs in anew: the clock was turned further than a token lasts.
fn again(world: &World, who: Who) -> Client {
    let session = world::sign_in(&world.stranger(), &who.email());
    let token = session["access_token"].as_str().expect("a token");
    world.stranger().with_token(token)
}

fn council_of(world: &World) -> String {
    create_body(&world.coordinator(), &world.seed().public, &council())
}

/// Lots as `tests/draw/draw.py` draws them, which shares no code with the server.
fn python(document: &str, seed: &Value, refusals: &Value) -> Value {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("draw");
    let mut child = Command::new("python3")
        .args(["draw.py", "--lines"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let asked = json!({"document": document, "seed": seed, "refusals": refusals});
    let mut stdin = child.stdin.take().expect("an input");
    writeln!(stdin, "{asked}").expect("python3 reads");
    drop(stdin);
    let output = child.wait_with_output().expect("python3 ends");
    serde_json::from_slice(&output.stdout).expect("an outcome")
}

/// The whole way, from the announcement to the seats; whoever looks on from outside draws the same at every step.
#[test]
fn a_stranger_draws_the_same_lots() {
    let world = World::new();
    let (client, stranger) = (world.coordinator(), world.stranger());
    let body = council_of(&world);
    let draw = client
        .post(&format!("/bodies/{body}/draws"), &new_draw("2026-06-17"))
        .ok();
    let id = draw["id"].as_str().expect("an id").to_owned();
    let path = |rest: &str| format!("/draws/{id}{rest}");
    assert_eq!((&draw["status"], &draw["document"]), (&json!("prepared"), &Value::Null));
    let mut receipts = Vec::new();
    for n in 0..14 {
        let sex = ["female", "male", "female", "unstated"][n % 4];
        let candidate =
            json!({"college": "inhabitants", "sex": sex, "identity": format!("Secret-Name {n}, rue du Parvis")});
        receipts.push(client.post(&path("/candidates"), &candidate).ok());
    }
    stranger.get(&path("/list.txt")).refused(409, "list_not_fixed");
    let fixed = client.post(&path("/fix"), &json!({})).ok();
    assert_eq!(fixed["status"], "fixed");
    let document = stranger.get(&path("/list.txt"));
    assert_eq!(stranger.get(&path("")).ok()["document"], document.text.as_str());
    // Each candidate finds their own line, and nobody else's identity.
    for receipt in &receipts {
        let line = format!(
            "{}\t{}\n",
            receipt["pseudonym"].as_str().unwrap(),
            receipt["commitment"].as_str().unwrap()
        );
        assert!(document.text.contains(&line), "{line}");
    }
    client
        .post(&path("/draw"), &json!({"seed": "1-2-3"}))
        .refused(422, "seed_not_born");
    world.clock.forward(chrono::Duration::days(2));
    let client = again(&world, Who::Coordinator);
    client
        .post(&path("/draw"), &json!({"seed": " "}))
        .refused(422, "required");
    client
        .post(&path("/draw"), &json!({"seed": "1  2"}))
        .refused(422, "format_invalid");
    client.post(&path("/draw"), &json!({"seed": "03-12-19-27-44-8"})).ok();
    for refused in 0..5 {
        let seen = stranger.get(&path("")).ok();
        let published = stranger.get(&path("/list.txt")).text;
        assert_eq!(
            python(&published, &seen["seed"], &seen["refusals"]),
            seen["outcome"],
            "after {refused} refusals"
        );
        let seats = seen["outcome"]["colleges"][0]["seats"]
            .as_array()
            .expect("seats")
            .clone();
        assert_eq!(seats.len(), 6);
        let holder = seats[refused]["holders"]
            .as_array()
            .and_then(|all| all.last())
            .expect("a holder")
            .clone();
        let refusal = json!({"pseudonym": holder["pseudonym"], "refused_on": "2026-06-17"});
        client.post(&path("/refusals"), &refusal).ok();
    }
    client
        .post(
            &path("/refusals"),
            &json!({"pseudonym": "nobody", "refused_on": "2026-06-17"}),
        )
        .refused(422, "not_seated");
    let seated = client
        .post(&path("/mandates"), &json!({"starts_on": "2026-06-18"}))
        .ok();
    assert_eq!(seated["items"].as_array().map(Vec::len), Some(6));
    let none = client
        .post(&path("/mandates"), &json!({"starts_on": "2026-06-18"}))
        .ok();
    assert_eq!(none["items"], json!([]));
    let composed = stranger
        .get(&format!("/bodies/{body}/composition?as_of=2026-06-18"))
        .ok();
    assert_eq!((&composed["seats"], &composed["filled"]), (&json!(10), &json!(6)));
    assert_eq!(composed["colleges"][0]["parity_kept"], true);
}

#[test]
fn nothing_changes_in_a_list_that_is_fixed() {
    let world = World::new();
    let client = world.coordinator();
    let (body, programme) = (council_of(&world), &world.seed().public);
    let id = past_draw(&world.store, programme, &body, true);
    let path = |rest: &str| format!("/draws/{id}{rest}");
    let events = world.events();
    let candidate = json!({"college": "inhabitants", "sex": "female", "identity": "Une autre"});
    client
        .post(&path("/candidates"), &candidate)
        .refused(409, "list_changed");
    let listed = client.get(&path("/candidates")).ok();
    let pseudonym = listed["items"][0]["pseudonym"]
        .as_str()
        .expect("a pseudonym")
        .to_owned();
    client
        .delete(&path(&format!("/candidates/{pseudonym}")), "*")
        .refused(409, "list_changed");
    client.post(&path("/fix"), &json!({})).refused(409, "list_changed");
    let change = "UPDATE draw_candidates SET sex = 'unstated'";
    for sql in [
        change,
        "DELETE FROM draw_candidates",
        "UPDATE draws SET document = 'x'",
        "DELETE FROM draws",
    ] {
        assert!(world.execute(sql).is_err(), "{sql} went through");
    }
    // Even where somebody takes the triggers away, the published hash tells.
    match kind() {
        Kind::Sqlite => world.execute("DROP TRIGGER draw_candidates_no_update"),
        Kind::Postgres => world.execute("ALTER TABLE draw_candidates DISABLE TRIGGER USER"),
    }
    .expect("the trigger goes");
    world.execute(change).expect("the list is changed");
    client
        .post(&path("/draw"), &json!({"seed": "1-2-3"}))
        .refused(409, "list_changed");
    assert_eq!(world.events(), events);
}

#[test]
fn a_seed_that_could_be_known_is_refused() {
    let world = World::new();
    let client = world.coordinator();
    let (body, programme) = (council_of(&world), world.seed().public.clone());
    let path = format!("/bodies/{body}/draws");
    for born in ["2026-06-15", "2015-03-11"] {
        client.post(&path, &new_draw(born)).refused(422, "seed_known");
    }
    let late = past_draw(&world.store, &programme, &body, false);
    let go = |id: &str, verb: &str, body: Value| client.post(&format!("/draws/{id}/{verb}"), &body);
    go(&late, "draw", json!({"seed": "1-2-3"})).refused(409, "list_not_fixed");
    go(&late, "fix", json!({})).refused(422, "seed_known");
    let empty = client.post(&path, &new_draw("2026-07-01")).id();
    go(&empty, "fix", json!({})).refused(422, "required");
    let done = drawn(&client, &world, &programme, &body);
    let done = done["id"].as_str().expect("an id");
    go(done, "draw", json!({"seed": "9-9-9"})).refused(409, "already_drawn");
    let refusal = json!({"pseudonym": "1a2b-3c4d", "refused_on": "2026-06-15"});
    go(&empty, "refusals", refusal).refused(422, "not_seated");
}

#[test]
fn a_draw_fills_seats_that_are_drawn() {
    let world = World::new();
    let client = world.coordinator();
    let body = council_of(&world);
    let draw = |colleges: Value| {
        let mut new = new_draw("2026-07-01");
        new["colleges"] = colleges;
        client.post(&format!("/bodies/{body}/draws"), &new)
    };
    let college = |code: &str, seats: u32, parity: &str| json!({"code": code, "seats": seats, "parity": parity});
    draw(json!([])).refused(422, "required");
    draw(json!([college("elders", 6, "equal")])).refused(422, "reference_unknown");
    draw(json!([college("actors", 4, "none")])).refused(422, "kind_mismatch");
    draw(json!([college("inhabitants", 6, "none")])).refused(422, "kind_mismatch");
    draw(json!([college("inhabitants", 7, "equal")])).refused(422, "out_of_range");
    draw(json!([college("inhabitants", 0, "equal")])).refused(422, "out_of_range");
    draw(json!([
        college("inhabitants", 1, "equal"),
        college("inhabitants", 1, "equal")
    ]))
    .refused(422, "duplicate");
    let id = draw(json!([college("inhabitants", 6, "equal")])).id();
    let add = |college: &str| {
        let candidate = json!({"college": college, "sex": "female", "identity": "Secret-Name, rue du Parvis"});
        client.post(&format!("/draws/{id}/candidates"), &candidate)
    };
    add("actors").refused(422, "reference_unknown");
    add("inhabitants").ok();
    add("inhabitants").refused(409, "already_exists");
}

#[test]
fn one_of_many_draws_succeeds() {
    let world = World::new();
    let id = past_draw(&world.store, &world.seed().public, &council_of(&world), true);
    let statuses = at_once(copies(&world.coordinator(), 12), |n, client| {
        client
            .post(&format!("/draws/{id}/draw"), &json!({"seed": format!("{n}-2-3")}))
            .status
    });
    assert_eq!(tally(statuses), BTreeMap::from([(200, 1), (409, 11)]));
    let seen = world.stranger().get(&format!("/draws/{id}")).ok();
    let list = seen["document"].as_str().expect("a list");
    assert_eq!(python(list, &seen["seed"], &json!([])), seen["outcome"]);
}

/// Who stands behind a pseudonym is told to those who run the draw, until it is erased.
#[test]
fn identities_stay_with_those_who_run_the_draw() {
    let world = World::new();
    let client = world.coordinator();
    let body = council_of(&world);
    let id = client
        .post(&format!("/bodies/{body}/draws"), &new_draw("2026-07-01"))
        .id();
    let candidates = format!("/draws/{id}/candidates");
    let candidate = json!({"college": "inhabitants", "sex": "female", "identity": "Secret-Name Une, rue du Parvis"});
    let first = client.post_with_key(&candidates, &candidate, "a-candidate");
    let receipt = first.ok();
    let salt = receipt["salt"].as_str().expect("a salt");
    assert_eq!((salt.len(), first.header("cache-control")), (64, Some("no-store")));
    client
        .post_with_key(&candidates, &candidate, "a-candidate")
        .refused(409, "already_done");
    client.post(&format!("/draws/{id}/fix"), &json!({})).ok();
    for who in [Who::Stranger, Who::Outsider, Who::Observer, Who::Partner, Who::Officer] {
        for path in [
            format!("/draws/{id}"),
            format!("/draws/{id}/list.txt"),
            format!("/bodies/{body}/draws"),
        ] {
            let seen = world.of(who).get(&path);
            assert!(
                seen.status == 200 && !seen.text.contains("Secret-Name") && !seen.text.contains(salt),
                "{who:?}"
            );
        }
        assert!([401, 403].contains(&world.of(who).get(&candidates).status), "{who:?}");
    }
    assert!(client.get(&candidates).text.contains("Secret-Name Une"));
    let document = world.stranger().get(&format!("/draws/{id}/list.txt")).text;
    let pseudonym = receipt["pseudonym"].as_str().expect("a pseudonym");
    client.post(&format!("{candidates}/{pseudonym}/erase"), &json!({})).ok();
    client
        .post(&format!("{candidates}/{pseudonym}/erase"), &json!({}))
        .refused(404, "not_found");
    let left = client.get(&candidates).ok();
    assert_eq!(
        (&left["items"][0]["pseudonym"], &left["items"][0]["identity"]),
        (&json!(pseudonym), &Value::Null)
    );
    assert_eq!(world.stranger().get(&format!("/draws/{id}/list.txt")).text, document);
    for secret in ["Secret-Name Une", salt] {
        assert_eq!(
            crate::personal_data::found(&world, secret),
            [""; 0],
            "{secret} is still there"
        );
    }
}
