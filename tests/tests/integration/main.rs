//! The integration suite: the same tests on SQLite and on PostgreSQL.

mod accounts;
mod append_only;
mod architecture;
mod bad_input;
mod concurrency;
mod headers;
mod history;
mod idempotency;
mod invitations;
mod kill;
mod ledger;
mod ledger_property;
mod lists;
mod openapi;
mod outage;
mod pages;
mod participation;
mod permissions;
mod personal_data;
mod programmes;
mod samples;
mod startup;
mod statements;
mod tokens;
mod versions;
mod visibility;
