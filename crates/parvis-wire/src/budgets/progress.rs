//! Measures of progress.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::percentage::Percentage;
use parvis_domain::{Faults, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A measure of how far a line has come. It is never edited: a later measure counts instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"measured_on": "2026-03-14", "percent": "69.6", "source": "Visite du chantier"})))]
pub struct NewProgress {
    /// When it was measured, never in the future.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub measured_on: String,
    /// How far, from 0 to 100: a decimal string with up to six digits, kept exactly.
    pub percent: String,
    /// Where the measure comes from: a visit, a report, a system.
    pub source: String,
    /// An internal note: members see it, the public does not.
    #[serde(default)]
    pub note: Option<String>,
}

/// A measure, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedProgress {
    /// When it was measured.
    pub measured_on: NaiveDate,
    /// How far.
    pub percent: Percentage,
    /// Where the measure comes from.
    pub source: String,
    /// An internal note.
    pub note: Option<String>,
}

impl NewProgress {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<CheckedProgress, Faults> {
        let mut faults = Faults::new();
        let measured_on = faults.keep(period::date("/measured_on", &self.measured_on));
        let percent = faults.keep(Percentage::parse("/percent", &self.percent));
        let source = faults.keep(text::line("/source", &self.source, text::NAME_MAX));
        let note = faults.keep(text::optional_paragraph("/note", self.note.as_deref(), text::TEXT_MAX));
        let checked = (|| {
            Some(CheckedProgress {
                measured_on: measured_on?,
                percent: percent?,
                source: source?,
                note: note?,
            })
        })();
        faults.finish(checked)
    }
}

/// The countersignature of a measure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"partner_id": "01890a5d-ac96-774b-bcce-b302099a8057"})))]
pub struct NewCountersignature {
    /// The partner that vouches; one's own where nothing is said. Who acts for a partner signs for that one alone.
    #[serde(default)]
    pub partner_id: Option<Uuid>,
}

/// A measure of how far a line has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// When it was measured.
    pub measured_on: NaiveDate,
    /// How far, in percent.
    pub percent: String,
    /// Where the measure comes from.
    pub source: String,
    /// Internal note; always null for the public.
    pub note: Option<String>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The account that recorded it, which cannot countersign it; always null for the public.
    pub recorded_by: Option<Uuid>,
    /// The partners that vouch for it.
    pub countersigned: Vec<Countersignature>,
    /// Version, as in the ETag.
    pub version: i64,
}

/// The countersignature of a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Countersignature {
    /// The partner.
    pub partner_id: Uuid,
    /// When it signed.
    pub at: DateTime<Utc>,
}
