//! Years of the accounts: what is closed stays as it is.

use chrono::NaiveDate;
use diesel::dsl::max;
use diesel::prelude::*;
use parvis_domain::budgets::years as domain;
use parvis_domain::ids::{BudgetId, LineId};

use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{budget_years, budgets, lines};

/// Checks that the year of a day takes bookings in a budget. Until the end of the transaction nobody closes a year of
/// this budget: on PostgreSQL its row is locked FOR SHARE, which the closing takes FOR UPDATE; SQLite has one writer. Ask
/// it before the grants are locked.
///
/// # Errors
/// `year_closed` at the pointer.
pub(crate) fn require_open(conn: &mut Conn, budget: BudgetId, day: NaiveDate, pointer: &str) -> StoreResult<()> {
    if let Conn::Postgres(c) = conn {
        let row = budgets::table.find(budget.db()).select(budgets::version);
        row.for_share().first::<i64>(c).optional()?;
    }
    Ok(domain::require_open(pointer, day, closed_through(conn, budget)?)?)
}

/// Checks that a line takes new commitments: the year of its plan is not closed. Ask it after [`require_open`], which
/// holds the closing back.
///
/// # Errors
/// `line_year_closed` at `/line_id`. A line that does not exist is left to whoever looks for its share.
pub(crate) fn require_line_open(conn: &mut Conn, budget: BudgetId, line: LineId) -> StoreResult<()> {
    let row = lines::table
        .find(line.db())
        .filter(lines::budget_id.eq(budget.db()))
        .select(lines::year);
    match row.first(conn).optional()? {
        Some(year) => Ok(domain::require_line_open(year, closed_through(conn, budget)?)?),
        None => Ok(()),
    }
}

/// The last closed year of a budget; every year before it is closed as well.
pub(crate) fn closed_through(conn: &mut Conn, budget: BudgetId) -> StoreResult<Option<i32>> {
    let closed = budget_years::table
        .filter(budget_years::budget_id.eq(budget.db()))
        .filter(budget_years::closed_at.is_not_null());
    Ok(closed.select(max(budget_years::year)).first(conn)?)
}
