//! The four states of everything that is fetched: loading, failed, empty, there.

use std::any::Any;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::alert::FailureAlert;
use crate::api::{Answer, Failure};
use crate::i18n::{tr, words};

/// What a page fetches. The resource below knows nothing of the type, so that its code is in the app once.
pub struct Fetched<T> {
    answer: LocalResource<Answer<Rc<dyn Any>>>,
    of: PhantomData<fn() -> T>,
}

type Fetching = Pin<Box<dyn Future<Output = Answer<Rc<dyn Any>>>>>;

impl<T> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Fetched<T> {}

impl<T: Clone + 'static> Fetched<T> {
    /// Fetches now, and again when a signal changes that `fetch` reads before it waits.
    pub fn new<F>(fetch: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Answer<T>> + 'static,
    {
        let fetching = move || -> Fetching {
            let answer = fetch();
            Box::pin(async move { answer.await.map(|value| Rc::new(value) as Rc<dyn Any>) })
        };
        Self {
            answer: resource(Box::new(fetching)),
            of: PhantomData,
        }
    }

    /// The answer, once it is there.
    pub fn get(self) -> Option<Answer<T>> {
        match self.answer.get()? {
            Ok(value) => value.downcast_ref::<T>().cloned().map(Ok),
            Err(failure) => Some(Err(failure)),
        }
    }

    /// Fetches again.
    pub fn refetch(self) {
        self.answer.refetch();
    }
}

fn resource(fetching: Box<dyn Fn() -> Fetching>) -> LocalResource<Answer<Rc<dyn Any>>> {
    LocalResource::new(fetching)
}

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
    T: Clone + 'static,
    V: IntoView + 'static,
{
    let i18n = words();
    move || {
        if !keep {
            i18n.get_locale();
        }
        match from.get() {
            None => view! { <Skeleton/> }.into_any(),
            Some(Err(failure)) => refused(failure, Callback::new(move |()| from.refetch())),
            Some(Ok(value)) => draw(value).into_any(),
        }
    }
}

/// A problem with a retry.
pub fn refused(failure: Failure, retry: Callback<()>) -> AnyView {
    view! { <FailureAlert failure retry/> }.into_any()
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
