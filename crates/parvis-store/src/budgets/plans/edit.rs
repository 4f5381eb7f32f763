//! Changing many cells at once: all of them, or none and every fault.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::plan::{CellEdit, PlanVersionKind};
use parvis_domain::budgets::{Share, check_currency};
use parvis_domain::ids::{BudgetId, GrantId};
use parvis_domain::{Code, Faults, Money};
use serde::Serialize;
use serde_json::json;

use super::{NewVersion, begin, finish, touch};
use crate::budgets::home::Setting;
use crate::budgets::{record, shares, texts, years};
use crate::columns::IntoDb;
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::grants;
use crate::stamp::Stamp;

/// Changes of cells, checked on their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanEdit {
    /// The cells, each once.
    pub cells: Vec<CellEdit>,
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
    line: parvis_domain::ids::LineId,
    grant: GrantId,
    #[serde(serialize_with = "texts::amount")]
    planned: Money,
    #[serde(serialize_with = "texts::amount")]
    granted: Money,
}

/// Changes cells of a plan as one revision.
///
/// # Errors
/// `version_stale`, `year_closed`; every fault of every cell at its pointer: `reference_unknown`, `currency_mismatch`,
/// `grant_withdrawn` for an increase, and the rules of the ledger.
pub fn update_plan(conn: &mut Conn, stamp: &Stamp<'_>, setting: Setting, edit: &PlanEdit) -> StoreResult<()> {
    touch(conn, setting.budget, Some(edit.expected))?;
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
        changes.extend(revise(conn, stamp, setting.budget, edit, &cells, frozen, &mut faults)?);
    }
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
        Operation::UpdatePlan,
        "plan",
        setting.budget,
        json!({"cells": before}),
        &json!({"version": number, "booked_on": edit.booked_on, "cells": after}),
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

/// Revises the cells of one grant: what grows comes first, so that money may move between its lines.
fn revise(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    budget: BudgetId,
    edit: &PlanEdit,
    cells: &[(usize, &CellEdit)],
    withdrawn: bool,
    faults: &mut Faults,
) -> StoreResult<Vec<(Change, Change)>> {
    let mut wanted = Vec::new();
    for (i, cell) in cells {
        let at = |name: &str| format!("/cells/{i}/{name}");
        let share = match shares::lock(conn, budget, (cell.line, cell.grant)) {
            Ok(share) => share,
            Err(error) => {
                keep(error, &at("grant_id"), faults)?;
                continue;
            }
        };
        let mut fits = true;
        for (name, money) in [("planned", cell.planned), ("granted", cell.granted)] {
            let pointer = at(&format!("{name}/currency"));
            let checked = money.map_or(Ok(()), |money| {
                check_currency(&pointer, money.currency, share.terms.currency)
            });
            fits &= faults.keep(checked).is_some();
        }
        if !fits {
            continue;
        }
        let (then, _) = share.at(conn, edit.booked_on)?;
        let delta = |new: Option<Money>, old: i64| new.map_or(0, |new| new.minor - old);
        let change = Share {
            planned: delta(cell.planned, then.planned),
            granted: delta(cell.granted, then.granted),
        };
        if withdrawn && (change.planned > 0 || change.granted > 0) {
            let detail = "The funder has withdrawn: its share can only fall.";
            faults.add(Code::GrantWithdrawn, at("planned"), detail);
            continue;
        }
        wanted.push((*i, share, then, change));
    }
    wanted.sort_by_key(|(_, _, _, change)| change.planned < 0 || change.granted < 0);
    let mut changes = Vec::new();
    for (i, mut share, then, change) in wanted {
        if change.planned == 0 && change.granted == 0 {
            continue;
        }
        if let Err(error) = share.revise(conn, stamp, edit.booked_on, change, Some(&edit.reason)) {
            keep(error, &format!("/cells/{i}/planned"), faults)?;
            continue;
        }
        let state = |planned, granted| Change {
            line: share.line,
            grant: share.grant,
            planned: Money::new(planned, share.terms.currency),
            granted: Money::new(granted, share.terms.currency),
        };
        let before = state(then.planned, then.granted);
        changes.push((
            before,
            state(then.planned + change.planned, then.granted + change.granted),
        ));
    }
    Ok(changes)
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
