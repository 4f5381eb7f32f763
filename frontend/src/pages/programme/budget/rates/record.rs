//! Recording a rate by hand; a rate is corrected by recording its day and pair again.

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_wire::budgets::NewRate;

use super::Changed;
use crate::api::{Session, rates};
use crate::components::{
    ButtonKind, CheckField, DateField, Form, FormFailure, SubmitButton, TextField, Toasts, on_submit,
};
use crate::forms::read::{self, date_text};
use crate::forms::texts;
use crate::i18n::{decimals, say, tr, words};
use crate::pages::programme::frame::Here;

/// The form.
#[component]
pub fn RecordForm() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let session = Session::here();
    let toasts = Toasts::here();
    let changed = Changed::here();
    let form = Form::new(i18n);
    let text = || RwSignal::new(String::new());
    let (from, to, rate, source) = (text(), text(), text(), text());
    let valid_on = RwSignal::new(date_text(here.today()));
    let everywhere = RwSignal::new(false);
    let submit = move || {
        let typed = rate.get_untracked();
        let plain = read::decimal(&typed, decimals(i18n.get_locale_untracked()));
        let code = |text: RwSignal<String>| text.get_untracked().trim().to_ascii_uppercase();
        let new = NewRate {
            from: code(from),
            to: code(to),
            rate: plain.unwrap_or_else(|| typed.trim().to_owned()),
            valid_on: texts::date(&valid_on.get_untracked()),
            source: source.get_untracked(),
        };
        if form.passes(new.check(here.today())).is_none() {
            return;
        }
        let (programme, everywhere) = (here.id(), everywhere.get_untracked());
        let call = async move {
            if everywhere {
                rates::create_platform_rate(new).await
            } else {
                rates::create_rate(programme, new).await
            }
        };
        form.send(call, move |_| {
            toasts.tell(say!(i18n, rates.was_recorded));
            rate.set(String::new());
            changed.tell();
        });
    };
    let platform = move || session.may(Operation::CreatePlatformRate, None);
    view! {
        <form class="card stack no-print" on:submit=on_submit(submit) novalidate>
            <h2 id="h-record">{tr!(i18n, rates.record)}</h2>
            <p class="source">{tr!(i18n, rates.record_text)}</p>
            <div class="fields">
                <TextField form pointer="/from" label=move || say!(i18n, rates.one_unit) value=from required=true/>
                <TextField form pointer="/rate" label=move || say!(i18n, rates.is_so_much) value=rate figures=true required=true/>
                <TextField form pointer="/to" label=move || say!(i18n, rates.of_that) value=to required=true/>
                <DateField form pointer="/valid_on" label=move || say!(i18n, rates.valid_on) value=valid_on required=true/>
                <TextField form pointer="/source" label=move || say!(i18n, rates.source) value=source required=true wide=true hint=move || say!(i18n, rates.source_hint)/>
            </div>
            <Show when=platform><CheckField label=move || say!(i18n, rates.for_all) value=everywhere/></Show>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Primary busy=form.busy()>{tr!(i18n, rates.do_record)}</SubmitButton></div>
        </form>
    }
}
