//! The rows of statements: what was found for them, and what people say of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::reconciliation::{self as domain, RowOutcome, StatementSource};
use parvis_domain::ids::{MovementId, ReconciliationId, ReconciliationRowId};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Currency, Money};
use serde::Serialize;

use super::create::{MatchColumns, insert_matches};
use crate::budgets::home::Home;
use crate::budgets::movements::{self, Movement};
use crate::budgets::{record, texts, years};
use crate::columns::{IntoDb, Natural, db_ids};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current};
use crate::events;
use crate::paging::{self, keyset, total};
use crate::schema::{reconciliation_matches as matches, reconciliation_rows as rows, reconciliations};
use crate::stamp::Stamp;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rows)]
struct StoredRow {
    id: ReconciliationRowId,
    reconciliation_id: ReconciliationId,
    #[diesel(deserialize_as = Natural)]
    line: u32,
    day: NaiveDate,
    amount_minor: i64,
    currency: Currency,
    reference: Option<String>,
    description: Option<String>,
    outcome: RowOutcome,
    note: Option<String>,
    version: i64,
}

/// A row of a statement with its movements. What it was and the note stay out of the history: they may hold names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReconciliationRow {
    /// Its identifier.
    pub id: ReconciliationRowId,
    /// The statement.
    pub reconciliation_id: ReconciliationId,
    /// Its line in the file.
    pub line: u32,
    /// The day.
    pub day: NaiveDate,
    /// The amount as the file has it, with its sign.
    #[serde(serialize_with = "texts::amount")]
    pub amount: Money,
    /// The reference.
    pub reference: Option<String>,
    /// What it was.
    #[serde(skip)]
    pub description: Option<String>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Its movements.
    #[serde(serialize_with = "only_ids")]
    pub movements: Vec<Movement>,
    /// What a person says of it.
    #[serde(skip)]
    pub note: Option<String>,
    /// Version, raised by every change.
    #[serde(skip)]
    pub version: i64,
}

fn only_ids<S: serde::Serializer>(movements: &[Movement], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(movements.iter().map(|movement| movement.id))
}

/// How rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReconciliationRowSort {
    /// As in the file.
    Line,
}

/// The rows of a statement.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_reconciliation_rows(
    conn: &mut Conn,
    statement: ReconciliationId,
    outcome: Option<RowOutcome>,
    request: &PageRequest<ReconciliationRowSort>,
) -> StoreResult<Page<ReconciliationRow>> {
    let query = || {
        let query = rows::table
            .filter(rows::reconciliation_id.eq(statement.db()))
            .into_boxed::<MultiBackend>();
        match outcome {
            Some(outcome) => query.filter(rows::outcome.eq(outcome.as_str())),
            None => query,
        }
    };
    let total = total!(conn, request, query(), rows::id);
    let select = query().select(StoredRow::as_select());
    let found = keyset!(select, request, rows::line, rows::id, i32).load(conn)?;
    let page = paging::page(found, request, total, |row: &StoredRow| {
        (row.line.to_string(), row.id.into())
    });
    let mut of = movements_of(conn, &page.items)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| complete(row, &mut of)).collect()
    }))
}

/// All rows of a statement, as in the file: there are never more than a statement may have.
///
/// # Errors
/// Those of the database.
pub fn all_reconciliation_rows(conn: &mut Conn, statement: ReconciliationId) -> StoreResult<Vec<ReconciliationRow>> {
    let of_statement = rows::table.filter(rows::reconciliation_id.eq(statement.db()));
    let found: Vec<StoredRow> = of_statement
        .order((rows::line, rows::id))
        .select(StoredRow::as_select())
        .load(conn)?;
    let mut of = movements_of(conn, &found)?;
    Ok(found.into_iter().map(|row| complete(row, &mut of)).collect())
}

/// One row.
///
/// # Errors
/// `not_found`.
pub fn get_reconciliation_row(conn: &mut Conn, id: ReconciliationRowId) -> StoreResult<ReconciliationRow> {
    let row: StoredRow = rows::table.find(id.db()).select(StoredRow::as_select()).first(conn)?;
    let mut of = movements_of(conn, std::slice::from_ref(&row))?;
    Ok(complete(row, &mut of))
}

/// Says which movements a row stands for, in place of those it had, or why it has none.
///
/// # Errors
/// `reference_unknown` for a movement that is not of the budget, waits, or was reversed; `movement_matched`,
/// `version_stale`.
pub fn update_reconciliation_row(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    before: &ReconciliationRow,
    movements: &[MovementId],
    note: Option<&str>,
) -> StoreResult<ReconciliationRow> {
    years::lock(conn, home.budget)?;
    let statement = reconciliations::table.find(before.reconciliation_id.db());
    let source: StatementSource = statement.select(reconciliations::source).first(conn)?;
    let posted = movements::postings(conn, home.budget, source, movements)?;
    let outcome = domain::outcome(before.amount, &posted, note);
    let row = rows::table
        .find(before.id.db())
        .filter(rows::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            rows::outcome.eq(outcome.as_str()),
            rows::note.eq(note),
            rows::version.eq(before.version + 1),
        ))
        .execute(conn)?;
    require_current(changed)?;
    diesel::delete(matches::table.filter(matches::row_id.eq(before.id.db()))).execute(conn)?;
    let given: Vec<MatchColumns> = movements
        .iter()
        .map(|movement| MatchColumns {
            source: source.as_str(),
            movement_id: movement.db(),
            reconciliation_id: before.reconciliation_id.db(),
            row_id: before.id.db(),
        })
        .collect();
    insert_matches(conn, &given)?;
    let after = get_reconciliation_row(conn, before.id)?;
    record(
        conn,
        stamp,
        home.programme.id,
        Operation::UpdateReconciliationRow,
        "reconciliation_row",
        before.id,
        events::value(before)?,
        &after,
    )?;
    Ok(after)
}

type Matched = BTreeMap<ReconciliationRowId, Vec<Movement>>;

/// The movements of rows, in a fixed number of statements.
fn movements_of(conn: &mut Conn, of: &[StoredRow]) -> StoreResult<Matched> {
    let ids = db_ids(of.iter().map(|row| row.id));
    let pairs: Vec<(ReconciliationRowId, MovementId)> = matches::table
        .filter(matches::row_id.eq_any(ids))
        .select((matches::row_id, matches::movement_id))
        .load(conn)?;
    let row_of: BTreeMap<MovementId, ReconciliationRowId> =
        pairs.iter().map(|(row, movement)| (*movement, *row)).collect();
    let ids: Vec<MovementId> = row_of.keys().copied().collect();
    let mut matched = Matched::new();
    for movement in movements::movements_by_id(conn, &ids)? {
        if let Some(row) = row_of.get(&movement.id) {
            matched.entry(*row).or_default().push(movement);
        }
    }
    Ok(matched)
}

fn complete(row: StoredRow, movements: &mut Matched) -> ReconciliationRow {
    ReconciliationRow {
        movements: movements.remove(&row.id).unwrap_or_default(),
        id: row.id,
        reconciliation_id: row.reconciliation_id,
        line: row.line,
        day: row.day,
        amount: Money::new(row.amount_minor, row.currency),
        reference: row.reference,
        description: row.description,
        outcome: row.outcome,
        note: row.note,
        version: row.version,
    }
}
