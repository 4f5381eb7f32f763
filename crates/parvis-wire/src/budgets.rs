//! Budgets, lines, grants, movements and balances.

mod alerts;
mod balances;
mod funder_reports;
mod grants;
mod lines;
mod movements;
mod plans;
mod progress;
mod rates;
mod reconciliations;
mod tranches;
mod years;

pub use alerts::{Alert, Alerts};
pub use balances::{
    Balance, BalanceCurve, BalanceGroup, BalancePoint, BalanceSeries, BalanceTotal, Balances, ConvertedBalances,
    ConvertedPartner, ExchangeDifference, ExchangeDifferences, MissingRate, PartnerBalance, PartnerTotal,
    PendingChanges, PendingSums, UsedRate,
};
pub use funder_reports::{
    FunderReport, FunderReportPatch, NewFunderReport, ReportAcceptance, ReportReturn, ReportSubmission,
};
pub use grants::{CheckedGrant, Grant, GrantFields, GrantPatch, GrantShare, GrantWithdrawal, NewGrant, NewShare};
pub use lines::{
    BudgetLine, BudgetLinePatch, CheckedRevision, LineFields, LineGrant, NewBudgetLine, NewLineGrant, PlanRevision,
};
pub use movements::{
    CheckedCorrection, Correction, Movement, NewMovement, NewReplacement, Refusal, RefusedCost, Reversal, Settlement,
};
pub use plans::{
    AssumedGrant, AssumedLine, CategorySums, CellChange, CheckedCopy, CostChange, Figure, FunderSum, FunderSums,
    LineChange, LineWords, Plan, PlanCell, PlanCellChange, PlanChange, PlanComparison, PlanCostChange, PlanEvaluation,
    PlanFunder, PlanGrant, PlanLine, PlanPatch, PlanRate, PlanSimulation, PlanSubmission, PlanSum, PlanTotals,
    PlanVersion, YearCopy, YearSums,
};
pub use progress::{CheckedProgress, Countersignature, NewCountersignature, NewProgress, Progress};
pub use rates::{
    FunderRatePolicy, NewRate, NewRatePolicy, Rate, RateFile, RateImport, RateImportFault, RateImportRow,
    RatePolicyFields, RatePolicyPatch,
};
pub use reconciliations::{
    MappingOrigin, NewReconciliation, Reconciliation, ReconciliationReport, ReconciliationRow, ReconciliationRowFields,
    ReconciliationRowPatch, StatementFault, StatementRow,
};
pub use tranches::{
    Condition, ConditionState, NewTranche, Tranche, TrancheFields, TrancheParts, TranchePatch, TrancheRelease,
    TrancheSplit,
};
pub use years::{
    BudgetYear, BudgetYears, CarriedOver, PendingMovement, ReopenYear, Uncommitted, YearRecord, YearTotal,
};

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::budgets::BudgetContent;
use parvis_domain::budgets::cofinancing::{CategoryTarget, check_targets};
use parvis_domain::{Currency, Faults, LocalisedText, Period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A budget to be added: the financing plan of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"title": {"fr": "Programmation 2027"}, "starts_on": "2027-01-01", "ends_on": "2027-12-31", "currency": "EUR"})))]
pub struct NewBudget {
    /// Its title.
    pub title: LocalisedText,
    /// First day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Last day.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
    /// Reporting currency, a code of ISO 4217; the programme's where nothing is said.
    #[serde(default)]
    pub currency: Option<String>,
    /// Targets and ceilings of categories of the programme, each category once.
    #[serde(default)]
    pub targets: Vec<CategoryTarget>,
}

patch! {
    /// Changes to a budget. The list of targets is replaced as a whole.
    BudgetPatch of NewBudget { must { title: LocalisedText, starts_on: String, targets: Vec<CategoryTarget>, } may { ends_on: String, currency: String, } }
}

impl NewBudget {
    /// Checks the whole; `programme_currency` counts where none is given.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, programme_currency: Currency) -> Result<BudgetContent, Faults> {
        let mut faults = Faults::new();
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let period = faults.keep_all(Period::check("", &self.starts_on, self.ends_on.as_deref()));
        let currency = match &self.currency {
            Some(code) => faults.keep(Currency::parse("/currency", code)),
            None => Some(programme_currency),
        };
        faults.keep_all(check_targets("/targets", &self.targets));
        let checked = (|| {
            Some(BudgetContent {
                title: title?,
                period: period?,
                currency: currency?,
                targets: self.targets.clone(),
            })
        })();
        faults.finish(checked)
    }
}

impl From<&BudgetContent> for NewBudget {
    fn from(content: &BudgetContent) -> Self {
        Self {
            title: content.title.clone(),
            starts_on: content.period.starts_on.to_string(),
            ends_on: content.period.ends_on.map(|day| day.to_string()),
            currency: Some(content.currency.code().to_owned()),
            targets: content.targets.clone(),
        }
    }
}

/// A budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Budget {
    /// Its id.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// Its title.
    pub title: LocalisedText,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Reporting currency.
    pub currency: String,
    /// Targets and ceilings of categories.
    pub targets: Vec<CategoryTarget>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Version, as in the ETag.
    pub version: i64,
}
