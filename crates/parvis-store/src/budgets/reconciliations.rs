//! Reconciliations: statements of the accounts and the bank, whose rows stand beside the movements of the ledger.
//!
//! Whoever matches movements holds the lock of the budget, so that none is matched twice and none reversed meanwhile; the
//! primary key of the matches stands behind.

mod create;
mod rows;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::reconciliation::{OutcomeCounts, RowOutcome, StatementMapping, StatementSource};
use parvis_domain::ids::{BudgetId, ProgrammeId, ReconciliationId, ReconciliationRowId};
use parvis_domain::page::{Page, PageRequest};
use serde::Serialize;

pub use create::{NewStatement, StatementEntry, create_reconciliation, match_statement};
pub use rows::{
    ReconciliationRow, ReconciliationRowSort, all_reconciliation_rows, get_reconciliation_row,
    list_reconciliation_rows, update_reconciliation_row,
};

use super::home::Home;
use super::years;
use crate::columns::{Instant, IntoDb, Natural, db_ids};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::paging::{self, SortKey, keyset, total};
use crate::programmes::ProgrammeContext;
use crate::schema::{programmes, reconciliation_matches, reconciliation_rows, reconciliations};
use crate::stamp::Stamp;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = reconciliations)]
struct StatementRow {
    id: ReconciliationId,
    budget_id: BudgetId,
    programme_id: ProgrammeId,
    source: StatementSource,
    file_name: Option<String>,
    file_hash: String,
    mapping: StatementMapping,
    first_day: NaiveDate,
    last_day: NaiveDate,
    #[diesel(deserialize_as = Natural)]
    left_out: u32,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
}

/// A statement that was read, and what became of its rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reconciliation {
    /// Its identifier.
    pub id: ReconciliationId,
    /// The budget.
    pub budget_id: BudgetId,
    /// The programme.
    #[serde(skip)]
    pub programme_id: ProgrammeId,
    /// Where it comes from.
    pub source: StatementSource,
    /// What the file was called. The history keeps it out: it may hold a name.
    #[serde(skip)]
    pub file_name: Option<String>,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Which column said what.
    pub mapping: StatementMapping,
    /// The first day of its rows.
    pub first_day: NaiveDate,
    /// The last day of its rows.
    pub last_day: NaiveDate,
    /// How many rows could not be read and were left out.
    pub left_out: u32,
    /// How many rows have which outcome.
    pub counts: OutcomeCounts,
    /// When it was read.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
}

/// How statements are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReconciliationSort {
    /// By the instant of their record.
    CreatedAt,
}

/// The programme and budget of a statement.
///
/// # Errors
/// `not_found`.
pub fn home_of_reconciliation(conn: &mut Conn, id: ReconciliationId) -> StoreResult<Home> {
    let query = reconciliations::table
        .inner_join(programmes::table)
        .filter(reconciliations::id.eq(id.db()));
    let columns = (ProgrammeContext::as_select(), reconciliations::budget_id);
    let (programme, budget) = query.select(columns).first(conn)?;
    Ok(Home { programme, budget })
}

/// The programme and budget of a row of a statement.
///
/// # Errors
/// `not_found`.
pub fn home_of_reconciliation_row(conn: &mut Conn, id: ReconciliationRowId) -> StoreResult<Home> {
    let query = reconciliation_rows::table
        .inner_join(reconciliations::table.inner_join(programmes::table))
        .filter(reconciliation_rows::id.eq(id.db()));
    let columns = (ProgrammeContext::as_select(), reconciliations::budget_id);
    let (programme, budget) = query.select(columns).first(conn)?;
    Ok(Home { programme, budget })
}

