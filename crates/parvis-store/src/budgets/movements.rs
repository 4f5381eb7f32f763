//! Movements: the append-only ledger.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::{self as domain, MovementKind, NewMovement, ledger};
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId, PartnerId, ProgrammeId, RateId, UserId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Currency, DomainError, Money};
use serde::Serialize;
use serde_json::Value;

use super::shares::{self, Locked};
use super::{record, references, texts};
use crate::columns::{Instant, IntoDb, db_ids, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreError, StoreResult};
use crate::events;
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::{grants, movements};
use crate::stamp::Stamp;

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
    #[serde(skip)]
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
    /// Internal note.
    #[serde(skip)]
    pub note: Option<String>,
    /// The movement that it reverses.
    pub reverses: Option<MovementId>,
    /// The movement that reverses it.
    #[serde(skip)]
    pub reversed_by: Option<MovementId>,
}

/// Which movements are wanted.
#[derive(Debug, Clone, Default)]
pub struct MovementFilter {
    /// On this line.
    pub line: Option<LineId>,
    /// On this grant.
    pub grant: Option<GrantId>,
    /// Of a grant of this funder.
    pub funder: Option<PartnerId>,
    /// Of this kind.
    pub kind: Option<MovementKind>,
    /// Booked on or after this day.
    pub booked_from: Option<NaiveDate>,
    /// Booked on or before this day.
    pub booked_to: Option<NaiveDate>,
    /// That a partner may see: of its own grants, paid by it or to it.
    pub only: Option<PartnerId>,
}

/// How movements are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementSort {
    /// By the day in the accounts.
    BookedOn,
    /// By the instant of their record.
    RecordedAt,
}

/// The movements of a budget.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_movements(
    conn: &mut Conn,
    budget: BudgetId,
    filter: &MovementFilter,
    request: &PageRequest<MovementSort>,
) -> StoreResult<Page<Movement>> {
    let query = || {
        let mut query = movements::table
            .filter(movements::budget_id.eq(budget.db()))
            .into_boxed::<MultiBackend>();
        let grants_of = |funder: PartnerId| {
            grants::table
                .filter(grants::funder_id.eq(funder.db()))
                .select(grants::id)
        };
        if let Some(line) = filter.line {
            query = query.filter(movements::line_id.eq(line.db()));
        }
        if let Some(grant) = filter.grant {
            query = query.filter(movements::grant_id.eq(grant.db()));
        }
        if let Some(funder) = filter.funder {
            query = query.filter(movements::grant_id.eq_any(grants_of(funder)));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(movements::kind.eq(kind.as_str()));
        }
        if let Some(day) = filter.booked_from {
            query = query.filter(movements::booked_on.ge(day));
        }
        if let Some(day) = filter.booked_to {
            query = query.filter(movements::booked_on.le(day));
        }
        if let Some(partner) = filter.only {
            let own = movements::grant_id.eq_any(grants_of(partner));
            let payee = movements::payee_id
                .is_not_null()
                .and(movements::payee_id.assume_not_null().eq(partner.db()));
            query = query.filter(own.or(movements::payer_id.eq(partner.db())).or(payee));
        }
        query
    };
    let total = total!(conn, request, query(), movements::id);
    let select = || query().select(MovementRow::as_select());
    let page = match request.sort {
        MovementSort::BookedOn => {
            let rows = keyset!(select(), request, movements::booked_on, movements::id, NaiveDate).load(conn)?;
            paging::page(rows, request, total, |m: &MovementRow| {
                (m.booked_on.text(), m.id.into())
            })
        }
        MovementSort::RecordedAt => {
            let rows = keyset!(select(), request, movements::recorded_at, movements::id, DateTime<Utc>).load(conn)?;
            paging::page(rows, request, total, |m: &MovementRow| {
                (m.recorded_at.text(), m.id.into())
            })
        }
    };
    let around = Around::of(conn, &page.items)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| around.complete(row)).collect()
    }))
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

