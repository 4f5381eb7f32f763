//! A replay of what was recorded up to an instant and booked up to a day ("what did the committee see on 12 April?").
//!
//! A movement that needed a second person counts from the instant of the approval, and waits until then.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use parvis_domain::budgets::ledger::{self, Pending, Sums};
use parvis_domain::budgets::{MovementKind, PaymentMode};
use parvis_domain::ids::{GrantId, LineId, MovementId};
use parvis_domain::period::LATEST;

use super::{BalanceRow, Extent, PendingByShare, SumsByShare};
use crate::columns::{IntoDb, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::schema::{movement_decisions, movements, plan_revisions};

type Plan = (LineId, GrantId, i64, i64);
type Posted = (LineId, GrantId, MovementKind, bool, i64);
/// A movement that needs a second person: its amount, when it was recorded, what it reverses and what it corrects.
type Second = (
    MovementId,
    LineId,
    GrantId,
    MovementKind,
    i64,
    i64,
    Option<MovementId>,
    Option<MovementId>,
);

/// What was known at an instant.
pub(in crate::budgets) struct Known {
    plans: Vec<Plan>,
    posted: Vec<Posted>,
    waiting: Vec<Waiting>,
}

/// A movement that waited then. A reversal and its replacement are decided together and wait as one.
struct Waiting {
    line: LineId,
    grant: GrantId,
    kind: MovementKind,
    amount: i64,
    recorded_at: i64,
    reverses: Option<MovementId>,
    corrects: Option<MovementId>,
}

/// The movements of an extent that were recorded up to an instant and booked up to a day.
pub(in crate::budgets) fn recorded<'a>(
    extent: Extent,
    day: Option<NaiveDate>,
    instant: DateTime<Utc>,
) -> movements::BoxedQuery<'a, MultiBackend> {
    let query = movements::table.into_boxed::<MultiBackend>();
    let query = match extent {
        Extent::Budget(budget) => query.filter(movements::budget_id.eq(budget.db())),
        Extent::Programme(programme) => query.filter(movements::programme_id.eq(programme.db())),
    };
    query
        .filter(movements::recorded_at.le(micros(instant)))
        .filter(movements::booked_on.le(day.unwrap_or(LATEST)))
}

/// What was decided up to an instant about movements that needed a second person: approved and refused.
pub(in crate::budgets) fn decided(
    conn: &mut Conn,
    extent: Extent,
    instant: DateTime<Utc>,
) -> StoreResult<(BTreeSet<MovementId>, BTreeSet<MovementId>)> {
    let decisions = movement_decisions::table
        .inner_join(movements::table)
        .filter(movement_decisions::decided_at.le(micros(instant)))
        .select((movement_decisions::movement_id, movement_decisions::decision))
        .into_boxed::<MultiBackend>();
    let decisions: Vec<(MovementId, String)> = match extent {
        Extent::Budget(budget) => decisions.filter(movements::budget_id.eq(budget.db())),
        Extent::Programme(programme) => decisions.filter(movements::programme_id.eq(programme.db())),
    }
    .load(conn)?;
    let (approved, refused): (Vec<_>, Vec<_>) = decisions.into_iter().partition(|(_, word)| word == "approved");
    let ids = |list: Vec<(MovementId, String)>| list.into_iter().map(|(id, _)| id).collect();
    Ok((ids(approved), ids(refused)))
}

impl Known {
    /// Reads the replay. What needs no second person is summed by the database; the rest, which is rare, one by one.
    pub(super) fn read(
        conn: &mut Conn,
        extent: Extent,
        day: Option<NaiveDate>,
        instant: DateTime<Utc>,
    ) -> StoreResult<Self> {
        let plans = plan_revisions::table
            .filter(plan_revisions::recorded_at.le(micros(instant)))
            .filter(plan_revisions::booked_on.le(day.unwrap_or(LATEST)))
            .select((
                plan_revisions::line_id,
                plan_revisions::grant_id,
                plan_revisions::planned_minor,
                plan_revisions::granted_minor,
            ))
            .into_boxed::<MultiBackend>();
        let plans: Vec<Plan> = match extent {
            Extent::Budget(budget) => plans.filter(plan_revisions::budget_id.eq(budget.db())),
            Extent::Programme(programme) => plans.filter(plan_revisions::programme_id.eq(programme.db())),
        }
        .load(conn)?;
        let mut posted = Vec::new();
        for reversal in [false, true] {
            posted.extend(summed(conn, extent, day, instant, reversal)?);
        }
        let (approved, refused) = decided(conn, extent, instant)?;
        let second: Vec<Second> = recorded(extent, day, instant)
            .filter(movements::needs_approval.eq(true))
            .select((
                movements::id,
                movements::line_id,
                movements::grant_id,
                movements::kind,
                movements::amount_minor,
                movements::recorded_at,
                movements::reverses,
                movements::corrects,
            ))
            .load(conn)?;
        let mut waiting = Vec::new();
        for (id, line, grant, kind, amount, recorded_at, reverses, corrects) in second {
            if approved.contains(&id) {
                posted.push((line, grant, kind, reverses.is_some(), amount));
            } else if !refused.contains(&id) {
                waiting.push(Waiting {
                    line,
                    grant,
                    kind,
                    amount,
                    recorded_at,
                    reverses,
                    corrects,
                });
            }
        }
        Ok(Self { plans, posted, waiting })
    }

