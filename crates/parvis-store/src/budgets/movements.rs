//! Movements: the append-only ledger.

mod decide;
mod list;
mod post;
mod reconcile;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::budgets::movements::{Product, Quantity, Refused};
use parvis_domain::budgets::ratio::Ratio;
use parvis_domain::budgets::{MovementKind, MovementStatus};
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId, PartnerId, ProgrammeId, RateId, UserId};
use parvis_domain::{Currency, Money};
use serde::Serialize;

pub use decide::{approve_movement, refuse_movement};
pub use list::{MovementFilter, MovementSort, list_movements};
pub use post::{correct_movement, create_movement, reverse_movement};
pub use reconcile::{MissingFilter, list_missing_movements, movements_by_id};
pub(super) use reconcile::{postings, postings_around};

use super::flows::Flow;
use super::texts;
use crate::columns::{Instant, IntoDb, db_ids};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{grants, movement_decisions, movements, reversals};

/// Stands between reference and note in the column that is searched: U+001F, which no text holds.
const SEPARATOR: char = '\u{1f}';

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = movements)]
struct MovementRow {
    id: MovementId,
    programme_id: ProgrammeId,
    budget_id: BudgetId,
    line_id: LineId,
    grant_id: GrantId,
    kind: MovementKind,
    amount_minor: i64,
    currency: Currency,
    original_minor: Option<i64>,
    original_currency: Option<Currency>,
    rate_id: Option<RateId>,
    payer_id: PartnerId,
    payee_id: Option<PartnerId>,
    booked_on: NaiveDate,
    incurred_on: Option<NaiveDate>,
    paid_on: Option<NaiveDate>,
    #[diesel(deserialize_as = Instant)]
    recorded_at: DateTime<Utc>,
    recorded_by: Option<UserId>,
    reference: Option<String>,
    note: Option<String>,
    reverses: Option<MovementId>,
    needs_approval: bool,
    corrects: Option<MovementId>,
    evidence: Option<String>,
    refused_minor: Option<i64>,
    refused_reason: Option<String>,
    unit: Option<String>,
    basis_minor: Option<i64>,
    factor_numerator: Option<i64>,
    factor_denominator: Option<i64>,
}

/// A movement of the ledger. Its note stays out of the history: it may hold names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Movement {
    /// Its identifier.
    pub id: MovementId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The budget.
    pub budget_id: BudgetId,
    /// The line.
    pub line_id: LineId,
    /// The grant.
    pub grant_id: GrantId,
    /// The funder of the grant.
    pub funder_id: PartnerId,
    /// What it is.
    pub kind: MovementKind,
    /// How much, in the grant's currency.
    #[serde(serialize_with = "texts::amount")]
    pub amount: Money,
    /// As it was paid, where that was in another currency.
    #[serde(serialize_with = "texts::optional_amount")]
    pub original: Option<Money>,
    /// The rate used.
    pub rate_id: Option<RateId>,
    /// Who pays.
    pub payer_id: PartnerId,
    /// Who is paid.
    pub payee_id: Option<PartnerId>,
    /// The day in the accounts.
    pub booked_on: NaiveDate,
    /// When the cost arose.
    pub incurred_on: Option<NaiveDate>,
    /// The day at the bank.
    pub paid_on: Option<NaiveDate>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// By which account.
    #[serde(skip)]
    pub recorded_by: Option<UserId>,
    /// Reference of the document behind it.
    pub reference: Option<String>,
    /// SHA-256 of that document.
    pub evidence: Option<String>,
    /// Internal note.
    #[serde(skip)]
    pub note: Option<String>,
    /// What of a justification was not accepted. The reason may hold names; the history keeps it out.
    #[serde(skip)]
    pub refused: Option<Refused>,
    /// How the amount was worked out.
    #[serde(skip)]
    pub product: Option<Product>,
    /// The movement that it reverses.
    pub reverses: Option<MovementId>,
    /// The movement that it replaces.
    pub corrects: Option<MovementId>,
    /// The movement that reverses it, or would, once a second person agrees.
    #[serde(skip)]
    pub reversed_by: Option<MovementId>,
    /// Whether it counts.
    pub status: MovementStatus,
    /// When a second person decided on it.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    #[serde(skip)]
    pub refusal: Option<String>,
}

impl Movement {
    /// What it says of partners and exchanges.
    fn flow(&self) -> Flow {
        Flow {
            grant: self.grant_id,
            kind: self.kind,
            amount: self.amount,
            original: self.original,
            rate: self.rate_id,
            payer: self.payer_id,
            payee: self.payee_id,
            booked_on: self.booked_on,
            reversal: self.reverses.is_some(),
        }
    }
}

/// One movement.
///
/// # Errors
/// `not_found`.
pub fn get_movement(conn: &mut Conn, movement: MovementId) -> StoreResult<Movement> {
    let row: MovementRow = movements::table
        .find(movement.db())
        .select(MovementRow::as_select())
        .first(conn)?;
    let around = Around::of(conn, std::slice::from_ref(&row))?;
    Ok(around.complete(row))
}

