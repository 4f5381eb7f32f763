//! The route table, and the contexts that every page stands in.

use leptos::prelude::*;
use leptos_meta::{Html, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::api::Session;
use crate::i18n::{I18n, tag};
use crate::lazy::{area, later};
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
                    <Route path=path!("/") view=later(area::programmes)/>
                    <Route path=path!("/sign-in") view=later(area::sign_in)/>
                    <Route path=path!("/invitation") view=later(area::invitation)/>
                    <Route path=path!("/account") view=later(area::account)/>
                    <Route path=path!("/my") view=later(area::my_work)/>
                    <Route path=path!("/programmes/new") view=later(area::wizard)/>
                    <Route path=path!("/programmes/:programme") view=later(area::public)/>
                    <ParentRoute path=path!("/programmes/:programme") view=programme::ProgrammeFrame>
                        <Route path=path!("overview") view=later(area::overview)/>
                        <Route path=path!("partners") view=later(area::partners)/>
                        <Route path=path!("participation") view=later(area::steps)/>
                        <Route path=path!("participation/new") view=later(area::new_step)/>
                        <Route path=path!("participation/:step") view=later(area::step)/>
                        <Route path=path!("participation/:step/edit") view=later(area::edit_step)/>
                        <Route path=path!("budget") view=later(area::budget)/>
                        <Route path=path!("budget/edit") view=later(area::edit_plan)/>
                        <Route path=path!("budget/versions") view=later(area::plan_versions)/>
                        <Route path=path!("budget/rules") view=later(area::plan_rules)/>
                        <Route path=path!("budget/movements") view=later(area::ledger)/>
                        <Route path=path!("budget/report") view=later(area::report)/>
                        <Route path=path!("budget/conditions") view=later(area::conditions)/>
                        <Route path=path!("budget/years") view=later(area::years)/>
                        <Route path=path!("budget/reconciliation") view=later(area::reconciliation)/>
                        <Route path=path!("budget/balances") view=later(area::balances)/>
                        <Route path=path!("budget/rates") view=later(area::rates)/>
                        <Route path=path!("documents") view=later(area::documents)/>
                        <Route path=path!("documents/:document") view=later(area::document)/>
                        <Route path=path!("settings") view=later(area::settings)/>
                        <Route path=path!("history") view=later(area::history)/>
                    </ParentRoute>
                </Routes>
            </Show>
        </Shell>
    }
}