    /// The sums of every share.
    pub(super) fn sums(&self, rows: &[BalanceRow]) -> SumsByShare {
        let mut all = SumsByShare::new();
        let mut add = |key, change: Sums| {
            let sum = all.entry(key).or_default();
            *sum = sum.plus(change);
        };
        for (line, grant, planned, granted) in &self.plans {
            let change = Sums {
                planned: *planned,
                granted: *granted,
                ..Sums::default()
            };
            add((*line, *grant), change);
        }
        let modes = modes(rows);
        for (line, grant, kind, reversal, amount) in &self.posted {
            add((*line, *grant), effect(&modes, *grant, *kind, *amount, *reversal));
        }
        all
    }

    /// What waited on every share.
    pub(super) fn pending(&self, rows: &[BalanceRow]) -> PendingByShare {
        let modes = modes(rows);
        let mut pairs: BTreeMap<(LineId, GrantId, i64, Option<MovementId>, usize), Sums> = BTreeMap::new();
        for (number, one) in self.waiting.iter().enumerate() {
            let of = one.corrects.or(one.reverses);
            // What corrects nothing stands for itself: its number keeps it apart.
            let apart = if of.is_some() { 0 } else { number + 1 };
            let change = effect(&modes, one.grant, one.kind, one.amount, one.reverses.is_some());
            let sum = pairs
                .entry((one.line, one.grant, one.recorded_at, of, apart))
                .or_default();
            *sum = sum.plus(change);
        }
        let mut all = PendingByShare::new();
        for ((line, grant, ..), change) in pairs {
            let waiting = all.entry((line, grant)).or_default();
            *waiting = waiting.plus(Pending::of(change));
        }
        all
    }
}

fn modes(rows: &[BalanceRow]) -> BTreeMap<GrantId, PaymentMode> {
    rows.iter().map(|row| (row.grant, row.terms.mode)).collect()
}

fn effect(
    modes: &BTreeMap<GrantId, PaymentMode>,
    grant: GrantId,
    kind: MovementKind,
    amount: i64,
    reversal: bool,
) -> Sums {
    let mode = modes.get(&grant).copied().unwrap_or(PaymentMode::Advance);
    let change = ledger::effect(kind, mode, amount);
    if reversal { change.negated() } else { change }
}

/// What needed no second person, summed. A sum of BIGINT is NUMERIC, which SQLite would read as a float: it is cast back
/// to whole units.
fn summed(
    conn: &mut Conn,
    extent: Extent,
    day: Option<NaiveDate>,
    instant: DateTime<Utc>,
    reversal: bool,
) -> StoreResult<Vec<Posted>> {
    let posted = movements::table
        .filter(movements::needs_approval.eq(false))
        .filter(movements::recorded_at.le(micros(instant)))
        .filter(movements::booked_on.le(day.unwrap_or(LATEST)))
        .filter(movements::reverses.is_not_null().eq(reversal))
        .group_by((movements::line_id, movements::grant_id, movements::kind))
        .select((
            movements::line_id,
            movements::grant_id,
            movements::kind,
            sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)"),
        ));
    let rows: Vec<(LineId, GrantId, MovementKind, i64)> = match extent {
        Extent::Budget(budget) => posted.filter(movements::budget_id.eq(budget.db())).load(conn)?,
        Extent::Programme(programme) => posted.filter(movements::programme_id.eq(programme.db())).load(conn)?,
    };
    Ok(rows
        .into_iter()
        .map(|(line, grant, kind, amount)| (line, grant, kind, reversal, amount))
        .collect())
}
