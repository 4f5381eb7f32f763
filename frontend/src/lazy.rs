//! Areas of the app whose code is loaded when they are first opened, so that whoever reads a public page does not
//! carry the desk of an officer.

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::task::spawn_local;

use crate::components::Skeleton;
use crate::pages::{MyWorkPage, WizardPage, programme};

/// Shows an area once its code is there.
#[component]
pub fn Later<F>(load: impl FnOnce() -> F + 'static) -> impl IntoView
where
    F: Future<Output = AnyView> + 'static,
{
    let arrived = RwSignal::new(false);
    let area = StoredValue::new_local(None);
    // The area is made where it stands, so that it finds the contexts of the page around it.
    spawn_local(ScopedFuture::new_untracked(async move {
        let view = load().await;
        area.try_set_value(Some(view));
        arrived.try_set(true);
    }));
    move || match arrived.get() {
        true => area.try_update_value(Option::take).flatten(),
        false => Some(view! { <Skeleton/> }.into_any()),
    }
}

/// Public page of a programme.
#[lazy]
pub fn public_area() -> AnyView {
    view! { <programme::PublicPage/> }.into_any()
}

/// Overview of a programme for its members.
#[lazy]
pub fn overview_area() -> AnyView {
    view! { <programme::OverviewPage/> }.into_any()
}

/// Partners and their roles.
#[lazy]
pub fn partners_area() -> AnyView {
    view! { <programme::PartnersPage/> }.into_any()
}

/// Participation steps.
#[lazy]
pub fn steps_area() -> AnyView {
    view! { <programme::ParticipationPage/> }.into_any()
}

/// One participation step.
#[lazy]
pub fn step_area() -> AnyView {
    view! { <programme::StepPage/> }.into_any()
}

/// Planning a step.
#[lazy]
pub fn new_step_area() -> AnyView {
    view! { <programme::NewStepPage/> }.into_any()
}

/// Changing a step.
#[lazy]
pub fn edit_step_area() -> AnyView {
    view! { <programme::EditStepPage/> }.into_any()
}

/// Plan of a budget and its balances.
#[lazy]
pub fn plan_area() -> AnyView {
    view! { <programme::BudgetPage/> }.into_any()
}

/// Ledger of a budget.
#[lazy]
pub fn ledger_area() -> AnyView {
    view! { <programme::MovementsPage/> }.into_any()
}

/// Settings of a programme.
#[lazy]
pub fn settings_area() -> AnyView {
    view! { <programme::SettingsPage/> }.into_any()
}

/// History of a programme.
#[lazy]
pub fn history_area() -> AnyView {
    view! { <programme::HistoryPage/> }.into_any()
}

/// What waits for the reader.
#[lazy]
pub fn my_area() -> AnyView {
    view! { <MyWorkPage/> }.into_any()
}

/// Setting a programme up.
#[lazy]
pub fn wizard_area() -> AnyView {
    view! { <WizardPage/> }.into_any()
}

/// Adding a line to a budget.
#[lazy]
pub fn new_line_area(desk: programme::DeskHere) -> AnyView {
    view! { <programme::NewLineForm desk/> }.into_any()
}

/// Adding the first budget of a programme.
#[lazy]
pub fn new_budget_area(desk: programme::DeskHere) -> AnyView {
    view! { <programme::NewBudgetForm desk/> }.into_any()
}
