//! A funder withdraws: what is bound stays, the rest of its share becomes zero, and the gap shows.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::ledger::Sums;
use parvis_domain::budgets::plan::{Cell, PlanVersionKind, withdrawn};
use parvis_domain::budgets::{GrantKind, Share};
use parvis_domain::ids::LineId;
use parvis_domain::{Code, DomainError};

use super::{NewVersion, begin, finish, touch};
use crate::budgets::grants::{Grant, get_grant};
use crate::budgets::shares::{self, Locked};
use crate::budgets::{pending, record, years};
use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::events;
use crate::schema::grants;
use crate::stamp::Stamp;

/// A withdrawal, checked on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Why.
    pub reason: String,
    /// From which day on.
    pub day: NaiveDate,
    /// The role of whoever records it.
    pub role: Option<String>,
}

/// Records that the funder of a grant, read at its version, withdraws.
///
/// # Errors
/// `transition_refused` where it has already, `year_closed`, `version_stale`.
pub fn withdraw_grant(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Grant,
    withdrawal: &Withdrawal,
) -> StoreResult<Grant> {
    if let Some(day) = before.withdrawn_on {
        let detail = format!("The funder withdrew on {day} already.");
        return Err(DomainError::new(Code::TransitionRefused, detail).into());
    }
    touch(conn, before.budget_id, None)?;
    years::require_open(conn, before.budget_id, withdrawal.day, "/booked_on")?;
    let number = begin(conn, stamp, before.programme_id, before.budget_id)?;
    let mut lines: Vec<LineId> = before.shares.iter().map(|share| share.line).collect();
    lines.sort();
    let mut released = Vec::new();
    for line in lines {
        released.push(rest(conn, before, line, withdrawal.day)?);
    }
    // What grows comes first, so that the grant as a whole never falls below what is committed on it.
    released.sort_by_key(|(_, change)| change.planned < 0 || change.granted < 0);
    for (mut share, change) in released {
        if change != Share::default() {
            share.revise(conn, stamp, withdrawal.day, change, Some(&withdrawal.reason))?;
        }
    }
    let current = grants::table
        .find(before.id.db())
        .filter(grants::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            grants::withdrawn_on.eq(withdrawal.day),
            grants::version.eq(grants::version + 1),
            grants::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    shares::require_changed(changed)?;
    let version = NewVersion {
        programme: before.programme_id,
        budget: before.budget_id,
        number,
        kind: PlanVersionKind::Revision,
        reason: Some(&withdrawal.reason),
        booked_on: Some(withdrawal.day),
        role: withdrawal.role.as_deref(),
        rates: &[],
    };
    finish(conn, stamp, &version)?;
    let after = get_grant(conn, before.id)?;
    record(
        conn,
        stamp,
        before.programme_id,
        Operation::WithdrawGrant,
        "grant",
        before.id,
        events::value(before)?,
        &after,
    )?;
    Ok(after)
}

/// What brings a share to what is bound on it on the day or on any later one, with what waits for a second person.
fn rest(conn: &mut Conn, grant: &Grant, line: LineId, day: NaiveDate) -> StoreResult<(Locked, Share)> {
    let share = shares::lock(conn, grant.budget_id, (line, grant.id))?;
    let (then, later) = share.at(conn, day)?;
    let of = |sums: Sums| match grant.kind {
        GrantKind::Cash => sums.committed,
        GrantKind::InKind => sums.contributed,
    };
    let (mut running, mut bound) = (then, of(then));
    for (_, change) in later {
        running = running.plus(change);
        bound = bound.max(of(running));
    }
    let waiting = pending::of_grant(conn, grant.id)?;
    let waiting: i64 = waiting
        .iter()
        .filter(|(at, ..)| *at == line)
        .map(|(_, _, sums)| of(*sums).max(0))
        .sum();
    let cell = Cell {
        planned: then.planned,
        granted: then.granted,
    };
    let left = withdrawn(cell, bound + waiting, share.shift_of(then.planned));
    // Where no decision is asked for, it bounds nothing and is not raised.
    let granted = match share.terms.policy.grant_decision {
        true => left.granted,
        false => left.granted.min(cell.granted),
    };
    let change = Share {
        planned: left.planned - cell.planned,
        granted: granted - cell.granted,
    };
    Ok((share, change))
}
