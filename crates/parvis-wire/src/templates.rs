//! Programme templates.

use chrono::{DateTime, Utc};
use parvis_domain::templates::Template as Content;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    /// Its id.
    pub id: Uuid,
    /// Comes with Parvis and cannot be changed.
    pub built_in: bool,
    /// What it brings.
    pub content: Content,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was withdrawn.
    pub archived_at: Option<DateTime<Utc>>,
    /// Version, as in the ETag.
    pub version: i64,
}
