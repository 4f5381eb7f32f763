//! The ledger, the plan and the balances of a budget as tables that people take away.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use parvis_tests::{Answer, Call, Client, Share, Who, World, eur};
use serde_json::json;
use ureq::http::Method;

type Row = std::collections::BTreeMap<String, String>;

fn rows(answer: &Answer) -> Vec<Row> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let mut reader = csv::Reader::from_reader(answer.body.as_slice());
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("a table of RFC 4180")
}

fn post(client: &Client, share: &Share, kind: &str, euros: u32, day: &str) -> String {
    client.post(&share.movements(), &share.booked(kind, euros, day)).id()
}

/// A ledger with a reversal, a text that a spreadsheet would run, and an internal note.
fn ledger(world: &World, share: &Share) {
    let client = world.coordinator();
    post(&client, share, "commitment", 80, "2026-03-14");
    post(&client, share, "disbursement", 50, "2026-03-20");
    let twice = post(&client, share, "expenditure", 20, "2026-03-21");
    let reversal = json!({"booked_on": "2026-03-22", "reason": "Saisie deux fois"});
    client.post(&format!("/movements/{twice}/reverse"), &reversal).ok();
    let mut hostile = share.booked("expenditure", 30, "2026-03-23");
    hostile["reference"] = json!("=HYPERLINK(\"http://example.org\")");
    hostile["note"] = json!("Interne");
    client.post(&share.movements(), &hostile).ok();
}

#[test]
fn the_sums_of_the_ledger_taken_away_are_the_balances() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    ledger(&world, &share);
    let statement = rows(&client.get(&format!("{}.csv", share.movements())));
    assert_eq!(statement.len(), 5);
    let sum = |kind: &str| -> f64 {
        let of_kind = statement.iter().filter(|row| row["kind"] == kind);
        of_kind
            .map(|row| row["signed_amount"].parse::<f64>().expect("an amount"))
            .sum()
    };
    let balances = rows(&client.get(&format!("{}.csv", share.balances())));
    let [balance] = balances.as_slice() else {
        panic!("one share, one row")
    };
    for (kind, column) in [
        ("commitment", "committed"),
        ("disbursement", "disbursed"),
        ("expenditure", "spent"),
    ] {
        assert_eq!(format!("{:.2}", sum(kind)), balance[column], "{kind}");
    }
    let days: Vec<_> = statement.iter().map(|row| row["booked_on"].as_str()).collect();
    assert!(days.is_sorted());
    assert_eq!(statement[3]["reverses"], statement[2]["id"]);
    assert_eq!(statement[4]["reference"], "'=HYPERLINK(\"http://example.org\")");
    assert_eq!(
        (statement[4]["note"].as_str(), statement[4]["currency"].as_str()),
        ("Interne", "EUR")
    );
    let earlier = rows(&client.get(&format!("{}.csv?as_of=2026-03-20", share.balances())));
    assert_eq!(
        (earlier[0]["disbursed"].as_str(), earlier[0]["spent"].as_str()),
        ("50.00", "0.00")
    );
}

#[test]
fn a_workbook_has_headings_in_the_readers_language_and_numbers_as_numbers() {
    let world = World::new();
    let share = world.share(100);
    ledger(&world, &share);
    let call =
        Call::new(Method::GET, &format!("{}.xlsx", share.movements())).header("accept-language", "fr-FR,fr;q=0.9");
    let answer = world.coordinator().send(&call);
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert_eq!(answer.header("content-type"), Some(media));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"ledger.xlsx\"")
    );
    let mut book = Xlsx::new(Cursor::new(answer.body)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("that can be read");
    assert_eq!(sheet.height(), 6);
    assert_eq!(sheet.get((0, 2)), Some(&Data::String("Montant".to_owned())));
    assert_eq!(sheet.get((1, 2)), Some(&Data::Float(80.0)));
    assert_eq!(sheet.get((4, 3)), Some(&Data::Float(-20.0)));
    assert!(matches!(sheet.get((1, 0)), Some(Data::DateTime(_))));
}

#[test]
fn filters_are_those_of_the_list_and_a_fault_names_its_parameter() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    ledger(&world, &share);
    let path = format!("{}.csv", share.movements());
    assert_eq!(rows(&client.get(&format!("{path}?kind=expenditure"))).len(), 3);
    assert_eq!(
        rows(&client.get(&format!("{path}?booked_from=2026-03-15&booked_to=2026-03-21"))).len(),
        2
    );
    for (filter, found) in [
        ("status=approved", 5),
        ("status=pending", 0),
        ("q=hyperlink", 1),
        ("q=interne", 1),
        ("currency=EUR&amount_min=30.00&amount_max=50.00", 2),
    ] {
        let taken = rows(&client.get(&format!("{path}?{filter}")));
        let listed = client.get(&format!("{}?{filter}", share.movements())).ok();
        assert_eq!(taken.len(), found, "{filter}");
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(found), "{filter}");
        assert!(taken.iter().all(|row| row["status"] == "approved"));
    }
    let seed = world.seed();
    let public = parvis_tests::world::share(&world.admin(), &seed.public, &seed.funder, 100);
    ledger(&world, &public);
    let searched = format!("{}.csv?q=interne", public.movements());
    assert_eq!(rows(&world.coordinator().get(&searched)).len(), 1);
    let public = rows(&world.stranger().get(&searched));
    assert!(public.is_empty(), "notes are internal, to a search as well");
    let problem = client
        .get(&format!("{path}?booked_to=2026-02-30"))
        .refused(400, "parameter_invalid");
    assert_eq!(problem["errors"][0]["pointer"], "booked_to");
    client
        .get(&format!("{}.pdf", share.movements()))
        .refused(404, "not_found");
}

