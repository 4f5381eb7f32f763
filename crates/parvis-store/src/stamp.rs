//! When, by whom, and where identifiers come from: what every writing function is handed.

use chrono::{DateTime, SubsecRound, Utc};
use parvis_domain::ids::UserId;
use uuid::Uuid;

/// When and by whom something is written.
#[derive(Clone, Copy)]
pub struct Stamp<'a> {
    /// The instant, in whole microseconds: what the two databases and the hash of events keep.
    pub at: DateTime<Utc>,
    /// The account; none where nobody is signed in or the system writes.
    pub actor: Option<UserId>,
    ids: &'a (dyn Fn() -> Uuid + Sync),
}

impl<'a> Stamp<'a> {
    /// A stamp with the source of identifiers, which makes UUIDs of version 7. The instant is cut to microseconds.
    pub fn new(at: DateTime<Utc>, actor: Option<UserId>, ids: &'a (dyn Fn() -> Uuid + Sync)) -> Self {
        Self {
            at: at.trunc_subsecs(6),
            actor,
            ids,
        }
    }

    /// A new identifier.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        T::from((self.ids)())
    }

    /// The same stamp for another account: the one that a request has just made or recognised.
    #[must_use]
    pub fn by(self, actor: UserId) -> Self {
        Self {
            actor: Some(actor),
            ..self
        }
    }
}

impl std::fmt::Debug for Stamp<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stamp")
            .field("at", &self.at)
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}
