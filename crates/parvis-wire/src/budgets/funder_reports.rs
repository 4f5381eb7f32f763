//! Reports owed to funders.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::reports::{ReportContent, ReportState};
use parvis_domain::{Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A report that is owed to the funder of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"title": {"fr": "Rapport intermédiaire"}, "due_on": "2026-09-30"})))]
pub struct NewFunderReport {
    /// Its title.
    pub title: LocalisedText,
    /// When it is due.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub due_on: String,
}

patch! {
    /// Changes to a report that is not accepted.
    FunderReportPatch of NewFunderReport { must { title: LocalisedText, due_on: String, } may {} }
}

impl NewFunderReport {
    /// Checks title and date.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<ReportContent, Faults> {
        let mut faults = Faults::new();
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let due_on = faults.keep(period::date("/due_on", &self.due_on));
        let checked = title.zip(due_on).map(|(title, due_on)| ReportContent { title, due_on });
        faults.finish(checked)
    }
}

impl From<&ReportContent> for NewFunderReport {
    fn from(content: &ReportContent) -> Self {
        Self {
            title: content.title.clone(),
            due_on: content.due_on.to_string(),
        }
    }
}

macro_rules! day_of {
    ($(#[doc = $doc:literal])+ $name:ident, $field:ident, $pointer:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(example = json!({})))]
        pub struct $name {
            /// The day; today where nothing is said, never in the future.
            #[serde(default)]
            #[cfg_attr(feature = "openapi", schema(format = Date))]
            pub $field: Option<String>,
        }

        impl $name {
            /// Checks the day.
            ///
            /// # Errors
            /// `date_invalid`.
            pub fn check(&self) -> Result<Option<NaiveDate>, Faults> {
                Ok(period::optional_date($pointer, self.$field.as_deref())?)
            }
        }
    };
}

day_of! {
    /// A report is handed in.
    ReportSubmission, submitted_on, "/submitted_on"
}
day_of! {
    /// The funder accepts a report.
    ReportAcceptance, accepted_on, "/accepted_on"
}

/// The funder sends a report back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": "Les factures de mars manquent."})))]
pub struct ReportReturn {
    /// Why.
    pub reason: String,
    /// The day; today where nothing is said, never in the future.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub returned_on: Option<String>,
}

impl ReportReturn {
    /// Checks day and reason.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(Option<NaiveDate>, String), Faults> {
        let mut faults = Faults::new();
        let day = faults.keep(period::optional_date("/returned_on", self.returned_on.as_deref()));
        let reason = faults.keep(text::paragraph("/reason", &self.reason, text::TEXT_MAX));
        faults.finish(day.zip(reason))
    }
}

/// A report owed to the funder of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunderReport {
    /// Its id.
    pub id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// Its title.
    pub title: LocalisedText,
    /// When it is due.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: ReportState,
    /// When it was handed in, the last time.
    pub submitted_on: Option<NaiveDate>,
    /// When the funder accepted it.
    pub accepted_on: Option<NaiveDate>,
    /// When the funder sent it back, while it has not been handed in again.
    pub returned_on: Option<NaiveDate>,
    /// Why it was sent back.
    pub return_reason: Option<String>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}
