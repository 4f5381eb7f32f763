//! What stands above the content of a page: its title, where it lies, its tabs, its steps.

use leptos::html::H1;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use crate::i18n::{say, words};
use crate::shell::Arrival;

/// The title of a page with what can be done beside it. After a navigation it takes the focus.
#[component]
pub fn PageHead(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] lead: Option<TextProp>,
    /// Language of the title where it is another than the app's.
    #[prop(optional)]
    language: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let shown = title.clone();
    view! {
        <DocumentTitle title/>
        <div class="page-head">
            <div>
                <Heading language>{move || shown.get()}</Heading>
                {lead.map(|lead| view! { <p class="muted">{move || lead.get()}</p> })}
            </div>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
}

/// The h1 of a page, which takes the focus when a navigation has led here.
#[component]
pub fn Heading(
    #[prop(optional_no_strip)] language: Option<String>,
    #[prop(optional)] class: &'static str,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<H1>::new();
    let born_at = use_location().pathname.get_untracked();
    let arrival = Arrival::here();
    Effect::new(move |_| {
        if let Some(h1) = node.get()
            && arrival.take(&born_at)
        {
            let _ = h1.focus();
        }
    });
    view! { <h1 node_ref=node class=class tabindex="-1" lang=language>{children()}</h1> }
}

/// The title of the document.
#[component]
pub fn DocumentTitle(title: TextProp) -> impl IntoView {
    view! { <Title text=move || format!("{} · Parvis", title.get())/> }
}

/// One place on the way to a page.
#[derive(Clone)]
pub struct Crumb {
    /// Its name.
    pub text: TextProp,
    /// Its address; none for the page itself.
    pub href: Option<String>,
}

/// The way to a page.
#[component]
pub fn Breadcrumb(crumbs: Vec<Crumb>) -> impl IntoView {
    let i18n = words();
    view! {
        <nav class="breadcrumb" aria-label=move || say!(i18n, nav.breadcrumb)>
            <ol>
                {crumbs.into_iter().map(|crumb| {
                    let text = crumb.text;
                    match crumb.href {
                        Some(href) => view! { <li><a href=href>{move || text.get()}</a></li> }.into_any(),
                        None => view! { <li aria-current="page">{move || text.get()}</li> }.into_any(),
                    }
                }).collect_view()}
            </ol>
        </nav>
    }
}

/// One view of a page, with an address of its own.
#[derive(Clone)]
pub struct TabLink {
    /// Its name.
    pub text: TextProp,
    /// Its address.
    pub href: String,
}

/// The views of a page. The one whose path is shown is marked.
#[component]
pub fn Tabs(#[prop(into)] label: TextProp, tabs: Vec<TabLink>) -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <nav class="tabs" aria-label=move || label.get()>
            {tabs.into_iter().map(|tab| {
                let (href, text) = (tab.href.clone(), tab.text);
                view! {
                    <a href=tab.href aria-current=move || (path.get() == href).then_some("page")>{move || text.get()}</a>
                }
            }).collect_view()}
        </nav>
    }
}

/// The steps of a wizard, those done, the one at hand and those to come.
#[component]
pub fn Stepper(names: Vec<TextProp>, #[prop(into)] current: Signal<usize>) -> impl IntoView {
    view! {
        <ol class="stepper">
            {names.into_iter().enumerate().map(|(index, name)| view! {
                <li
                    class:done=move || index < current.get()
                    aria-current=move || (index == current.get()).then_some("step")
                >
                    {move || name.get()}
                </li>
            }).collect_view()}
        </ol>
    }
}
