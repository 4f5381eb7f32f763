//! Releasing a tranche, splitting it, and taking it away.

use leptos::prelude::*;
use parvis_domain::Money;
use parvis_domain::budgets::tranches::{self as rules, ConditionKind};
use parvis_domain::percentage::Percentage;
use parvis_wire::budgets::{Tranche, TrancheRelease, TrancheSplit};

use super::acts::Acts;
use super::grant_forms::Actions;
use super::words::explain;
use crate::api::{Failure, conditions as api};
use crate::components::{
    ButtonKind, DateField, FailureAlert, Form, FormFailure, Glyph, Icon, TextField, Toasts, on_submit,
};
use crate::format::formats;
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{decimals, say, tr, words};
use crate::ledger::money;
use crate::pages::programme::frame::Here;

/// Releases a tranche; where a condition is not met, the refusal says which and what is missing.
#[component]
pub(super) fn ReleaseForm(tranche: Tranche) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let day = RwSignal::new(date_text(Here::of_page().today()));
    let (id, version) = (tranche.id, tranche.version);
    let amount = format.amount(&tranche.amount);
    let submit = move || {
        let release = TrancheRelease {
            released_on: texts::optional_date(&day.get_untracked()),
        };
        form.send(api::release_tranche(id, version, release), move |_| {
            acts.done(i18n, toasts, Some(id));
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p>{say!(i18n, conditions.release_text, amount = amount)}</p>
            <DateField form pointer="/released_on" label=move || say!(i18n, conditions.release_day) value=day/>
            {move || form.failure().map(|failure| view! { <Refused failure/> })}
            <Actions form>{tr!(i18n, conditions.release)}</Actions>
        </form>
    }
}

/// Why a tranche was not released: every condition that is not met, in words.
#[component]
fn Refused(failure: Failure) -> impl IntoView {
    let i18n = words();
    let format = formats();
    if failure.code != "tranche_conditions_unmet" {
        return view! { <FailureAlert failure/> }.into_any();
    }
    let count = failure.faults.len();
    let missing = move || {
        failure
            .faults
            .iter()
            .map(|fault| {
                let kind = fault
                    .params
                    .get("condition")
                    .and_then(|kind| ConditionKind::parse(kind));
                let text = match kind {
                    Some(kind) => explain(i18n, format, kind, false, &fault.params),
                    None => fault.detail.clone(),
                };
                view! { <li>{text}</li> }
            })
            .collect_view()
    };
    view! {
        <div class="alert bad held" role="alert" tabindex="-1" data-problem="tranche_conditions_unmet">
            <Icon glyph=Glyph::Held/>
            <div>
                <p class="title">{move || say!(i18n, conditions.refused, count = count)}</p>
                <ul>{missing}</ul>
                <p>{tr!(i18n, conditions.refused_text)}</p>
            </div>
        </div>
    }
    .into_any()
}

/// Splits a tranche, such as the last instalment into 80 % and 20 %.
#[component]
pub(super) fn SplitForm(tranche: Tranche) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let parts = RwSignal::new("80 / 20".to_owned());
    let (id, version) = (tranche.id, tranche.version);
    let amount = money(&tranche.amount);
    let shares = move || texts::percents(&parts.get(), decimals(i18n.get_locale_untracked()));
    let preview = move || {
        let amount = amount?;
        let percents: Option<Vec<_>> = shares().iter().map(|part| Percentage::parse("", part).ok()).collect();
        let amounts = rules::split(amount.minor, &percents?).ok()?;
        let shown = amounts
            .into_iter()
            .map(|minor| format.money(Money::new(minor, amount.currency)));
        Some(shown.collect::<Vec<_>>().join(" + "))
    };
    let submit = move || {
        let split = TrancheSplit {
            parts: texts::percents(&parts.get_untracked(), decimals(i18n.get_locale_untracked())),
        };
        form.send(api::split_tranche(id, version, split), move |_| {
            acts.done(i18n, toasts, Some(id));
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p class="source">{tr!(i18n, conditions.split_text)}</p>
            <TextField
                form
                pointer="/parts"
                label=move || say!(i18n, conditions.parts)
                hint=move || say!(i18n, conditions.parts_hint)
                value=parts
                required=true
            />
            <p role="status">{move || preview().unwrap_or_else(|| say!(i18n, conditions.parts_wrong).to_owned())}</p>
            <FormFailure form/>
            <Actions form>{tr!(i18n, conditions.split)}</Actions>
        </form>
    }
}

/// Takes a tranche away.
#[component]
pub(super) fn ArchiveTrancheForm(tranche: Tranche) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let submit = move || {
        form.send(api::archive_tranche(tranche.id, tranche.version), move |()| {
            acts.done(i18n, toasts, None);
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit)>
            <p>{tr!(i18n, conditions.archive_text)}</p>
            <FormFailure form/>
            <Actions form kind=ButtonKind::Danger>{tr!(i18n, form.remove)}</Actions>
        </form>
    }
}
