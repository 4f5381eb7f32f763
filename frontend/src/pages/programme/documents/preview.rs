//! Showing a content: images and PDF, which run nothing of this site. Everything else is taken away as a file.

use leptos::prelude::*;
use parvis_domain::documents::MediaType;
use parvis_wire::documents::DocumentVersion;
use uuid::Uuid;

use crate::api::{Answer, Failure, documents};
use crate::browser;
use crate::components::{Button, Fetched, Loaded};
use crate::i18n::{say, tr, words};

/// What is shown without being asked for, in bytes.
const AT_ONCE: i64 = 5_000_000;

/// The preview of a version, or why there is none.
#[component]
pub(super) fn Preview(id: Uuid, version: DocumentVersion, #[prop(into)] title: String) -> impl IntoView {
    let i18n = words();
    if !version.media_type.is_shown() {
        return view! { <p class="source">{tr!(i18n, documents.no_preview)}</p> }.into_any();
    }
    let asked = RwSignal::new(version.size <= AT_ONCE);
    let (number, media) = (version.number, version.media_type);
    view! {
        <Show
            when=move || asked.get()
            fallback=move || view! { <p><Button on_press=move |()| asked.set(true)>{tr!(i18n, documents.show_preview)}</Button></p> }
        >
            <Shown id number media title=title.clone()/>
        </Show>
    }
    .into_any()
}

#[component]
fn Shown(id: Uuid, number: u32, media: MediaType, title: String) -> impl IntoView {
    let i18n = words();
    let url: Fetched<String> = Fetched::new(move || address(id, number, media));
    on_cleanup(move || {
        if let Some(Ok(url)) = url.get() {
            browser::forget_address(&url);
        }
    });
    view! {
        <Loaded from=url draw=move |url| {
            let label = format!("{}: {title}", say!(i18n, documents.preview));
            match media {
                MediaType::Pdf => view! { <iframe class="preview no-print" src=url title=label></iframe> }.into_any(),
                _ => view! { <img class="preview" src=url alt=label/> }.into_any(),
            }
        }/>
    }
}

/// The content at an address of this page alone, under the type that the server found in it: one that holds no script.
async fn address(id: Uuid, number: u32, media: MediaType) -> Answer<String> {
    let content = documents::download_document(id, number).await?;
    browser::address_of(&content, media.as_str()).ok_or_else(|| Failure::unreadable(200))
}
