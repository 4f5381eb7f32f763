//! Agreements from their draft to the ledger that obeys them.

use parvis_tests::world::{create_line, partner};
use parvis_tests::{Client, Share, Who, World, eur};
use serde_json::{Value, json};

use crate::concurrency::{at_once, copies, tally};
use crate::samples::agreements::{convention, sign_all, signature};
use crate::samples::fresh;

/// A budget since 2015 in the private programme.
fn budget(world: &World) -> String {
    let body = json!({"title": {"fr": "Programmation"}, "starts_on": "2015-01-01", "ends_on": "2028-12-31"});
    let path = format!("/programmes/{}/budgets", world.seed().private);
    world.admin().post(&path, &body).id()
}

/// A line with one grant in a budget, and where its movements go.
fn share(client: &Client, budget: &str, funder: &str, euros: u32) -> Share {
    let (line, grant) = create_line(client, budget, funder, euros, "cash");
    let budget = budget.to_owned();
    Share { budget, line, grant }
}

fn party(partner: &str, capacity: &str, needs_authorisation: bool) -> Value {
    json!({"partner_id": partner, "capacities": [capacity], "needs_authorisation": needs_authorisation})
}

/// Writes an agreement of the private programme and gives its address.
fn write(world: &World, new: &Value) -> String {
    let path = format!("/programmes/{}/agreements", world.seed().private);
    format!("/agreements/{}", world.admin().post(&path, new).id())
}

fn amend(client: &Client, agreement: &str, new: &Value) -> String {
    let after = client.post(&format!("{agreement}/amendments"), new).ok();
    let number = after["amendments"].as_array().map_or(0, Vec::len);
    format!("{agreement}/amendments/{number}")
}

/// Phnom Penh, 3 December 2019: four groups sign. Money of the agreement waits for the last of them; the city's own works
/// do not.
#[test]
fn money_that_rests_on_an_agreement_waits_for_the_last_signature() {
    let world = World::new();
    let admin = world.admin();
    let names = ["Ville de Paris", "Phnom Penh", "AIMF", "Associations d’élus locaux"];
    let parties = names.map(|name| partner(&admin, name));
    let [paris, city, aimf, _] = &parties;
    let budget = budget(&world);
    let (works, given) = (share(&admin, &budget, city, 500), share(&admin, &budget, aimf, 1000));
    let mut new = convention(paris, city);
    new["starts_on"] = json!("2019-12-03");
    new["ends_on"] = json!("2022-12-02");
    new["parties"] = parties.iter().map(|one| party(one, "signatory", false)).collect();
    new["annex"] = json!([{"grant_id": given.grant, "line_id": given.line, "amount": eur(1000)}]);
    let agreement = write(&world, &new);
    let post =
        |share: &Share, kind: &str, euros, day: &str| admin.post(&share.movements(), &share.booked(kind, euros, day));

    post(&works, "commitment", 200, "2019-03-01").ok();
    post(&works, "disbursement", 200, "2019-05-01").ok();
    post(&given, "commitment", 100, "2019-12-03").refused(422, "agreement_not_in_force");
    admin.post(&format!("{agreement}/open"), &json!({})).ok();
    for (i, one) in parties.iter().enumerate() {
        let refusal = post(&given, "commitment", 100, "2019-12-03").refused(422, "agreement_not_in_force");
        let missing = refusal["errors"][0]["detail"].as_str().unwrap_or_default().to_owned();
        assert!(names.iter().skip(i).all(|name| missing.contains(name)), "{missing}");
        let state = admin.get(&agreement).ok();
        assert_eq!(
            state["status"],
            ["open_for_signature", "partly_signed"][usize::from(i > 0)]
        );
        post(&works, "commitment", 10, "2019-11-01").ok();
        admin
            .post(&format!("{agreement}/sign"), &signature(one, "2019-12-03"))
            .ok();
    }
    assert_eq!(admin.get(&agreement).ok()["in_force_from"], "2019-12-03");
    post(&given, "commitment", 100, "2019-12-02").refused(422, "agreement_not_in_force");
    post(&given, "commitment", 100, "2019-12-03").ok();
    post(&given, "disbursement", 100, "2019-12-03").ok();
    post(&given, "commitment", 901, "2020-01-15").refused(422, "agreed_amount_exceeded");
    let mut cost = given.booked("expenditure", 50, "2020-03-01");
    cost["incurred_on"] = json!("2019-11-30");
    admin
        .post(&given.movements(), &cost)
        .refused(422, "outside_eligibility");
    cost["incurred_on"] = json!("2019-12-04");
    admin.post(&given.movements(), &cost).ok();
}

