//! Currencies and balances: rates, conversions, partners, and a replay by a script that knows nothing of the server.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_tests::world::{self, create_budget};
use parvis_tests::{Client, World, eur};
use serde_json::{Value, json};

/// A programme with an EU grant in euros, one of the city in riels that it pays itself, and means in kind.
struct Scene {
    programme: String,
    budget: String,
    line: String,
    /// EU, AIMF, Phnom Penh.
    partners: [String; 3],
    /// In EUR, in KHR, in kind.
    grants: [String; 3],
}

fn money(amount: &str, currency: &str) -> Value {
    json!({"amount": amount, "currency": currency})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Scene {
    fn new(world: &World, client: &Client) -> Self {
        let admin = world.admin();
        let partners = ["Union", "AIMF", "Phnom Penh"].map(|name| world::partner(&admin, name));
        let programme = world.seed().public.clone();
        let budget = create_budget(client, &programme);
        let grant = |funder: &str, kind: &str, planned: Value, mode: &str| json!({"funder_id": funder, "kind": kind, "planned": planned, "payment_mode": mode});
        let line = client
            .post(
                &format!("/budgets/{budget}/lines"),
                &json!({
                    "category": "investment", "axis": "living-conditions", "year": 2026, "grants": [
                        grant(&partners[0], "cash", eur(100_000), "advance"),
                        grant(&partners[2], "cash", money("400000000.00", "KHR"), "direct"),
                    ]
                }),
            )
            .ok();
        let kind = client
            .post(
                &format!("/budgets/{budget}/lines"),
                &json!({
                    "category": "premises", "year": 2027, "grants": [grant(&partners[1], "in_kind", eur(500), "advance")]
                }),
            )
            .ok();
        let scene = Self {
            programme,
            budget,
            line: text(&line["id"]),
            partners,
            grants: [
                text(&line["grants"][0]["grant_id"]),
                text(&line["grants"][1]["grant_id"]),
                text(&kind["grants"][0]["grant_id"]),
            ],
        };
        let given = json!({
            "line_id": kind["id"], "grant_id": scene.grants[2], "kind": "in_kind", "amount": eur(120), "booked_on": "2026-03-02"
        });
        client.post(&scene.at("movements"), &given).ok();
        scene
    }

    fn at(&self, part: &str) -> String {
        format!("/budgets/{}/{part}", self.budget)
    }

    fn of_programme(&self, part: &str) -> String {
        format!("/programmes/{}/{part}", self.programme)
    }

    /// Posts on the grant of this number, with more fields.
    fn post(&self, client: &Client, grant: usize, kind: &str, day: &str, more: &Value) -> Value {
        let mut body = json!({"line_id": self.line, "grant_id": self.grants[grant], "kind": kind, "booked_on": day});
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        client.post(&self.at("movements"), &body).ok()
    }

    /// The EU pays AIMF, AIMF passes on to Phnom Penh, which spends in riels; the city pays works of its own.
    fn ledger(&self, client: &Client) {
        let [union, aimf, city] = &self.partners;
        let euros = |n: u32| json!({"amount": eur(n)});
        let mut paid = euros(60_000);
        paid["payee_id"] = json!(aimf);
        let mut passed = euros(50_000);
        passed["payer_id"] = json!(aimf);
        passed["payee_id"] = json!(city);
        passed["original"] = money("224000000.00", "KHR");
        self.post(client, 0, "commitment", "2026-01-20", &euros(90_000));
        self.post(client, 0, "disbursement", "2026-02-03", &paid);
        self.post(client, 0, "transfer", "2026-02-17", &passed);
        let invoice = json!({"amount": eur(49_000), "original": money("220000000.00", "KHR"), "payer_id": city});
        self.post(client, 0, "expenditure", "2026-03-05", &invoice);
        self.post(
            client,
            1,
            "commitment",
            "2026-02-01",
            &json!({"amount": money("300000000.00", "KHR")}),
        );
        self.post(
            client,
            1,
            "expenditure",
            "2026-03-31",
            &json!({"amount": money("120000000.55", "KHR")}),
        );
        let twice = self.post(
            client,
            1,
            "expenditure",
            "2026-04-01",
            &json!({"amount": money("10.01", "KHR")}),
        );
        client
            .post(
                &format!("/movements/{}/reverse", text(&twice["id"])),
                &json!({"booked_on": "2026-04-09", "reason": "Deux fois"}),
            )
            .ok();
        assert_ne!(union, city);
    }

    fn rate(&self, client: &Client, rate: &str, day: &str) -> Value {
        let body = json!({"from": "EUR", "to": "KHR", "rate": rate, "valid_on": day, "source": "Bulletin"});
        client.post(&self.of_programme("rates"), &body).ok()
    }
}

fn find<'a>(list: &'a Value, name: &str, value: &str) -> &'a Value {
    let found = list.as_array().into_iter().flatten().find(|item| item[name] == value);
    found.unwrap_or_else(|| panic!("no {name} {value} in {list}"))
}

