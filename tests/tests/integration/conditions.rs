//! Conditions and time: closed years, tranches and what they wait for, alerts.

use parvis_tests::app::count;
use parvis_tests::process::Process;
use parvis_tests::sums::assert_sums;
use parvis_tests::world::{self, eur, partner};
use parvis_tests::{Answer, Client, Share, Who, World};
use serde_json::{Value, json};

use crate::concurrency::{at_once, copies, tally};
use crate::samples::conditions::{budget_since_2024, instalments};
use crate::samples::{fresh, template};

/// A share in instalments, in the private programme.
fn in_instalments(world: &World, euros: u32) -> Share {
    let share = world.share(1000);
    let grant = instalments(&world.coordinator(), &share, &world.seed().association, euros);
    Share { grant, ..share }
}

fn measure(client: &Client, line: &str, day: &str, percent: &str) -> String {
    let body = json!({"measured_on": day, "percent": percent, "source": "Visite du chantier"});
    client.post(&format!("/lines/{line}/progress"), &body).id()
}

fn tranche(client: &Client, grant: &str, euros: u32, conditions: Value) -> String {
    let body = json!({"amount": eur(euros), "conditions": conditions});
    client.post(&format!("/grants/{grant}/tranches"), &body).id()
}

fn release(client: &Client, tranche: &str) -> Answer {
    client.post(&format!("/tranches/{tranche}/release"), &json!({}))
}

/// A line of 2024 with a grant on it, in a budget that goes on to 2028.
fn share_of_2024(world: &World, euros: u32) -> Share {
    since_2024(&world.coordinator(), &world.seed().private, &world.seed().funder, euros)
}

fn since_2024(client: &Client, programme: &str, funder: &str, euros: u32) -> Share {
    let budget = budget_since_2024(client, programme);
    let line = json!({
        "category": "investment", "year": 2024,
        "grants": [{"funder_id": funder, "kind": "cash", "planned": eur(euros)}]
    });
    let line = client.post(&format!("/budgets/{budget}/lines"), &line).ok();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Share {
        budget,
        line: text(&line["id"]),
        grant: text(&line["grants"][0]["grant_id"]),
    }
}

fn close(client: &Client, budget: &str, year: i32) -> Answer {
    client.post(&format!("/budgets/{budget}/years/{year}/close"), &json!({}))
}

fn year(client: &Client, budget: &str, year: i32) -> Value {
    let years = client.get(&format!("/budgets/{budget}/years")).ok();
    let years = years["items"].as_array().cloned().unwrap_or_default();
    years
        .into_iter()
        .find(|of| of["year"] == year)
        .expect("the year is listed")
}

