//! The financing plan: lines × grants, what it costs against who pays for it (rule 12), and what of it changed.
//!
//! Cash and kind stand apart and two currencies are never added: every total is a table by currency and kind. What has a
//! cost of its own is held against its shares in that kind; what has none costs what its funders bring.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::GrantKind;
use crate::choices::choices;
use crate::error::{Code, Faults};
use crate::ids::{GrantId, LineId, PartnerId};
use crate::localised_text::LocalisedText;
use crate::money::{Currency, Money};
use crate::partners::PartnerKind;

choices! {
    /// How a version of a plan came about.
    PlanVersionKind {
        /// The plan before its first change.
        Original = "original",
        /// A change with its reason.
        Revision = "revision",
        /// The plan was submitted: its rates are frozen.
        Submission = "submission",
    }
}

/// A line of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// Its identifier.
    pub id: LineId,
    /// What it pays for.
    pub title: Option<LocalisedText>,
    /// Code of its category.
    pub category: String,
    /// Code of its axis.
    pub axis: Option<String>,
    /// The year of its plan.
    pub year: i32,
    /// What it costs, where that is known apart from its grants.
    pub cost: Option<Money>,
    /// Whether that cost is one in cash or in kind: what its category says, cash where it says nothing.
    pub kind: GrantKind,
}

/// A grant of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanGrant {
    /// Its identifier.
    pub id: GrantId,
    /// Its funder.
    pub funder: PartnerId,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// Its currency.
    pub currency: Currency,
    /// Reference of the decision.
    pub reference: Option<String>,
    /// The day on which the funder withdrew.
    pub withdrawn_on: Option<NaiveDate>,
}

/// A funder of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funder {
    /// Its identifier.
    pub id: PartnerId,
    /// Its name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: PartnerKind,
}

/// The key of a cell.
pub type CellKey = (LineId, GrantId);

/// What a grant brings to a line, in minor units of the grant's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// What the plan foresees.
    pub planned: i64,
    /// What the funder decided.
    pub granted: i64,
}

/// A whole plan, as it stands, as it stood in a version, or as it might be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The currency in which the budget reports.
    pub currency: Currency,
    /// Its lines in their order.
    pub lines: Vec<PlanLine>,
    /// Its grants in their order.
    pub grants: Vec<PlanGrant>,
    /// Its funders.
    pub funders: Vec<Funder>,
    /// Its cells.
    pub cells: BTreeMap<CellKey, Cell>,
}

/// What something costs and what its funders bring, in minor units of one currency and one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Charges: the cost, or what is planned where no cost is known.
    pub cost: i64,
    /// Products: the sum of the planned shares.
    pub planned: i64,
    /// The sum of the decided shares.
    pub granted: i64,
}

impl Figures {
    /// What is missing: cost less products. Below zero more is brought than it costs.
    #[must_use]
    pub fn gap(self) -> i64 {
        self.cost - self.planned
    }

    fn add(&mut self, other: Figures) {
        self.cost += other.cost;
        self.planned += other.planned;
        self.granted += other.granted;
    }
}

/// Figures by currency and kind.
pub type Table = BTreeMap<(Currency, GrantKind), Figures>;

/// The sums of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// Of everything.
    pub all: Table,
    /// By line.
    pub lines: BTreeMap<LineId, Table>,
    /// By funder: cost is what is planned, as a funder has no charges.
    pub funders: BTreeMap<PartnerId, Table>,
    /// By year.
    pub years: BTreeMap<i32, Table>,
    /// By category.
    pub categories: BTreeMap<String, Table>,
}

impl Plan {
    /// The grant with this identifier.
    #[must_use]
    pub fn grant(&self, id: GrantId) -> Option<&PlanGrant> {
        self.grants.iter().find(|grant| grant.id == id)
    }

    /// The funder with this identifier.
    #[must_use]
    pub fn funder(&self, id: PartnerId) -> Option<&Funder> {
        self.funders.iter().find(|funder| funder.id == id)
    }

    /// The plan of one year.
    #[must_use]
    pub fn of_year(&self, year: i32) -> Plan {
        let mut plan = self.clone();
        plan.lines.retain(|line| line.year == year);
        let lines: BTreeSet<LineId> = plan.lines.iter().map(|line| line.id).collect();
        plan.cells.retain(|(line, _), _| lines.contains(line));
        plan
    }

