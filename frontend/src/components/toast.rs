//! Short news that something was done: below the page, read out, gone by itself.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::{say, words};

const STAYS: Duration = Duration::from_secs(6);

/// The news on show.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u32, String)>>,
    next: RwSignal<u32>,
}

impl Toasts {
    /// No news.
    pub fn new() -> Self {
        Self {
            shown: RwSignal::new(Vec::new()),
            next: RwSignal::new(0),
        }
    }

    /// The news of the component tree. Taken when a component is made, so that it can be used after a call.
    pub fn here() -> Self {
        expect_context()
    }

    /// Tells that something was done.
    pub fn tell(self, text: impl Into<String>) {
        let text = text.into();
        let id = self.next.get_untracked();
        self.next.set(id.wrapping_add(1));
        self.shown.update(|all| all.push((id, text)));
        set_timeout(move || self.remove(id), STAYS);
    }

    fn remove(self, id: u32) {
        self.shown.update(|all| all.retain(|(own, _)| *own != id));
    }
}

/// Where the news appear.
#[component]
pub fn ToastShelf(toasts: Toasts) -> impl IntoView {
    let i18n = words();
    view! {
        <div class="toasts" role="status">
            <For each=move || toasts.shown.get() key=|(id, _)| *id let((id, text))>
                <p class="toast">
                    <Icon glyph=Glyph::Check/>
                    {text}
                    <button type="button" aria-label=move || say!(i18n, state.dismiss) on:click=move |_| toasts.remove(id)>
                        <Icon glyph=Glyph::Cross/>
                    </button>
                </p>
            </For>
        </div>
    }
}
