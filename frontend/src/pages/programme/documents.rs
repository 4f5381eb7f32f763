//! The library of a programme: its documents, with filters that stand in the address, and the way to add one.

mod document;
mod fields;
mod file;
mod preview;

pub use document::DocumentPage;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_domain::documents::{DocumentKind, DocumentVisibility, ObjectKind};
use parvis_wire::documents::{AttachedObject, Document, Upload};
use uuid::Uuid;

use self::fields::{Fields, kinds, visibilities};
use self::file::{Download, FilePicker, file_words};
use super::frame::Here;
use crate::api::documents::{self, DocumentFilter};
use crate::api::query;
use crate::components::{
    Badge, Button, ButtonKind, Empty, Form, FormFailure, Glyph, PageHead, SelectField, SubmitButton, TableBox,
    TextField, Toasts, Tone, on_submit,
};
use crate::format::formats;
use crate::i18n::{document_kind, document_visibility, object_kind, say, tr, words};
use crate::pages::paged::paged;
use crate::pages::parts::Localised;

/// The filter in the address.
fn use_filter() -> Memo<DocumentFilter> {
    let asked = use_query_map();
    Memo::new(move |_| {
        let asked = asked.read();
        let word = |name| asked.get(name).unwrap_or_default();
        DocumentFilter {
            q: word("q"),
            kind: word("kind"),
            visibility: word("visibility"),
            attached_to: word("attached_to"),
        }
    })
}

/// The object that the library was opened for.
fn use_object() -> Memo<Option<AttachedObject>> {
    let asked = use_query_map();
    Memo::new(move |_| {
        let asked = asked.read();
        Some(AttachedObject {
            kind: ObjectKind::parse(&asked.get("of")?)?,
            id: asked.get("attached_to")?.parse().ok()?,
        })
    })
}

/// The address of the library of one object.
pub(super) fn library_of(programme: Uuid, kind: ObjectKind, id: Uuid) -> String {
    format!("/programmes/{programme}/documents?of={kind}&attached_to={id}")
}

/// The page.
#[component]
pub fn DocumentsPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let (filter, object) = (use_filter(), use_object());
    let fetch = move |cursor| documents::list_documents(here.id(), filter.get(), cursor);
    let (list, shown) = paged(fetch, move |documents: Vec<Document>| match documents.is_empty() {
        true => {
            view! { <Empty title=move || say!(i18n, documents.none) text=move || say!(i18n, documents.none_text)/> }
                .into_any()
        }
        false => view! { <Documents documents/> }.into_any(),
    });
    let added = Callback::new(move |()| list.refetch());
    view! {
        <PageHead title=move || say!(i18n, documents.title) lead=move || here.title(i18n)/>
        <div class="two">
            <div class="stack">
                {move || object.get().map(|object| view! {
                    <p class="row no-print">
                        <Badge tone=Tone::Info glyph=Glyph::Held text=move || say!(i18n, documents.only_of, what = object_kind(i18n, object.kind))/>
                        <a href=format!("/programmes/{}/documents", here.id())>{tr!(i18n, documents.all)}</a>
                    </p>
                })}
                <Filters/>
                {shown}
            </div>
            <Show when=move || here.may(Operation::CreateDocument)>
                <div class="stack no-print"><Add added/></div>
            </Show>
        </div>
    }
}

#[component]
fn Filters() -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let (filter, object) = (use_filter(), use_object());
    let path = use_location().pathname;
    let navigate = use_navigate();
    let text = || RwSignal::new(String::new());
    let (q, kind, visibility) = (text(), text(), text());
    Effect::new(move |_| {
        let filter = filter.get();
        q.set(filter.q);
        kind.set(filter.kind);
        visibility.set(filter.visibility);
    });
    let go = move || {
        let parameters = [
            ("q", q.get_untracked().trim().to_owned()),
            ("kind", kind.get_untracked()),
            ("visibility", visibility.get_untracked()),
            ("attached_to", filter.get_untracked().attached_to),
            (
                "of",
                object
                    .get_untracked()
                    .map(|object| object.kind.to_string())
                    .unwrap_or_default(),
            ),
        ];
        let parameters = parameters.each_ref().map(|(name, value)| (*name, value.as_str()));
        navigate(&query(&path.get_untracked(), &parameters), Default::default());
    };
    let narrowed = move || filter.with(|filter| *filter != DocumentFilter::default());
    view! {
        <form class="fields filters no-print" role="search" on:submit=on_submit(go) aria-label=move || say!(i18n, form.filter) novalidate>
            <TextField form pointer="" label=move || say!(i18n, documents.search) value=q kind="search"/>
            <SelectField form pointer="" label=move || say!(i18n, documents.kind) value=kind choices=kinds(i18n) none=move || say!(i18n, form.any)/>
            <SelectField form pointer="" label=move || say!(i18n, documents.visibility) value=visibility choices=visibilities(i18n) none=move || say!(i18n, form.any)/>
            <div class="row full">
                <button type="submit" class="btn">{tr!(i18n, form.filter)}</button>
                <Show when=narrowed><a class="btn quiet" href=move || path.get()>{tr!(i18n, form.clear)}</a></Show>
            </div>
        </form>
    }
}

