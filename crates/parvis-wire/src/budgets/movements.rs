//! Movements of the ledger.

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::movements::{self as rules, Product, Quantity, Refused, Stated};
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::budgets::{self as domain, MovementKind, MovementStatus};
use parvis_domain::ids::{GrantId, LineId, PartnerId, RateId};
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
    pub kind: MovementKind,
    /// How much, in the grant's currency, greater than zero. It can be left out where it follows from `original` and
    /// `rate_id`, from `quantity` and `unit_value`, or from `base` and `base_rate`.
    #[serde(default)]
    pub amount: Option<Money>,
    /// How much as it was paid, where that was in another currency.
    #[serde(default)]
    pub original: Option<Money>,
    /// The recorded rate used; without one, amount and original are the bank's own exchange.
    #[serde(default)]
    pub rate_id: Option<Uuid>,
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
    /// Who pays; the funder where nothing is said. A transfer names it.
    #[serde(default)]
    pub payer_id: Option<Uuid>,
    /// Who is paid. A transfer names it.
    #[serde(default)]
    pub payee_id: Option<Uuid>,
    /// Reference of the document behind it.
    #[serde(default)]
    pub reference: Option<String>,
    /// An internal note: members see it, the public does not.
    #[serde(default)]
    pub note: Option<String>,
    /// SHA-256 of the document behind it, 64 hexadecimal digits.
    #[serde(default)]
    pub evidence: Option<String>,
    /// What of a claimed cost was not accepted; justifications only. The amount is what was accepted.
    #[serde(default)]
    pub refused: Option<RefusedCost>,
    /// What is counted of a contribution in kind: hours, days, square metres. With `quantity` and `unit_value`.
    #[serde(default)]
    pub unit: Option<String>,
    /// How many units, a decimal string with at most six digits behind the point.
    #[serde(default)]
    pub quantity: Option<String>,
    /// What one unit is worth; the amount is the product, rounded half to even.
    #[serde(default)]
    pub unit_value: Option<Money>,
    /// The base of a flat-rate cost; expenditures only. With `base_rate`.
    #[serde(default)]
    pub base: Option<Money>,
    /// Which part of the base, as a decimal string or a fraction such as `0.07` or `1/15`; the amount is the product,
    /// rounded half to even.
    #[serde(default)]
    pub base_rate: Option<String>,
}

/// The part of a claimed cost that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedCost {
    /// How much, in the grant's currency, greater than zero.
    pub amount: Money,
    /// Why. Members see it, the public does not.
    pub reason: String,
}

