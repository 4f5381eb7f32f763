//! One document: what it says, what it looks like, its versions, and what can be done with it.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use parvis_domain::documents::ObjectKind;
use parvis_wire::Page;
use parvis_wire::documents::{Document, DocumentVersion, NewDocumentVersion, Upload};
use uuid::Uuid;

use super::fields::{DocumentFields, Fields, language_name, patch};
use super::file::{Download, FilePicker, file_words};
use super::preview::Preview;
use super::{Here, VisibilityBadge};
use crate::api::{Answer, Failure, documents};
use crate::components::{
    Badge, Breadcrumb, Button, ButtonKind, Crumb, Dialog, Fetched, Form, FormFailure, Glyph, Loaded, PageHead,
    SubmitButton, TableBox, TextField, Toasts, Tone, on_submit,
};
use crate::format::formats;
use crate::forms::texts;
use crate::i18n::{document_kind, object_kind, plain, say, tr, words};
use crate::pages::parts::Localised;

async fn read(id: Option<Uuid>) -> Answer<Document> {
    documents::get_document(id.ok_or_else(Failure::not_found)?).await
}

/// The page.
#[component]
pub fn DocumentPage() -> impl IntoView {
    let parameters = use_params_map();
    let id = Memo::new(move |_| parameters.read().get("document").and_then(|id| id.parse().ok()));
    let document: Fetched<Document> = Fetched::new(move || read(id.get()));
    view! { <Loaded from=document keep=true draw=move |shown| view! { <Shown document=shown from=document/> }/> }
}

#[component]
fn Shown(document: Document, from: Fetched<Document>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let base = format!("/programmes/{}/documents", here.id());
    let (title, name, shown) = (document.title.clone(), document.title.clone(), document.title.clone());
    let crumbs = vec![
        Crumb {
            text: (move || say!(i18n, nav.documents)).into(),
            href: Some(base),
        },
        Crumb {
            text: (move || plain(i18n, &title)).into(),
            href: None,
        },
    ];
    let (id, kind, editable) = (document.id, document.kind, document.editable);
    let (latest, taken) = (
        document.latest.clone(),
        (document.latest.clone(), document.title.clone()),
    );
    let (editing, deleting) = (RwSignal::new(false), RwSignal::new(false));
    let kept = document.is_evidence;
    view! {
        <Breadcrumb crumbs/>
        <PageHead title=move || plain(i18n, &name) lead=move || document_kind(i18n, kind)>
            <Download id version=taken.0 title=taken.1/>
            {editable.then(|| view! {
                <Button on_press=move |()| editing.set(true)>{tr!(i18n, form.edit)}</Button>
                {(!kept).then(|| view! { <Button kind=ButtonKind::Danger on_press=move |()| deleting.set(true)>{tr!(i18n, documents.delete)}</Button> })}
            })}
        </PageHead>
        <div class="two">
            <div class="stack">
                <section class="card stack" aria-label=move || say!(i18n, documents.preview)>
                    {(!document.description.is_empty()).then(|| view! { <p class="read"><Localised text=document.description.clone()/></p> })}
                    <Preview id version=latest title=plain(i18n, &shown)/>
                </section>
                <Versions document=document.clone()/>
            </div>
            <div class="stack">
                <Facts document=document.clone()/>
                {editable.then(|| view! { <AddVersion document=document.clone() from/> })}
            </div>
        </div>
        <Edit document=document.clone() from open=editing/>
        <Delete document open=deleting/>
    }
}

#[component]
fn Facts(document: Document) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let attached = document
        .attached_to
        .iter()
        .map(|object| {
            let (kind, programme) = (object.kind, here.id());
            let href = match kind {
                ObjectKind::Programme => Some(format!("/programmes/{programme}/overview")),
                ObjectKind::ParticipationStep => Some(format!("/programmes/{programme}/participation/{}", object.id)),
                ObjectKind::Partner => Some(format!("/programmes/{programme}/partners")),
                ObjectKind::Budget | ObjectKind::Line | ObjectKind::Grant => {
                    Some(format!("/programmes/{programme}/budget"))
                }
                ObjectKind::Movement => Some(format!("/programmes/{programme}/budget/movements")),
                ObjectKind::Tranche | ObjectKind::Progress | ObjectKind::FunderReport => None,
            };
            let text = move || object_kind(i18n, kind);
            match href {
                Some(href) => view! { <li><a href=href>{text}</a></li> }.into_any(),
                None => view! { <li>{text}</li> }.into_any(),
            }
        })
        .collect_view();
    let dated = document.dated_on.map(|day| format.day(day));
    view! {
        <section class="card stack">
            <dl class="facts">
                <div><dt>{tr!(i18n, documents.visibility)}</dt><dd><VisibilityBadge visibility=document.visibility/></dd></div>
                {dated.map(|day| view! { <div><dt>{tr!(i18n, documents.dated_on)}</dt><dd>{day}</dd></div> })}
                {document.language.map(|language| view! { <div><dt>{tr!(i18n, documents.language)}</dt><dd>{language_name(&language)}</dd></div> })}
                <div><dt>{tr!(i18n, documents.added)}</dt><dd>{format.instant(document.created_at)}</dd></div>
                <div><dt>{tr!(i18n, documents.attached_to)}</dt><dd><ul class="inline">{attached}</ul></dd></div>
            </dl>
            {document.is_evidence.then(|| view! { <p><Badge tone=Tone::Info glyph=Glyph::Check text=move || say!(i18n, documents.evidence)/></p> })}
            <div>
                <p class="source">{tr!(i18n, documents.fingerprint)}</p>
                <code class="hash">{document.latest.sha256}</code>
            </div>
        </section>
    }
}

