//! The real server on a port of its own, inside this process, with a clock that only the test turns.

use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use chrono::{DateTime, Duration, Utc};
use diesel::RunQueryDsl;
use parvis_api::config::Config;
use parvis_api::state::AppState;
use parvis_store::{Conn, Store};
use tokio::sync::oneshot;

use crate::client::Client;
use crate::database::Database;
use crate::temporary;

/// The address under which the servers of the tests are known: the issuer of their tokens.
pub const PUBLIC_URL: &str = "http://parvis.test";

/// What a test sets otherwise.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Variables of the configuration.
    pub variables: Vec<(&'static str, String)>,
    /// The folder of signing keys, where it is not the one that all tests share.
    pub keys: Option<PathBuf>,
    /// How long a request waits for the database.
    pub wait: Option<std::time::Duration>,
}

impl Settings {
    /// One variable.
    pub fn one(name: &'static str, value: &str) -> Self {
        Self {
            variables: vec![(name, value.to_owned())],
            ..Self::default()
        }
    }
}

/// A running server and its database.
pub struct App {
    /// The connections of the server.
    pub store: Store,
    /// Its clock.
    pub clock: Clock,
    base: String,
    running: Option<Running>,
    database: Option<Database>,
}

/// A clock that stands still until it is turned.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

/// When the tests happen: a Monday in June 2026, before noon in UTC.
pub fn instant() -> DateTime<Utc> {
    DateTime::from_timestamp(1_781_517_600, 0).expect("the instant exists")
}

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(instant().timestamp_micros())))
    }

    /// What it says.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).expect("the instant exists")
    }

    /// Has it broken while something happens: whoever asks it for the time panics.
    pub fn broken(&self, work: impl FnOnce()) {
        let told = self.0.swap(i64::MAX, Ordering::SeqCst);
        work();
        self.0.store(told, Ordering::SeqCst);
    }

    /// Turns it; back, where `by` is negative.
    pub fn forward(&self, by: Duration) {
        self.0
            .fetch_add(by.num_microseconds().expect("a short time"), Ordering::SeqCst);
    }
}

impl App {
    /// A server on an empty schema.
    pub fn new() -> Self {
        Self::on(Database::migrated(), Settings::default())
    }

    /// A server on a database.
    pub fn on(database: Database, settings: Settings) -> Self {
        let clock = Clock::new();
        let store = database.store_that_waits(settings.wait);
        let config = configuration(database.url(), &settings);
        let state = AppState::with_store(config, store.clone()).expect("the state is complete");
        let mut state = state.into_inner();
        let hands = clock.clone();
        Arc::get_mut(&mut state).expect("nobody else has the state yet").clock = Box::new(move || hands.now());
        let running = Running::start(state);
        Self {
            store,
            clock,
            base: format!("http://{}", running.address),
            running: Some(running),
            database: Some(database),
        }
    }

    /// Nobody, at this server.
    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// The server's database.
    pub fn database(&self) -> &Database {
        self.database.as_ref().expect("it is there until the server stops")
    }

    /// Stops the server and keeps the database.
    pub fn stop(mut self) -> Database {
        self.running = None;
        self.database.take().expect("it is there until the server stops")
    }

    /// The one number, named `n`, that a query gives.
    pub fn count(&self, sql: &str) -> i64 {
        count(&self.store, sql)
    }

    /// Runs SQL and says why it was refused.
    pub fn execute(&self, sql: &str) -> Result<usize, String> {
        execute(&self.store, sql)
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// The one number, named `n`, that a query gives.
pub fn count(store: &Store, sql: &str) -> i64 {
    let one = |conn: &mut Conn| match conn {
        Conn::Sqlite(conn) => diesel::sql_query(sql).get_result::<Number>(conn),
        Conn::Postgres(conn) => diesel::sql_query(sql).get_result::<Number>(conn),
    };
    store
        .read(|conn| Ok(one(conn)?))
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
        .n
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// The texts, named `text`, that a query gives.
pub fn texts(store: &Store, sql: &str) -> Vec<String> {
    let all = |conn: &mut Conn| match conn {
        Conn::Sqlite(conn) => diesel::sql_query(sql).load::<Text>(conn),
        Conn::Postgres(conn) => diesel::sql_query(sql).load::<Text>(conn),
    };
    let rows = store.read(|conn| Ok(all(conn)?));
    let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.text).collect()
}

/// Runs SQL and says why it was refused.
pub fn execute(store: &Store, sql: &str) -> Result<usize, String> {
    store
        .read(|conn| Ok(diesel::sql_query(sql).execute(conn)?))
        .map_err(|error| error.to_string())
}

fn configuration(url: &str, settings: &Settings) -> Config {
    let keys = settings.keys.clone().unwrap_or_else(|| shared_keys().to_owned());
    Config::read(|name| {
        let set = settings
            .variables
            .iter()
            .find(|(set, _)| *set == name)
            .map(|(_, value)| value.clone());
        set.or_else(|| match name {
            "PARVIS_DATABASE_URL" => Some(url.to_owned()),
            "PARVIS_LISTEN" => Some("127.0.0.1:0".to_owned()),
            "PARVIS_PUBLIC_URL" => Some(PUBLIC_URL.to_owned()),
            "PARVIS_SIGNING_KEYS" => Some(keys.display().to_string()),
            "PARVIS_RATE_LIMIT" => Some("0".to_owned()),
            "PARVIS_DOCUMENTS" => Some(shared_documents()),
            "PARVIS_SIGN_IN_FAILURES" => Some("1000".to_owned()),
            "PARVIS_WORKERS" => Some("2".to_owned()),
            "PARVIS_SHUTDOWN_SECONDS" => Some("1".to_owned()),
            _ => None,
        })
    })
    .expect("the configuration is right")
}

/// The folder of the signing keys that all tests share.
pub fn shared_keys() -> &'static Path {
    static KEYS: OnceLock<PathBuf> = OnceLock::new();
    KEYS.get_or_init(|| {
        let keys = temporary::folder().join("keys");
        DirBuilder::new().mode(0o700).create(&keys).expect("a temporary folder");
        keys
    })
}

/// The place of documents that all tests share that do not look into it.
pub fn shared_documents() -> String {
    format!("file://{}", temporary::folder().join("documents").display())
}

struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(state: Arc<AppState>) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let (address, server) = parvis_api::start(state.into()).expect("the server starts");
                let handle = server.handle();
                tell.send(address).expect("the test waits");
                tokio::select! {
                    _ = server => {}
                    _ = stopped => handle.stop(false).await,
                }
            });
        });
        Self {
            address: told.recv().expect("the server starts"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        self.thread.take().map(JoinHandle::join);
    }
}
