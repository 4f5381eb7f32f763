//! A database for every test: a copy of one that was made once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use parvis_store::{Options, Store, Synchronous};
use tempfile::TempDir;

use crate::temporary;

/// Which database the run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// The database that `PARVIS_TEST_DATABASE` names; SQLite where nothing is said.
///
/// # Panics
/// For any other name.
pub fn kind() -> Kind {
    match std::env::var("PARVIS_TEST_DATABASE").as_deref() {
        Err(_) | Ok("sqlite") => Kind::Sqlite,
        Ok("postgres") => Kind::Postgres,
        Ok(other) => panic!("PARVIS_TEST_DATABASE is sqlite or postgres, not {other}"),
    }
}

/// How the tests open a database: as the server does, but without waiting for the disk.
pub fn options() -> Options {
    Options {
        connections: 12,
        wait: Duration::from_secs(20),
        synchronous: Synchronous::Off,
        ..Options::default()
    }
}

/// A database that goes with this value.
pub struct Database {
    url: String,
    place: Place,
}

enum Place {
    File { _folder: TempDir },
    Server(String),
}

static LAST: AtomicU32 = AtomicU32::new(0);

impl Database {
    /// An empty database, without a schema.
    pub fn empty() -> Self {
        match kind() {
            Kind::Sqlite => Self::file(),
            Kind::Postgres => Self::on_server("TEMPLATE template0"),
        }
    }

    /// A database with the schema of today and nothing else.
    pub fn migrated() -> Self {
        static MADE: OnceLock<Original> = OnceLock::new();
        MADE.get_or_init(|| {
            let database = Self::empty();
            database.store().migrate().expect("the migrations run");
            Original::of(database)
        })
        .copy()
    }

    fn file() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("database-")
            .tempdir_in(temporary::folder())
            .expect("a temporary folder");
        Self {
            url: format!("sqlite://{}", folder.path().join("test.db").display()),
            place: Place::File { _folder: folder },
        }
    }

    fn on_server(how: &str) -> Self {
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("parvis_{}_{number}", std::process::id());
        administrate(&format!("CREATE DATABASE {name} {how}"));
        let url = server_url();
        let (server, _) = url.rsplit_once('/').expect("the URL names a database");
        Self {
            url: format!("{server}/{name}"),
            place: Place::Server(name),
        }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its file, where it is one.
    pub fn path(&self) -> Option<PathBuf> {
        matches!(self.place, Place::File { .. }).then(|| self.url.trim_start_matches("sqlite://").into())
    }

    /// Its name on the server, where it is on one.
    pub fn name(&self) -> Option<&str> {
        match &self.place {
            Place::File { .. } => None,
            Place::Server(name) => Some(name),
        }
    }

    /// Connections of its own to it.
    pub fn store(&self) -> Store {
        self.store_that_waits(None)
    }

    /// Connections that wait for so long for what others hold.
    pub fn store_that_waits(&self, wait: Option<Duration>) -> Store {
        let usual = options();
        let options = Options {
            wait: wait.unwrap_or(usual.wait),
            ..usual
        };
        Store::open(&self.url, options).expect("the database opens")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Server(name) = &self.place {
            administrate(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// A database that is not used any more but copied.
pub struct Original(Database);

impl Original {
    /// Closes a database for use: whoever is connected is sent away.
    pub fn of(database: Database) -> Self {
        if let Some(name) = database.name() {
            send_away(name);
            administrate(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
            send_away(name);
        }
        if let Some(path) = database.path() {
            let mut conn = diesel::SqliteConnection::establish(&path.to_string_lossy()).expect("the file opens");
            conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
                .expect("the log is written back");
        }
        Self(database)
    }

    /// A copy of it.
    pub fn copy(&self) -> Database {
        match &self.0.place {
            Place::Server(name) => Database::on_server(&format!("TEMPLATE {name} STRATEGY file_copy")),
            Place::File { .. } => {
                let copy = Database::file();
                let (from, to) = (self.0.path().unwrap_or_default(), copy.path().unwrap_or_default());
                std::fs::copy(from, to).expect("the file can be copied");
                copy
            }
        }
    }
}

/// Ends every connection to a database of the server.
pub fn send_away(name: &str) {
    administrate(&format!(
        "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid(); END $$"
    ));
}

/// Runs a statement in the server's own database.
///
/// # Panics
/// Where the server refuses.
pub fn administrate(sql: &str) {
    let mut conn = administrator();
    let conn = conn.get_or_insert_with(|| PgConnection::establish(&server_url()).expect("PostgreSQL answers"));
    conn.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn administrator() -> MutexGuard<'static, Option<PgConnection>> {
    static ADMINISTRATOR: Mutex<Option<PgConnection>> = Mutex::new(None);
    ADMINISTRATOR.lock().unwrap_or_else(PoisonError::into_inner)
}

fn server_url() -> String {
    std::env::var("PARVIS_TEST_POSTGRES_URL")
        .expect("PARVIS_TEST_POSTGRES_URL names a database of a PostgreSQL on which the tests may make others")
}