impl NewMovement {
    /// Checks the movement on its own.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::NewMovement, Faults> {
        let mut faults = Faults::new();
        faults.keep_all(rules::check_content(self.kind, self.stated()));
        let given = faults.keep_all(optional_money("/amount", self.amount.as_ref()));
        let original = faults.keep_all(optional_money("/original", self.original.as_ref()));
        let booked_on = faults.keep(period::date("/booked_on", &self.booked_on));
        let incurred_on = faults.keep(period::optional_date("/incurred_on", self.incurred_on.as_deref()));
        let paid_on = faults.keep(period::optional_date("/paid_on", self.paid_on.as_deref()));
        let reference = faults.keep(text::optional_line(
            "/reference",
            self.reference.as_deref(),
            text::REFERENCE_MAX,
        ));
        let note = faults.keep(text::optional_paragraph("/note", self.note.as_deref(), text::TEXT_MAX));
        let evidence = faults.keep(rules::check_evidence("/evidence", self.evidence.as_deref()));
        let refused = faults.keep_all(self.refused.as_ref().map(RefusedCost::check).transpose());
        let product = faults.keep_all(self.product());
        let amount = match (given, &product) {
            (Some(given), Some(product)) => faults.keep(rules::check_amount(given, product.as_ref())),
            _ => None,
        };
        if amount == Some(None) && self.original.is_none() {
            faults.add(Code::Required, "/amount", "Say how much.");
        }
        let checked = (|| {
            Some(domain::NewMovement {
                line: LineId(self.line_id),
                grant: GrantId(self.grant_id),
                kind: self.kind,
                amount: amount?,
                original: original?,
                rate: self.rate_id.map(RateId),
                booked_on: booked_on?,
                incurred_on: incurred_on?,
                paid_on: paid_on?,
                payer: self.payer_id.map(PartnerId),
                payee: self.payee_id.map(PartnerId),
                reference: reference?,
                note: note?,
                evidence: evidence?,
                refused: refused?,
                product: product?,
            })
        })();
        faults.finish(checked)
    }

    /// What it says that belongs to some kinds only.
    fn stated(&self) -> Stated {
        Stated {
            incurred: self.incurred_on.is_some(),
            refused: self.refused.is_some(),
            valued: self.unit.is_some() || self.quantity.is_some() || self.unit_value.is_some(),
            flat_rate: self.base.is_some() || self.base_rate.is_some(),
            payer: self.payer_id.map(PartnerId),
            payee: self.payee_id.map(PartnerId),
        }
    }

    /// How the amount is worked out, where that is said: in full, and in one way.
    fn product(&self) -> Result<Option<Product>, Faults> {
        let mut faults = Faults::new();
        let valued = [self.unit.is_some(), self.quantity.is_some(), self.unit_value.is_some()];
        let flat = [self.base.is_some(), self.base_rate.is_some()];
        let product = match (valued.contains(&true), flat.contains(&true)) {
            (false, false) => Some(None),
            (true, true) => {
                faults.add(
                    Code::KindMismatch,
                    "/base",
                    "An amount is worked out of a quantity or of a base, not of both.",
                );
                None
            }
            (true, false) => faults.keep_all(self.valued()).map(Some),
            (false, true) => faults.keep_all(self.flat_rate()).map(Some),
        };
        faults.finish(product)
    }

    fn valued(&self) -> Result<Product, Faults> {
        let mut faults = Faults::new();
        let unit = faults.keep(text::line(
            "/unit",
            self.unit.as_deref().unwrap_or_default(),
            text::REFERENCE_MAX,
        ));
        let quantity = required(&mut faults, "/quantity", self.quantity.as_deref())
            .and_then(|quantity| faults.keep(Quantity::parse("/quantity", quantity)));
        let unit_value = required(&mut faults, "/unit_value", self.unit_value.as_ref())
            .and_then(|value| faults.keep_all(value.check_positive("/unit_value")));
        let product = (|| {
            Some(Product::Valued {
                unit: unit?,
                quantity: quantity?,
                unit_value: unit_value?,
            })
        })();
        faults.finish(product)
    }

    fn flat_rate(&self) -> Result<Product, Faults> {
        let mut faults = Faults::new();
        let base = required(&mut faults, "/base", self.base.as_ref())
            .and_then(|base| faults.keep_all(base.check_positive("/base")));
        let rate = required(&mut faults, "/base_rate", self.base_rate.as_deref())
            .and_then(|rate| faults.keep(Ratio::parse("/base_rate", rate)));
        let product = base.zip(rate).map(|(base, rate)| Product::FlatRate { base, rate });
        faults.finish(product)
    }
}

fn required<'a, T: ?Sized>(faults: &mut Faults, pointer: &str, value: Option<&'a T>) -> Option<&'a T> {
    if value.is_none() {
        let together = match pointer {
            "/base" | "/base_rate" => "`base` and `base_rate` go together.",
            _ => "`unit`, `quantity` and `unit_value` go together.",
        };
        faults.add(Code::Required, pointer, together);
    }
    value
}

fn optional_money(pointer: &str, money: Option<&Money>) -> Result<Option<parvis_domain::Money>, Faults> {
    money.map(|money| money.check_positive(pointer)).transpose()
}

impl RefusedCost {
    fn check(&self) -> Result<Refused, Faults> {
        let mut faults = Faults::new();
        let amount = faults.keep_all(self.amount.check_positive("/refused/amount"));
        let reason = faults.keep(text::paragraph("/refused/reason", &self.reason, text::TEXT_MAX));
        faults.finish(amount.zip(reason).map(|(amount, reason)| Refused { amount, reason }))
    }
}

