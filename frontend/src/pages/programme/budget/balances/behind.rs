//! What stands behind a figure: the shares that add up to it, each with the way to its entries in the ledger.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use parvis_domain::budgets::balances::RollUp;
use parvis_domain::budgets::{GrantKind, MovementKind, MovementStatus};
use parvis_wire::budgets::Balance;

use super::table::figure_name;
use super::{Page, Shown};
use crate::api::query;
use crate::browser::focus_soon;
use crate::components::TableBox;
use crate::figures::{Figure, Section, key};
use crate::format::formats;
use crate::i18n::{movement_kind, say, tr, words};
use crate::ledger::money;

/// The figure that is opened, as it stands in the address.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Its table.
    pub section: String,
    /// Its row; nothing for what has nothing in common.
    pub row: Option<String>,
    /// Its column.
    pub figure: Figure,
}

impl Opened {
    /// The row of the totals.
    pub const TOTAL: &'static str = "total";

    /// The figure of an address.
    pub fn read(asked: &ParamsMap) -> Option<Self> {
        Some(Self {
            section: asked.get("of")?,
            row: asked.get("row"),
            figure: Figure::parse(&asked.get("figure")?)?,
        })
    }

    /// What a table is called in addresses.
    pub fn section(currency: &str, kind: GrantKind, converted: bool) -> String {
        let converted = if converted { "-converted" } else { "" };
        format!("{currency}-{kind}{converted}")
    }
}

/// The shares behind the figure of a table that is opened.
#[component]
pub fn Behind(section: Section, converted: bool, name: String, by: RollUp) -> impl IntoView {
    let page = Page::here();
    let mine = Memo::new(move |_| page.opened.get().filter(|opened| opened.section == name));
    Effect::new(move |before: Option<bool>| {
        let open = mine.get().is_some();
        if open && before.is_some() {
            focus_soon(".behind h3");
        }
        open
    });
    move || {
        let opened = mine.get()?;
        let shown = page.shown.get()?;
        let shares = shares(page, &shown, &section, converted, by, &opened);
        Some(view! { <Shares opened shares by converted/> })
    }
}

/// The shares whose amount is not nothing.
fn shares(page: Page, shown: &Shown, section: &Section, converted: bool, by: RollUp, opened: &Opened) -> Vec<Balance> {
    let programme = page.here.id();
    let belongs = |share: &&Balance| {
        let own = share.kind == section.kind && (converted || share.planned.currency == section.currency.code());
        let whole = by == RollUp::Programme || opened.row.as_deref() == Some(Opened::TOTAL);
        let here = || key(share, by, programme, shown.lines.get(&share.line_id)) == opened.row;
        own && (whole || here())
    };
    let some = |share: &&Balance| {
        let waits = |changes: &parvis_wire::budgets::PendingChanges| {
            opened.figure.waiting(&changes.increases) != 0 || opened.figure.waiting(&changes.decreases) != 0
        };
        opened.figure.of_share(share) != 0 || share.pending.as_ref().is_some_and(waits)
    };
    shown
        .balances
        .items
        .iter()
        .filter(belongs)
        .filter(some)
        .cloned()
        .collect()
}

#[component]
fn Shares(opened: Opened, shares: Vec<Balance>, by: RollUp, converted: bool) -> impl IntoView {
    let i18n = words();
    let page = Page::here();
    let asked = page.asked.get_untracked();
    let figure = opened.figure;
    let row_name = match opened.row.as_deref() {
        Some(Opened::TOTAL) => say!(i18n, money.total).to_owned(),
        row => page.row_name(i18n, by, row),
    };
    let title = say!(
        i18n,
        balances.behind,
        figure = figure_name(i18n, figure),
        row = row_name
    );
    let base = format!("/programmes/{}/budget", page.here.id());
    let close = asked.href(&format!("{base}/balances"), None);
    let label = title.clone();
    let rows = shares
        .into_iter()
        .map(|share| view! { <Share share figure base=base.clone()/> })
        .collect_view();
    let empty = rows.is_empty();
    view! {
        <div class="behind">
            <div class="row between">
                <h3 tabindex="-1">{title}</h3>
                <a class="btn small quiet no-print" href=close data-noscroll="">{tr!(i18n, balances.close)}</a>
            </div>
            <p class="source">
                {tr!(i18n, balances.behind_text)} " "
                {converted.then(|| tr!(i18n, balances.behind_converted))} " "
                {(!asked.question.known_at.is_empty()).then(|| tr!(i18n, balances.behind_known))}
            </p>
            {if empty {
                view! { <p>{tr!(i18n, balances.behind_nothing)}</p> }.into_any()
            } else {
                view! {
                    <TableBox label=move || label.clone()>
                        <table class="table stacks" role="table">
                            <thead role="rowgroup">
                                <tr role="row">
                                    <th scope="col" role="columnheader">{tr!(i18n, money.line)}</th>
                                    <th scope="col" role="columnheader">{tr!(i18n, money.funder)}</th>
                                    <th scope="col" role="columnheader" class="num">{figure_name(i18n, figure)}</th>
                                    <th scope="col" role="columnheader">{tr!(i18n, balances.entries)}</th>
                                </tr>
                            </thead>
                            <tbody role="rowgroup">{rows}</tbody>
                        </table>
                    </TableBox>
                }
                .into_any()
            }}
        </div>
    }
}