/// The second tranche of the improvement call: refused at 69 % and at 69.6 %, released at 70 %, each with its explanation.
#[test]
fn a_tranche_is_released_at_seventy_percent_and_not_before() {
    let world = World::new();
    let (client, share) = (world.coordinator(), in_instalments(&world, 100));
    let association = &world.seed().association;
    let first = tranche(&client, &share.grant, 60, json!([]));
    let second = tranche(
        &client,
        &share.grant,
        40,
        json!([
            {"kind": "progress", "at_least": "70"}, {"kind": "countersigned", "partner_id": association}
        ]),
    );
    client.post(&share.movements(), &share.movement("commitment", 100)).ok();
    client
        .post(&share.movements(), &share.movement("disbursement", 1))
        .refused(422, "disbursed_exceeds_released");
    let released = json!({"released_on": "2026-03-01"});
    client.post(&format!("/tranches/{first}/release"), &released).ok();
    client
        .post(&share.movements(), &share.movement("disbursement", 60))
        .ok();
    for (day, percent, missing) in [("2026-05-01", "69", "1"), ("2026-05-02", "69.6", "0.4")] {
        let measured = measure(&client, &share.line, day, percent);
        let countersign = format!("/progress/{measured}/countersign");
        world.of(Who::Partner).post(&countersign, &json!({})).ok();
        let shown = client.get(&format!("/tranches/{second}")).ok();
        assert_eq!(shown["state"], "waiting");
        assert_eq!(
            (&shown["conditions"][0]["met"], &shown["conditions"][1]["met"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(shown["conditions"][0]["values"]["missing"], missing);
        let problem = release(&client, &second).refused(422, "tranche_conditions_unmet");
        assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1));
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], "/conditions/0");
        assert_eq!(
            (&error["params"]["measured"], &error["params"]["required"]),
            (&json!(percent), &json!("70"))
        );
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(
            detail.contains(&format!("{missing} % is missing")) && detail.contains("countersigned by"),
            "{detail}"
        );
        client
            .post(&share.movements(), &share.booked("disbursement", 1, "2026-05-10"))
            .refused(422, "disbursed_exceeds_released");
    }
    let measured = measure(&client, &share.line, "2026-05-03", "70");
    let problem = release(&client, &second).refused(422, "tranche_conditions_unmet");
    assert_eq!(
        problem["errors"][0]["pointer"], "/conditions/1",
        "a measure needs its own countersignature"
    );
    world
        .of(Who::Partner)
        .post(&format!("/progress/{measured}/countersign"), &json!({}))
        .ok();
    assert_eq!(client.get(&format!("/tranches/{second}")).ok()["state"], "ready");
    // On the day before, 70 % was not reached.
    let before = json!({"released_on": "2026-05-02"});
    client
        .post(&format!("/tranches/{second}/release"), &before)
        .refused(422, "tranche_conditions_unmet");
    let released = release(&client, &second).ok();
    assert_eq!(
        (&released["state"], &released["released_on"]),
        (&json!("released"), &json!("2026-06-15"))
    );
    client
        .post(&share.movements(), &share.booked("disbursement", 40, "2026-06-15"))
        .ok();
    release(&client, &second).refused(409, "transition_refused");
    // A later, lower measure does not change what was released.
    measure(&client, &share.line, "2026-06-14", "50");
    let shown = client.get(&format!("/tranches/{second}")).ok();
    assert_eq!(shown["conditions"][0]["values"]["measured"], "70");
}

#[test]
fn a_measure_needs_a_second_person_of_the_partner() {
    let world = World::new();
    let (client, share) = (world.coordinator(), in_instalments(&world, 100));
    let measured = format!("/progress/{}", measure(&client, &share.line, "2026-05-01", "70"));
    let path = format!("{measured}/countersign");
    // Members see whose measure it is, and so who cannot countersign it.
    let shown = world.of(Who::Partner).get(&measured).ok();
    assert_eq!(shown["recorded_by"], client.get("/me").ok()["id"]);
    let association = json!({"partner_id": world.seed().association});
    client.post(&path, &association).refused(403, "second_person_required");
    client.post(&path, &json!({})).refused(422, "required");
    let other = json!({"partner_id": world.seed().funder});
    world
        .of(Who::Partner)
        .post(&path, &other)
        .refused(403, "permission_denied");
    world.of(Who::Partner).post(&path, &json!({})).ok();
    world
        .of(Who::Partner)
        .post(&path, &association)
        .refused(409, "already_exists");
    let measures = format!("/lines/{}/progress", share.line);
    for (field, value, code) in [
        ("percent", "69,6", "format_invalid"),
        ("percent", "100.1", "out_of_range"),
        ("measured_on", "2026-06-16", "date_in_future"),
    ] {
        let mut body = json!({"measured_on": "2026-05-01", "percent": "70", "source": "Visite"});
        body[field] = json!(value);
        client.post(&measures, &body).refused(422, code);
    }
}

