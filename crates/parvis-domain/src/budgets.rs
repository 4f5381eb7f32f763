//! Budgets: what is planned, granted, committed, disbursed, spent and still available, per line and grant.
//!
//! A *grant* is one decision of one funder, in one currency and one kind, spread over *lines*; its part of a line is a
//! *share*. Every movement belongs to a share. The rules of the ledger run on the running sums of shares: see [`ledger`].

pub mod alerts;
pub mod balances;
pub mod cofinancing;
pub mod ledger;
pub mod movements;
pub mod plan;
pub mod rates;
pub mod ratio;
pub mod reconciliation;
pub mod reports;
pub mod settlement;
pub mod tranches;
pub mod years;

pub use movements::{NewMovement, check_kind, check_mode};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::choices::choices;
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::{GrantId, PartnerId};
use crate::localised_text::LocalisedText;
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::templates::{Axis, Category};

choices! {
    /// Whether a grant is money or means.
    GrantKind {
        /// Money.
        Cash = "cash",
        /// Expertise, staff, premises, work: valued, never payable.
        InKind = "in_kind",
    }

    /// How a grant is paid.
    PaymentMode {
        /// Ahead of the cost.
        Advance = "advance",
        /// In tranches, each released on conditions.
        Instalments = "instalments",
        /// After the cost is justified.
        Reimbursement = "reimbursement",
        /// The funder pays the works itself: an expenditure is its own disbursement.
        Direct = "direct",
    }

    /// The kinds of movement of the ledger.
    MovementKind {
        /// A funder says that it means to give.
        Pledge = "pledge",
        /// Money is bound to a purpose.
        Commitment = "commitment",
        /// Part of a commitment is released.
        Decommitment = "decommitment",
        /// Money is paid out to whoever does the work.
        Disbursement = "disbursement",
        /// Whoever does the work spends it.
        Expenditure = "expenditure",
        /// Money is paid back to the funder.
        Repayment = "repayment",
        /// Means are contributed, valued in the grant's currency.
        InKind = "in_kind",
        /// The funder accepts a cost as justified.
        Justification = "justification",
        /// Money passes from one partner to another.
        Transfer = "transfer",
    }

    /// Whether a movement counts. It is derived from the decisions about it, never stored.
    MovementStatus {
        /// Waits for a second person.
        Pending = "pending",
        /// Counts.
        Approved = "approved",
        /// Was turned down.
        Refused = "refused",
    }
}

impl MovementKind {
    /// The kinds with which money changes hands. The others promise it, value it or judge it, so that nothing is exchanged.
    pub const PAYMENTS: [Self; 4] = [Self::Disbursement, Self::Expenditure, Self::Repayment, Self::Transfer];
}

/// What a programme asks of its ledger beyond the rules that always hold. It comes from the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Policy {
    /// What is available is bounded by the funder's decision too, not by the plan alone (rule 4).
    pub grant_decision: bool,
    /// Nothing is spent before it was disbursed (rule 3, committees of the improvement call).
    pub spent_within_disbursed: bool,
    /// A second person approves every movement (rule 9).
    pub four_eyes: bool,
    /// When somebody wants to be told.
    pub alerts: alerts::AlertPolicy,
}

/// A budget to be created or its new content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetContent {
    /// Its title.
    pub title: LocalisedText,
    /// The period that it plans.
    pub period: Period,
    /// Reporting currency.
    pub currency: Currency,
    /// Targets and ceilings of categories.
    pub targets: Vec<cofinancing::CategoryTarget>,
}

/// A line to be created or its new content, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineContent {
    /// What it pays for, where it has a title of its own beyond category and axis.
    pub title: Option<LocalisedText>,
    /// Code of a category of the programme.
    pub category: String,
    /// Code of an axis of the programme.
    pub axis: Option<String>,
    /// The year of its plan.
    pub year: i32,
    /// What it costs, where that is known apart from its grants.
    pub cost: Option<Money>,
}

/// What a grant says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantContent {
    /// The funder.
    pub funder: PartnerId,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The currency, the same for all its shares.
    pub currency: Currency,
    /// How it is paid.
    pub payment_mode: PaymentMode,
    /// Reference of the decision.
    pub reference: Option<String>,
    /// Date of the decision.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it can be paid.
    pub expires_on: Option<NaiveDate>,
    /// Which part of its plan each line may exceed without an amendment; the programme's rule where nothing is said.
    pub shift: Option<ratio::Ratio>,
    /// Which part of the accepted cost it pays at most; the whole of it where nothing is said.
    pub rate: Option<ratio::Ratio>,
}

/// The part of a grant that a line gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// What the plan foresees, in minor units of the grant's currency.
    pub planned: i64,
    /// What the funder decided, in minor units of the grant's currency.
    pub granted: i64,
}

