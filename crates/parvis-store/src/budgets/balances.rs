//! Balances: the sums of the shares of a budget, today, as of a day, or as they were known at an instant.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use parvis_domain::budgets::ledger::{self, Sums, Terms};
use parvis_domain::budgets::{GrantKind, MovementKind, PaymentMode, Policy};
use parvis_domain::ids::{BudgetId, GrantId, LineId, PartnerId};
use parvis_domain::{Currency, Money};

use super::shares::{ShareKey, SumsRow, first_of_month, sum_columns, sums};
use crate::columns::{DbId, IntoDb, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::schema::{balance_days, balance_months, balances, grants, lines, movements, plan_revisions};

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

/// The balances of a budget, one row per share in the order of lines. With `as_of`, bookings up to that day count
/// (rule 8); with `known_at`, only what was recorded up to that instant. `only` leaves the shares of one funder.
///
/// Today and `as_of` read rows bounded by shares × (months + 31), however many movements there are; `known_at` reads the
/// sums of the movements themselves.
///
/// # Errors
/// Those of the database.
pub fn get_balances(
    conn: &mut Conn,
    budget: BudgetId,
    as_of: Option<NaiveDate>,
    known_at: Option<DateTime<Utc>>,
    only: Option<PartnerId>,
) -> StoreResult<Vec<Balance>> {
    let mut rows = balance_rows(conn, budget, only)?;
    let then = match (as_of, known_at) {
        (None, None) => return Ok(rows),
        (Some(day), None) => sums_as_of(conn, budget, day)?,
        (day, Some(instant)) => sums_known_at(conn, budget, day.unwrap_or(NaiveDate::MAX), instant, &rows)?,
    };
    for row in &mut rows {
        row.sums = then.get(&(row.line, row.grant)).copied().unwrap_or_default();
    }
    Ok(rows)
}

/// The balances of a budget as they stand.
///
/// # Errors
/// Those of the database.
fn balance_rows(conn: &mut Conn, budget: BudgetId, only: Option<PartnerId>) -> StoreResult<Vec<Balance>> {
    type Row = (
        LineId,
        GrantId,
        PartnerId,
        GrantKind,
        Currency,
        PaymentMode,
        bool,
        bool,
        SumsRow,
    );
    let mut query = balances::table
        .inner_join(grants::table)
        .inner_join(lines::table)
        .filter(balances::budget_id.eq(budget.db()))
        .order((lines::position, lines::id, grants::id))
        .select((
            balances::line_id,
            balances::grant_id,
            grants::funder_id,
            grants::kind,
            grants::currency,
            grants::payment_mode,
            balances::decision_required,
            balances::strict_spending,
            sum_columns!(balances),
        ))
        .into_boxed::<MultiBackend>();
    if let Some(funder) = only {
        query = query.filter(grants::funder_id.eq(funder.db()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let balance = |(line, grant, funder, kind, currency, mode, grant_decision, spent_within_disbursed, row)| {
        let policy = Policy {
            grant_decision,
            spent_within_disbursed,
        };
        Balance {
            line,
            grant,
            funder,
            terms: Terms {
                kind,
                currency,
                mode,
                policy,
            },
            sums: sums(row),
        }
    };
    Ok(rows.into_iter().map(balance).collect())
}

type SumsByShare = BTreeMap<ShareKey, Sums>;

/// Whole months before the day's, and the days of its month up to it.
fn sums_as_of(conn: &mut Conn, budget: BudgetId, day: NaiveDate) -> StoreResult<SumsByShare> {
    let grants_of_budget = || {
        grants::table
            .filter(grants::budget_id.eq(budget.db()))
            .select(grants::id)
    };
    let month = first_of_month(day);
    let months: Vec<(LineId, GrantId, SumsRow)> = balance_months::table
        .filter(balance_months::grant_id.eq_any(grants_of_budget()))
        .filter(balance_months::month.lt(month))
        .select((
            balance_months::line_id,
            balance_months::grant_id,
            sum_columns!(balance_months),
        ))
        .load(conn)?;
    let days: Vec<(LineId, GrantId, SumsRow)> = balance_days::table
        .filter(balance_days::grant_id.eq_any(grants_of_budget()))
        .filter(balance_days::day.ge(month).and(balance_days::day.le(day)))
        .select((
            balance_days::line_id,
            balance_days::grant_id,
            sum_columns!(balance_days),
        ))
        .load(conn)?;
    let mut all = SumsByShare::new();
    for (line, grant, row) in months.into_iter().chain(days) {
        add(&mut all, (line, grant), sums(row));
    }
    Ok(all)
}

/// A replay of what was recorded up to an instant and booked up to a day.
fn sums_known_at(
    conn: &mut Conn,
    budget: BudgetId,
    day: NaiveDate,
    instant: DateTime<Utc>,
    rows: &[Balance],
) -> StoreResult<SumsByShare> {
    let day = day.min(parvis_domain::period::LATEST);
    let mut all = SumsByShare::new();
    let plans: Vec<(LineId, GrantId, i64, i64)> = plan_revisions::table
        .filter(plan_revisions::budget_id.eq(budget.db()))
        .filter(
            plan_revisions::recorded_at
                .le(micros(instant))
                .and(plan_revisions::booked_on.le(day)),
        )
        .select((
            plan_revisions::line_id,
            plan_revisions::grant_id,
            plan_revisions::planned_minor,
            plan_revisions::granted_minor,
        ))
        .load(conn)?;
    for (line, grant, planned, granted) in plans {
        add(
            &mut all,
            (line, grant),
            Sums {
                planned,
                granted,
                ..Sums::default()
            },
        );
    }
    // A sum of BIGINT is NUMERIC, which SQLite would read as a float: it is cast back to whole units.
    let sum = || sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)");
    let key = (movements::line_id, movements::grant_id, movements::kind);
    for reversals in [false, true] {
        let posted = movements::table.filter(movements::budget_id.eq(budget.db())).filter(
            movements::recorded_at
                .le(micros(instant))
                .and(movements::booked_on.le(day)),
        );
        let groups: Vec<(LineId, GrantId, MovementKind, i64)> = if reversals {
            let query = posted.filter(movements::reverses.is_not_null()).group_by(key);
            query
                .select((movements::line_id, movements::grant_id, movements::kind, sum()))
                .load(conn)?
        } else {
            let query = posted.filter(movements::reverses.is_null()).group_by(key);
            query
                .select((movements::line_id, movements::grant_id, movements::kind, sum()))
                .load(conn)?
        };
        for (line, grant, kind, amount) in groups {
            let mode = rows
                .iter()
                .find(|row| row.grant == grant)
                .map_or(PaymentMode::Advance, |row| row.terms.mode);
            let effect = ledger::effect(kind, mode, amount);
            add(
                &mut all,
                (line, grant),
                if reversals { effect.negated() } else { effect },
            );
        }
    }
    Ok(all)
}

fn add(all: &mut SumsByShare, key: ShareKey, change: Sums) {
    let sum = all.entry(key).or_default();
    *sum = sum.plus(change);
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
