//! What can go wrong in the store. Both databases report in their own way; here they become one.

use chrono::{DateTime, Utc};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use parvis_domain::{Code, DomainError, Fault, Faults};

/// The answer of the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// A constraint of the database that refused a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// Its logical name, the same on both databases, such as `programmes_code`.
    pub constraint: &'static str,
    /// The code of the refusal.
    pub code: Code,
    /// The pointer of the field in the request that most likely caused it.
    pub pointer: &'static str,
    /// One English sentence.
    pub detail: &'static str,
}

/// Why the store gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("not found")]
    NotFound,
    /// A constraint of the database refused.
    #[error("refused by the constraint {}", .0.constraint)]
    Conflict(Conflict),
    /// A rule refused.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// Another transaction stood in the way; [`crate::Store::write`] tries again and never lets this out.
    #[error("in the way of another transaction: {0}")]
    Retry(String),
    /// The database does not answer, or not in time.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The address of the database cannot be read: one sentence for whoever set it.
    #[error("{0}")]
    Configuration(String),
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl StoreError {
    /// The refusal in the language of the domain, where it is one: what the client may be told. None for faults that
    /// only the log may hold.
    #[must_use]
    pub fn refusal(&self) -> Option<DomainError> {
        match self {
            Self::NotFound => Some(DomainError::not_found()),
            Self::Conflict(conflict) => Some(Fault::new(conflict.code, conflict.pointer, conflict.detail).into()),
            Self::Domain(error) => Some(error.clone()),
            Self::Retry(_) | Self::Unavailable(_) => Some(DomainError::new(
                Code::Unavailable,
                "The database cannot answer now; try again in a moment.",
            )),
            Self::Configuration(_) | Self::Internal(_) => None,
        }
    }
}

/// The answer to an update that was guarded by the version: no row means that somebody was faster.
///
/// # Errors
/// `version_stale`.
pub(crate) fn require_current(changed: usize) -> StoreResult<()> {
    if changed > 0 {
        return Ok(());
    }
    let detail = "Somebody changed it after you read it; read it again, then decide.";
    Err(DomainError::new(Code::VersionStale, detail).into())
}

/// What was archived takes no more changes.
///
/// # Errors
/// `archived`.
pub(crate) fn require_kept(archived_at: Option<DateTime<Utc>>) -> StoreResult<()> {
    match archived_at {
        None => Ok(()),
        Some(_) => Err(DomainError::new(Code::Archived, "It has been archived and takes no more changes.").into()),
    }
}

impl From<Faults> for StoreError {
    fn from(faults: Faults) -> Self {
        Self::Domain(faults.into())
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::Domain(fault.into())
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => database(kind, info.constraint_name(), info.message()),
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection broke".to_owned()),
            other => Self::Internal(other.to_string()),
        }
    }
}

fn database(kind: DatabaseErrorKind, name: Option<&str>, message: &str) -> StoreError {
    use DatabaseErrorKind as K;
    match kind {
        K::UniqueViolation | K::CheckViolation => match named(name, message) {
            Some(conflict) => StoreError::Conflict(conflict),
            None => StoreError::Internal(message.to_owned()),
        },
        K::ForeignKeyViolation => StoreError::Conflict(REFERENCE),
        K::SerializationFailure => StoreError::Retry(message.to_owned()),
        K::ClosedConnection | K::UnableToSendCommand => StoreError::Unavailable(message.to_owned()),
        // diesel has no kind for these; neither database translates them unless told to.
        _ if message.contains("deadlock detected") => StoreError::Retry(message.to_owned()),
        _ if message.contains("database is locked") => StoreError::Retry(message.to_owned()),
        _ if message.contains("canceling statement due to") => StoreError::Unavailable(message.to_owned()),
        _ if message.contains("terminating connection") => StoreError::Unavailable(message.to_owned()),
        _ if message.contains("server closed the connection") || message.contains("no connection to the server") => {
            StoreError::Unavailable(message.to_owned())
        }
        // A disk that is full, or gives up: nothing was written, and it may go on when there is room.
        _ if ["database or disk is full", "disk I/O error", "No space left"]
            .iter()
            .any(|said| message.contains(said)) =>
        {
            StoreError::Unavailable(message.to_owned())
        }
        _ => StoreError::Internal(message.to_owned()),
    }
}

/// PostgreSQL names the constraint; SQLite names a CHECK, and of a unique index only the columns.
fn named(name: Option<&str>, message: &str) -> Option<Conflict> {
    let columns = message.strip_prefix("UNIQUE constraint failed: ");
    let check = message.strip_prefix("CHECK constraint failed: ");
    CONSTRAINTS
        .iter()
        .find(|(conflict, on)| {
            columns == Some(*on) || check == Some(conflict.constraint) || (name == Some(conflict.constraint))
        })
        .map(|(conflict, _)| *conflict)
}

const REFERENCE: Conflict = Conflict {
    constraint: "foreign_key",
    code: Code::ReferenceUnknown,
    pointer: "",
    detail: "Something that this refers to does not exist, or something still refers to this.",
};

macro_rules! constraints {
    ($($name:literal, $columns:literal, $code:ident, $pointer:literal, $detail:literal;)+) => {
        /// Every constraint that a request can run into, with the columns by which SQLite names it.
        const CONSTRAINTS: &[(Conflict, &str)] = &[$((
            Conflict { constraint: $name, code: Code::$code, pointer: $pointer, detail: $detail }, $columns,
        ),)+];
    };
}

