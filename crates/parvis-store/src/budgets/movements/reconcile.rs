//! Movements that a statement can show: they count, and nothing takes them back.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use parvis_domain::budgets::MovementKind;
use parvis_domain::budgets::reconciliation::{DAYS_AROUND, Posted, StatementSource};
use parvis_domain::ids::{BudgetId, MovementId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Currency, Faults, Money};

use super::{Around, Movement, MovementRow, MovementSort};
use crate::budgets::reconciliations::Reconciliation;
use crate::columns::{IntoDb, db_ids};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::paging::{self, SortKey, keyset, patterns, total};
use crate::schema::{movement_decisions, movements, reconciliation_matches, reversals};

/// How many identifiers are asked for at once.
const CHUNK: usize = 5_000;

/// Which movements that a statement lacks are wanted.
#[derive(Debug, Clone, Default)]
pub struct MissingFilter {
    /// Of this amount, in the grant's currency or as it was paid.
    pub amount: Option<Money>,
    /// Whose reference or note holds every word.
    pub q: Option<String>,
    /// Also of days outside of the statement's.
    pub any_day: bool,
}

type Query<'a> = movements::BoxedQuery<'a, MultiBackend>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = movements)]
struct PostedRow {
    id: MovementId,
    amount_minor: i64,
    currency: Currency,
    original_minor: Option<i64>,
    original_currency: Option<Currency>,
    booked_on: NaiveDate,
    paid_on: Option<NaiveDate>,
    reference: Option<String>,
}

impl PostedRow {
    fn posted(self, source: StatementSource) -> Posted {
        let original = self.original_minor.zip(self.original_currency);
        let original = original.map(|(minor, currency)| Money::new(minor, currency));
        let at_bank = self.paid_on.filter(|_| source == StatementSource::Bank);
        Posted {
            id: self.id,
            day: at_bank.unwrap_or(self.booked_on),
            amounts: [Some(Money::new(self.amount_minor, self.currency)), original]
                .into_iter()
                .flatten()
                .collect(),
            reference: self.reference,
        }
    }
}

/// The movements of some kinds around the days of a statement that no statement of the source has yet.
pub(in crate::budgets) fn postings_around(
    conn: &mut Conn,
    budget: BudgetId,
    source: StatementSource,
    kinds: &[MovementKind],
    (first, last): (NaiveDate, NaiveDate),
) -> StoreResult<Vec<Posted>> {
    let around = Days::new(DAYS_AROUND);
    let days = (
        first.checked_sub_days(around).unwrap_or(first),
        last.checked_add_days(around).unwrap_or(last),
    );
    let query = on_days(unmatched(standing(budget), source), source, days);
    let rows: Vec<PostedRow> = query
        .filter(movements::kind.eq_any(words(kinds)))
        .order((movements::booked_on, movements::id))
        .select(PostedRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.posted(source)).collect())
}

/// Movements that a person names, each of which must stand in this budget.
///
/// # Errors
/// `reference_unknown` at every one that does not.
pub(in crate::budgets) fn postings(
    conn: &mut Conn,
    budget: BudgetId,
    source: StatementSource,
    ids: &[MovementId],
) -> StoreResult<Vec<Posted>> {
    let query = standing(budget).filter(movements::id.eq_any(db_ids(ids.iter().copied())));
    let rows: Vec<PostedRow> = query.select(PostedRow::as_select()).load(conn)?;
    let mut faults = Faults::new();
    for (i, id) in ids.iter().enumerate() {
        if !rows.iter().any(|row| row.id == *id) {
            let detail = "This budget has no such movement, or it waits for a second person or was reversed.";
            faults.add(Code::ReferenceUnknown, format!("/movement_ids/{i}"), detail);
        }
    }
    faults.finish(Some(()))?;
    Ok(rows.into_iter().map(|row| row.posted(source)).collect())
}

