//! An address that leads nowhere.

use leptos::prelude::*;

use crate::components::{Empty, PageHead};
use crate::i18n::{say, tr, words};

/// Says so, and leads back.
#[component]
pub fn NotFound() -> impl IntoView {
    let i18n = words();
    view! {
        <PageHead title=move || say!(i18n, state.not_found_title)/>
        <Empty title=move || say!(i18n, state.not_found_text)>
            <a class="btn" href="/">{tr!(i18n, state.to_programmes)}</a>
        </Empty>
    }
}
