//! Connections: one type over both databases, how they are opened and set up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::error::StoreError;

/// A connection to one of the two databases.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// Embedded.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

/// Runs the same diesel expression on the connection of the database in use, for what the common type cannot express.
macro_rules! each {
    ($conn:expr, $inner:ident => $query:expr) => {
        match $conn {
            $crate::Conn::Sqlite($inner) => $query,
            $crate::Conn::Postgres($inner) => $query,
        }
    };
}
pub(crate) use each;

/// How hard SQLite presses a commit onto the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// An acknowledged commit survives a power cut.
    Full,
    /// For tests: it may not.
    Off,
}

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The most connections that are open at once.
    pub connections: u32,
    /// How long a request waits for a free connection, or for another writer of SQLite.
    pub wait: Duration,
    /// After this time PostgreSQL stops a statement.
    pub statement_timeout: Duration,
    /// Durability of SQLite.
    pub synchronous: Synchronous,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            wait: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            synchronous: Synchronous::Full,
        }
    }
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// The path of a file.
    Sqlite(String),
    /// A connection string.
    Postgres(String),
}

impl Address {
    /// Reads a URL by its scheme. The URL is not repeated in the sentence: it may hold a password.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong = |why: &str| {
            Err(StoreError::Configuration(format!(
                "{why}: write sqlite://PATH, such as sqlite://parvis.db, or postgres://USER:PASSWORD@HOST/DATABASE."
            )))
        };
        match url.split_once("://") {
            Some(("sqlite", "")) => wrong("The database URL names no file"),
            Some(("sqlite", path)) if path.contains(['?', '#']) => wrong("The path of the database holds ? or #"),
            Some(("sqlite", path)) => Ok(Self::Sqlite(path.to_owned())),
            Some(("postgres" | "postgresql", "")) => wrong("The database URL names no server"),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            Some((scheme, _)) if scheme.len() < 20 => wrong(&format!("The database URL starts with {scheme}://")),
            _ => wrong("The database URL has no scheme"),
        }
    }
}

/// Counts statements; see [`crate::Store::statements`].
struct Counter(Arc<AtomicU64>);

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Opens connections for the pool.
pub(crate) struct Manager {
    pub(crate) address: Address,
    pub(crate) options: Options,
    pub(crate) statements: Arc<AtomicU64>,
}

impl Manager {
    pub(crate) fn open(&self) -> Result<Conn, diesel::r2d2::Error> {
        use diesel::r2d2::Error::{ConnectionError, QueryError};
        let mut conn = match &self.address {
            Address::Sqlite(path) => Conn::Sqlite(SqliteConnection::establish(path).map_err(ConnectionError)?),
            Address::Postgres(url) => Conn::Postgres(PgConnection::establish(url).map_err(ConnectionError)?),
        };
        conn.batch_execute(&self.setup()).map_err(QueryError)?;
        conn.set_instrumentation(Counter(Arc::clone(&self.statements)));
        Ok(conn)
    }

    /// What a connection is told once. Recursive triggers: without them `INSERT OR REPLACE` would overwrite rows that
    /// are append-only.
    fn setup(&self) -> String {
        let wait = self.options.wait.as_millis();
        match &self.address {
            Address::Sqlite(_) => format!(
                "PRAGMA busy_timeout = {wait}; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; \
                 PRAGMA synchronous = {}; PRAGMA trusted_schema = OFF;",
                match self.options.synchronous {
                    Synchronous::Full => "FULL",
                    Synchronous::Off => "OFF",
                }
            ),
            Address::Postgres(_) => format!(
                "SET statement_timeout = {}; SET lock_timeout = {wait}; SET idle_in_transaction_session_timeout = 60000; \
                 SET timezone = 'UTC'",
                self.options.statement_timeout.as_millis()
            ),
        }
    }
}

/// A connection in the pool.
pub(crate) struct Pooled {
    pub(crate) conn: Conn,
    /// When it was used last.
    used: Instant,
    /// Whether the last work on it found the database away: then it is thrown away.
    pub(crate) suspect: bool,
}

/// A connection that was used within this time is taken to be alive: asking costs PostgreSQL a round trip.
const FRESH: Duration = Duration::from_secs(2);

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Pooled, Self::Error> {
        let conn = self.open()?;
        Ok(Pooled {
            conn,
            used: Instant::now(),
            suspect: false,
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Self::Error> {
        if pooled.used.elapsed() < FRESH {
            return Ok(());
        }
        pooled.conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.used = Instant::now();
        pooled.suspect || std::thread::panicking() || pooled.conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides() {
        assert_eq!(
            Address::parse("sqlite://a/b.db").unwrap(),
            Address::Sqlite("a/b.db".into())
        );
        assert_eq!(
            Address::parse("sqlite:///a.db").unwrap(),
            Address::Sqlite("/a.db".into())
        );
        for url in ["postgres://u@h/d", "postgresql://h/d"] {
            assert_eq!(Address::parse(url).unwrap(), Address::Postgres(url.into()));
        }
    }

    #[test]
    fn a_wrong_url_gives_one_sentence_without_the_url() {
        for url in [
            "postgres:secret",
            "parvis.db",
            "mysql://u:secret@h/d",
            "sqlite://",
            "postgres://",
            "",
        ] {
            let StoreError::Configuration(sentence) = Address::parse(url).unwrap_err() else {
                panic!("{url}")
            };
            assert!(
                sentence.contains("sqlite://PATH") && !sentence.contains("secret"),
                "{sentence}"
            );
        }
    }
}