/// The refusal of a movement that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": "The invoice is of another project"})))]
pub struct Refusal {
    /// Why.
    pub reason: String,
}

impl Refusal {
    /// Checks the reason.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<String, Faults> {
        Ok(text::paragraph("/reason", &self.reason, text::TEXT_MAX)?)
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

/// What replaces a corrected movement; line, grant and kind stay, and what is left out stays too, except how the amount was
/// worked out and in which other currency it was paid: these go with the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReplacement {
    /// How much it should have been.
    pub amount: Money,
    /// How much as it was paid, where that was in another currency.
    #[serde(default)]
    pub original: Option<Money>,
    /// The recorded rate used.
    #[serde(default)]
    pub rate_id: Option<Uuid>,
    /// Reference of the document behind it.
    #[serde(default)]
    pub reference: Option<String>,
    /// An internal note.
    #[serde(default)]
    pub note: Option<String>,
    /// SHA-256 of the document behind it, 64 hexadecimal digits.
    #[serde(default)]
    pub evidence: Option<String>,
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
    /// As it was paid.
    pub original: Option<parvis_domain::Money>,
    /// The rate used.
    pub rate: Option<RateId>,
    /// SHA-256 of the document, where it changes.
    pub evidence: Option<String>,
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
        let original = faults.keep_all(optional_money(
            "/replacement/original",
            self.replacement.original.as_ref(),
        ));
        let evidence = self.replacement.evidence.as_deref();
        let evidence = faults.keep(rules::check_evidence("/replacement/evidence", evidence));
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
                original: original?,
                rate: self.replacement.rate_id.map(RateId),
                evidence: evidence?,
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
    /// The account that recorded it, which cannot decide on it; always null for the public.
    pub recorded_by: Option<Uuid>,
    /// Reference of the document behind it.
    pub reference: Option<String>,
    /// Internal note; always null for the public.
    pub note: Option<String>,
    /// SHA-256 of that document; always null for the public.
    pub evidence: Option<String>,
    /// The document of the programme that has this SHA-256, where there is one that the caller may see.
    pub evidence_document: Option<crate::documents::EvidenceDocument>,
    /// What of a claimed cost was not accepted, justifications only; always null for the public.
    pub refused: Option<RefusedCost>,
    /// What is counted of a contribution in kind.
    pub unit: Option<String>,
    /// How many units.
    pub quantity: Option<String>,
    /// What one unit is worth.
    pub unit_value: Option<Money>,
    /// The base of a flat-rate cost.
    pub base: Option<Money>,
    /// Which part of the base.
    pub base_rate: Option<String>,
    /// The movement that this one reverses.
    pub reverses: Option<Uuid>,
    /// The movement that reverses this one, or would once a second person agrees.
    pub reversed_by: Option<Uuid>,
    /// The movement that this one replaces.
    pub corrects: Option<Uuid>,
    /// Whether it counts: `pending` waits for a second person, `refused` never counts.
    pub status: MovementStatus,
    /// When a second person decided on it.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused; always null for the public.
    pub refusal: Option<String>,
}

/// What is still due on a grant: no more than was granted, and no more than its maximum rate of the accepted cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settlement {
    /// The grant.
    pub grant_id: Uuid,
    /// The decision with its amendments.
    pub granted: Money,
    /// The cost accepted as justified over the whole plan, whoever pays for it, in the grant's currency.
    pub accepted: Money,
    /// What was accepted in other currencies: it is not in `accepted`, since two currencies are never added.
    pub accepted_elsewhere: Vec<Money>,
    /// Which part of the accepted cost the grant pays at most, as an exact decimal or fraction; null: the whole.
    pub max_rate: Option<String>,
    /// The smaller of granted and rate × accepted, rounded down.
    pub payable: Money,
    /// What has been disbursed, net of repayments.
    pub disbursed: Money,
    /// What is still due; below zero it is a claim for repayment.
    pub due: Money,
}
