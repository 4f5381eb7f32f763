//! Whatever is sent: it has its problem, and changes nothing.

use parvis_tests::world::eur;
use parvis_tests::{Answer, Call, Client, Who, World, document};
use serde_json::{Value, json};
use ureq::http::Method;

use crate::samples::{Samples, step};

/// Bodies that cannot be read, made out of one that can.
fn unreadable(body: &Value) -> Vec<(String, &'static str)> {
    let fields = body.as_object().cloned().unwrap_or_default();
    let mut bodies = vec![
        ("{".to_owned(), "body_malformed"),
        ("not JSON".to_owned(), "body_malformed"),
        (format!("{body} trailing"), "body_malformed"),
        (format!("{body}{body}"), "body_malformed"),
        ("[]".to_owned(), "type_mismatch"),
        ("null".to_owned(), "type_mismatch"),
        ("\"text\"".to_owned(), "type_mismatch"),
        ("7".to_owned(), "type_mismatch"),
    ];
    let mut unknown = body.clone();
    unknown["no_such_field"] = json!(1);
    bodies.push((unknown.to_string(), "field_unknown"));
    for (name, value) in &fields {
        let mut other = body.clone();
        other[name] = match value {
            Value::String(_) => json!(7),
            Value::Number(_) => json!("seven"),
            Value::Bool(_) => json!("true"),
            _ => json!("text"),
        };
        bodies.push((other.to_string(), "type_mismatch"));
        let mut nul = body.clone();
        if value.is_string() {
            nul[name] = json!("a\u{0}b");
            bodies.push((nul.to_string(), "body_malformed"));
        }
    }
    bodies
}