/// The statements of a budget.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_reconciliations(
    conn: &mut Conn,
    budget: BudgetId,
    source: Option<StatementSource>,
    request: &PageRequest<ReconciliationSort>,
) -> StoreResult<Page<Reconciliation>> {
    let query = || {
        let query = reconciliations::table
            .filter(reconciliations::budget_id.eq(budget.db()))
            .into_boxed::<MultiBackend>();
        match source {
            Some(source) => query.filter(reconciliations::source.eq(source.as_str())),
            None => query,
        }
    };
    let total = total!(conn, request, query(), reconciliations::id);
    let select = query().select(StatementRow::as_select());
    let rows = keyset!(
        select,
        request,
        reconciliations::created_at,
        reconciliations::id,
        DateTime<Utc>
    )
    .load(conn)?;
    let page = paging::page(rows, request, total, |row: &StatementRow| {
        (row.created_at.text(), row.id.into())
    });
    let counts = counts_of(conn, &page.items)?;
    Ok(paging::map(page, |rows| {
        rows.into_iter().map(|row| complete(row, &counts)).collect()
    }))
}

/// One statement.
///
/// # Errors
/// `not_found`.
pub fn get_reconciliation(conn: &mut Conn, id: ReconciliationId) -> StoreResult<Reconciliation> {
    let row = reconciliations::table.find(id.db()).select(StatementRow::as_select());
    let row: StatementRow = row.first(conn)?;
    let counts = counts_of(conn, std::slice::from_ref(&row))?;
    Ok(complete(row, &counts))
}

/// The mapping of the last statement of a source, which the next one takes over.
///
/// # Errors
/// Those of the database.
pub fn last_statement_mapping(
    conn: &mut Conn,
    budget: BudgetId,
    source: StatementSource,
) -> StoreResult<Option<StatementMapping>> {
    let last = reconciliations::table
        .filter(reconciliations::budget_id.eq(budget.db()))
        .filter(reconciliations::source.eq(source.as_str()))
        .order((reconciliations::created_at.desc(), reconciliations::id.desc()))
        .select(reconciliations::mapping);
    Ok(last.first(conn).optional()?)
}

/// Takes a statement back, with its rows and what was matched with them. The movements stay as they are.
///
/// # Errors
/// `version_stale` where it is gone already.
pub fn delete_reconciliation(conn: &mut Conn, stamp: &Stamp<'_>, before: &Reconciliation) -> StoreResult<()> {
    years::lock(conn, before.budget_id)?;
    let id = before.id.db();
    let matches = reconciliation_matches::table.filter(reconciliation_matches::reconciliation_id.eq(id));
    diesel::delete(matches).execute(conn)?;
    let rows = reconciliation_rows::table.filter(reconciliation_rows::reconciliation_id.eq(id));
    diesel::delete(rows).execute(conn)?;
    require_current(diesel::delete(reconciliations::table.find(id)).execute(conn)?)?;
    let change = Change {
        before: events::value(before)?,
        ..Change::made(
            Operation::DeleteReconciliation,
            ("reconciliation", before.id.into()),
            &serde_json::Value::Null,
        )?
    };
    events::append(conn, stamp, change.in_programme(before.programme_id))
}

type Counts = BTreeMap<ReconciliationId, OutcomeCounts>;

/// How many rows of statements have which outcome, in one statement.
fn counts_of(conn: &mut Conn, statements: &[StatementRow]) -> StoreResult<Counts> {
    let ids = db_ids(statements.iter().map(|row| row.id));
    let counted: Vec<(ReconciliationId, RowOutcome, i64)> = reconciliation_rows::table
        .filter(reconciliation_rows::reconciliation_id.eq_any(ids))
        .group_by((reconciliation_rows::reconciliation_id, reconciliation_rows::outcome))
        .select((
            reconciliation_rows::reconciliation_id,
            reconciliation_rows::outcome,
            count_star(),
        ))
        .load(conn)?;
    let mut counts = Counts::new();
    for (of, outcome, rows) in counted {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        counts.entry(of).or_default().add(outcome, rows);
    }
    Ok(counts)
}

fn complete(row: StatementRow, counts: &Counts) -> Reconciliation {
    Reconciliation {
        counts: counts.get(&row.id).copied().unwrap_or_default(),
        id: row.id,
        budget_id: row.budget_id,
        programme_id: row.programme_id,
        source: row.source,
        file_name: row.file_name,
        file_hash: row.file_hash,
        mapping: row.mapping,
        first_day: row.first_day,
        last_day: row.last_day,
        left_out: row.left_out,
        created_at: row.created_at,
    }
}
