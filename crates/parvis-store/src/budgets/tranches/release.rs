//! The release of a tranche, and its split into parts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::tranches::{self as domain, TrancheContent};
use parvis_domain::percentage::Percentage;
use parvis_domain::{Money, budgets};
use serde_json::Value;

use super::super::home::Home;
use super::super::{record, shares, years};
use super::facts::Kept;
use super::{Tranche, assessed, changed_event, facts_of, get_tranche, insert, lock, require_changeable};
use crate::agreements::money::{self, Question};
use crate::columns::{IntoDb, json, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{grant_balances, tranches};
use crate::stamp::Stamp;

/// Releases a tranche on a day of an open year, once every condition is met on that day. From then on as much more can be
/// disbursed of the grant. Where the conditions stood is kept with the release.
///
/// # Errors
/// `tranche_conditions_unmet` with every condition and what is missing, `year_closed`, `date_in_future`, `version_stale`,
/// `archived`, `payment_mode_mismatch`, or `transition_refused` where it was released already.
pub fn release_tranche(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    before: &Tranche,
    day: NaiveDate,
) -> StoreResult<Tranche> {
    budgets::check_booked_on("/released_on", day, None, home.programme.today(stamp)?)?;
    years::require_open(conn, home.budget, day, "/released_on")?;
    let grant = lock(conn, before.grant_id)?;
    require_changeable(before)?;
    domain::check_mode(grant.mode)?;
    if let Some(agreement) = grant.agreement {
        money::check(
            conn,
            stamp,
            agreement,
            (grant.id, grant.funder),
            &Question::Release(day),
        )?;
    }
    let conditions = before.content().conditions;
    let known = facts_of(conn, &BTreeSet::from([grant.id]), conditions.iter(), day)?;
    let known = known.get(&grant.id).cloned().unwrap_or_default();
    let stand = assessed(&conditions, &known, day);
    domain::check_release(&stand)?;
    let kept: Vec<Kept> = stand.into_iter().map(|(_, assessment)| assessment.into()).collect();
    let row = tranches::table
        .find(before.id.db())
        .filter(tranches::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            tranches::released_on.eq(Some(day)),
            tranches::released_by.eq(stamp.actor.map(IntoDb::db)),
            tranches::assessments.eq(json(&kept)?),
            tranches::version.eq(before.version + 1),
            tranches::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    // The sum that the CHECK of the grant's balances compares with what is disbursed.
    diesel::update(grant_balances::table.find(grant.id.db()))
        .set(grant_balances::released_minor.eq(grant_balances::released_minor + before.amount.minor))
        .execute(conn)?;
    changed_event(conn, stamp, home, Operation::ReleaseTranche, before)
}

/// Splits a tranche that is not released into parts by percentages; each keeps title, day and conditions, and the last
/// one alone is final. Later tranches move back. Returns the parts.
///
/// # Errors
/// `out_of_range` where the parts do not make 100 %, `version_stale`, `archived`, `transition_refused`.
pub fn split_tranche(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    home: &Home,
    before: &Tranche,
    parts: &[Percentage],
) -> StoreResult<Vec<Tranche>> {
    let grant = lock(conn, before.grant_id)?;
    require_changeable(before)?;
    let amounts = domain::split(before.amount.minor, parts)?;
    let more = i32::try_from(amounts.len().saturating_sub(1)).unwrap_or(0);
    let own = tranches::table
        .find(before.id.db())
        .filter(tranches::version.eq(before.version));
    let first = amounts.first().copied().unwrap_or(before.amount.minor);
    let changed = diesel::update(own)
        .set((
            tranches::amount_minor.eq(first),
            tranches::is_final.eq(false),
            tranches::version.eq(before.version + 1),
            tranches::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    let later = tranches::table.filter(tranches::grant_id.eq(grant.id.db())).filter(
        tranches::position
            .gt(before.position)
            .and(tranches::released_on.is_null()),
    );
    diesel::update(later)
        .set((
            tranches::position.eq(tranches::position + more),
            tranches::version.eq(tranches::version + 1),
        ))
        .execute(conn)?;
    let today = home.programme.today(stamp)?;
    let mut made = vec![changed_event(conn, stamp, home, Operation::SplitTranche, before)?];
    let rest: Vec<i64> = amounts.into_iter().skip(1).collect();
    for (position, (i, amount)) in (before.position + 1..).zip(rest.iter().enumerate()) {
        let content = TrancheContent {
            position,
            amount: Money::new(*amount, grant.currency),
            is_final: before.is_final && i + 1 == rest.len(),
            ..before.content()
        };
        let id = insert(conn, stamp, home.programme.id, grant.id, &content)?;
        let part = get_tranche(conn, id, today)?;
        record(
            conn,
            stamp,
            home.programme.id,
            Operation::SplitTranche,
            "tranche",
            id,
            Value::Null,
            &part,
        )?;
        made.push(part);
    }
    Ok(made)
}
