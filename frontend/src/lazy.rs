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

/// The pages that show a programme as a whole.
#[derive(Clone, Copy)]
pub enum FacePage {
    /// For everybody.
    Public,
    /// For its members.
    Overview,
}

/// Loads the pages that show a programme as a whole.
#[lazy]
pub fn face_area(page: FacePage) -> AnyView {
    match page {
        FacePage::Public => view! { <programme::PublicPage/> }.into_any(),
        FacePage::Overview => view! { <programme::OverviewPage/> }.into_any(),
    }
}

/// The pages of a budget.
#[derive(Clone, Copy)]
pub enum MoneyPage {
    /// The plan with its balances.
    Plan,
    /// The ledger.
    Movements,
}

/// Loads the pages of a budget.
#[lazy]
pub fn money_area(page: MoneyPage) -> AnyView {
    match page {
        MoneyPage::Plan => view! { <programme::BudgetPage/> }.into_any(),
        MoneyPage::Movements => view! { <programme::MovementsPage/> }.into_any(),
    }
}

/// The pages of participation.
#[derive(Clone, Copy)]
pub enum StepsPage {
    /// All steps.
    All,
    /// One step.
    One,
    /// Planning a step.
    New,
    /// Changing a step.
    Edit,
}

/// Loads the pages of participation.
#[lazy]
pub fn steps_area(page: StepsPage) -> AnyView {
    match page {
        StepsPage::All => view! { <programme::ParticipationPage/> }.into_any(),
        StepsPage::One => view! { <programme::StepPage/> }.into_any(),
        StepsPage::New => view! { <programme::NewStepPage/> }.into_any(),
        StepsPage::Edit => view! { <programme::EditStepPage/> }.into_any(),
    }
}

/// The pages on which a programme is run.
#[derive(Clone, Copy)]
pub enum OfficePage {
    /// Partners and roles.
    Partners,
    /// The settings.
    Settings,
    /// The history.
    History,
}

/// Loads the pages on which a programme is run.
#[lazy]
pub fn office_area(page: OfficePage) -> AnyView {
    match page {
        OfficePage::Partners => view! { <programme::PartnersPage/> }.into_any(),
        OfficePage::Settings => view! { <programme::SettingsPage/> }.into_any(),
        OfficePage::History => view! { <programme::HistoryPage/> }.into_any(),
    }
}

/// Loads what waits for the reader.
#[lazy]
pub fn my_area() -> AnyView {
    view! { <MyWorkPage/> }.into_any()
}

/// Loads the wizard.
#[lazy]
pub fn wizard_area() -> AnyView {
    view! { <WizardPage/> }.into_any()
}
