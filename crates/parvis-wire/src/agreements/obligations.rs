//! What is owed by when.

use chrono::NaiveDate;
use parvis_domain::agreements::obligations::{self as domain, DueStatus, ObligationKind, Schedule};
use parvis_domain::budgets::movements::check_evidence;
use parvis_domain::{Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An obligation to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "kind": "report", "title": {"fr": "Bilan annuel"}, "owed_by": "01890a5d-ac96-774b-bcce-b302099a8057",
    "first_on": "2016-06-30", "every_months": 12
})))]
pub struct NewObligation {
    /// What is owed.
    pub kind: ObligationKind,
    /// What exactly.
    pub title: LocalisedText,
    /// Who owes it.
    pub owed_by: Uuid,
    /// To whom; to all others where nobody is named.
    #[serde(default)]
    pub owed_to: Option<Uuid>,
    /// The first day on which it is due.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub first_on: String,
    /// Every how many months again; once where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 120))]
    pub every_months: Option<u32>,
    /// Until when; as long as the agreement runs where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub until: Option<String>,
}

patch! {
    /// Changes to an obligation.
    ObligationPatch of NewObligation {
        must { kind: ObligationKind, title: LocalisedText, owed_by: Uuid, first_on: String, }
        may { owed_to: Uuid, every_months: u32, until: String, }
    }
}

impl NewObligation {
    /// Checks the whole, for an obligation of this identifier that was never met.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, id: Uuid) -> Result<domain::Obligation, Faults> {
        let mut faults = Faults::new();
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let first_on = faults.keep(period::date("/first_on", &self.first_on));
        let until = faults.keep(period::optional_date("/until", self.until.as_deref()));
        let schedule = first_on.zip(until).map(|(first_on, until)| Schedule {
            first_on,
            every_months: self.every_months,
            until,
        });
        let schedule = schedule.and_then(|schedule| faults.keep(schedule.check("")));
        let checked = title.zip(schedule).map(|(title, schedule)| domain::Obligation {
            id: id.into(),
            kind: self.kind,
            title,
            owed_by: self.owed_by.into(),
            owed_to: self.owed_to.map(Into::into),
            schedule,
            met: std::collections::BTreeSet::new(),
        });
        faults.finish(checked)
    }
}

/// A day on which something is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DueDay {
    /// The day.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub status: DueStatus,
}

/// An obligation with its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Obligation {
    /// Identifier.
    pub id: Uuid,
    /// The agreement.
    pub agreement_id: Uuid,
    /// What is owed.
    pub kind: ObligationKind,
    /// What exactly.
    pub title: LocalisedText,
    /// Who owes it.
    pub owed_by: Uuid,
    /// To whom.
    pub owed_to: Option<Uuid>,
    /// The first day on which it is due.
    pub first_on: NaiveDate,
    /// Every how many months again.
    pub every_months: Option<u32>,
    /// Until when.
    pub until: Option<NaiveDate>,
    /// Its days while the agreement runs.
    pub days: Vec<DueDay>,
    /// Whether it was archived: it is not owed after all.
    pub archived: bool,
    /// Goes up with every change.
    pub version: i64,
}

/// An obligation was met for one of its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"due_on": "2026-06-30", "met_on": "2026-06-24"})))]
pub struct ObligationMet {
    /// The day on which it was due.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub due_on: String,
    /// The day on which it was met.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub met_on: String,
    /// SHA-256 of the document that shows it.
    #[serde(default)]
    pub evidence: Option<String>,
}

impl ObligationMet {
    /// Checks it: the day due, the day met, the evidence.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(NaiveDate, NaiveDate, Option<String>), Faults> {
        let mut faults = Faults::new();
        let due_on = faults.keep(period::date("/due_on", &self.due_on));
        let met_on = faults.keep(period::date("/met_on", &self.met_on));
        let evidence = faults.keep(check_evidence("/evidence", self.evidence.as_deref()));
        let checked = (|| Some((due_on?, met_on?, evidence?)))();
        faults.finish(checked)
    }
}
