//! The pages of one programme: its public face, and the sections in which its members work.

mod budget;
mod documents;
mod frame;
mod history;
mod overview;
mod participation;
mod partners;
mod public;
mod sections;
mod settings;
mod step;
mod step_form;

pub use budget::{ActForm, AlertsSection, ConditionsPage, RecordForm, YearsPage, alert_row};
pub use budget::{
    BalancesPage, CopyYear, EditPlanPage, EditRules, EditTargets, LedgerPage, MovementForm, NewBudgetForm, NewLineForm,
    PlanPage, RatesPage, ReconciliationPage, ReportPage, ReviseForm, RulesPage, SubmitPlan, VersionsPage,
    WithdrawFunder,
};
pub use documents::{DocumentPage, DocumentsPage};
pub use frame::ProgrammeFrame;
pub use history::HistoryPage;
pub use overview::OverviewPage;
pub use participation::ParticipationPage;
pub use partners::PartnersPage;
pub use public::PublicPage;
pub use settings::SettingsPage;
pub use step::StepPage;
pub use step_form::{EditStepPage, NewStepPage};