#[test]
fn tranches_stay_within_the_grant_and_can_be_split() {
    let world = World::new();
    let (client, share) = (world.coordinator(), in_instalments(&world, 100));
    let path = format!("/grants/{}/tranches", share.grant);
    tranche(&client, &share.grant, 60, json!([]));
    let problem = client
        .post(&path, &json!({"amount": eur(41)}))
        .refused(422, "tranches_exceed_granted");
    assert_eq!(problem["errors"][0]["params"]["available"], "40.00 EUR");
    let last = client.post(&path, &json!({"amount": eur(40), "is_final": true})).ok();
    let last = last["id"].as_str().unwrap_or_default();
    let split = format!("/tranches/{last}/split");
    client
        .post(&split, &json!({"parts": ["80", "19"]}))
        .refused(422, "out_of_range");
    let parts = client.post(&split, &json!({"parts": ["80", "20"]})).ok();
    let amounts: Vec<_> = (0..2).map(|i| parts["items"][i]["amount"]["amount"].clone()).collect();
    assert_eq!(amounts, ["32.00", "8.00"]);
    assert_eq!(
        (&parts["items"][0]["is_final"], &parts["items"][1]["is_final"]),
        (&json!(false), &json!(true))
    );
    client
        .patch(&format!("/tranches/{last}"), "*", &json!({"amount": eur(33)}))
        .refused(422, "tranches_exceed_granted");
    client.delete(&format!("/tranches/{last}"), "*").ok();
    assert_eq!(client.all(&path, 50).len(), 2);
    let advance = world.share(100);
    client
        .post(
            &format!("/grants/{}/tranches", advance.grant),
            &json!({"amount": eur(1)}),
        )
        .refused(422, "payment_mode_mismatch");
}

#[test]
fn a_tranche_can_wait_for_a_report() {
    let world = World::new();
    let (client, share) = (world.coordinator(), in_instalments(&world, 100));
    let reports = format!("/grants/{}/funder-reports", share.grant);
    let report = client
        .post(
            &reports,
            &json!({"title": {"fr": "Rapport 2026"}, "due_on": "2026-06-30"}),
        )
        .id();
    let waiting = tranche(
        &client,
        &share.grant,
        40,
        json!([{"kind": "report_accepted", "report_id": report}]),
    );
    let path = |verb: &str| format!("/funder-reports/{report}/{verb}");
    client
        .post(&path("accept"), &json!({}))
        .refused(409, "transition_refused");
    client
        .post(&path("submit"), &json!({"submitted_on": "2026-06-01"}))
        .ok();
    client
        .post(
            &path("return"),
            &json!({"reason": "Incomplet.", "returned_on": "2026-05-31"}),
        )
        .refused(422, "date_too_early");
    let returned = client.post(&path("return"), &json!({"reason": "Incomplet."})).ok();
    assert_eq!(
        (&returned["state"], &returned["return_reason"]),
        (&json!("returned"), &json!("Incomplet."))
    );
    release(&client, &waiting).refused(422, "tranche_conditions_unmet");
    client
        .post(&path("submit"), &json!({"submitted_on": "2026-06-10"}))
        .ok();
    client.post(&path("accept"), &json!({"accepted_on": "2026-06-12"})).ok();
    let early = json!({"released_on": "2026-06-11"});
    client
        .post(&format!("/tranches/{waiting}/release"), &early)
        .refused(422, "tranche_conditions_unmet");
    release(&client, &waiting).ok();
    client
        .patch(
            &format!("/funder-reports/{report}"),
            "*",
            &json!({"due_on": "2026-07-01"}),
        )
        .refused(409, "transition_refused");
    let unknown = json!({"amount": eur(1), "conditions": [{"kind": "report_accepted", "report_id": share.line}]});
    client
        .post(&format!("/grants/{}/tranches", share.grant), &unknown)
        .refused(422, "reference_unknown");
}