/// A share of a new line: of a grant that exists, or of one that is recorded with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineShare {
    /// Of an existing grant.
    Existing {
        /// The grant.
        grant: GrantId,
        /// The currency in which the amounts were given; it must be the grant's.
        currency: Currency,
        /// Its part of the line.
        share: Share,
    },
    /// Of a grant that is recorded now.
    New {
        /// The grant.
        content: GrantContent,
        /// Its part of the line.
        share: Share,
    },
}

/// Checks that amounts are in the grant's currency (rule 2).
///
/// # Errors
/// `currency_mismatch`.
pub fn check_currency(pointer: &str, amount: Currency, grant: Currency) -> Result<(), Fault> {
    if amount == grant {
        return Ok(());
    }
    let detail = format!("The grant is in {grant}; an amount in {amount} cannot be added to it.");
    Err(Fault::new(Code::CurrencyMismatch, pointer, detail).with("allowed", grant.code()))
}

/// Checks that a line speaks the words of its programme and lies in the years of its budget.
///
/// # Errors
/// `reference_unknown` for a category or axis that the programme does not have, listing those it has; `out_of_range` for
/// a year outside the budget's period.
pub fn check_line(line: &LineContent, categories: &[Category], axes: &[Axis], period: Period) -> Result<(), Faults> {
    let mut faults = Faults::new();
    let allowed = categories
        .iter()
        .map(|category| category.code.as_str())
        .collect::<Vec<_>>();
    check_word(&mut faults, "/category", &line.category, &allowed);
    if let Some(axis) = &line.axis {
        check_word(
            &mut faults,
            "/axis",
            axis,
            &axes.iter().map(|axis| axis.code.as_str()).collect::<Vec<_>>(),
        );
    }
    let years = period.starts_on.year()..=period.ends_on.map_or(i32::MAX, |end| end.year());
    if !years.contains(&line.year) {
        let (first, last) = (years.start(), period.ends_on.map(|end| end.year()));
        let until = last.map(|last| format!(" to {last}")).unwrap_or_default();
        let detail = format!(
            "{} lies outside the period of the budget, from {first}{until}.",
            line.year
        );
        let fault = Fault::new(Code::OutOfRange, "/year", detail).with("min", first.to_string());
        faults.push(match last {
            Some(last) => fault.with("max", last.to_string()),
            None => fault,
        });
    }
    faults.finish(Some(()))
}

fn check_word(faults: &mut Faults, pointer: &str, word: &str, allowed: &[&str]) {
    if !allowed.contains(&word) {
        let allowed = if allowed.is_empty() {
            "none".to_owned()
        } else {
            allowed.join(", ")
        };
        let detail = format!("The programme has no {word}; it has: {allowed}.");
        faults.push(Fault::new(Code::ReferenceUnknown, pointer, detail).with("allowed", allowed));
    }
}

/// Checks the day of a booking: never in the future (rule 8), not before what it rests on.
///
/// # Errors
/// `date_in_future` or `date_too_early`.
pub fn check_booked_on(
    pointer: &str,
    day: NaiveDate,
    earliest: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(), Fault> {
    if day > today {
        let detail = format!("{day} lies after today, {today}, in the time zone of the programme.");
        return Err(Fault::new(Code::DateInFuture, pointer, detail).with("max", today.to_string()));
    }
    match earliest {
        Some(earliest) if day < earliest => {
            let detail = format!("{day} lies before {earliest}, the day of the movement that it rests on.");
            Err(Fault::new(Code::DateTooEarly, pointer, detail).with("min", earliest.to_string()))
        }
        _ => Ok(()),
    }
}

/// Checks that a caller who is bound to an organisation records that organisation's own costs and means, and nothing else.
///
/// # Errors
/// `permission_denied`.
pub fn check_own_share(bound: Option<PartnerId>, funder: PartnerId, kind: MovementKind) -> Result<(), DomainError> {
    match bound {
        Some(partner) if partner != funder || !matches!(kind, MovementKind::Expenditure | MovementKind::InKind) => {
            let detail = "A partner records expenditures and contributions in kind on its own grants only.";
            Err(DomainError::new(Code::PermissionDenied, detail))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_touches_its_own_share_only() {
        let (own, other) = (PartnerId(uuid::Uuid::from_u128(1)), PartnerId(uuid::Uuid::from_u128(2)));
        assert!(check_own_share(Some(own), own, MovementKind::InKind).is_ok());
        assert!(check_own_share(Some(own), other, MovementKind::InKind).is_err());
        assert!(check_own_share(Some(own), own, MovementKind::Commitment).is_err());
        assert!(check_own_share(None, other, MovementKind::Commitment).is_ok());
    }
}
