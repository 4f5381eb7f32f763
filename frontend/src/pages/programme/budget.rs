//! The budget of a programme: its plan, its ledger, and what their pages stand on.

mod alerts;
mod book;
mod conditions;
mod desk;
mod ledger;
mod movement_form;
mod new_forms;
mod plan;
mod report;
mod revise_form;
mod years;

pub use alerts::{AlertsSection, alert_row};
pub use conditions::{ActForm, ConditionsPage, RecordForm};
pub use ledger::LedgerPage;
pub use movement_form::MovementForm;
pub use new_forms::{NewBudgetForm, NewLineForm};
pub use plan::PlanPage;
pub use report::ReportPage;
pub use revise_form::ReviseForm;
pub use years::YearsPage;