/// 90,000 committed in 2024 for 2024 to 2026: the line takes no new commitment, all else goes on.
#[test]
fn commitments_of_a_closed_year_go_on_in_open_ones() {
    let world = World::new();
    let (client, share) = (world.coordinator(), share_of_2024(&world, 100_000));
    let post = |kind: &str, euros: u32, day: &str| client.post(&share.movements(), &share.booked(kind, euros, day));
    let committed = post("commitment", 90_000, "2024-05-02").id();
    post("disbursement", 30_000, "2024-09-01").ok();
    close(&client, &share.budget, 2025).refused(409, "year_out_of_order");
    close(&client, &share.budget, 2026).refused(409, "year_out_of_order");
    let closed = close(&client, &share.budget, 2024).ok();
    assert_eq!(closed["closed"], true);
    assert_eq!(closed["carried_over"][0]["amount"], eur(60_000));
    assert_eq!(closed["uncommitted"][0]["amount"], eur(10_000));
    assert_eq!(closed["totals"][0]["disbursed"], eur(30_000));
    let problem = post("disbursement", 1, "2024-12-31").refused(422, "year_closed");
    assert_eq!(problem["errors"][0]["params"]["min"], "2025-01-01");
    post("commitment", 1, "2025-02-01").refused(422, "line_year_closed");
    post("disbursement", 10_000, "2025-02-01").ok();
    post("expenditure", 5_000, "2025-03-01").ok();
    // What was booked in the closed year is put right with a day in an open one.
    let reverse = format!("/movements/{committed}/reverse");
    let reversal = |day: &str| json!({"reason": "Essai", "booked_on": day});
    client
        .post(&reverse, &reversal("2024-12-31"))
        .refused(422, "year_closed");
    client
        .post(&reverse, &reversal("2025-04-01"))
        .refused(422, "disbursed_exceeds_committed");
    // A correction is no way around it: less passes, more is a new commitment.
    let correct = |id: &str, euros: u32| {
        let body = json!({"reason": "Essai", "booked_on": "2025-02-01", "replacement": {"amount": eur(euros)}});
        client.post(&format!("/movements/{id}/correct"), &body)
    };
    correct(&committed, 90_001).refused(422, "line_year_closed");
    let less = correct(&committed, 89_999).id();
    correct(&less, 90_000).refused(422, "line_year_closed");
    let open = year(&client, &share.budget, 2025);
    assert_eq!((&open["closed"], &open["closable"]), (&json!(false), &json!(true)));
    assert_eq!(open["carried_over"][0]["amount"], eur(49_999));
    // Nor is the plan a way around it.
    let line = format!("/lines/{}", share.line);
    let moved = client
        .patch(&line, "*", &json!({"year": 2025}))
        .refused(422, "line_year_closed");
    assert_eq!(moved["errors"][0]["pointer"], "/year");
    let revision =
        json!({"grant_id": share.grant, "planned": eur(100_001), "booked_on": "2024-06-01", "reason": "Essai"});
    client
        .patch(&line, "*", &json!({"revisions": [revision]}))
        .refused(422, "year_closed");
    close(&client, &share.budget, 2025).ok();
    close(&client, &share.budget, 2026).refused(409, "year_not_over");
    post("disbursement", 10_000, "2026-02-01").ok();
}

#[test]
fn only_the_administrator_opens_a_year_again_and_it_stays_on_record() {
    let world = World::new();
    let (client, share) = (world.coordinator(), share_of_2024(&world, 100));
    let reopen = format!("/budgets/{}/years/2024/reopen", share.budget);
    let reason = json!({"reason": "Une écriture de régularisation est demandée."});
    world.admin().post(&reopen, &reason).refused(409, "transition_refused");
    close(&client, &share.budget, 2024).ok();
    client.post(&reopen, &reason).refused(403, "permission_denied");
    world
        .admin()
        .post(&reopen, &json!({"reason": " "}))
        .refused(422, "required");
    let open = world.admin().post(&reopen, &reason).ok();
    assert_eq!(
        (&open["closed"], &open["records"][1]["reason"]),
        (&json!(false), &reason["reason"])
    );
    let movement = share.booked("commitment", 10, "2024-05-01");
    client.post(&share.movements(), &movement).ok();
    close(&client, &share.budget, 2024).ok();
    let actions = year(&client, &share.budget, 2024)["records"].clone();
    assert_eq!(actions.as_array().map(Vec::len), Some(3));
    client
        .post(&format!("/budgets/{}/years/1999/close", share.budget), &json!({}))
        .refused(404, "not_found");
    client
        .post(&format!("/budgets/{}/years/twenty/close", share.budget), &json!({}))
        .refused(404, "not_found");
    assert!(world.execute("UPDATE budget_year_records SET reason = 'x'").is_err());
}