#[test]
fn money_passed_on_between_partners_nets_out_everywhere_else() {
    let world = World::new();
    let client = world.coordinator();
    let scene = Scene::new(&world, &client);
    scene.ledger(&client);
    let answer = client.get(&format!("{}?by=partner", scene.at("balances"))).ok();
    let of = |partner: &str, name: &str| {
        let totals = find(&answer["partners"], "partner_id", partner)["totals"].clone();
        text(&find(&totals, "currency", "EUR")[name]["amount"])
    };
    let [union, aimf, city] = &scene.partners;
    assert_eq!(
        (of(aimf, "received"), of(aimf, "passed_on")),
        ("60000.00".to_owned(), "50000.00".to_owned())
    );
    assert_eq!(
        (of(union, "net"), of(city, "net")),
        ("-60000.00".to_owned(), "50000.00".to_owned())
    );
    assert_eq!(of(city, "spent"), "49000.00");
    let by_funder = client
        .get(&format!("{}?by=funder", scene.of_programme("balances")))
        .ok();
    let total = &find(&by_funder["groups"], "key", union)["totals"][0];
    assert_eq!(total["disbursed"], eur(60_000));
    assert_eq!(
        (total["prefinanced"].clone(), total["spent"].clone()),
        (eur(0), eur(49_000))
    );
    let city = find(&by_funder["groups"], "key", city)["totals"].clone();
    assert_eq!(city[0]["disbursed"], money("120000000.55", "KHR"));
    let early = client
        .get(&format!("{}?by=partner&as_of=2026-02-03", scene.at("balances")))
        .ok();
    assert_eq!(
        find(
            &find(&early["partners"], "partner_id", aimf)["totals"],
            "currency",
            "EUR"
        )["net"],
        eur(60_000)
    );
}

#[test]
fn a_converted_total_names_its_rates_and_what_has_none() {
    let world = World::new();
    let client = world.coordinator();
    let scene = Scene::new(&world, &client);
    scene.ledger(&client);
    let asked = |query: &str| {
        let path = format!("{}?by=programme&in=EUR{query}", scene.of_programme("balances"));
        client.get(&path).ok()["groups"][0]["converted"].clone()
    };
    let without = asked("&as_of=2026-03-31");
    assert_eq!(without["missing"][0]["grant_id"], scene.grants[1].as_str());
    assert_eq!(without["totals"][0]["spent"], eur(49_000));
    let first = scene.rate(&client, "4500", "2026-03-01");
    scene.rate(&client, "4480.5", "2026-03-01");
    assert_eq!(
        client.get(&format!("/rates/{}", text(&first["id"]))).ok()["corrected_by"]
            .as_str()
            .map(str::len),
        Some(36)
    );
    let with = asked("&as_of=2026-03-31");
    assert_eq!(with["missing"], json!([]));
    assert_eq!(
        (with["rates"][0]["rate"].clone(), with["rates"][0]["source"].clone()),
        (json!("4480.5"), json!("Bulletin"))
    );
    // 49,000.00 and 120,000,000.55 KHR at 4,480.5: 26,782.73.
    assert_eq!(with["totals"][0]["spent"], money("75782.73", "EUR"));
    assert_eq!(asked("&as_of=2026-04-30")["missing"].as_array().map(Vec::len), Some(1));
    let policy = json!({"funder_id": scene.partners[2], "currency": "EUR", "policy": "average"});
    let made = client.post(&scene.of_programme("rate-policies"), &policy);
    client
        .post(&scene.of_programme("rate-policies"), &policy)
        .refused(409, "already_exists");
    scene.rate(&client, "4400.5", "2026-04-01");
    let mean = asked("&as_of=2026-04-30");
    assert_eq!(
        (mean["rates"][0]["rate"].clone(), mean["rates"][0]["policy"].clone()),
        (json!("4440.5"), json!("average"))
    );
    let exchange = json!({"policy": "exchange"});
    client
        .patch(&format!("/rate-policies/{}", made.id()), &made.etag(), &exchange)
        .ok();
    assert_eq!(asked("")["missing"][0]["policy"], "exchange");
}

