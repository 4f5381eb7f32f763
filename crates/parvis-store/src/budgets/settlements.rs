//! What is still due on a grant.

use std::collections::BTreeMap;

use diesel::prelude::*;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::settlement::Settlement;
use parvis_domain::ids::GrantId;
use parvis_domain::{Currency, Money};

use super::grants::get_grant;
use super::shares::ratio;
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{grant_balances, grants};

/// What is still due on a grant, in its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantSettlement {
    /// The grant.
    pub grant: GrantId,
    /// Its currency.
    pub currency: Currency,
    /// The amounts.
    pub settlement: Settlement,
    /// What was accepted in other currencies: it is not counted.
    pub elsewhere: Vec<Money>,
}

/// What is still due on a grant, from the cost that was accepted over the whole plan in its currency.
///
/// # Errors
/// `not_found`.
pub fn get_settlement(conn: &mut Conn, grant: GrantId) -> StoreResult<GrantSettlement> {
    let of = get_grant(conn, grant)?;
    let rate = grants::table
        .find(grant.db())
        .select((grants::rate_numerator, grants::rate_denominator))
        .first(conn)?;
    let sums: Option<(i64, i64)> = grant_balances::table
        .find(grant.db())
        .select((grant_balances::granted_minor, grant_balances::disbursed_minor))
        .first(conn)
        .optional()?;
    let justified: Vec<(Currency, i64)> = grant_balances::table
        .inner_join(grants::table)
        .filter(grant_balances::budget_id.eq(of.budget_id.db()))
        .filter(grants::kind.eq(GrantKind::Cash.as_str()))
        .select((grants::currency, grant_balances::justified_minor))
        .load(conn)?;
    let mut accepted: BTreeMap<Currency, i64> = BTreeMap::new();
    for (currency, minor) in justified {
        *accepted.entry(currency).or_default() += minor;
    }
    let (granted, disbursed) = sums.unwrap_or_default();
    let settlement = Settlement {
        granted,
        accepted: accepted.remove(&of.currency).unwrap_or(0),
        rate: ratio(rate),
        disbursed,
    };
    let elsewhere = accepted.into_iter().filter(|(_, minor)| *minor > 0);
    Ok(GrantSettlement {
        grant,
        currency: of.currency,
        settlement,
        elsewhere: elsewhere.map(|(currency, minor)| Money::new(minor, currency)).collect(),
    })
}