/// What stands around rows of the ledger: the funders of their grants and the movements that reverse them.
struct Around {
    funders: Vec<(GrantId, PartnerId)>,
    reversals: Vec<(Option<MovementId>, MovementId)>,
}

impl Around {
    fn of(conn: &mut Conn, rows: &[MovementRow]) -> StoreResult<Self> {
        let mut grant_ids = db_ids(rows.iter().map(|row| row.grant_id));
        grant_ids.sort_unstable();
        grant_ids.dedup();
        let funders = grants::table
            .filter(grants::id.eq_any(grant_ids))
            .select((grants::id, grants::funder_id))
            .load(conn)?;
        let ids = db_ids(rows.iter().map(|row| row.id));
        let reversals = movements::table
            .filter(movements::reverses.assume_not_null().eq_any(ids))
            .select((movements::reverses, movements::id))
            .load(conn)?;
        Ok(Self { funders, reversals })
    }

    fn complete(&self, row: MovementRow) -> Movement {
        let funder = self
            .funders
            .iter()
            .find(|(grant, _)| *grant == row.grant_id)
            .map(|(_, funder)| *funder);
        let reversed_by = self
            .reversals
            .iter()
            .find(|(of, _)| *of == Some(row.id))
            .map(|(_, by)| *by);
        complete(row, funder, reversed_by)
    }
}

fn complete(row: MovementRow, funder: Option<PartnerId>, reversed_by: Option<MovementId>) -> Movement {
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
        note: row.note,
        reverses: row.reverses,
        reversed_by,
    }
}

/// Posts a movement: checks the rules of the ledger under the lock of the grant, and keeps the balances. `bound` is the
/// organisation that the caller acts for, whose own share it must be.
///
/// # Errors
/// The rule that it would break, naming what is available.
pub fn create_movement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    budget: BudgetId,
    new: &NewMovement,
    bound: Option<PartnerId>,
) -> StoreResult<Movement> {
    let mut share = shares::lock(conn, budget, (new.line, new.grant))?;
    domain::check_own_share(bound, share.funder, new.kind)?;
    domain::check_kind(new.kind, share.terms.kind)?;
    domain::check_currency("/amount/currency", new.amount.currency, share.terms.currency)?;
    for (partner, pointer) in [(new.payer, "/payer_id"), (new.payee, "/payee_id")] {
        if let Some(partner) = partner {
            references::require_partner(conn, partner, pointer)?;
        }
    }
    share.change(
        conn,
        new.booked_on,
        ledger::effect(new.kind, share.terms.mode, new.amount.minor),
    )?;
    let movement = insert(conn, stamp, &share, new, None)?;
    record(
        conn,
        stamp,
        share.programme,
        Operation::CreateMovement,
        "movement",
        movement.id,
        Value::Null,
        &movement,
    )?;
    Ok(movement)
}

/// Reverses a movement on a day of its own.
///
/// # Errors
/// `already_reversed`, `reversal_of_reversal`, or the rule that would be broken without the movement.
pub fn reverse_movement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    of: &Movement,
    booked_on: NaiveDate,
    reason: &str,
) -> StoreResult<Movement> {
    let mut share = lock_reversible(conn, of)?;
    share.change(
        conn,
        booked_on,
        ledger::effect(of.kind, share.terms.mode, of.amount.minor).negated(),
    )?;
    let reversal = insert(conn, stamp, &share, &mirror(of, booked_on, reason), Some(of.id))?;
    record(
        conn,
        stamp,
        share.programme,
        Operation::ReverseMovement,
        "movement",
        reversal.id,
        events::value(of)?,
        &reversal,
    )?;
    Ok(reversal)
}

