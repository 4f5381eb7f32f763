//! The table of the chain of money: a group per currency and kind, each with its own total and a bar to its own scale.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use parvis_domain::Money;
use parvis_domain::budgets::GrantKind;
use uuid::Uuid;

use crate::charts::chain::percent;
use crate::components::{ChainLegend, MoneyBar, TableBox};
use crate::format::{Format, decimals, formats};
use crate::i18n::{I18n, say, tr, words};
use crate::ledger::{Group, Sums};

/// How the rows of a table are called.
pub type NameOf = std::sync::Arc<dyn Fn(Uuid) -> String + Send + Sync>;

/// The table. `first` heads the column of names.
#[component]
pub fn MoneyTable(
    groups: Vec<Group>,
    #[prop(into)] first: TextProp,
    #[prop(into)] caption: TextProp,
    name: NameOf,
    /// Shown below: the date and the origin of the figures.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let in_kind = groups.iter().any(|group| group.kind == GrantKind::InKind);
    let bodies = groups
        .into_iter()
        .map(|group| body(i18n, format, group, &name))
        .collect_view();
    let label = caption.clone();
    view! {
        <div class="card flush">
            <ChainLegend in_kind/>
            <TableBox label=move || label.get()>
                <table class="table stacks money" role="table">
                    <caption class="sr-only">{move || caption.get()}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">{move || first.get()}</th>
                            <th scope="col" role="columnheader"><span class="sr-only">{tr!(i18n, money.progress)}</span></th>
                            <th scope="col" role="columnheader" class="num">{tr!(i18n, money.planned)}</th>
                            <th scope="col" role="columnheader" class="num">{tr!(i18n, money.committed)}</th>
                            <th scope="col" role="columnheader" class="num">{tr!(i18n, money.disbursed)}</th>
                            <th scope="col" role="columnheader" class="num">{tr!(i18n, money.spent)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{bodies}</tbody>
                </table>
            </TableBox>
            {children.map(|children| view! { <p class="foot source">{children()}</p> })}
        </div>
    }
}

fn body(i18n: I18n, format: Format, group: Group, name: &NameOf) -> impl IntoView + use<> {
    let head = match group.kind {
        GrantKind::Cash => say!(i18n, money.group_cash),
        GrantKind::InKind => say!(i18n, money.group_in_kind),
    };
    let total = format!("{} {}", say!(i18n, money.total), group.currency);
    let of_group = group.clone();
    let row = move |title: String, sums: Sums, class: &'static str| row(i18n, format, &of_group, title, sums, class);
    let rows: Vec<_> = group.rows.iter().map(|(id, sums)| row(name(*id), *sums, "")).collect();
    let several = group.rows.len() > 1;
    view! {
        <tr class="group" role="row">
            <th scope="rowgroup" role="rowheader" colspan="6">{group.currency.to_string()} " " <span class="muted">"· " {head}</span></th>
        </tr>
        {rows}
        {several.then(|| row(total, group.total, "total"))}
    }
}

fn row(
    i18n: I18n,
    format: Format,
    group: &Group,
    title: String,
    sums: Sums,
    class: &'static str,
) -> impl IntoView + use<> {
    let chain = sums.chain;
    let all = group.rows.iter().flat_map(|(_, sums)| {
        let chain = sums.chain;
        [
            chain.planned,
            chain.committed,
            chain.disbursed,
            chain.spent,
            chain.contributed,
        ]
    });
    let digits = decimals(&all.collect::<Vec<_>>(), group.currency);
    let (currency, kind) = (group.currency, group.kind);
    let figure = move |minor| format.figure(Money::new(minor, currency), digits);
    let said = title.clone();
    let label = move || match kind {
        GrantKind::Cash => {
            let (committed, spent) = (
                percent(chain.committed, chain.planned),
                percent(chain.spent, chain.planned),
            );
            say!(
                i18n,
                money.bar_cash,
                name = said.clone(),
                committed = format.percent(committed),
                spent = format.percent(spent)
            )
        }
        GrantKind::InKind => {
            let share = format.percent(percent(chain.contributed, chain.planned));
            say!(i18n, money.bar_kind, name = said.clone(), contributed = share)
        }
    };
    let none = move || view! { <span class="muted">{tr!(i18n, money.not_applicable)}</span> };
    let rest = match kind {
        GrantKind::Cash => view! {
            <td class="num" role="cell" data-label=say!(i18n, money.committed)>{figure(chain.committed)}</td>
            <td class="num" role="cell" data-label=say!(i18n, money.disbursed)>{figure(chain.disbursed)}</td>
            <td class="num" role="cell" data-label=say!(i18n, money.spent)>{figure(chain.spent)}</td>
        }
        .into_any(),
        GrantKind::InKind => view! {
            <td class="num" role="cell" data-label=say!(i18n, money.committed)>{none()}</td>
            <td class="num" role="cell" data-label=say!(i18n, money.disbursed)>{none()}</td>
            <td class="num" role="cell" data-label=say!(i18n, money.contributed)>{figure(chain.contributed)}</td>
        }
        .into_any(),
    };
    view! {
        <tr class=class role="row">
            <th scope="row" role="rowheader">{title}</th>
            <td class="bar-cell" role="cell"><MoneyBar chain label in_kind={kind == GrantKind::InKind}/></td>
            <td class="num" role="cell" data-label=say!(i18n, money.planned)>{figure(chain.planned)}</td>
            {rest}
        </tr>
    }
}
