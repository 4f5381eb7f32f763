//! What every request shares: the database, the clock, identifiers, randomness, keys and limits, as values.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::http::Method;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use parvis_store::{Options, Store};
use tokio::sync::Semaphore;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::config::Config;
use crate::documents;
use crate::http::fallback::Table;
use crate::http::rate::Limiter;
use crate::keys::{self, Keys};
use crate::metrics::Metrics;
use crate::passwords::Hasher;
use crate::tokens;

/// Says what time it is.
pub type Clock = Box<dyn Fn() -> DateTime<Utc> + Send + Sync>;
/// Fills bytes with randomness that nobody can guess.
pub type Random = Box<dyn Fn(&mut [u8]) + Send + Sync>;
/// Makes identifiers: UUIDs of version 7 that never go back within the process.
pub type Ids = Box<dyn Fn() -> Uuid + Send + Sync>;

/// What every request shares.
pub struct AppState {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Identifiers.
    pub ids: Ids,
    /// Randomness.
    pub random: Random,
    /// The keys of access tokens.
    pub keys: Keys,
    /// Access tokens that were found good.
    pub checked: tokens::Checked,
    /// Where passwords are hashed.
    pub hasher: Hasher,
    /// The limit per address.
    pub limiter: Limiter,
    /// How many requests may wait for the database.
    pub queue: Arc<Semaphore>,
    /// What documents need: where their contents are stored, and who looks for viruses.
    pub documents: documents::Means,
    /// What is counted.
    pub metrics: Metrics,
    /// The OpenAPI document, as it is served.
    pub document: String,
    /// The addresses of the API and their methods.
    pub table: Table,
}

impl AppState {
    /// Opens the database and the keys.
    ///
    /// # Errors
    /// One sentence that says what to change.
    pub fn open(config: Config) -> Result<Data<Self>, String> {
        let store = open_store(&config)?;
        Self::with_store(config, store)
    }

    /// The state over a database that is open already.
    ///
    /// # Errors
    /// As [`AppState::open`].
    pub fn with_store(config: Config, store: Store) -> Result<Data<Self>, String> {
        let random: Random = Box::new(fill);
        let keys = open_keys(&config, &store, &random)?;
        let document = crate::openapi::openapi();
        let table = Table::new(
            document
                .paths
                .paths
                .iter()
                .map(|(path, item)| (path.as_str(), methods(item))),
        );
        let document = crate::openapi::document()
            .map_err(|error| error.to_string())?
            .to_string();
        Ok(Data::new(Self {
            store,
            clock: clock(),
            ids: ids(),
            random,
            keys,
            checked: tokens::Checked::default(),
            hasher: Hasher::new()?,
            limiter: Limiter::new(config.rate_limit),
            queue: Arc::new(Semaphore::new(config.queue)),
            documents: documents::Means::open(&config)?,
            metrics: Metrics::default(),
            document,
            table,
            config,
        }))
    }

    /// What names this installation to its cursors.
    #[must_use]
    pub fn instance(&self) -> &[u8] {
        self.config.public_url.as_bytes()
    }

    /// Whether cookies are kept to encrypted addresses.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.config.is_https()
    }
}

/// Opens the database that the configuration names.
///
/// # Errors
/// One sentence that says what to change.
pub fn open_store(config: &Config) -> Result<Store, String> {
    let options = Options {
        connections: config.connections,
        ..Options::default()
    };
    Store::open(&config.database_url.0, options).map_err(|error| format!("PARVIS_DATABASE_URL: {error}"))
}

fn open_keys(config: &Config, store: &Store, random: &Random) -> Result<Keys, String> {
    if let Some(folder) = &config.signing_keys {
        return Keys::open(folder, random);
    }
    match config
        .database_url
        .0
        .strip_prefix("sqlite://")
        .filter(|_| store.is_embedded())
    {
        Some(file) => Keys::open(&keys::beside(Path::new(file))?, random),
        None => Err(
            "PARVIS_SIGNING_KEYS is not set: with PostgreSQL it names a folder that all processes share and that \
                     holds the keys of access tokens; write for example PARVIS_SIGNING_KEYS=/etc/parvis/keys."
                .to_owned(),
        ),
    }
}

/// The system's randomness. Where it gives none, nothing that follows would be safe, so the process ends.
fn fill(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        std::process::abort();
    }
}

/// The clock of the system.
#[must_use]
pub fn clock() -> Clock {
    Box::new(|| DateTime::from(SystemTime::now()))
}

/// Identifiers that rest on one counter per process, so that they stay in order when the clock steps back.
#[must_use]
pub fn ids() -> Ids {
    ids_by(SystemTime::now)
}

fn ids_by(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Ids {
    let context = std::sync::Mutex::new(ContextV7::new());
    Box::new(move || {
        let context = context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let since = now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(&*context, since.as_secs(), since.subsec_nanos()))
    })
}

fn methods(item: &utoipa::openapi::PathItem) -> Vec<Method> {
    let offered = [
        (item.get.is_some(), Method::GET),
        (item.get.is_some(), Method::HEAD),
        (item.post.is_some(), Method::POST),
        (item.put.is_some(), Method::PUT),
        (item.patch.is_some(), Method::PATCH),
        (item.delete.is_some(), Method::DELETE),
    ];
    offered
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, method)| method)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn identifiers_stay_in_order_when_the_clock_steps_back() {
        const NOW: u64 = 1_781_517_600;
        // Forward, an hour back, standing still, and on from there.
        let told = [0, 1, 2, -3600, -3600, -3599, -3598, 3, 4];
        let asked = AtomicU64::new(0);
        let ids = ids_by(move || {
            let turn = usize::try_from(asked.fetch_add(1, Ordering::Relaxed)).unwrap();
            UNIX_EPOCH + Duration::from_secs(NOW.checked_add_signed(told[turn]).unwrap())
        });
        let made: Vec<Uuid> = told.iter().map(|_| ids()).collect();
        assert!(made.is_sorted_by(|one, next| one < next), "{made:?}");
    }
}
