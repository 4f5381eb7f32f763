//! A second person approves or refuses what waits (rule 9).

use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::movements::check_second_person;
use parvis_domain::budgets::{MovementKind, MovementStatus};
use parvis_domain::{Code, DomainError};

use super::{Movement, get_movement};
use crate::budgets::{flows, pending, record, resting, shares, years};
use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::events;
use crate::schema::{movement_decisions, reversals};
use crate::stamp::Stamp;

/// Approves a movement that waits: from then on it counts, on the day that it was booked on, where the rules still allow
/// it. A correction is approved as a whole.
///
/// # Errors
/// `not_pending`, `second_person_required`, `year_closed`, `line_year_closed`, or the rule that it would break by now.
pub fn approve_movement(conn: &mut Conn, stamp: &Stamp<'_>, of: &Movement) -> StoreResult<Movement> {
    decide(conn, stamp, of, None)
}

/// Refuses a movement that waits, with the reason: it never counts. A correction is refused as a whole.
///
/// # Errors
/// `not_pending`, `second_person_required`.
pub fn refuse_movement(conn: &mut Conn, stamp: &Stamp<'_>, of: &Movement, reason: &str) -> StoreResult<Movement> {
    decide(conn, stamp, of, Some(reason))
}

/// Decides on a movement and on what is decided with it; a refusal has its reason.
fn decide(conn: &mut Conn, stamp: &Stamp<'_>, of: &Movement, refusal: Option<&str>) -> StoreResult<Movement> {
    check_second_person(of.recorded_by, stamp.actor)?;
    if refusal.is_none() {
        years::require_open(conn, of.budget_id, of.booked_on, "")?;
    }
    let mut share = shares::lock(conn, of.budget_id, (of.line_id, of.grant_id))?;
    let waiting = pending::take(conn, of.id)?;
    if waiting.is_empty() {
        let detail = "The movement does not wait for a second person, or somebody decided on it already.";
        return Err(StoreError::Domain(DomainError::new(Code::NotPending, detail)));
    }
    let commits = of.kind == MovementKind::Commitment && waiting.iter().any(|(_, _, change)| change.committed > 0);
    if commits && refusal.is_none() {
        years::require_line_open(conn, of.budget_id, of.line_id)?;
    }
    for (movement, day, change) in waiting {
        let before = get_movement(conn, movement)?;
        match refusal {
            None => {
                resting::check_approval(conn, stamp, &share, &before, change.committed)?;
                share.change(conn, day, change)?;
                flows::count(conn, &before.flow())?;
            }
            Some(_) => {
                let freed = reversals::table.filter(reversals::reversal_id.eq(movement.db()));
                diesel::delete(freed).execute(conn)?;
            }
        }
        insert_decision(conn, stamp, &before, refusal)?;
        let operation = match refusal {
            None => Operation::ApproveMovement,
            Some(_) => Operation::RefuseMovement,
        };
        let before = Movement {
            status: MovementStatus::Pending,
            ..before
        };
        let after = get_movement(conn, movement)?;
        record(
            conn,
            stamp,
            share.programme,
            operation,
            "movement",
            movement,
            events::value(&before)?,
            &after,
        )?;
    }
    get_movement(conn, of.id)
}

fn insert_decision(conn: &mut Conn, stamp: &Stamp<'_>, of: &Movement, refusal: Option<&str>) -> StoreResult<()> {
    let id: uuid::Uuid = stamp.id();
    let Some(person) = stamp.actor else {
        return Err(StoreError::Internal("a decision has a person".to_owned()));
    };
    diesel::insert_into(movement_decisions::table)
        .values((
            movement_decisions::id.eq(id.db()),
            movement_decisions::movement_id.eq(of.id.db()),
            movement_decisions::programme_id.eq(of.programme_id.db()),
            movement_decisions::decision.eq(if refusal.is_none() { "approved" } else { "refused" }),
            movement_decisions::reason.eq(refusal),
            movement_decisions::decided_at.eq(micros(stamp.at)),
            movement_decisions::decided_by.eq(person.db()),
        ))
        .execute(conn)?;
    Ok(())
}
