//! Events: every change leaves one, and within a programme each carries the hash of the one before it, so that nothing
//! can be altered, removed or inserted afterwards without showing.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ids::{EventId, ProgrammeId, UserId};

/// The hash before the first event of a chain.
pub const GENESIS: [u8; 32] = [0; 32];

/// An event before it has its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Its identifier.
    pub id: EventId,
    /// The programme, or none for what belongs to the platform.
    pub programme: Option<ProgrammeId>,
    /// When, by the server's clock, in whole microseconds.
    pub at: DateTime<Utc>,
    /// Who; none for what the system did itself.
    pub actor: Option<UserId>,
    /// What: the operation, such as `close_participation_step`.
    pub operation: String,
    /// The kind of object, such as `participation_step`.
    pub object_type: String,
    /// Which object.
    pub object_id: uuid::Uuid,
    /// The object before, without personal data; null for what is new.
    pub before: Value,
    /// The object after, without personal data.
    pub after: Value,
}

/// The hash of an event: SHA-256 over the hash before it, its number and its content, each on a line of its own.
#[must_use]
pub fn hash(previous: &[u8], seq: i64, event: &NewEvent) -> [u8; 32] {
    let text = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let mut hasher = Sha256::new();
    hasher.update(previous);
    let lines = [
        seq.to_string(),
        event.id.to_string(),
        text(event.programme.map(Into::into)),
        event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        text(event.actor.map(Into::into)),
        event.operation.clone(),
        event.object_type.clone(),
        event.object_id.to_string(),
        event.before.to_string(),
        event.after.to_string(),
    ];
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn event() -> NewEvent {
        NewEvent {
            id: EventId(Uuid::from_u128(1)),
            programme: None,
            at: "2023-03-14T10:42:00.000001Z".parse().unwrap(),
            actor: None,
            operation: "create_partner".into(),
            object_type: "partner".into(),
            object_id: Uuid::from_u128(2),
            before: Value::Null,
            after: serde_json::json!({"name": "TO 7"}),
        }
    }

    #[test]
    fn every_part_counts() {
        let whole = hash(&GENESIS, 1, &event());
        assert_eq!(whole, hash(&GENESIS, 1, &event()));
        assert_ne!(whole, hash(&GENESIS, 2, &event()));
        assert_ne!(whole, hash(&[1; 32], 1, &event()));
        assert_ne!(
            whole,
            hash(
                &GENESIS,
                1,
                &NewEvent {
                    after: Value::Null,
                    ..event()
                }
            )
        );
        assert_ne!(
            whole,
            hash(
                &GENESIS,
                1,
                &NewEvent {
                    operation: "x".into(),
                    ..event()
                }
            )
        );
    }
}
