//! Years of the accounts: what is open in them, their closing, and their opening again on record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::ledger::Sums;
use parvis_domain::budgets::years::{self as domain, Accounts, Rest, YearAction};
use parvis_domain::budgets::{GrantKind, MovementKind};
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId, PartnerId};
use parvis_domain::period::EARLIEST;
use parvis_domain::{Currency, Money};
use serde::Serialize;
use serde_json::Value;

use super::home::Home;
use super::record;
use super::shares::{ShareKey, SumsRow, sum_columns, sums};
use crate::columns::{Instant, IntoDb, micros};
use crate::connection::{Conn, each};
use crate::error::{StoreError, StoreResult};
use crate::schema::{
    balance_months, budget_year_records as records, budget_years, budgets, grants, lines, movements, pending_movements,
};
use crate::stamp::Stamp;

/// The most pending movements of a year that are listed.
const PENDING_MAX: i64 = 200;

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

/// A share of the budget, for its years.
struct ShareOf {
    line_year: i32,
    funder: PartnerId,
    kind: GrantKind,
    currency: Currency,
}

/// Everything that the years of a budget are told from.
struct Ledger {
    budget: BudgetId,
    today: NaiveDate,
    closed_through: Option<i32>,
    years: BTreeSet<i32>,
    shares: BTreeMap<ShareKey, ShareOf>,
    /// What each month changed of each share.
    months: Vec<(ShareKey, NaiveDate, Sums)>,
    pending: Vec<PendingMovement>,
    records: Vec<(i32, YearRecord)>,
}

impl Ledger {
    fn read(conn: &mut Conn, budget: BudgetId, today: NaiveDate) -> StoreResult<Self> {
        let (starts_on, ends_on): (NaiveDate, Option<NaiveDate>) = budgets::table
            .find(budget.db())
            .select((budgets::starts_on, budgets::ends_on))
            .first(conn)?;
        let months = months(conn, budget)?;
        let shares = shares_of(conn, budget)?;
        let booked = months
            .iter()
            .filter(|(_, month, _)| *month > EARLIEST)
            .map(|(_, month, _)| month.year());
        let mut years: BTreeSet<i32> = booked.chain(shares.values().map(|share| share.line_year)).collect();
        years.insert(starts_on.year());
        years.insert(ends_on.map_or_else(|| today.year().max(starts_on.year()), |end| end.year()));
        let ends = (years.first().copied(), years.last().copied());
        if let (Some(first), Some(last)) = ends {
            years.extend(first..=last);
        }
        Ok(Self {
            budget,
            today,
            closed_through: closed_through(conn, budget)?,
            years,
            shares,
            months,
            pending: pending(conn, budget)?,
            records: records_of(conn, budget)?,
        })
    }

    fn first(&self) -> i32 {
        self.years.first().copied().unwrap_or_else(|| self.today.year())
    }

    fn year(&self, year: i32, only: Option<PartnerId>) -> BudgetYear {
        let next = self.closed_through.map_or_else(|| self.first(), |last| last + 1);
        let shown = |key: &ShareKey| {
            let share = self.shares.get(key)?;
            only.is_none_or(|funder| funder == share.funder).then_some(share)
        };
        let pending = self.pending.iter().filter(|p| p.booked_on.year() == year);
        BudgetYear {
            budget: self.budget,
            year,
            closed: self.closed_through.is_some_and(|last| year <= last),
            closable: year == next && year < self.today.year(),
            records: self
                .records
                .iter()
                .filter(|(of, _)| *of == year)
                .map(|(_, record)| record.clone())
                .collect(),
            totals: self.totals(year, &shown),
            pending: pending
                .filter(|p| shown(&(p.line, p.grant)).is_some())
                .copied()
                .collect(),
            rests: self.rests(year, &shown),
        }
    }

