//! The sums of partners and exchanges, today, as of a day, or as they were known at an instant.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::Currency;
use parvis_domain::budgets::MovementKind;
use parvis_domain::budgets::balances::{self as domain, PartnerSums};
use parvis_domain::ids::{GrantId, MovementId, PartnerId};

use crate::budgets::balances::{Extent, When, decided, grants_of, recorded};
use crate::budgets::shares::first_of_month;
use crate::columns::DbId;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{exchange_days, exchange_months, movements, partner_days, partner_months};

/// What partners got and passed on of each grant. None stands for whoever was paid without being named, so that what all
/// received and passed on is the same.
type ByPartner = BTreeMap<(Option<PartnerId>, GrantId), PartnerSums>;

/// The exchanges of grants at the bank's own rate: the amounts booked and their originals, in minor units.
type Exchanges = BTreeMap<(GrantId, Currency), (i64, i64)>;

/// Rows of the sums of an extent up to a day: whole months before it and the days of its month, or all months.
macro_rules! kept {
    ($row:ty, $conn:expr, $grants:expr, $as_of:expr, $months:ident, $days:ident, ($($column:ident),+)) => {{
        let months = $months::table.filter($months::grant_id.eq_any($grants)).select(($($months::$column,)+));
        match $as_of {
            None => months.load($conn)?,
            Some(day) => {
                let first = first_of_month(day);
                let mut rows: Vec<$row> = months.filter($months::month.lt(first)).load($conn)?;
                let days = $days::table
                    .filter($days::grant_id.eq_any($grants))
                    .filter($days::day.ge(first).and($days::day.le(day)))
                    .select(($($days::$column,)+));
                rows.extend(days.load::<$row>($conn)?);
                rows
            }
        }
    }};
}

/// What partners got, passed on, spent and contributed.
///
/// # Errors
/// Those of the database.
pub(in crate::budgets) fn partners_of(conn: &mut Conn, extent: Extent, when: When) -> StoreResult<ByPartner> {
    let mut all = match when.known_at {
        Some(instant) => partners_known(conn, extent, when.as_of, instant)?,
        None => {
            let grants = grants_of(conn, extent, None)?;
            partners_kept(conn, &grants, when.as_of)?
        }
    };
    let mut unnamed: BTreeMap<GrantId, i64> = BTreeMap::new();
    for ((_, grant), sums) in &all {
        *unnamed.entry(*grant).or_default() += sums.passed_on - sums.received;
    }
    for (grant, received) in unnamed.into_iter().filter(|(_, received)| *received != 0) {
        let sums = PartnerSums {
            received,
            ..PartnerSums::default()
        };
        all.insert((None, grant), sums);
    }
    Ok(all)
}

fn partners_kept(conn: &mut Conn, grants: &[DbId], as_of: Option<NaiveDate>) -> StoreResult<ByPartner> {
    type Row = (PartnerId, GrantId, i64, i64, i64, i64);
    let rows: Vec<Row> = kept!(
        Row,
        conn,
        grants,
        as_of,
        partner_months,
        partner_days,
        (
            partner_id,
            grant_id,
            received_minor,
            passed_on_minor,
            spent_minor,
            contributed_minor
        )
    );
    let mut all = ByPartner::new();
    for (partner, grant, received, passed_on, spent, contributed) in rows {
        let change = PartnerSums {
            received,
            passed_on,
            spent,
            contributed,
        };
        add(&mut all, partner, grant, change);
    }
    Ok(all)
}

fn add(all: &mut ByPartner, partner: PartnerId, grant: GrantId, change: PartnerSums) {
    let sums = all.entry((Some(partner), grant)).or_default();
    *sums = sums.plus(change);
}

fn partners_known(
    conn: &mut Conn,
    extent: Extent,
    day: Option<NaiveDate>,
    instant: DateTime<Utc>,
) -> StoreResult<ByPartner> {
    type Row = (
        MovementId,
        bool,
        GrantId,
        MovementKind,
        i64,
        PartnerId,
        Option<PartnerId>,
        Option<MovementId>,
    );
    let (approved, _) = decided(conn, extent, instant)?;
    let rows: Vec<Row> = recorded(extent, day, instant)
        .select((
            movements::id,
            movements::needs_approval,
            movements::grant_id,
            movements::kind,
            movements::amount_minor,
            movements::payer_id,
            movements::payee_id,
            movements::reverses,
        ))
        .load(conn)?;
    let mut all = ByPartner::new();
    for (id, second, grant, kind, amount, payer, payee, reverses) in rows {
        if second && !approved.contains(&id) {
            continue;
        }
        let (of_payer, of_payee) = domain::flow(kind, if reverses.is_some() { -amount } else { amount });
        add(&mut all, payer, grant, of_payer);
        if let Some(payee) = payee {
            add(&mut all, payee, grant, of_payee);
        }
    }
    Ok(all)
}

/// The exchanges of the grants of an extent.
///
/// # Errors
/// Those of the database.
pub(in crate::budgets) fn exchanges_of(conn: &mut Conn, extent: Extent, when: When) -> StoreResult<Exchanges> {
    type Row = (GrantId, Currency, i64, i64);
    let rows: Vec<Row> = match when.known_at {
        Some(instant) => exchanges_known(conn, extent, when.as_of, instant)?,
        None => {
            let grants = &grants_of(conn, extent, None)?;
            kept!(
                Row,
                conn,
                grants,
                when.as_of,
                exchange_months,
                exchange_days,
                (grant_id, currency, amount_minor, original_minor)
            )
        }
    };
    let mut all = Exchanges::new();
    for (grant, currency, amount, original) in rows {
        let sums = all.entry((grant, currency)).or_default();
        *sums = (sums.0 + amount, sums.1 + original);
    }
    Ok(all)
}

fn exchanges_known(
    conn: &mut Conn,
    extent: Extent,
    day: Option<NaiveDate>,
    instant: DateTime<Utc>,
) -> StoreResult<Vec<(GrantId, Currency, i64, i64)>> {
    type Row = (
        MovementId,
        bool,
        GrantId,
        i64,
        Option<i64>,
        Option<Currency>,
        Option<MovementId>,
    );
    let (approved, _) = decided(conn, extent, instant)?;
    let rows: Vec<Row> = recorded(extent, day, instant)
        .filter(movements::original_currency.is_not_null())
        .filter(movements::rate_id.is_null())
        .select((
            movements::id,
            movements::needs_approval,
            movements::grant_id,
            movements::amount_minor,
            movements::original_minor,
            movements::original_currency,
            movements::reverses,
        ))
        .load(conn)?;
    let exchange = |(id, second, grant, amount, minor, currency, reverses): Row| {
        let sign = if reverses.is_some() { -1 } else { 1 };
        let exchange = |(minor, currency)| (grant, currency, sign * amount, sign * minor);
        let counts = !second || approved.contains(&id);
        minor.zip(currency).filter(|_| counts).map(exchange)
    };
    Ok(rows.into_iter().filter_map(exchange).collect())
}
