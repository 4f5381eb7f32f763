//! A ledger that was taken away and posted anew gives the same balances.

use std::collections::{BTreeMap, BTreeSet};

use parvis_api::demo::{self, ACCOUNTS, Loaded, Means, PASSWORD};
use parvis_tests::sums::assert_sums;
use parvis_tests::{App, Client};
use serde_json::{Map, Value, json};

type Row = BTreeMap<String, String>;
/// The line and the grant of a share.
type Cell = (String, String);

/// The sums that movements make.
const SUMS: [&str; 6] = ["pledged", "committed", "disbursed", "spent", "justified", "contributed"];

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The fields of an object that say something.
fn said(of: &Value, names: &[&str]) -> Map<String, Value> {
    let named = names.iter().map(|name| ((*name).to_owned(), of[*name].clone()));
    named.filter(|(_, value)| !value.is_null()).collect()
}

fn larger(a: &Value, b: &Value) -> Value {
    let units = |money: &Value| {
        text(&money["amount"])
            .replace('.', "")
            .parse::<i128>()
            .unwrap_or_default()
    };
    if units(a) >= units(b) { a.clone() } else { b.clone() }
}

/// What a cell of the plan has: planned and granted.
type Amounts = (Value, Value);

/// The cells of a plan, as it stands or as it stood in a version.
fn cells(client: &Client, budget: &str, version: Option<&Value>) -> BTreeMap<Cell, Amounts> {
    let query = version.map(|number| format!("?version={number}")).unwrap_or_default();
    let plan = client.get(&format!("/budgets/{budget}/plan{query}")).ok();
    let mut cells = BTreeMap::new();
    for line in plan["lines"].as_array().into_iter().flatten() {
        for cell in line["cells"].as_array().into_iter().flatten() {
            let key = (text(&line["line_id"]), text(&cell["grant_id"]));
            cells.insert(key, (cell["planned"].clone(), cell["granted"].clone()));
        }
    }
    cells
}

/// A budget beside another: the same lines and grants, and first as much room on each as it ever had.
struct Copy<'a> {
    client: &'a Client,
    from: String,
    to: String,
    lines: BTreeMap<String, String>,
    grants: BTreeMap<String, String>,
    partners: BTreeMap<String, String>,
}

impl<'a> Copy<'a> {
    fn begin(client: &'a Client, programme: &str, from: &str) -> Self {
        let budget = client.get(&format!("/budgets/{from}")).ok();
        let new = said(&budget, &["title", "starts_on", "ends_on", "currency"]);
        let to = client
            .post(&format!("/programmes/{programme}/budgets"), &Value::Object(new))
            .id();
        let partners = client.all("/partners", 200);
        let mut copy = Self {
            client,
            from: from.to_owned(),
            to,
            lines: BTreeMap::new(),
            grants: BTreeMap::new(),
            partners: partners
                .iter()
                .map(|partner| (text(&partner["name"]), text(&partner["id"])))
                .collect(),
        };
        copy.plan();
        copy
    }

    /// The lines and grants, with the most that any version of the plan had in a cell.
    fn plan(&mut self) {
        let mut room = cells(self.client, &self.from, None);
        for version in self.client.all(&format!("/budgets/{}/plan/versions", self.from), 200) {
            for (cell, (planned, granted)) in cells(self.client, &self.from, Some(&version["number"])) {
                let most = room.entry(cell).or_insert_with(|| (planned.clone(), granted.clone()));
                *most = (larger(&most.0, &planned), larger(&most.1, &granted));
            }
        }
        for line in self.client.all(&format!("/budgets/{}/lines", self.from), 200) {
            let new = said(&line, &["category", "axis", "year", "title", "cost"]);
            let made = self
                .client
                .post(&format!("/budgets/{}/lines", self.to), &Value::Object(new))
                .id();
            self.lines.insert(text(&line["id"]), made);
        }
        let about = [
            "funder_id",
            "kind",
            "currency",
            "payment_mode",
            "reference",
            "decided_on",
            "shift_percent",
            "rate_percent",
        ];
        for grant in self.client.all(&format!("/budgets/{}/grants", self.from), 200) {
            let of_grant = room.iter().filter(|((_, id), _)| grant["id"] == id.as_str());
            let shares: Vec<Value> = of_grant
                .map(|((line, _), (planned, granted))| {
                    json!({"line_id": self.lines[line], "planned": planned, "granted": granted})
                })
                .collect();
            let mut new = said(&grant, &about);
            new.insert("shares".to_owned(), shares.into());
            let made = self
                .client
                .post(&format!("/budgets/{}/grants", self.to), &Value::Object(new))
                .id();
            self.tranches(&text(&grant["id"]), &made);
            self.grants.insert(text(&grant["id"]), made);
        }
    }