/// What waits for a second person is decided before its year closes.
#[test]
fn pending_movements_hold_a_year_open() {
    let world = World::new();
    let mut four_eyes = template(&fresh("eyes-"));
    four_eyes["policy"] = json!({"grant_decision": true, "four_eyes": true});
    let four_eyes = world.admin().post("/templates", &four_eyes).id();
    let programme = world.programme(&four_eyes, &fresh("EYES-"), "private");
    let client = world.coordinator();
    let share = since_2024(&client, &programme, &world.seed().funder, 100);
    let waiting = client
        .post(&share.movements(), &share.booked("commitment", 10, "2024-05-01"))
        .id();
    assert_eq!(year(&client, &share.budget, 2024)["pending"][0]["movement_id"], waiting);
    let problem = close(&client, &share.budget, 2024).refused(409, "year_has_pending");
    assert_eq!(problem["errors"][0]["params"]["movements"], waiting);
    let approve = format!("/movements/{waiting}/approve");
    world.of(Who::Officer).post(&approve, &json!({})).ok();
    close(&client, &share.budget, 2024).ok();
}

/// What a programme tells of, with its objects, days and amounts.
#[test]
fn alerts_tell_what_somebody_should_look_at() {
    let world = World::new();
    let (client, seed) = (world.coordinator(), world.seed());
    let alerts = |client: &Client| client.get(&format!("/programmes/{}/alerts", seed.private)).ok()["items"].clone();
    assert_eq!(alerts(&client), json!([]));
    let old = share_of_2024(&world, 1000);
    client
        .post(&old.movements(), &old.booked("commitment", 900, "2025-10-01"))
        .ok();
    client
        .post(&old.movements(), &old.booked("disbursement", 200, "2025-11-01"))
        .ok();
    let near = world.share(100);
    client.post(&near.movements(), &near.movement("commitment", 100)).ok();
    let share = in_instalments(&world, 100);
    let report = json!({"title": {"fr": "Rapport"}, "due_on": "2026-06-01"});
    client
        .post(&format!("/grants/{}/funder-reports", share.grant), &report)
        .ok();
    let ready = tranche(&client, &share.grant, 10, json!([]));
    let due =
        json!({"amount": eur(20), "due_on": "2026-06-15", "conditions": [{"kind": "progress", "at_least": "70"}]});
    let due = client.post(&format!("/grants/{}/tranches", share.grant), &due).id();
    let told = alerts(&client);
    let told: Vec<_> = told.as_array().into_iter().flatten().collect();
    let short: Vec<String> = told
        .iter()
        .map(|alert| {
            let text = |name: &str| alert[name].as_str().unwrap_or("-").to_owned();
            let amount = alert["amount"]["amount"].as_str().unwrap_or("-");
            format!("{} {} {} {amount}", text("severity"), text("code"), text("date"))
        })
        .collect();
    assert_eq!(
        short,
        [
            "urgent report_due 2026-06-01 10.00",
            "warning commitment_idle 2025-10-01 700.00",
            "warning tranche_due 2026-06-15 20.00",
            "warning line_near_limit - 100.00",
            "notice line_near_limit - 0.00",
            "notice tranche_ready - 10.00",
        ]
    );
    assert_eq!(
        (&told[2]["object_id"], &told[5]["object_id"]),
        (&json!(due), &json!(ready))
    );
    assert!(
        told[2]["values"]["missing"]
            .as_str()
            .is_some_and(|text| text.contains("70 %"))
    );
    // Who acts for a partner sees what concerns its own grants.
    let own = alerts(&world.of(Who::Partner));
    let codes: Vec<_> = own
        .as_array()
        .into_iter()
        .flatten()
        .map(|alert| alert["code"].clone())
        .collect();
    assert_eq!(codes, ["report_due", "tranche_due", "tranche_ready"]);
    // A fixed number of statements, however many objects there are.
    let cost = || {
        let before = world.store.statements();
        alerts(&client);
        world.store.statements() - before
    };
    let few = cost();
    for _ in 0..5 {
        let more = in_instalments(&world, 100);
        tranche(
            &client,
            &more.grant,
            10,
            json!([{"kind": "progress", "at_least": "70"}]),
        );
    }
    assert_eq!(cost(), few);
}

