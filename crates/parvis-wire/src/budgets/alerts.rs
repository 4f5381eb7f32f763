//! Alerts of a programme.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use parvis_domain::LocalisedText;
use parvis_domain::budgets::alerts::{AlertCode, AlertObject, Severity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// What the money of a programme asks somebody to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alerts {
    /// What presses most first, then by day.
    pub items: Vec<Alert>,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alert {
    /// What it is about; the reader makes a sentence of it and the values.
    pub code: AlertCode,
    /// How much it presses.
    pub severity: Severity,
    /// The kind of object.
    pub object_type: AlertObject,
    /// The object.
    pub object_id: Uuid,
    /// Its budget.
    pub budget_id: Uuid,
    /// The title of the object, where it has one.
    pub title: Option<LocalisedText>,
    /// The day that matters: due, expiry, since when.
    pub date: Option<NaiveDate>,
    /// The amount at stake.
    pub amount: Option<Money>,
    /// The values that a sentence needs: `days`, `percent`, `grant_id`, `missing`…
    pub values: BTreeMap<String, String>,
}
