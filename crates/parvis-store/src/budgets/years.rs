//! Years of the accounts: what is open in them, their closing, and their opening again on record.

mod read;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::ledger::Sums;
use parvis_domain::budgets::years::{self as domain, Accounts, Rest, YearAction};
use parvis_domain::budgets::{GrantKind, MovementKind};
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId, PartnerId};
use parvis_domain::{Currency, Money};
use serde::Serialize;
use serde_json::Value;

use self::read::Ledger;
use super::home::Home;
use super::record;
use crate::columns::{IntoDb, micros};
use crate::connection::{Conn, each};
use crate::error::{StoreError, StoreResult};
use crate::schema::{budget_year_records as records, budget_years, budgets, lines};
use crate::stamp::Stamp;

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

/// A year of the accounts of a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetYear {
    /// The budget.
    pub budget: BudgetId,
    /// The year.
    pub year: i32,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether it is the next to be closed, and over.
    pub closable: bool,
    /// Every closing and opening again, in their order.
    pub records: Vec<YearRecord>,
    /// Per currency and kind: the plan of the lines of this year, and what was booked in it.
    pub totals: Vec<(Currency, GrantKind, Sums)>,
    /// Movements booked in it that wait for a second person, at most 200.
    pub pending: Vec<PendingMovement>,
    /// What is left of each share in cash at its end, as far as it is today.
    pub rests: Vec<ShareRest>,
}

impl BudgetYear {
    /// Its version, which every closing and opening again raises.
    #[must_use]
    pub fn version(&self) -> i64 {
        1 + i64::try_from(self.records.len()).unwrap_or(0)
    }
}

/// A closing or an opening again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearRecord {
    /// Which of the two.
    pub action: YearAction,
    /// Why; an opening again has a reason.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A movement that waits for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingMovement {
    /// The movement.
    pub id: MovementId,
    /// The line.
    pub line: LineId,
    /// The grant.
    pub grant: GrantId,
    /// What it is.
    pub kind: MovementKind,
    /// How much.
    pub amount: Money,
    /// The day in the accounts.
    pub booked_on: NaiveDate,
}

/// What is left of a share at the end of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareRest {
    /// The line.
    pub line: LineId,
    /// The grant.
    pub grant: GrantId,
    /// Its currency.
    pub currency: Currency,
    /// The plan of the share at the end of the year.
    pub planned: i64,
    /// What was committed by then.
    pub committed: i64,
    /// What was disbursed by then.
    pub disbursed: i64,
    /// What follows from them.
    pub rest: Rest,
}

/// The years of a budget, the first one first: from the first in which something is planned or booked to the last, or to
/// this year. `only` leaves the shares of one funder. A fixed number of statements.
///
/// # Errors
/// Those of the database.
pub fn list_budget_years(
    conn: &mut Conn,
    budget: BudgetId,
    today: NaiveDate,
    only: Option<PartnerId>,
) -> StoreResult<Vec<BudgetYear>> {
    let ledger = Ledger::read(conn, budget, today)?;
    Ok(ledger.years.iter().map(|year| ledger.year(*year, only)).collect())
}

/// One year of a budget.
///
/// # Errors
/// `not_found` for a year in which nothing is planned, booked or to come.
pub fn get_budget_year(conn: &mut Conn, budget: BudgetId, year: i32, today: NaiveDate) -> StoreResult<BudgetYear> {
    let ledger = Ledger::read(conn, budget, today)?;
    match ledger.years.contains(&year) {
        true => Ok(ledger.year(year, None)),
        false => Err(StoreError::NotFound),
    }
}

/// Closes a year: what was booked in it stays as it is. Whoever posts at the same moment comes before, or is refused.
///
/// # Errors
/// `year_out_of_order`, `year_not_over`, or `year_has_pending`, which names the movements.
pub fn close_budget_year(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    year: i32,
    today: NaiveDate,
) -> StoreResult<BudgetYear> {
    lock(conn, home.budget)?;
    let ledger = Ledger::read(conn, home.budget, today)?;
    let pending = ledger.pending.iter().filter(|p| p.booked_on.year() <= year);
    let accounts = Accounts {
        first: ledger.first(),
        closed_through: ledger.closed_through,
        today,
        pending: pending.map(|movement| movement.id.to_string()).collect(),
    };
    domain::check_close(year, &accounts)?;
    write(conn, stamp, home, year, YearAction::Closed, None, today)
}

/// Opens a closed year again, with a reason that stays on record.
///
/// # Errors
/// `year_out_of_order`, or `transition_refused` where it is not closed.
pub fn reopen_budget_year(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    year: i32,
    reason: &str,
    today: NaiveDate,
) -> StoreResult<BudgetYear> {
    lock(conn, home.budget)?;
    domain::check_reopen(year, closed_through(conn, home.budget)?)?;
    write(conn, stamp, home, year, YearAction::Reopened, Some(reason), today)
}

/// Holds everybody back who books in this budget, until the end of the transaction.
pub(super) fn lock(conn: &mut Conn, budget: BudgetId) -> StoreResult<()> {
    let row = budgets::table.find(budget.db()).select(budgets::version);
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(c) => Ok(row.for_update().first::<i64>(c).map(drop)?),
    }
}

/// What the history keeps of a year. The reason stays out of it: it may hold names.
#[derive(Serialize)]
struct Recorded {
    year: i32,
    action: YearAction,
}

fn write(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    year: i32,
    action: YearAction,
    reason: Option<&str>,
    today: NaiveDate,
) -> StoreResult<BudgetYear> {
    let (budget, programme) = (home.budget, home.programme.id);
    let closed = action == YearAction::Closed;
    let (at, by) = (
        closed.then(|| micros(stamp.at)),
        stamp.actor.filter(|_| closed).map(IntoDb::db),
    );
    let row = (
        budget_years::budget_id.eq(budget.db()),
        budget_years::year.eq(year),
        budget_years::programme_id.eq(programme.db()),
        budget_years::closed_at.eq(at),
        budget_years::closed_by.eq(by),
    );
    each!(conn, c => diesel::insert_into(budget_years::table)
        .values(row)
        .on_conflict((budget_years::budget_id, budget_years::year))
        .do_update()
        .set((budget_years::closed_at.eq(at), budget_years::closed_by.eq(by)))
        .execute(c))?;
    let id: uuid::Uuid = stamp.id();
    diesel::insert_into(records::table)
        .values((
            records::id.eq(id.db()),
            records::budget_id.eq(budget.db()),
            records::year.eq(year),
            records::programme_id.eq(programme.db()),
            records::action.eq(action.as_str()),
            records::reason.eq(reason),
            records::recorded_at.eq(micros(stamp.at)),
            records::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    let operation = match action {
        YearAction::Closed => Operation::CloseBudgetYear,
        YearAction::Reopened => Operation::ReopenBudgetYear,
    };
    let after = Recorded { year, action };
    record(conn, stamp, programme, operation, "budget", budget, Value::Null, &after)?;
    get_budget_year(conn, budget, year, today)
}
