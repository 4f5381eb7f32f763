//! What forms do without a browser: reading what people type, and keeping what they typed.

pub mod read;
