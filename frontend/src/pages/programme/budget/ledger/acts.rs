//! The forms that put a movement right, or turn it down: each asks for its reason.

use leptos::prelude::*;
use parvis_wire::budgets::{Correction, Movement, NewReplacement, Refusal, Reversal};

use crate::api::movements::{correct_movement, refuse_movement, reverse_movement};
use crate::components::{
    ButtonKind, DateField, Form, FormFailure, SubmitButton, TextArea, TextField, Toasts, on_submit,
};
use crate::forms::read::{amount_text, date_text};
use crate::forms::texts;
use crate::i18n::{decimals, say, tr, words};
use crate::pages::programme::frame::Here;

/// Reverses a movement: a new one names it and counts the other way.
#[component]
pub fn Reverse(movement: Movement, done: Callback<()>) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let reason = RwSignal::new(String::new());
    let booked_on = RwSignal::new(date_text(Here::of_page().today()));
    let submit = move || {
        let reversal = Reversal {
            booked_on: texts::optional_date(&booked_on.get_untracked()),
            reason: reason.get_untracked(),
        };
        if form.passes(reversal.check()).is_none() {
            return;
        }
        form.send(reverse_movement(movement.id, reversal), move |_| {
            toasts.tell(say!(i18n, movement.was_reversed));
            done.run(());
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p class="source">{tr!(i18n, movement.reverse_text)}</p>
            <TextArea form pointer="/reason" label=move || say!(i18n, movement.reason) value=reason required=true/>
            <DateField form pointer="/booked_on" label=move || say!(i18n, movement.booked_on) value=booked_on/>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Danger busy=form.busy()>{tr!(i18n, movement.reverse)}</SubmitButton></div>
        </form>
    }
}

/// Corrects a movement: its reversal and what replaces it, in one step.
#[component]
pub fn Correct(movement: Movement, done: Callback<()>) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let written = |money: &parvis_wire::Money| amount_text(&money.amount, decimals(i18n.get_locale_untracked()));
    let amount = RwSignal::new(written(&movement.amount));
    let original = RwSignal::new(movement.original.as_ref().map(written).unwrap_or_default());
    let reference = RwSignal::new(movement.reference.clone().unwrap_or_default());
    let note = RwSignal::new(movement.note.clone().unwrap_or_default());
    let reason = RwSignal::new(String::new());
    let booked_on = RwSignal::new(date_text(Here::of_page().today()));
    let currency = movement.amount.currency.clone();
    let other = movement.original.as_ref().map(|original| original.currency.clone());
    let (own, its) = (currency.clone(), other.clone());
    let submit = move || {
        let decimals = decimals(i18n.get_locale_untracked());
        let money = |field: RwSignal<String>, currency: &str| texts::money(&field.get_untracked(), decimals, currency);
        let correction = Correction {
            booked_on: texts::optional_date(&booked_on.get_untracked()),
            reason: reason.get_untracked(),
            replacement: NewReplacement {
                amount: money(amount, &own),
                original: its.as_ref().map(|currency| money(original, currency)),
                rate_id: movement.rate_id,
                reference: texts::optional(&reference.get_untracked()),
                note: texts::optional(&note.get_untracked()),
                evidence: None,
            },
        };
        if form.passes(correction.check()).is_none() {
            return;
        }
        form.send(correct_movement(movement.id, correction), move |_| {
            toasts.tell(say!(i18n, movement.was_corrected));
            done.run(());
        });
    };
    let in_other = other.map(|currency| {
        let label = move || format!("{} ({currency})", say!(i18n, movement.original));
        view! { <TextField form pointer="/replacement/original" label value=original figures=true required=true/> }
    });
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p class="source">{tr!(i18n, movement.correct_text)}</p>
            <div class="fields">
                {in_other}
                <TextField
                    form
                    pointer="/replacement/amount"
                    label=move || format!("{} ({currency})", say!(i18n, movement.right_amount))
                    value=amount
                    figures=true
                    required=true
                />
                <DateField form pointer="/booked_on" label=move || say!(i18n, movement.booked_on) value=booked_on/>
                <TextField form pointer="/replacement/reference" label=move || say!(i18n, movement.reference) value=reference/>
                <TextArea form pointer="/reason" label=move || say!(i18n, movement.reason) value=reason required=true/>
                <TextArea form pointer="/replacement/note" label=move || say!(i18n, movement.note) value=note/>
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, movement.correct)}</SubmitButton></div>
        </form>
    }
}

/// Refuses a movement that somebody else recorded.
#[component]
pub fn Refuse(movement: Movement, done: Callback<()>) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let reason = RwSignal::new(String::new());
    let submit = move || {
        let refusal = Refusal {
            reason: reason.get_untracked(),
        };
        if form.passes(refusal.check()).is_none() {
            return;
        }
        form.send(refuse_movement(movement.id, refusal), move |_| {
            toasts.tell(say!(i18n, movement.was_refused));
            done.run(());
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <TextArea form pointer="/reason" label=move || say!(i18n, movement.reason) value=reason required=true/>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Danger busy=form.busy()>{tr!(i18n, movement.refuse)}</SubmitButton></div>
        </form>
    }
}
