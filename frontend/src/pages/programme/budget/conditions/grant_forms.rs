//! What a grant says of itself that its payment depends on: the maximum rate of accepted cost, and its last day.

use leptos::prelude::*;
use parvis_wire::budgets::{Grant, GrantPatch};

use super::acts::Acts;
use crate::api::conditions as api;
use crate::components::{Button, DateField, Form, FormFailure, SubmitButton, TextField, Toasts, on_submit};
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{decimals, say, tr, words};

/// Changes the terms of a grant.
#[component]
pub(super) fn TermsForm(grant: Grant) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let written = |rate: &str| crate::forms::read::amount_text(rate, decimals(i18n.get_locale_untracked()));
    let rate = RwSignal::new(grant.rate_percent.as_deref().map(written).unwrap_or_default());
    let expires = RwSignal::new(grant.expires_on.map(date_text).unwrap_or_default());
    let (id, version) = (grant.id, grant.version);
    let before = grant;
    let submit = move || {
        let typed = rate.get_untracked();
        let rate = texts::optional(&typed).map(|text| texts::percent(&text, decimals(i18n.get_locale_untracked())));
        let patch = GrantPatch {
            rate_percent: texts::patch(before.rate_percent.clone(), rate),
            expires_on: texts::patch(
                before.expires_on.map(|day| day.to_string()),
                texts::optional_date(&expires.get_untracked()),
            ),
            ..GrantPatch::default()
        };
        form.send(api::update_grant(id, version, patch), move |_| {
            acts.changed_terms();
            acts.done(i18n, toasts, None);
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <TextField
                form
                pointer="/rate_percent"
                label=move || say!(i18n, conditions.rate_field)
                hint=move || say!(i18n, conditions.rate_hint)
                value=rate
                figures=true
            />
            <DateField form pointer="/expires_on" label=move || say!(i18n, conditions.expires_field) value=expires/>
            <FormFailure form/>
            <Actions form>{tr!(i18n, form.save)}</Actions>
        </form>
    }
}

/// The buttons of a form in the dialog: send it, or leave.
#[component]
pub(super) fn Actions(
    form: Form,
    #[prop(optional)] kind: crate::components::ButtonKind,
    children: Children,
) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let kind = match kind {
        crate::components::ButtonKind::Danger => kind,
        _ => crate::components::ButtonKind::Primary,
    };
    view! {
        <div class="actions">
            <SubmitButton kind busy=form.busy()>{children()}</SubmitButton>
            <Button on_press=move |()| acts.leave()>{tr!(i18n, form.cancel)}</Button>
        </div>
    }
}