#[test]
fn a_bound_partner_sees_no_tranche_of_others() {
    let world = World::new();
    let client = world.coordinator();
    let share = world.share(100);
    let other = partner(&world.admin(), "Autre financeur");
    let grant = instalments(&client, &share, &other, 100);
    let id = tranche(&client, &grant, 10, json!([]));
    let bound = world.of(Who::Partner);
    bound.get(&format!("/tranches/{id}")).refused(404, "not_found");
    bound
        .get(&format!("/grants/{grant}/tranches"))
        .refused(404, "not_found");
    bound
        .get(&format!("/grants/{grant}/funder-reports"))
        .refused(404, "not_found");
}

/// The year closes while many book in it, at two servers: what came first stays, what comes later is refused.
#[test]
fn nothing_is_booked_in_a_year_that_closes_in_the_same_moment() {
    let (database, seed) = World::database();
    let servers = [Process::serve(database.url()), Process::serve(database.url())];
    let sign_in = |server: &Process, who: Who| {
        let session = world::sign_in(&server.client(), &who.email());
        server
            .client()
            .with_token(session["access_token"].as_str().unwrap_or_default())
    };
    let leads: Vec<Client> = servers.iter().map(|server| sign_in(server, Who::Coordinator)).collect();
    let share = since_2024(&leads[0], &seed.private, &seed.funder, 1000);
    let clients = leads.iter().flat_map(|client| copies(client, 12)).collect();
    let statuses = at_once(clients, |n, client| {
        (0..6)
            .map(|round| match (n % 12, round) {
                (0, 3) => close(client, &share.budget, 2024).status,
                _ => {
                    client
                        .post(&share.movements(), &share.booked("commitment", 1, "2024-06-01"))
                        .status
                }
            })
            .collect::<Vec<_>>()
    });
    let tally = tally(statuses.into_iter().flatten());
    assert!(
        tally.keys().all(|status| [200, 201, 409, 422].contains(status)),
        "{tally:?}"
    );
    assert_eq!(tally[&200], 1, "{tally:?}");
    let store = database.store();
    assert_eq!(count(&store, "SELECT count(*) AS n FROM movements"), tally[&201] as i64);
    // Within a programme the numbers of events are the order of commit.
    let after = "SELECT count(*) AS n FROM events WHERE operation = 'create_movement' \
                 AND seq > (SELECT max(seq) FROM events WHERE operation = 'close_budget_year')";
    assert_eq!(count(&store, after), 0);
    assert_sums(&store);
}

/// One of many releases succeeds, and nothing is paid ahead of it.
#[test]
fn releases_and_payments_race() {
    let world = World::new();
    let (client, share) = (world.coordinator(), in_instalments(&world, 100));
    client.post(&share.movements(), &share.movement("commitment", 100)).ok();
    let tranche = tranche(&client, &share.grant, 50, json!([]));
    let statuses = at_once(copies(&client, 16), |n, client| match n % 2 {
        0 => release(client, &tranche).status,
        _ => {
            let payment = share.booked("disbursement", 20, "2026-06-15");
            (0..3)
                .map(|_| client.post(&share.movements(), &payment).status)
                .max()
                .unwrap_or_default()
        }
    });
    let tally = tally(statuses);
    assert!(
        tally.keys().all(|status| [200, 201, 409, 412, 422].contains(status)),
        "{tally:?}"
    );
    assert_eq!(tally[&200], 1, "{tally:?}");
    let disbursed = world.count("SELECT CAST(SUM(disbursed_minor) AS BIGINT) AS n FROM balances");
    assert!([0, 2000, 4000].contains(&disbursed), "{disbursed}");
    assert_sums(&world.store);
}
