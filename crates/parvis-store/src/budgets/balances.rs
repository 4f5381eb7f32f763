//! Balances: the sums of the shares of a budget or programme, today, as of a day, or as they were known at an instant.
//!
//! Today and `as_of` read rows bounded by grants × (months + 31), however many movements there are; `known_at` reads the
//! sums of the movements themselves.

mod known;
mod series;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::budgets::balances::Standing;
use parvis_domain::budgets::ledger::{Pending, Sums, Terms};
use parvis_domain::budgets::{GrantKind, PaymentMode, Policy};
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId, ProgrammeId};
use parvis_domain::{Currency, Money};

use super::shares::{ShareKey, SumsRow, first_of_month, sum_columns, sums};
use crate::columns::{DbId, IntoDb};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::schema::{balance_days, balance_months, balances, grants, lines, pending_movements};

use known::Known;
pub(super) use known::{decided, recorded};
pub use series::{Series, SeriesPoint, balance_series};

/// Of what balances are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One budget.
    Budget(BudgetId),
    /// All budgets of a programme.
    Programme(ProgrammeId),
}

/// Up to when bookings and records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct When {
    /// Booked up to this day (rule 8); all where nothing is said.
    pub as_of: Option<NaiveDate>,
    /// Recorded, and where needed approved, up to this instant; all where nothing is said.
    pub known_at: Option<DateTime<Utc>>,
}

/// The sums of one share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// The line.
    pub line: LineId,
    /// The grant.
    pub grant: GrantId,
    /// Its funder.
    pub funder: PartnerId,
    /// What decides which sums are allowed.
    pub terms: Terms,
    /// The sums.
    pub sums: Sums,
}

impl Balance {
    /// What can still be bound, or contributed.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.sums.available(self.terms.kind, self.terms.policy)
    }

    /// An amount in the currency of the grant.
    #[must_use]
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.terms.currency)
    }
}

/// A row of balances: the sums of a share, what waits, and where its line stands.
#[derive(Debug, Clone, PartialEq)]
pub struct BalanceRow {
    /// The sums.
    pub balance: Balance,
    /// What waits for a second person.
    pub pending: Pending,
    /// The budget.
    pub budget: BudgetId,
    /// The category of the line.
    pub category: String,
    /// The axis of the line.
    pub axis: Option<String>,
    /// The year of the line.
    pub year: i32,
}

impl BalanceRow {
    /// What stands in the row.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing::of(self.balance.sums, self.balance.terms, self.pending)
    }
}

impl std::ops::Deref for BalanceRow {
    type Target = Balance;
    fn deref(&self) -> &Balance {
        &self.balance
    }
}

/// The balances of a budget; see [`balances_of`].
///
/// # Errors
/// Those of the database.
pub fn get_balances(
    conn: &mut Conn,
    budget: BudgetId,
    as_of: Option<NaiveDate>,
    known_at: Option<DateTime<Utc>>,
    only: Option<PartnerId>,
) -> StoreResult<Vec<BalanceRow>> {
    balances_of(conn, Extent::Budget(budget), When { as_of, known_at }, only)
}

/// Balances, one row per share in the order of lines. `only` leaves the shares of one funder.
///
/// # Errors
/// Those of the database.
pub fn balances_of(
    conn: &mut Conn,
    extent: Extent,
    when: When,
    only: Option<PartnerId>,
) -> StoreResult<Vec<BalanceRow>> {
    let mut rows = rows_of(conn, extent, only)?;
    let (then, pending) = match when.known_at {
        Some(instant) => {
            let known = Known::read(conn, extent, when.as_of, instant)?;
            (Some(known.sums(&rows)), known.pending(&rows))
        }
        None => (
            when.as_of.map(|day| sums_as_of(conn, extent, day)).transpose()?,
            pending_as_of(conn, extent, when.as_of)?,
        ),
    };
    for row in &mut rows {
        let key = (row.line, row.grant);
        if let Some(then) = &then {
            row.balance.sums = then.get(&key).copied().unwrap_or_default();
        }
        row.pending = pending.get(&key).copied().unwrap_or_default();
    }
    Ok(rows)
}

/// The rows as they stand, without what waits.
fn rows_of(conn: &mut Conn, extent: Extent, only: Option<PartnerId>) -> StoreResult<Vec<BalanceRow>> {
    type Share = (LineId, GrantId, BudgetId, PartnerId, bool, bool);
    type Grant = (GrantKind, Currency, PaymentMode);
    type Heading = (String, Option<String>, i32);
    let mut query = balances::table
        .inner_join(grants::table)
        .inner_join(lines::table)
        .order((balances::budget_id, lines::position, lines::id, grants::id))
        .select((
            (
                balances::line_id,
                balances::grant_id,
                balances::budget_id,
                grants::funder_id,
                balances::decision_required,
                balances::strict_spending,
            ),
            (grants::kind, grants::currency, grants::payment_mode),
            (lines::category, lines::axis, lines::year),
            sum_columns!(balances),
        ))
        .into_boxed::<MultiBackend>();
    query = match extent {
        Extent::Budget(budget) => query.filter(balances::budget_id.eq(budget.db())),
        Extent::Programme(programme) => query.filter(balances::programme_id.eq(programme.db())),
    };
    if let Some(funder) = only {
        query = query.filter(grants::funder_id.eq(funder.db()));
    }
    let rows: Vec<(Share, Grant, Heading, SumsRow)> = query.load(conn)?;
    let row = |(share, grant, heading, row): (Share, Grant, Heading, SumsRow)| {
        let (line, id, budget, funder, grant_decision, spent_within_disbursed) = share;
        let (kind, currency, mode) = grant;
        let (category, axis, year) = heading;
        let policy = Policy {
            grant_decision,
            spent_within_disbursed,
            ..Policy::default()
        };
        let terms = Terms {
            kind,
            currency,
            mode,
            policy,
        };
        BalanceRow {
            balance: Balance {
                line,
                grant: id,
                funder,
                terms,
                sums: sums(row),
            },
            pending: Pending::default(),
            budget,
            category,
            axis,
            year,
        }
    };
    Ok(rows.into_iter().map(row).collect())
}