#[test]
fn a_movement_is_booked_at_the_rate_that_it_names_or_at_the_banks() {
    let world = World::new();
    let client = world.coordinator();
    let scene = Scene::new(&world, &client);
    scene.ledger(&client);
    let rate = text(&scene.rate(&client, "4480", "2026-03-01")["id"]);
    let invoice = |more: &Value| {
        let mut body = json!({
            "line_id": scene.line, "grant_id": scene.grants[0], "kind": "expenditure", "booked_on": "2026-03-20",
            "original": money("220000000.00", "KHR")
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        client.post(&scene.at("movements"), &body)
    };
    assert_eq!(
        invoice(&json!({"rate_id": rate})).ok()["amount"],
        money("49107.14", "EUR")
    );
    let wrong = invoice(&json!({"rate_id": rate, "amount": eur(50_000)})).refused(422, "amount_mismatch");
    assert_eq!(wrong["errors"][0]["params"]["expected"], "49107.14 EUR");
    invoice(&json!({})).refused(422, "required");
    invoice(&json!({"rate_id": "01890a5d-ac96-774b-bcce-b302099a8057"})).refused(422, "reference_unknown");
    let later = text(&scene.rate(&client, "4500", "2026-04-01")["id"]);
    invoice(&json!({"rate_id": later})).refused(422, "date_in_future");
    // A promise in riels exchanges nothing yet.
    let promised = json!({"amount": eur(1), "original": money("4000.00", "KHR")});
    scene.post(&client, 0, "commitment", "2026-03-21", &promised);
    let differences = client.get(&scene.at("exchange-differences")).ok();
    let of = find(&differences["items"], "grant_id", &scene.grants[0]).clone();
    // The transfer of February has no rate of its month; the invoice of March was booked 107.14 below the rate.
    assert_eq!(
        (of["movements"].clone(), of["without_rate"].clone()),
        (json!(2), json!(1))
    );
    assert_eq!(
        (of["at_rate"].clone(), of["difference"].clone()),
        (money("49107.14", "EUR"), money("-107.14", "EUR"))
    );
}

#[test]
fn rates_that_cannot_be_are_refused_each_with_its_fault() {
    let world = World::new();
    let client = world.coordinator();
    let path = format!("/programmes/{}/rates", world.seed().public);
    let refused = |rate: Value| client.post(&path, &rate).faults();
    let faults = refused(json!({"from": "EUR", "to": "EUR", "rate": "0", "valid_on": "2999-01-01", "source": " "}));
    let codes: Vec<&str> = faults.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["rate_invalid", "date_invalid", "required", "rate_to_itself"]);
    let tomorrow = json!({"from": "EUR", "to": "KHR", "rate": "1", "valid_on": "2027-01-01", "source": "B"});
    client.post(&path, &tomorrow).refused(422, "date_in_future");
    let everywhere = json!({"from": "EUR", "to": "KHR", "rate": "4480", "valid_on": "2026-01-01", "source": "B"});
    client.post("/rates", &everywhere).refused(403, "permission_denied");
    world.admin().post("/rates", &everywhere).ok();
    assert_eq!(client.all(&path, 10).len(), 1);
}

#[test]
fn a_file_of_rates_is_recorded_whole_or_not_at_all() {
    let world = World::new();
    let client = world.coordinator();
    let path = format!("/programmes/{}/rates", world.seed().public);
    let send = |file: &str, dry: bool| {
        client.post(
            &format!("{path}/import"),
            &json!({"content": STANDARD.encode(file), "dry_run": dry}),
        )
    };
    let right = "\u{feff}de;vers;taux;date;source\nEUR;KHR;4 480,25;01/03/2026;Banque nationale\nEUR;USD;1,08;02/03/2026;Banque\n";
    let dry = send(right, true).ok();
    assert_eq!(
        (
            dry["accepted"].clone(),
            dry["separator"].clone(),
            dry["rows"][0]["rate"]["rate"].clone()
        ),
        (json!(2), json!(";"), json!("4480.25"))
    );
    assert_eq!(client.all(&path, 10).len(), 0);
    let wrong = format!("{right}EUR;EUR;0;2026-03-01;Banque\n");
    assert_eq!(
        send(&wrong, true).ok()["rows"][2]["faults"].as_array().map(Vec::len),
        Some(2)
    );
    let faults = send(&wrong, false).faults();
    assert!(
        faults
            .iter()
            .any(|(pointer, code)| pointer == "/content/4/rate" && code == "rate_invalid"),
        "{faults:?}"
    );
    assert_eq!(client.all(&path, 10).len(), 0);
    send(right, false).ok();
    assert_eq!(client.all(&path, 10).len(), 2);
}

#[test]
fn what_was_known_is_a_replay() {
    let world = World::new();
    let client = world.coordinator();
    let scene = Scene::new(&world, &client);
    scene.ledger(&client);
    let instant = world.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    for by in ["line", "year", "partner", "programme"] {
        for day in ["2026-02-03", "2026-03-31", "2026-04-08", "2026-04-09"] {
            let query = format!("?by={by}&in=KHR&as_of={day}");
            let kept = client.get(&format!("{}{query}", scene.at("balances"))).ok();
            let known = client
                .get(&format!("{}{query}&known_at={instant}", scene.at("balances")))
                .ok();
            for part in ["items", "totals", "groups"] {
                assert_eq!(kept[part], known[part], "{by} {day} {part}");
            }
            let moving = |answer: &Value| {
                let all = answer["partners"].as_array().cloned().unwrap_or_default();
                let moved = |of: &Value| of["totals"].to_string().contains(|c: char| ('1'..='9').contains(&c));
                all.into_iter().filter(moved).collect::<Vec<_>>()
            };
            assert_eq!(moving(&kept), moving(&known), "{by} {day}");
        }
    }
}

#[test]
fn the_course_of_balances_meets_them_at_the_end_of_every_month() {
    let world = World::new();
    let client = world.coordinator();
    let scene = Scene::new(&world, &client);
    scene.ledger(&client);
    let mut points = 0;
    for path in [scene.at("balance"), scene.of_programme("balance")] {
        for as_of in ["", "?as_of=2026-02-10", "?as_of=2026-03-31", "?as_of=2020-01-01"] {
            let series = client.get(&format!("{path}-series{as_of}")).ok();
            for curve in series["items"].as_array().expect("curves") {
                for point in curve["points"].as_array().expect("points") {
                    let on = point["on"].as_str().expect("a day");
                    let balances = client.get(&format!("{path}s?as_of={on}")).ok();
                    let totals = balances["totals"].as_array().expect("totals");
                    let same = |total: &&Value| ["currency", "kind"].iter().all(|of| total[*of] == curve[*of]);
                    let total = totals.iter().find(same).expect("a total of the same currency and kind");
                    for sum in [
                        "planned",
                        "granted",
                        "committed",
                        "disbursed",
                        "spent",
                        "justified",
                        "contributed",
                    ] {
                        assert_eq!(point[sum], total[sum], "{path} {on} {sum}");
                    }
                    points += 1;
                }
            }
        }
    }
    assert!(points > 5, "{points} points");
}

#[test]
fn a_script_that_knows_the_movements_alone_finds_every_total() {
    let world = World::new();
    let client = world.coordinator();
    let scene = Scene::new(&world, &client);
    scene.ledger(&client);
    for (rate, day) in [
        ("4480.25", "2026-02-01"),
        ("4391.1", "2026-03-01"),
        ("4405", "2026-04-03"),
    ] {
        scene.rate(&client, rate, day);
    }
    let policy = |funder: &str, policy: &str| json!({"funder_id": funder, "currency": "EUR", "policy": policy});
    client
        .post(
            &scene.of_programme("rate-policies"),
            &policy(&scene.partners[0], "exchange"),
        )
        .ok();
    client
        .post(
            &scene.of_programme("rate-policies"),
            &policy(&scene.partners[2], "average"),
        )
        .ok();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/replay/replay.py");
    let output = Command::new("python3")
        .args([script, &format!("{}/api/v1", client.base()), &scene.programme])
        .env("PARVIS_TOKEN", client.token().unwrap_or_default())
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
