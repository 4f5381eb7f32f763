//! The box of a table, which scrolls sideways on its own and can be reached by keyboard.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A named box around a table.
#[component]
pub fn TableBox(#[prop(into)] label: TextProp, children: Children) -> impl IntoView {
    view! {
        <div class="table-box" tabindex="0" role="group" aria-label=move || label.get()>
            {children()}
        </div>
    }
}