/// A city contract of seven parties: extended late by a protocol that adds money, and once more by law.
#[test]
fn a_city_contract_is_read_and_obeyed_as_of_any_day() {
    let world = World::new();
    let admin = world.admin();
    let parties: Vec<String> = (1..=7).map(|n| partner(&admin, &format!("Signataire {n}"))).collect();
    let ids: Vec<&str> = parties.iter().map(String::as_str).collect();
    let given = share(&admin, &budget(&world), ids[0], 100);
    let mut new = convention(ids[0], ids[1]);
    new["kind"] = json!("framework_contract");
    new["starts_on"] = json!("2015-07-01");
    new["ends_on"] = json!("2020-12-31");
    new["parties"] = ids.iter().map(|one| party(one, "signatory", false)).collect();
    new["annex"] = json!([{"grant_id": given.grant, "line_id": given.line, "amount": eur(100)}]);
    let contract = write(&world, &new);
    sign_all(&admin, &contract, &ids[..6], "2015-06-19");
    admin
        .post(&format!("{contract}/sign"), &signature(ids[6], "2015-07-03"))
        .ok();
    let commit = |euros, day: &str| admin.post(&given.movements(), &given.booked("commitment", euros, day));
    commit(60, "2015-07-02").refused(422, "agreement_not_in_force");
    commit(60, "2015-07-03").ok();
    commit(10, "2021-03-15").refused(422, "agreement_not_in_force");

    let protocol = amend(
        &admin,
        &contract,
        &json!({
            "origin": {"kind": "signed"}, "title": {"fr": "Protocole d’engagements renforcés"}, "effective_on": "2021-01-01",
            "changes": {
                "ends_on": "2022-12-31", "clauses": [{"number": "2", "text": {"fr": "Engagements renforcés."}}],
                "amounts": [{"grant_id": given.grant, "line_id": given.line, "amount": eur(150)}]
            }
        }),
    );
    sign_all(&admin, &protocol, &ids[..6], "2020-12-10");
    commit(10, "2021-03-15").refused(422, "agreement_not_in_force");
    admin
        .post(&format!("{protocol}/sign"), &signature(ids[6], "2021-03-31"))
        .ok();
    // Its days hold from January on, its money from the last signature on.
    commit(10, "2021-03-15").ok();
    commit(40, "2021-03-20").refused(422, "agreed_amount_exceeded");
    commit(40, "2021-04-01").ok();
    commit(10, "2023-06-01").refused(422, "agreement_not_in_force");
    let law = amend(
        &admin,
        &contract,
        &json!({
            "origin": {"kind": "law_or_order", "reference": "Loi de finances pour 2022, art. 68", "dated_on": "2021-12-30"},
            "title": {"fr": "Prolongation"}, "effective_on": "2023-01-01", "changes": {"ends_on": "2023-12-31"}
        }),
    );
    admin.post(&format!("{law}/open"), &json!({})).ok();
    commit(10, "2023-06-01").ok();
    commit(10, "2024-01-01").refused(422, "agreement_not_in_force");

    for (day, known_on, ends_on, euros, amendments) in [
        ("2016-06-30", "2026-06-15", "2020-12-31", "100.00", json!([])),
        ("2021-03-30", "2026-06-15", "2022-12-31", "100.00", json!([1])),
        ("2021-06-30", "2026-06-15", "2022-12-31", "150.00", json!([1])),
        ("2021-06-30", "2021-03-30", "2020-12-31", "100.00", json!([])),
        ("2023-06-30", "2026-06-15", "2023-12-31", "150.00", json!([1, 2])),
    ] {
        let says = admin
            .get(&format!("{contract}/consolidated?as_of={day}&known_on={known_on}"))
            .ok();
        assert_eq!(says["content"]["ends_on"], ends_on, "{day}: {says}");
        assert_eq!(says["content"]["annex"][0]["amount"]["amount"], euros, "{day}");
        assert_eq!(says["amendments"], amendments, "{day}");
    }
    for (day, euros) in [
        ("2016-06-30", "100.00"),
        ("2021-03-30", "100.00"),
        ("2021-03-31", "150.00"),
        ("2023-06-30", "150.00"),
    ] {
        let row = admin.get(&format!("{}?as_of={day}", given.balances())).ok()["items"][0].clone();
        assert_eq!(row["planned"]["amount"], euros, "{day}");
    }
    let changes = admin
        .get(&format!("{contract}/comparison?from=2016-06-30&to=2023-06-30"))
        .ok();
    let kinds: Vec<&str> = changes["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["period", "eligibility", "clause", "amount"]);

    let reduction = amend(
        &admin,
        &contract,
        &json!({
            "origin": {"kind": "law_or_order", "reference": "Arrêté 3", "dated_on": "2023-05-01"}, "title": {"fr": "Baisse"},
            "effective_on": "2023-07-01", "changes": {"amounts": [{"grant_id": given.grant, "line_id": given.line, "amount": eur(50)}]}
        }),
    );
    let refusal = admin
        .post(&format!("{reduction}/open"), &json!({}))
        .refused(422, "reduction_below_committed");
    let detail = refusal["errors"][0]["detail"].as_str().unwrap_or_default().to_owned();
    assert!(
        detail.contains("120.00 EUR") && detail.contains("60.00 EUR"),
        "{detail}"
    );
}

#[test]
fn of_two_who_amend_at_once_one_is_told() {
    let world = World::new();
    let (one, other, seed) = (world.admin(), world.coordinator(), world.seed());
    let agreement = write(&world, &convention(&seed.funder, &seed.association));
    sign_all(&one, &agreement, &[&seed.funder, &seed.association], "2026-03-01");
    let draft = json!({
        "origin": {"kind": "signed"}, "title": {"fr": "Avenant"}, "effective_on": "2026-06-01", "changes": {"ends_on": "2029-12-31"}
    });
    let amendment = amend(&one, &agreement, &draft);
    let tag = one.get(&agreement).etag();
    one.patch(&amendment, &tag, &json!({"effective_on": "2026-07-01"})).ok();
    let late = json!({"title": {"fr": "Avenant de l’autre"}});
    other.patch(&amendment, &tag, &late).refused(412, "version_stale");
    let tag = other.get(&agreement).etag();
    let after = other.patch(&amendment, &tag, &late).ok();
    assert_eq!(after["amendments"][0]["effective_on"], "2026-07-01");
    assert_eq!(after["amendments"][0]["title"]["fr"], "Avenant de l’autre");
}

#[test]
fn of_many_signatures_of_one_party_one_counts() {
    let world = World::new();
    let (admin, seed) = (world.admin(), world.seed());
    let agreement = write(&world, &convention(&seed.funder, &seed.association));
    admin.post(&format!("{agreement}/open"), &json!({})).ok();
    let parties = [&seed.funder, &seed.association];
    let statuses = at_once(copies(&admin, 8), |n, client| {
        let body = signature(parties[n % 2], "2026-03-01");
        client.post(&format!("{agreement}/sign"), &body).status
    });
    assert_eq!(tally(statuses), [(200, 2), (409, 6)].into());
    assert_eq!(admin.get(&agreement).ok()["status"], "in_force");
}

/// A reduction is signed while others commit: whatever comes first, no more is committed than is agreed in the end.
#[test]
fn a_reduction_races_the_commitments() {
    for _ in 0..4 {
        let world = World::new();
        let (admin, seed) = (world.admin(), world.seed());
        let given = share(&admin, &budget(&world), &seed.funder, 100);
        let mut new = convention(&seed.funder, &seed.association);
        new["annex"] = json!([{"grant_id": given.grant, "line_id": given.line, "amount": eur(100)}]);
        let agreement = write(&world, &new);
        let parties = [seed.funder.as_str(), seed.association.as_str()];
        sign_all(&admin, &agreement, &parties, "2026-02-01");
        let amendment = amend(
            &admin,
            &agreement,
            &json!({
                "origin": {"kind": "signed"}, "title": {"fr": fresh("Baisse ")}, "effective_on": "2026-03-01",
                "changes": {"amounts": [{"grant_id": given.grant, "line_id": given.line, "amount": eur(40)}]}
            }),
        );
        sign_all(&admin, &amendment, &parties[..1], "2026-03-01");
        let statuses = at_once(copies(&admin, 6), |n, client| match n {
            0 => {
                client
                    .post(&format!("{amendment}/sign"), &signature(parties[1], "2026-03-01"))
                    .status
            }
            _ => {
                client
                    .post(&given.movements(), &given.booked("commitment", 20, "2026-03-14"))
                    .status
            }
        });
        let row = admin.get(&given.balances()).ok()["items"][0].clone();
        let committed = 20 * statuses.iter().skip(1).filter(|status| **status == 201).count();
        assert_eq!(row["committed"]["amount"], format!("{committed}.00"));
        let agreed = if statuses[0] == 200 { 40 } else { 100 };
        assert!(committed <= agreed, "{committed} of {agreed}: {statuses:?}");
        assert!(
            statuses.iter().all(|status| [200, 201, 422].contains(status)),
            "{statuses:?}"
        );
    }
}

#[test]
fn the_public_sees_what_is_signed_and_no_person() {
    let world = World::new();
    let (admin, seed) = (world.admin(), world.seed());
    let path = format!("/programmes/{}/agreements", seed.public);
    let id = admin.post(&path, &convention(&seed.funder, &seed.association)).id();
    let agreement = format!("/agreements/{id}");
    world.stranger().get(&agreement).refused(404, "not_found");
    assert!(world.stranger().all(&path, 50).is_empty());
    sign_all(&admin, &agreement, &[&seed.funder, &seed.association], "2026-03-01");
    let draft = json!({
        "origin": {"kind": "signed"}, "title": {"fr": "Avenant"}, "effective_on": "2026-06-01", "changes": {"ends_on": "2029-12-31"}
    });
    amend(&admin, &agreement, &draft);
    let seen = world.stranger().get(&agreement).ok();
    assert_eq!(
        (&seen["amendments"], &seen["signatures"][0]["signatory"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(world.stranger().all(&path, 50).len(), 1);
    let known = admin.get(&agreement).ok();
    assert_eq!(known["signatures"][0]["signatory"]["name"], "Secret-Name Signatory");
    let person = admin.get("/personal-data?email=signatory%40secret-mail.example").ok();
    assert_eq!(person["records"].as_array().map(Vec::len), Some(2));
    admin
        .post(
            "/personal-data/erase",
            &json!({"email": "signatory@secret-mail.example"}),
        )
        .ok();
    assert_eq!(admin.get(&agreement).ok()["signatures"][0]["signatory"], Value::Null);
}

#[test]
fn obligations_follow_the_agreement_and_are_met_once() {
    let world = World::new();
    let (admin, seed) = (world.admin(), world.seed());
    let agreement = write(&world, &convention(&seed.funder, &seed.association));
    sign_all(&admin, &agreement, &[&seed.funder, &seed.association], "2026-02-01");
    let new = json!({
        "kind": "report", "title": {"fr": "Bilan"}, "owed_by": seed.association, "first_on": "2026-05-31", "every_months": 12
    });
    let id = admin.post(&format!("{agreement}/obligations"), &new).id();
    let path = format!("/obligations/{id}");
    let statuses = |client: &Client| -> Vec<String> {
        let days = client.get(&path).ok()["days"].as_array().cloned().unwrap_or_default();
        days.iter()
            .map(|day| day["status"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(statuses(&admin), ["overdue", "ahead", "ahead"]);
    let met = json!({"due_on": "2026-05-31", "met_on": "2026-05-20"});
    world.of(Who::Partner).post(&format!("{path}/meet"), &met).ok();
    assert_eq!(statuses(&admin), ["met", "ahead", "ahead"]);
    admin.post(&format!("{path}/meet"), &met).refused(422, "duplicate");
    let amendment = amend(
        &admin,
        &agreement,
        &json!({
            "origin": {"kind": "signed"}, "title": {"fr": "Prolongation"}, "effective_on": "2026-06-01", "changes": {"ends_on": "2030-12-31"}
        }),
    );
    sign_all(&admin, &amendment, &[&seed.funder, &seed.association], "2026-06-10");
    assert_eq!(statuses(&admin).len(), 5);
    let foreign = json!({
        "kind": "report", "title": {"fr": "Bilan"}, "owed_by": partner(&admin, "Tiers"), "first_on": "2026-05-31"
    });
    admin
        .post(&format!("{agreement}/obligations"), &foreign)
        .refused(422, "not_a_party");
}

#[test]
fn alarms_name_who_must_sign_report_and_publish() {
    let world = World::new();
    let (admin, seed, given) = (world.admin(), world.seed(), world.share(100_000));
    let path = format!("/programmes/{}/agreement-alarms", seed.private);
    let codes = |client: &Client| -> Vec<String> {
        let items = client.get(&path).ok()["items"].as_array().cloned().unwrap_or_default();
        let code = |item: &Value| item["code"].as_str().unwrap_or_default().to_owned();
        items.iter().map(code).collect()
    };
    let mut new = convention(&seed.funder, &seed.association);
    new["ends_on"] = json!("2026-09-30");
    new["annex"] = json!([{"grant_id": given.grant, "amount": eur(100_000)}]);
    let agreement = write(&world, &new);
    assert!(codes(&admin).is_empty());
    admin.post(&format!("{agreement}/open"), &json!({})).ok();
    assert_eq!(codes(&admin), ["agreement_to_sign", "agreement_to_sign"]);
    assert_eq!(codes(&world.of(Who::Partner)), ["agreement_to_sign"]);
    for party in [&seed.funder, &seed.association] {
        admin
            .post(&format!("{agreement}/sign"), &signature(party, "2026-02-01"))
            .ok();
    }
    let owed = |kind: &str, by: &str, day: &str| {
        let new = json!({"kind": kind, "title": {"fr": "Bilan"}, "owed_by": by, "first_on": day});
        admin.post(&format!("{agreement}/obligations"), &new).id()
    };
    owed("report", &seed.association, "2026-05-31");
    let all = ["publication_overdue", "obligation_overdue", "agreement_expiring"];
    assert_eq!(codes(&admin), all);
    assert_eq!(codes(&world.of(Who::Partner)), all[1..]);
    let publication = owed("publication", &seed.funder, "2026-06-20");
    let met = json!({"due_on": "2026-06-20", "met_on": "2026-06-15"});
    admin.post(&format!("/obligations/{publication}/meet"), &met).ok();
    assert_eq!(codes(&admin), all[1..]);
    let calendar = admin.get(&format!("/programmes/{}/calendar.ics", seed.private)).text;
    assert!(
        calendar.contains("DTSTART;VALUE=DATE:20260531") && calendar.contains("SUMMARY:Bilan"),
        "{calendar}"
    );
    assert!(!calendar.contains("20260620"), "{calendar}");
}
