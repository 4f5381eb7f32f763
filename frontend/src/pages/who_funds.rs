//! Who funds what: a matrix of lines and funders whose cells carry a bar, so that the picture is the table.

use std::sync::Arc;

use leptos::prelude::*;
use parvis_domain::Money;
use parvis_domain::budgets::GrantKind;
use parvis_wire::budgets::Balance;

use super::money::NameOf;
use crate::charts::chain::{svg, tenths};
use crate::charts::matrix::{Matrix, matrices};
use crate::components::TableBox;
use crate::format::{Format, decimals, formats};
use crate::i18n::{I18n, say, tr, words};

/// The matrices of shares, one per currency and kind.
#[component]
pub fn WhoFunds(
    balances: Vec<Balance>,
    /// How lines are called.
    line: NameOf,
    /// How funders are called.
    funder: NameOf,
) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let tables = matrices(&balances).into_iter();
    let tables = tables
        .map(|matrix| table(i18n, format, matrix, &line, &funder))
        .collect_view();
    view! {
        <div class="stack">
            <p class="source">{tr!(i18n, balances.who_funds_text)}</p>
            {tables}
        </div>
    }
}

fn table(i18n: I18n, format: Format, matrix: Matrix, line: &NameOf, funder: &NameOf) -> impl IntoView + use<> {
    let kind = match matrix.kind {
        GrantKind::Cash => say!(i18n, money.group_cash),
        GrantKind::InKind => say!(i18n, money.group_in_kind),
    };
    let (currency, largest) = (matrix.currency, matrix.largest());
    let title = format!("{currency} · {kind}");
    let digits = decimals(&matrix.amounts(), currency);
    let figure = move |minor| format.figure(Money::new(minor, currency), digits);
    let names: Arc<Vec<String>> = Arc::new(matrix.funders.iter().map(|id| funder(*id)).collect());
    let heads = names
        .iter()
        .map(|name| view! { <th scope="col" role="columnheader" class="num">{name.clone()}</th> });
    let heads = heads.collect_view();
    let share =
        move |(amount, name): (&i64, &String)| cell(i18n, *amount, figure(*amount), tenths(*amount, largest), name);
    let rows: Vec<_> = matrix
        .rows
        .iter()
        .map(|(id, amounts)| {
            let cells: Vec<_> = amounts.iter().zip(names.iter()).map(share).collect();
            let sum = amounts.iter().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{line(*id)}</th>
                    {cells}
                    <td class="num strong" role="cell" data-label=say!(i18n, money.total)>{figure(sum)}</td>
                </tr>
            }
        })
        .collect();
    let totals = matrix.totals();
    let whole = totals.iter().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
    let totals: Vec<_> = totals
        .iter()
        .zip(names.iter())
        .map(|(amount, name)| view! { <td class="num" role="cell" data-label=name.clone()>{figure(*amount)}</td> })
        .collect();
    let label = format!("{}: {title}", say!(i18n, balances.who_funds));
    view! {
        <div class="card flush prints-wide">
            <header><h3>{title}</h3></header>
            <TableBox label=move || label.clone()>
                <table class="table stacks shares" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">{tr!(i18n, money.line)}</th>
                            {heads}
                            <th scope="col" role="columnheader" class="num">{tr!(i18n, money.total)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {rows}
                        <tr class="total" role="row">
                            <th scope="row" role="rowheader">{tr!(i18n, money.total)}</th>
                            {totals}
                            <td class="num" role="cell" data-label=say!(i18n, money.total)>{figure(whole)}</td>
                        </tr>
                    </tbody>
                </table>
            </TableBox>
        </div>
    }
}

/// An amount over its bar.
fn cell(i18n: I18n, amount: i64, figure: String, width: i64, name: &str) -> AnyView {
    if amount == 0 {
        return view! {
            <td class="num muted skip-phone" role="cell"><span aria-hidden="true">"–"</span><span class="sr-only">{tr!(i18n, money.nothing)}</span></td>
        }
        .into_any();
    }
    view! {
        <td class="num" role="cell" data-label=name.to_owned()>
            <span class="share">
                {figure}
                <svg class="chart" width="100%" height="6" aria-hidden="true"><rect class="k-share" x="0" y="0" width=svg(width) height="6"></rect></svg>
            </span>
        </td>
    }
    .into_any()
}
