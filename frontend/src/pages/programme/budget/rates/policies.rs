//! In which currency each funder wants its reports, at which rates, and what that means.

use std::collections::BTreeMap;

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::rates::RatePolicy;
use parvis_wire::Patch;
use parvis_wire::budgets::{FunderRatePolicy, NewRatePolicy, RatePolicyPatch};
use uuid::Uuid;

use crate::api::{movements, rates};
use crate::components::{
    ButtonKind, Choice, Fetched, Form, FormFailure, Loaded, SelectField, SubmitButton, TableBox, TextField, Toasts,
    on_submit,
};
use crate::i18n::{I18n, rate_policy, say, tr, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// What a policy means.
fn meaning(i18n: I18n, policy: RatePolicy) -> &'static str {
    match policy {
        RatePolicy::Exchange => say!(i18n, rate_policy.exchange_text),
        RatePolicy::Monthly => say!(i18n, rate_policy.monthly_text),
        RatePolicy::Average => say!(i18n, rate_policy.average_text),
    }
}

/// The funders of the budget, each with what it asks, and the form to record it.
#[component]
pub fn Policies(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let from: Fetched<_> = Fetched::new(move || movements::list_funder_policies(here.id()));
    let meanings = move || {
        let all = RatePolicy::ALL.iter().map(|policy| {
            view! { <div><dt>{rate_policy(i18n, *policy)}</dt><dd>{meaning(i18n, *policy)}</dd></div> }
        });
        all.collect_view()
    };
    view! {
        <section class="section-tight stack" aria-labelledby="h-policies">
            <div><h2 id="h-policies">{tr!(i18n, rates.policies)}</h2><p class="source read">{tr!(i18n, rates.policies_text)}</p></div>
            <dl class="facts">{meanings}</dl>
            <Loaded from draw=move |policies| view! { <Table desk policies/> }/>
            <Show when=move || here.may(Operation::CreateRatePolicy)><PolicyForm desk from/></Show>
        </section>
    }
}

/// The funders of a budget, and those of which something is recorded, by name.
fn funders(desk: DeskHere, policies: &[FunderRatePolicy]) -> Vec<(String, Uuid)> {
    let of_plan = desk.with(|desk| desk.balances.items.iter().map(|row| row.funder_id).collect::<Vec<_>>());
    let all = of_plan
        .into_iter()
        .chain(policies.iter().map(|policy| policy.funder_id));
    let named: BTreeMap<Uuid, String> = all.map(|id| (id, desk.with(|desk| desk.funder(id)))).collect();
    let mut named: Vec<(String, Uuid)> = named.into_iter().map(|(id, name)| (name, id)).collect();
    named.sort();
    named
}

#[component]
fn Table(desk: DeskHere, policies: Vec<FunderRatePolicy>) -> impl IntoView {
    let i18n = words();
    let rows = funders(desk, &policies).into_iter().map(|(name, id)| {
        let found = policies.iter().find(|policy| policy.funder_id == id);
        let currency = found.map(|policy| policy.currency.clone());
        let policy = found.map_or(RatePolicy::DEFAULT, |policy| policy.policy);
        let unsaid = found.is_none().then(|| view! { <span class="source">" (" {tr!(i18n, rates.not_recorded)} ")"</span> });
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">{name}</th>
                <td role="cell" data-label=say!(i18n, rates.reports_in)>{currency.unwrap_or_else(|| "–".to_owned())}</td>
                <td role="cell" data-label=say!(i18n, rates.policy)><span>{rate_policy(i18n, policy)}{unsaid}</span></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="card flush">
            <TableBox label=move || say!(i18n, rates.policies)>
                <table class="table stacks" role="table">
                    <caption class="sr-only">{tr!(i18n, rates.policies)}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">{tr!(i18n, money.funder)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, rates.reports_in)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, rates.policy)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </TableBox>
        </div>
    }
}

/// Records or changes what a funder asks.
#[component]
fn PolicyForm(desk: DeskHere, from: Fetched<Vec<FunderRatePolicy>>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let funder = RwSignal::new(String::new());
    let currency = RwSignal::new(String::new());
    let policy = RwSignal::new(RatePolicy::DEFAULT.to_string());
    let known = Signal::derive(move || from.get().and_then(Result::ok).unwrap_or_default());
    let of_funder = move |policies: Vec<FunderRatePolicy>, id: &str| {
        policies.into_iter().find(|policy| policy.funder_id.to_string() == id)
    };
    Effect::new(move |_| {
        let found = of_funder(known.get(), &funder.get());
        let fallback = || desk.with(|desk| desk.budget.currency.clone());
        policy.set(
            found
                .as_ref()
                .map_or(RatePolicy::DEFAULT, |found| found.policy)
                .to_string(),
        );
        currency.set(found.map_or_else(fallback, |found| found.currency));
    });
    let submit = move || {
        let wanted = funder.get_untracked();
        let (Ok(funder_id), Some(policy)) = (wanted.parse::<Uuid>(), RatePolicy::parse(&policy.get_untracked())) else {
            return;
        };
        let new = NewRatePolicy {
            funder_id,
            currency: currency.get_untracked().trim().to_ascii_uppercase(),
            policy,
        };
        if form.passes(new.check()).is_none() {
            return;
        }
        let before = of_funder(known.get_untracked(), &wanted);
        let programme = here.id();
        let call = async move {
            match before {
                Some(before) => {
                    let patch = RatePolicyPatch {
                        currency: Patch::Value(new.currency),
                        policy: Patch::Value(new.policy),
                    };
                    rates::update_rate_policy(before.id, before.version, patch).await
                }
                None => rates::create_rate_policy(programme, new).await,
            }
        };
        form.send(call, move |_| {
            toasts.tell(say!(i18n, state.saved));
            from.refetch();
        });
    };
    let choices = Signal::derive(move || {
        let all = funders(desk, &known.get());
        all.into_iter()
            .map(|(name, id)| Choice::new(id, name))
            .collect::<Vec<_>>()
    });
    let policies = Signal::derive(move || {
        RatePolicy::ALL
            .iter()
            .map(|policy| Choice::new(policy, rate_policy(i18n, *policy)))
            .collect::<Vec<_>>()
    });
    view! {
        <form class="card stack no-print" on:submit=on_submit(submit) novalidate>
            <h3>{tr!(i18n, rates.set_policy)}</h3>
            <div class="fields">
                <SelectField form pointer="/funder_id" label=move || say!(i18n, money.funder) value=funder choices none=move || say!(i18n, form.choose)/>
                <TextField form pointer="/currency" label=move || say!(i18n, rates.reports_in) value=currency required=true/>
                <SelectField form pointer="/policy" label=move || say!(i18n, rates.policy) value=policy choices=policies/>
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton></div>
        </form>
    }
}
