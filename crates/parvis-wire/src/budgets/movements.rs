//! Movements of the ledger.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::{self as domain, MovementKind, MovementStatus, PostableKind};
use parvis_domain::ids::{GrantId, LineId, PartnerId};
use parvis_domain::{Code, Faults, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// A movement to be posted. It is never edited or deleted; a reversal or a correction puts it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "line_id": "01890a5d-ac96-774b-bcce-b302099a8059", "grant_id": "01890a5d-ac96-774b-bcce-b302099a8060", "kind": "commitment",
    "amount": {"amount": "9600.00", "currency": "EUR"}, "booked_on": "2026-03-14", "reference": "Convention 2026-041"
})))]
pub struct NewMovement {
    /// The line.
    pub line_id: Uuid,
    /// The grant, which must have a share of the line.
    pub grant_id: Uuid,
    /// What it is.
    pub kind: PostableKind,
    /// How much, in the grant's currency, greater than zero.
    pub amount: Money,
    /// The day in the accounts, never in the future.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub booked_on: String,
    /// When the cost arose; expenditures only.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub incurred_on: Option<String>,
    /// The day at the bank.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub paid_on: Option<String>,
    /// Who pays; the funder where nothing is said.
    #[serde(default)]
    pub payer_id: Option<Uuid>,
    /// Who is paid.
    #[serde(default)]
    pub payee_id: Option<Uuid>,
    /// Reference of the document behind it.
    #[serde(default)]
    pub reference: Option<String>,
    /// An internal note: members see it, the public does not.
    #[serde(default)]
    pub note: Option<String>,
}

impl NewMovement {
    /// Checks the movement on its own.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::NewMovement, Faults> {
        let mut faults = Faults::new();
        let amount = faults.keep_all(self.amount.check_positive("/amount"));
        let booked_on = faults.keep(period::date("/booked_on", &self.booked_on));
        let incurred_on = faults.keep(period::optional_date("/incurred_on", self.incurred_on.as_deref()));
        let paid_on = faults.keep(period::optional_date("/paid_on", self.paid_on.as_deref()));
        let reference = faults.keep(text::optional_line(
            "/reference",
            self.reference.as_deref(),
            text::REFERENCE_MAX,
        ));
        let note = faults.keep(text::optional_paragraph("/note", self.note.as_deref(), text::TEXT_MAX));
        if self.incurred_on.is_some() && self.kind != PostableKind::Expenditure {
            faults.add(
                Code::KindMismatch,
                "/incurred_on",
                "Only an expenditure has a day on which its cost arose.",
            );
        }
        let checked = (|| {
            Some(domain::NewMovement {
                line: LineId(self.line_id),
                grant: GrantId(self.grant_id),
                kind: self.kind.into(),
                amount: amount?,
                booked_on: booked_on?,
                incurred_on: incurred_on?,
                paid_on: paid_on?,
                payer: self.payer_id.map(PartnerId),
                payee: self.payee_id.map(PartnerId),
                reference: reference?,
                note: note?,
            })
        })();
        faults.finish(checked)
    }
}

/// The reversal of a movement: it repeats it and counts negatively, on a day of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": "Posted twice"})))]
pub struct Reversal {
    /// The day in the accounts; today where nothing is said, not before the original's, never in the future.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub booked_on: Option<String>,
    /// Why; it becomes the note of the reversal.
    pub reason: String,
}

impl Reversal {
    /// Checks day and reason.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(Option<NaiveDate>, String), Faults> {
        let mut faults = Faults::new();
        let booked_on = faults.keep(period::optional_date("/booked_on", self.booked_on.as_deref()));
        let reason = faults.keep(text::paragraph("/reason", &self.reason, text::TEXT_MAX));
        faults.finish(booked_on.zip(reason))
    }
}

/// A correction: the reversal and its replacement in one step; the rules are checked after both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": "1,000 typed for 900", "replacement": {"amount": {"amount": "900.00", "currency": "EUR"}}})))]
pub struct Correction {
    /// The day of both in the accounts; today where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub booked_on: Option<String>,
    /// Why; it becomes the note of the reversal.
    pub reason: String,
    /// What replaces it.
    pub replacement: NewReplacement,
}

/// What replaces a corrected movement; line, grant and kind stay, and what is left out stays too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReplacement {
    /// How much it should have been.
    pub amount: Money,
    /// Reference of the document behind it.
    #[serde(default)]
    pub reference: Option<String>,
    /// An internal note.
    #[serde(default)]
    pub note: Option<String>,
}

/// A correction, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCorrection {
    /// The day of both.
    pub booked_on: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// The right amount.
    pub amount: parvis_domain::Money,
    /// Reference, where it changes.
    pub reference: Option<String>,
    /// Note, where it changes.
    pub note: Option<String>,
}

impl Correction {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<CheckedCorrection, Faults> {
        let mut faults = Faults::new();
        let reversal = Reversal {
            booked_on: self.booked_on.clone(),
            reason: self.reason.clone(),
        };
        let reversal = faults.keep_all(reversal.check());
        let amount = faults.keep_all(self.replacement.amount.check_positive("/replacement/amount"));
        let reference = self.replacement.reference.as_deref();
        let reference = faults.keep(text::optional_line(
            "/replacement/reference",
            reference,
            text::REFERENCE_MAX,
        ));
        let note = faults.keep(text::optional_paragraph(
            "/replacement/note",
            self.replacement.note.as_deref(),
            text::TEXT_MAX,
        ));
        let checked = (|| {
            let (booked_on, reason) = reversal?;
            Some(CheckedCorrection {
                booked_on,
                reason,
                amount: amount?,
                reference: reference?,
                note: note?,
            })
        })();
        faults.finish(checked)
    }
}

/// A movement of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Movement {
    /// Its id.
    pub id: Uuid,
    /// The budget.
    pub budget_id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// The funder of the grant.
    pub funder_id: Uuid,
    /// What it is.
    pub kind: MovementKind,
    /// How much, in the grant's currency; a reversal repeats the amount and counts negatively.
    pub amount: Money,
    /// The amount as it was paid, where that was in another currency.
    pub original: Option<Money>,
    /// The exchange rate used.
    pub rate_id: Option<Uuid>,
    /// Who pays.
    pub payer_id: Option<Uuid>,
    /// Who is paid.
    pub payee_id: Option<Uuid>,
    /// The day in the accounts.
    pub booked_on: NaiveDate,
    /// When the cost arose.
    pub incurred_on: Option<NaiveDate>,
    /// The day at the bank.
    pub paid_on: Option<NaiveDate>,
    /// When it was recorded, by the server's clock.
    pub recorded_at: DateTime<Utc>,
    /// Reference of the document behind it.
    pub reference: Option<String>,
    /// Internal note; always null for the public.
    pub note: Option<String>,
    /// The movement that this one reverses.
    pub reverses: Option<Uuid>,
    /// The movement that reverses this one.
    pub reversed_by: Option<Uuid>,
    /// Whether it counts.
    pub status: MovementStatus,
}
