//! Requests and responses of the API, the same for the server and the browser.
//!
//! What arrives is raw: amounts, dates, codes and texts are strings, and `check()` turns them into the checked types of
//! `parvis-domain`, naming every fault at once with a JSON pointer. What leaves is typed. Enumerations and identifiers are
//! typed both ways. A PATCH is read over the current content and then checked as a whole, by the same `check()`.

#[macro_use]
mod patch;

pub mod accounts;
pub mod agreements;
pub mod bodies;
pub mod budgets;
pub mod documents;
pub mod events;
pub mod money;
pub mod page;
pub mod participation;
pub mod partners;
pub mod personal_data;
pub mod places;
pub mod problem;
pub mod programmes;
pub mod templates;

pub use money::Money;
pub use page::Page;
pub use patch::Patch;
pub use problem::{FieldProblem, Problem};
