//! How balances came about, month by month.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};
use diesel::prelude::*;
use parvis_domain::Currency;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::ledger::Sums;
use parvis_domain::ids::{GrantId, PartnerId};

use super::Extent;
use crate::budgets::shares::{SumsRow, first_of_month, sum_columns, sums};
use crate::columns::{DbId, IntoDb};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::schema::{balance_days, balance_months, grants};

/// What was booked up to and with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesPoint {
    /// The last day that counts: of its month, or the day that was asked for.
    pub on: NaiveDate,
    /// The sums up to then, in minor units.
    pub sums: Sums,
}

/// The course of balances per currency and kind, in the order of time.
pub type Series = BTreeMap<(Currency, GrantKind), Vec<SeriesPoint>>;

/// Sums at the end of every month in which something was booked, up to a day where one is given. Three statements over
/// rows bounded by grants × (months + 31), however many movements there are. `only` leaves the grants of one funder.
///
/// # Errors
/// Those of the database.
pub fn balance_series(
    conn: &mut Conn,
    extent: Extent,
    as_of: Option<NaiveDate>,
    only: Option<PartnerId>,
) -> StoreResult<Series> {
    let grants = grants_of(conn, extent, only)?;
    let ids: Vec<DbId> = grants.keys().map(|id| id.db()).collect();
    let mut changes = months(conn, &ids, as_of)?;
    if let Some(day) = as_of {
        changes.extend(last_days(conn, &ids, day)?);
    }
    let mut series: BTreeMap<(Currency, GrantKind), BTreeMap<NaiveDate, Sums>> = BTreeMap::new();
    for (grant, on, change) in changes {
        if let Some(of) = grants.get(&grant) {
            let sum = series.entry(*of).or_default().entry(on).or_default();
            *sum = sum.plus(change);
        }
    }
    Ok(series
        .into_iter()
        .map(|(of, changes)| (of, added_up(changes)))
        .collect())
}

fn added_up(changes: BTreeMap<NaiveDate, Sums>) -> Vec<SeriesPoint> {
    let mut so_far = Sums::default();
    let point = |(on, change)| {
        so_far = so_far.plus(change);
        SeriesPoint { on, sums: so_far }
    };
    changes.into_iter().map(point).collect()
}

fn grants_of(
    conn: &mut Conn,
    extent: Extent,
    only: Option<PartnerId>,
) -> StoreResult<BTreeMap<GrantId, (Currency, GrantKind)>> {
    let mut query = grants::table
        .select((grants::id, (grants::currency, grants::kind)))
        .into_boxed::<MultiBackend>();
    query = match extent {
        Extent::Budget(budget) => query.filter(grants::budget_id.eq(budget.db())),
        Extent::Programme(programme) => query.filter(grants::programme_id.eq(programme.db())),
    };
    if let Some(funder) = only {
        query = query.filter(grants::funder_id.eq(funder.db()));
    }
    let rows: Vec<(GrantId, (Currency, GrantKind))> = query.load(conn)?;
    Ok(rows.into_iter().collect())
}

/// What a grant changed by, and the day by which it counts.
type Change = (GrantId, NaiveDate, Sums);

/// Whole months, those before the month of the day where one is given.
fn months(conn: &mut Conn, grants: &[DbId], as_of: Option<NaiveDate>) -> StoreResult<Vec<Change>> {
    let mut query = balance_months::table
        .filter(balance_months::grant_id.eq_any(grants))
        .select((
            balance_months::grant_id,
            balance_months::month,
            sum_columns!(balance_months),
        ))
        .into_boxed::<MultiBackend>();
    if let Some(day) = as_of {
        query = query.filter(balance_months::month.lt(first_of_month(day)));
    }
    let rows: Vec<(GrantId, NaiveDate, SumsRow)> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(grant, month, row)| (grant, last_of_month(month), sums(row)))
        .collect())
}

/// The days of the month of a day, up to it.
fn last_days(conn: &mut Conn, grants: &[DbId], day: NaiveDate) -> StoreResult<Vec<Change>> {
    let month = first_of_month(day);
    let rows: Vec<(GrantId, SumsRow)> = balance_days::table
        .filter(balance_days::grant_id.eq_any(grants))
        .filter(balance_days::day.ge(month).and(balance_days::day.le(day)))
        .select((balance_days::grant_id, sum_columns!(balance_days)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(grant, row)| (grant, day, sums(row))).collect())
}

fn last_of_month(month: NaiveDate) -> NaiveDate {
    let next = month.checked_add_months(Months::new(1));
    next.and_then(|next| next.checked_sub_days(Days::new(1)))
        .unwrap_or(month)
}
