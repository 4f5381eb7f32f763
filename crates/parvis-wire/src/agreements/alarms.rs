//! What agreements ask somebody to look at.

use chrono::NaiveDate;
use parvis_domain::LocalisedText;
use parvis_domain::budgets::alerts::Severity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use parvis_domain::agreements::alarms::AlarmCode;

/// What the agreements of a programme ask somebody to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementAlarms {
    /// What presses most first, then by day.
    pub items: Vec<AgreementAlarm>,
}

/// Something about an agreement that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementAlarm {
    /// What it is about.
    pub code: AlarmCode,
    /// How much it presses.
    pub severity: Severity,
    /// The agreement.
    pub agreement_id: Uuid,
    /// Its title.
    pub title: LocalisedText,
    /// Whom it concerns; everybody where nobody is named.
    pub partner_id: Option<Uuid>,
    /// The day that matters, where there is one.
    pub date: Option<NaiveDate>,
    /// The number of the amendment.
    pub amendment: Option<u32>,
    /// The obligation.
    pub obligation_id: Option<Uuid>,
}
