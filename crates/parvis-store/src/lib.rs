//! The only crate that speaks to a database: SQLite and PostgreSQL from one code base.
//!
//! A [`Store`] hands out connections: [`Store::read`] for what only looks, [`Store::write`] for one transaction. The
//! functions that work on a connection have the names of the operations of the API and live in modules with the names
//! of the domain. They neither read a clock nor make randomness: both come with a [`Stamp`].
//!
//! Calls block; a server runs each request's `read` or `write` as one piece of work on its blocking pool.

mod columns;
mod connection;
mod error;
mod migrations;
mod paging;
mod schema;
mod snapshot;
mod stamp;
mod store;

#[cfg(test)]
mod tests;

pub mod accounts;
pub mod agreements;
pub mod bodies;
pub mod budgets;
pub mod documents;
pub mod events;
pub mod idempotency;
pub mod participation;
pub mod partners;
pub mod personal_data;
pub mod places;
pub mod programmes;
pub mod templates;

pub use connection::{Conn, Options, Synchronous};
pub use error::{Conflict, StoreError, StoreResult};
pub use snapshot::snapshot;
pub use stamp::Stamp;
pub use store::Store;
