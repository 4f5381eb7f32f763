//! A statement is matched with the ledger and kept, whole or not at all.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::reconciliation::{self as domain, Entry, Finding, StatementMapping, StatementSource};
use parvis_domain::ids::{BudgetId, ReconciliationId, ReconciliationRowId};
use serde_json::Value;

use super::{Reconciliation, get_reconciliation};
use crate::budgets::home::Home;
use crate::budgets::{movements, record, years};
use crate::columns::{DbId, IntoDb, json, micros};
use crate::connection::{Conn, each};
use crate::error::StoreResult;
use crate::schema::{reconciliation_matches, reconciliation_rows, reconciliations};
use crate::stamp::Stamp;

/// How many rows are written at once.
const CHUNK: usize = 1_000;

/// A row of a statement as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementEntry {
    /// Its line in the file.
    pub line: u32,
    /// What it says.
    pub entry: Entry,
    /// What it was.
    pub description: Option<String>,
}

/// A statement as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStatement {
    /// Where it comes from.
    pub source: StatementSource,
    /// What the file is called.
    pub file_name: Option<String>,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Which column says what.
    pub mapping: StatementMapping,
    /// Its rows.
    pub entries: Vec<StatementEntry>,
    /// How many rows could not be read and are left out.
    pub left_out: u32,
}

impl NewStatement {
    /// The first and the last day of its rows.
    fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let days = || self.entries.iter().map(|row| row.entry.day);
        days().min().zip(days().max())
    }
}

/// What would be found for the rows of a statement, in their order.
///
/// # Errors
/// Those of the database.
pub fn match_statement(conn: &mut Conn, budget: BudgetId, statement: &NewStatement) -> StoreResult<Vec<Finding>> {
    let Some((first, last)) = statement.days() else {
        return Ok(Vec::new());
    };
    let kinds = statement.mapping.shown();
    let posted = movements::postings_around(conn, budget, statement.source, kinds, (first, last))?;
    let entries: Vec<Entry> = statement.entries.iter().map(|row| row.entry.clone()).collect();
    Ok(domain::reconcile(&entries, &posted))
}

/// Matches a statement with the ledger and keeps it with what was found.
///
/// # Errors
/// `already_exists` where the same file was reconciled already.
pub fn create_reconciliation(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    statement: &NewStatement,
) -> StoreResult<Reconciliation> {
    years::lock(conn, home.budget)?;
    let findings = match_statement(conn, home.budget, statement)?;
    let id: ReconciliationId = stamp.id();
    let today = home.programme.today(stamp)?;
    let (first, last) = statement.days().unwrap_or((today, today));
    diesel::insert_into(reconciliations::table)
        .values((
            reconciliations::id.eq(id.db()),
            reconciliations::budget_id.eq(home.budget.db()),
            reconciliations::programme_id.eq(home.programme.id.db()),
            reconciliations::source.eq(statement.source.as_str()),
            reconciliations::file_name.eq(&statement.file_name),
            reconciliations::file_hash.eq(&statement.file_hash),
            reconciliations::mapping.eq(json(&statement.mapping)?),
            reconciliations::first_day.eq(first),
            reconciliations::last_day.eq(last),
            reconciliations::left_out.eq(i32::try_from(statement.left_out).unwrap_or(i32::MAX)),
            reconciliations::created_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    insert_rows(conn, stamp, id, statement, &findings)?;
    let made = get_reconciliation(conn, id)?;
    record(
        conn,
        stamp,
        home.programme.id,
        Operation::CreateReconciliation,
        "reconciliation",
        id,
        Value::Null,
        &made,
    )?;
    Ok(made)
}

#[derive(Insertable)]
#[diesel(table_name = reconciliation_rows, treat_none_as_default_value = false)]
struct RowColumns<'a> {
    id: DbId,
    reconciliation_id: DbId,
    line: i32,
    day: NaiveDate,
    amount_minor: i64,
    currency: &'a str,
    reference: Option<&'a str>,
    description: Option<&'a str>,
    outcome: &'static str,
    version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = reconciliation_matches)]
pub(super) struct MatchColumns {
    pub(super) source: &'static str,
    pub(super) movement_id: DbId,
    pub(super) reconciliation_id: DbId,
    pub(super) row_id: DbId,
}

fn insert_rows(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    statement_id: ReconciliationId,
    statement: &NewStatement,
    findings: &[Finding],
) -> StoreResult<()> {
    let mut rows = Vec::new();
    let mut matches = Vec::new();
    for (row, finding) in statement.entries.iter().zip(findings) {
        let id: ReconciliationRowId = stamp.id();
        rows.push(RowColumns {
            id: id.db(),
            reconciliation_id: statement_id.db(),
            line: i32::try_from(row.line).unwrap_or(i32::MAX),
            day: row.entry.day,
            amount_minor: row.entry.amount.minor,
            currency: row.entry.amount.currency.code(),
            reference: row.entry.reference.as_deref(),
            description: row.description.as_deref(),
            outcome: finding.outcome.as_str(),
            version: 1,
        });
        matches.extend(finding.movements.iter().map(|movement| MatchColumns {
            source: statement.source.as_str(),
            movement_id: movement.db(),
            reconciliation_id: statement_id.db(),
            row_id: id.db(),
        }));
    }
    for rows in rows.chunks(CHUNK) {
        each!(conn, c => diesel::insert_into(reconciliation_rows::table).values(rows).execute(c))?;
    }
    insert_matches(conn, &matches)
}

/// Gives movements to rows.
///
/// # Errors
/// `movement_matched` for one that another row of the source has.
pub(super) fn insert_matches(conn: &mut Conn, matches: &[MatchColumns]) -> StoreResult<()> {
    for matches in matches.chunks(CHUNK) {
        each!(conn, c => diesel::insert_into(reconciliation_matches::table).values(matches).execute(c))?;
    }
    Ok(())
}
