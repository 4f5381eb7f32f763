//! Statements of the accounts and the bank beside the ledger: what matches, what does not, and who says so.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_tests::world::{self, eur};
use parvis_tests::{Answer, Client, Share, Who, World};
use serde_json::{Value, json};

use crate::concurrency::{at_once, copies, tally};
use crate::four_eyes::four_eyes;
use crate::samples::reconciliation::{id_of, reconciled, statement};

/// An expenditure of so many euros on a day of March 2026, with a reference.
fn spent(client: &Client, share: &Share, euros: u32, day: u32, reference: &str) -> String {
    let mut movement = share.booked("expenditure", euros, &format!("2026-03-{day:02}"));
    movement["reference"] = reference.into();
    client.post(&share.movements(), &movement).id()
}

fn dry_run(client: &Client, share: &Share, body: &Value) -> Answer {
    let mut body = body.clone();
    body["dry_run"] = true.into();
    client.post(&format!("/budgets/{}/reconciliations", share.budget), &body)
}

fn rows(client: &Client, statement: &str) -> Vec<Value> {
    client.all(&format!("/reconciliations/{statement}/rows"), 200)
}

fn say(client: &Client, row: &Value, body: &Value) -> Answer {
    let path = format!("/reconciliation-rows/{}", row["id"].as_str().unwrap_or_default());
    client.patch(&path, &format!("\"{}-member\"", row["version"]), body)
}