#[component]
fn Documents(documents: Vec<Document>) -> impl IntoView {
    let i18n = words();
    let rows = documents
        .into_iter()
        .map(|document| view! { <Row document/> })
        .collect_view();
    view! {
        <div class="card flush">
            <TableBox label=move || say!(i18n, documents.title)>
                <table class="table stacks">
                    <caption class="sr-only">{tr!(i18n, documents.title)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, documents.name)}</th>
                            <th scope="col">{tr!(i18n, documents.kind)}</th>
                            <th scope="col">{tr!(i18n, documents.visibility)}</th>
                            <th scope="col">{tr!(i18n, documents.file)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
        </div>
    }
}

#[component]
fn Row(document: Document) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let href = format!("/programmes/{}/documents/{}", here.id(), document.id);
    let day = match document.dated_on {
        Some(day) => format.day(day),
        None => format.instant(document.created_at),
    };
    let (kind, latest) = (document.kind, document.latest);
    let words = file_words(i18n, format, &latest);
    view! {
        <tr>
            <th scope="row">
                <a href=href><Localised text=document.title.clone()/></a>
                <span class="source">" " {day}</span>
                {document.is_evidence.then(|| view! { " " <Badge tone=Tone::Info glyph=Glyph::Check text=move || say!(i18n, documents.evidence)/> })}
            </th>
            <td data-label=say!(i18n, documents.kind)>{move || document_kind(i18n, kind)}</td>
            <td data-label=say!(i18n, documents.visibility)><VisibilityBadge visibility=document.visibility/></td>
            <td data-label=say!(i18n, documents.file)>
                <span class="row tight">
                    <span class="amount">{words}</span>
                    <Download id=document.id version=latest title=document.title/>
                </span>
            </td>
        </tr>
    }
}

/// Who may read a document, in words.
#[component]
pub(super) fn VisibilityBadge(visibility: DocumentVisibility) -> impl IntoView {
    let i18n = words();
    let (tone, glyph) = match visibility {
        DocumentVisibility::Public => (Tone::Ok, Glyph::Full),
        DocumentVisibility::Members => (Tone::Idle, Glyph::People),
        DocumentVisibility::Team => (Tone::Warn, Glyph::Half),
    };
    view! { <Badge tone glyph text=move || document_visibility(i18n, visibility)/> }
}

/// Sends a file, then asks what it is.
#[component]
fn Add(added: Callback<()>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let object = use_object();
    let form = Form::new(i18n);
    let upload = RwSignal::new(None::<Upload>);
    let fields = Fields::empty();
    let arrived = Callback::new(move |arrived: Upload| {
        let name = arrived
            .file_name
            .rsplit_once('.')
            .map_or(arrived.file_name.as_str(), |(stem, _)| stem);
        fields.title.set(name.replace(['_', '-'], " "));
        upload.set(Some(arrived));
    });
    let forget = move || {
        upload.set(None);
        fields.clear();
    };
    let submit = move || {
        let Some(upload) = upload.get_untracked() else { return };
        let mut new = fields.request(i18n, None);
        new.upload_id = upload.id;
        new.attached_to = fields::attached(object.get_untracked(), here.id());
        if form.passes(new.check()).is_none() {
            return;
        }
        form.send(documents::create_document(here.id(), new), move |_| {
            forget();
            toasts.tell(say!(i18n, state.saved));
            added.run(());
        });
    };
    view! {
        <section class="card stack" aria-labelledby="h-add">
            <h2 id="h-add">{tr!(i18n, documents.add)}</h2>
            <FilePicker upload arrived/>
            <Show when=move || upload.with(Option::is_some)>
                <form class="stack" on:submit=on_submit(submit) novalidate>
                    <fields::DocumentFields form fields/>
                    <FormFailure form/>
                    <div class="row">
                        <SubmitButton busy=form.busy()>{tr!(i18n, form.add)}</SubmitButton>
                        <Button kind=ButtonKind::Quiet on_press=move |()| forget()>{tr!(i18n, form.cancel)}</Button>
                    </div>
                </form>
            </Show>
        </section>
    }
}

/// What a document is where nobody has said so yet.
const KIND: DocumentKind = DocumentKind::Other;
