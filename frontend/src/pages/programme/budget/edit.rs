//! Changing the plan in place: the sheet, what the rules say of it before it is saved, and the bar that saves it.

mod additions;
mod sheet;
mod table;

pub use table::{category_title, line_title};

use additions::{NewFunder, NewLine};
use leptos::prelude::*;
use parvis_domain::Money;
use parvis_domain::accounts::Operation;
use parvis_wire::budgets::Plan;
use sheet::Sheet;
use table::SheetTable;
use uuid::Uuid;

use super::desk::{BudgetHead, DeskHere};
use super::rule_list::RuleList;
use crate::api::plans;
use crate::components::{
    Alert, Button, ButtonKind, DateField, Empty, FailureAlert, Fetched, FormFailure, Skeleton, SubmitButton, TextField,
    Tone, on_submit,
};
use crate::format::formats;
use crate::i18n::{say, tr, words};
use crate::pages::programme::frame::Here;
use crate::sheet::{At, Overtaken, Value};

/// The page.
#[component]
pub fn EditPlanPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let desk = DeskHere::new();
    provide_context(desk);
    let sheet = Sheet::new(desk);
    provide_context(sheet);
    let budget = Memo::new(move |_| desk.there().then(|| desk.with(|desk| desk.budget.id)));
    let from: Fetched<Option<Plan>> = Fetched::new(move || {
        let budget: Option<Uuid> = budget.get();
        async move {
            match budget {
                Some(budget) => plans::get_plan(budget, None).await.map(Some),
                None => Ok(None),
            }
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(Some(plan))) = from.get() {
            sheet.take(plan);
        }
    });
    let failure = move || desk.failure().or_else(|| from.get().and_then(Result::err));
    let retry = move |()| {
        desk.from.refetch();
        from.refetch();
    };
    let may = move || here.may(Operation::UpdatePlan);
    let there = move || sheet.plan.with(Option::is_some);
    let none = move || desk.shown.with(|shown| matches!(shown, Some(None)));
    let waiting = move || (!none() && failure().is_none()).then(|| view! { <Skeleton/> });
    keep_from_leaving(sheet);
    view! {
        <BudgetHead desk/>
        {move || failure().map(|failure| view! { <FailureAlert failure retry/> })}
        <Show when=none><Empty title=move || say!(i18n, budget.none) text=move || say!(i18n, budget.none_text)/></Show>
        <Show when=there fallback=waiting>
            <Show when=may fallback=move || view! { <Empty title=move || say!(i18n, problem.permission_denied)/> }>
                <Editor sheet/>
            </Show>
        </Show>
    }
}

#[component]
fn Editor(sheet: Sheet) -> impl IntoView {
    let i18n = words();
    let empty = move || sheet.layout.with(|layout| layout.years.is_empty());
    view! {
        <p class="muted no-print">{tr!(i18n, sheet.help)}</p>
        <OvertakenCells sheet/>
        <form class="stack section-tight prints-wide" on:submit=on_submit(move || sheet.save()) novalidate>
            <Show when=empty><Empty title=move || say!(i18n, money.none) text=move || say!(i18n, sheet.no_lines)/></Show>
            <Show when=move || !empty()><SheetTable/></Show>
            <SaveBar sheet/>
        </form>
        <div class="two section-tight no-print">
            <details class="card" open=move || empty().then_some("")>
                <summary>{tr!(i18n, budget.new_line)}</summary>
                <NewLine sheet/>
            </details>
            <Show when=move || !empty()>
                <details class="card"><summary>{tr!(i18n, sheet.new_funder)}</summary><NewFunder sheet/></details>
            </Show>
        </div>
        <Tried sheet/>
    }
}

/// What is changed, why, and the ways to save it or to give it up. It stays in sight.
#[component]
fn SaveBar(sheet: Sheet) -> impl IntoView {
    let i18n = words();
    let form = sheet.form;
    let count = move || say!(i18n, sheet.changed, n = sheet.changed.get());
    let shown = move || sheet.changed.get() > 0 || sheet.steps() != (false, false);
    view! {
        <div class="savebar no-print" role="group" aria-label=move || say!(i18n, sheet.save_bar) hidden=move || !shown()>
            <FormFailure form/>
            <div class="row between">
                <p class="strong" role="status">{count}</p>
                <div class="row">
                    <Button small=true kind=ButtonKind::Quiet on_press=move |()| sheet.undo()>{tr!(i18n, sheet.undo)}</Button>
                    <Show when=move || sheet.steps().1>
                        <Button small=true kind=ButtonKind::Quiet on_press=move |()| sheet.redo()>{tr!(i18n, sheet.redo)}</Button>
                    </Show>
                    <Button small=true kind=ButtonKind::Quiet on_press=move |()| sheet.discard()>{tr!(i18n, sheet.discard)}</Button>
                </div>
            </div>
            <div class="save-fields">
                <TextField form pointer="/reason" label=move || say!(i18n, sheet.reason) value=sheet.reason required=true wide=true/>
                <DateField form pointer="/booked_on" label=move || say!(i18n, sheet.from_day) value=sheet.booked_on hint=false/>
                <SubmitButton busy=form.busy()>{tr!(i18n, sheet.save)}</SubmitButton>
            </div>
        </div>
    }
}

