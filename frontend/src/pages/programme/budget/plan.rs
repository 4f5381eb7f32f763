//! The budget: the plan as lines and funders, the balance of a share, the form of a movement, and the chain of money.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::GrantKind;
use parvis_domain::{Currency, Money};
use uuid::Uuid;

use super::desk::{BudgetBody, BudgetHead, DeskHere};
use super::movement_form::MovementFields;
use crate::components::{Badge, Empty, Glyph, Icon, MoneyBar, TableBox, Tone};
use crate::format::{decimals, formats, today};
use crate::i18n::{plain, say, tr, words};
use crate::lazy::{Folded, Later, area};
use crate::ledger::{Cell, Decision, Plan, PlanRow, Sums, group, plans};
use crate::pages::money::{MoneyTable, NameOf};
use crate::pages::programme::frame::Here;
use crate::pages::programme::sections::line_name;

/// The page.
#[component]
pub fn PlanPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let desk = DeskHere::new();
    let fields = MovementFields::new();
    provide_context(desk);
    provide_context(fields);
    let asked = use_query_map();
    // A cell of the plan leads to its balance and into the form: the address says which.
    Effect::new(move |_| {
        let asked = asked.read();
        if let Some((line, grant)) = asked.get("line").zip(asked.get("grant")) {
            fields.choose(line, grant);
        }
    });
    let may_post = move || here.may(Operation::CreateMovement);
    let may_plan = move || here.may(Operation::CreateBudgetLine);
    let planned = move || desk.with(|desk| !desk.lines.is_empty());
    let edit_href = move || {
        let budget = asked.read().get("budget").unwrap_or_default();
        crate::api::query(
            &format!("/programmes/{}/budget/edit", here.id()),
            &[("budget", &budget)],
        )
    };
    view! {
        <BudgetHead desk with_day=true>
            <Show when=move || here.may(Operation::UpdatePlan) && desk.there()>
                <a class="btn" href=edit_href>{tr!(i18n, sheet.edit)}</a>
            </Show>
            <Show when=move || may_post() && planned()>
                <a class="btn" href="#movement"><Icon glyph=Glyph::Plus/>{tr!(i18n, movement.new)}</a>
            </Show>
        </BudgetHead>
        <BudgetBody desk none=NoBudget>
            <Show
                when=planned
                fallback=move || view! { <Empty title=move || say!(i18n, money.none) text=move || say!(i18n, budget.no_lines)/> }
            >
                <Show when=move || here.may(Operation::ListAlerts)><Later area=area::alerts/></Show>
                <Matrix desk/>
                <section class="section-tight desk" aria-label=move || say!(i18n, budget.share)>
                    <div class="stack">
                        <Drill desk fields/>
                        <Show when=move || here.may(Operation::UpdateBudgetLine)>
                            <Folded summary=move || say!(i18n, budget.revise) area=area::revise/>
                        </Show>
                    </div>
                    <Show when=may_post><Later area=area::movement/></Show>
                </section>
                <ChainSection desk/>
            </Show>
            <Show when=may_plan>
                <div class="section"><Folded summary=move || say!(i18n, budget.new_line) area=area::new_line/></div>
            </Show>
        </BudgetBody>
    }
}

/// The first budget, where there is none.
#[component]
fn NoBudget() -> impl IntoView {
    let here = Here::of_page();
    view! { <Show when=move || here.may(Operation::CreateBudget)><Later area=area::new_budget/></Show> }
}

/// The plans of the budget, one per currency and kind.
#[component]
fn Matrix(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let mark = |glyph| view! { <Icon glyph/> };
    let tables = move || {
        i18n.get_locale();
        desk.with(|desk| plans(&desk.lines))
            .into_iter()
            .map(|plan| view! { <PlanTable desk plan/> })
            .collect_view()
    };
    view! {
        <section class="section-tight prints-wide" aria-labelledby="h-matrix">
            <div class="row between section-head">
                <h2 id="h-matrix">{tr!(i18n, budget.lines_and_funders)}</h2>
                <ul class="legend">
                    <li>{mark(Glyph::Full)}{tr!(i18n, budget.voted)}</li>
                    <li>{mark(Glyph::Half)}{tr!(i18n, budget.partly)}</li>
                    <li>{mark(Glyph::Ring)}{tr!(i18n, budget.awaited)}</li>
                </ul>
            </div>
            <div class="stack">{tables}</div>
        </section>
    }
}