#[test]
fn a_table_shows_what_its_reader_may_see() {
    let world = World::new();
    let (seed, admin) = (world.seed(), world.admin());
    let private = parvis_tests::world::share(&admin, &seed.private, &seed.funder, 100);
    let public = parvis_tests::world::share(&admin, &seed.public, &seed.funder, 100);
    for share in [&private, &public] {
        ledger(&world, share);
        post(&admin, share, "commitment", 1, "2026-03-24");
    }
    let stranger = world.stranger();
    for path in [
        private.movements(),
        private.balances(),
        format!("/budgets/{}/lines", private.budget),
    ] {
        stranger.get(&format!("{path}.csv")).refused(404, "not_found");
    }
    let open = rows(&stranger.get(&format!("{}.csv", public.movements())));
    assert_eq!(open.len(), 6);
    assert!(open.iter().all(|row| row["note"].is_empty()));
    // A partner of a private programme takes its own share away and nothing else.
    let partner = world.of(Who::Partner);
    assert!(rows(&partner.get(&format!("{}.csv", private.movements()))).is_empty());
    assert!(rows(&partner.get(&format!("{}.csv", private.balances()))).is_empty());
}

#[test]
fn the_plan_has_a_row_per_grant_and_one_for_a_line_without() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    let line = json!({"category": "investment", "year": 2026, "cost": eur(40)});
    client.post(&format!("/budgets/{}/lines", share.budget), &line).ok();
    let plan = rows(&client.get(&format!("/budgets/{}/lines.csv", share.budget)));
    assert_eq!(plan.len(), 2);
    assert_eq!(
        (plan[0]["planned"].as_str(), plan[0]["currency"].as_str()),
        ("100.00", "EUR")
    );
    assert_eq!((plan[1]["cost"].as_str(), plan[1]["planned"].as_str()), ("40.00", ""));
    // From the cost and its own share a partner could work out those of others.
    let partner = world.of(Who::Partner);
    let lines = format!("/budgets/{}/lines", share.budget);
    assert!(
        rows(&partner.get(&format!("{lines}.csv")))
            .iter()
            .all(|row| row["cost"].is_empty())
    );
    assert!(partner.all(&lines, 50).iter().all(|line| line["cost"].is_null()));
}

#[test]
fn balances_are_taken_away_as_they_are_asked_for() {
    let world = World::new();
    let (share, client) = (world.share(100), world.coordinator());
    ledger(&world, &share);
    let programme = client.get(&format!("/budgets/{}", share.budget)).ok()["programme_id"].clone();
    let programme = programme.as_str().expect("an id");
    for path in [share.balances(), format!("/programmes/{programme}/balances")] {
        for by in ["line", "category", "axis", "year", "funder", "budget", "programme"] {
            let asked = format!("by={by}&as_of=2026-03-31&in=EUR");
            let answer = client.get(&format!("{path}?{asked}")).ok();
            let table = rows(&client.get(&format!("{path}.csv?{asked}")));
            let own: Vec<_> = table.iter().filter(|row| row["without_rate"].is_empty()).collect();
            let groups = answer["groups"].as_array().expect("groups");
            let totals = groups
                .iter()
                .flat_map(|group| group["totals"].as_array().expect("totals"));
            let wanted: Vec<_> = totals
                .map(|total| total["committed"]["amount"].as_str().expect("an amount"))
                .collect();
            let found: Vec<_> = own.iter().map(|row| row["committed"].as_str()).collect();
            assert_eq!(found, wanted, "{path} {by}");
            assert_eq!(table.len(), 2 * own.len(), "converted rows follow their own");
        }
        let partners = rows(&client.get(&format!("{path}.csv?by=partner")));
        assert!(
            partners
                .iter()
                .all(|row| row.contains_key("passed_on") && row["by"] == "partner"),
            "{path}"
        );
        client
            .get(&format!("{path}.csv?by=weather"))
            .refused(400, "parameter_invalid");
    }
    let columns = rows(&client.get(&format!("{}.csv?known_at=2030-01-01T00:00:00Z", share.balances())));
    assert!(
        columns
            .iter()
            .all(|row| row.contains_key("pending_committed") && row.contains_key("grant_id"))
    );
}
