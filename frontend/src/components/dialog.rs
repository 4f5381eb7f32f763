//! A dialog: it holds the focus, gives it back, and closes with Escape.

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A modal dialog, shown while `open` is true. What is in it is made anew each time it opens.
#[component]
pub fn Dialog(open: RwSignal<bool>, #[prop(into)] title: TextProp, children: ChildrenFn) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let label = title.clone();
    let content = move || {
        let title = title.clone();
        open.get()
            .then(|| view! { <div class="stack"><h2>{move || title.get()}</h2>{children()}</div> })
    };
    view! {
        <dialog node_ref=node aria-label=move || label.get() on:close=move |_| open.set(false)>{content}</dialog>
    }
}
