//! What forms do without a browser: reading what people type, and building what is sent.
//!
//! What cannot be read is sent on as it was typed, so that one set of rules, those of the domain, says what is wrong.

pub mod draft;
pub mod read;
pub mod texts;
