//! What was recorded stays: not even SQL changes it, on either database.

use std::collections::BTreeSet;

use parvis_store::Store;
use parvis_tests::database::Database;
use parvis_tests::{Kind, World, kind, process};
use serde_json::json;

/// What says when it was recorded, decided or signed is never changed: this is how the schema names it.
const MARKS: [&str; 3] = ["recorded_at", "decided_at", "signed_at"];

/// The append-only tables, by their columns, and the history.
fn tables(store: &Store) -> BTreeSet<String> {
    let marks = MARKS.map(|mark| format!("'{mark}'")).join(", ");
    let sql = match kind() {
        Kind::Sqlite => format!(
            "SELECT m.name AS text FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.name IN ({marks})"
        ),
        Kind::Postgres => format!(
            "SELECT table_name::text AS text FROM information_schema.columns \
             WHERE table_schema = 'public' AND column_name IN ({marks})"
        ),
    };
    let marked = parvis_tests::app::texts(store, &sql);
    marked.into_iter().chain(["events".to_owned()]).collect()
}

#[test]
fn every_append_only_table_has_its_triggers() {
    let world = World::new();
    let sql = match kind() {
        Kind::Sqlite => "SELECT name AS text FROM sqlite_master WHERE type = 'trigger'",
        Kind::Postgres => "SELECT tgname::text AS text FROM pg_trigger WHERE NOT tgisinternal",
    };
    let found: BTreeSet<String> = parvis_tests::app::texts(&world.store, sql).into_iter().collect();
    let kinds: &[&str] = match kind() {
        Kind::Sqlite => &["no_update", "no_delete"],
        Kind::Postgres => &["append_only", "no_truncate"],
    };
    let tables = tables(&world.store);
    assert!(tables.len() >= 9, "only {tables:?}");
    let wanted: BTreeSet<String> = tables
        .iter()
        .flat_map(|table| kinds.iter().map(move |kind| format!("{table}_{kind}")))
        .collect();
    // Lists and outcomes of draws stay from the day on that fixes them, which is another promise.
    let of_draws = ["draws_", "draw_candidates_", "draw_colleges_"];
    let found: BTreeSet<_> = found
        .into_iter()
        .filter(|name| !of_draws.iter().any(|table| name.starts_with(table)))
        .collect();
    assert_eq!(found, wanted);
}

/// The demonstration has rows in nearly every one of them.
#[test]
fn sql_cannot_change_what_was_recorded() {
    let database = Database::empty();
    let keys = parvis_tests::app::shared_keys().display().to_string();
    let variables = [
        ("PARVIS_DATABASE_URL", database.url()),
        ("PARVIS_SIGNING_KEYS", keys.as_str()),
    ];
    let (status, said) = process::run(&["demo"], &variables);
    assert!(status.success(), "{said}");
    let store = database.store();
    // What waits in it has not been decided, and no year is closed.
    for sql in [
        "INSERT INTO movement_decisions (id, movement_id, programme_id, decision, decided_at, decided_by) \
         SELECT m.id, m.id, m.programme_id, 'approved', 0, u.id FROM pending_movements p \
         JOIN movements m ON m.id = p.movement_id JOIN users u ON u.email = 'admin@demo.example'",
        "INSERT INTO budget_year_records (id, budget_id, year, programme_id, action, recorded_at) \
         SELECT id, id, 2019, programme_id, 'closed', 0 FROM budgets",
    ] {
        parvis_tests::app::execute(&store, sql).expect(sql);
    }
    crate::bare_rows::write(&store, "somebody@example.org");
    for table in tables(&store) {
        let key = if table == "body_decision_annulments" {
            "decision_id"
        } else {
            "id"
        };
        let count = format!("SELECT count(*) AS n FROM {table}");
        let rows = parvis_tests::app::count(&store, &count);
        assert!(rows > 0, "{table} is empty");
        let mut attempts = vec![
            format!("UPDATE {table} SET {key} = {key}"),
            format!("DELETE FROM {table}"),
        ];
        match kind() {
            Kind::Sqlite => attempts.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")),
            Kind::Postgres => {
                attempts.push(format!("TRUNCATE {table} CASCADE"));
                attempts.push(format!(
                    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {key} = excluded.{key}"
                ));
            }
        }
        for sql in attempts {
            let said = parvis_tests::app::execute(&store, &sql).expect_err(&sql);
            assert!(said.contains("append-only"), "{sql}: {said}");
        }
        assert_eq!(parvis_tests::app::count(&store, &count), rows, "{table}");
    }
}

#[test]
fn balances_cannot_be_brought_to_break_a_rule() {
    let world = World::new();
    let share = world.share(100);
    let coordinator = world.coordinator();
    coordinator
        .post(&share.movements(), &share.movement("commitment", 60))
        .ok();
    for sql in [
        "UPDATE balances SET shift_minor = 0, committed_minor = 10001",
        "UPDATE balances SET committed_minor = -1",
        "UPDATE balances SET shift_minor = 0, disbursed_minor = 6001",
        "UPDATE balances SET shift_minor = 0, planned_minor = 5999",
        "UPDATE balances SET shift_minor = 0, granted_minor = 5999",
        "UPDATE balances SET justified_minor = 1",
        "UPDATE grant_balances SET committed_minor = 10001",
        "UPDATE grant_balances SET disbursed_minor = 6001",
        "UPDATE grant_balances SET planned_minor = 5999",
        "UPDATE grant_balances SET granted_minor = 5999",
        "UPDATE grant_balances SET justified_minor = 1",
        "UPDATE grant_balances SET payment_mode = 'reimbursement', disbursed_minor = 1",
        "UPDATE grant_balances SET payment_mode = 'instalments', disbursed_minor = 1",
        "UPDATE balances SET spent_minor = 200000000000000000",
    ] {
        assert!(world.execute(sql).is_err(), "{sql} went through");
    }
    let balance = coordinator.get(&share.balances()).ok()["items"][0].clone();
    assert_eq!(balance["committed"], json!({"amount": "60.00", "currency": "EUR"}));
}

/// Nothing that a rule needs is left to the application alone: what the schema promises is there on both databases.
#[test]
fn the_schema_of_both_databases_has_the_same_columns() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let columns = |database: &str| {
        let mut found = BTreeSet::new();
        for folder in std::fs::read_dir(root.join(database)).expect("migrations").flatten() {
            let sql = std::fs::read_to_string(folder.path().join("up.sql")).expect("a migration can be read");
            let mut table = String::new();
            for line in sql.lines() {
                if let Some((old, new)) = line
                    .strip_prefix("ALTER TABLE ")
                    .and_then(|rest| rest.split_once(" RENAME TO "))
                {
                    // A table that was made anew takes the place of the old one.
                    found = found
                        .into_iter()
                        .map(|column: String| match column.strip_prefix(&format!("{old}.")) {
                            Some(column) => format!("{}.{column}", new.trim_end_matches(';')),
                            None => column,
                        })
                        .collect();
                } else if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                    table = rest.split([' ', '(']).next().unwrap_or_default().to_owned();
                } else if line.starts_with(')') {
                    table.clear();
                } else if let (false, Some(column)) = (table.is_empty(), line.trim().split(' ').next())
                    && column.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                    && !column.is_empty()
                {
                    found.insert(format!("{table}.{column}"));
                }
            }
        }
        found
    };
    let (sqlite, postgres) = (columns("sqlite"), columns("postgres"));
    assert!(sqlite.len() > 150, "only {} columns were found", sqlite.len());
    assert_eq!(sqlite, postgres);
}