fn missing(client: &Client, statement: &str, query: &str) -> Vec<String> {
    let path = format!("/reconciliations/{statement}/missing-movements?limit=200&{query}");
    let items = client.get(&path).ok()["items"].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_statement_is_matched_worked_through_and_taken_back() {
    let world = World::new();
    let (client, share) = (world.of(Who::Officer), world.share(10_000));
    let garden = spent(&client, &share, 900, 2, "M-41");
    let parts = [
        spent(&client, &share, 600, 3, "F 7"),
        spent(&client, &share, 400, 3, "F-7"),
    ];
    let twins = [spent(&client, &share, 50, 10, "a"), spent(&client, &share, 50, 12, "b")];
    let absent = spent(&client, &share, 77, 20, "");
    let file = "02/03/2026;-900,00;m 41;Jardins\n04/03/2026;1 000,00;F7;Deux parts\n\
                11/03/2026;50,00;;Jumelles\n31/03/2026;3,50;;Frais\n";
    let report = dry_run(&client, &share, &statement(file)).ok();
    assert_eq!(report["reconciliation"], Value::Null);
    assert_eq!(report["mapping_origin"], "guessed");
    let counts = json!({"matched": 2, "differs": 0, "ambiguous": 1, "unmatched": 1, "explained": 0});
    assert_eq!(report["counts"], counts);
    assert_eq!(report["rows"][1]["movements"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        client.all(&format!("/budgets/{}/reconciliations", share.budget), 50),
        Vec::<Value>::new()
    );

    let made = reconciled(&client, &share, file);
    assert_eq!(made.status, 201);
    assert!(
        made.header("location")
            .is_some_and(|location| location.starts_with("/api/v1/reconciliations/"))
    );
    let id = id_of(&made.ok());
    let found = client.get(&format!("/reconciliations/{id}"));
    let tag = found.etag();
    let found = found.ok();
    assert_eq!(
        (&found["counts"], &found["first_day"], &found["last_day"]),
        (&counts, &json!("2026-03-02"), &json!("2026-03-31"))
    );
    let of = rows(&client, &id);
    assert_eq!(of[0]["movements"][0]["id"], garden.as_str());
    let ids: Vec<_> = of[1]["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|movement| movement["id"].clone())
        .collect();
    assert!(parts.iter().all(|part| ids.contains(&json!(part))));
    let mut lacking = vec![twins[0].clone(), twins[1].clone(), absent.clone()];
    assert_eq!(missing(&client, &id, ""), lacking);
    assert_eq!(missing(&client, &id, "amount=50.00&currency=EUR"), twins);
    assert_eq!(missing(&client, &id, "q=B"), [twins[1].clone()]);

    let chosen = say(&client, &of[2], &json!({"movement_ids": [twins[1]]})).ok();
    assert_eq!((&chosen["outcome"], &chosen["version"]), (&json!("matched"), &json!(2)));
    say(&client, &of[2], &json!({"movement_ids": []})).refused(412, "version_stale");
    let explained = say(&client, &of[3], &json!({"note": "Frais de tenue de compte"})).ok();
    assert_eq!(explained["outcome"], "explained");
    assert_eq!(
        say(&client, &explained, &json!({"note": null})).ok()["outcome"],
        "unmatched"
    );
    let differs = say(&client, &chosen, &json!({"movement_ids": [twins[0], absent]})).ok();
    assert_eq!(differs["outcome"], "differs");
    say(&client, &of[3], &json!({"movement_ids": [garden]})).refused(412, "version_stale");
    let free = rows(&client, &id)[3].clone();
    say(&client, &free, &json!({"movement_ids": [garden]})).refused(409, "movement_matched");
    lacking = vec![twins[1].clone()];
    assert_eq!(missing(&client, &id, ""), lacking);
    assert_ne!(client.get(&format!("/reconciliations/{id}")).etag(), tag);

    reconciled(&client, &share, file).refused(409, "already_exists");
    client.delete(&format!("/reconciliations/{id}"), "\"1-member\"").ok();
    client.get(&format!("/reconciliations/{id}")).refused(404, "not_found");
    assert_eq!(reconciled(&client, &share, file).ok()["counts"], counts);
    let history = client.all(&format!("/programmes/{}/history", world.seed().private), 200);
    let operations: Vec<_> = history
        .iter()
        .map(|event| event["operation"].as_str().unwrap_or_default())
        .collect();
    for operation in [
        "create_reconciliation",
        "update_reconciliation_row",
        "delete_reconciliation",
    ] {
        assert!(operations.contains(&operation), "{operation}");
    }
    assert!(!history.iter().any(|event| event.to_string().contains("Frais")));
}

/// What waits or was taken back is not matched, and what is taken back later shows.
#[test]
fn only_movements_that_count_are_matched() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(10_000));
    let taken_back = spent(&client, &share, 10, 2, "M-1");
    client
        .post(
            &format!("/movements/{taken_back}/reverse"),
            &json!({"reason": "Deux fois"}),
        )
        .ok();
    let standing = spent(&client, &share, 30, 2, "M-3");
    four_eyes(&world, true);
    let waiting = spent(&client, &share, 20, 2, "M-2");
    four_eyes(&world, false);
    let file = "2026-03-02;10;M-1;\n2026-03-02;20;M-2;\n2026-03-02;30;M-3;\n";
    let report = reconciled(&client, &share, file).ok();
    assert_eq!(
        (&report["counts"]["matched"], &report["counts"]["unmatched"]),
        (&json!(1), &json!(2))
    );
    let id = id_of(&report);
    let of = rows(&client, &id);
    for movement in [&taken_back, &waiting] {
        let refused = say(&client, &of[0], &json!({"movement_ids": [movement]})).refused(422, "reference_unknown");
        assert_eq!(refused["errors"][0]["pointer"], "/movement_ids/0");
    }
    let elsewhere = world.share(100);
    let stranger = spent(&client, &elsewhere, 10, 2, "M-1");
    say(&client, &of[0], &json!({"movement_ids": [stranger]})).refused(422, "reference_unknown");
    client
        .post(&format!("/movements/{standing}/reverse"), &json!({"reason": "Annulé"}))
        .ok();
    assert!(rows(&client, &id)[2]["movements"][0]["reversed_by"].is_string());
}

/// The accounts and the bank each have a movement once, on the day that each of them sees.
#[test]
fn a_movement_stands_once_in_each_source() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(10_000));
    let mut movement = share.booked("expenditure", 10, "2026-03-02");
    movement["paid_on"] = "2026-04-20".into();
    client.post(&share.movements(), &movement).ok();
    let accounts = reconciled(&client, &share, "2026-03-02;10;;\n").ok();
    assert_eq!(accounts["counts"]["matched"], 1);
    let again = reconciled(&client, &share, "2026-03-03;10;;\n").ok();
    assert_eq!(again["counts"]["unmatched"], 1);
    let mut bank = statement("2026-04-20;10;;\n");
    bank["source"] = "bank".into();
    let path = format!("/budgets/{}/reconciliations", share.budget);
    assert_eq!(client.post(&path, &bank).ok()["counts"]["matched"], 1);
    assert_eq!(client.all(&format!("{path}?source=bank"), 50).len(), 1);
}

#[test]
fn the_mapping_of_the_last_statement_is_taken_over() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(10_000));
    spent(&client, &share, 12, 4, "M-41");
    let path = format!("/budgets/{}/reconciliations", share.budget);
    let file =
        |day: &str| json!({"source": "accounts", "content": STANDARD.encode(format!("J,X,Y\n{day},12.00,M-41\n"))});
    let first = file("03/04/2026");
    assert_eq!(dry_run(&client, &share, &first).ok()["mapping_origin"], "missing");
    let refused = client.post(&path, &first).refused(422, "required");
    assert_eq!(refused["errors"][0]["pointer"], "/mapping");
    let mut mapped = first.clone();
    mapped["mapping"] =
        json!({"day": "J", "amount": "X", "reference": "Y", "day_order": "mdy", "kinds": ["expenditure"]});
    assert_eq!(client.post(&path, &mapped).ok()["counts"]["matched"], 1);
    let next = dry_run(&client, &share, &file("03/05/2026")).ok();
    assert_eq!(
        (&next["mapping_origin"], &next["rows"][0]["day"]),
        (&json!("remembered"), &json!("2026-03-05"))
    );
    let other = json!({"source": "accounts", "content": STANDARD.encode("Date,Amount\n2026-03-04,12\n")});
    assert_eq!(dry_run(&client, &share, &other).ok()["mapping_origin"], "guessed");
}

