//! Rates from a file: first a preview row by row, then, where every row is sound, the recording of all of them.

use leptos::prelude::*;
use parvis_wire::budgets::{RateFile, RateImport, RateImportRow};

use super::{Changed, rate_text};
use crate::api::rates;
use crate::components::{
    Alert, Badge, Button, ButtonKind, FileField, Form, FormFailure, Glyph, TableBox, TextField, Toasts, Tone,
};
use crate::forms::texts;
use crate::i18n::{I18n, problem_text, say, tr, words};
use crate::pages::programme::frame::Here;

/// The form.
#[component]
pub fn ImportForm() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let changed = Changed::here();
    let form = Form::new(i18n);
    let content = RwSignal::new(String::new());
    let source = RwSignal::new(String::new());
    let preview = RwSignal::new(None::<RateImport>);
    let file = move |dry_run| RateFile {
        content: content.get_untracked(),
        source: texts::optional(&source.get_untracked()),
        dry_run,
    };
    let look = move || {
        if !content.with_untracked(String::is_empty) {
            form.send(rates::import_rates(here.id(), file(true)), move |read| {
                preview.set(Some(read))
            });
        }
    };
    let record = move |()| {
        form.send(rates::import_rates(here.id(), file(false)), move |done| {
            toasts.tell(say!(i18n, rates.imported, count = done.accepted));
            preview.set(None);
            content.set(String::new());
            changed.tell();
        });
    };
    let taken = move |(_, read): (String, String)| {
        preview.set(None);
        content.set(read);
        look();
    };
    let sound = move || preview.with(|read| read.as_ref().is_some_and(|read| read.refused == 0 && read.accepted > 0));
    let ready = move || !content.with(String::is_empty);
    view! {
        <div class="card stack no-print" role="group" aria-labelledby="h-import">
            <h2 id="h-import">{tr!(i18n, rates.import)}</h2>
            <p class="source">{tr!(i18n, rates.import_text)}</p>
            <div class="fields">
                <FileField form pointer="/content" label=move || say!(i18n, rates.file) accept=".csv,.tsv,.txt,.xlsx,text/csv" taken/>
                <TextField form pointer="/source" label=move || say!(i18n, rates.source) value=source hint=move || say!(i18n, rates.import_source_hint)/>
            </div>
            <FormFailure form/>
            <Show when=ready>
                <div class="row">
                    <Button on_press=move |()| look()>{tr!(i18n, rates.look)}</Button>
                    <Show when=sound>
                        <Button kind=ButtonKind::Primary on_press=record>
                            {move || say!(i18n, rates.do_import, count = preview.with(|read| read.as_ref().map_or(0, |read| read.accepted)))}
                        </Button>
                    </Show>
                </div>
            </Show>
            {move || preview.get().map(|read| { i18n.get_locale(); report(i18n, read) })}
        </div>
    }
}

/// What would come of the file.
fn report(i18n: I18n, read: RateImport) -> impl IntoView {
    let separator = if read.separator == "\t" {
        say!(i18n, rates.tab).to_owned()
    } else {
        read.separator.clone()
    };
    let recognised = say!(i18n, rates.recognised, encoding = read.encoding, separator = separator);
    let (tone, title) = match read.refused {
        0 => (Tone::Ok, say!(i18n, rates.all_sound, count = read.accepted)),
        refused => (Tone::Bad, say!(i18n, rates.some_refused, count = refused)),
    };
    let title = title.to_string();
    let rows = read.rows.into_iter().map(|one| row(i18n, one)).collect_view();
    view! {
        <div class="stack" role="status">
            <Alert tone title=move || title.clone()><p>{recognised}</p></Alert>
            <TableBox label=move || say!(i18n, rates.preview)>
                <table class="table stacks" role="table">
                    <caption class="sr-only">{tr!(i18n, rates.preview)}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader" class="num">{tr!(i18n, rates.row)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, rates.rate)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, rates.valid_on)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, rates.source)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, steps.state)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </TableBox>
        </div>
    }
}

fn row(i18n: I18n, row: RateImportRow) -> impl IntoView + use<> {
    let rate = row.rate;
    let text = rate
        .as_ref()
        .map(|rate| rate_text(i18n, &rate.from, &rate.to, &rate.rate));
    let day = rate.as_ref().map(|rate| rate.valid_on.clone());
    let source = rate.map(|rate| rate.source);
    let faults = row.faults.into_iter().map(|fault| {
        view! { <li class="is-bad"><code>{fault.column}</code> " " {problem_text(i18n, &fault.code)}</li> }
    });
    let faults = faults.collect_view();
    let state = match faults.is_empty() {
        true => view! { <Badge tone=Tone::Ok glyph=Glyph::Check text=move || say!(i18n, rates.sound)/> }.into_any(),
        false => view! { <ul class="plain">{faults}</ul> }.into_any(),
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="num">{row.line}</th>
            <td role="cell" class="amount" data-label=say!(i18n, rates.rate)>{text}</td>
            <td role="cell" class="amount" data-label=say!(i18n, rates.valid_on)>{day}</td>
            <td role="cell" data-label=say!(i18n, rates.source)>{source}</td>
            <td role="cell">{state}</td>
        </tr>
    }
}
