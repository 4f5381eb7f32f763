//! What a person says of a row: the movements that it stands for, or why it has none.

use leptos::prelude::*;
use parvis_wire::Patch;
use parvis_wire::budgets::{Movement, ReconciliationRow, ReconciliationRowPatch};
use uuid::Uuid;

use super::parts::movement_text;
use crate::api::reconciliations::{self as api, MissingFilter};
use crate::components::{
    Button, CheckField, Empty, Fetched, Form, FormFailure, Loaded, SubmitButton, TextArea, TextField, Toasts, on_submit,
};
use crate::format::formats;
use crate::i18n::{say, tr, words};
use crate::ledger::money;
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// What movements add up to in the currency of a row, where each of them has an amount in it.
fn sum_of(row: &ReconciliationRow, movements: &[Movement]) -> Option<parvis_domain::Money> {
    let currency = money(&row.amount)?.currency;
    let minor: Option<i64> = movements
        .iter()
        .map(|movement| {
            let known = [Some(&movement.amount), movement.original.as_ref()];
            let known = known.into_iter().flatten().filter_map(money);
            known
                .into_iter()
                .find(|amount| amount.currency == currency)
                .map(|amount| amount.minor)
        })
        .sum();
    minor.map(|minor| parvis_domain::Money::new(minor, currency))
}

/// The form within the dialog.
#[component]
pub fn Link(
    row: RwSignal<ReconciliationRow>,
    open: RwSignal<bool>,
    told: Callback<ReconciliationRow>,
) -> impl IntoView {
    let i18n = words();
    let (desk, here, format) = (DeskHere::of_page(), Here::of_page(), formats());
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let first = row.get_untracked();
    let chosen = RwSignal::new(first.movements.clone());
    let note = RwSignal::new(first.note.clone().unwrap_or_default());
    let same = RwSignal::new(true);
    let typed = RwSignal::new(String::new());
    let searched = RwSignal::new(String::new());
    let (statement, amount) = (first.reconciliation_id, first.amount.clone());
    let found: Fetched<parvis_wire::Page<Movement>> = Fetched::new({
        let amount = amount.clone();
        move || {
            let of_amount = same.get();
            let filter = MissingFilter {
                amount: if of_amount {
                    amount.amount.clone()
                } else {
                    String::new()
                },
                currency: if of_amount {
                    amount.currency.clone()
                } else {
                    String::new()
                },
                q: searched.get(),
                any_day: true,
            };
            api::list_missing_movements(statement, filter, None)
        }
    });
    let toggle = move |movement: Movement| {
        chosen.update(|chosen| match chosen.iter().position(|one| one.id == movement.id) {
            Some(at) => drop(chosen.remove(at)),
            None => chosen.push(movement),
        });
    };
    let had = first.movements.clone();
    let candidates = move |page: parvis_wire::Page<Movement>| {
        let mut all = had.clone();
        all.extend(
            page.items
                .into_iter()
                .filter(|movement| !had.iter().any(|one| one.id == movement.id)),
        );
        if all.is_empty() {
            return view! { <Empty title=move || say!(i18n, recon.no_candidates)/> }.into_any();
        }
        let items = all.into_iter().map(|movement| {
            let id = movement.id;
            let text = movement_text(i18n, format, desk, here, &movement);
            let checked = move || chosen.with(|chosen| chosen.iter().any(|one| one.id == id));
            view! {
                <li>
                    <label class="check">
                        <input type="checkbox" prop:checked=checked on:change=move |_| toggle(movement.clone())/>
                        <span>{text}</span>
                    </label>
                </li>
            }
        });
        view! { <ul class="candidates">{items.collect_view()}</ul> }.into_any()
    };
    let submit = move || {
        let before = row.get_untracked();
        let note = note.get_untracked();
        let ids: Vec<Uuid> = chosen.with_untracked(|chosen| chosen.iter().map(|movement| movement.id).collect());
        let patch = ReconciliationRowPatch {
            movement_ids: Patch::Value(ids),
            note: if note.trim().is_empty() {
                Patch::Null
            } else {
                Patch::Value(note)
            },
        };
        form.send(
            api::update_reconciliation_row(before.id, before.version, patch),
            move |after| {
                row.set(after.clone());
                open.set(false);
                toasts.tell(say!(i18n, state.saved));
                told.run(after);
            },
        );
    };
    let what = [
        Some(format.day_short(first.day)),
        first.reference.clone(),
        first.description.clone(),
    ];
    let what = what.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let wanted = format.amount(&first.amount);
    let sum = {
        let wanted = wanted.clone();
        move || {
            let sum = chosen.with(|chosen| sum_of(&first, chosen));
            let sum = sum.map_or_else(|| "–".to_owned(), |sum| format.money(sum));
            say!(i18n, recon.chosen, sum = sum, amount = wanted.clone()).to_string()
        }
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p class="strong">{what} " · " {wanted}</p>
            <fieldset class="stack">
                <legend>{tr!(i18n, recon.movements)}</legend>
                <CheckField label=move || say!(i18n, recon.same_amount) value=same/>
                <div class="row">
                    <TextField form pointer="" label=move || say!(i18n, recon.search) value=typed/>
                    <button type="button" class="btn" on:click=move |_| searched.set(typed.get_untracked())>{tr!(i18n, form.filter)}</button>
                </div>
                <Loaded from=found draw=candidates/>
                <p role="status" class="source">{sum}</p>
            </fieldset>
            <TextArea form pointer="/note" label=move || say!(i18n, recon.note) value=note hint=move || say!(i18n, recon.note_hint)/>
            <FormFailure form/>
            <div class="actions">
                <SubmitButton busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton>
                <Button on_press=move |()| open.set(false)>{tr!(i18n, form.cancel)}</Button>
            </div>
        </form>
    }
}
