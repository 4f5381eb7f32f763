//! Files: chosen, dropped and sent with their progress; and taken away.

use leptos::ev::{DragEvent, Event};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use parvis_domain::LocalisedText;
use parvis_domain::documents::MediaType;
use parvis_wire::documents::{DocumentVersion, Upload};
use uuid::Uuid;
use web_sys::File;

use crate::api::{Failure, documents, transfer};
use crate::browser;
use crate::components::{FailureAlert, Glyph, Icon, Toasts};
use crate::format::Format;
use crate::i18n::{I18n, plain, problem_text, say, tr, words};
use crate::pages::programme::frame::Here;

/// The endings of the files that are kept, for the dialog of the system.
fn accepted() -> String {
    let endings = MediaType::ALL.iter().flat_map(|media| media.extensions());
    endings.map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(",")
}

/// Type and length of a file, short.
pub(super) fn file_words(i18n: I18n, format: Format, version: &DocumentVersion) -> String {
    let ending = version.media_type.extensions().first().copied().unwrap_or_default();
    let kilobytes = format.number((version.size + 999) / 1000);
    format!(
        "{} · {}",
        ending.to_ascii_uppercase(),
        say!(i18n, documents.kilobytes, n = kilobytes)
    )
}

/// Where a file is chosen or dropped. It is sent at once; what it is for is asked meanwhile.
#[component]
pub(super) fn FilePicker(
    /// What has arrived, while it waits for a document.
    #[prop(into)]
    upload: Signal<Option<Upload>>,
    arrived: Callback<Upload>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let input = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let sending = RwSignal::new(None::<(String, u32)>);
    let failure = RwSignal::new(None::<Failure>);
    let send = move |file: File| {
        if sending.with_untracked(Option::is_some) {
            return;
        }
        let name = file.name();
        failure.set(None);
        sending.set(Some((name.clone(), 0)));
        let programme = here.id();
        let progress = Callback::new(move |percent| sending.set(Some((name.clone(), percent))));
        spawn_local(async move {
            let answer = transfer::create_upload(programme, file, progress).await;
            sending.set(None);
            if let Some(input) = input.get_untracked() {
                input.set_value("");
            }
            match answer {
                Ok(upload) => arrived.run(upload),
                Err(problem) => failure.set(Some(problem)),
            }
        });
    };
    let chosen = move |_: Event| {
        if let Some(file) = input.get_untracked().and_then(|input| input.files()?.get(0)) {
            send(file);
        }
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(file) = event.data_transfer().and_then(|data| data.files()?.get(0)) {
            send(file);
        }
    };
    let news = move || match (sending.get(), upload.get()) {
        (Some((name, percent)), _) => say!(i18n, documents.sending, name = name, percent = percent).to_string(),
        (None, Some(upload)) => say!(i18n, documents.sent, name = upload.file_name).to_string(),
        (None, None) => String::new(),
    };
    view! {
        <label
            class="drop"
            class:over=move || over.get()
            on:dragover=move |event: DragEvent| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <span class="strong">{tr!(i18n, documents.choose)}</span>
            <span class="muted">{tr!(i18n, documents.drop)}</span>
            <input type="file" node_ref=input accept=accepted() on:change=chosen/>
            <span class="source">{tr!(i18n, documents.kept_types)}</span>
        </label>
        {move || sending.get().map(|(_, percent)| view! { <progress max="100" value=percent aria-label=move || say!(i18n, documents.file)></progress> })}
        <p class="source" role="status">{news}</p>
        {move || failure.get().map(|failure| view! { <FailureAlert failure/> })}
    }
}

/// Takes a version of a document away as a file.
#[component]
pub(super) fn Download(id: Uuid, version: DocumentVersion, title: LocalisedText) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let busy = RwSignal::new(false);
    let label = move || format!("{}: {}", say!(i18n, documents.download), plain(i18n, &title));
    let take = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (number, name) = (version.number, version.file_name.clone());
        spawn_local(async move {
            let answer = documents::download_document(id, number).await;
            busy.set(false);
            match answer {
                Ok(content) => browser::save(&name, &content),
                Err(failure) => toasts.tell(problem_text(i18n, &failure.code)),
            }
        });
    };
    view! {
        <button type="button" class="btn quiet small no-print" aria-label=label aria-disabled=move || busy.get().then_some("true") on:click=take>
            <Icon glyph=Glyph::Down/>
            {tr!(i18n, documents.download)}
        </button>
    }
}
