//! Balances: the sums of the ledger, per share and rolled up.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::GrantKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// The balances of a budget: one row per line, grant and kind. Rows of different currencies are never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balances {
    /// The rows.
    pub items: Vec<Balance>,
    /// Totals, one per currency and kind.
    pub totals: Vec<BalanceTotal>,
    /// The day up to which bookings count; null for all.
    pub as_of: Option<NaiveDate>,
    /// The instant up to which records count; null for all.
    pub known_at: Option<DateTime<Utc>>,
}

/// The sums of one share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balance {
    /// The line.
    pub line_id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// The funder of the grant.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The plan with its revisions.
    pub planned: Money,
    /// The funder's decision with its amendments.
    pub granted: Money,
    /// Bound to a purpose.
    pub committed: Money,
    /// Paid out.
    pub disbursed: Money,
    /// Spent by whoever does the work.
    pub spent: Money,
    /// Accepted as justified.
    pub justified: Money,
    /// Contributed in kind.
    pub contributed: Money,
    /// What can still be bound, or contributed; negative where more was.
    pub available: Money,
}

/// The sum of all rows of one currency and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalanceTotal {
    /// The currency.
    pub currency: String,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The plan with its revisions.
    pub planned: Money,
    /// The funders' decisions with their amendments.
    pub granted: Money,
    /// Bound to a purpose.
    pub committed: Money,
    /// Paid out.
    pub disbursed: Money,
    /// Spent by whoever does the work.
    pub spent: Money,
    /// Accepted as justified.
    pub justified: Money,
    /// Contributed in kind.
    pub contributed: Money,
    /// What can still be bound, or contributed.
    pub available: Money,
}
