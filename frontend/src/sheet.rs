//! The financing plan as a sheet that is typed into: where its cells are, what they add up to, and what of it is sent.

mod diff;
#[cfg(test)]
mod tests;

pub use diff::{Difference, Figure, Mark, Side, What, compare};

use std::collections::{BTreeMap, BTreeSet};

use parvis_domain::budgets::GrantKind;
use parvis_domain::{Currency, LocalisedText};
use parvis_wire::budgets::{Plan, PlanLine};
use uuid::Uuid;

use crate::ledger::money;

/// Where an amount stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// What a grant brings to a line.
    Share {
        /// The line.
        line: Uuid,
        /// The grant.
        grant: Uuid,
    },
    /// What a line costs.
    Cost {
        /// The line.
        line: Uuid,
    },
}

impl At {
    /// The line of it.
    #[must_use]
    pub fn line(self) -> Uuid {
        match self {
            Self::Share { line, .. } | Self::Cost { line } => line,
        }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Value {
    /// Nothing: no share, or no cost of its own.
    #[default]
    Empty,
    /// An amount in minor units.
    Amount(i64),
    /// Something that is no amount.
    Unreadable,
}

impl Value {
    /// The amount; nothing where there is none.
    #[must_use]
    pub fn minor(self) -> Option<i64> {
        match self {
            Self::Amount(minor) => Some(minor),
            Self::Empty | Self::Unreadable => None,
        }
    }
}

/// The columns of one currency and kind, which are added up among themselves only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The currency.
    pub currency: Currency,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The grants, in the order of the plan.
    pub grants: Vec<Uuid>,
    /// Whether some line costs something in it.
    pub with_cost: bool,
}

/// A line of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line.
    pub line: Uuid,
    /// What it pays for.
    pub title: Option<LocalisedText>,
    /// Code of its category.
    pub category: String,
    /// The currency of its cost: that of the budget where it has none yet.
    pub currency: Currency,
    /// Whether its cost is one in cash or in kind, as its category says.
    pub kind: GrantKind,
}

/// The lines of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i32,
    /// Its lines.
    pub rows: Vec<Row>,
}

/// Rows and columns of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// Columns, cash before in kind, the currency of the budget first.
    pub blocks: Vec<Block>,
    /// Rows.
    pub years: Vec<Year>,
}

/// Lays a plan out. `kind_of` says of a category whether it is paid in cash or given in kind.
#[must_use]
pub fn layout(plan: &Plan, kind_of: impl Fn(&str) -> GrantKind) -> Layout {
    let Ok(own) = Currency::parse("", &plan.currency) else {
        return Layout::default();
    };
    let row = |line: &PlanLine| Row {
        line: line.line_id,
        title: line.title.clone(),
        category: line.category.clone(),
        currency: line.cost.as_ref().and_then(money).map_or(own, |cost| cost.currency),
        kind: kind_of(&line.category),
    };
    let mut years: BTreeMap<i32, Vec<Row>> = BTreeMap::new();
    for line in &plan.lines {
        years.entry(line.year).or_default().push(row(line));
    }
    let mut grants: BTreeMap<(GrantKind, bool, Currency), Vec<Uuid>> = BTreeMap::new();
    for grant in &plan.grants {
        if let Ok(currency) = Currency::parse("", &grant.currency) {
            let block = grants.entry((grant.kind, currency != own, currency)).or_default();
            block.push(grant.grant_id);
        }
    }
    let costs: BTreeSet<_> = years
        .values()
        .flatten()
        .map(|row| (row.kind, row.currency != own, row.currency))
        .collect();
    for key in &costs {
        grants.entry(*key).or_default();
    }
    let blocks = grants.into_iter().map(|(key, grants)| Block {
        currency: key.2,
        kind: key.0,
        grants,
        with_cost: costs.contains(&key),
    });
    let years = years.into_iter().map(|(year, rows)| Year { year, rows });
    Layout {
        blocks: blocks.collect(),
        years: years.collect(),
    }
}

/// What stands in the cells of a plan.
#[must_use]
pub fn values(plan: &Plan) -> BTreeMap<At, Value> {
    let mut all = BTreeMap::new();
    for line in &plan.lines {
        for cell in &line.cells {
            let at = At::Share {
                line: line.line_id,
                grant: cell.grant_id,
            };
            all.extend(money(&cell.planned).map(|planned| (at, Value::Amount(planned.minor))));
        }
        let cost = line.cost.as_ref().and_then(money);
        all.extend(cost.map(|cost| (At::Cost { line: line.line_id }, Value::Amount(cost.minor))));
    }
    all
}

/// Whether the cost of a row stands in a block.
#[must_use]
pub fn costs_in(row: &Row, block: &Block) -> bool {
    (row.kind, row.currency) == (block.kind, block.currency)
}

/// What a row costs in a block: its own cost in its currency and kind, nothing in another currency of that kind, and what is
/// brought wherever no cost is known, as only a demand can leave a gap.
#[must_use]
pub fn charges(row: &Row, cost: Option<i64>, block: &Block, planned: i64) -> i64 {
    match cost {
        Some(_) if block.kind == row.kind && block.currency != row.currency => 0,
        Some(cost) if block.kind == row.kind => cost,
        _ => planned,
    }
}

/// Cells that somebody else changed in the meantime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overtaken {
    /// Where.
    pub at: At,
    /// What it was when it was read.
    pub was: Value,
    /// What it is now.
    pub is: Value,
}

/// What changed under a cell that was typed into; nothing where it is as it was read, or already what was typed.
#[must_use]
pub fn overtaken(at: At, was: Value, is: Value, typed: Value) -> Option<Overtaken> {
    (was != is && typed != was && typed != is).then_some(Overtaken { at, was, is })
}

/// What stands in a cell after the plan was read again: what was typed stays, everything else follows the plan.
#[must_use]
pub fn kept(was: Value, is: Value, typed: Value) -> Value {
    if typed == was { is } else { typed }
}

/// The cells of a block of text as a spreadsheet copies it: rows of lines, cells between tabs. Nothing where the text is one
/// cell alone.
#[must_use]
pub fn pasted(text: &str) -> Option<Vec<Vec<&str>>> {
    let text = text.trim_end_matches(['\r', '\n']);
    if !text.contains(['\t', '\n']) {
        return None;
    }
    let rows = text
        .split('\n')
        .map(|line| line.trim_end_matches('\r').split('\t').collect());
    Some(rows.collect())
}
