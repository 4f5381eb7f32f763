//! Movements of grants that rest on an agreement obey it (rule 10); those of other grants are not held.

use chrono::NaiveDate;
use parvis_domain::agreements::money::Dated;
use parvis_domain::budgets::{MovementKind, NewMovement};

use super::movements::Movement;
use super::shares::Locked;
use crate::agreements::money::{self, Question};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::stamp::Stamp;

/// The days of a movement that is posted.
pub(super) fn of_new(new: &NewMovement, pending: bool) -> Dated {
    Dated {
        kind: new.kind,
        reversal: false,
        pending,
        booked_on: new.booked_on,
        incurred_on: new.incurred_on,
    }
}

/// The day of a reversal.
pub(super) fn of_reversal(kind: MovementKind, booked_on: NaiveDate) -> Dated {
    Dated {
        kind,
        reversal: true,
        pending: false,
        booked_on,
        incurred_on: None,
    }
}

/// Checks a movement of a locked share that would commit so much more.
///
/// # Errors
/// Those of [`money::check`].
pub(super) fn check(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    share: &Locked,
    dated: &Dated,
    committed: i64,
) -> StoreResult<()> {
    let Some(agreement) = share.agreement else {
        return Ok(());
    };
    let bound = match committed > 0 {
        true => share.bound(conn, dated.booked_on, committed)?,
        false => Vec::new(),
    };
    let question = Question::Movement(*dated, &bound);
    money::check(conn, stamp, agreement, (share.grant, share.funder), &question)
}

/// Checks a movement that a second person approves today. What waits is out of the way already.
///
/// # Errors
/// Those of [`money::check`].
pub(super) fn check_approval(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    share: &Locked,
    movement: &Movement,
    committed: i64,
) -> StoreResult<()> {
    let Some(agreement) = share.agreement else {
        return Ok(());
    };
    let dated = Dated {
        kind: movement.kind,
        reversal: movement.reverses.is_some(),
        pending: true,
        booked_on: movement.booked_on,
        incurred_on: movement.incurred_on,
    };
    let bound = match committed > 0 {
        true => share.bound(conn, movement.booked_on, committed)?,
        false => Vec::new(),
    };
    let question = Question::Approval(dated, &bound);
    money::check(conn, stamp, agreement, (share.grant, share.funder), &question)
}
