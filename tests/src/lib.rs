//! What the integration tests are written with: a database, a server, a client and a small world to start from.
//!
//! `PARVIS_TEST_DATABASE` says which database a run is about, `sqlite` or `postgres`; for the latter
//! `PARVIS_TEST_POSTGRES_URL` names a database of a server on which others may be made.

pub mod app;
pub mod client;
pub mod database;
pub mod document;
pub mod process;
pub mod sums;
pub mod temporary;
pub mod world;

pub use app::{App, Settings};
pub use client::{Answer, Call, Client};
pub use database::{Database, Kind, kind};
pub use world::{Share, Who, World, eur};