    /// The tranches that were released, on their days.
    fn tranches(&self, from: &str, to: &str) {
        for tranche in self.client.all(&format!("/grants/{from}/tranches"), 200) {
            if tranche["released_on"].is_string() {
                let new = said(&tranche, &["amount", "position"]);
                let made = self
                    .client
                    .post(&format!("/grants/{to}/tranches"), &Value::Object(new))
                    .id();
                let released = json!({"released_on": tranche["released_on"]});
                self.client.post(&format!("/tranches/{made}/release"), &released).ok();
            }
        }
    }

    /// The exported movements that count, in the order of their record: their identifiers grow with time.
    fn exported(&self) -> Vec<Row> {
        let answer = self.client.get(&format!("/budgets/{}/movements.csv", self.from));
        assert_eq!(answer.status, 200, "{}", answer.text);
        let rows = csv::Reader::from_reader(answer.body.as_slice())
            .into_deserialize()
            .collect::<Result<Vec<Row>, _>>();
        let mut rows = rows.expect("a table of RFC 4180");
        let without = ["pending", "refused"].into_iter().flat_map(|status| {
            self.client
                .all(&format!("/budgets/{}/movements?status={status}", self.from), 200)
        });
        let without: BTreeSet<String> = without.map(|movement| text(&movement["id"])).collect();
        rows.retain(|row| !without.contains(&row["id"]));
        rows.sort_by(|a, b| a["id"].cmp(&b["id"]));
        rows
    }

    /// Posts every row of the export anew.
    fn post(&self) -> usize {
        let rows = self.exported();
        let mut posted: BTreeMap<String, String> = BTreeMap::new();
        let mut left = rows.iter().peekable();
        while let Some(row) = left.next() {
            if row["reverses"].is_empty() {
                let answer = self
                    .client
                    .post(&format!("/budgets/{}/movements", self.to), &self.movement(row));
                assert_eq!(answer.status, 201, "{row:?} {}", answer.text);
                posted.insert(row["id"].clone(), answer.id());
                continue;
            }
            // What follows a reversal at once, on the same share and day, replaces what was reversed: the rules are
            // checked after both.
            let same = |next: &&&Row| {
                let same = ["line_id", "grant_id", "kind", "booked_on", "recorded_at"];
                next["reverses"].is_empty() && same.iter().all(|name| next[*name] == row[*name])
            };
            let replacement = left.peek().filter(same).copied();
            let of = &posted[&row["reverses"]];
            let mut body = json!({"reason": "Reprise", "booked_on": row["booked_on"]});
            let verb = match replacement {
                Some(replacement) => {
                    left.next();
                    let amounts = self.movement(replacement);
                    body["replacement"] = Value::Object(said(&amounts, &["amount", "original", "rate_id"]));
                    "correct"
                }
                None => "reverse",
            };
            let answer = self.client.post(&format!("/movements/{of}/{verb}"), &body);
            assert_eq!(answer.status, 201, "{verb} {row:?} {}", answer.text);
            if let Some(replacement) = replacement {
                posted.insert(replacement["id"].clone(), answer.id());
            }
        }
        rows.len()
    }

    fn movement(&self, row: &Row) -> Value {
        let mut new = json!({
            "line_id": self.lines[&row["line_id"]], "grant_id": self.grants[&row["grant_id"]], "kind": row["kind"],
            "amount": {"amount": row["amount"], "currency": row["currency"]}, "booked_on": row["booked_on"]
        });
        for name in ["incurred_on", "paid_on", "reference", "rate_id"] {
            if !row[name].is_empty() {
                new[name] = row[name].clone().into();
            }
        }
        if !row["original"].is_empty() {
            new["original"] = json!({"amount": row["original"], "currency": row["original_currency"]});
        }
        for (name, of) in [("payer_id", "payer"), ("payee_id", "payee")] {
            if let Some(id) = self.partners.get(&row[of]) {
                new[name] = id.clone().into();
            }
        }
        new
    }

