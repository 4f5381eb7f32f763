//! The route table, and the contexts that every page stands in.

use leptos::prelude::*;
use leptos_meta::{Html, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::api::Session;
use crate::i18n::{I18n, tag};
use crate::lazy::{
    Later, edit_step_area, history_area, ledger_area, my_area, new_step_area, overview_area, partners_area, plan_area,
    public_area, settings_area, step_area, steps_area, wizard_area,
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
                    <Route path=path!("/programmes/:programme") view=|| view! { <Later load=public_area/> }/>
                    <ParentRoute path=path!("/programmes/:programme") view=programme::ProgrammeFrame>
                        <Route path=path!("overview") view=|| view! { <Later load=overview_area/> }/>
                        <Route path=path!("partners") view=|| view! { <Later load=partners_area/> }/>
                        <Route path=path!("participation") view=|| view! { <Later load=steps_area/> }/>
                        <Route path=path!("participation/new") view=|| view! { <Later load=new_step_area/> }/>
                        <Route path=path!("participation/:step") view=|| view! { <Later load=step_area/> }/>
                        <Route path=path!("participation/:step/edit") view=|| view! { <Later load=edit_step_area/> }/>
                        <Route path=path!("budget") view=|| view! { <Later load=plan_area/> }/>
                        <Route path=path!("budget/movements") view=|| view! { <Later load=ledger_area/> }/>
                        <Route path=path!("settings") view=|| view! { <Later load=settings_area/> }/>
                        <Route path=path!("history") view=|| view! { <Later load=history_area/> }/>
                    </ParentRoute>
                </Routes>
            </Show>
        </Shell>
    }
}
