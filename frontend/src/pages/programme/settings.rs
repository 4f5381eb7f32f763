//! The settings of a programme: what it says of itself, where it is in its life, who works in it.

mod fields;
mod lifecycle;
mod members;

use leptos::prelude::*;
use parvis_domain::accounts::Operation;

use super::frame::Here;
use crate::components::PageHead;
use crate::i18n::{say, words};
use fields::ProgrammeFields;
use lifecycle::Lifecycle;
use members::{Invitations, Members};

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let leads = move || here.may(Operation::UpdateProgramme);
    view! {
        <PageHead title=move || say!(i18n, nav.settings) lead=move || here.title(i18n)/>
        <div class="two">
            <div class="stack">
                <Show when=leads><ProgrammeFields/></Show>
                <Members/>
            </div>
            <div class="stack">
                <Lifecycle/>
                <Show when=leads><Invitations/></Show>
            </div>
        </div>
    }
}
