//! What is open in a year: movements that wait for a second person, commitments that go on, plan that nothing is bound to.

use std::collections::BTreeMap;

use leptos::prelude::*;
use parvis_domain::Money;
use parvis_wire::budgets::BudgetYear;
use uuid::Uuid;

use crate::api::query;
use crate::components::{Alert, TableBox, Tone};
use crate::format::{Format, formats};
use crate::i18n::{movement_kind, say, tr, words};
use crate::ledger::money;
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// Sums of amounts, one for each currency: `EUR 1,200.00, USD 80.00`.
pub(super) fn sums<'a>(format: Format, amounts: impl Iterator<Item = &'a parvis_wire::Money>) -> String {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for amount in amounts.filter_map(money) {
        *sums.entry(amount.currency).or_default() += amount.minor;
    }
    let written = sums
        .into_iter()
        .map(|(currency, minor)| format.money(Money::new(minor, currency)));
    written.collect::<Vec<_>>().join(", ")
}

/// The lists.
#[component]
pub(super) fn OpenItems(desk: DeskHere, year: BudgetYear) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let carried = year.carried_over.iter().map(|item| Share {
        line: item.line_id,
        grant: item.grant_id,
        figures: [item.committed.clone(), item.disbursed.clone(), item.amount.clone()],
    });
    let carried: Vec<_> = carried.collect();
    let uncommitted = year.uncommitted.iter().map(|item| Share {
        line: item.line_id,
        grant: item.grant_id,
        figures: [item.planned.clone(), item.committed.clone(), item.amount.clone()],
    });
    let uncommitted: Vec<_> = uncommitted.collect();
    let total = |all: &[Share]| sums(format, all.iter().map(|share| share.amount()));
    let carried_title = say!(
        i18n,
        years.carried_over,
        count = carried.len(),
        amounts = total(&carried)
    );
    let uncommitted_title = say!(
        i18n,
        years.uncommitted,
        count = uncommitted.len(),
        amounts = total(&uncommitted)
    );
    let shares =
        |title: String, heads, all: Vec<Share>| (!all.is_empty()).then(|| view! { <Shares desk title heads all/> });
    let heads_carried = [
        say!(i18n, money.committed),
        say!(i18n, money.disbursed),
        say!(i18n, years.goes_on),
    ];
    let heads_uncommitted = [
        say!(i18n, money.planned),
        say!(i18n, money.committed),
        say!(i18n, years.lapses),
    ];
    view! {
        <Pending desk year/>
        {shares(carried_title, heads_carried, carried)}
        {shares(uncommitted_title, heads_uncommitted, uncommitted)}
    }
}

/// What is left of a share, after two figures that explain it.
struct Share {
    line: Uuid,
    grant: Uuid,
    figures: [parvis_wire::Money; 3],
}

impl Share {
    fn amount(&self) -> &parvis_wire::Money {
        let [_, _, amount] = &self.figures;
        amount
    }
}

#[component]
fn Pending(desk: DeskHere, year: BudgetYear) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    if year.pending.is_empty() {
        return None;
    }
    let budget = year.budget_id.to_string();
    let count = year.pending.len();
    let rows = year
        .pending
        .into_iter()
        .map(|item| {
            let (path, line) = (format!("/programmes/{}/budget/movements", here.id()), item.line_id.to_string());
            let href = query(&path, &[("budget", &budget), ("line_id", &line)]);
            let line = here.get().map(|programme| desk.with(|desk| desk.line(i18n, item.line_id, &programme)));
            let amount = format.amount(&item.amount);
            view! {
                <li><a href=href>{movement_kind(i18n, item.kind)} ", " {amount}</a> ", " {format.day(item.booked_on)} ", " {line}</li>
            }
        })
        .collect_view();
    Some(view! {
        <Alert tone=Tone::Warn title=move || say!(i18n, years.pending, count = count)>
            <ul>{rows}</ul>
        </Alert>
    })
}

#[component]
fn Shares(desk: DeskHere, title: String, heads: [&'static str; 3], all: Vec<Share>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let funder = move |grant: Uuid| {
        desk.with(|desk| {
            let row = desk.balances.items.iter().find(|row| row.grant_id == grant);
            row.map(|row| desk.funder(row.funder_id)).unwrap_or_default()
        })
    };
    let rows = all
        .into_iter()
        .map(|share| {
            let line = here.get().map(|programme| desk.with(|desk| desk.line(i18n, share.line, &programme)));
            let figures = share.figures.iter().zip(heads).map(|(amount, head)| {
                let shown = format.amount(amount);
                view! { <td class="num" data-label=head>{shown}</td> }
            });
            view! { <tr><th scope="row">{line} <span class="source">" · " {funder(share.grant)}</span></th>{figures.collect_view()}</tr> }
        })
        .collect_view();
    let columns = heads.map(|head| view! { <th scope="col" class="num">{head}</th> });
    let (label, caption) = (title.clone(), title.clone());
    view! {
        <details class="disclosure">
            <summary>{title}</summary>
            <TableBox label=move || label.clone()>
                <table class="table stacks">
                    <caption class="sr-only">{caption}</caption>
                    <thead><tr><th scope="col">{tr!(i18n, money.line)}</th>{columns.into_iter().collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
        </details>
    }
}
