//! The demonstration in three currencies, rebuilt by a script that knows nothing of the server from the ledger that
//! anybody can take away.

use std::process::Command;

use parvis_tests::database::Database;
use parvis_tests::process::{self, Process};
use serde_json::json;

/// Of the city abroad: grants in EUR, USD and KHR, in cash and in kind, some paid directly.
const PROGRAMME: &str = "KH-STUNG-MEANCHEY";

#[test]
fn every_total_of_the_demonstration_is_rebuilt_for_ten_days() {
    let database = Database::empty();
    let keys = parvis_tests::app::shared_keys().display().to_string();
    let variables = [
        ("PARVIS_DATABASE_URL", database.url()),
        ("PARVIS_SIGNING_KEYS", keys.as_str()),
    ];
    let (status, said) = process::run(&["demo"], &variables);
    assert!(status.success(), "{said}");
    let server = Process::serve(database.url());
    let login = json!({"email": "admin@demo.example", "password": "Parvis-demo-1"});
    let session = server.client().post("/auth/login", &login).ok();
    let token = session["access_token"].as_str().unwrap_or_default();
    let client = server.client().with_token(token);
    let programmes = client.all("/programmes", 50);
    let programme = programmes.iter().find(|programme| programme["code"] == PROGRAMME);
    let id = programme
        .and_then(|programme| programme["id"].as_str())
        .expect("the programme is there");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/replay/replay.py");
    let output = Command::new("python3")
        .args([script, &format!("{}/api/v1", client.base()), id])
        .env("PARVIS_TOKEN", token)
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let figures = said.split_whitespace().next().and_then(|word| word.parse::<u32>().ok());
    assert!(figures.is_some_and(|figures| figures > 10_000), "{said}");
}