#[test]
fn bodies_that_cannot_be_read() {
    let world = World::new();
    let samples = Samples::new(&world, "public");
    let client = world.admin();
    let mut faults = Vec::new();
    for (operation, entry) in document::operations(&client) {
        let sample = samples.of(operation, Who::Administrator);
        let Some(body) = sample.body().filter(|_| entry.value.get("requestBody").is_some()) else {
            continue;
        };
        let call = sample.call(&entry);
        let events = world.events();
        let media = if entry.method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        for (text, code) in unreadable(body) {
            let answer = client.send(
                &Call {
                    headers: call.headers[..call.headers.len() - 1].to_vec(),
                    body: None,
                    ..call.clone()
                }
                .text(media, text.clone()),
            );
            if (answer.status, answer.code().as_str()) != (400, code) {
                faults.push(format!("{operation} {text} → {} {}", answer.status, answer.text));
            } else {
                answer.problem();
            }
        }
        for media in [
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            let answer = client.send(
                &Call {
                    headers: call.headers[..call.headers.len() - 1].to_vec(),
                    body: None,
                    ..call.clone()
                }
                .text(media, body.to_string()),
            );
            if (answer.status, answer.code().as_str()) != (415, "media_type_unsupported") {
                faults.push(format!("{operation} as {media} → {} {}", answer.status, answer.text));
            }
        }
        if world.events() != events {
            faults.push(format!("{operation} changed something"));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn ids_that_are_none_or_do_not_exist() {
    let world = World::new();
    let samples = Samples::new(&world, "public");
    let client = world.admin();
    let mut faults = Vec::new();
    for (operation, entry) in document::operations(&client) {
        if !entry.path.contains('{') {
            continue;
        }
        let sample = samples.of(operation, Who::Administrator);
        let events = world.events();
        let mut check = |id: &str, allowed: &[(u16, &str)]| {
            let answer = client.send(&sample.elsewhere(id).call(&entry));
            if !allowed.contains(&(answer.status, answer.code().as_str())) {
                faults.push(format!("{operation} {id} → {} {}", answer.status, answer.text));
            }
        };
        for id in [
            "x",
            "1",
            "01890a5d",
            "01890a5dac96774bbcceb302099a8057",
            "%7B01890a5d-ac96-774b-bcce-b302099a8057%7D",
            "'%20OR%201=1",
            "%F0%9F%98%80",
        ] {
            check(id, &[(400, "id_malformed"), (404, "not_found")]);
        }
        check("%00", &[(400, "parameter_invalid"), (400, "id_malformed")]);
        check(&uuid::Uuid::now_v7().to_string(), &[(404, "not_found")]);
        if world.events() != events {
            faults.push(format!("{operation} changed something"));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Sends a body with one field replaced and checks that exactly this fault is found and nothing changes.
fn one_fault(world: &World, client: &Client, path: &str, body: &Value, at: &str, value: Value, code: &str) {
    let mut wrong = body.clone();
    match wrong.pointer_mut(at) {
        Some(place) => *place = value.clone(),
        None => {
            let (parent, name) = at.rsplit_once('/').expect("a pointer");
            wrong.pointer_mut(parent).expect("the parent is there")[name] = value.clone();
        }
    }
    let events = world.events();
    let answer = client.post(path, &wrong);
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (422, code),
        "{at} = {value} → {}",
        answer.text
    );
    let faults = answer.faults();
    assert!(
        faults
            .iter()
            .any(|(pointer, found)| pointer.starts_with(at) && found == code),
        "{at} = {value}: {faults:?}"
    );
    assert_eq!(world.events(), events, "{at} = {value} changed something");
}

#[test]
fn amounts() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let body = share.movement("commitment", 10);
    let wrong =
        |at: &str, value: Value, code: &str| one_fault(&world, &client, &share.movements(), &body, at, value, code);
    for amount in [
        "10",
        "10.0",
        "10.000",
        "10,00",
        "1e1",
        "+10.00",
        " 10.00",
        "10.00 ",
        "010.00",
        ".50",
        "10.",
        "-0.00",
        "0x1.00",
        "١٠.٠٠",
        "",
        "NaN",
        "1_0.00",
        "10.00EUR",
    ] {
        wrong("/amount/amount", json!(amount), "amount_invalid");
    }
    for amount in ["0.00", "-10.00"] {
        wrong("/amount/amount", json!(amount), "amount_not_positive");
    }
    for amount in ["1000000000000.01", "99999999999999999999999999.00"] {
        wrong("/amount/amount", json!(amount), "amount_too_large");
    }
    for currency in ["EURO", "eur", "", "XXX", "XAU", "ZZZ", "€"] {
        wrong("/amount/currency", json!(currency), "currency_unknown");
    }
    for (amount, currency) in [
        ("10.00", "JPY"),
        ("10.00", "KWD"),
        ("10", "KWD"),
        ("10.0", "JPY"),
        ("10.00", "XOF"),
        ("10", "KHR"),
    ] {
        wrong(
            "/amount",
            json!({"amount": amount, "currency": currency}),
            "amount_invalid",
        );
    }
    for (amount, currency) in [("10", "JPY"), ("10.000", "KWD"), ("10.00", "USD")] {
        wrong(
            "/amount",
            json!({"amount": amount, "currency": currency}),
            "currency_mismatch",
        );
    }
    client.post(&share.movements(), &json!({"line_id": share.line, "grant_id": share.grant, "kind": "commitment", "amount": 10.00, "booked_on": "2026-03-14"}))
        .refused(400, "type_mismatch");
    // A list is no object, also where it holds what the object would.
    let mut list = body.clone();
    list["amount"] = json!(["10.00", "EUR"]);
    client.post(&share.movements(), &list).refused(400, "type_mismatch");
    let balance = client.get(&share.balances()).ok()["items"][0].clone();
    assert_eq!(balance["committed"], eur(0));
}

#[test]
fn dates() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let movement = share.movement("expenditure", 10);
    for day in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "14/03/2026",
        "2026-3-14",
        "2026-03-14T00:00:00Z",
        "1899-12-31",
        "2201-01-01",
        "",
        "today",
        "+2026-03-1",
    ] {
        for at in ["/booked_on", "/incurred_on", "/paid_on"] {
            one_fault(
                &world,
                &client,
                &share.movements(),
                &movement,
                at,
                json!(day),
                "date_invalid",
            );
        }
    }
    for at in ["/booked_on", "/incurred_on", "/paid_on"] {
        one_fault(
            &world,
            &client,
            &share.movements(),
            &movement,
            at,
            json!("2026-06-16"),
            "date_in_future",
        );
    }
    let seed = world.seed();
    let admin = world.admin();
    let programme =
        json!({"template_id": seed.template, "code": "D-1", "title": {"fr": "x"}, "starts_on": "2026-05-02"});
    one_fault(
        &world,
        &admin,
        "/programmes",
        &programme,
        "/ends_on",
        json!("2026-05-01"),
        "period_inverted",
    );
    let steps = format!("/programmes/{}/participation-steps", seed.private);
    one_fault(
        &world,
        &client,
        &steps,
        &step(),
        "/ends_on",
        json!("2026-04-30"),
        "period_inverted",
    );
    let budget = json!({"title": {"fr": "x"}, "starts_on": "2026-05-02"});
    let budgets = format!("/programmes/{}/budgets", seed.private);
    one_fault(
        &world,
        &client,
        &budgets,
        &budget,
        "/ends_on",
        json!("2026-05-01"),
        "period_inverted",
    );
    let place = json!({"code": "D", "generation": "G", "name": {"fr": "x"}, "kind": "site", "country": "FR", "starts_on": "2026-05-02"});
    one_fault(
        &world,
        &admin,
        "/places",
        &place,
        "/ends_on",
        json!("2026-05-01"),
        "period_inverted",
    );
    for query in [
        "as_of=2026-02-30",
        "as_of=x",
        "known_at=2026-01-01",
        "known_at=x",
        "as_of=2026-01-01&as_of=2026-01-02",
    ] {
        client
            .get(&format!("{}?{query}", share.balances()))
            .refused(400, "parameter_invalid");
    }
    for query in ["booked_from=2026-02-30", "booked_to=x", "kind=gift", "line_id=1"] {
        client
            .get(&format!("{}?{query}", share.movements()))
            .refused(400, "parameter_invalid");
    }
}

#[test]
fn texts() {
    let world = World::new();
    let (admin, seed) = (world.admin(), world.seed());
    let long = |length: usize| json!("é".repeat(length));
    let programme =
        json!({"template_id": seed.template, "code": "T-1", "title": {"fr": "x"}, "starts_on": "2026-01-01"});
    let partner = json!({"name": "x", "kind": "association", "country": "FR"});
    let place = json!({"code": "T", "generation": "G", "name": {"fr": "x"}, "kind": "site", "country": "FR", "starts_on": "2015-01-01"});
    let contact = json!({"name": "x"});
    let contacts = format!("/partners/{}/contacts", seed.funder);
    let cases: &[(&str, &Value, &str, Value, &str)] = &[
        ("/programmes", &programme, "/code", long(41), "too_long"),
        ("/programmes", &programme, "/code", json!("a b"), "format_invalid"),
        ("/programmes", &programme, "/code", json!("-a"), "format_invalid"),
        ("/programmes", &programme, "/code", json!(""), "required"),
        ("/programmes", &programme, "/title/fr", long(201), "too_long"),
        ("/programmes", &programme, "/title/fr", json!("   "), "required"),
        (
            "/programmes",
            &programme,
            "/title/fr",
            json!("a\u{7}b"),
            "control_character",
        ),
        (
            "/programmes",
            &programme,
            "/title/fr",
            json!("a\nb"),
            "control_character",
        ),
        ("/programmes", &programme, "/title", json!({}), "required"),
        (
            "/programmes",
            &programme,
            "/title",
            json!({"not a tag": "x"}),
            "language_invalid",
        ),
        (
            "/programmes",
            &programme,
            "/summary",
            json!({"fr": "é".repeat(10_001)}),
            "too_long",
        ),
        (
            "/programmes",
            &programme,
            "/time_zone",
            json!("Europe/Nowhere"),
            "time_zone_unknown",
        ),
        ("/programmes", &programme, "/currency", json!("ZZZ"), "currency_unknown"),
        (
            "/programmes",
            &programme,
            "/template_id",
            json!(uuid::Uuid::now_v7()),
            "reference_unknown",
        ),
        (
            "/programmes",
            &programme,
            "/place_ids",
            json!([uuid::Uuid::now_v7()]),
            "reference_unknown",
        ),
        (
            "/programmes",
            &programme,
            "/place_ids",
            json!([seed.place, seed.place]),
            "duplicate",
        ),
        ("/partners", &partner, "/name", long(201), "too_long"),
        (
            "/partners",
            &partner,
            "/name",
            json!("a\u{1b}[31m"),
            "control_character",
        ),
        ("/partners", &partner, "/country", json!("ZZ"), "country_unknown"),
        ("/partners", &partner, "/country", json!("fr"), "country_unknown"),
        (
            "/partners",
            &partner,
            "/website",
            json!("javascript:alert(1)"),
            "format_invalid",
        ),
        (
            "/partners",
            &partner,
            "/identifiers",
            json!([{"scheme": "FR-SIRET", "value": "73282932000075"}]),
            "identifier_invalid",
        ),
        (
            "/partners",
            &partner,
            "/identifiers",
            json!([{"scheme": "FR-SIRET", "value": "123"}]),
            "identifier_invalid",
        ),
        (
            "/partners",
            &partner,
            "/identifiers",
            json!([{"scheme": "other", "value": "A"}, {"scheme": "other", "value": "A"}]),
            "duplicate",
        ),
        ("/places", &place, "/code", long(41), "too_long"),
        ("/places", &place, "/generation", long(121), "too_long"),
        (
            "/places",
            &place,
            "/contour",
            json!({"type": "Point", "coordinates": [1, 2]}),
            "contour_invalid",
        ),
        (
            "/places",
            &place,
            "/contour",
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}),
            "contour_invalid",
        ),
        (
            "/places",
            &place,
            "/contour",
            json!({"type": "Polygon", "coordinates": [[[0, 0], [500, 0], [1, 1], [0, 0]]]}),
            "contour_invalid",
        ),
        (
            "/places",
            &place,
            "/parent_id",
            json!(uuid::Uuid::now_v7()),
            "reference_unknown",
        ),
        (&contacts, &contact, "/email", json!("nobody"), "email_invalid"),
        (&contacts, &contact, "/phone", long(41), "too_long"),
    ];
    for (path, body, at, value, code) in cases {
        one_fault(&world, &admin, path, body, at, value.clone(), code);
    }
    let (client, share) = (world.coordinator(), world.share(100));
    let movement = share.movement("commitment", 10);
    for (at, value, code) in [
        ("/reference", long(121), "too_long"),
        ("/reference", json!("a\tb"), "control_character"),
        ("/note", long(10_001), "too_long"),
        ("/note", json!("a\u{7f}b"), "control_character"),
        ("/grant_id", json!(uuid::Uuid::now_v7()), "reference_unknown"),
        ("/payee_id", json!(uuid::Uuid::now_v7()), "reference_unknown"),
        ("/payer_id", json!(uuid::Uuid::now_v7()), "reference_unknown"),
    ] {
        one_fault(&world, &client, &share.movements(), &movement, at, value, code);
    }
}

