//! What partners received, passed on and spent. Here alone transfers count.

use leptos::prelude::*;
use parvis_domain::budgets::balances::RollUp;
use parvis_domain::budgets::{GrantKind, MovementKind, MovementStatus};
use parvis_wire::budgets::{PartnerBalance, PartnerTotal};

use super::table::section_name;
use super::{Page, Shown};
use crate::api::query;
use crate::components::TableBox;
use crate::format::{Format, formats};
use crate::i18n::{I18n, movement_kind, say, tr, words};
use crate::ledger::money;

/// One table per currency and kind, and those of the currency that was asked for.
#[component]
pub fn PartnersTable(shown: Shown) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let page = Page::here();
    let own = |of: &PartnerBalance| of.totals.clone();
    let converted = |of: &PartnerBalance| of.converted.as_ref().map(|c| c.totals.clone()).unwrap_or_default();
    let mut tables = tables(i18n, format, page, &shown, false, own);
    if !shown.asked.question.into.is_empty() {
        tables.extend(self::tables(i18n, format, page, &shown, true, converted));
    }
    view! {
        {tables}
        <p class="source">{tr!(i18n, balances.partners_note)}</p>
    }
}

fn tables(
    i18n: I18n,
    format: Format,
    page: Page,
    shown: &Shown,
    converted: bool,
    totals: impl Fn(&PartnerBalance) -> Vec<PartnerTotal>,
) -> Vec<AnyView> {
    let mut kinds: Vec<(GrantKind, String)> = shown
        .balances
        .partners
        .iter()
        .flat_map(&totals)
        .map(|total| (total.kind, total.currency))
        .collect();
    kinds.sort();
    kinds.dedup();
    let table = |(kind, currency): (GrantKind, String)| {
        let rows = shown.balances.partners.iter().filter_map(|of| {
            let all = totals(of);
            let total = all
                .iter()
                .find(|total| total.kind == kind && total.currency == currency)?;
            Some(row(i18n, format, page, of, total))
        });
        let rows: Vec<_> = rows.collect();
        let name = section_name(i18n, &currency, kind);
        let name = if converted {
            format!("{name}, {}", say!(i18n, balances.converted))
        } else {
            name
        };
        let label = name.clone();
        view! {
            <section class="card flush section-tight prints-wide">
                <header><h2>{name}</h2></header>
                <TableBox label=move || label.clone()>
                    <table class="table stacks figures" role="table">
                        <thead role="rowgroup">
                            <tr role="row">
                                <th scope="col" role="columnheader">{tr!(i18n, balances.partner)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.received)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.passed_on)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, balances.net)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, money.spent)}</th>
                                <th scope="col" role="columnheader" class="num">{tr!(i18n, money.contributed)}</th>
                                <th scope="col" role="columnheader">{tr!(i18n, balances.entries)}</th>
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                </TableBox>
            </section>
        }
        .into_any()
    };
    kinds.into_iter().map(table).collect()
}

fn row(i18n: I18n, format: Format, page: Page, of: &PartnerBalance, total: &PartnerTotal) -> impl IntoView + use<> {
    let id = of.partner_id.map(|id| id.to_string());
    let name = page.row_name(i18n, RollUp::Partner, id.as_deref());
    let figure = |amount: &parvis_wire::Money| money(amount).map(|money| format.figure(money, money.currency.digits()));
    let entries = id.map(|id| entries(i18n, page, &id, &name, total.kind));
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{name}</th>
            <td role="cell" class="num" data-label=say!(i18n, balances.received)>{figure(&total.received)}</td>
            <td role="cell" class="num" data-label=say!(i18n, balances.passed_on)>{figure(&total.passed_on)}</td>
            <td role="cell" class="num strong" data-label=say!(i18n, balances.net)>{figure(&total.net)}</td>
            <td role="cell" class="num" data-label=say!(i18n, money.spent)>{figure(&total.spent)}</td>
            <td role="cell" class="num" data-label=say!(i18n, money.contributed)>{figure(&total.contributed)}</td>
            <td role="cell" data-label=say!(i18n, balances.entries)><span class="row">{entries}</span></td>
        </tr>
    }
}

/// The ways to the entries of a partner: what it got, what it passed on, what it spent or contributed.
fn entries(i18n: I18n, page: Page, partner: &str, name: &str, kind: GrantKind) -> impl IntoView + use<> {
    let asked = page.asked.get_untracked();
    let link = |said: &'static str, side: &'static str, kind: Option<MovementKind>| {
        let href = query(
            &format!("/programmes/{}/budget/movements", page.here.id()),
            &[
                ("budget", &asked.budget.to_string()),
                (side, partner),
                ("kind", kind.map(MovementKind::as_str).unwrap_or_default()),
                ("status", MovementStatus::Approved.as_str()),
                ("booked_to", &asked.question.as_of),
            ],
        );
        view! { <a class="entries" href=href aria-label=format!("{said}: {name}")>{said}</a> }
    };
    match kind {
        GrantKind::Cash => vec![
            link(say!(i18n, balances.received), "payee_id", None),
            link(say!(i18n, balances.passed_on), "payer_id", None),
            link(
                movement_kind(i18n, MovementKind::Expenditure),
                "payer_id",
                Some(MovementKind::Expenditure),
            ),
        ],
        GrantKind::InKind => {
            vec![link(
                movement_kind(i18n, MovementKind::InKind),
                "payer_id",
                Some(MovementKind::InKind),
            )]
        }
    }
}
