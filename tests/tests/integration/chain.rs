//! The whole chain of a grant: every kind of movement, the payment modes, headings that shift, the settlement.

use parvis_tests::world::{self, create_budget};
use parvis_tests::{Answer, Client, Share, World, eur};
use serde_json::{Value, json};

use crate::samples::fresh;

/// A grant over lines of so many euros each.
fn grant(world: &World, euros: &[u32], more: Value) -> Vec<Share> {
    let client = world.coordinator();
    let budget = create_budget(&client, &world.seed().private);
    let line = || {
        let line = json!({"category": "investment", "year": 2026});
        client.post(&format!("/budgets/{budget}/lines"), &line).id()
    };
    let lines: Vec<String> = euros.iter().map(|_| line()).collect();
    let shares: Vec<Value> = lines
        .iter()
        .zip(euros)
        .map(|(line, euros)| json!({"line_id": line, "planned": eur(*euros)}))
        .collect();
    let mut body = json!({"funder_id": world.seed().funder, "kind": "cash", "currency": "EUR", "shares": shares});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    let grant = client.post(&format!("/budgets/{budget}/grants"), &body).id();
    let share = |line| Share {
        budget: budget.clone(),
        line,
        grant: grant.clone(),
    };
    lines.into_iter().map(share).collect()
}

fn post(client: &Client, share: &Share, kind: &str, euros: u32) -> Answer {
    client.post(&share.movements(), &share.movement(kind, euros))
}

fn with(share: &Share, kind: &str, more: Value) -> Value {
    let mut body = share.movement(kind, 1);
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.remove("amount");
        body.extend(more.clone());
    }
    body
}

/// Pledged, committed, disbursed, spent, justified.
fn figures(client: &Client, share: &Share) -> [String; 5] {
    let balances = client.get(&share.balances()).ok();
    let rows = balances["items"].as_array().cloned().unwrap_or_default();
    let row = rows.iter().find(|row| row["line_id"] == share.line.as_str());
    let row = row.cloned().unwrap_or_default();
    ["pledged", "committed", "disbursed", "spent", "justified"]
        .map(|name| row[name]["amount"].as_str().unwrap_or_default().to_owned())
}

fn euros(values: [i64; 5]) -> [String; 5] {
    values.map(|value| format!("{value}.00"))
}

#[test]
fn a_grant_goes_from_pledge_to_repayment() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    let steps = [
        ("pledge", 500, [500, 0, 0, 0, 0]),
        ("commitment", 100, [500, 100, 0, 0, 0]),
        ("disbursement", 90, [500, 100, 90, 0, 0]),
        ("expenditure", 85, [500, 100, 90, 85, 0]),
        ("justification", 80, [500, 100, 90, 85, 80]),
        ("repayment", 10, [500, 100, 80, 85, 80]),
        ("decommitment", 15, [500, 85, 80, 85, 80]),
        ("decommitment", 5, [500, 80, 80, 85, 80]),
    ];
    for (kind, amount, expected) in steps {
        post(&client, &share, kind, amount).ok();
        assert_eq!(figures(&client, &share), euros(expected), "{kind}");
    }
    for (kind, amount, code, available) in [
        ("decommitment", 1, "disbursed_exceeds_committed", "0.00 EUR"),
        ("repayment", 81, "balance_negative", "80.00 EUR"),
        ("justification", 6, "justified_exceeds_committed", "0.00 EUR"),
        ("disbursement", 1, "disbursed_exceeds_committed", "0.00 EUR"),
    ] {
        let problem = post(&client, &share, kind, amount).refused(422, code);
        assert_eq!(problem["errors"][0]["params"]["available"], available, "{kind}");
    }
    parvis_tests::sums::assert_sums(&world.store);
}

#[test]
fn a_cost_is_accepted_in_part_with_the_reason() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100));
    post(&client, &share, "commitment", 100).ok();
    post(&client, &share, "expenditure", 100).ok();
    let refused = json!({"amount": eur(20), "reason": "Hors période"});
    let evidence = "AB".repeat(32);
    let body = with(
        &share,
        "justification",
        json!({"amount": eur(80), "refused": refused, "evidence": evidence}),
    );
    let made = client.post(&share.movements(), &body).ok();
    assert_eq!(made["refused"], refused);
    assert_eq!(made["evidence"], evidence.to_lowercase());
    assert_eq!(figures(&client, &share), euros([0, 100, 0, 100, 80]));
    let body = with(&share, "expenditure", json!({"amount": eur(1), "refused": refused}));
    client.post(&share.movements(), &body).refused(422, "kind_mismatch");
    let body = with(&share, "justification", json!({"amount": eur(1), "evidence": "abc"}));
    client.post(&share.movements(), &body).refused(422, "format_invalid");
}

