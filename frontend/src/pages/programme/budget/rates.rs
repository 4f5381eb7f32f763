//! Exchange rates: those that hold in the programme, how they are recorded, and what each funder asks of conversions.

mod import;
mod policies;
mod record;

use std::collections::HashMap;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_wire::budgets::Rate;
use uuid::Uuid;

use self::import::ImportForm;
use self::policies::Policies;
use self::record::RecordForm;
use super::desk::{BudgetHead, DeskHere};
use crate::api::{accounts, query, rates};
use crate::components::{
    Badge, Empty, FailureAlert, Fetched, Form, Glyph, Skeleton, TableBox, TextField, Tone, on_submit,
};
use crate::format::{Format, formats};
use crate::forms::read::amount_text;
use crate::i18n::{I18n, current, decimals, say, tr, words};
use crate::pages::paged::paged;
use crate::pages::programme::frame::Here;

/// A rate in words: `1 EUR = 4480.25 KHR`.
pub fn rate_text(i18n: I18n, from: &str, to: &str, rate: &str) -> String {
    let rate = amount_text(rate, decimals(current(i18n)));
    format!("1\u{202f}{from} = {rate}\u{202f}{to}")
}

/// Asks for the list of rates again, after one was recorded.
#[derive(Clone, Copy)]
struct Changed(RwSignal<u32>);

impl Changed {
    fn here() -> Self {
        expect_context()
    }

    fn tell(self) {
        self.0.update(|times| *times = times.wrapping_add(1));
    }
}

/// The page.
#[component]
pub fn RatesPage() -> impl IntoView {
    let i18n = words();
    let desk = DeskHere::new();
    let here = Here::of_page();
    provide_context(Changed(RwSignal::new(0)));
    view! {
        <BudgetHead desk/>
        {move || desk.failure().map(|failure| view! { <FailureAlert failure retry=move |()| desk.from.refetch()/> })}
        <p class="read">{tr!(i18n, rates.lead)}</p>
        <div class="section-tight"><Pair/><List/></div>
        <Show when=move || here.may(Operation::CreateRate)>
            <section class="section-tight two" aria-labelledby="h-record">
                <RecordForm/>
                <ImportForm/>
            </section>
        </Show>
        <Show when=move || desk.shown.with(Option::is_some) fallback=|| view! { <Skeleton/> }><Policies desk/></Show>
    }
}

/// The pair that the list is narrowed to, in the address.
fn use_pair() -> Memo<(String, String)> {
    let asked = use_query_map();
    Memo::new(move |_| {
        let asked = asked.read();
        (
            asked.get("from").unwrap_or_default(),
            asked.get("to").unwrap_or_default(),
        )
    })
}

#[component]
fn Pair() -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let pair = use_pair();
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        let (wanted_from, wanted_to) = pair.get();
        from.set(wanted_from);
        to.set(wanted_to);
    });
    let path = use_location().pathname;
    let navigate = use_navigate();
    let asked = use_query_map();
    let go = move || {
        let code = |text: RwSignal<String>| text.get_untracked().trim().to_ascii_uppercase();
        let mut faults = parvis_domain::Faults::new();
        for (pointer, code) in [("/from", code(from)), ("/to", code(to))] {
            if !code.is_empty() {
                faults.keep(parvis_domain::Currency::parse(pointer, &code));
            }
        }
        if form.passes(faults.finish(Some(()))).is_none() {
            return;
        }
        let budget = asked.read_untracked().get("budget").unwrap_or_default();
        let href = query(
            &path.get_untracked(),
            &[("budget", &budget), ("from", &code(from)), ("to", &code(to))],
        );
        navigate(&href, Default::default());
    };
    let narrowed = move || pair.with(|(from, to)| !from.is_empty() || !to.is_empty());
    view! {
        <form class="fields filters no-print" role="search" on:submit=on_submit(go) aria-label=move || say!(i18n, form.filter) novalidate>
            <TextField form pointer="/from" label=move || say!(i18n, rates.from) value=from/>
            <TextField form pointer="/to" label=move || say!(i18n, rates.to) value=to/>
            <div class="row full">
                <button type="submit" class="btn">{tr!(i18n, form.filter)}</button>
                <Show when=narrowed><a class="btn quiet" href=move || path.get()>{tr!(i18n, form.clear)}</a></Show>
            </div>
        </form>
    }
}

