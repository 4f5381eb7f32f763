//! The four states of everything that is fetched: loading, failed, empty, there.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::alert::FailureAlert;
use crate::api::Failure;
use crate::i18n::{tr, words};

/// What a page fetches.
pub type Fetched<T> = LocalResource<Result<T, Failure>>;

/// Shows what was fetched, a skeleton of its shape before, and the problem with a retry where it failed.
#[component]
pub fn Loaded<T, V>(
    from: Fetched<T>,
    /// Draws what was fetched; it is drawn again when the language changes.
    draw: impl Fn(T) -> V + Send + Sync + 'static,
    /// Whether it stays as it is when the language changes, because somebody may have typed into it.
    #[prop(optional)]
    keep: bool,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let i18n = words();
    move || {
        if !keep {
            i18n.get_locale();
        }
        drawn(from, &draw)
    }
}

fn drawn<T: Clone + 'static, V: IntoView + 'static>(from: Fetched<T>, draw: &impl Fn(T) -> V) -> AnyView {
    match from.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(Err(failure)) => view! { <FailureAlert failure retry=move |()| from.refetch()/> }.into_any(),
        Some(Ok(value)) => draw(value).into_any(),
    }
}

/// The shape of what is to come. It appears after 200 ms only.
#[component]
pub fn Skeleton() -> impl IntoView {
    let i18n = words();
    view! {
        <div class="card loading" aria-busy="true">
            <p class="sr-only" role="status">{tr!(i18n, state.loading)}</p>
            <span class="skeleton short"></span>
            <span class="skeleton"></span>
            <span class="skeleton mid"></span>
            <span class="skeleton"></span>
            <span class="skeleton mid"></span>
        </div>
    }
}

/// Nothing to show: why, and what comes next.
#[component]
pub fn Empty(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="strong">{move || title.get()}</p>
            {text.map(|text| view! { <p>{move || text.get()}</p> })}
            {children.map(|children| children())}
        </div>
    }
}

/// The rest of a list that is longer than what is shown.
#[component]
pub fn LoadMore(#[prop(into)] busy: Signal<bool>, #[prop(into)] on_press: Callback<()>) -> impl IntoView {
    let i18n = words();
    view! {
        <p class="more">
            <button type="button" class="btn" aria-disabled=move || busy.get().then_some("true") on:click=move |_| on_press.run(())>
                {tr!(i18n, state.more)}
            </button>
        </p>
    }
}
