//! The public API as the app calls it: one function per operation, named as the operation and typed by `parvis-wire`.

pub mod accounts;
pub mod alerts;
pub mod balances;
pub mod budgets;
mod client;
pub mod conditions;
pub mod documents;
mod failure;
pub mod movements;
pub mod participation;
pub mod partners;
pub mod plans;
pub mod programmes;
pub mod rates;
pub mod reconciliations;
mod session;
pub mod transfer;
pub mod years;

pub use client::query;
pub use failure::Failure;
pub use session::Session;

/// What a call gives.
pub type Answer<T> = Result<T, Failure>;

/// How many items a list asks for where all of them are wanted: the most that one page may hold.
const ALL: &str = "200";