constraints! {
    "users_email", "users.email", AlreadyExists, "/email", "An account with this e-mail address exists.";
    "memberships_active", "memberships.programme_id, memberships.user_id", AlreadyExists, "/email", "This account is a member already.";
    "templates_code", "templates.code", AlreadyExists, "/code", "A template with this code exists.";
    "programmes_code", "programmes.code", AlreadyExists, "/code", "A programme with this code exists.";
    "places_code", "places.generation, places.code", AlreadyExists, "/code", "A place with this code exists in this generation.";
    "partner_identifiers_value", "partner_identifiers.scheme, partner_identifiers.value", AlreadyExists, "/identifiers", "Another partner has this identifier.";
    "partner_roles_active", "partner_roles.programme_id, partner_roles.partner_id, partner_roles.role", AlreadyExists, "/role", "The partner has this role already.";
    "rate_policies_funder", "rate_policies.programme_id, rate_policies.funder_id", AlreadyExists, "/funder_id", "The funder has a rate policy in this programme already; change that one.";
    "document_versions_number", "document_versions.document_id, document_versions.number", VersionStale, "", "Somebody added a version at the same moment; read the document again.";
    "balances_pkey", "balances.line_id, balances.grant_id", AlreadyExists, "/grants", "The grant has a share of this line already.";
    "reversals_pkey", "reversals.movement_id", AlreadyReversed, "", "The movement was already reversed.";
    "movement_decisions_movement", "movement_decisions.movement_id", NotPending, "", "Somebody decided on it already.";
    "reconciliations_file", "reconciliations.budget_id, reconciliations.source, reconciliations.file_hash", AlreadyExists, "/content", "This file was reconciled already; take that statement back first.";
    "reconciliation_matches_pkey", "reconciliation_matches.source, reconciliation_matches.movement_id", MovementMatched, "/movement_ids", "Another row of a statement of this source has the movement already.";
    "body_decisions_item_once", "body_decisions.meeting_id, body_decisions.item", AlreadyExists, "/item", "This item of the agenda is decided already.";
    "movements_transfer", "-", PartiesInvalid, "/payee_id", "Payer and payee of a transfer are both named, and differ.";
    "balances_not_negative", "-", BalanceNegative, "/amount", "A sum would fall below zero.";
    "balances_bounded", "-", AmountTooLarge, "/amount", "The sums of this share would become too large.";
    "balances_committed_planned", "-", CommittedExceedsAvailable, "/amount", "More would be committed than is planned.";
    "balances_committed_granted", "-", CommittedExceedsAvailable, "/amount", "More would be committed than is granted.";
    "balances_disbursed_committed", "-", DisbursedExceedsCommitted, "/amount", "More would be disbursed than is committed.";
    "balances_spent_disbursed", "-", SpentExceedsDisbursed, "/amount", "More would be spent than is disbursed.";
    "balances_justified_spent", "-", JustifiedExceedsSpent, "/amount", "More would be justified than is spent.";
    "balances_justified_committed", "-", JustifiedExceedsCommitted, "/amount", "More would be justified than is committed.";
    "grant_balances_not_negative", "-", BalanceNegative, "/amount", "A sum of the grant would fall below zero.";
    "grant_balances_committed_planned", "-", CommittedExceedsAvailable, "/amount", "More of the grant would be committed than is planned.";
    "grant_balances_committed_granted", "-", CommittedExceedsAvailable, "/amount", "More of the grant would be committed than is granted.";
    "grant_balances_disbursed_committed", "-", DisbursedExceedsCommitted, "/amount", "More of the grant would be disbursed than is committed.";
    "grant_balances_disbursed_released", "-", DisbursedExceedsReleased, "/amount", "More of the grant would be disbursed than is released.";
    "grant_balances_disbursed_justified", "-", DisbursedExceedsJustified, "/amount", "More of the grant would be disbursed than is justified.";
    "grant_balances_spent_disbursed", "-", SpentExceedsDisbursed, "/amount", "More of the grant would be spent than is disbursed.";
    "grant_balances_justified_spent", "-", JustifiedExceedsSpent, "/amount", "More of the grant would be justified than is spent.";
    "grant_balances_justified_committed", "-", JustifiedExceedsCommitted, "/amount", "More of the grant would be justified than is committed.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraint(name: Option<&str>, message: &str) -> &'static str {
        match database(DatabaseErrorKind::UniqueViolation, name, message) {
            StoreError::Conflict(conflict) => conflict.constraint,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_databases_lead_to_the_same_constraint() {
        assert_eq!(
            constraint(None, "UNIQUE constraint failed: programmes.code"),
            "programmes_code"
        );
        assert_eq!(
            constraint(Some("programmes_code"), "duplicate key value"),
            "programmes_code"
        );
        assert_eq!(
            constraint(None, "CHECK constraint failed: balances_bounded"),
            "balances_bounded"
        );
    }

    #[test]
    fn a_disk_that_is_full_is_no_fault_of_ours() {
        for said in [
            "database or disk is full",
            "disk I/O error",
            "could not extend file \"base/1/2\": No space left on device",
        ] {
            let error = database(DatabaseErrorKind::Unknown, None, said);
            assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        }
    }

    #[test]
    fn what_the_client_may_not_know_stays_here() {
        assert!(StoreError::Internal("syntax error".into()).refusal().is_none());
        assert_eq!(StoreError::NotFound.refusal().map(|e| e.code), Some(Code::NotFound));
        assert_eq!(
            StoreError::Unavailable("x".into()).refusal().map(|e| e.code),
            Some(Code::Unavailable)
        );
    }
}