/// Reverses a movement and posts its replacement; the rules are checked after both (rule 7). Returns both.
///
/// # Errors
/// As [`reverse_movement`], and `currency_mismatch`.
pub fn correct_movement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    of: &Movement,
    reason: &str,
    replacement: &NewMovement,
) -> StoreResult<(Movement, Movement)> {
    let mut share = lock_reversible(conn, of)?;
    domain::check_currency(
        "/replacement/amount/currency",
        replacement.amount.currency,
        share.terms.currency,
    )?;
    let mode = share.terms.mode;
    let taken = ledger::effect(of.kind, mode, of.amount.minor).negated();
    let given = ledger::effect(replacement.kind, mode, replacement.amount.minor);
    share.change(conn, replacement.booked_on, taken.plus(given))?;
    let reversal = insert(
        conn,
        stamp,
        &share,
        &mirror(of, replacement.booked_on, reason),
        Some(of.id),
    )?;
    let replacement = insert(conn, stamp, &share, replacement, None)?;
    record(
        conn,
        stamp,
        share.programme,
        Operation::CorrectMovement,
        "movement",
        replacement.id,
        events::value(of)?,
        &replacement,
    )?;
    Ok((reversal, replacement))
}

/// Locks the share of a movement, then looks whether it can still be reversed.
fn lock_reversible(conn: &mut Conn, of: &Movement) -> StoreResult<Locked> {
    let share = shares::lock(conn, of.budget_id, (of.line_id, of.grant_id))?;
    let refuse = |code, detail: &str| Err(StoreError::Domain(DomainError::new(code, detail)));
    if of.reverses.is_some() {
        return refuse(
            Code::ReversalOfReversal,
            "This is a reversal; post the movement anew instead.",
        );
    }
    let reversal = movements::table
        .filter(movements::reverses.assume_not_null().eq(of.id.db()))
        .select(movements::id);
    match reversal.first::<MovementId>(conn).optional()? {
        Some(by) => refuse(
            Code::AlreadyReversed,
            &format!("The movement {by} reverses it already."),
        ),
        None => Ok(share),
    }
}

/// The content of a reversal: what it reverses, on its own day, with the reason as its note.
fn mirror(of: &Movement, booked_on: NaiveDate, reason: &str) -> NewMovement {
    NewMovement {
        line: of.line_id,
        grant: of.grant_id,
        kind: of.kind,
        amount: of.amount,
        booked_on,
        incurred_on: of.incurred_on,
        paid_on: None,
        payer: Some(of.payer_id),
        payee: of.payee_id,
        reference: of.reference.clone(),
        note: Some(reason.to_owned()),
    }
}

fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    share: &Locked,
    new: &NewMovement,
    reverses: Option<MovementId>,
) -> StoreResult<Movement> {
    let id: MovementId = stamp.id();
    let row: MovementRow = diesel::insert_into(movements::table)
        .values((
            movements::id.eq(id.db()),
            movements::programme_id.eq(share.programme.db()),
            movements::budget_id.eq(share.budget.db()),
            movements::line_id.eq(new.line.db()),
            movements::grant_id.eq(new.grant.db()),
            movements::kind.eq(new.kind.as_str()),
            movements::amount_minor.eq(new.amount.minor),
            movements::currency.eq(new.amount.currency.code()),
            movements::payer_id.eq(new.payer.unwrap_or(share.funder).db()),
            movements::payee_id.eq(new.payee.map(IntoDb::db)),
            movements::booked_on.eq(new.booked_on),
            movements::incurred_on.eq(new.incurred_on),
            movements::paid_on.eq(new.paid_on),
            movements::recorded_at.eq(micros(stamp.at)),
            movements::recorded_by.eq(stamp.actor.map(IntoDb::db)),
            movements::reference.eq(&new.reference),
            movements::note.eq(&new.note),
            movements::reverses.eq(reverses.map(IntoDb::db)),
        ))
        .returning(movements::all_columns)
        .get_result(conn)?;
    Ok(complete(row, Some(share.funder), None))
}
