//! The financing plan: one reading, the change of many cells, versions, simulation and submission.

mod requests;

pub use requests::{
    AssumedGrant, AssumedLine, CheckedCopy, PlanCellChange, PlanChange, PlanCostChange, PlanPatch, PlanSimulation,
    PlanSubmission, YearCopy,
};

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::LocalisedText;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::cofinancing::{CategoryTarget, CofinancingKind, Outcome};
use parvis_domain::budgets::plan::PlanVersionKind;
use parvis_domain::partners::PartnerKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Money;

/// A financing plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// The budget.
    pub budget_id: Uuid,
    /// The version that was read; null for the plan as it stands.
    pub version_number: Option<i32>,
    /// The year that was asked for; null for all.
    pub year: Option<i32>,
    /// Reporting currency.
    pub currency: String,
    /// The years that have lines.
    pub years: Vec<i32>,
    /// The lines with their cells.
    pub lines: Vec<PlanLine>,
    /// The grants.
    pub grants: Vec<PlanGrant>,
    /// The funders.
    pub funders: Vec<PlanFunder>,
    /// The sums.
    pub totals: PlanTotals,
    /// What holding the whole plan, of all years, against its rules gave; empty for a partner, who sees its share only.
    pub rules: Vec<PlanEvaluation>,
    /// The number of the last submission; null where there was none.
    pub submission_number: Option<i32>,
    /// The exchange rates that count: frozen with the submission, the latest where it has none.
    pub rates: Vec<PlanRate>,
    /// Version of the plan, as in the ETag.
    pub version: i64,
}

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanLine {
    /// The line.
    pub line_id: Uuid,
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
    /// What each grant brings.
    pub cells: Vec<PlanCell>,
    /// Charges, products and gap by currency and kind.
    pub sums: Vec<PlanSum>,
}

/// What a grant brings to a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanCell {
    /// The grant.
    pub grant_id: Uuid,
    /// Its funder.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// What the plan foresees.
    pub planned: Money,
    /// What the funder decided.
    pub granted: Money,
}

/// A grant of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanGrant {
    /// The grant.
    pub grant_id: Uuid,
    /// Its funder.
    pub funder_id: Uuid,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// Its currency.
    pub currency: String,
    /// Reference of the decision.
    pub reference: Option<String>,
    /// The day on which the funder withdrew.
    pub withdrawn_on: Option<NaiveDate>,
}

/// A funder of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanFunder {
    /// The funder.
    pub funder_id: Uuid,
    /// Its name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: PartnerKind,
}

/// Charges against products, in one currency and one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanSum {
    /// The currency.
    pub currency: String,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// Charges: the cost, or what is planned where no cost is known.
    pub cost: Money,
    /// Products: the sum of the planned shares.
    pub planned: Money,
    /// The sum of the decided shares.
    pub granted: Money,
    /// Cost less planned: what is missing, below zero what is too much.
    pub gap: Money,
}

/// What a funder brings, in one currency and one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunderSum {
    /// The currency.
    pub currency: String,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The sum of the planned shares.
    pub planned: Money,
    /// The sum of the decided shares.
    pub granted: Money,
}

/// The sums of a plan: each by currency and kind, as two currencies are never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanTotals {
    /// Of everything.
    pub all: Vec<PlanSum>,
    /// By funder.
    pub funders: Vec<FunderSums>,
    /// By year.
    pub years: Vec<YearSums>,
    /// By category, with its target and ceiling.
    pub categories: Vec<CategorySums>,
    /// Everything in the reporting currency, by the rates of the plan; null where one is missing.
    pub converted: Option<Vec<PlanSum>>,
}

/// What a funder brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunderSums {
    /// The funder.
    pub funder_id: Uuid,
    /// Its sums.
    pub sums: Vec<FunderSum>,
}

/// The sums of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct YearSums {
    /// The year.
    pub year: i32,
    /// Its sums.
    pub sums: Vec<PlanSum>,
}

