//! Changing many cells at once: all of them, or none and every fault.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, select};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::ledger::Sums;
use parvis_domain::budgets::plan::{CellEdit, CostEdit, PlanVersionKind};
use parvis_domain::budgets::{Share, check_currency};
use parvis_domain::ids::{BudgetId, GrantId, LineId};
use parvis_domain::{Code, Currency, Faults, Money};
use serde::Serialize;
use serde_json::json;

use super::{NewVersion, begin, finish, touch};
use crate::budgets::home::Setting;
use crate::budgets::shares::{self, Locked, ShareKey};
use crate::budgets::{record, texts, years};
use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::{balances, grants, lines};
use crate::stamp::Stamp;

/// Changes of cells, checked on their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanEdit {
    /// The cells, each once.
    pub cells: Vec<CellEdit>,
    /// What lines cost, each once.
    pub costs: Vec<CostEdit>,
    /// Why.
    pub reason: String,
    /// From which day on.
    pub booked_on: NaiveDate,
    /// The role of whoever changes them.
    pub role: Option<String>,
    /// The version of the plan that was read.
    pub expected: i64,
}

/// A changed cell, for the history.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    line: LineId,
    grant: GrantId,
    #[serde(serialize_with = "texts::amount")]
    planned: Money,
    #[serde(serialize_with = "texts::amount")]
    granted: Money,
}

/// What a line costs, for the history.
#[derive(Debug, Serialize)]
struct Cost {
    line: LineId,
    #[serde(serialize_with = "texts::optional_amount")]
    cost: Option<Money>,
}

/// Changes cells and costs of a plan as one revision.
///
/// # Errors
/// `version_stale`, `year_closed`; every fault of every cell at its pointer: `reference_unknown`, `currency_mismatch`,
/// `grant_withdrawn` for an increase, and the rules of the ledger.
pub fn update_plan(conn: &mut Conn, stamp: &Stamp<'_>, setting: Setting, edit: &PlanEdit) -> StoreResult<()> {
    touch(conn, setting.budget, Some(edit.expected))?;
    apply(conn, stamp, setting, edit, Operation::UpdatePlan)
}

/// Changes cells of a plan as one revision that an amendment of an agreement brings with it, whatever the version of the
/// plan: the parties have signed it.
///
/// # Errors
/// Those of [`update_plan`] without `version_stale`.
pub(crate) fn amend_plan(conn: &mut Conn, stamp: &Stamp<'_>, setting: Setting, edit: &PlanEdit) -> StoreResult<()> {
    touch(conn, setting.budget, None)?;
    apply(conn, stamp, setting, edit, Operation::SignAmendment)
}

fn apply(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    edit: &PlanEdit,
    operation: Operation,
) -> StoreResult<()> {
    years::require_open(conn, setting.budget, edit.booked_on, "/booked_on")?;
    let number = begin(conn, stamp, setting.programme, setting.budget)?;
    let withdrawn = withdrawn_grants(conn, setting.budget)?;
    let mut of_grant: BTreeMap<GrantId, Vec<(usize, &CellEdit)>> = BTreeMap::new();
    for (i, cell) in edit.cells.iter().enumerate() {
        of_grant.entry(cell.grant).or_default().push((i, cell));
    }
    let (mut faults, mut changes) = (Faults::new(), Vec::new());
    for (grant, cells) in of_grant {
        let frozen = withdrawn.contains(&grant);
        changes.extend(revise(conn, stamp, setting, edit, &cells, frozen, &mut faults)?);
    }
    let costs = set_costs(conn, stamp, setting.budget, &edit.costs, &mut faults)?;
    faults.finish(Some(()))?;
    let version = NewVersion {
        programme: setting.programme,
        budget: setting.budget,
        number,
        kind: PlanVersionKind::Revision,
        reason: Some(&edit.reason),
        booked_on: Some(edit.booked_on),
        role: edit.role.as_deref(),
        rates: &[],
    };
    finish(conn, stamp, &version)?;
    let (before, after): (Vec<Change>, Vec<Change>) = changes.into_iter().unzip();
    record(
        conn,
        stamp,
        setting.programme,
        operation,
        "plan",
        setting.budget,
        json!({"cells": before, "costs": costs.0}),
        &json!({"version": number, "booked_on": edit.booked_on, "cells": after, "costs": costs.1}),
    )
}

fn withdrawn_grants(conn: &mut Conn, budget: BudgetId) -> StoreResult<Vec<GrantId>> {
    Ok(grants::table
        .filter(
            grants::budget_id
                .eq(budget.db())
                .and(grants::withdrawn_on.is_not_null()),
        )
        .select(grants::id)
        .load(conn)?)
}

/// A cell that is to become another.
struct Wanted {
    /// Where the request has it.
    at: usize,
    share: Locked,
    then: Sums,
    change: Share,
}