    /// Adds everything up.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let grants: BTreeMap<GrantId, &PlanGrant> = self.grants.iter().map(|grant| (grant.id, grant)).collect();
        let mut totals = Totals::default();
        let mut products: BTreeMap<LineId, Table> = BTreeMap::new();
        for ((line, grant), cell) in &self.cells {
            let Some(grant) = grants.get(grant) else { continue };
            let key = (grant.currency, grant.kind);
            let brought = Figures {
                cost: cell.planned,
                planned: cell.planned,
                granted: cell.granted,
            };
            let funder = totals.funders.entry(grant.funder).or_default();
            funder.entry(key).or_default().add(brought);
            products.entry(*line).or_default().entry(key).or_default().add(brought);
        }
        for line in &self.lines {
            let table = line.charged(products.remove(&line.id).unwrap_or_default());
            merge(&mut totals.all, &table);
            merge(totals.years.entry(line.year).or_default(), &table);
            merge(totals.categories.entry(line.category.clone()).or_default(), &table);
            totals.lines.insert(line.id, table);
        }
        totals
    }
}

impl PlanLine {
    /// Sets the charges of a line: its cost against the shares of that kind, and what is brought for the rest.
    fn charged(&self, mut products: Table) -> Table {
        let Some(cost) = self.cost else { return products };
        for ((_, kind), figures) in &mut products {
            if *kind == self.kind {
                figures.cost = 0;
            }
        }
        products.entry((cost.currency, self.kind)).or_default().cost = cost.minor;
        products
    }
}

fn merge(into: &mut Table, table: &Table) {
    for (key, figures) in table {
        into.entry(*key).or_default().add(*figures);
    }
}

/// A cell that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellChange {
    /// The line.
    pub line: LineId,
    /// The grant.
    pub grant: GrantId,
    /// Before; nothing where the share was not there.
    pub before: Option<Cell>,
    /// After; nothing where the share is gone.
    pub after: Option<Cell>,
}

/// A line whose cost changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostChange {
    /// The line.
    pub line: LineId,
    /// Before.
    pub before: Option<Money>,
    /// After.
    pub after: Option<Money>,
}

/// What a line says of itself beside its amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineWords {
    /// What it pays for.
    pub title: Option<LocalisedText>,
    /// Code of its category.
    pub category: String,
    /// Code of its axis.
    pub axis: Option<String>,
    /// The year of its plan.
    pub year: i32,
}

impl PlanLine {
    /// What it says of itself.
    #[must_use]
    pub fn words(&self) -> LineWords {
        LineWords {
            title: self.title.clone(),
            category: self.category.clone(),
            axis: self.axis.clone(),
            year: self.year,
        }
    }
}

/// A line that says something else of itself, is new or is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// The line.
    pub line: LineId,
    /// Before; nothing where it was not there.
    pub before: Option<LineWords>,
    /// After; nothing where it is gone.
    pub after: Option<LineWords>,
}

/// Which lines say something else of themselves, in the order of the later state.
#[must_use]
pub fn compare_lines(before: &Plan, after: &Plan) -> Vec<LineChange> {
    let words = |plan: &Plan, id: LineId| plan.lines.iter().find(|line| line.id == id).map(PlanLine::words);
    let gone = before.lines.iter().filter(|line| words(after, line.id).is_none());
    let change = |line: &PlanLine| {
        let (before, after) = (words(before, line.id), words(after, line.id));
        (before != after).then_some(LineChange {
            line: line.id,
            before,
            after,
        })
    };
    after.lines.iter().chain(gone).filter_map(change).collect()
}

