//! Migrations, compiled in: one folder per database, with the same names on both sides.

use diesel::connection::SimpleConnection;
use diesel::migration::Migration;
#[cfg(test)]
use diesel::migration::MigrationSource;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::{Address, Conn, Options};
use crate::error::{StoreError, StoreResult};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The key of the lock under which PostgreSQL migrates: processes that start together take turns.
const LOCK: i64 = 0x5041_5256_4953;

#[derive(QueryableByName)]
struct Broken {
    #[diesel(sql_type = sql_types::Text)]
    table: String,
}

/// Runs what is pending on a connection of its own and returns the names.
pub(crate) fn run(address: &Address, options: Options) -> StoreResult<Vec<String>> {
    match address {
        Address::Sqlite(path) => run_sqlite(path, options),
        Address::Postgres(url) => run_postgres(url),
    }
}

/// Foreign keys are off while tables may be rebuilt, and checked as a whole at the end.
fn run_sqlite(path: &str, options: Options) -> StoreResult<Vec<String>> {
    let mut conn = SqliteConnection::establish(path).map_err(unavailable)?;
    let wait = options.wait.as_millis();
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = {wait}; PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ON"
    ))?;
    let ran = conn.run_pending_migrations(SQLITE).map_err(internal)?;
    let names = ran.iter().map(ToString::to_string).collect();
    let broken: Vec<Broken> = sql_query("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check").load(&mut conn)?;
    match broken.first() {
        Some(first) => Err(StoreError::Internal(format!(
            "foreign keys do not hold in {}",
            first.table
        ))),
        None => Ok(names),
    }
}

fn run_postgres(url: &str) -> StoreResult<Vec<String>> {
    let mut conn = PgConnection::establish(url).map_err(unavailable)?;
    // The lock ends with the connection.
    sql_query(format!("SELECT pg_advisory_lock({LOCK})")).execute(&mut conn)?;
    let ran = conn.run_pending_migrations(POSTGRES).map_err(internal)?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

/// The names of the migrations that have not run.
pub(crate) fn pending(conn: &mut Conn) -> StoreResult<Vec<String>> {
    fn names<DB: diesel::backend::Backend>(
        pending: diesel::migration::Result<Vec<Box<dyn Migration<DB>>>>,
    ) -> StoreResult<Vec<String>> {
        Ok(pending
            .map_err(internal)?
            .iter()
            .map(|m| m.name().to_string())
            .collect())
    }
    match conn {
        Conn::Sqlite(c) => names(c.pending_migrations(SQLITE)),
        Conn::Postgres(c) => names(c.pending_migrations(POSTGRES)),
    }
}

/// The names of all migrations of one database, for the test that compares the two.
#[cfg(test)]
fn all<DB: diesel::backend::Backend>(source: EmbeddedMigrations) -> Vec<String> {
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().unwrap();
    migrations.iter().map(|m| m.name().to_string()).collect()
}

fn unavailable(error: diesel::ConnectionError) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

fn internal(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Internal(format!("migration: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_migrations_of_the_same_names() {
        let sqlite = all::<diesel::sqlite::Sqlite>(SQLITE);
        assert_eq!(sqlite, all::<diesel::pg::Pg>(POSTGRES));
        assert!(!sqlite.is_empty());
    }
}
