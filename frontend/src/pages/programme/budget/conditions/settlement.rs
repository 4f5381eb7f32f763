//! What is still due on a grant, or would be claimed back: worked out when somebody asks.

use leptos::prelude::*;
use parvis_domain::Money;
use parvis_wire::budgets::{Grant, Settlement};

use super::acts::Acts;
use crate::api::conditions as api;
use crate::components::{Alert, Fetched, Loaded, Tone};
use crate::format::formats;
use crate::i18n::{say, tr, words};
use crate::ledger::money;

/// The settlement, folded until it is asked for.
#[component]
pub(super) fn SettlementFold(grant: Grant) -> impl IntoView {
    let i18n = words();
    let asked = RwSignal::new(false);
    let grant = StoredValue::new(grant);
    view! {
        <details class="disclosure settlement" on:toggle=move |_| asked.set(true)>
            <summary>{tr!(i18n, settlement.title)}</summary>
            <Show when=move || asked.get()><Worked grant=grant.get_value()/></Show>
        </details>
    }
}

#[component]
fn Worked(grant: Grant) -> impl IntoView {
    let acts = Acts::of_page();
    let id = grant.id;
    let settlement: Fetched<Settlement> = Fetched::new(move || {
        acts.follow();
        api::get_settlement(id)
    });
    let rate = grant.rate_percent;
    view! { <Loaded from=settlement draw=move |settlement| view! { <Shown settlement rate=rate.clone()/> }/> }
}

#[component]
fn Shown(settlement: Settlement, rate: Option<String>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let due = money(&settlement.due)?;
    let row = |name: &'static str, amount: &parvis_wire::Money| {
        view! { <tr><th scope="row">{name}</th><td class="num">{format.amount(amount)}</td></tr> }
    };
    let accepted = match &rate {
        Some(rate) => say!(i18n, settlement.accepted_at, rate = format.percent_text(rate)),
        None => say!(i18n, settlement.accepted_whole).to_owned(),
    };
    let elsewhere: Vec<_> = settlement
        .accepted_elsewhere
        .iter()
        .map(|amount| format.amount(amount))
        .collect();
    let elsewhere = (!elsewhere.is_empty())
        .then(|| view! { <p class="source">{say!(i18n, settlement.elsewhere, amounts = elsewhere.join(", "))}</p> });
    let (tone, verdict) = match due.minor {
        0 => (Tone::Ok, say!(i18n, settlement.even).to_owned()),
        minor if minor > 0 => (Tone::Info, say!(i18n, settlement.due, amount = format.money(due))),
        minor => {
            let back = Money::new(-minor, due.currency);
            (
                Tone::Warn,
                say!(i18n, settlement.claimed_back, amount = format.money(back)),
            )
        }
    };
    Some(view! {
        <div class="stack">
            <table class="table drill">
                <caption class="sr-only">{tr!(i18n, settlement.title)}</caption>
                <tbody>
                    {row(say!(i18n, money.granted), &settlement.granted)}
                    {row(say!(i18n, settlement.accepted), &settlement.accepted)}
                    {row(say!(i18n, settlement.payable), &settlement.payable)}
                    {row(say!(i18n, money.disbursed), &settlement.disbursed)}
                    <tr class="total big"><th scope="row">{tr!(i18n, settlement.due_row)}</th><td class="num" class:is-bad={due.minor < 0}>{format.money(due)}</td></tr>
                </tbody>
            </table>
            <p class="source">{accepted}</p>
            {elsewhere}
            <Alert tone title=move || verdict.clone()/>
        </div>
    })
}