/// What somebody else changed where something was typed: both are shown, and the reader decides.
#[component]
fn OvertakenCells(sheet: Sheet) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let amount = move |at: At, value: Value| match (value.minor(), sheet.currency(at)) {
        (Some(minor), Some(currency)) => format.money(Money::new(minor, currency)),
        _ => "–".to_owned(),
    };
    let row = move |one: Overtaken| {
        let typed = sheet.value(one.at);
        view! {
            <tr>
                <th scope="row">{place_name(sheet, one.at)}</th>
                <td class="num" data-label=say!(i18n, sheet.when_read)>{amount(one.at, one.was)}</td>
                <td class="num" data-label=say!(i18n, sheet.now)>{amount(one.at, one.is)}</td>
                <td class="num strong" data-label=say!(i18n, sheet.typed)>{amount(one.at, typed)}</td>
                <td class="row">
                    <Button small=true on_press=move |()| sheet.settle_overtaken(one)>{tr!(i18n, sheet.keep_mine)}</Button>
                    <Button small=true on_press=move |()| sheet.take_theirs(one)>{tr!(i18n, sheet.take_theirs)}</Button>
                </td>
            </tr>
        }
    };
    let any = move || !sheet.overtaken.read().is_empty();
    view! {
        <Show when=any>
            <section id="overtaken" tabindex="-1" class="section-tight" aria-label=move || say!(i18n, sheet.overtaken)>
                <Alert tone=Tone::Warn title=move || say!(i18n, sheet.overtaken)><p>{tr!(i18n, sheet.overtaken_text)}</p></Alert>
                <div class="card flush">
                    <table class="table stacks">
                        <caption class="sr-only">{tr!(i18n, sheet.overtaken)}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{tr!(i18n, sheet.cell)}</th>
                                <th scope="col" class="num">{tr!(i18n, sheet.when_read)}</th>
                                <th scope="col" class="num">{tr!(i18n, sheet.now)}</th>
                                <th scope="col" class="num">{tr!(i18n, sheet.typed)}</th>
                                <td></td>
                            </tr>
                        </thead>
                        <tbody>{move || sheet.overtaken.get().into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
}

/// What a cell is called: its line and its funder.
fn place_name(sheet: Sheet, at: At) -> String {
    let i18n = words();
    let line = sheet.layout.with(|layout| {
        let mut rows = layout.years.iter().flat_map(|year| &year.rows);
        rows.find(|row| row.line == at.line()).map(|row| line_title(i18n, row))
    });
    let column = match at {
        At::Cost { .. } => say!(i18n, budget.cost).to_owned(),
        At::Share { grant, .. } => sheet.plan.with(|plan| {
            plan.as_ref()
                .and_then(|plan| funder_of(plan, grant))
                .unwrap_or_default()
        }),
    };
    format!("{} · {column}", line.unwrap_or_default())
}

/// The name of the funder of a grant.
pub fn funder_of(plan: &Plan, grant: Uuid) -> Option<String> {
    let funder = plan.grants.iter().find(|one| one.grant_id == grant)?.funder_id;
    plan.funders
        .iter()
        .find(|one| one.funder_id == funder)
        .map(|one| one.name.clone())
}

/// What the rules would say of what is typed, beside what they say now.
#[component]
fn Tried(sheet: Sheet) -> impl IntoView {
    let i18n = words();
    let now = Signal::derive(move || {
        sheet
            .plan
            .with(|plan| plan.as_ref().map(|plan| plan.rules.clone()).unwrap_or_default())
    });
    let tried = Signal::derive(move || sheet.tried.with(|plan| plan.as_ref().map(|plan| plan.rules.clone())));
    let rules = Signal::derive(move || tried.get().unwrap_or_else(|| now.get()));
    let before = Signal::derive(move || tried.with(Option::is_some).then(|| now.get()));
    let title = move || match tried.with(Option::is_some) {
        true => say!(i18n, sheet.rules_tried),
        false => say!(i18n, sheet.rules_now),
    };
    view! {
        <section class="section" aria-labelledby="h-tried">
            <h2 id="h-tried" class="section-head">{title}</h2>
            <RuleList rules before/>
        </section>
    }
}

/// The browser asks before it throws away what is typed.
fn keep_from_leaving(sheet: Sheet) {
    let listener = window_event_listener(leptos::ev::beforeunload, move |event| {
        if sheet.changed.get_untracked() > 0 {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}
