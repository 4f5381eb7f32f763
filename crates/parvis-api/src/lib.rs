//! The HTTP API of Parvis and the server around it.
//!
//! A handler is an extractor or two and one closure: [`http::Context::read`] or [`http::Context::write`] runs it in one
//! hop to the database, where it loads, authorises, applies a rule of the domain, saves, and makes the wire answer.

pub mod accounts;
pub mod agreements;
pub mod app_files;
pub mod bodies;
pub mod budgets;
pub mod config;
pub mod demo;
pub mod docs;
pub mod documents;
pub mod exchange;
pub mod health;
pub mod http;
pub mod keys;
pub mod metrics;
pub mod openapi;
pub mod participation;
pub mod partners;
pub mod passwords;
pub mod places;
pub mod programmes;
pub mod server;
pub mod state;
pub mod telemetry;
pub mod templates;
pub mod tokens;

pub use config::Config;
pub use openapi::openapi;
pub use server::{configure, serve, start};
pub use state::AppState;
