//! The ledger through the API: ceilings, reversals, corrections, dates, and what was known when.

use chrono::Duration;
use parvis_tests::world::{self, create_budget, create_line};
use parvis_tests::{Answer, Client, Share, Who, World, eur};
use serde_json::{Value, json};

fn balance(client: &Client, share: &Share, query: &str) -> Value {
    let balances = client.get(&format!("{}{query}", share.balances())).ok();
    let rows = balances["items"].as_array().expect("balances have rows");
    let row = rows
        .iter()
        .find(|row| row["line_id"] == share.line.as_str() && row["grant_id"] == share.grant.as_str());
    row.cloned().expect("the share has a balance")
}

fn figures(client: &Client, share: &Share, query: &str) -> [String; 5] {
    let row = balance(client, share, query);
    ["committed", "disbursed", "spent", "contributed", "available"]
        .map(|name| row[name]["amount"].as_str().unwrap_or_default().to_owned())
}

fn euros(values: [i64; 5]) -> [String; 5] {
    values.map(|value| format!("{value}.00"))
}

fn post(client: &Client, share: &Share, kind: &str, amount: u32) -> Answer {
    client.post(&share.movements(), &share.movement(kind, amount))
}

#[test]
fn an_overspend_is_refused_and_names_what_is_available() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    post(&client, &share, "commitment", 60).ok();
    let events = world.events();
    let problem = post(&client, &share, "commitment", 50).refused(422, "committed_exceeds_available");
    assert_eq!(problem["errors"][0]["params"]["available"], "40.00 EUR");
    assert_eq!(problem["errors"][0]["pointer"], "/amount");
    assert!(problem["detail"].as_str().unwrap_or_default().contains("40.00 EUR"));
    assert_eq!(world.events(), events);
    assert_eq!(figures(&client, &share, ""), euros([60, 0, 0, 0, 40]));
    post(&client, &share, "commitment", 40).ok();
    assert_eq!(figures(&client, &share, ""), euros([100, 0, 0, 0, 0]));
}

#[test]
fn a_movement_has_the_fields_that_integrations_rely_on() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let body = json!({
        "line_id": share.line, "grant_id": share.grant, "kind": "commitment", "amount": eur(60),
        "booked_on": "2026-03-14", "reference": "Convention 2026-041", "note": "Vu en réunion"
    });
    let made = client.post(&share.movements(), &body);
    let movement = made.ok();
    assert_eq!(made.status, 201);
    let id = movement["id"].as_str().unwrap_or_default();
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/movements/{id}").as_str())
    );
    for (name, value) in [
        ("line_id", json!(share.line)),
        ("grant_id", json!(share.grant)),
        ("funder_id", json!(world.seed().funder)),
        ("kind", json!("commitment")),
        ("amount", eur(60)),
        ("original", Value::Null),
        ("rate_id", Value::Null),
        ("payer_id", json!(world.seed().funder)),
        ("payee_id", Value::Null),
        ("booked_on", json!("2026-03-14")),
        ("incurred_on", Value::Null),
        ("paid_on", Value::Null),
        ("reference", json!("Convention 2026-041")),
        ("note", json!("Vu en réunion")),
        ("reverses", Value::Null),
        ("status", json!("approved")),
    ] {
        assert_eq!(movement[name], value, "{name}");
    }
    assert_eq!(client.get(&format!("/movements/{id}")).ok(), movement);
    assert_eq!(client.get(&share.movements()).ok()["items"], json!([movement]));
}

#[test]
fn money_goes_its_way_in_order() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    post(&client, &share, "disbursement", 1).refused(422, "disbursed_exceeds_committed");
    post(&client, &share, "commitment", 80).ok();
    post(&client, &share, "disbursement", 50).ok();
    post(&client, &share, "disbursement", 31).refused(422, "disbursed_exceeds_committed");
    // Spending ahead of payment is shown and not refused, unless the programme's rules say so.
    post(&client, &share, "expenditure", 70).ok();
    post(&client, &share, "in_kind", 5).refused(422, "kind_mismatch");
    assert_eq!(figures(&client, &share, ""), euros([80, 50, 70, 0, 20]));
}

