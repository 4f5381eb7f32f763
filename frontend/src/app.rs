//! The route table, and the contexts that every page stands in.

use leptos::prelude::*;
use leptos_meta::{Html, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::api::Session;
use crate::i18n::{I18n, tag};
use crate::lazy::{
    FacePage, Later, MoneyPage, OfficePage, StepsPage, face_area, money_area, my_area, office_area, steps_area,
    wizard_area,
};
use crate::pages::{self, programme};
use crate::shell::{Arrival, Shell};

/// Puts the app in the place of what the document shows until it has loaded.
pub fn start() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    leptos::mount::mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    provide_meta_context();
    let i18n = I18n::provide();
    let session = Session::provide();
    view! {
        <Html attr:lang=move || tag(i18n.get_locale())/>
        <Router>
            <Pages session/>
        </Router>
    }
}

#[component]
fn Pages(session: Session) -> impl IntoView {
    Arrival::provide();
    view! {
        <Shell>
            // Pages wait until it is known who reads: what they fetch depends on it.
            <Show when=move || session.known()>
                <Routes fallback=pages::NotFound>
                    <Route path=path!("/") view=pages::ProgrammeList/>
                    <Route path=path!("/sign-in") view=pages::SignIn/>
                    <Route path=path!("/invitation") view=pages::AcceptInvitationPage/>
                    <Route path=path!("/my") view=|| view! { <Later load=my_area/> }/>
                    <Route path=path!("/programmes/new") view=|| view! { <Later load=wizard_area/> }/>
                    <Route path=path!("/programmes/:programme") view=|| view! { <Later load=|| face_area(FacePage::Public)/> }/>
                    <ParentRoute path=path!("/programmes/:programme") view=programme::ProgrammeFrame>
                        <Route path=path!("overview") view=|| view! { <Later load=|| face_area(FacePage::Overview)/> }/>
                        <Route path=path!("partners") view=|| view! { <Later load=|| office_area(OfficePage::Partners)/> }/>
                        <Route path=path!("participation") view=|| view! { <Later load=|| steps_area(StepsPage::All)/> }/>
                        <Route path=path!("participation/new") view=|| view! { <Later load=|| steps_area(StepsPage::New)/> }/>
                        <Route path=path!("participation/:step") view=|| view! { <Later load=|| steps_area(StepsPage::One)/> }/>
                        <Route path=path!("participation/:step/edit") view=|| view! { <Later load=|| steps_area(StepsPage::Edit)/> }/>
                        <Route path=path!("budget") view=|| view! { <Later load=|| money_area(MoneyPage::Plan)/> }/>
                        <Route path=path!("budget/movements") view=|| view! { <Later load=|| money_area(MoneyPage::Movements)/> }/>
                        <Route path=path!("settings") view=|| view! { <Later load=|| office_area(OfficePage::Settings)/> }/>
                        <Route path=path!("history") view=|| view! { <Later load=|| office_area(OfficePage::History)/> }/>
                    </ParentRoute>
                </Routes>
            </Show>
        </Shell>
    }
}