#[component]
fn List() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let changed = Changed::here();
    let pair = use_pair();
    let member = here.may(Operation::ListMembers);
    let members: Fetched<HashMap<Uuid, String>> = Fetched::new(move || {
        let programme = here.id();
        async move {
            let members = if member {
                accounts::list_members(programme).await?.items
            } else {
                Vec::new()
            };
            Ok(members
                .into_iter()
                .map(|member| (member.user_id, member.name))
                .collect())
        }
    });
    let names = Memo::new(move |_| members.get().and_then(Result::ok).unwrap_or_default());
    let fetch = move |cursor| {
        changed.0.track();
        let (from, to) = pair.get();
        rates::list_rates(here.id(), from, to, cursor)
    };
    let (_, shown) = paged(fetch, move |rates: Vec<Rate>| {
        if rates.is_empty() {
            return view! { <Empty title=move || say!(i18n, rates.none) text=move || say!(i18n, rates.none_text)/> }
                .into_any();
        }
        let rows = rates
            .into_iter()
            .map(|rate| row(i18n, format, rate, names, member))
            .collect_view();
        view! {
            <div class="card flush prints-wide">
                <TableBox label=move || say!(i18n, rates.title)>
                    <table class="table stacks" role="table">
                        <caption class="sr-only">{tr!(i18n, rates.title)}</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col" role="columnheader">{tr!(i18n, rates.rate)}</th>
                                <th scope="col" role="columnheader">{tr!(i18n, rates.valid_on)}</th>
                                <th scope="col" role="columnheader">{tr!(i18n, rates.source)}</th>
                                <th scope="col" role="columnheader">{tr!(i18n, rates.holds_for)}</th>
                                <th scope="col" role="columnheader">{tr!(i18n, rates.recorded)}</th>
                                <th scope="col" role="columnheader">{tr!(i18n, steps.state)}</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                </TableBox>
            </div>
        }
        .into_any()
    });
    shown
}

fn row(
    i18n: I18n,
    format: Format,
    rate: Rate,
    names: Memo<HashMap<Uuid, String>>,
    member: bool,
) -> impl IntoView + use<> {
    let text = rate_text(i18n, &rate.from, &rate.to, &rate.rate);
    let corrected = rate.corrected_by.is_some();
    let recorded_at = rate.recorded_at;
    let by = rate.recorded_by.filter(|_| member);
    let who = move || {
        let name = |id: Uuid| names.with(|names| names.get(&id).cloned());
        by.map(|id| {
            format!(
                " · {}",
                name(id).unwrap_or_else(|| say!(i18n, history.somebody).to_owned())
            )
        })
    };
    let holds_for = match rate.programme_id {
        Some(_) => say!(i18n, rates.this_programme),
        None => say!(i18n, rates.all_programmes),
    };
    let state = corrected.then(|| {
        view! { <Badge tone=Tone::Idle glyph=Glyph::Cross text=move || say!(i18n, rates.corrected)/> }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" class="amount" class:struck=corrected>{text}</th>
            <td role="cell" class="amount" data-label=say!(i18n, rates.valid_on)>{format.day_short(rate.valid_on)}</td>
            <td role="cell" data-label=say!(i18n, rates.source)>{rate.source}</td>
            <td role="cell" data-label=say!(i18n, rates.holds_for)>{holds_for}</td>
            <td role="cell" data-label=say!(i18n, rates.recorded)><span>{format.instant(recorded_at)}{who}</span></td>
            <td role="cell">{state}</td>
        </tr>
    }
}
