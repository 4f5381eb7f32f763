//! What is asked of a plan: cells to be changed, assumptions, a submission, a copy.

use chrono::NaiveDate;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::plan as domain;
use parvis_domain::ids::{GrantId, LineId, PartnerId};
use parvis_domain::percentage::Percentage;
use parvis_domain::{Code, Currency, Faults, LocalisedText, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// The most cells that are changed at once.
const CELLS_MAX: usize = 2_000;
/// The most lines or grants that are assumed at once.
const ASSUMED_MAX: usize = 200;

/// The change of one cell: what a grant brings to a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanCellChange {
    /// The line.
    pub line_id: Uuid,
    /// The grant. Where it has no share of the line yet, the share begins with this change.
    pub grant_id: Uuid,
    /// What the plan foresees from now on; unchanged where nothing is said.
    #[serde(default)]
    pub planned: Option<Money>,
    /// What the funder has decided from now on; unchanged where nothing is said.
    #[serde(default)]
    pub granted: Option<Money>,
}

/// The change of what a line costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanCostChange {
    /// The line.
    pub line_id: Uuid,
    /// What it costs from now on; null where that is no longer known apart from its grants.
    pub cost: Option<Money>,
}

/// Changes of cells and costs, all or none, as one revision with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "cells": [{
        "line_id": "01890a5d-ac96-774b-bcce-b302099a8059", "grant_id": "01890a5d-ac96-774b-bcce-b302099a8060",
        "planned": {"amount": "28000.00", "currency": "EUR"}
    }],
    "reason": "The State takes over a part of the Region’s share"
})))]
pub struct PlanPatch {
    /// The cells, each once.
    #[serde(default)]
    pub cells: Vec<PlanCellChange>,
    /// What lines cost, each once.
    #[serde(default)]
    pub costs: Vec<PlanCostChange>,
    /// Why.
    pub reason: String,
    /// From which day on; today where nothing is said, never in the future.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub booked_on: Option<String>,
}

/// A checked change of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanChange {
    /// The cells.
    pub cells: Vec<domain::CellEdit>,
    /// What lines cost.
    pub costs: Vec<domain::CostEdit>,
    /// Why.
    pub reason: String,
    /// From which day on.
    pub booked_on: Option<NaiveDate>,
}

impl PlanPatch {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<PlanChange, Faults> {
        let mut faults = Faults::new();
        if self.cells.is_empty() && self.costs.is_empty() {
            faults.add(Code::Required, "/cells", "At least one cell or cost.");
        }
        let cells = faults.keep_all(check_cells(&self.cells));
        let costs = faults.keep_all(check_costs(&self.costs));
        let reason = faults.keep(text::line("/reason", &self.reason, text::TEXT_MAX));
        let booked_on = faults.keep(period::optional_date("/booked_on", self.booked_on.as_deref()));
        let checked = (|| {
            Some(PlanChange {
                cells: cells?,
                costs: costs?,
                reason: reason?,
                booked_on: booked_on?,
            })
        })();
        faults.finish(checked)
    }
}

fn check_cells(cells: &[PlanCellChange]) -> Result<Vec<domain::CellEdit>, Faults> {
    let mut faults = Faults::new();
    if cells.len() > CELLS_MAX {
        faults.add(
            Code::TooMany,
            "/cells",
            format!("At most {CELLS_MAX} elements are allowed."),
        );
        return Err(faults);
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut edits = Vec::new();
    for (i, cell) in cells.iter().enumerate() {
        if !seen.insert((cell.line_id, cell.grant_id)) {
            faults.add(
                Code::Duplicate,
                format!("/cells/{i}/grant_id"),
                "This cell stands twice.",
            );
        }
        if cell.planned.is_none() && cell.granted.is_none() {
            faults.add(
                Code::Required,
                format!("/cells/{i}/planned"),
                "A change sets planned, granted or both.",
            );
        }
        let mut amount = |name: &str, money: &Option<Money>| {
            let checked = money
                .as_ref()
                .map(|money| money.check_not_negative(&format!("/cells/{i}/{name}")));
            faults.keep_all(checked.transpose())
        };
        let (planned, granted) = (amount("planned", &cell.planned), amount("granted", &cell.granted));
        edits.extend(planned.zip(granted).map(|(planned, granted)| domain::CellEdit {
            line: LineId(cell.line_id),
            grant: GrantId(cell.grant_id),
            planned,
            granted,
        }));
    }
    faults.finish(Some(edits))
}

fn check_costs(costs: &[PlanCostChange]) -> Result<Vec<domain::CostEdit>, Faults> {
    let mut faults = Faults::new();
    if costs.len() > CELLS_MAX {
        let detail = format!("At most {CELLS_MAX} elements are allowed.");
        faults.add(Code::TooMany, "/costs", detail);
        return Err(faults);
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut edits = Vec::new();
    for (i, change) in costs.iter().enumerate() {
        if !seen.insert(change.line_id) {
            let pointer = format!("/costs/{i}/line_id");
            faults.add(Code::Duplicate, pointer, "This line stands twice.");
        }
        let cost = change.cost.as_ref();
        let checked = cost.map(|cost| cost.check_not_negative(&format!("/costs/{i}/cost")));
        let line = LineId(change.line_id);
        edits.extend(
            faults
                .keep_all(checked.transpose())
                .map(|cost| domain::CostEdit { line, cost }),
        );
    }
    faults.finish(Some(edits))
}

/// A line that is assumed: a new one under an id of the caller's choice, or another form of one that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssumedLine {
    /// An id by which cells refer to it.
    pub id: Uuid,
    /// Code of a category of the programme.
    pub category: String,
    /// The year of its plan.
    #[cfg_attr(feature = "openapi", schema(minimum = 1900, maximum = 2200))]
    pub year: i32,
    /// Code of an axis.
    #[serde(default)]
    pub axis: Option<String>,
    /// What it pays for.
    #[serde(default)]
    pub title: Option<LocalisedText>,
    /// What it costs.
    #[serde(default)]
    pub cost: Option<Money>,
}

/// A grant that is assumed: a new one under an id of the caller's choice, or another form of one that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssumedGrant {
    /// An id by which cells refer to it.
    pub id: Uuid,
    /// Its funder.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// Its currency.
    pub currency: String,
}