/// The sums of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategorySums {
    /// Its code.
    pub category: String,
    /// Its name.
    pub title: Option<LocalisedText>,
    /// Its target and ceiling in this budget.
    pub target: Option<CategoryTarget>,
    /// Its sums.
    pub sums: Vec<PlanSum>,
}

/// A percentage or an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figure {
    /// A percentage, as a decimal string.
    pub percent: Option<String>,
    /// An amount.
    pub amount: Option<Money>,
}

/// What holding a plan against a rule gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanEvaluation {
    /// The code of the rule; `target:` or `ceiling:` with a category for those of the budget.
    pub rule: String,
    /// Its name.
    pub title: LocalisedText,
    /// What it demands.
    pub kind: CofinancingKind,
    /// Whether it is met.
    pub outcome: Outcome,
    /// Whether it only advises.
    pub advisory: bool,
    /// The funder that it is about.
    pub funder_id: Option<Uuid>,
    /// The line that it is about.
    pub line_id: Option<Uuid>,
    /// The category that it is about.
    pub category: Option<String>,
    /// What there is. The percentage is rounded towards the side on which the rule is broken.
    pub actual: Option<Figure>,
    /// Of how much, where the rule is about a share.
    pub whole: Option<Money>,
    /// What is required at least.
    pub at_least: Option<Figure>,
    /// What is allowed at most.
    pub at_most: Option<Figure>,
    /// What is missing or too much, where the rule is not met.
    pub difference: Option<Money>,
    /// The two currencies between which no rate is known.
    pub missing_rate: Option<Vec<String>>,
    /// All of it in a sentence, in French, English or Spanish as the reader asks for.
    pub explanation: String,
}

/// An exchange rate: one unit of the first currency is `numerator`/`denominator` of the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanRate {
    /// Its id.
    pub rate_id: Uuid,
    /// One unit of this currency…
    pub from: String,
    /// …is so much of that one:
    pub to: String,
    /// as a decimal number.
    pub rate: String,
    /// The day that it was published for.
    pub valid_on: NaiveDate,
    /// Who published it.
    pub source: String,
}

/// A version of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanVersion {
    /// Its id.
    pub id: Uuid,
    /// Its number, 0 for the original.
    pub number: i32,
    /// How it came about.
    pub kind: PlanVersionKind,
    /// Why; always null for the public.
    pub reason: Option<String>,
    /// From which day on.
    pub booked_on: Option<NaiveDate>,
    /// The role of whoever made it; always null for the public.
    pub role: Option<String>,
    /// The exchange rates that were frozen with it.
    pub rates: Vec<PlanRate>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// What changed between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanComparison {
    /// The earlier version that was asked for.
    pub from: i32,
    /// The other; null for the plan as it stands.
    pub to: Option<i32>,
    /// The cells that changed.
    pub cells: Vec<CellChange>,
    /// The lines whose cost changed.
    pub costs: Vec<CostChange>,
    /// The lines that are new, gone, or say something else of themselves.
    pub lines: Vec<LineChange>,
}

/// A line that is new, gone, or says something else of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PlanLineChange))]
pub struct LineChange {
    /// The line.
    pub line_id: Uuid,
    /// Before; null where it was not there.
    pub before: Option<LineWords>,
    /// After; null where it is gone.
    pub after: Option<LineWords>,
}

/// What a line of a plan says of itself beside its amounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PlanLineWords))]
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

/// A cell that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CellChange {
    /// The line.
    pub line_id: Uuid,
    /// The grant.
    pub grant_id: Uuid,
    /// Its funder.
    pub funder_id: Uuid,
    /// What was planned; null where the share was not there.
    pub planned_before: Option<Money>,
    /// What is planned.
    pub planned_after: Option<Money>,
    /// What was decided.
    pub granted_before: Option<Money>,
    /// What is decided.
    pub granted_after: Option<Money>,
}

/// A line whose cost changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostChange {
    /// The line.
    pub line_id: Uuid,
    /// Before.
    pub before: Option<Money>,
    /// After.
    pub after: Option<Money>,
}
