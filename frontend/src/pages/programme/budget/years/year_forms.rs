//! Closing a year, with all that it does, and opening one again.

use leptos::prelude::*;
use parvis_wire::budgets::{BudgetYear, ReopenYear};

use super::YearsHere;
use super::open_items::sums;
use crate::api::years as api;
use crate::components::{
    Alert, Button, ButtonKind, Form, FormFailure, SubmitButton, TextArea, Toasts, Tone, on_submit,
};
use crate::format::formats;
use crate::i18n::{say, tr, words};

/// Confirms a closing: it lists what stops, what goes on, and what lapses.
#[component]
pub(super) fn CloseForm(years: YearsHere, year: BudgetYear) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let (budget, number, version) = (year.budget_id, year.year, year.version);
    let carried = sums(format, year.carried_over.iter().map(|item| &item.amount));
    let lapses = sums(format, year.uncommitted.iter().map(|item| &item.amount));
    let pending = year.pending.len();
    let (carried_count, lapses_count) = (year.carried_over.len(), year.uncommitted.len());
    let submit = move || {
        form.send(api::close_budget_year(budget, number, version), move |_| {
            toasts.tell(say!(i18n, years.closed_now, year = number));
            years.open.set(false);
            years.from.refetch();
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit)>
            <p>{tr!(i18n, years.close_text)}</p>
            <ul>
                <li>{say!(i18n, years.does_book, year = number)}</li>
                <li>{say!(i18n, years.does_lines, year = number)}</li>
                {(carried_count > 0).then(|| view! { <li>{say!(i18n, years.does_carry, count = carried_count, amounts = carried.clone())}</li> })}
                {(lapses_count > 0).then(|| view! { <li>{say!(i18n, years.does_lapse, count = lapses_count, amounts = lapses.clone())}</li> })}
                <li>{tr!(i18n, years.does_record)}</li>
            </ul>
            {(pending > 0).then(|| view! { <Alert tone=Tone::Warn title=move || say!(i18n, years.pending, count = pending)/> })}
            <FormFailure form/>
            <div class="actions">
                <SubmitButton busy=form.busy()>{say!(i18n, years.close, year = number)}</SubmitButton>
                <Button on_press=move |()| years.open.set(false)>{tr!(i18n, form.cancel)}</Button>
            </div>
        </form>
    }
}

/// Opens a year again, with a reason that stays on record.
#[component]
pub(super) fn ReopenForm(years: YearsHere, year: BudgetYear) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let reason = RwSignal::new(String::new());
    let (budget, number, version) = (year.budget_id, year.year, year.version);
    let submit = move || {
        let reopen = ReopenYear {
            reason: reason.get_untracked(),
        };
        form.send(api::reopen_budget_year(budget, number, version, reopen), move |_| {
            toasts.tell(say!(i18n, years.reopened_now, year = number));
            years.open.set(false);
            years.from.refetch();
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p>{tr!(i18n, years.reopen_text)}</p>
            <TextArea form pointer="/reason" label=move || say!(i18n, movement.reason) value=reason required=true/>
            <FormFailure form/>
            <div class="actions">
                <SubmitButton kind=ButtonKind::Danger busy=form.busy()>{say!(i18n, years.reopen, year = number)}</SubmitButton>
                <Button on_press=move |()| years.open.set(false)>{tr!(i18n, form.cancel)}</Button>
            </div>
        </form>
    }
}
