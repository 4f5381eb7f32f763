//! What the years of a budget are told from: its shares, what each month changed of them, what waits, and the record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use parvis_domain::budgets::ledger::Sums;
use parvis_domain::budgets::years::{self as domain, Rest, YearAction};
use parvis_domain::budgets::{GrantKind, MovementKind};
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId, PartnerId};
use parvis_domain::period::EARLIEST;
use parvis_domain::{Currency, Money};

use super::{BudgetYear, PendingMovement, ShareRest, YearRecord, closed_through};
use crate::budgets::shares::{ShareKey, SumsRow, sum_columns, sums};
use crate::columns::{Instant, IntoDb};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{
    balance_months, balances, budget_year_records as records, budgets, grants, lines, movements, pending_movements,
};

/// The most pending movements of a budget that are listed, the earliest booked first.
const PENDING_MAX: i64 = 200;

/// A share of the budget, for its years.
struct ShareOf {
    line_year: i32,
    funder: PartnerId,
    kind: GrantKind,
    currency: Currency,
}

/// Everything that the years of a budget are told from.
pub(super) struct Ledger {
    budget: BudgetId,
    today: NaiveDate,
    pub(super) closed_through: Option<i32>,
    pub(super) years: BTreeSet<i32>,
    shares: BTreeMap<ShareKey, ShareOf>,
    /// What each month changed of each share.
    months: Vec<(ShareKey, NaiveDate, Sums)>,
    pub(super) pending: Vec<PendingMovement>,
    records: Vec<(i32, YearRecord)>,
}

impl Ledger {
    pub(super) fn read(conn: &mut Conn, budget: BudgetId, today: NaiveDate) -> StoreResult<Self> {
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

    pub(super) fn first(&self) -> i32 {
        self.years.first().copied().unwrap_or_else(|| self.today.year())
    }

    pub(super) fn year(&self, year: i32, only: Option<PartnerId>) -> BudgetYear {
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