#[component]
fn Versions(document: Document) -> impl IntoView {
    let i18n = words();
    let id = document.id;
    let title = document.title;
    let versions: Fetched<Page<DocumentVersion>> = Fetched::new(move || documents::list_document_versions(id));
    view! {
        <section class="card flush" aria-labelledby="h-versions">
            <header><h2 id="h-versions">{tr!(i18n, documents.versions)}</h2></header>
            <Loaded from=versions draw=move |page| {
                let format = formats();
                let title = title.clone();
                let rows = page.items.into_iter().map(move |version| view! {
                    <tr>
                        <th scope="row">{version.number}</th>
                        <td data-label=say!(i18n, documents.added)>{format.instant(version.created_at)}</td>
                        <td data-label=say!(i18n, documents.note)>{version.note.clone()}</td>
                        <td data-label=say!(i18n, documents.file)>
                            <span class="row tight">
                                <span class="amount">{file_words(i18n, format, &version)}</span>
                                <Download id version title=title.clone()/>
                            </span>
                        </td>
                    </tr>
                });
                let rows = rows.collect_view();
                view! {
                    <TableBox label=move || say!(i18n, documents.versions)>
                        <table class="table stacks">
                            <caption class="sr-only">{tr!(i18n, documents.versions)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{tr!(i18n, documents.version)}</th>
                                    <th scope="col">{tr!(i18n, documents.added)}</th>
                                    <th scope="col">{tr!(i18n, documents.note)}</th>
                                    <th scope="col">{tr!(i18n, documents.file)}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </TableBox>
                }
            }/>
        </section>
    }
}

#[component]
fn AddVersion(document: Document, from: Fetched<Document>) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let upload = RwSignal::new(None::<Upload>);
    let note = RwSignal::new(String::new());
    let (id, version) = (document.id, document.version);
    let arrived = Callback::new(move |arrived: Upload| upload.set(Some(arrived)));
    let submit = move || {
        let Some(upload) = upload.get_untracked() else { return };
        let new = NewDocumentVersion {
            upload_id: upload.id,
            note: texts::optional(&note.get_untracked()),
        };
        if form.passes(new.check()).is_none() {
            return;
        }
        form.send(documents::create_document_version(id, version, new), move |_| {
            toasts.tell(say!(i18n, state.saved));
            from.refetch();
        });
    };
    view! {
        <section class="card stack no-print" aria-labelledby="h-version">
            <h2 id="h-version">{tr!(i18n, documents.add_version)}</h2>
            <FilePicker upload arrived/>
            <Show when=move || upload.with(Option::is_some)>
                <form class="stack" on:submit=on_submit(submit) novalidate>
                    <TextField form pointer="/note" label=move || say!(i18n, documents.note) value=note/>
                    <FormFailure form/>
                    <SubmitButton busy=form.busy()>{tr!(i18n, documents.add_version)}</SubmitButton>
                </form>
            </Show>
        </section>
    }
}

#[component]
fn Edit(document: Document, from: Fetched<Document>, open: RwSignal<bool>) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let fields = untrack(|| Fields::of(i18n, &document));
    let before = StoredValue::new(document);
    let submit = move || {
        let request = before.with_value(|before| fields.request(i18n, Some(before)));
        if form.passes(request.check()).is_none() {
            return;
        }
        let (id, version) = before.with_value(|before| (before.id, before.version));
        form.send(documents::update_document(id, version, patch(request)), move |_| {
            open.set(false);
            toasts.tell(say!(i18n, state.saved));
            from.refetch();
        });
    };
    view! {
        <Dialog open title=move || say!(i18n, form.edit)>
            <form class="stack" on:submit=on_submit(submit) novalidate>
                <DocumentFields form fields/>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton>
                    <Button on_press=move |()| open.set(false)>{tr!(i18n, form.cancel)}</Button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn Delete(document: Document, open: RwSignal<bool>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let navigate = StoredValue::new_local(use_navigate());
    let (id, version, title) = (document.id, document.version, document.title);
    let submit = move || {
        form.send(documents::delete_document(id, version), move |()| {
            toasts.tell(say!(i18n, state.saved));
            let list = format!("/programmes/{}/documents", here.id());
            navigate.with_value(|navigate| navigate(&list, Default::default()));
        });
    };
    view! {
        <Dialog open title=move || say!(i18n, documents.delete)>
            <form class="stack" on:submit=on_submit(submit)>
                <p><Localised text=title.clone()/></p>
                <p class="source">{tr!(i18n, documents.delete_text)}</p>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton kind=ButtonKind::Danger busy=form.busy()>{tr!(i18n, documents.delete)}</SubmitButton>
                    <Button on_press=move |()| open.set(false)>{tr!(i18n, form.cancel)}</Button>
                </div>
            </form>
        </Dialog>
    }
}
