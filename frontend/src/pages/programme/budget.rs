//! The budget of a programme: its plan, its ledger, and what their pages stand on.

mod alerts;
mod balances;
mod book;
mod conditions;
mod desk;
mod edit;
mod ledger;
mod line_fields;
mod movement_form;
mod new_forms;
mod plan;
mod rates;
mod reconciliation;
mod report;
mod revise_form;
mod rule_list;
mod rules;
mod versions;
mod years;

pub use alerts::{AlertsSection, alert_row};
pub use balances::BalancesPage;
pub use conditions::{ActForm, ConditionsPage, RecordForm};
pub use edit::EditPlanPage;
pub use ledger::LedgerPage;
pub use movement_form::MovementForm;
pub use new_forms::{NewBudgetForm, NewLineForm};
pub use plan::PlanPage;
pub use rates::RatesPage;
pub use reconciliation::ReconciliationPage;
pub use report::ReportPage;
pub use revise_form::ReviseForm;
pub use rules::{EditRules, EditTargets, RulesPage};
pub use versions::{CopyYear, SubmitPlan, VersionsPage, WithdrawFunder};
pub use years::YearsPage;
