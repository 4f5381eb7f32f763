//! The commitments that stand on grants, one by one: what a reduction of an agreed amount must name.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use parvis_domain::agreements::amendments::Committed;
use parvis_domain::budgets::MovementKind;
use parvis_domain::ids::{GrantId, LineId, MovementId};
use parvis_domain::{Currency, Money};

use crate::columns::db_ids;
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{movement_decisions as decisions, movements};

type Row = (
    MovementId,
    GrantId,
    LineId,
    MovementKind,
    i64,
    Currency,
    Option<String>,
    Option<MovementId>,
    bool,
);

/// The commitments of grants, the earliest first, each with what of it stands: without those that were reversed, and
/// without what was released since, which is taken from the earliest. One that waits for a second person stands; a release
/// or a reversal that waits frees nothing yet.
///
/// # Errors
/// Those of the database.
pub(crate) fn commitments_of(conn: &mut Conn, grants: BTreeSet<GrantId>) -> StoreResult<Vec<Committed>> {
    let kinds = [MovementKind::Commitment, MovementKind::Decommitment].map(MovementKind::as_str);
    let rows: Vec<Row> = movements::table
        .filter(movements::grant_id.eq_any(db_ids(grants)))
        .filter(movements::kind.eq_any(kinds))
        .order((movements::booked_on, movements::id))
        .select((
            movements::id,
            movements::grant_id,
            movements::line_id,
            movements::kind,
            movements::amount_minor,
            movements::currency,
            movements::reference,
            movements::reverses,
            movements::needs_approval,
        ))
        .load(conn)?;
    let ids = db_ids(rows.iter().map(|row| row.0));
    let decided: Vec<(MovementId, String)> = decisions::table
        .filter(decisions::movement_id.eq_any(ids))
        .select((decisions::movement_id, decisions::decision))
        .load(conn)?;
    let decided: BTreeMap<MovementId, bool> = decided
        .into_iter()
        .map(|(movement, decision)| (movement, decision == "approved"))
        .collect();
    Ok(standing(&rows, &decided))
}

fn standing(rows: &[Row], decided: &BTreeMap<MovementId, bool>) -> Vec<Committed> {
    let counts = |row: &Row| decided.get(&row.0).copied().unwrap_or(!row.8);
    let refused = |row: &Row| decided.get(&row.0) == Some(&false);
    let reversed: BTreeSet<MovementId> = rows.iter().filter(|row| counts(row)).filter_map(|row| row.7).collect();
    let mut released: BTreeMap<(GrantId, LineId), i64> = BTreeMap::new();
    let originals = || rows.iter().filter(|row| row.7.is_none() && !reversed.contains(&row.0));
    for row in originals().filter(|row| row.3 == MovementKind::Decommitment && counts(row)) {
        *released.entry((row.1, row.2)).or_default() += row.4;
    }
    let mut found = Vec::new();
    for row in originals().filter(|row| row.3 == MovementKind::Commitment && !refused(row)) {
        let rest = released.entry((row.1, row.2)).or_default();
        let taken = row.4.min(*rest);
        *rest -= taken;
        found.push(Committed {
            grant: row.1,
            line: row.2,
            movement: row.0,
            reference: row.6.clone(),
            standing: Money::new(row.4 - taken, row.5),
        });
    }
    found
}