/// Revises the cells of one grant. Whatever grows in any of them comes before whatever shrinks, so that the rules are only
/// ever asked of the plan as it will be, or of a larger one: money may move between the lines of a grant.
fn revise(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    edit: &PlanEdit,
    cells: &[(usize, &CellEdit)],
    withdrawn: bool,
    faults: &mut Faults,
) -> StoreResult<Vec<(Change, Change)>> {
    let mut wanted = Vec::new();
    for (at, cell) in cells {
        let Some(share) = share_of(conn, stamp, setting, *at, cell, faults)? else {
            continue;
        };
        let (then, _) = share.at(conn, edit.booked_on)?;
        let delta = |new: Option<Money>, old: i64| new.map_or(0, |new| new.minor - old);
        let change = Share {
            planned: delta(cell.planned, then.planned),
            granted: delta(cell.granted, then.granted),
        };
        if withdrawn && (change.planned > 0 || change.granted > 0) {
            let detail = "The funder has withdrawn: its share can only fall.";
            faults.add(Code::GrantWithdrawn, format!("/cells/{at}/planned"), detail);
            continue;
        }
        wanted.push(Wanted {
            at: *at,
            share,
            then,
            change,
        });
    }
    let mut refused = vec![false; wanted.len()];
    for part in [i64::max, i64::min] {
        for (wanted, refused) in wanted.iter_mut().zip(&mut refused) {
            let change = Share {
                planned: part(wanted.change.planned, 0),
                granted: part(wanted.change.granted, 0),
            };
            if *refused || (change.planned, change.granted) == (0, 0) {
                continue;
            }
            let revised = wanted
                .share
                .revise(conn, stamp, edit.booked_on, change, Some(&edit.reason));
            if let Err(error) = revised {
                keep(error, &format!("/cells/{}/planned", wanted.at), faults)?;
                *refused = true;
            }
        }
    }
    let changed = wanted.iter().zip(refused).filter(|(_, refused)| !refused);
    Ok(changed.filter_map(|(wanted, _)| wanted.told()).collect())
}

impl Wanted {
    /// Before and after, for the history; nothing where nothing changed.
    fn told(&self) -> Option<(Change, Change)> {
        let state = |planned, granted| Change {
            line: self.share.line,
            grant: self.share.grant,
            planned: Money::new(planned, self.share.terms.currency),
            granted: Money::new(granted, self.share.terms.currency),
        };
        let Share { planned, granted } = self.change;
        (planned != 0 || granted != 0).then(|| {
            (
                state(self.then.planned, self.then.granted),
                state(self.then.planned + planned, self.then.granted + granted),
            )
        })
    }
}

/// The share that a cell is about, opened where the grant has none of that line yet; nothing where the cell is at fault.
fn share_of(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    setting: Setting,
    at: usize,
    cell: &CellEdit,
    faults: &mut Faults,
) -> StoreResult<Option<Locked>> {
    let key = (cell.line, cell.grant);
    let is_new = is_new(conn, setting.budget, key)?;
    if is_new {
        let nothing = Share { planned: 0, granted: 0 };
        shares::open(
            conn,
            stamp,
            setting.programme,
            setting.budget,
            key,
            setting.policy,
            nothing,
        )?;
    }
    let share = match shares::lock(conn, setting.budget, key) {
        Ok(share) => share,
        Err(error) => {
            keep(error, &format!("/cells/{at}/grant_id"), faults)?;
            return Ok(None);
        }
    };
    let mut fits = true;
    for (name, money) in [("planned", cell.planned), ("granted", cell.granted)] {
        let pointer = format!("/cells/{at}/{name}/currency");
        let checked = money.map_or(Ok(()), |money| {
            check_currency(&pointer, money.currency, share.terms.currency)
        });
        fits &= faults.keep(checked).is_some();
    }
    Ok(fits.then_some(share))
}

/// Whether line and grant are of this budget and have nothing to do with each other yet.
fn is_new(conn: &mut Conn, budget: BudgetId, (line, grant): ShareKey) -> StoreResult<bool> {
    shares::lock_grant(conn, grant)?;
    let there = balances::table.find((line.db(), grant.db()));
    if select(exists(there)).get_result(conn)? {
        return Ok(false);
    }
    let own_line = lines::table.filter(lines::id.eq(line.db()).and(lines::budget_id.eq(budget.db())));
    let own_grant = grants::table.filter(grants::id.eq(grant.db()).and(grants::budget_id.eq(budget.db())));
    Ok(select(exists(own_line).and(exists(own_grant))).get_result(conn)?)
}

/// Sets what lines cost, and gives what they cost before and cost now, for the history.
fn set_costs(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    budget: BudgetId,
    edits: &[CostEdit],
    faults: &mut Faults,
) -> StoreResult<(Vec<Cost>, Vec<Cost>)> {
    let mut told = (Vec::new(), Vec::new());
    for (i, edit) in edits.iter().enumerate() {
        let own = lines::table.filter(lines::id.eq(edit.line.db()).and(lines::budget_id.eq(budget.db())));
        let before: Option<(Option<i64>, Option<Currency>)> = own
            .select((lines::cost_minor, lines::cost_currency))
            .first(conn)
            .optional()?;
        let Some((minor, currency)) = before else {
            let detail = "The budget has no such line.";
            faults.add(Code::ReferenceUnknown, format!("/costs/{i}/line_id"), detail);
            continue;
        };
        diesel::update(lines::table.find(edit.line.db()))
            .set((
                lines::cost_minor.eq(edit.cost.map(|cost| cost.minor)),
                lines::cost_currency.eq(edit.cost.map(|cost| cost.currency.code())),
                lines::version.eq(lines::version + 1),
                lines::updated_at.eq(micros(stamp.at)),
            ))
            .execute(conn)?;
        let line = edit.line;
        let cost = minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency));
        told.0.push(Cost { line, cost });
        told.1.push(Cost { line, cost: edit.cost });
    }
    Ok(told)
}

/// Keeps the faults of a refusal, pointed to where the request has the value; anything else is an error.
fn keep(error: StoreError, pointer: &str, faults: &mut Faults) -> StoreResult<()> {
    let StoreError::Domain(refusal) = error else {
        return Err(error);
    };
    if refusal.faults.is_empty() {
        return Err(StoreError::Domain(refusal));
    }
    for mut fault in refusal.faults.0 {
        fault.pointer = pointer.to_owned();
        faults.push(fault);
    }
    Ok(())
}