/// Whether a movement counts, asked anew under the lock of its grant.
fn status_of(conn: &mut Conn, of: &Movement) -> StoreResult<MovementStatus> {
    let decision = movement_decisions::table
        .filter(movement_decisions::movement_id.eq(of.id.db()))
        .select(movement_decisions::decision);
    let decision: Option<String> = decision.first(conn).optional()?;
    Ok(match decision.as_deref() {
        Some("approved") => MovementStatus::Approved,
        Some(_) => MovementStatus::Refused,
        // It was posted as one that waits, or as one that counts: that never changes.
        None => of.status,
    })
}

/// What a second person decided.
#[derive(Debug, Clone)]
enum Decision {
    None,
    Approved(DateTime<Utc>),
    Refused(DateTime<Utc>, Option<String>),
}

/// What stands around rows of the ledger: the funders of their grants, the movements that reverse them, and what a second
/// person decided.
struct Around {
    funders: Vec<(GrantId, PartnerId)>,
    reversals: Vec<(MovementId, MovementId)>,
    decisions: Vec<(MovementId, Decision)>,
}

impl Around {
    fn of(conn: &mut Conn, rows: &[MovementRow]) -> StoreResult<Self> {
        type DecisionRow = (MovementId, String, Option<String>, Instant);
        let mut grant_ids = db_ids(rows.iter().map(|row| row.grant_id));
        grant_ids.sort_unstable();
        grant_ids.dedup();
        let funders = grants::table
            .filter(grants::id.eq_any(grant_ids))
            .select((grants::id, grants::funder_id))
            .load(conn)?;
        let ids = db_ids(rows.iter().map(|row| row.id));
        let reversals = reversals::table
            .filter(reversals::movement_id.eq_any(&ids))
            .select((reversals::movement_id, reversals::reversal_id))
            .load(conn)?;
        let decided: Vec<DecisionRow> = movement_decisions::table
            .filter(movement_decisions::movement_id.eq_any(&ids))
            .select((
                movement_decisions::movement_id,
                movement_decisions::decision,
                movement_decisions::reason,
                movement_decisions::decided_at,
            ))
            .load(conn)?;
        let decision = |(movement, decision, reason, Instant(at)): DecisionRow| match decision.as_str() {
            "approved" => (movement, Decision::Approved(at)),
            _ => (movement, Decision::Refused(at, reason)),
        };
        Ok(Self {
            funders,
            reversals,
            decisions: decided.into_iter().map(decision).collect(),
        })
    }

    fn complete(&self, row: MovementRow) -> Movement {
        let funder = self.funders.iter().find(|(grant, _)| *grant == row.grant_id);
        let reversed_by = self.reversals.iter().find(|(of, _)| *of == row.id);
        let decision = self.decisions.iter().find(|(of, _)| *of == row.id);
        let decision = decision.map_or(Decision::None, |(_, decision)| decision.clone());
        complete(
            row,
            funder.map(|(_, funder)| *funder),
            reversed_by.map(|(_, by)| *by),
            decision,
        )
    }
}

fn complete(
    row: MovementRow,
    funder: Option<PartnerId>,
    reversed_by: Option<MovementId>,
    decision: Decision,
) -> Movement {
    let product = row.product();
    let (status, decided_at, refusal) = match decision {
        Decision::Approved(at) => (MovementStatus::Approved, Some(at), None),
        Decision::Refused(at, reason) => (MovementStatus::Refused, Some(at), reason),
        Decision::None if row.needs_approval => (MovementStatus::Pending, None, None),
        Decision::None => (MovementStatus::Approved, None, None),
    };
    Movement {
        id: row.id,
        programme_id: row.programme_id,
        budget_id: row.budget_id,
        line_id: row.line_id,
        grant_id: row.grant_id,
        funder_id: funder.unwrap_or(row.payer_id),
        kind: row.kind,
        amount: Money::new(row.amount_minor, row.currency),
        original: row
            .original_minor
            .zip(row.original_currency)
            .map(|(minor, currency)| Money::new(minor, currency)),
        rate_id: row.rate_id,
        payer_id: row.payer_id,
        payee_id: row.payee_id,
        booked_on: row.booked_on,
        incurred_on: row.incurred_on,
        paid_on: row.paid_on,
        recorded_at: row.recorded_at,
        recorded_by: row.recorded_by,
        reference: row.reference,
        evidence: row.evidence,
        note: row.note,
        refused: row
            .refused_minor
            .zip(row.refused_reason)
            .map(|(minor, reason)| Refused {
                amount: Money::new(minor, row.currency),
                reason,
            }),
        product,
        reverses: row.reverses,
        corrects: row.corrects,
        reversed_by,
        status,
        decided_at,
        refusal,
    }
}

impl MovementRow {
    /// How the amount was worked out.
    fn product(&self) -> Option<Product> {
        let basis = Money::new(self.basis_minor?, self.currency);
        let (numerator, denominator) = self.factor_numerator.zip(self.factor_denominator)?;
        match &self.unit {
            Some(unit) => Some(Product::Valued {
                unit: unit.clone(),
                quantity: Quantity::from_parts(numerator, denominator)?,
                unit_value: basis,
            }),
            None => Some(Product::FlatRate {
                base: basis,
                rate: Ratio::new(numerator, denominator)?,
            }),
        }
    }
}
