//! What was recorded stays: not even SQL changes it, on either database.

use std::collections::BTreeSet;

use diesel::RunQueryDsl;
use parvis_store::Conn;
use parvis_tests::{Kind, World, kind};
use serde_json::json;

const TABLES: [&str; 9] = [
    "plan_versions",
    "movements",
    "events",
    "plan_revisions",
    "movement_decisions",
    "rates",
    "progress_records",
    "progress_countersignatures",
    "budget_year_records",
];

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

fn triggers(world: &World) -> BTreeSet<String> {
    let sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
    let postgres = "SELECT tgname::text AS name FROM pg_trigger WHERE NOT tgisinternal";
    let names = world.store.read(|conn| {
        Ok(match conn {
            Conn::Sqlite(conn) => diesel::sql_query(sqlite).load::<Name>(conn)?,
            Conn::Postgres(conn) => diesel::sql_query(postgres).load::<Name>(conn)?,
        })
    });
    names
        .expect("the triggers can be read")
        .into_iter()
        .map(|row| row.name)
        .collect()
}

#[test]
fn every_append_only_table_has_its_triggers() {
    let found = triggers(&World::new());
    let kinds: &[&str] = match kind() {
        Kind::Sqlite => &["no_update", "no_delete"],
        Kind::Postgres => &["append_only", "no_truncate"],
    };
    let wanted: BTreeSet<String> = TABLES
        .iter()
        .flat_map(|table| kinds.iter().map(move |kind| format!("{table}_{kind}")))
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn sql_cannot_change_what_was_recorded() {
    let world = World::new();
    let share = world.share(100);
    let coordinator = world.coordinator();
    coordinator
        .post(&share.movements(), &share.movement("commitment", 60))
        .ok();
    for (table, column) in [
        ("movements", "note"),
        ("events", "operation"),
        ("plan_revisions", "reason"),
    ] {
        let rows = world.count(&format!("SELECT count(*) AS n FROM {table}"));
        assert!(rows > 0, "{table} is empty");
        let mut attempts = vec![
            format!("UPDATE {table} SET {column} = 'x'"),
            format!("DELETE FROM {table}"),
        ];
        match kind() {
            Kind::Sqlite => attempts.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")),
            Kind::Postgres => {
                attempts.push(format!("TRUNCATE {table} CASCADE"));
                attempts.push(format!(
                    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {column} = 'x'"
                ));
            }
        }
        for sql in attempts {
            assert!(world.execute(&sql).is_err(), "{sql} went through");
        }
        assert_eq!(
            world.count(&format!("SELECT count(*) AS n FROM {table}")),
            rows,
            "{table}"
        );
        assert_eq!(
            world.count(&format!("SELECT count(*) AS n FROM {table} WHERE {column} = 'x'")),
            0,
            "{table}"
        );
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