    /// What was booked in the year, and the plan of its lines as it stands.
    fn totals<'a>(
        &'a self,
        year: i32,
        shown: &impl Fn(&ShareKey) -> Option<&'a ShareOf>,
    ) -> Vec<(Currency, GrantKind, Sums)> {
        let mut totals: BTreeMap<(Currency, GrantKind), Sums> = BTreeMap::new();
        for (key, month, change) in &self.months {
            let Some(share) = shown(key) else { continue };
            let plan = Sums {
                planned: change.planned,
                granted: change.granted,
                ..Sums::default()
            };
            let total = totals.entry((share.currency, share.kind)).or_default();
            if share.line_year == year {
                *total = total.plus(plan);
            }
            if month.year() == year {
                *total = total.plus(change.plus(plan.negated()));
            }
        }
        let told = totals.into_iter().filter(|(_, sums)| *sums != Sums::default());
        told.map(|((currency, kind), sums)| (currency, kind, sums)).collect()
    }

    fn rests<'a>(&'a self, year: i32, shown: &impl Fn(&ShareKey) -> Option<&'a ShareOf>) -> Vec<ShareRest> {
        let mut ends: BTreeMap<ShareKey, Sums> = BTreeMap::new();
        for (key, _, change) in self.months.iter().filter(|(_, month, _)| month.year() <= year) {
            let sums = ends.entry(*key).or_default();
            *sums = sums.plus(*change);
        }
        let rest = |(key, sums): (ShareKey, Sums)| {
            let share = shown(&key).filter(|share| share.kind == GrantKind::Cash)?;
            let rest = domain::rest(share.line_year, year, sums);
            (rest != Rest::default()).then_some(ShareRest {
                line: key.0,
                grant: key.1,
                currency: share.currency,
                planned: sums.planned,
                committed: sums.committed,
                disbursed: sums.disbursed,
                rest,
            })
        };
        ends.into_iter().filter_map(rest).collect()
    }
}

fn months(conn: &mut Conn, budget: BudgetId) -> StoreResult<Vec<(ShareKey, NaiveDate, Sums)>> {
    let own = grants::table
        .filter(grants::budget_id.eq(budget.db()))
        .select(grants::id);
    let rows: Vec<(LineId, GrantId, NaiveDate, SumsRow)> = balance_months::table
        .filter(balance_months::grant_id.eq_any(own))
        .select((
            balance_months::line_id,
            balance_months::grant_id,
            balance_months::month,
            sum_columns!(balance_months),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(line, grant, month, row)| ((line, grant), month, sums(row)))
        .collect())
}

fn shares_of(conn: &mut Conn, budget: BudgetId) -> StoreResult<BTreeMap<ShareKey, ShareOf>> {
    use crate::schema::balances;
    type Row = (LineId, GrantId, i32, PartnerId, GrantKind, Currency);
    let rows: Vec<Row> = balances::table
        .inner_join(lines::table)
        .inner_join(grants::table)
        .filter(balances::budget_id.eq(budget.db()))
        .select((
            balances::line_id,
            balances::grant_id,
            lines::year,
            grants::funder_id,
            grants::kind,
            grants::currency,
        ))
        .load(conn)?;
    let share = |(line, grant, line_year, funder, kind, currency)| {
        let share = ShareOf {
            line_year,
            funder,
            kind,
            currency,
        };
        ((line, grant), share)
    };
    Ok(rows.into_iter().map(share).collect())
}

fn pending(conn: &mut Conn, budget: BudgetId) -> StoreResult<Vec<PendingMovement>> {
    type Row = (MovementId, LineId, GrantId, MovementKind, i64, Currency, NaiveDate);
    let rows: Vec<Row> = pending_movements::table
        .inner_join(movements::table.on(movements::id.eq(pending_movements::movement_id)))
        .filter(pending_movements::budget_id.eq(budget.db()))
        .order((pending_movements::booked_on, pending_movements::movement_id))
        .limit(PENDING_MAX)
        .select((
            movements::id,
            movements::line_id,
            movements::grant_id,
            movements::kind,
            movements::amount_minor,
            movements::currency,
            movements::booked_on,
        ))
        .load(conn)?;
    let movement = |(id, line, grant, kind, amount, currency, booked_on)| PendingMovement {
        id,
        line,
        grant,
        kind,
        amount: Money::new(amount, currency),
        booked_on,
    };
    Ok(rows.into_iter().map(movement).collect())
}

fn records_of(conn: &mut Conn, budget: BudgetId) -> StoreResult<Vec<(i32, YearRecord)>> {
    let rows: Vec<(i32, YearAction, Option<String>, Instant)> = records::table
        .filter(records::budget_id.eq(budget.db()))
        .order((records::recorded_at, records::id))
        .select((records::year, records::action, records::reason, records::recorded_at))
        .load(conn)?;
    let record = |(year, action, reason, at): (i32, YearAction, Option<String>, Instant)| {
        let record = YearRecord {
            action,
            reason,
            at: at.into(),
        };
        (year, record)
    };
    Ok(rows.into_iter().map(record).collect())
}
