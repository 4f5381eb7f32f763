//! Lists that are longer than one page.

use leptos::prelude::*;
use leptos::task::spawn_local;
use parvis_wire::Page;

use crate::api::{Answer, Failure};
use crate::components::{FailureAlert, Fetched, LoadMore, Skeleton, refused};
use crate::i18n::words;

/// A list of which a first part is shown, and more on demand.
pub struct Paged<T: 'static> {
    first: Fetched<Page<T>>,
    further: RwSignal<Vec<T>, LocalStorage>,
    next: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
}

impl<T> Clone for Paged<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Paged<T> {}

impl<T: Clone + 'static> Paged<T> {
    /// A list whose pages `fetch` reads. What `fetch` reads from signals starts the list anew when it changes.
    pub fn new<F>(fetch: impl Fn(Option<String>) -> F + 'static) -> Self
    where
        F: Future<Output = Answer<Page<T>>> + 'static,
    {
        let further = RwSignal::new_local(Vec::new());
        let next = RwSignal::new(None);
        let first = Fetched::new(move || {
            let page = fetch(None);
            async move {
                let page = page.await;
                further.set(Vec::new());
                next.set(page.as_ref().ok().and_then(|page| page.next.clone()));
                page
            }
        });
        Self {
            first,
            further,
            next,
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
        }
    }

    /// Reads the list anew.
    pub fn refetch(self) {
        self.first.refetch();
    }

    /// Fetches the next page.
    fn more<F>(self, fetch: impl Fn(Option<String>) -> F)
    where
        F: Future<Output = Answer<Page<T>>> + 'static,
    {
        let Some(cursor) = self.next.get_untracked() else {
            return;
        };
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let page = fetch(Some(cursor));
        spawn_local(async move {
            match page.await {
                Ok(page) => {
                    self.further.update(|all| all.extend(page.items));
                    self.next.set(page.next);
                    self.failure.set(None);
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
            self.busy.set(false);
        });
    }
}

/// Shows a list with its states; `draw` is given what there is so far.
pub fn paged<T, F, V>(
    fetch: impl Fn(Option<String>) -> F + Copy + Send + Sync + 'static,
    draw: impl Fn(Vec<T>) -> V + Send + Sync + 'static,
) -> (Paged<T>, impl IntoView)
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Answer<Page<T>>> + 'static,
    V: IntoView + 'static,
{
    let list = Paged::new(fetch);
    let more = Callback::new(move |()| list.more(fetch));
    let i18n = words();
    let shown = move || {
        i18n.get_locale();
        match list.first.get() {
            None => view! { <Skeleton/> }.into_any(),
            Some(Err(failure)) => refused(failure, Callback::new(move |()| list.refetch())),
            Some(Ok(page)) => {
                let mut items = page.items;
                items.extend(list.further.get());
                draw(items).into_any()
            }
        }
    };
    let rest = move || {
        list.next
            .get()
            .map(|_| view! { <LoadMore busy=list.busy on_press=more/> })
    };
    let failed = move || {
        list.failure
            .get()
            .map(|failure| view! { <FailureAlert failure retry=more/> })
    };
    (list, (shown, failed, rest))
}