/// What differs between two states of a plan, cell by cell in the order of lines and grants.
#[must_use]
pub fn compare(before: &Plan, after: &Plan) -> (Vec<CellChange>, Vec<CostChange>) {
    let keys: BTreeSet<&CellKey> = before.cells.keys().chain(after.cells.keys()).collect();
    let cells = keys.into_iter().filter_map(|key| {
        let (before, after) = (before.cells.get(key).copied(), after.cells.get(key).copied());
        let (line, grant) = *key;
        (before != after).then_some(CellChange {
            line,
            grant,
            before,
            after,
        })
    });
    let costs = |plan: &Plan| -> BTreeMap<LineId, Option<Money>> {
        plan.lines.iter().map(|line| (line.id, line.cost)).collect()
    };
    let (costs_before, costs_after) = (costs(before), costs(after));
    let lines: BTreeSet<&LineId> = costs_before.keys().chain(costs_after.keys()).collect();
    let costs = lines.into_iter().filter_map(|line| {
        let of = |costs: &BTreeMap<LineId, Option<Money>>| costs.get(line).copied().flatten();
        let (before, after) = (of(&costs_before), of(&costs_after));
        (before != after).then_some(CostChange {
            line: *line,
            before,
            after,
        })
    });
    (cells.collect(), costs.collect())
}

/// A change of a cell that is asked for; what is not given stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellEdit {
    /// The line.
    pub line: LineId,
    /// The grant.
    pub grant: GrantId,
    /// The new plan.
    pub planned: Option<Money>,
    /// The new decision.
    pub granted: Option<Money>,
}

/// A change of what a line costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostEdit {
    /// The line.
    pub line: LineId,
    /// The new cost; nothing where it is no longer known apart from its grants.
    pub cost: Option<Money>,
}

/// What might be: lines and grants beside or instead of those that are there, and cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hypothesis {
    /// Lines; one with the identifier of an existing line takes its place.
    pub lines: Vec<PlanLine>,
    /// Grants; one with the identifier of an existing grant takes its place.
    pub grants: Vec<PlanGrant>,
    /// The funders of those grants.
    pub funders: Vec<Funder>,
    /// Cells.
    pub cells: Vec<CellEdit>,
}

impl Plan {
    /// The plan as it would be. Nothing of the ledger is asked: it is a thought.
    ///
    /// # Errors
    /// `reference_unknown` for a cell of a line or grant that is neither there nor assumed, `currency_mismatch`, each at
    /// its pointer.
    pub fn assuming(mut self, hypothesis: Hypothesis) -> Result<Plan, Faults> {
        let mut faults = Faults::new();
        replace(&mut self.lines, hypothesis.lines, |line| line.id);
        replace(&mut self.grants, hypothesis.grants, |grant| grant.id);
        replace(&mut self.funders, hypothesis.funders, |funder| funder.id);
        for (i, edit) in hypothesis.cells.iter().enumerate() {
            let at = |name: &str| format!("/cells/{i}/{name}");
            if !self.lines.iter().any(|line| line.id == edit.line) {
                faults.add(
                    Code::ReferenceUnknown,
                    at("line_id"),
                    "There is no such line, not even assumed.",
                );
            }
            let Some(currency) = self.grant(edit.grant).map(|grant| grant.currency) else {
                faults.add(
                    Code::ReferenceUnknown,
                    at("grant_id"),
                    "There is no such grant, not even assumed.",
                );
                continue;
            };
            for (name, money) in [("planned", edit.planned), ("granted", edit.granted)] {
                if let Some(money) = money {
                    let pointer = at(&format!("{name}/currency"));
                    faults.keep(super::check_currency(&pointer, money.currency, currency));
                }
            }
            let cell = self.cells.entry((edit.line, edit.grant)).or_default();
            cell.planned = edit.planned.map_or(cell.planned, |money| money.minor);
            cell.granted = edit.granted.map_or(cell.granted, |money| money.minor);
        }
        faults.finish(Some(self))
    }
}

fn replace<T, I: PartialEq>(items: &mut Vec<T>, new: Vec<T>, id: impl Fn(&T) -> I) {
    for item in new {
        match items.iter_mut().find(|have| id(have) == id(&item)) {
            Some(have) => *have = item,
            None => items.push(item),
        }
    }
}

/// What remains of a share whose funder withdraws: what is bound stays, the rest becomes zero. Where more is bound than
/// was planned, since headings may shift by `shift` (whole minor units), what was shifted becomes its plan: the lines from
/// which it came lose their rest.
#[must_use]
pub fn withdrawn(cell: Cell, bound: i64, shift: i64) -> Cell {
    Cell {
        planned: bound.min(cell.planned + shift),
        granted: bound.min(cell.granted + shift),
    }
}

#[cfg(test)]
pub(crate) mod tests;
