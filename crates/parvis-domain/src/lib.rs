//! The rules of Parvis and the types they are about.
//!
//! This crate is pure: it holds no database, no server, no clock and no randomness, so that every rule can be
//! tested by the hundred in microseconds and runs in the browser as well, where forms check themselves with it.
//! What a rule needs to know (today's date, the balances, who asks) is handed to it.

mod choices;

pub mod accounts;
pub mod agreements;
pub mod bodies;
pub mod budgets;
pub mod documents;
pub mod error;
pub mod events;
pub mod exchange;
pub mod ids;
pub mod localised_text;
pub mod money;
pub mod page;
pub mod participation;
pub mod partners;
pub mod percentage;
pub mod period;
pub mod places;
pub mod programmes;
pub mod templates;
pub mod text;

pub use error::{Code, DomainError, Fault, Faults};
pub use localised_text::LocalisedText;
pub use money::{Currency, Money};
pub use period::Period;
