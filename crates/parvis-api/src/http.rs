//! The conventions of the API, once: what every handler takes and gives.

pub mod address;
pub mod answer;
pub mod body;
pub mod context;
pub mod cookie;
pub mod error;
pub mod etag;
pub mod export;
pub mod fallback;
pub mod guard;
pub mod idempotency;
pub mod page;
pub mod path;
pub mod query;
pub mod rate;
mod strict;

pub use answer::Reply;
pub use body::Body;
pub use context::{Answer, Context, Hop};
pub use error::ApiError;
pub use export::Export;
pub use page::Listing;
pub use path::Id;
pub use query::Query;
