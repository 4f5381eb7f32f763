//! Revising the plan of one share: the new amounts, from when, and why. The old plan stays in the history.

use leptos::prelude::*;
use parvis_domain::Currency;
use parvis_wire::Patch;
use parvis_wire::budgets::{BudgetLinePatch, PlanRevision};

use super::desk::DeskHere;
use super::movement_form::MovementFields;
use crate::api::budgets;
use crate::components::{ButtonKind, Form, FormFailure, SubmitButton, TextField, Toasts, on_submit};
use crate::forms::{read, texts};
use crate::i18n::{decimals, say, tr, words};

/// The form.
#[component]
pub fn ReviseForm() -> impl IntoView {
    let i18n = words();
    let (desk, fields) = (DeskHere::of_page(), MovementFields::of_page());
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let text = || RwSignal::new(String::new());
    let (planned, granted, reason) = (text(), text(), text());
    let currency = Memo::new(move |_| {
        let (line, grant) = fields.share()?;
        desk.with(|desk| desk.balance(line, grant).map(|row| row.planned.currency.clone()))
    });
    // The fields show what holds now, and follow the share that is chosen.
    Effect::new(move |_| {
        let Some((line, grant)) = fields.share() else { return };
        let decimals = decimals(i18n.get_locale_untracked());
        let now = desk.with(|desk| {
            desk.balance(line, grant)
                .map(|row| (row.planned.amount.clone(), row.granted.amount.clone()))
        });
        if let Some((plan, decision)) = now {
            planned.set(read::amount_text(&plan, decimals));
            granted.set(read::amount_text(&decision, decimals));
        }
    });
    let submit = move || {
        let (Some((line_id, grant_id)), Some(currency)) = (fields.share(), currency.get_untracked()) else {
            return;
        };
        let Some(version) = desk.with(|desk| {
            desk.lines
                .iter()
                .find(|line| line.id == line_id)
                .map(|line| line.version)
        }) else {
            return;
        };
        let decimals = decimals(i18n.get_locale_untracked());
        let revision = PlanRevision {
            grant_id,
            planned: texts::optional_money(&planned.get_untracked(), decimals, &currency),
            granted: texts::optional_money(&granted.get_untracked(), decimals, &currency),
            booked_on: None,
            reason: reason.get_untracked(),
        };
        let patch = BudgetLinePatch {
            revisions: Patch::Value(vec![revision]),
            ..BudgetLinePatch::default()
        };
        form.send(budgets::update_budget_line(line_id, version, patch), move |_| {
            toasts.tell(say!(i18n, state.saved));
            reason.set(String::new());
            desk.from.refetch();
        });
    };
    let in_currency = move |text: &str| {
        let code = currency.get().and_then(|code| Currency::parse("", &code).ok());
        format!("{text} ({})", code.map(Currency::code).unwrap_or_default())
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <div class="fields">
                <TextField form pointer="/revisions/0/planned" label=move || in_currency(say!(i18n, money.planned)) value=planned figures=true/>
                <TextField form pointer="/revisions/0/granted" label=move || in_currency(say!(i18n, money.granted)) value=granted figures=true/>
                <TextField form pointer="/revisions/0/reason" label=move || say!(i18n, movement.reason) value=reason required=true wide=true/>
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, budget.revise)}</SubmitButton></div>
        </form>
    }
}
