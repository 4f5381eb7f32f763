//! What is measured: enough programmes for a page of fifty, one with a long ledger, and one to post to per connection.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::Client;

const PROGRAMMES: usize = 60;
const LINES: usize = 10;
const MOVEMENTS: usize = 500;
const TEMPLATE: &str = "city-contract";
const CATEGORY: &str = "services";

/// Ids of what the requests and the scripts name.
pub struct Data {
    /// A programme to be read.
    pub programme: String,
    /// A budget with `LINES` lines and `MOVEMENTS` movements.
    pub budget: String,
    /// Its shares.
    pub long: Vec<Share>,
    /// Whoever else a movement names: the partner who pays, the user who records.
    pub people: Vec<String>,
    /// One place to post to per connection.
    pub posts: Vec<Share>,
}

/// A share of a grant in a line, with a plan that no measurement exhausts.
pub struct Share {
    /// Its programme.
    pub programme: String,
    /// Its budget.
    pub budget: String,
    /// Its line.
    pub line: String,
    /// Its grant.
    pub grant: String,
}

impl Share {
    /// The body of a commitment of one euro.
    pub fn commitment(&self) -> Value {
        json!({
            "line_id": self.line, "grant_id": self.grant, "kind": "commitment",
            "amount": euros("1.00"), "booked_on": "2026-03-14", "reference": "Measurement"
        })
    }
}

/// Fills a database through the API.
///
/// # Errors
/// When the server refuses something.
pub fn create(client: &Client, connections: usize) -> Result<Data> {
    let funder = json!({"name": "Measured funder", "kind": "municipality", "country": "FR"});
    let funder = client.create("/partners", &funder)?;
    let template = template_id(client)?;
    let mut programmes = Vec::new();
    for number in 0..PROGRAMMES.max(connections + 1) {
        programmes.push(client.create("/programmes", &programme(&template, number))?);
    }
    let (read, written) = programmes.split_first().context("no programme")?;
    let mut posts = Vec::new();
    for programme in written.iter().take(connections) {
        let budget = new_budget(client, programme)?;
        posts.push(new_line(client, programme, &budget, &funder)?);
    }
    let (budget, long) = long_ledger(client, read, &funder)?;
    Ok(Data {
        programme: read.clone(),
        budget,
        long,
        people: vec![funder, client.user().to_owned()],
        posts,
    })
}

fn template_id(client: &Client) -> Result<String> {
    let templates: Value = serde_json::from_slice(&client.get("/templates?limit=100")?)?;
    let items = templates
        .pointer("/items")
        .and_then(Value::as_array)
        .context("no templates")?;
    let found = items
        .iter()
        .find(|item| item.pointer("/content/code").and_then(Value::as_str) == Some(TEMPLATE));
    let id = found.and_then(|item| item.pointer("/id")).and_then(Value::as_str);
    id.map(str::to_owned).with_context(|| format!("no template {TEMPLATE}"))
}

fn programme(template: &str, number: usize) -> Value {
    json!({
        "template_id": template, "code": format!("MEASURED-{number}"), "visibility": "public",
        "title": {"fr": format!("Programme mesuré {number}")}, "starts_on": "2026-01-01", "ends_on": "2030-12-31"
    })
}

fn new_budget(client: &Client, programme: &str) -> Result<String> {
    let budget = json!({"title": {"fr": "Programmation 2026"}, "starts_on": "2026-01-01", "ends_on": "2026-12-31"});
    client.create(&format!("/programmes/{programme}/budgets"), &budget)
}

fn new_line(client: &Client, programme: &str, budget: &str, funder: &str) -> Result<Share> {
    let share =
        json!({"funder_id": funder, "kind": "cash", "planned": euros("900000000.00"), "decided_on": "2026-01-02"});
    let line = json!({"category": CATEGORY, "year": 2026, "grants": [share]});
    let line = client.post(&format!("/budgets/{budget}/lines"), &line)?;
    let id = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    Ok(Share {
        programme: programme.to_owned(),
        budget: budget.to_owned(),
        line: id("/id").context("the line has no id")?,
        grant: id("/grants/0/grant_id").context("the line has no grant")?,
    })
}

fn long_ledger(client: &Client, programme: &str, funder: &str) -> Result<(String, Vec<Share>)> {
    let budget = new_budget(client, programme)?;
    let lines: Vec<Share> = (0..LINES)
        .map(|_| new_line(client, programme, &budget, funder))
        .collect::<Result<_>>()?;
    for line in lines.iter().cycle().take(MOVEMENTS) {
        client.post(&format!("/budgets/{budget}/movements"), &line.commitment())?;
    }
    Ok((budget, lines))
}

fn euros(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}
