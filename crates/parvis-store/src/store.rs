//! The pool of connections and the two ways to use one: to read, and to write in one transaction.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{Pool, PooledConnection};
use diesel::{Connection, RunQueryDsl, sql_query};

use crate::connection::{Address, Conn, Manager, Options};
use crate::error::{StoreError, StoreResult};
use crate::migrations;

/// How often a write is tried again after a deadlock, a serialisation failure or a busy database.
const ATTEMPTS: u32 = 6;

/// A database. Clones share one pool.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    address: Address,
    options: Options,
    statements: Arc<AtomicU64>,
    /// SQLite has one writer. Within this process writers take turns here: they wait without polling and without
    /// holding a connection that a reader could use.
    turn: Arc<Mutex<()>>,
    /// SQLite's log and its index go with the last connection. On a disk that is full they could not be made again, and
    /// reading would end too: this connection stays.
    _kept: Option<Arc<Mutex<Conn>>>,
}

impl Store {
    /// Opens a database by its URL: `sqlite://PATH` (made if it does not exist) or `postgres://…`. The schema is not
    /// touched: see [`Store::migrate`].
    ///
    /// # Errors
    /// `Configuration` for a URL that cannot be read, `Unavailable` where the database does not answer.
    pub fn open(url: &str, options: Options) -> StoreResult<Self> {
        let address = Address::parse(url)?;
        let statements = Arc::new(AtomicU64::new(0));
        let manager = Manager {
            address: address.clone(),
            options,
            statements: Arc::clone(&statements),
        };
        let kept = match &address {
            Address::Sqlite(path) => Some(Arc::new(Mutex::new(first(&manager, path)?))),
            Address::Postgres(_) => None,
        };
        let pool = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .connection_timeout(options.wait)
            .test_on_check_out(matches!(address, Address::Postgres(_)))
            .error_handler(Box::new(Logged))
            .build(manager)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            pool,
            address,
            options,
            statements,
            turn: Arc::default(),
            _kept: kept,
        })
    }

    /// Whether the database is the embedded one.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(self.address, Address::Sqlite(_))
    }

    /// Brings the schema up to date and writes the built-in templates. Returns the names of the migrations that ran.
    ///
    /// # Errors
    /// `Unavailable`, or `Internal` where a migration fails; nothing of the failing migration stays.
    pub fn migrate(&self) -> StoreResult<Vec<String>> {
        let names = migrations::run(&self.address, self.options)?;
        self.write(crate::templates::write_built_in)?;
        Ok(names)
    }

    /// The migrations that [`Store::migrate`] would run.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn pending_migrations(&self) -> StoreResult<Vec<String>> {
        self.read(migrations::pending)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn ping(&self) -> StoreResult<()> {
        self.read(|conn| Ok(sql_query("SELECT 1").execute(conn).map(drop)?))
    }

    /// How many statements were sent since the store was opened, for tests that hold the number of queries.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Runs `work`, which only reads, on a connection of its own.
    ///
    /// # Errors
    /// Those of `work`, and `Unavailable` where no connection is free in time.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> StoreResult<T>) -> StoreResult<T> {
        let mut pooled = self.connection()?;
        let answer = work(&mut pooled.conn);
        pooled.suspect = matches!(answer, Err(StoreError::Unavailable(_)));
        answer
    }

    /// Runs `work` in one transaction: all of it, or nothing where it returns an error.
    ///
    /// SQLite takes its write lock at the start. PostgreSQL runs in READ COMMITTED, where `work` first locks the rows
    /// that its rules depend on. After a deadlock, a serialisation failure or a busy database `work` runs again, so
    /// it has no effect outside the transaction.
    ///
    /// # Errors
    /// Those of `work`, and `Unavailable` where the database stays busy or away.
    pub fn write<T>(&self, mut work: impl FnMut(&mut Conn) -> StoreResult<T>) -> StoreResult<T> {
        let _turn = self
            .is_embedded()
            .then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        let mut attempt = 1;
        loop {
            match self.read(|conn| transaction(conn, &mut work)) {
                Err(StoreError::Retry(_)) if attempt < ATTEMPTS => {
                    std::thread::sleep(self.pause(attempt));
                    attempt += 1;
                }
                Err(StoreError::Retry(why)) => return Err(StoreError::Unavailable(why)),
                answer => return answer,
            }
        }
    }

    fn connection(&self) -> StoreResult<PooledConnection<Manager>> {
        self.pool
            .get()
            .map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// Longer after every attempt. The number of statements so far spreads those that wait, which is all that jitter
    /// is for.
    fn pause(&self, attempt: u32) -> Duration {
        let spread = self.statements().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58;
        Duration::from_millis((1_u64 << attempt.min(7)) + spread)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("embedded", &self.is_embedded())
            .finish_non_exhaustive()
    }
}

fn transaction<T>(conn: &mut Conn, work: &mut impl FnMut(&mut Conn) -> StoreResult<T>) -> StoreResult<T> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL READ COMMITTED")?,
    }
    let answer = work(conn);
    let ended = match answer {
        Ok(_) => <Conn as Connection>::TransactionManager::commit_transaction(conn),
        Err(_) => <Conn as Connection>::TransactionManager::rollback_transaction(conn),
    };
    match (answer, ended) {
        (Ok(value), Ok(())) => Ok(value),
        (Ok(_), Err(error)) => Err(error.into()),
        (Err(error), _) => Err(error),
    }
}

/// The first connection to a file. A file does not come back by waiting, as a server may: what is wrong with it is said
/// at once.
fn first(manager: &Manager, path: &str) -> StoreResult<Conn> {
    let opened = manager.open().and_then(|mut conn| {
        // Write-ahead logging is a property of the file: set once, it stays.
        let logged = conn.batch_execute("PRAGMA journal_mode = WAL; SELECT 1 FROM sqlite_master LIMIT 1");
        logged.map(|()| conn).map_err(diesel::r2d2::Error::QueryError)
    });
    opened.map_err(|error| unusable(path, &error))
}

fn unusable(path: &str, error: &diesel::r2d2::Error) -> StoreError {
    StoreError::Configuration(format!(
        "the database file {path} cannot be used ({error}): name another one or restore it, and see that its folder \
         exists and may be written to"
    ))
}

/// Failed attempts to connect go to the log without the address, which may hold a password.
#[derive(Debug)]
struct Logged;

impl diesel::r2d2::HandleError<diesel::r2d2::Error> for Logged {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::warn!(%error, "no connection to the database");
    }
}