/// Movements by their identifiers, in the order of their days.
///
/// # Errors
/// Those of the database.
pub fn movements_by_id(conn: &mut Conn, ids: &[MovementId]) -> StoreResult<Vec<Movement>> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<MovementRow> = movements::table
            .filter(movements::id.eq_any(db_ids(ids.iter().copied())))
            .order((movements::booked_on, movements::id))
            .select(MovementRow::as_select())
            .load(conn)?;
        let around = Around::of(conn, &rows)?;
        found.extend(rows.into_iter().map(|row| around.complete(row)));
    }
    Ok(found)
}

/// The movements of a statement's kinds and days that neither it nor another one of its source has.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_missing_movements(
    conn: &mut Conn,
    statement: &Reconciliation,
    filter: &MissingFilter,
    request: &PageRequest<MovementSort>,
) -> StoreResult<Page<Movement>> {
    let query = || {
        let query = unmatched(standing(statement.budget_id), statement.source);
        let query = query.filter(movements::kind.eq_any(words(statement.mapping.shown())));
        let query = match filter.any_day {
            true => query,
            false => on_days(query, statement.source, (statement.first_day, statement.last_day)),
        };
        by_content(query, filter)
    };
    let total = total!(conn, request, query(), movements::id);
    let select = query().select(MovementRow::as_select());
    let rows = keyset!(select, request, movements::booked_on, movements::id, NaiveDate).load(conn)?;
    let page = paging::page(rows, request, total, |m: &MovementRow| {
        (m.booked_on.text(), m.id.into())
    });
    let around = Around::of(conn, &page.items)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| around.complete(row)).collect()
    }))
}

fn words(kinds: &[MovementKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.as_str()).collect()
}

/// The movements of a budget that count and that nothing takes back.
fn standing<'a>(budget: BudgetId) -> Query<'a> {
    let approved = movement_decisions::table
        .filter(movement_decisions::decision.eq("approved"))
        .select(movement_decisions::movement_id);
    movements::table
        .filter(movements::budget_id.eq(budget.db()))
        .filter(movements::reverses.is_null())
        .filter(movements::needs_approval.eq(false).or(movements::id.eq_any(approved)))
        .filter(movements::id.ne_all(reversals::table.select(reversals::movement_id)))
        .into_boxed::<MultiBackend>()
}

/// Those that no statement of the source has.
fn unmatched(query: Query<'_>, source: StatementSource) -> Query<'_> {
    let matched = reconciliation_matches::table
        .filter(reconciliation_matches::source.eq(source.as_str()))
        .select(reconciliation_matches::movement_id);
    query.filter(movements::id.ne_all(matched))
}

/// Those whose day, as the source sees it, lies within these.
fn on_days(query: Query<'_>, source: StatementSource, (first, last): (NaiveDate, NaiveDate)) -> Query<'_> {
    let booked = movements::booked_on.between(first, last);
    match source {
        StatementSource::Accounts => query.filter(booked),
        StatementSource::Bank => {
            let paid = movements::paid_on
                .is_not_null()
                .and(movements::paid_on.assume_not_null().between(first, last));
            query.filter(paid.or(movements::paid_on.is_null().and(booked)))
        }
    }
}

fn by_content<'a>(mut query: Query<'a>, filter: &MissingFilter) -> Query<'a> {
    if let Some(amount) = filter.amount {
        let (minor, code) = (amount.minor.abs(), amount.currency.code());
        let booked = movements::amount_minor
            .eq(minor)
            .and(movements::currency.eq(code.to_owned()));
        let paid = movements::original_minor
            .is_not_null()
            .and(movements::original_minor.assume_not_null().eq(minor))
            .and(movements::original_currency.assume_not_null().eq(code.to_owned()));
        query = query.filter(booked.or(paid));
    }
    for pattern in patterns(filter.q.as_deref()) {
        query = query.filter(movements::search.like(pattern).escape('\\'));
    }
    query
}
