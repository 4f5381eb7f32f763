//! Two versions of a plan side by side.

use std::collections::BTreeMap;

use parvis_domain::budgets::GrantKind;
use parvis_domain::{Currency, LocalisedText};
use parvis_wire::budgets::{Plan, PlanLine};
use uuid::Uuid;

use crate::ledger::money;

/// What a line says of itself and brings, on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What it pays for.
    pub title: Option<LocalisedText>,
    /// Code of its category.
    pub category: String,
    /// The year of its plan.
    pub year: i32,
}

/// What became of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is as it was.
    Same,
    /// It was not there before.
    New,
    /// It is no longer there.
    Gone,
    /// It is another.
    Changed,
}

/// Which amount of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// What it costs.
    Cost,
    /// What a grant brings.
    Share(Uuid),
}

/// An amount of a line in both versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// Which.
    pub what: What,
    /// Its currency.
    pub currency: Currency,
    /// Cash or in kind; a cost has no kind of its own here.
    pub kind: Option<GrantKind>,
    /// Before.
    pub before: Option<i64>,
    /// After.
    pub after: Option<i64>,
}

impl Figure {
    /// What became of it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        match (self.before, self.after) {
            (before, after) if before == after => Mark::Same,
            (None, _) => Mark::New,
            (_, None) => Mark::Gone,
            _ => Mark::Changed,
        }
    }

    /// By how much it changed.
    #[must_use]
    pub fn change(&self) -> i64 {
        self.after.unwrap_or(0) - self.before.unwrap_or(0)
    }
}

/// A line in both versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line.
    pub line: Uuid,
    /// What it said of itself before.
    pub before: Option<Side>,
    /// What it says of itself after.
    pub after: Option<Side>,
    /// Its amounts, the cost first.
    pub figures: Vec<Figure>,
}

impl Difference {
    /// Whether anything of it is another than before.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.before != self.after || self.figures.iter().any(|figure| figure.mark() != Mark::Same)
    }
}

/// Two versions line by line, in the order of the later one; lines that are gone come last.
#[must_use]
pub fn compare(before: &Plan, after: &Plan) -> Vec<Difference> {
    let gone = before.lines.iter().filter(|line| find(after, line.line_id).is_none());
    after
        .lines
        .iter()
        .chain(gone)
        .map(|line| {
            let (old, new) = (find(before, line.line_id), find(after, line.line_id));
            Difference {
                line: line.line_id,
                before: old.map(side),
                after: new.map(side),
                figures: figures(old, new),
            }
        })
        .collect()
}

fn find(plan: &Plan, line: Uuid) -> Option<&PlanLine> {
    plan.lines.iter().find(|one| one.line_id == line)
}

fn side(line: &PlanLine) -> Side {
    Side {
        title: line.title.clone(),
        category: line.category.clone(),
        year: line.year,
    }
}

fn figures(before: Option<&PlanLine>, after: Option<&PlanLine>) -> Vec<Figure> {
    let mut all: BTreeMap<(What, Currency), Figure> = BTreeMap::new();
    for (line, is_after) in [(before, false), (after, true)] {
        let Some(line) = line else { continue };
        let cost = line.cost.as_ref().map(|cost| (What::Cost, None, cost));
        let cells = line.cells.iter();
        let cells = cells.map(|cell| (What::Share(cell.grant_id), Some(cell.kind), &cell.planned));
        for (what, kind, amount) in cost.into_iter().chain(cells) {
            let Some(amount) = money(amount) else { continue };
            let figure = all.entry((what, amount.currency)).or_insert(Figure {
                what,
                currency: amount.currency,
                kind,
                before: None,
                after: None,
            });
            match is_after {
                true => figure.after = Some(amount.minor),
                false => figure.before = Some(amount.minor),
            }
        }
    }
    // A share of nothing is as good as none.
    let there = |figure: &Figure| figure.before.unwrap_or(0) != 0 || figure.after.unwrap_or(0) != 0;
    all.into_values().filter(there).collect()
}