#[component]
fn PlanTable(desk: DeskHere, plan: Plan) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let (currency, kind) = (plan.currency, plan.kind);
    let name = format!(
        "{currency} · {}",
        match kind {
            GrantKind::Cash => say!(i18n, money.group_cash),
            GrantKind::InKind => say!(i18n, money.group_in_kind),
        }
    );
    let with_cost = plan.rows.iter().any(|row| row.cost.is_some());
    let all = plan
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().flatten().map(|cell| cell.planned).chain(row.cost));
    let digits = decimals(&all.collect::<Vec<_>>(), currency);
    let figure = move |minor| format.figure(Money::new(minor, currency), digits);
    let funders: Vec<String> = desk.with(|desk| plan.funders.iter().map(|id| desk.funder(*id)).collect());
    let columns = funders.len() + if with_cost { 5 } else { 2 };
    let sum_of = |index: usize| {
        plan.rows
            .iter()
            .filter_map(|row| row.cells.get(index))
            .flatten()
            .map(|cell| cell.planned)
            .sum::<i64>()
    };
    let sums: Vec<i64> = (0..funders.len()).map(sum_of).collect();
    let total: i64 = plan.rows.iter().map(|row| row.planned).sum();
    let cost: i64 = plan.rows.iter().filter_map(|row| row.cost).sum();
    let gap: i64 = plan
        .rows
        .iter()
        .filter_map(|row| row.cost.map(|cost| row.planned - cost))
        .sum();
    let caption = name.clone();
    let heads = funders
        .iter()
        .map(|name| view! { <th scope="col" class="num">{name.clone()}</th> })
        .collect_view();
    let totals = sums
        .into_iter()
        .zip(funders.clone())
        .map(|(sum, name)| view! { <td class="num" data-label=name>{figure(sum)}</td> })
        .collect_view();
    let look = Look {
        with_cost,
        currency,
        digits,
    };
    let body = by_axis(plan.rows, here, i18n).into_iter().map(move |(axis, rows)| {
        let rows = rows
            .into_iter()
            .map(|row| view! { <LineRow desk row look funders=funders.clone()/> })
            .collect_view();
        (
            axis.map(|axis| view! { <tr class="group"><th scope="rowgroup" colspan=columns>{axis}</th></tr> }),
            rows,
        )
    });
    view! {
        <div class="card flush">
            <TableBox label=name.clone()>
                <table class="table stacks matrix">
                    <caption>{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, money.line)}</th>
                            {with_cost.then(|| view! { <th scope="col" class="num">{tr!(i18n, budget.cost)}</th> })}
                            {heads}
                            <th scope="col" class="num">{tr!(i18n, money.planned)}</th>
                            {with_cost.then(|| view! {
                                <th scope="col" class="num">{tr!(i18n, budget.gap)}</th>
                                <th scope="col">{tr!(i18n, steps.state)}</th>
                            })}
                        </tr>
                    </thead>
                    <tbody>
                        {body.collect_view()}
                        <tr class="total">
                            <th scope="row">{tr!(i18n, money.total)} " " {currency.code()}</th>
                            {with_cost.then(|| view! { <td class="num" data-label=say!(i18n, budget.cost)>{figure(cost)}</td> })}
                            {totals}
                            <td class="num" data-label=say!(i18n, money.planned)>{figure(total)}</td>
                            {with_cost.then(|| view! { <td class="num" data-label=say!(i18n, budget.gap)>{figure(gap)}</td><td></td> })}
                        </tr>
                    </tbody>
                </table>
            </TableBox>
        </div>
    }
}

