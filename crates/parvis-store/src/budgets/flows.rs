//! What a movement does beside its share: partners receive, pass on, spend and contribute, and banks exchange.
//!
//! These sums are kept per day and per month in the transaction of the movement, as those of shares are, so that reading
//! them costs rows by months and not by movements. Only what counts is counted: a movement that waits for a second
//! person when it is approved, on the day that it is booked on.

mod read;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::upsert::excluded;
use parvis_domain::Money;
use parvis_domain::budgets::MovementKind;
use parvis_domain::budgets::balances::{self, PartnerSums};
use parvis_domain::ids::{GrantId, PartnerId, RateId};

pub(super) use read::{exchanges_of, partners_of};

use super::shares::first_of_month;
use crate::columns::IntoDb;
use crate::connection::{Conn, each};
use crate::error::StoreResult;
use crate::schema::{exchange_days, exchange_months, partner_days, partner_months};

/// What a movement says of partners and exchanges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    /// The grant.
    pub(super) grant: GrantId,
    /// What it is.
    pub(super) kind: MovementKind,
    /// How much, in the grant's currency.
    pub(super) amount: Money,
    /// As it was paid, where that was in another currency.
    pub(super) original: Option<Money>,
    /// The published rate used; none where the bank's own exchange gave the amount.
    pub(super) rate: Option<RateId>,
    /// Who pays.
    pub(super) payer: PartnerId,
    /// Who is paid.
    pub(super) payee: Option<PartnerId>,
    /// The day in the accounts.
    pub(super) booked_on: NaiveDate,
    /// Whether it is a reversal, which counts negatively.
    pub(super) reversal: bool,
}

/// Counts a movement: call it once, in the transaction in which the movement begins to count.
///
/// # Errors
/// Those of the database.
pub(super) fn count(conn: &mut Conn, flow: &Flow) -> StoreResult<()> {
    let sign = if flow.reversal { -1 } else { 1 };
    let (payer, payee) = balances::flow(flow.kind, sign * flow.amount.minor);
    add_to_partner(conn, flow, flow.payer, payer)?;
    if let Some(partner) = flow.payee {
        add_to_partner(conn, flow, partner, payee)?;
    }
    match (flow.original, flow.rate) {
        (Some(original), None) => add_to_exchange(conn, flow, sign * flow.amount.minor, original, sign),
        _ => Ok(()),
    }
}

/// Adds to the row of a day and to that of its month, which are made where there are none.
macro_rules! add {
    ($conn:expr, $table:ident, $date:ident, $on:expr, ($($key:ident = $value:expr),+), ($($column:ident = $change:expr),+)) => {{
        let row = ($($table::$key.eq($value),)+ $table::$date.eq($on), $($table::$column.eq($change),)+);
        each!($conn, c => diesel::insert_into($table::table)
            .values(row)
            .on_conflict(($($table::$key,)+ $table::$date))
            .do_update()
            .set(($($table::$column.eq($table::$column + excluded($table::$column)),)+))
            .execute(c))?;
    }};
}

fn add_to_partner(conn: &mut Conn, flow: &Flow, partner: PartnerId, change: PartnerSums) -> StoreResult<()> {
    if change == PartnerSums::default() {
        return Ok(());
    }
    let (grant, partner, day) = (flow.grant.db(), partner.db(), flow.booked_on);
    macro_rules! row {
        ($table:ident, $date:ident, $on:expr) => {
            add!(
                conn,
                $table,
                $date,
                $on,
                (grant_id = grant, partner_id = partner),
                (
                    received_minor = change.received,
                    passed_on_minor = change.passed_on,
                    spent_minor = change.spent,
                    contributed_minor = change.contributed
                )
            )
        };
    }
    row!(partner_days, day, day);
    row!(partner_months, month, first_of_month(day));
    Ok(())
}

fn add_to_exchange(conn: &mut Conn, flow: &Flow, amount: i64, original: Money, sign: i64) -> StoreResult<()> {
    let (grant, code, day) = (flow.grant.db(), original.currency.code(), flow.booked_on);
    macro_rules! row {
        ($table:ident, $date:ident, $on:expr) => {
            add!(
                conn,
                $table,
                $date,
                $on,
                (grant_id = grant, currency = code),
                (amount_minor = amount, original_minor = sign * original.minor)
            )
        };
    }
    row!(exchange_days, day, day);
    row!(exchange_months, month, first_of_month(day));
    Ok(())
}