#[test]
fn committees_spend_what_they_have_received() {
    let world = World::new();
    let admin = world.admin();
    let template = world::template_id(&admin, "improvement-call");
    let programme = world::create_programme(&admin, &template, "STRICT-1", "private", json!([]));
    let funding = json!({"partner_id": world.seed().funder, "role": "funding"});
    admin
        .post(&format!("/programmes/{programme}/partner-roles"), &funding)
        .ok();
    let budget = create_budget(&admin, &programme);
    let mxn = |pesos: u32| json!({"amount": format!("{pesos}.00"), "currency": "MXN"});
    let line = json!({
        "category": "works", "year": 2026, "grants": [{"funder_id": world.seed().funder, "planned": mxn(100)}]
    });
    let line = admin.post(&format!("/budgets/{budget}/lines"), &line).ok();
    let movement = |kind: &str, pesos: u32| {
        json!({
            "line_id": line["id"], "grant_id": line["grants"][0]["grant_id"], "kind": kind, "amount": mxn(pesos),
            "booked_on": "2026-03-14"
        })
    };
    let post = |kind: &str, pesos: u32| admin.post(&format!("/budgets/{budget}/movements"), &movement(kind, pesos));
    post("commitment", 100).ok();
    post("disbursement", 40).ok();
    post("expenditure", 41).refused(422, "spent_exceeds_disbursed");
    post("expenditure", 40).ok();
}

#[test]
fn in_kind_is_contributed_and_never_payable() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let (line, grant) = create_line(&client, &share.budget, &world.seed().association, 30, "in_kind");
    let kind = Share {
        line,
        grant,
        ..share.clone()
    };
    for paid in ["commitment", "disbursement", "expenditure"] {
        post(&client, &kind, paid, 1).refused(422, "kind_mismatch");
    }
    post(&client, &kind, "in_kind", 50).ok();
    assert_eq!(
        figures(&client, &kind, ""),
        euros([0, 0, 0, 50, -20]),
        "negative is shown, never clipped"
    );
    let totals = client.get(&share.balances()).ok()["totals"].clone();
    let totals = totals.as_array().expect("there are totals");
    assert_eq!(totals.len(), 2, "cash and in kind are two totals");
    assert!(totals.iter().all(|total| total["currency"] == "EUR"));
}

#[test]
fn currencies_are_never_added() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    for (currency, amount) in [("KHR", "4000.00"), ("JPY", "900"), ("KWD", "1.250")] {
        let line = json!({
            "category": "investment", "year": 2026,
            "grants": [{"funder_id": world.seed().funder, "planned": {"amount": amount, "currency": currency}}]
        });
        let line = client.post(&format!("/budgets/{}/lines", share.budget), &line).ok();
        let movement = json!({
            "line_id": line["id"], "grant_id": line["grants"][0]["grant_id"], "kind": "commitment",
            "amount": {"amount": amount, "currency": currency}, "booked_on": "2026-03-14"
        });
        client.post(&share.movements(), &movement).ok();
        let other = json!({
            "line_id": line["id"], "grant_id": line["grants"][0]["grant_id"], "kind": "commitment", "amount": eur(1),
            "booked_on": "2026-03-14"
        });
        client
            .post(&share.movements(), &other)
            .refused(422, "currency_mismatch");
    }
    let totals = client.get(&share.balances()).ok()["totals"].clone();
    let seen = totals.as_array().into_iter().flatten().map(|total| {
        (
            total["currency"].as_str().unwrap_or_default().to_owned(),
            total["committed"]["amount"].as_str().unwrap_or_default().to_owned(),
        )
    });
    let seen: std::collections::BTreeMap<_, _> = seen.collect();
    let amount = |currency: &str| seen.get(currency).map(String::as_str);
    assert_eq!(
        [amount("EUR"), amount("KHR"), amount("JPY"), amount("KWD")],
        [Some("0.00"), Some("4000.00"), Some("900"), Some("1.250")]
    );
}

#[test]
fn a_reversal_counts_once_and_stays() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let id = post(&client, &share, "commitment", 60).id();
    let reverse = |id: &str| {
        client.post(
            &format!("/movements/{id}/reverse"),
            &json!({"reason": "Saisie deux fois"}),
        )
    };
    let reversal = reverse(&id).ok();
    assert_eq!(reversal["reverses"], id.as_str());
    assert_eq!(
        (&reversal["kind"], &reversal["amount"]),
        (&json!("commitment"), &eur(60))
    );
    assert_eq!(reversal["note"], "Saisie deux fois");
    assert_eq!(
        client.get(&format!("/movements/{id}")).ok()["reversed_by"],
        reversal["id"]
    );
    assert_eq!(figures(&client, &share, ""), euros([0, 0, 0, 0, 100]));
    reverse(&id).refused(409, "already_reversed");
    reverse(reversal["id"].as_str().unwrap_or_default()).refused(409, "reversal_of_reversal");
    assert_eq!(figures(&client, &share, ""), euros([0, 0, 0, 0, 100]));
}

