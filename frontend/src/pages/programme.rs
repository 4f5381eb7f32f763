//! The pages of one programme: its public face, and the sections in which its members work.

mod budget;
mod budget_forms;
mod desk;
mod frame;
mod history;
mod movement_form;
mod movements;
mod overview;
mod participation;
mod partners;
mod public;
mod revise_form;
mod sections;
mod settings;
mod step;
mod step_form;

pub use budget::BudgetPage;
pub use budget_forms::{NewBudgetForm, NewLineForm};
pub use frame::ProgrammeFrame;
pub use history::HistoryPage;
pub use movement_form::MovementForm;
pub use movements::MovementsPage;
pub use overview::OverviewPage;
pub use participation::ParticipationPage;
pub use partners::PartnersPage;
pub use public::PublicPage;
pub use revise_form::ReviseForm;
pub use settings::SettingsPage;
pub use step::StepPage;
pub use step_form::{EditStepPage, NewStepPage};
