//! What is known about a person, for whoever asks for their own data (GDPR, article 15).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parvis_domain::accounts::MemberRole;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whom to erase, where there is no account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"email": "ana@example.org"})))]
#[serde(deny_unknown_fields)]
pub struct PersonOfAddress {
    /// E-mail address.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
}

/// What an erasure did. It does not repeat the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasedData {
    /// How many rows were removed: invitations and attempts to sign in.
    pub erased: u64,
    /// How many rows stay: contacts of partners, each of which is erased by itself.
    pub remaining: u64,
}

/// Everything that is kept about a person under an e-mail address and the account that has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonalData {
    /// The address that was looked for.
    pub email: String,
    /// The account with this address, or null where there is none.
    pub user_id: Option<Uuid>,
    /// When it was read.
    pub exported_at: DateTime<Utc>,
    /// Every row that says something about the person.
    pub records: Vec<PersonalRecord>,
    /// The roles of the account in programmes, also those that have ended.
    pub memberships: Vec<PersonalMembership>,
    /// How many events of the history have the account as their author. They hold its id and nothing of the person.
    pub events: i64,
}

/// One row that says something about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonalRecord {
    /// What kind of row: `users`, `sessions`, `sign_in_attempts`, `invitations`, `contacts`.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub recorded_at: DateTime<Utc>,
    /// What it says, by column; null where nothing is known. The hash of a password is `[withheld]`.
    pub fields: BTreeMap<String, Option<String>>,
}

/// A role of an account in a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonalMembership {
    /// The programme.
    pub programme_id: Uuid,
    /// The role.
    pub role: MemberRole,
    /// The organisation, where the role is `partner`.
    pub partner_id: Option<Uuid>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when, or null where it goes on.
    pub archived_at: Option<DateTime<Utc>>,
}
