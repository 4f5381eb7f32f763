//! Every rate behind converted totals, what has none, and what was gained or lost by exchange.

use leptos::prelude::*;
use parvis_domain::budgets::rates::RatePolicy;
use parvis_wire::budgets::{ExchangeDifference, MissingRate, UsedRate};

use super::{Page, Shown};
use crate::components::{Alert, TableBox, Tone};
use crate::format::{Format, formats};
use crate::i18n::{I18n, rate_policy, say, tr, words};
use crate::pages::programme::budget::rates::rate_text;

/// The rates used and those that are missing, where totals were converted.
#[component]
pub fn Conversion(shown: Shown) -> impl IntoView {
    let i18n = words();
    let page = Page::here();
    if shown.asked.question.into.is_empty() {
        return ().into_any();
    }
    let (rates, missing) = all_rates(&shown);
    let rates_page = format!("/programmes/{}/budget/rates", page.here.id());
    let missing = (!missing.is_empty()).then(|| {
        let rows = missing.into_iter().map(|one: MissingRate| {
            let funder = page.desk.with(|desk| desk.funder(one.funder_id));
            let policy = rate_policy(i18n, one.policy);
            let said = say!(
                i18n,
                balances.missing_row,
                funder = funder,
                from = one.from,
                to = one.to
            );
            view! { <li>{said} " (" {policy} ")"</li> }
        });
        let rows = rows.collect_view();
        view! {
            <Alert tone=Tone::Warn title=move || say!(i18n, balances.missing)>
                <ul>{rows}</ul>
                <p><a href=rates_page.clone()>{tr!(i18n, balances.record_rate)}</a></p>
            </Alert>
        }
    });
    let list = if rates.is_empty() {
        view! { <p>{tr!(i18n, balances.no_rates)}</p> }.into_any()
    } else {
        view! { <RatesTable rates/> }.into_any()
    };
    view! {
        <section class="section-tight stack" aria-labelledby="h-rates">
            <div><h2 id="h-rates">{tr!(i18n, balances.rates_used)}</h2><p class="source">{tr!(i18n, balances.rates_text)}</p></div>
            {missing}
            {list}
        </section>
    }
    .into_any()
}

/// Those of the whole; by partner those of every partner, each once.
fn all_rates(shown: &Shown) -> (Vec<UsedRate>, Vec<MissingRate>) {
    if let Some(converted) = &shown.balances.converted {
        return (converted.rates.clone(), converted.missing.clone());
    }
    let (mut rates, mut missing) = (Vec::new(), Vec::new());
    for converted in shown.balances.partners.iter().filter_map(|of| of.converted.as_ref()) {
        for rate in &converted.rates {
            if !rates.contains(rate) {
                rates.push(rate.clone());
            }
        }
        for rate in &converted.missing {
            if !missing.contains(rate) {
                missing.push(rate.clone());
            }
        }
    }
    (rates, missing)
}

#[component]
fn RatesTable(rates: Vec<UsedRate>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let page = Page::here();
    let rows = rates.into_iter().map(|rate| {
        let source = match (&rate.source, rate.grant_id) {
            (Some(source), _) => source.clone(),
            (None, Some(grant)) => {
                let funder = page.shown.with(|shown| {
                    let items = shown.as_ref().map(|shown| &shown.balances.items);
                    items
                        .and_then(|items| items.iter().find(|row| row.grant_id == grant))
                        .map(|row| row.funder_id)
                });
                let name = funder.map(|funder| page.desk.with(|desk| desk.funder(funder)));
                format!("{}: {}", name.unwrap_or_default(), say!(i18n, balances.own_exchanges))
            }
            (None, None) => say!(i18n, balances.own_exchanges).to_owned(),
        };
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" class="amount">{rate_text(i18n, &rate.from, &rate.to, &rate.rate)}</th>
                <td role="cell" data-label=say!(i18n, balances.rate_day) class="amount">{format.day_short(rate.on)}</td>
                <td role="cell" data-label=say!(i18n, balances.policy)>{rate_policy(i18n, rate.policy)}</td>
                <td role="cell" data-label=say!(i18n, balances.source)>{source}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="card flush rates-used">
            <TableBox label=move || say!(i18n, balances.rates_used)>
                <table class="table stacks" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">{tr!(i18n, balances.rate)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, balances.rate_day)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, balances.policy)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, balances.source)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </TableBox>
        </div>
    }
}

/// What was gained or lost by exchange, a row per grant; nothing where nothing was exchanged.
#[component]
pub fn Differences(shown: Shown) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let page = Page::here();
    if shown.differences.is_empty() {
        return ().into_any();
    }
    let rows = shown
        .differences
        .into_iter()
        .map(|of| difference(i18n, format, page, of))
        .collect_view();
    view! {
        <section class="section-tight stack" aria-labelledby="h-differences">
            <div><h2 id="h-differences">{tr!(i18n, balances.differences)}</h2><p class="source">{tr!(i18n, balances.differences_text)}</p></div>
            <div class="card flush">
                <TableBox label=move || say!(i18n, balances.differences)>
                    <table class="table stacks" role="table">
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col" role="columnheader">{tr!(i18n, money.funder)}</th>
                                <th scope="col" role="columnheader">{tr!(i18n, balances.policy)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.movements)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.booked)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.at_rate)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.difference)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.without_rate)}</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                </TableBox>
            </div>
        </section>
    }
    .into_any()
}

fn difference(i18n: I18n, format: Format, page: Page, of: ExchangeDifference) -> impl IntoView + use<> {
    let policy: RatePolicy = of.policy;
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{page.desk.with(|desk| desk.funder(of.funder_id))}</th>
            <td role="cell" data-label=say!(i18n, balances.policy)>{rate_policy(i18n, policy)}</td>
            <td role="cell" class="num" data-label=say!(i18n, balances.movements)>{format.number(of.movements.into())}</td>
            <td role="cell" class="num" data-label=say!(i18n, balances.booked)>{format.amount(&of.booked)}</td>
            <td role="cell" class="num" data-label=say!(i18n, balances.at_rate)>{format.amount(&of.at_rate)}</td>
            <td role="cell" class="num strong" data-label=say!(i18n, balances.difference)>{format.amount(&of.difference)}</td>
            <td role="cell" class="num" data-label=say!(i18n, balances.without_rate)>{format.number(of.without_rate.into())}</td>
        </tr>
    }
}
