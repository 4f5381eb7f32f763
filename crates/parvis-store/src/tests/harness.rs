//! A fresh database per test, and the objects that several tests need.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use parvis_domain::ids::{ProgrammeId, UserId};
use parvis_domain::page::{Direction, PageRequest};
use parvis_domain::partners::{PartnerContent, PartnerKind};
use parvis_domain::programmes::{NewProgramme, Visibility};
use parvis_domain::{LocalisedText, Period};
use uuid::Uuid;

use crate::accounts::{NewUser, Rights, User, create_user};
use crate::programmes::{Programme, create_programme};
use crate::templates::built_in_id;
use crate::{Conn, Options, Stamp, Store, StoreResult, Synchronous};

static NUMBER: AtomicU64 = AtomicU64::new(1);

/// The variable that names a PostgreSQL server whose user may create databases.
const SERVER: &str = "PARVIS_TEST_POSTGRES_URL";

struct Database {
    store: Option<Store>,
    name: String,
    server: Option<String>,
}

impl Drop for Database {
    fn drop(&mut self) {
        self.store = None;
        match &self.server {
            Some(server) => {
                if let Ok(mut conn) = PgConnection::establish(server) {
                    let _ = sql_query(format!("DROP DATABASE {} WITH (FORCE)", self.name)).execute(&mut conn);
                }
            }
            None => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", self.name));
                }
            }
        }
    }
}

fn options() -> Options {
    Options {
        connections: 8,
        synchronous: Synchronous::Off,
        ..Options::default()
    }
}

fn sqlite() -> Database {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let file = std::env::temp_dir().join(format!("parvis-store-{}-{number}.db", std::process::id()));
    let name = file.to_str().unwrap().to_owned();
    let store = Store::open(&format!("sqlite://{name}"), options()).unwrap();
    Database {
        store: Some(store),
        name,
        server: None,
    }
}

fn postgres() -> Option<Database> {
    let server = std::env::var(SERVER).ok()?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("parvis_store_{}_{number}", std::process::id());
    let mut conn = PgConnection::establish(&server).unwrap();
    sql_query(format!("CREATE DATABASE {name}")).execute(&mut conn).unwrap();
    let (address, query) = server.split_once('?').unwrap_or((&server, ""));
    let (host, _) = address.rsplit_once('/').unwrap();
    let store = Store::open(&format!("{host}/{name}?{query}"), options()).unwrap();
    Some(Database {
        store: Some(store),
        name,
        server: Some(server),
    })
}

/// Runs a test on a fresh, migrated database of each kind and returns what it gave on each.
pub fn on_both<T>(test: impl Fn(&Store) -> T) -> Vec<T> {
    let run = |database: Database| {
        let store = database.store.clone().unwrap();
        store.migrate().unwrap();
        test(&store)
    };
    std::iter::once(sqlite()).chain(postgres()).map(run).collect()
}

/// As [`on_both`], and the answers must be the same.
pub fn same_on_both<T: PartialEq + std::fmt::Debug>(test: impl Fn(&Store) -> T) {
    let answers = on_both(test);
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
}

/// An identifier that no other call gives.
pub fn fresh() -> Uuid {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Uuid::from_u128((7 << 76) | (2 << 62) | u128::from(number))
}

pub fn now() -> DateTime<Utc> {
    "2026-03-14T09:26:53.589793Z".parse().unwrap()
}

pub fn stamp(actor: Option<UserId>) -> Stamp<'static> {
    Stamp::new(now(), actor, &fresh)
}

pub fn later(seconds: i64) -> Stamp<'static> {
    Stamp::new(now() + chrono::TimeDelta::seconds(seconds), None, &fresh)
}

pub fn first<S>(sort: S, direction: Direction, limit: u32) -> PageRequest<S> {
    PageRequest {
        limit,
        after: None,
        sort,
        direction,
        count: false,
    }
}

pub fn user(conn: &mut Conn, email: &str) -> StoreResult<User> {
    let new = NewUser {
        email: email.to_owned(),
        name: "Ana Pérez".to_owned(),
        language: "es".to_owned(),
        password_hash: "$argon2id$x".to_owned(),
        rights: Rights::default(),
    };
    create_user(conn, &stamp(None), &new)
}

pub fn partner_content(name: &str) -> PartnerContent {
    PartnerContent {
        name: name.to_owned(),
        acronym: None,
        kind: PartnerKind::Association,
        country: "FR".to_owned(),
        description: LocalisedText::default(),
        website: None,
        identifiers: vec![],
    }
}

pub fn new_programme(code: &str, visibility: Visibility) -> NewProgramme {
    NewProgramme {
        template: built_in_id("city-contract"),
        code: code.to_owned(),
        title: LocalisedText::of("fr", format!("Programme {code}")),
        summary: LocalisedText::default(),
        period: Period {
            starts_on: "2026-01-01".parse().unwrap(),
            ends_on: None,
        },
        time_zone: None,
        currency: None,
        visibility,
        places: vec![],
        cofinancing: None,
        four_eyes: None,
    }
}

/// A public programme with a coordinator.
pub fn programme(conn: &mut Conn) -> StoreResult<(Programme, User)> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let coordinator = user(conn, &format!("coordinator{number}@example.org"))?;
    let new = new_programme(&format!("P{number}"), Visibility::Public);
    let made = create_programme(conn, &stamp(Some(coordinator.id)), &new)?;
    Ok((made, coordinator))
}

/// Every event of a programme, or of the platform, in order.
pub fn history(store: &Store, programme: Option<ProgrammeId>) -> Vec<crate::events::Event> {
    use diesel::prelude::*;
    store
        .read(|conn| {
            let all: Vec<crate::events::Event> = crate::schema::events::table
                .order(crate::schema::events::seq)
                .select(crate::events::Event::as_select())
                .load(conn)?;
            Ok(all
                .into_iter()
                .filter(|event| event.programme_id == programme)
                .collect())
        })
        .unwrap()
}