#[test]
fn a_reversal_is_refused_while_something_rests_on_it() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let id = post(&client, &share, "commitment", 60).id();
    post(&client, &share, "disbursement", 30).ok();
    let reversal = json!({"reason": "Erreur"});
    client
        .post(&format!("/movements/{id}/reverse"), &reversal)
        .refused(422, "disbursed_exceeds_committed");
    let before = json!({"reason": "Erreur", "booked_on": "2026-03-13"});
    client
        .post(&format!("/movements/{id}/reverse"), &before)
        .refused(422, "date_too_early");
}

/// 1,000 typed for 900, with 600 already disbursed: the reversal alone would be refused, the correction is not.
#[test]
fn a_correction_is_checked_after_both() {
    let world = World::new();
    let (share, client) = (world.share(1000), world.coordinator());
    let id = post(&client, &share, "commitment", 1000).id();
    post(&client, &share, "disbursement", 600).ok();
    let correct = |euros: u32| {
        let body = json!({"reason": "1 000 pour 900", "replacement": {"amount": eur(euros)}});
        client.post(&format!("/movements/{id}/correct"), &body)
    };
    let events = world.events();
    correct(599).refused(422, "disbursed_exceeds_committed");
    correct(1001).refused(422, "committed_exceeds_available");
    assert_eq!(world.events(), events);
    assert_eq!(world.count("SELECT count(*) AS n FROM movements"), 2);
    let replacement = correct(900).ok();
    assert_eq!(
        (&replacement["amount"], &replacement["reverses"]),
        (&eur(900), &Value::Null)
    );
    assert_eq!(figures(&client, &share, ""), euros([900, 600, 0, 0, 100]));
    correct(800).refused(409, "already_reversed");
}

#[test]
fn what_is_booked_earlier_holds_on_every_later_day() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let book = |kind: &str, euros: u32, day: &str| client.post(&share.movements(), &share.booked(kind, euros, day));
    book("commitment", 80, "2026-04-20").ok();
    book("commitment", 30, "2026-04-05").refused(422, "committed_exceeds_available");
    book("disbursement", 10, "2026-04-19").refused(422, "disbursed_exceeds_committed");
    book("commitment", 20, "2026-04-05").ok();
    book("disbursement", 21, "2026-04-05").refused(422, "disbursed_exceeds_committed");
    book("disbursement", 20, "2026-04-05").ok();
    let at = |day: &str| figures(&client, &share, &format!("?as_of={day}"));
    assert_eq!(at("2026-04-04"), euros([0, 0, 0, 0, 100]));
    assert_eq!(at("2026-04-05"), euros([20, 20, 0, 0, 80]));
    assert_eq!(at("2026-04-19"), euros([20, 20, 0, 0, 80]));
    assert_eq!(at("2026-04-20"), euros([100, 20, 0, 0, 0]));
}

#[test]
fn nothing_is_booked_tomorrow_where_the_programme_is() {
    let world = World::new();
    let share = world.share(100);
    let book = |day: &str| {
        let session = world::sign_in(&world.stranger(), &Who::Coordinator.email());
        let client = world
            .stranger()
            .with_token(session["access_token"].as_str().unwrap_or_default());
        client.post(&share.movements(), &share.booked("commitment", 1, day))
    };
    // 22:30 in UTC is half past midnight in Paris.
    world.clock.forward(Duration::minutes(12 * 60 + 30));
    book("2026-06-17").refused(422, "date_in_future");
    book("2026-06-16").ok();
    world.clock.forward(Duration::minutes(-60));
    book("2026-06-16").refused(422, "date_in_future");
    book("2026-06-15").ok();
}