#[test]
fn plans() {
    let world = World::new();
    let (client, share, seed) = (world.coordinator(), world.share(100), world.seed());
    let lines = format!("/budgets/{}/lines", share.budget);
    let line =
        json!({"category": "investment", "year": 2026, "grants": [{"funder_id": seed.funder, "planned": eur(10)}]});
    for (at, value, code) in [
        ("/category", json!("no-such"), "reference_unknown"),
        ("/axis", json!("no-such"), "reference_unknown"),
        ("/year", json!(1899), "out_of_range"),
        ("/year", json!(2031), "out_of_range"),
        (
            "/cost",
            json!({"amount": "-1.00", "currency": "EUR"}),
            "amount_not_positive",
        ),
        ("/grants/0/funder_id", json!(uuid::Uuid::now_v7()), "reference_unknown"),
        ("/grants/0/planned/amount", json!("1"), "amount_invalid"),
        ("/grants/0/planned/amount", json!("-1.00"), "amount_not_positive"),
        (
            "/grants/0/granted",
            json!({"amount": "1.00", "currency": "USD"}),
            "currency_mismatch",
        ),
        ("/grants/0/decided_on", json!("2026-02-30"), "date_invalid"),
    ] {
        one_fault(&world, &client, &lines, &line, at, value, code);
    }
    let grants = format!("/budgets/{}/grants", share.budget);
    let grant = json!({
        "funder_id": seed.association, "kind": "cash", "currency": "EUR", "shares": [{"line_id": share.line, "planned": eur(10)}]
    });
    for (at, value, code) in [
        ("/currency", json!("ZZZ"), "currency_unknown"),
        ("/shares", json!([]), "required"),
        ("/shares/0/line_id", json!(uuid::Uuid::now_v7()), "reference_unknown"),
        ("/shares/0/planned/currency", json!("USD"), "currency_mismatch"),
    ] {
        one_fault(&world, &client, &grants, &grant, at, value, code);
    }
}

/// A person who sends a form learns everything at once.
#[test]
fn every_fault_is_named_at_once() {
    let world = World::new();
    let share = world.share(100);
    let body = json!({
        "line_id": share.line, "grant_id": share.grant, "kind": "commitment", "amount": {"amount": "1", "currency": "EUR"},
        "booked_on": "2026-02-30", "incurred_on": "2026-01-01", "reference": "a\nb"
    });
    let answer: Answer = world.coordinator().post(&share.movements(), &body);
    answer.refused(422, "validation_failed");
    let mut faults = answer.faults();
    faults.sort();
    let pointers: Vec<&str> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/amount/amount", "/booked_on", "/incurred_on", "/reference"]);
}

/// An identifier belongs to one partner, also when it is written with blanks.
#[test]
fn identifiers_are_unique() {
    let world = World::new();
    let partner = |name: &str, value: &str| {
        world.admin().post("/partners", &json!({
            "name": name, "kind": "association", "country": "FR", "identifiers": [{"scheme": "FR-SIRET", "value": value}]
        }))
    };
    partner("Une", "732 829 320 00074").ok();
    let events = world.events();
    partner("Autre", "73282932000074").refused(409, "already_exists");
    assert_eq!(world.events(), events);
}
