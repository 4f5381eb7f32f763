//! Tests of the store, each on SQLite and, where `PARVIS_TEST_POSTGRES_URL` names a server, on PostgreSQL as well.

mod accounts;
mod checks;
mod conditions;
mod harness;
mod idempotency;
mod paging;
mod programmes;
mod schema;
mod transactions;