    /// Brings the plan to where that of the other budget stands.
    fn revise(&self) {
        let here: Vec<Value> = cells(self.client, &self.from, None)
            .into_iter()
            .map(|((line, grant), (planned, granted))| {
                json!({
                    "line_id": self.lines[&line], "grant_id": self.grants[&grant], "planned": planned, "granted": granted
                })
            })
            .collect();
        let now = cells(self.client, &self.to, None);
        let differs = |cell: &Value| {
            let key = (text(&cell["line_id"]), text(&cell["grant_id"]));
            now.get(&key) != Some(&(cell["planned"].clone(), cell["granted"].clone()))
        };
        let changed: Vec<Value> = here.into_iter().filter(differs).collect();
        if !changed.is_empty() {
            let patch = json!({"cells": changed, "reason": "Reprise"});
            self.client
                .patch(&format!("/budgets/{}/plan", self.to), "*", &patch)
                .ok();
        }
    }

    /// Compares the two budgets on a day, or as they stand.
    fn compare(&self, day: Option<&str>) {
        let query = day.map(|day| format!("?as_of={day}")).unwrap_or_default();
        let of = |budget: &str| {
            let balances = self.client.get(&format!("/budgets/{budget}/balances{query}")).ok();
            let rows = balances["items"].as_array().cloned().unwrap_or_default();
            let keyed = rows
                .into_iter()
                .map(|row| ((text(&row["line_id"]), text(&row["grant_id"])), row));
            keyed.collect::<BTreeMap<Cell, Value>>()
        };
        let (from, to) = (of(&self.from), of(&self.to));
        assert_eq!(from.len(), to.len());
        for ((line, grant), row) in from {
            let copy = &to[&(self.lines[&line].clone(), self.grants[&grant].clone())];
            let whole = ["planned", "granted", "available"];
            let names = SUMS.iter().chain(whole.iter().filter(|_| day.is_none()));
            for name in names {
                assert_eq!(row[*name], copy[*name], "{name} on {day:?} of {row}");
            }
        }
    }
}

/// Posts the export of a budget's ledger into a copy of its plan, and compares the two on days. Gives how many rows there
/// were.
pub fn assert_reimport(client: &Client, programme: &str, budget: &str, days: &[String]) -> usize {
    let copy = Copy::begin(client, programme, budget);
    let rows = copy.post();
    for day in days {
        copy.compare(Some(day));
    }
    copy.revise();
    copy.compare(None);
    rows
}

/// Ten days, from the first booking to the last.
fn days_of(client: &Client, budget: &str) -> Vec<String> {
    let movements = client.all(&format!("/budgets/{budget}/movements"), 200);
    let days: BTreeSet<String> = movements.iter().map(|movement| text(&movement["booked_on"])).collect();
    let days: Vec<String> = days.into_iter().collect();
    let step = days.len().div_ceil(10).max(1);
    let mut chosen: Vec<String> = days.iter().step_by(step).cloned().collect();
    chosen.extend(days.last().cloned());
    chosen
}

#[test]
fn every_demonstration_ledger_taken_away_and_posted_anew_has_the_same_balances() {
    let app = App::new();
    // The demonstration tells of more than the day on which the tests happen.
    app.clock.forward(chrono::Duration::days(400));
    let means = Means {
        now: app.clock.now(),
        ids: &uuid::Uuid::now_v7,
        hash: parvis_api::passwords::hash,
        progress: &|_| {},
    };
    assert_eq!(
        demo::load(&app.store, means).expect("the demonstration loads"),
        Loaded::Now
    );
    let session = app
        .client()
        .post("/auth/login", &json!({"email": ACCOUNTS[0], "password": PASSWORD}))
        .ok();
    let client = app.client().with_token(&text(&session["access_token"]));
    let mut rows = 0;
    for programme in client.all("/programmes", 200) {
        let id = text(&programme["id"]);
        client
            .patch(&format!("/programmes/{id}"), "*", &json!({"four_eyes": false}))
            .ok();
        for budget in client.all(&format!("/programmes/{id}/budgets"), 200) {
            let budget = text(&budget["id"]);
            rows += assert_reimport(&client, &id, &budget, &days_of(&client, &budget));
        }
    }
    assert!(rows > 100, "only {rows} movements");
    assert_sums(&app.store);
}