/// The rows of each axis under its title; rows without an axis come last, without one.
fn by_axis(rows: Vec<PlanRow>, here: Here, i18n: crate::i18n::I18n) -> Vec<(Option<String>, Vec<PlanRow>)> {
    let axes = here.with(|programme| programme.axes.clone());
    let mut rest = rows;
    let mut groups = Vec::new();
    for axis in axes {
        let (own, others): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|row| row.line.axis.as_ref() == Some(&axis.code));
        rest = others;
        if !own.is_empty() {
            groups.push((Some(plain(i18n, &axis.title)), own));
        }
    }
    if !rest.is_empty() {
        groups.push((None, rest));
    }
    groups
}

/// How the figures of a plan look.
#[derive(Clone, Copy)]
struct Look {
    with_cost: bool,
    currency: Currency,
    digits: u32,
}

#[component]
fn LineRow(desk: DeskHere, row: PlanRow, look: Look, funders: Vec<String>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let asked = use_query_map();
    let line = row.line.id;
    let Look {
        with_cost,
        currency,
        digits,
    } = look;
    let figure = move |minor| format.figure(Money::new(minor, currency), digits);
    let name = here
        .get()
        .map(|programme| line_name(i18n, &row.line, &programme))
        .unwrap_or_default();
    let href = move |grant: Uuid| {
        let asked = asked.read_untracked();
        let (budget, as_of) = (
            asked.get("budget").unwrap_or_default(),
            asked.get("as_of").unwrap_or_default(),
        );
        let parameters = [
            ("budget", budget.as_str()),
            ("as_of", as_of.as_str()),
            ("line", &line.to_string()),
            ("grant", &grant.to_string()),
        ];
        format!(
            "{}#balance",
            crate::api::query(&format!("/programmes/{}/budget", here.id()), &parameters)
        )
    };
    let first = row.cells.iter().flatten().next().map(|cell| cell.grant);
    let title = match first {
        Some(grant) => view! { <a href=href(grant)>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let cells = row.cells.into_iter().zip(funders).map(|(cells, funder)| {
        if cells.is_empty() {
            return view! {
                <td class="num muted skip-phone"><span aria-hidden="true">"–"</span><span class="sr-only">{tr!(i18n, money.nothing)}</span></td>
            }
            .into_any();
        }
        let shares = cells.into_iter().map(|cell| {
            view! { <a class="cellv" href=href(cell.grant)><Mark cell/>{figure(cell.planned)}</a> }
        });
        view! { <td class="num" data-label=funder>{shares.collect_view()}</td> }.into_any()
    });
    let gap = row.cost.map(|cost| row.planned - cost);
    let state = gap.map(|gap| match gap {
        0 => view! { <Badge tone=Tone::Ok glyph=Glyph::Check text=move || say!(i18n, budget.balanced)/> }.into_any(),
        gap if gap < 0 => {
            view! { <Badge tone=Tone::Bad glyph=Glyph::Alert text=move || say!(i18n, budget.short)/> }.into_any()
        }
        _ => view! { <Badge tone=Tone::Warn glyph=Glyph::Clock text=move || say!(i18n, budget.over)/> }.into_any(),
    });
    let picked = move || asked.read().get("line").is_some_and(|id| id == line.to_string());
    let _ = desk;
    view! {
        <tr class:picked=picked>
            <th scope="row">{title}</th>
            {with_cost.then(|| view! { <td class="num" data-label=say!(i18n, budget.cost)>{row.cost.map(figure)}</td> })}
            {cells.collect_view()}
            <td class="num strong" data-label=say!(i18n, money.planned)>{figure(row.planned)}</td>
            {with_cost.then(|| view! {
                <td class="num" class:is-bad={gap.is_some_and(|gap| gap < 0)} data-label=say!(i18n, budget.gap)>{gap.map(figure)}</td>
                <td data-label=say!(i18n, steps.state)>{state}</td>
            })}
        </tr>
    }
}

/// Whether the funder has decided its share.
#[component]
fn Mark(cell: Cell) -> impl IntoView {
    let i18n = words();
    let (glyph, text) = match cell.decision {
        Decision::Voted => (Glyph::Full, say!(i18n, budget.voted)),
        Decision::Partly => (Glyph::Half, say!(i18n, budget.partly)),
        Decision::Awaited => (Glyph::Ring, say!(i18n, budget.awaited)),
    };
    view! { <Icon glyph/><span class="sr-only">{text} ": "</span> }
}

/// The balance of one share, step by step from the plan to what is left.
#[component]
fn Drill(desk: DeskHere, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let shown = move || {
        let (line, grant) = fields.share()?;
        let programme = here.get()?;
        desk.with(|desk| {
            let row = desk.balance(line, grant)?;
            let currency = Currency::parse("", &row.planned.currency).ok()?;
            let title = format!("{} · {}", desk.line(i18n, line, &programme), desk.funder(row.funder_id));
            Some((title, row.kind, currency, Sums::of(row)))
        })
    };
    let drawn = move || {
        let (title, kind, currency, sums) = shown()?;
        let chain = sums.chain;
        let digits = currency.digits();
        let figure = move |minor| format.figure(Money::new(minor, currency), digits);
        let row = move |name: &'static str, minor: i64| view! { <tr><th scope="row">{name}</th><td class="num">{figure(minor)}</td></tr> };
        let rows = match kind {
            GrantKind::Cash => view! {
                {row(say!(i18n, money.planned), chain.planned)}
                {row(say!(i18n, money.granted), sums.granted)}
                {row(say!(i18n, money.committed), chain.committed)}
                {row(say!(i18n, money.disbursed), chain.disbursed)}
                {row(say!(i18n, money.spent), chain.spent)}
            }
            .into_any(),
            GrantKind::InKind => view! {
                {row(say!(i18n, money.planned), chain.planned)}
                {row(say!(i18n, money.granted), sums.granted)}
                {row(say!(i18n, money.contributed), chain.contributed)}
            }
            .into_any(),
        };
        let caption = title.clone();
        Some(view! {
            <h2>{title.clone()}</h2>
            <p class="source">{tr!(i18n, budget.balance_in)} " " {currency.code()}</p>
            <table class="table drill gap-top">
                <caption class="sr-only">{caption}</caption>
                <tbody>
                    {rows}
                    <tr class="total big">
                        <th scope="row">{tr!(i18n, money.available)}</th>
                        <td class="num" class:is-bad={sums.available < 0}>{figure(sums.available)}</td>
                    </tr>
                </tbody>
            </table>
            <div class="gap-top"><MoneyBar chain label=title in_kind={kind == GrantKind::InKind}/></div>
        })
    };
    view! {
        <div class="card" id="balance">
            {move || drawn().map(IntoAny::into_any).unwrap_or_else(|| view! { <p class="muted">{tr!(i18n, budget.pick)}</p> }.into_any())}
        </div>
    }
}

/// From planned to spent, by funder.
#[component]
fn ChainSection(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let table = move || {
        i18n.get_locale();
        let names = desk.with(|desk| desk.names.clone());
        let name: NameOf = Arc::new(move |id| names.get(&id).cloned().unwrap_or_else(|| "–".to_owned()));
        let groups = desk.with(|desk| group(&desk.balances.items, |row| row.funder_id));
        let day = desk.with(|desk| desk.balances.as_of).unwrap_or_else(today);
        view! {
            <MoneyTable groups first=move || say!(i18n, money.funder) caption=move || say!(i18n, money.by_funder) name>
                {move || say!(i18n, money.source, day = format.day(day))}
            </MoneyTable>
        }
    };
    view! {
        <section class="section prints-wide" aria-labelledby="h-chain">
            <h2 id="h-chain">{tr!(i18n, budget.chain)}</h2>
            {table}
        </section>
    }
}
