//! Adding a budget, and a line with the funders that pay for it.

use leptos::prelude::*;
use parvis_domain::budgets::GrantKind;
use parvis_wire::budgets::{NewBudget, NewLineGrant};
use uuid::Uuid;

use super::desk::DeskHere;
use super::line_fields::{LineDraft, LineFields};
use crate::api::budgets;
use crate::components::{
    Button, ButtonKind, Choice, DateField, Form, FormFailure, SelectField, SubmitButton, TextField, Toasts, on_submit,
};
use crate::forms::read::{Decimals, date_text};
use crate::forms::texts;
use crate::i18n::{decimals, say, tag, tr, words};
use crate::pages::programme::frame::Here;

/// Adds the first budget of a programme, over its whole period unless another is said.
#[component]
pub fn NewBudgetForm() -> impl IntoView {
    let i18n = words();
    let desk = DeskHere::of_page();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let title = RwSignal::new(String::new());
    let starts_on = RwSignal::new(here.with(|programme| date_text(programme.starts_on)));
    let ends_on = RwSignal::new(here.with(|programme| programme.ends_on.map(date_text).unwrap_or_default()));
    let currency = RwSignal::new(here.with(|programme| programme.currency.clone()));
    let submit = move || {
        let request = NewBudget {
            title: texts::localised(tag(i18n.get_locale_untracked()), &title.get_untracked()).unwrap_or_default(),
            starts_on: texts::date(&starts_on.get_untracked()),
            ends_on: texts::optional_date(&ends_on.get_untracked()),
            targets: Vec::new(),
            currency: texts::optional(&currency.get_untracked().to_ascii_uppercase()),
        };
        form.send(budgets::create_budget(here.id(), request), move |_| {
            toasts.tell(say!(i18n, state.saved));
            desk.from.refetch();
        });
    };
    view! {
        <form class="card stack section-tight" on:submit=on_submit(submit) novalidate>
            <h2>{tr!(i18n, budget.new)}</h2>
            <div class="fields">
                <TextField form pointer="/title" label=move || say!(i18n, steps.name) value=title required=true wide=true/>
                <DateField form pointer="/starts_on" label=move || say!(i18n, programme.starts_on) value=starts_on required=true/>
                <DateField form pointer="/ends_on" label=move || say!(i18n, programme.ends_on) value=ends_on/>
                <TextField form pointer="/currency" label=move || say!(i18n, budget.currency) value=currency/>
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton></div>
        </form>
    }
}

/// A funder's share of a line that is being typed.
#[derive(Clone, Copy, PartialEq)]
struct Share {
    id: Uuid,
    funder: RwSignal<String>,
    kind: RwSignal<String>,
    currency: RwSignal<String>,
    planned: RwSignal<String>,
}

impl Share {
    fn new(currency: String) -> Self {
        Self {
            id: crate::browser::random_id(),
            funder: RwSignal::new(String::new()),
            kind: RwSignal::new(GrantKind::Cash.to_string()),
            currency: RwSignal::new(currency),
            planned: RwSignal::new(String::new()),
        }
    }

    fn request(self, decimals: Decimals) -> Option<NewLineGrant> {
        let funder = self.funder.get_untracked().parse().ok()?;
        let currency = self.currency.get_untracked().trim().to_ascii_uppercase();
        Some(NewLineGrant {
            grant_id: None,
            funder_id: Some(funder),
            kind: GrantKind::parse(&self.kind.get_untracked()),
            planned: texts::money(&self.planned.get_untracked(), decimals, &currency),
            granted: None,
            payment_mode: None,
            reference: None,
            decided_on: None,
        })
    }
}

/// Adds a line to the plan.
#[component]
pub fn NewLineForm() -> impl IntoView {
    let i18n = words();
    let desk = DeskHere::of_page();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let draft = LineDraft::new(desk, here, None);
    let shares = RwSignal::new(vec![Share::new(draft.currency())]);
    let submit = move || {
        let decimals = decimals(i18n.get_locale_untracked());
        let grants = shares
            .get_untracked()
            .into_iter()
            .filter_map(|share| share.request(decimals));
        let request = draft.request(i18n, grants.collect());
        if form.passes(request.check()).is_none() {
            return;
        }
        form.send(
            budgets::create_budget_line(desk.with(|desk| desk.budget.id), request),
            move |_| {
                toasts.tell(say!(i18n, state.saved));
                draft.clear();
                shares.set(vec![Share::new(draft.currency())]);
                desk.from.refetch();
            },
        );
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <LineFields form draft/>
            <h3>{tr!(i18n, budget.who_pays)}</h3>
            <For each=move || shares.get() key=|share| share.id let(share)><ShareFields desk form share/></For>
            <div>
                <Button kind=ButtonKind::Quiet on_press=move |()| shares.update(|all| all.push(Share::new(draft.currency())))>
                    {tr!(i18n, budget.add_funder)}
                </Button>
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton></div>
        </form>
    }
}

#[component]
fn ShareFields(desk: DeskHere, form: Form, share: Share) -> impl IntoView {
    let i18n = words();
    let funders = Signal::derive(move || {
        let mut names: Vec<_> = desk.with(|desk| desk.names.iter().map(|(id, name)| (name.clone(), *id)).collect());
        names.sort();
        names
            .into_iter()
            .map(|(name, id)| Choice::new(id, name))
            .collect::<Vec<_>>()
    });
    let kinds = Signal::derive(move || {
        vec![
            Choice::new(GrantKind::Cash, say!(i18n, money.cash)),
            Choice::new(GrantKind::InKind, say!(i18n, money.in_kind)),
        ]
    });
    view! {
        <div class="fields">
            <SelectField form pointer="/grants" label=move || say!(i18n, money.funder) value=share.funder choices=funders none=move || say!(i18n, form.choose)/>
            <SelectField form pointer="" label=move || say!(i18n, movement.kind) value=share.kind choices=kinds/>
            <TextField form pointer="" label=move || say!(i18n, money.planned) value=share.planned figures=true/>
            <TextField form pointer="" label=move || say!(i18n, budget.currency) value=share.currency/>
        </div>
    }
}