#[test]
fn what_is_internal_stays_internal() {
    let world = World::new();
    let client = world.coordinator();
    let share = world::share(&client, &world.seed().public, &world.seed().funder, 100);
    post(&client, &share, "commitment", 100).ok();
    post(&client, &share, "expenditure", 100).ok();
    let refused = json!({"amount": eur(20), "reason": "Secret-Reason"});
    let body = with(
        &share,
        "justification",
        json!({"amount": eur(80), "refused": refused, "evidence": "0".repeat(64), "note": "Secret-Note"}),
    );
    let id = client.post(&share.movements(), &body).id();
    let seen = world.stranger().get(&format!("/movements/{id}"));
    for name in ["note", "evidence", "refused", "refusal"] {
        assert_eq!(seen.ok()[name], Value::Null, "{name}");
    }
    assert!(!seen.text.contains("Secret"));
    let found = |client: &Client, q: &str| {
        let list = client.get(&format!("{}?q={q}", share.movements())).ok();
        list["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(
        (found(&client, "SECRET-note"), found(&world.stranger(), "secret-note")),
        (1, 0)
    );
}

#[test]
fn contributions_and_flat_rates_are_worked_out() {
    let world = World::new();
    let client = world.coordinator();
    let budget = create_budget(&client, &world.seed().private);
    let (line, grant) = world::create_line(&client, &budget, &world.seed().funder, 1000, "in_kind");
    let share = Share { budget, line, grant };
    let value = json!({"amount": "23.45", "currency": "EUR"});
    let valued = json!({"unit": "heures", "quantity": "7.5", "unit_value": value});
    let made = client
        .post(&share.movements(), &with(&share, "in_kind", valued.clone()))
        .ok();
    assert_eq!(made["amount"]["amount"], "175.88");
    assert_eq!((&made["quantity"], &made["unit"]), (&json!("7.5"), &json!("heures")));
    let mut wrong = with(&share, "in_kind", valued);
    wrong["amount"] = eur(176);
    let problem = client
        .post(&share.movements(), &wrong)
        .refused(422, "amount_not_the_product");
    assert_eq!(problem["errors"][0]["params"]["expected"], "175.88 EUR");
    let partial = with(&share, "in_kind", json!({"quantity": "2"}));
    assert_eq!(client.post(&share.movements(), &partial).status, 422);
    let cash = world.share(1000);
    let flat = json!({"base": eur(1000), "base_rate": "0.07"});
    let made = client.post(&cash.movements(), &with(&cash, "expenditure", flat)).ok();
    assert_eq!((&made["amount"], &made["base_rate"]), (&eur(70), &json!("0.07")));
    // A pledge of means is one; money is never committed on them.
    post(&client, &share, "pledge", 5).ok();
    post(&client, &share, "commitment", 5).refused(422, "kind_mismatch");
}

#[test]
fn a_transfer_changes_no_sum_of_its_share() {
    let world = World::new();
    let (client, share, seed) = (world.coordinator(), world.share(100), world.seed());
    post(&client, &share, "commitment", 100).ok();
    post(&client, &share, "disbursement", 100).ok();
    let before = figures(&client, &share);
    let parties = json!({"amount": eur(100), "payer_id": seed.funder, "payee_id": seed.association});
    client.post(&share.movements(), &with(&share, "transfer", parties)).ok();
    assert_eq!(figures(&client, &share), before);
    for parties in [
        json!({"amount": eur(1)}),
        json!({"amount": eur(1), "payee_id": seed.association}),
        json!({"amount": eur(1), "payer_id": seed.funder, "payee_id": seed.funder}),
    ] {
        let body = with(&share, "transfer", parties);
        client.post(&share.movements(), &body).refused(422, "parties_invalid");
    }
}

/// 60 for staff and 40 for travel, of which a quarter may shift: 65 + 35 passes, 66 + 40 and 76 + 24 do not.
#[test]
fn headings_shift_within_the_grant() {
    let world = World::new();
    let client = world.coordinator();
    for (staff, travel, passes) in [(65, 35, true), (75, 25, true), (66, 40, false), (76, 24, false)] {
        let shares = grant(&world, &[60, 40], json!({"shift_percent": "25"}));
        let first = post(&client, &shares[0], "commitment", staff).status;
        let second = post(&client, &shares[1], "commitment", travel).status;
        assert_eq!(
            first == 201 && second == 201,
            passes,
            "{staff} + {travel}: {first}, {second}"
        );
    }
    // The shift follows the plan, and is not narrowed below what uses it.
    let shares = grant(&world, &[60, 40], json!({"shift_percent": "25"}));
    post(&client, &shares[0], "commitment", 75).ok();
    let path = format!("/grants/{}", shares[0].grant);
    client
        .patch(&path, "*", &json!({"shift_percent": "20"}))
        .refused(422, "plan_below_committed");
    client.patch(&path, "*", &json!({"shift_percent": "50"})).ok();
    let revision = json!({"grant_id": shares[0].grant, "planned": eur(49), "granted": eur(100), "reason": "Essai"});
    let line = format!("/lines/{}", shares[0].line);
    let refused = client.patch(&line, "*", &json!({"revisions": [revision]}));
    refused.refused(422, "plan_below_committed");
    parvis_tests::sums::assert_sums(&world.store);
}

#[test]
fn the_modes_of_payment_name_what_is_missing() {
    let world = World::new();
    let client = world.coordinator();
    let share = &grant(&world, &[100], json!({"payment_mode": "reimbursement"}))[0];
    post(&client, share, "commitment", 100).ok();
    post(&client, share, "expenditure", 80).ok();
    post(&client, share, "justification", 50).ok();
    let problem = post(&client, share, "disbursement", 51).refused(422, "disbursed_exceeds_justified");
    assert_eq!(problem["errors"][0]["params"]["available"], "50.00 EUR");
    post(&client, share, "disbursement", 50).ok();
    let share = &grant(&world, &[100], json!({"payment_mode": "instalments"}))[0];
    post(&client, share, "commitment", 100).ok();
    let problem = post(&client, share, "disbursement", 1).refused(422, "disbursed_exceeds_released");
    assert_eq!(problem["errors"][0]["params"]["available"], "0.00 EUR");
    // The funder pays the works itself: an expenditure is its own disbursement, and is not posted twice.
    let share = &grant(&world, &[100], json!({"payment_mode": "direct"}))[0];
    post(&client, share, "commitment", 100).ok();
    let problem = post(&client, share, "disbursement", 50).refused(422, "kind_mismatch");
    assert_eq!(problem["errors"][0]["pointer"], "/kind");
    post(&client, share, "expenditure", 60).ok();
    assert_eq!(figures(&client, share), euros([0, 100, 60, 60, 0]));
}

/// 75 % up to 75,000, with 80,000 accepted for the whole plan: 60,000 are due.
#[test]
fn the_settlement_follows_the_accepted_cost() {
    let world = World::new();
    let client = world.coordinator();
    let share = grant(&world, &[75_000], json!({"rate_percent": "75"}))[0].clone();
    let other = json!({
        "funder_id": world.seed().association, "kind": "cash", "currency": "EUR",
        "shares": [{"line_id": share.line, "planned": eur(25_000)}]
    });
    let other = client.post(&format!("/budgets/{}/grants", share.budget), &other).id();
    let other = Share {
        grant: other,
        ..share.clone()
    };
    for (share, amount) in [(&share, 60_000), (&other, 20_000)] {
        for kind in ["commitment", "expenditure", "justification"] {
            post(&client, share, kind, amount).ok();
        }
    }
    let path = format!("/grants/{}/settlement", share.grant);
    let due = |client: &Client| client.get(&path).ok()["due"]["amount"].clone();
    let settlement = client.get(&path).ok();
    assert_eq!(
        (&settlement["accepted"], &settlement["max_rate"]),
        (&eur(80_000), &json!("0.75"))
    );
    assert_eq!(due(&client), "60000.00");
    post(&client, &share, "disbursement", 60_000).ok();
    assert_eq!(due(&client), "0.00");
    let reversed = client.all(
        &format!("{}?kind=justification&grant_id={}", share.movements(), other.grant),
        10,
    );
    let path_of = format!("/movements/{}/reverse", reversed[0]["id"].as_str().unwrap_or_default());
    client.post(&path_of, &json!({"reason": "Essai"})).ok();
    assert_eq!(due(&client), "-15000.00");
}

#[test]
fn the_ledger_is_filtered() {
    let world = World::new();
    let (client, share, seed) = (world.coordinator(), world.share(100), world.seed());
    let reference = fresh("Facture été ");
    let body = json!({"amount": eur(30), "reference": reference, "payee_id": seed.association});
    client.post(&share.movements(), &with(&share, "commitment", body)).ok();
    post(&client, &share, "commitment", 20).ok();
    let found = |query: &str| {
        let list = client.get(&format!("{}?{query}", share.movements())).ok();
        let amounts = list["items"].as_array().cloned().unwrap_or_default();
        amounts
            .iter()
            .map(|item| item["amount"]["amount"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    for query in [
        "q=FACTURE%20ete".to_owned(),
        format!("payee_id={}", seed.association),
        "currency=EUR&amount_min=20.01".to_owned(),
        "currency=EUR&amount_min=30.00&amount_max=30.00".to_owned(),
    ] {
        assert_eq!(found(&query), ["30.00"], "{query}");
    }
    assert_eq!(found(&format!("status=approved&payer_id={}", seed.funder)).len(), 2);
    assert_eq!(
        found("status=pending").len() + found("status=refused").len() + found("currency=USD").len(),
        0
    );
    for query in [
        "amount_min=1.00",
        "currency=EUR&amount_min=1",
        "currency=EURO",
        "status=maybe",
    ] {
        client
            .get(&format!("{}?{query}", share.movements()))
            .refused(400, "parameter_invalid");
    }
}
