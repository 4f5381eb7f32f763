//! History: what changed, when, by whom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// Its number in the history of the programme, without gaps.
    pub seq: i64,
    /// When, by the server's clock.
    pub at: DateTime<Utc>,
    /// Which account; null for the system itself.
    pub actor_id: Option<Uuid>,
    /// What was done: the name of the operation.
    pub operation: String,
    /// The kind of object.
    pub object_type: String,
    /// Which object.
    pub object_id: Uuid,
    /// The object before, without personal data; null for what is new.
    pub before: serde_json::Value,
    /// The object after, without personal data.
    pub after: serde_json::Value,
    /// Hash of the event before it, hexadecimal.
    pub prev_hash: String,
    /// Hash of this event, hexadecimal.
    pub hash: String,
}