#[test]
fn bad_files_are_refused_as_a_whole_with_the_place_of_each_fault() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(10_000));
    let path = format!("/budgets/{}/reconciliations", share.budget);
    let of = |bytes: &[u8]| json!({"source": "bank", "content": STANDARD.encode(bytes)});
    for (body, code, pointer) in [
        (of(b""), "file_unreadable", "/content"),
        (of(b"PK\x03\x04 no workbook"), "file_unreadable", "/content"),
        (of(b"\x00\x01\x02"), "file_unreadable", "/content"),
        (of(b"Date;Montant\n"), "required", "/content"),
        (of(b"Date;Montant;Montant\n2026-03-01;1;2\n"), "required", "/mapping"),
        (json!({"source": "bank", "content": "%%"}), "format_invalid", "/content"),
        (
            of(format!("Date;Montant\n{}", "2026-03-01;1\n".repeat(5_001)).as_bytes()),
            "too_many",
            "/content",
        ),
    ] {
        assert_eq!(
            client.post(&path, &body).refused(422, code)["errors"][0]["pointer"],
            pointer,
            "{code}"
        );
    }
    let faulty = "31/02/2026;1;;\n01/03/2026;1,2,3;;\n01/03/2026;7;;\n";
    let refused = client.post(&path, &statement(faulty)).refused(422, "validation_failed");
    let pointers: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].clone())
        .collect();
    assert_eq!(pointers, ["/content/2/day", "/content/3/amount"]);
    assert_eq!(world.count("SELECT count(*) AS n FROM reconciliation_rows"), 0);
    let mut without = statement(faulty);
    without["skip_faulty"] = true.into();
    let kept = client.post(&path, &without).ok();
    assert_eq!(
        (&kept["reconciliation"]["left_out"], &kept["counts"]["unmatched"]),
        (&json!(2), &json!(1))
    );
    let large = "x".repeat(2 << 20);
    client
        .post(&path, &json!({"source": "bank", "content": large}))
        .refused(413, "body_too_large");
}

/// Two people give the same movement to two rows at once: one of them has it.
#[test]
fn a_movement_is_matched_once_however_many_try() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(10_000));
    let movement = spent(&client, &share, 500, 2, "");
    let file: Vec<String> = (0..16).map(|n| format!("2026-03-02;{};;\n", n + 1)).collect();
    let id = id_of(&reconciled(&client, &share, &file.concat()).ok());
    let of = rows(&client, &id);
    let statuses = at_once(copies(&client, 16), |n, client| {
        say(client, &of[n], &json!({"movement_ids": [movement]})).status
    });
    assert_eq!(tally(statuses), BTreeMap::from([(200, 1), (409, 15)]));
    assert_eq!(world.count("SELECT count(*) AS n FROM reconciliation_matches"), 1);

    // The same row: whoever comes second read it at a version that is gone.
    let statuses = at_once(copies(&client, 8), |n, client| {
        say(client, &of[15], &json!({"note": format!("Note {n}")})).status
    });
    let again = tally(statuses);
    assert!(
        again.get(&200).copied().unwrap_or_default() <= 1 && again.keys().all(|status| [200, 412].contains(status))
    );

    // Statements that would all match it: one does.
    let other = world::share(&client, &world.seed().private, &world.seed().funder, 1_000);
    spent(&client, &other, 9, 2, "M-9");
    let made = at_once(copies(&client, 8), |n, client| {
        let made = reconciled(client, &other, &format!("2026-03-02;9;M-9;Essai {n}\n"));
        (
            made.status,
            made.json()["counts"]["matched"].as_u64().unwrap_or_default(),
        )
    });
    assert!(made.iter().all(|(status, _)| *status == 201), "{made:?}");
    assert_eq!(made.iter().map(|(_, matched)| matched).sum::<u64>(), 1);
}

/// A movement in another currency is found under the amount that was paid.
#[test]
fn the_bank_shows_what_was_paid() {
    let world = World::new();
    let (client, share) = (world.coordinator(), world.share(100_000));
    let mut movement = share.movement("expenditure", 100);
    movement["original"] = json!({"amount": "448000.00", "currency": "KHR"});
    client.post(&share.movements(), &movement).ok();
    let file = "Date,Amount,Currency\n2026-03-14,\"448,000.00\",KHR\n2026-03-14,448000,EUR\n";
    let body = json!({"source": "bank", "content": STANDARD.encode(file)});
    let report = dry_run(&client, &share, &body).ok();
    assert_eq!(
        (&report["rows"][0]["outcome"], &report["rows"][1]["outcome"]),
        (&json!("matched"), &json!("unmatched"))
    );
    assert_eq!(report["rows"][0]["movements"][0]["amount"], eur(100));
}