/// One share, with the ways to its entries: the ledger narrowed to line, grant and kind, up to the day.
#[component]
fn Share(share: Balance, figure: Figure, base: String) -> impl IntoView {
    let i18n = words();
    let page = Page::here();
    let format = formats();
    let line = page.line_name(i18n, share.line_id);
    let funder = page.desk.with(|desk| desk.funder(share.funder_id));
    let currency = money(&share.planned).map(|planned| planned.currency);
    let amount = currency.map(|currency| format.money(parvis_domain::Money::new(figure.of_share(&share), currency)));
    let waits = currency.zip(share.pending.as_ref()).map(|(currency, pending)| {
        let sums = [figure.waiting(&pending.increases), figure.waiting(&pending.decreases)];
        let said = sums.into_iter().filter(|minor| *minor != 0).map(|minor| {
            let amount = format.money(parvis_domain::Money::new(minor, currency));
            let href = ledger(page, &share, None, MovementStatus::Pending, &base);
            view! { <a class="waiting" href=href>{format!("{amount} {}", say!(i18n, balances.waiting))}</a> }
        });
        said.collect_view()
    });
    let kinds = kinds(page, &share, figure);
    let entries = kinds.into_iter().map(|kind| {
        let href = ledger(page, &share, Some(kind), MovementStatus::Approved, &base);
        let label = format!("{}: {line}, {funder}", movement_kind(i18n, kind));
        view! { <a class="entries" href=href aria-label=label>{movement_kind(i18n, kind)}</a> }
    });
    let plan = matches!(figure, Figure::Planned | Figure::Granted | Figure::Available).then(|| {
        let budget = page.asked.get_untracked();
        let href = query(
            &base,
            &[
                ("budget", &budget.budget.to_string()),
                ("as_of", &budget.question.as_of),
            ],
        );
        view! { <a class="entries" href=href>{tr!(i18n, balances.in_plan)}</a> }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{line.clone()}</th>
            <td role="cell" data-label=say!(i18n, money.funder)>{funder.clone()}</td>
            <td role="cell" class="num" data-label=figure_name(i18n, figure)><span>{amount}{waits}</span></td>
            <td role="cell" data-label=say!(i18n, balances.entries)><span class="row">{plan}{entries.collect_view()}</span></td>
        </tr>
    }
}

/// The kinds of movement behind a figure of a share. What a funder pays directly is disbursed as it is spent.
fn kinds(page: Page, share: &Balance, figure: Figure) -> Vec<MovementKind> {
    let direct = page.shown.with(|shown| {
        shown
            .as_ref()
            .is_some_and(|shown| shown.direct.contains(&share.grant_id))
    });
    let mut kinds = figure.movements().to_vec();
    if figure == Figure::Disbursed && direct {
        kinds.insert(0, MovementKind::Expenditure);
    }
    if share.kind == GrantKind::InKind && figure == Figure::Available {
        kinds = vec![MovementKind::InKind];
    }
    kinds
}

/// The ledger, narrowed to what a share is made of.
fn ledger(page: Page, share: &Balance, kind: Option<MovementKind>, status: MovementStatus, base: &str) -> String {
    let asked = page.asked.get_untracked();
    let budget = page.shown.with(|shown| {
        let line = shown.as_ref().and_then(|shown| shown.lines.get(&share.line_id));
        line.map_or(asked.budget, |line| line.budget_id)
    });
    query(
        &format!("{base}/movements"),
        &[
            ("budget", &budget.to_string()),
            ("line_id", &share.line_id.to_string()),
            ("grant_id", &share.grant_id.to_string()),
            ("funder_id", &share.funder_id.to_string()),
            ("kind", kind.map(MovementKind::as_str).unwrap_or_default()),
            ("status", status.as_str()),
            ("booked_to", &asked.question.as_of),
        ],
    )
}
