//! The table of one currency and kind: a row per what is asked, a bar of its chain, and every figure as a way to what
//! stands behind it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::balances::RollUp;
use parvis_wire::budgets::{BalanceTotal, PendingChanges};

use super::Page;
use super::behind::{Behind, Opened};
use crate::charts::chain::{Chain, percent};
use crate::components::{ChainLegend, MoneyBar, TableBox};
use crate::figures::{Figure, Section};
use crate::format::{Format, decimals, formats};
use crate::i18n::{I18n, roll_up, say, tr, words};

/// What a figure is called.
pub fn figure_name(i18n: I18n, figure: Figure) -> &'static str {
    match figure {
        Figure::Planned => say!(i18n, money.planned),
        Figure::Granted => say!(i18n, money.granted),
        Figure::Pledged => say!(i18n, balances.pledged),
        Figure::Committed => say!(i18n, money.committed),
        Figure::Disbursed => say!(i18n, money.disbursed),
        Figure::Spent => say!(i18n, money.spent),
        Figure::Justified => say!(i18n, balances.justified),
        Figure::Contributed => say!(i18n, money.contributed),
        Figure::Available => say!(i18n, money.available),
        Figure::Prefinanced => say!(i18n, balances.prefinanced),
        Figure::Borne => say!(i18n, balances.borne),
    }
}

/// The heading of a currency and kind.
pub fn section_name(i18n: I18n, currency: &str, kind: GrantKind) -> String {
    let kind = match kind {
        GrantKind::Cash => say!(i18n, money.group_cash),
        GrantKind::InKind => say!(i18n, money.group_in_kind),
    };
    format!("{currency} · {kind}")
}

/// The chain of a total, for its bar.
fn chain(total: &BalanceTotal) -> Chain {
    Chain {
        planned: Figure::Planned.of_total(total),
        committed: Figure::Committed.of_total(total),
        disbursed: Figure::Disbursed.of_total(total),
        spent: Figure::Spent.of_total(total),
        justified: Figure::Justified.of_total(total),
        contributed: Figure::Contributed.of_total(total),
    }
}

/// What the rows of a table have in common.
#[derive(Clone)]
struct Frame {
    i18n: I18n,
    format: Format,
    page: Page,
    section: Section,
    name: String,
    path: String,
    columns: Vec<Figure>,
    digits: u32,
    largest: i64,
}

/// The table of one currency and kind, or of one kind in the currency that was asked for.
#[component]
pub fn SectionTable(section: Section, converted: bool, by: RollUp) -> impl IntoView {
    let i18n = words();
    let page = Page::here();
    let name = Opened::section(section.currency.code(), section.kind, converted);
    let heading = {
        let name = section_name(i18n, section.currency.code(), section.kind);
        if converted {
            format!("{name}, {}", say!(i18n, balances.converted))
        } else {
            name
        }
    };
    let plans = section.rows.iter().map(|(_, total)| Figure::Planned.of_total(total));
    let frame = Frame {
        i18n,
        format: formats(),
        page,
        name: name.clone(),
        path: use_location().pathname.get_untracked(),
        columns: section.columns(),
        digits: decimals(&section.amounts(), section.currency),
        largest: plans.max().unwrap_or(0),
        section: section.clone(),
    };
    let heads = frame.columns.iter().map(|figure| {
        let figure = *figure;
        view! { <th scope="col" role="columnheader" class="num">{figure_name(i18n, figure)}</th> }
    });
    let heads = heads.collect_view();
    let rows: Vec<_> = section
        .rows
        .iter()
        .map(|(key, total)| row(&frame, key.clone(), page.row_name(i18n, by, key.as_deref()), total, ""))
        .collect();
    let total = (section.rows.len() > 1).then(|| {
        row(
            &frame,
            Some(Opened::TOTAL.to_owned()),
            say!(i18n, money.total).to_owned(),
            &section.total,
            "total",
        )
    });
    let label = heading.clone();
    let in_kind = section.kind == GrantKind::InKind;
    view! {
        <section class="card flush section-tight prints-wide">
            <header><h2>{heading}</h2><ChainLegend in_kind/></header>
            <TableBox label=move || label.clone()>
                <table class="table stacks money figures" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col" role="columnheader">{roll_up(i18n, by)}</th>
                            <th scope="col" role="columnheader">{tr!(i18n, balances.bars)}</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}{total}</tbody>
                </table>
            </TableBox>
            <Behind section converted name by/>
        </section>
    }
}

fn row(
    frame: &Frame,
    key: Option<String>,
    title: String,
    total: &BalanceTotal,
    class: &'static str,
) -> impl IntoView + use<> {
    let Frame { i18n, format, .. } = *frame;
    let chain = chain(total);
    let in_kind = frame.section.kind == GrantKind::InKind;
    let said = title.clone();
    let label = move || {
        let share = |part| format.percent(percent(part, chain.planned));
        if in_kind {
            say!(
                i18n,
                money.bar_kind,
                name = said.clone(),
                contributed = share(chain.contributed)
            )
        } else {
            let (committed, spent) = (share(chain.committed), share(chain.spent));
            say!(
                i18n,
                money.bar_cash,
                name = said.clone(),
                committed = committed,
                spent = spent
            )
        }
    };
    let of_total = class == "total";
    let bar = (!of_total).then(|| view! { <MoneyBar chain label in_kind scale=frame.largest/> });
    let cells: Vec<_> = frame
        .columns
        .iter()
        .map(|figure| cell(frame, key.clone(), *figure, total))
        .collect();
    view! {
        <tr class=class role="row">
            <th scope="row" role="rowheader">{title}</th>
            <td class="bar-cell" role="cell">{bar}</td>
            {cells}
        </tr>
    }
}

fn cell(frame: &Frame, row: Option<String>, figure: Figure, total: &BalanceTotal) -> impl IntoView + use<> {
    let minor = figure.of_total(total);
    let amount = frame.format.figure(frame.section.money(minor), frame.digits);
    let opened = Opened {
        section: frame.name.clone(),
        row,
        figure,
    };
    let href = frame.page.asked.get_untracked().href(&frame.path, Some(&opened));
    let waiting = total.pending.as_ref().map(|pending| waiting(frame, figure, pending));
    let page = frame.page;
    let current = move || page.opened.with(|now| now.as_ref() == Some(&opened)).then_some("true");
    view! {
        <td class="num" class:is-bad={minor < 0} role="cell" data-label=figure_name(frame.i18n, figure)>
            <span><a class="figure" href=href data-noscroll="" aria-current=current>{amount}</a>{waiting}</span>
        </td>
    }
}

/// What waits for a second person, apart from what is approved.
fn waiting(frame: &Frame, figure: Figure, pending: &PendingChanges) -> impl IntoView + use<> {
    let Frame {
        i18n, format, digits, ..
    } = *frame;
    let of = |minor: i64, sign: &str| {
        let amount = format.figure(frame.section.money(minor), digits);
        (minor != 0).then(
            || view! { <span class="waiting">{format!("{sign}{amount} {}", say!(i18n, balances.waiting))}</span> },
        )
    };
    (
        of(figure.waiting(&pending.increases), "+"),
        of(figure.waiting(&pending.decreases), ""),
    )
}
