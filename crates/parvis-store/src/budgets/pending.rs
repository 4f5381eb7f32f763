//! What waits for a second person: it counts against every ceiling, and supports none (rule 9).
//!
//! A row per movement that waits, with what it would change. It goes with the decision, so that reading what waits never
//! costs more than what waits.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::budgets::ledger::{Pending, Sums};
use parvis_domain::ids::{BudgetId, GrantId, LineId, MovementId};

use super::shares::{Locked, ShareKey};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::pending_movements as pending;

/// The sums that a movement can change, as they lie in a row: plans are revised, never posted.
type Row = (i64, i64, i64, i64, i64, i64);

const COLUMNS: (
    pending::pledged_minor,
    pending::committed_minor,
    pending::disbursed_minor,
    pending::spent_minor,
    pending::justified_minor,
    pending::contributed_minor,
) = (
    pending::pledged_minor,
    pending::committed_minor,
    pending::disbursed_minor,
    pending::spent_minor,
    pending::justified_minor,
    pending::contributed_minor,
);

fn sums((pledged, committed, disbursed, spent, justified, contributed): Row) -> Sums {
    Sums {
        pledged,
        committed,
        disbursed,
        spent,
        justified,
        contributed,
        ..Sums::default()
    }
}

/// What waits on each share of a budget: what would be added, and what would be taken away, apart.
///
/// # Errors
/// Those of the database.
pub(crate) fn by_share(conn: &mut Conn, budget: BudgetId) -> StoreResult<BTreeMap<ShareKey, Pending>> {
    let rows: Vec<(LineId, GrantId, Row)> = pending::table
        .filter(pending::budget_id.eq(budget.db()))
        .select((pending::line_id, pending::grant_id, COLUMNS))
        .load(conn)?;
    let mut shares: BTreeMap<ShareKey, Pending> = BTreeMap::new();
    for (line, grant, row) in rows {
        let share = shares.entry((line, grant)).or_default();
        *share = share.plus(Pending::of(sums(row)));
    }
    Ok(shares)
}

/// What waits on a grant, by line and day.
pub(super) fn of_grant(conn: &mut Conn, grant: GrantId) -> StoreResult<Vec<(LineId, NaiveDate, Sums)>> {
    let rows: Vec<(LineId, NaiveDate, Row)> = pending::table
        .filter(pending::grant_id.eq(grant.db()))
        .select((pending::line_id, pending::booked_on, COLUMNS))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(line, day, row)| (line, day, sums(row)))
        .collect())
}

/// Lets a movement wait, with what it would change.
pub(super) fn wait(
    conn: &mut Conn,
    share: &Locked,
    movement: MovementId,
    decided_with: Option<MovementId>,
    day: NaiveDate,
    change: Sums,
) -> StoreResult<()> {
    diesel::insert_into(pending::table)
        .values((
            pending::movement_id.eq(movement.db()),
            pending::decided_with.eq(decided_with.map(IntoDb::db)),
            pending::programme_id.eq(share.programme.db()),
            pending::budget_id.eq(share.budget.db()),
            pending::line_id.eq(share.line.db()),
            pending::grant_id.eq(share.grant.db()),
            pending::booked_on.eq(day),
            pending::pledged_minor.eq(change.pledged),
            pending::committed_minor.eq(change.committed),
            pending::disbursed_minor.eq(change.disbursed),
            pending::spent_minor.eq(change.spent),
            pending::justified_minor.eq(change.justified),
            pending::contributed_minor.eq(change.contributed),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes what is decided on together out of what waits: the movements, and what they would change on which day. Empty
/// where the movement does not wait.
pub(super) fn take(conn: &mut Conn, movement: MovementId) -> StoreResult<Vec<(MovementId, NaiveDate, Sums)>> {
    let together = || {
        let with = pending::decided_with
            .is_not_null()
            .and(pending::decided_with.assume_not_null().eq(movement.db()));
        pending::movement_id.eq(movement.db()).or(with)
    };
    let rows: Vec<(MovementId, NaiveDate, Row)> = pending::table
        .filter(together())
        .order(pending::movement_id)
        .select((pending::movement_id, pending::booked_on, COLUMNS))
        .load(conn)?;
    diesel::delete(pending::table.filter(together())).execute(conn)?;
    Ok(rows.into_iter().map(|(id, day, row)| (id, day, sums(row))).collect())
}
