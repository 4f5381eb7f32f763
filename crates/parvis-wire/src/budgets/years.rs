//! Years of the accounts of a budget.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::years::YearAction;
use parvis_domain::budgets::{GrantKind, MovementKind};
use parvis_domain::{Faults, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// The years of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetYears {
    /// The years, the first one first.
    pub items: Vec<BudgetYear>,
}

/// A year of the accounts of a budget, and what is open in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetYear {
    /// The budget.
    pub budget_id: Uuid,
    /// The year.
    pub year: i32,
    /// Whether it is closed: nothing is booked, approved or reversed with a date in it.
    pub closed: bool,
    /// Whether it is the next to be closed, and over.
    pub closable: bool,
    /// Every closing and opening again, in their order.
    pub records: Vec<YearRecord>,
    /// Per currency and kind: the plan of the lines of this year, and what was booked in it.
    pub totals: Vec<YearTotal>,
    /// Movements booked in it that wait for a second person, at most 200; the year cannot be closed before they are decided.
    pub pending: Vec<PendingMovement>,
    /// Commitments that are not disbursed at the end of the year: they stay on their line and go on.
    pub carried_over: Vec<CarriedOver>,
    /// Plan of the lines of this year to which nothing is committed at its end: it lapses, or moves by a revision.
    pub uncommitted: Vec<Uncommitted>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// A closing of a year, or its opening again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct YearRecord {
    /// Which of the two.
    pub action: YearAction,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// The sums of a year in one currency and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct YearTotal {
    /// The currency.
    pub currency: String,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The plan of the lines of this year, with its revisions.
    pub planned: Money,
    /// The decisions on the lines of this year, with their amendments.
    pub granted: Money,
    /// Committed in the year.
    pub committed: Money,
    /// Disbursed in the year.
    pub disbursed: Money,
    /// Spent in the year.
    pub spent: Money,
    /// Justified in the year.
    pub justified: Money,
    /// Contributed in the year.
    pub contributed: Money,
}

/// A movement that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingMovement {
    /// The movement.
    pub movement_id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// What it is.
    pub kind: MovementKind,
    /// How much.
    pub amount: Money,
    /// The day in the accounts.
    pub booked_on: NaiveDate,
}

/// A commitment that is carried over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CarriedOver {
    /// The line.
    pub line_id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// What was committed by the end of the year.
    pub committed: Money,
    /// What was disbursed by the end of the year.
    pub disbursed: Money,
    /// What goes on.
    pub amount: Money,
}

/// Plan to which nothing is committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Uncommitted {
    /// The line.
    pub line_id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// What was planned at the end of the year.
    pub planned: Money,
    /// What was committed by the end of the year.
    pub committed: Money,
    /// What lapses or moves.
    pub amount: Money,
}

/// Opens a closed year again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": "La chambre des comptes demande une écriture de régularisation."})))]
pub struct ReopenYear {
    /// Why; it stays on record.
    pub reason: String,
}

impl ReopenYear {
    /// Checks the reason.
    ///
    /// # Errors
    /// `required`, `too_long` or `control_character`.
    pub fn check(&self) -> Result<String, Faults> {
        Ok(text::paragraph("/reason", &self.reason, text::TEXT_MAX)?)
    }
}