#[test]
fn what_the_committee_saw() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let instant = || world.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let seen = |at: &str| figures(&client, &share, &format!("?known_at={at}"));
    let start = instant();
    world.clock.forward(Duration::minutes(1));
    let id = post(&client, &share, "commitment", 60).id();
    let first = instant();
    world.clock.forward(Duration::minutes(1));
    client
        .post(&share.movements(), &share.booked("commitment", 15, "2026-02-01"))
        .ok();
    let second = instant();
    world.clock.forward(Duration::minutes(1));
    client
        .post(&format!("/movements/{id}/reverse"), &json!({"reason": "Erreur"}))
        .ok();
    assert_eq!(seen(&start), euros([0, 0, 0, 0, 100]));
    assert_eq!(seen(&first), euros([60, 0, 0, 0, 40]));
    assert_eq!(seen(&second), euros([75, 0, 0, 0, 25]));
    assert_eq!(figures(&client, &share, ""), euros([15, 0, 0, 0, 85]));
    let both = format!("?known_at={second}&as_of=2026-02-28");
    assert_eq!(figures(&client, &share, &both), euros([15, 0, 0, 0, 85]));
}

#[test]
fn the_plan_is_revised_but_not_below_what_is_committed() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    post(&client, &share, "commitment", 60).ok();
    let line = format!("/lines/{}", share.line);
    let revise = |planned: u32, reason: &str| {
        let tag = client.get(&line).etag();
        let revision =
            json!({"grant_id": share.grant, "planned": eur(planned), "granted": eur(planned), "reason": reason});
        client.patch(&line, &tag, &json!({"revisions": [revision]}))
    };
    revise(59, "Moins").refused(422, "plan_below_committed");
    revise(70, "").refused(422, "required");
    revise(70, "Avenant 1").ok();
    assert_eq!(figures(&client, &share, ""), euros([60, 0, 0, 0, 10]));
    post(&client, &share, "commitment", 11).refused(422, "committed_exceeds_available");
    revise(200, "Avenant 2").ok();
    post(&client, &share, "commitment", 11).ok();
    assert_eq!(figures(&client, &share, ""), euros([71, 0, 0, 0, 129]));
}

#[test]
fn what_is_available_rests_on_the_decision_too() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let grant = json!({
        "funder_id": world.seed().association, "kind": "cash", "currency": "EUR", "reference": "CP-1",
        "shares": [{"line_id": share.line, "planned": eur(100), "granted": eur(40)}]
    });
    let grant = client.post(&format!("/budgets/{}/grants", share.budget), &grant).id();
    let share = Share { grant, ..share };
    let problem = post(&client, &share, "commitment", 41).refused(422, "committed_exceeds_available");
    assert_eq!(problem["errors"][0]["params"]["available"], "40.00 EUR");
    post(&client, &share, "commitment", 40).ok();
}

#[test]
fn a_partner_sees_and_touches_its_own_share() {
    let world = World::new();
    let (client, partner) = (world.coordinator(), world.of(Who::Partner));
    let others = world.share(100);
    let (line, grant) = create_line(&client, &others.budget, &world.seed().association, 50, "cash");
    let own = Share {
        line,
        grant,
        ..others.clone()
    };
    let foreign = post(&client, &others, "commitment", 10).id();
    post(&client, &own, "commitment", 10).ok();
    post(&partner, &own, "expenditure", 5).ok();
    post(&partner, &own, "commitment", 5).refused(403, "permission_denied");
    let events = world.events();
    post(&partner, &others, "expenditure", 5).problem();
    assert_eq!(world.events(), events, "nothing is posted on a share of others");
    partner.get(&format!("/movements/{foreign}")).refused(404, "not_found");
    let rows = partner.get(&own.balances()).ok()["items"].clone();
    let rows = rows.as_array().expect("balances have rows");
    assert!(rows.len() == 1 && rows[0]["grant_id"] == own.grant.as_str(), "{rows:?}");
    for movement in partner.all(&own.movements(), 50) {
        assert_eq!(movement["grant_id"], own.grant.as_str());
    }
    for grant in partner.all(&format!("/budgets/{}/grants", own.budget), 50) {
        assert_eq!(grant["id"], own.grant.as_str());
    }
    for line in partner.all(&format!("/budgets/{}/lines", own.budget), 50) {
        let grants = line["grants"].as_array().expect("a line has grants");
        assert!(
            grants.iter().all(|grant| grant["grant_id"] == own.grant.as_str()),
            "{line}"
        );
    }
}

#[test]
fn a_share_belongs_to_its_budget() {
    let world = World::new();
    let (client, one, other) = (world.coordinator(), world.share(100), world.share(100));
    let mixed = Share {
        grant: other.grant.clone(),
        ..one.clone()
    };
    post(&client, &mixed, "commitment", 1).refused(422, "reference_unknown");
    let elsewhere = Share {
        budget: other.budget.clone(),
        ..one
    };
    post(&client, &elsewhere, "commitment", 1).refused(422, "reference_unknown");
}