/// What is to be tried out. Nothing of it is saved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"cells": []})))]
pub struct PlanSimulation {
    /// Lines.
    pub lines: Vec<AssumedLine>,
    /// Grants.
    pub grants: Vec<AssumedGrant>,
    /// Cells, of lines and grants that are there or assumed.
    pub cells: Vec<PlanCellChange>,
}

impl PlanSimulation {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::Hypothesis, Faults> {
        let mut faults = Faults::new();
        for (at, length) in [("/lines", self.lines.len()), ("/grants", self.grants.len())] {
            if length > ASSUMED_MAX {
                faults.add(
                    Code::TooMany,
                    at,
                    format!("At most {ASSUMED_MAX} elements are allowed."),
                );
            }
        }
        let mut lines = Vec::new();
        for (i, line) in self.lines.iter().enumerate().take(ASSUMED_MAX) {
            lines.extend(faults.keep_all(line.check(&format!("/lines/{i}"))));
        }
        let mut grants = Vec::new();
        for (i, grant) in self.grants.iter().enumerate().take(ASSUMED_MAX) {
            let currency = faults.keep(Currency::parse(&format!("/grants/{i}/currency"), &grant.currency));
            grants.extend(currency.map(|currency| domain::PlanGrant {
                id: GrantId(grant.id),
                funder: PartnerId(grant.funder_id),
                kind: grant.kind,
                currency,
                reference: None,
                withdrawn_on: None,
            }));
        }
        let cells = faults.keep_all(check_cells(&self.cells));
        faults.finish(cells.map(|cells| domain::Hypothesis {
            lines,
            grants,
            funders: Vec::new(),
            cells,
        }))
    }
}

impl AssumedLine {
    fn check(&self, at: &str) -> Result<domain::PlanLine, Faults> {
        let mut faults = Faults::new();
        let category = faults.keep(text::code(&format!("{at}/category"), &self.category));
        let axis = self.axis.as_deref().map(|axis| text::code(&format!("{at}/axis"), axis));
        let axis = faults.keep(axis.transpose());
        let title = self
            .title
            .as_ref()
            .map(|title| title.check_line(&format!("{at}/title"), text::NAME_MAX));
        let title = faults.keep_all(title.transpose());
        let cost = self
            .cost
            .as_ref()
            .map(|cost| cost.check_not_negative(&format!("{at}/cost")));
        let cost = faults.keep_all(cost.transpose());
        if !(1900..=2200).contains(&self.year) {
            faults.add(Code::OutOfRange, format!("{at}/year"), "A year from 1900 to 2200.");
        }
        let checked = (|| {
            Some(domain::PlanLine {
                id: LineId(self.id),
                title: title?,
                category: category?,
                axis: axis?,
                year: self.year,
                cost: cost?,
                kind: GrantKind::Cash,
            })
        })();
        faults.finish(checked)
    }
}

/// The submission of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"reason": "Steering committee of 17 March"})))]
pub struct PlanSubmission {
    /// What is to be said with it.
    pub reason: Option<String>,
}

impl PlanSubmission {
    /// Checks the reason.
    ///
    /// # Errors
    /// Its fault.
    pub fn check(&self) -> Result<Option<String>, Faults> {
        Ok(text::optional_line("/reason", self.reason.as_deref(), text::TEXT_MAX)?)
    }
}

/// The copy of the plan of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"from_year": 2026, "to_year": 2027, "change_percent": "2.5"})))]
pub struct YearCopy {
    /// From this year,
    #[cfg_attr(feature = "openapi", schema(minimum = 1900, maximum = 2200))]
    pub from_year: i32,
    /// into that one, which lies in the period of the budget.
    #[cfg_attr(feature = "openapi", schema(minimum = 1900, maximum = 2200))]
    pub to_year: i32,
    /// By how many percent every amount changes, such as `2.5` or `-3`, rounded half to even; not at all where nothing
    /// is said.
    #[serde(default)]
    pub change_percent: Option<String>,
    /// Whether the copies may stand beside lines that the year has already.
    #[serde(default)]
    pub beside: bool,
}

/// A copy, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedCopy {
    /// From this year,
    pub from: i32,
    /// into that one.
    pub to: i32,
    /// By how much every amount changes.
    pub change: Option<Percentage>,
    /// Also where the year has lines already.
    pub beside: bool,
}

impl YearCopy {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<CheckedCopy, Faults> {
        let mut faults = Faults::new();
        for (at, year) in [("/from_year", self.from_year), ("/to_year", self.to_year)] {
            if !(1900..=2200).contains(&year) {
                faults.add(Code::OutOfRange, at, "A year from 1900 to 2200.");
            }
        }
        if self.from_year == self.to_year {
            faults.add(Code::Duplicate, "/to_year", "A year is not copied into itself.");
        }
        let change = self.change_percent.as_deref();
        let change = change
            .map(|change| Percentage::parse_change("/change_percent", change))
            .transpose();
        let change = faults.keep(change);
        faults.finish(change.map(|change| CheckedCopy {
            from: self.from_year,
            to: self.to_year,
            change,
            beside: self.beside,
        }))
    }
}
