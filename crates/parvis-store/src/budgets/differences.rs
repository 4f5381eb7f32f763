//! Realised differences of exchange: what the bank gave, less what the rate that the funder asks for would have given.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::budgets::MovementKind;
use parvis_domain::budgets::rates::RatePolicy;
use parvis_domain::ids::{GrantId, MovementId, PartnerId};
use parvis_domain::{Currency, Money};

use super::balances::{Extent, When, decided, recorded};
use super::conversions::{Converter, UsedRate};
use crate::columns::db_ids;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{grants, movements};

/// What was gained or lost by the exchanges of one grant: minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeDifference {
    /// The grant.
    pub grant: GrantId,
    /// Its funder.
    pub funder: PartnerId,
    /// Its currency.
    pub currency: Currency,
    /// By what the funder asks.
    pub policy: RatePolicy,
    /// How many payments the bank exchanged.
    pub movements: u32,
    /// What was booked, of the movements that have a rate.
    pub booked: i64,
    /// What would have been booked at the rate of the day of each.
    pub at_rate: i64,
    /// How many movements have no such rate.
    pub without_rate: u32,
    /// The rates used.
    pub rates: Vec<UsedRate>,
}

struct Exchanged {
    grant: GrantId,
    amount: Money,
    original: Money,
    on: NaiveDate,
    sign: i64,
}

/// The differences of every grant with payments in another currency at the bank's own exchange. Each
/// movement is converted and rounded by itself. A funder that asks for the exchange itself has none.
///
/// # Errors
/// Those of the database.
pub fn exchange_differences(
    conn: &mut Conn,
    extent: Extent,
    when: When,
    only: Option<PartnerId>,
    today: NaiveDate,
) -> StoreResult<Vec<ExchangeDifference>> {
    let exchanged = exchanged(conn, extent, when)?;
    let ids: BTreeSet<GrantId> = exchanged.iter().map(|one| one.grant).collect();
    let funders: Vec<(GrantId, PartnerId)> = grants::table
        .filter(grants::id.eq_any(db_ids(ids)))
        .select((grants::id, grants::funder_id))
        .load(conn)?;
    let funders: BTreeMap<GrantId, PartnerId> = funders.into_iter().collect();
    let mut converters: BTreeMap<Currency, Converter> = BTreeMap::new();
    for one in &exchanged {
        if let Entry::Vacant(place) = converters.entry(one.amount.currency) {
            place.insert(Converter::read(conn, extent, when, one.amount.currency, today)?);
        }
    }
    let mut all: BTreeMap<GrantId, ExchangeDifference> = BTreeMap::new();
    for one in exchanged {
        let Some((funder, converter)) = funders.get(&one.grant).zip(converters.get(&one.amount.currency)) else {
            continue;
        };
        if only.is_none_or(|only| only == *funder) {
            let policy = converter.policy(*funder);
            let difference = all.entry(one.grant).or_insert_with(|| ExchangeDifference {
                grant: one.grant,
                funder: *funder,
                currency: one.amount.currency,
                policy,
                movements: 0,
                booked: 0,
                at_rate: 0,
                without_rate: 0,
                rates: Vec::new(),
            });
            difference.add(&one, converter);
        }
    }
    Ok(all.into_values().collect())
}

impl ExchangeDifference {
    fn add(&mut self, one: &Exchanged, converter: &Converter) {
        self.movements += 1;
        if self.policy == RatePolicy::Exchange {
            self.booked += one.sign * one.amount.minor;
            self.at_rate += one.sign * one.amount.minor;
            return;
        }
        let rate = converter.on(self.policy, one.original.currency, one.on);
        let converted = rate.as_ref().and_then(|rate| rate.convert(one.original));
        match rate.zip(converted) {
            Some((rate, converted)) => {
                self.booked += one.sign * one.amount.minor;
                self.at_rate += one.sign * converted.minor;
                if !self.rates.contains(&rate) {
                    self.rates.push(rate);
                }
            }
            None => self.without_rate += 1,
        }
    }
}

/// The payments that count and that the bank exchanged, in the order of their booking: a difference is realised only where
/// money changes hands.
fn exchanged(conn: &mut Conn, extent: Extent, when: When) -> StoreResult<Vec<Exchanged>> {
    type Amounts = (i64, Currency, Option<i64>, Option<Currency>);
    type Row = (MovementId, GrantId, Amounts, NaiveDate, bool, Option<MovementId>);
    let instant = when.known_at.unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC);
    let (approved, _) = decided(conn, extent, instant)?;
    let rows: Vec<Row> = recorded(extent, when.as_of, instant)
        .filter(movements::original_currency.is_not_null())
        .filter(movements::rate_id.is_null())
        .filter(movements::kind.eq_any(MovementKind::PAYMENTS.map(MovementKind::as_str)))
        .order((movements::booked_on, movements::id))
        .select((
            movements::id,
            movements::grant_id,
            (
                movements::amount_minor,
                movements::currency,
                movements::original_minor,
                movements::original_currency,
            ),
            movements::booked_on,
            movements::needs_approval,
            movements::reverses,
        ))
        .load(conn)?;
    let exchanged = |(id, grant, amounts, on, second, reverses): Row| {
        let (minor, currency, original_minor, original_currency) = amounts;
        let (original_minor, original_currency) = original_minor.zip(original_currency)?;
        (!second || approved.contains(&id)).then(|| Exchanged {
            grant,
            amount: Money::new(minor, currency),
            original: Money::new(original_minor, original_currency),
            on,
            sign: if reverses.is_some() { -1 } else { 1 },
        })
    };
    Ok(rows.into_iter().filter_map(exchanged).collect())
}