type SumsByShare = BTreeMap<ShareKey, Sums>;
type PendingByShare = BTreeMap<ShareKey, Pending>;

/// The grants of an extent, for the tables that name no more than the grant.
pub(super) fn grants_of(conn: &mut Conn, extent: Extent, only: Option<PartnerId>) -> StoreResult<Vec<DbId>> {
    let mut query = grants::table.select(grants::id).into_boxed::<MultiBackend>();
    query = match extent {
        Extent::Budget(budget) => query.filter(grants::budget_id.eq(budget.db())),
        Extent::Programme(programme) => query.filter(grants::programme_id.eq(programme.db())),
    };
    if let Some(funder) = only {
        query = query.filter(grants::funder_id.eq(funder.db()));
    }
    Ok(query.load(conn)?)
}

/// Whole months before the day's, and the days of its month up to it.
fn sums_as_of(conn: &mut Conn, extent: Extent, day: NaiveDate) -> StoreResult<SumsByShare> {
    let grants = grants_of(conn, extent, None)?;
    let month = first_of_month(day);
    let months: Vec<(LineId, GrantId, SumsRow)> = balance_months::table
        .filter(balance_months::grant_id.eq_any(&grants))
        .filter(balance_months::month.lt(month))
        .select((
            balance_months::line_id,
            balance_months::grant_id,
            sum_columns!(balance_months),
        ))
        .load(conn)?;
    let days: Vec<(LineId, GrantId, SumsRow)> = balance_days::table
        .filter(balance_days::grant_id.eq_any(&grants))
        .filter(balance_days::day.ge(month).and(balance_days::day.le(day)))
        .select((
            balance_days::line_id,
            balance_days::grant_id,
            sum_columns!(balance_days),
        ))
        .load(conn)?;
    let mut all = SumsByShare::new();
    for (line, grant, row) in months.into_iter().chain(days) {
        let sum = all.entry((line, grant)).or_default();
        *sum = sum.plus(sums(row));
    }
    Ok(all)
}

/// What waits and is booked up to a day.
fn pending_as_of(conn: &mut Conn, extent: Extent, day: Option<NaiveDate>) -> StoreResult<PendingByShare> {
    use pending_movements as pending;
    if let (Extent::Budget(budget), None) = (extent, day) {
        return super::pending::by_share(conn, budget);
    }
    let mut query = pending::table
        .select((
            (pending::line_id, pending::grant_id),
            (
                pending::pledged_minor,
                pending::committed_minor,
                pending::disbursed_minor,
                pending::spent_minor,
                pending::justified_minor,
                pending::contributed_minor,
            ),
        ))
        .into_boxed::<MultiBackend>();
    query = match extent {
        Extent::Budget(budget) => query.filter(pending::budget_id.eq(budget.db())),
        Extent::Programme(programme) => query.filter(pending::programme_id.eq(programme.db())),
    };
    if let Some(day) = day {
        query = query.filter(pending::booked_on.le(day));
    }
    type Row = (i64, i64, i64, i64, i64, i64);
    let rows: Vec<(ShareKey, Row)> = query.load(conn)?;
    let mut all = PendingByShare::new();
    for (key, (pledged, committed, disbursed, spent, justified, contributed)) in rows {
        let change = Sums {
            pledged,
            committed,
            disbursed,
            spent,
            justified,
            contributed,
            ..Sums::default()
        };
        let waiting = all.entry(key).or_default();
        *waiting = waiting.plus(Pending::of(change));
    }
    Ok(all)
}

/// Sums of the shares of some lines or grants, for lists that show them.
pub(super) fn planned_and_granted(conn: &mut Conn, of: Of<'_>, only: Option<PartnerId>) -> StoreResult<Vec<Balance>> {
    type Row = (LineId, GrantId, PartnerId, GrantKind, Currency, PaymentMode, SumsRow);
    let mut query = balances::table
        .inner_join(grants::table)
        .order((balances::line_id, balances::grant_id))
        .select((
            balances::line_id,
            balances::grant_id,
            grants::funder_id,
            grants::kind,
            grants::currency,
            grants::payment_mode,
            sum_columns!(balances),
        ))
        .into_boxed::<MultiBackend>();
    query = match of {
        Of::Lines(ids) => query.filter(balances::line_id.eq_any(ids)),
        Of::Grants(ids) => query.filter(balances::grant_id.eq_any(ids)),
    };
    if let Some(funder) = only {
        query = query.filter(grants::funder_id.eq(funder.db()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let balance = |(line, grant, funder, kind, currency, mode, row)| Balance {
        line,
        grant,
        funder,
        terms: Terms {
            kind,
            currency,
            mode,
            policy: Policy::default(),
        },
        sums: sums(row),
    };
    Ok(rows.into_iter().map(balance).collect())
}

/// Whose shares are asked for.
pub(super) enum Of<'a> {
    /// Those of these lines.
    Lines(&'a [DbId]),
    /// Those of these grants.
    Grants(&'a [DbId]),
}
