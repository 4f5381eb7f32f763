//! Pages of lists.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items, in the order that was asked for.
    pub items: Vec<T>,
    /// Cursor of the next page, or null on the last.
    pub next: Option<String>,
    /// How many there are in all, only on `?count=true`; exact up to 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// True where there are more than `total`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_is_minimum: Option<bool>,
}
