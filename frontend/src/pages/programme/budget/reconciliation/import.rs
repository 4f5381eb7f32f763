//! The way of a statement into the programme: a file, its columns, what would come of each row, and the decision.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::hooks::{use_location, use_navigate};
use parvis_domain::budgets::reconciliation::StatementSource;
use parvis_wire::budgets::{MappingOrigin, NewReconciliation, ReconciliationReport};
use web_sys::HtmlInputElement;

use super::mapping::{Columns, MappingFields};
use super::preview::Preview;
use crate::api::{Failure, query, reconciliations as api};
use crate::browser::{base64_of, focus_soon};
use crate::components::{Alert, Choice, Form, FormFailure, SelectField, SubmitButton, Toasts, Tone, on_submit};
use crate::i18n::{say, statement_source, tr, words};
use crate::pages::programme::budget::desk::DeskHere;

/// The largest file that is read at all: no server takes more, however it is set up.
const BYTES_MAX: f64 = 48.0 * 1024.0 * 1024.0;

/// A file that was chosen.
#[derive(Clone, PartialEq)]
struct Chosen {
    name: String,
    content: String,
}

/// How far a file has come.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Reading,
    Matching,
    Keeping,
}

/// A new statement.
#[component]
pub fn Import() -> impl IntoView {
    let i18n = words();
    let desk = DeskHere::of_page();
    let form = Form::new(i18n);
    let toasts = Toasts::here();
    let navigate = StoredValue::new_local(use_navigate());
    let path = use_location().pathname;
    let source = RwSignal::new(StatementSource::Accounts.as_str().to_owned());
    let chosen = RwSignal::new(None::<Chosen>);
    let stage = RwSignal::new(Stage::Reading);
    let report = RwSignal::new(None::<ReconciliationReport>);
    let fields = MappingFields::new();
    let skip = RwSignal::new(false);
    let request = move |chosen: Chosen, mapped: bool, dry_run: bool| NewReconciliation {
        source: StatementSource::parse(&source.get_untracked()).unwrap_or(StatementSource::Accounts),
        file_name: Some(chosen.name),
        content: chosen.content,
        mapping: mapped.then(|| fields.mapping()),
        skip_faulty: skip.get_untracked(),
        dry_run,
    };
    let show = move |read: ReconciliationReport| {
        fields.show(&read.mapping);
        report.set(Some(read));
        focus_soon("#preview-head");
    };
    // Whatever was shown before is of another file or another source.
    let read_anew = move || {
        let Some(file) = chosen.get_untracked() else { return };
        let budget = desk.with(|desk| desk.budget.id);
        stage.set(Stage::Matching);
        form.send(api::create_reconciliation(budget, request(file, false, true)), show);
    };
    let choose = move |event: leptos::ev::Event| {
        let input = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) else {
            return;
        };
        report.set(None);
        chosen.set(None);
        stage.set(Stage::Reading);
        let reading = async move {
            if file.size() > BYTES_MAX {
                return Err(Failure::too_large());
            }
            let content = base64_of(&file).await.ok_or_else(Failure::offline)?;
            Ok(Chosen {
                name: file.name(),
                content,
            })
        };
        form.send(reading, move |file| {
            chosen.set(Some(file));
            read_anew();
        });
    };
    Effect::new(move |before: Option<String>| {
        let now = source.get();
        if before.is_some_and(|before| before != now) {
            read_anew();
        }
        now
    });
    let reread = move |_| {
        let Some(file) = chosen.get_untracked() else { return };
        let budget = desk.with(|desk| desk.budget.id);
        stage.set(Stage::Matching);
        form.send(api::create_reconciliation(budget, request(file, true, true)), show);
    };
    let keep = move || {
        let (Some(file), true) = (chosen.get_untracked(), report.with_untracked(Option::is_some)) else {
            return;
        };
        let budget = desk.with(|desk| desk.budget.id);
        stage.set(Stage::Keeping);
        form.send(
            api::create_reconciliation(budget, request(file, true, false)),
            move |made| {
                toasts.tell(say!(i18n, recon.kept));
                if let Some(made) = made.reconciliation {
                    let (budget, id) = (made.budget_id.to_string(), made.id.to_string());
                    let href = query(&path.get_untracked(), &[("budget", &budget), ("statement", &id)]);
                    navigate.with_value(|navigate| navigate(&href, Default::default()));
                }
            },
        );
    };
    let sources = Signal::derive(move || {
        StatementSource::ALL
            .iter()
            .map(|one| Choice::new(one, statement_source(i18n, *one)))
            .collect::<Vec<_>>()
    });
    let progress = move || {
        let text = move || match stage.get() {
            Stage::Reading => say!(i18n, recon.stage_reading),
            Stage::Matching => say!(i18n, recon.stage_matching),
            Stage::Keeping => say!(i18n, recon.stage_keeping),
        };
        let busy = form.busy().get();
        view! {
            <div role="status" class="stage">
                {busy.then(|| view! { <p>{move || text()}</p><progress aria-label=text()></progress> })}
            </div>
        }
    };
    let headings =
        Signal::derive(move || report.with(|report| report.as_ref().map(|of| of.headings.clone()).unwrap_or_default()));
    let origin = move || {
        report
            .with(|report| report.as_ref().map(|report| report.mapping_origin))
            .map(|origin| match origin {
                MappingOrigin::Given => say!(i18n, recon.mapping_given),
                MappingOrigin::Remembered => say!(i18n, recon.mapping_remembered),
                MappingOrigin::Guessed => say!(i18n, recon.mapping_guessed),
                MappingOrigin::Missing => say!(i18n, recon.mapping_missing),
            })
    };
    let mapped = move || {
        report.with(|report| {
            report
                .as_ref()
                .is_some_and(|of| of.mapping_origin != MappingOrigin::Missing)
        })
    };
    view! {
        <form class="card stack no-print" on:submit=on_submit(keep) novalidate aria-labelledby="import-head">
            <h2 id="import-head">{tr!(i18n, recon.new)}</h2>
            <div class="fields">
                <SelectField form pointer="/source" label=move || say!(i18n, recon.source) value=source choices=sources/>
                <div class="field">
                    <label for="statement-file">{tr!(i18n, recon.file)}</label>
                    // The button of the browser would speak the browser's language.
                    <input id="statement-file" class="sr-only" type="file" accept=".csv,.tsv,.txt,.xlsx" aria-describedby="statement-file-h" on:change=choose/>
                    <p class="row">
                        <label class="btn small file-button" for="statement-file">{tr!(i18n, movement.choose_file)}</label>
                        <span>{move || chosen.with(|chosen| chosen.as_ref().map(|chosen| chosen.name.clone()))}</span>
                    </p>
                    <p class="hint" id="statement-file-h">{tr!(i18n, recon.file_hint)}</p>
                </div>
            </div>
            {progress}
            <Show when=move || report.with(Option::is_some)>
                <section class="stack" aria-labelledby="columns-head">
                    <h3 id="columns-head">{tr!(i18n, recon.columns)}</h3>
                    <Alert tone=Tone::Info title=move || origin().unwrap_or_default()/>
                    <Columns form fields headings/>
                    <div class="actions">
                        <button type="button" class="btn" on:click=reread>{tr!(i18n, recon.reread)}</button>
                    </div>
                </section>
                <Preview report skip/>
            </Show>
            <FormFailure form/>
            <Show when=mapped>
                <div class="actions">
                    <SubmitButton busy=form.busy()>{tr!(i18n, recon.keep)}</SubmitButton>
                </div>
            </Show>
        </form>
    }
}
