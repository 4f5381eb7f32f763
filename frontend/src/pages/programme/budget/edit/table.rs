//! The sheet itself: lines × grants × years, typed into in place, with running totals and the gap.

use std::collections::HashMap;

use leptos::ev::{ClipboardEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use parvis_domain::Money;
use parvis_domain::budgets::GrantKind;
use parvis_wire::budgets::{Plan, PlanGrant};
use uuid::Uuid;
use web_sys::HtmlInputElement;

use super::sheet::Sheet;
use crate::components::{Badge, Glyph, TableBox, Tone};
use crate::format::formats;
use crate::i18n::{plain, say, tr, words};
use crate::pages::programme::frame::Here;
use crate::sheet::{At, Block, Layout, Row, charges, costs_in, pasted};

/// What a row comes to in a block: what is brought, and what it costs.
type Come = Memo<(i64, i64)>;

/// The table. It is laid out anew when lines or grants come; what is typed lives in the sheet.
#[component]
pub fn SheetTable() -> impl IntoView {
    let sheet = Sheet::of_page();
    let i18n = words();
    move || {
        i18n.get_locale();
        let plan = sheet.plan.get()?;
        let layout = sheet.layout.get_untracked();
        Some(laid_out(sheet, plan, layout).into_any())
    }
}

fn laid_out(sheet: Sheet, plan: Plan, layout: Layout) -> impl IntoView {
    let i18n = words();
    let names: HashMap<Uuid, String> = plan
        .funders
        .iter()
        .map(|one| (one.funder_id, one.name.clone()))
        .collect();
    let grants: HashMap<Uuid, PlanGrant> = plan.grants.iter().map(|one| (one.grant_id, one.clone())).collect();
    let name = |grant: &Uuid| -> String {
        let grant = grants.get(grant);
        grant
            .and_then(|grant| names.get(&grant.funder_id))
            .cloned()
            .unwrap_or_default()
    };
    let heads = layout
        .blocks
        .iter()
        .map(|block| {
            let span = block.grants.len() + if block.with_cost { 3 } else { 1 };
            view! { <th scope="colgroup" class="num block" colspan=span>{block_name(i18n, block)}</th> }
        })
        .collect_view();
    let columns = layout.blocks.iter().map(|block| {
        let funders = block.grants.iter().map(|grant| {
            let grant = grants.get(grant).cloned();
            let own = grant.as_ref().map(|grant| name(&grant.grant_id)).unwrap_or_default();
            let reference = grant.as_ref().and_then(|grant| grant.reference.clone());
            let withdrawn = grant.and_then(|grant| grant.withdrawn_on);
            view! {
                <th scope="col" class="num">
                    {own}
                    {reference.map(|text| view! { <small class="muted">{text}</small> })}
                    {withdrawn.map(|_| view! { <Badge tone=Tone::Bad glyph=Glyph::Cross text=move || say!(i18n, sheet.withdrawn)/> })}
                </th>
            }
        });
        view! {
            {block.with_cost.then(|| view! { <th scope="col" class="num edge">{tr!(i18n, budget.cost)}</th> })}
            <th scope="col" class="num sum">{tr!(i18n, money.planned)}</th>
            {block.with_cost.then(|| view! { <th scope="col" class="num sum">{tr!(i18n, budget.gap)}</th> })}
            {funders.collect_view()}
        }
    })
        .collect_view();
    let several = layout.years.len() > 1;
    let width = 1 + layout
        .blocks
        .iter()
        .map(|block| block.grants.len() + if block.with_cost { 3 } else { 1 })
        .sum::<usize>();
    let mut number = 0;
    let mut comes: Vec<Vec<Come>> = Vec::new();
    let mut rows_of: Vec<Uuid> = Vec::new();
    let years: Vec<_> = layout
        .years
        .iter()
        .map(|year| {
            let from = comes.len();
            let rows: Vec<_> = year
                .rows
                .iter()
                .map(|row| {
                    let own: Vec<Come> = layout.blocks.iter().map(|block| come(sheet, row, block)).collect();
                    comes.push(own.clone());
                    rows_of.push(row.line);
                    let line = LineCells {
                        row: row.clone(),
                        number,
                        comes: own,
                    };
                    number += 1;
                    line_row(sheet, line, &layout, &grants, &name)
                })
                .collect();
            let of_year: Vec<Vec<Come>> = comes.get(from..).map(<[_]>::to_vec).unwrap_or_default();
            let lines: Vec<Uuid> = year.rows.iter().map(|row| row.line).collect();
            let title = format!("{} {}", say!(i18n, money.total), year.year);
            let subtotal = several.then(|| total_row(sheet, title, "subtotal", &layout, lines, of_year));
            view! {
                <tr class="group"><th scope="rowgroup" colspan=width>{year.year}</th></tr>
                {rows}
                {subtotal}
            }
        })
        .collect();
    let total = total_row(
        sheet,
        say!(i18n, money.total).to_owned(),
        "total",
        &layout,
        rows_of,
        comes,
    );
    view! {
        <div class="card flush">
            <TableBox label=move || say!(i18n, sheet.title)>
                <table class="table matrix sheet">
                    <caption class="sr-only">{tr!(i18n, sheet.help)}</caption>
                    <thead>
                        <tr><th rowspan="2" scope="col">{tr!(i18n, money.line)}</th>{heads}</tr>
                        <tr>{columns}</tr>
                    </thead>
                    <tbody>{years}{total}</tbody>
                </table>
            </TableBox>
        </div>
    }
}

/// What a block is called: its currency and kind.
pub fn block_name(i18n: crate::i18n::I18n, block: &Block) -> String {
    let kind = match block.kind {
        GrantKind::Cash => say!(i18n, money.group_cash),
        GrantKind::InKind => say!(i18n, money.in_kind),
    };
    format!("{} · {kind}", block.currency)
}

/// What a row comes to in a block.
fn come(sheet: Sheet, row: &Row, block: &Block) -> Come {
    let (row, block) = (row.clone(), block.clone());
    Memo::new(move |_| {
        let line = row.line;
        let shares = block.grants.iter().map(|grant| At::Share { line, grant: *grant });
        let planned = shares.filter_map(|at| sheet.value(at).minor()).sum();
        let cost = sheet.value(At::Cost { line }).minor();
        (planned, charges(&row, cost, &block, planned))
    })
}

/// A row with what it comes to in each block.
struct LineCells {
    row: Row,
    number: usize,
    comes: Vec<Come>,
}

fn line_row(
    sheet: Sheet,
    line: LineCells,
    layout: &Layout,
    grants: &HashMap<Uuid, PlanGrant>,
    name: &dyn Fn(&Uuid) -> String,
) -> impl IntoView + use<> {
    let i18n = words();
    let LineCells { row, number, comes } = line;
    let title = line_title(i18n, &row);
    let mut column = 0;
    let mut cells = Vec::new();
    for (block, come) in layout.blocks.iter().zip(comes) {
        if block.with_cost {
            cells.push(match costs_in(&row, block) {
                true => {
                    let label = format!("{title}, {}", say!(i18n, budget.cost));
                    cell(
                        sheet,
                        At::Cost { line: row.line },
                        (number, column),
                        label,
                        false,
                        "num edge",
                    )
                }
                false => view! { <td class="num edge"></td> }.into_any(),
            });
            column += 1;
        }
        let currency = block.currency;
        let planned = move || sheet.figure(Money::new(come.get().0, currency));
        cells.push(view! { <td class="num sum strong">{planned}</td> }.into_any());
        if block.with_cost {
            cells.push(gap_cell(sheet, move || come.get().0 - come.get().1, block));
        }
        for grant in &block.grants {
            let label = format!("{title}, {}, {}", name(grant), block.currency);
            let gone = grants.get(grant).is_some_and(|grant| grant.withdrawn_on.is_some());
            let at = At::Share {
                line: row.line,
                grant: *grant,
            };
            cells.push(cell(sheet, at, (number, column), label, gone, "num"));
            column += 1;
        }
    }
    view! { <tr data-line=row.line.to_string()><th scope="row">{title}</th>{cells}</tr> }
}

/// The gap: below zero something is missing. A word says the same as the colour.
fn gap_cell(sheet: Sheet, gap: impl Fn() -> i64 + Copy + Send + Sync + 'static, block: &Block) -> AnyView {
    let i18n = words();
    let currency = block.currency;
    let said = move || match gap() {
        0 => say!(i18n, budget.balanced),
        gap if gap < 0 => say!(i18n, budget.short),
        _ => say!(i18n, budget.over),
    };
    view! {
        <td class="num sum gap" class:is-bad=move || { gap() < 0 } class:is-warn=move || { gap() > 0 } title=said>
            {move || sheet.figure(Money::new(gap(), currency))}
            <span class="sr-only">" " {said}</span>
        </td>
    }
    .into_any()
}

fn total_row(
    sheet: Sheet,
    title: String,
    class: &'static str,
    layout: &Layout,
    lines: Vec<Uuid>,
    comes: Vec<Vec<Come>>,
) -> impl IntoView + use<> {
    let mut cells = Vec::new();
    for (index, block) in layout.blocks.iter().enumerate() {
        let currency = block.currency;
        let of_block: Vec<Come> = comes.iter().filter_map(|row| row.get(index)).copied().collect();
        let sums = Memo::new(move |_| {
            of_block.iter().fold((0, 0), |(planned, cost), come| {
                let (more, charged) = come.get();
                (planned + more, cost + charged)
            })
        });
        let figure = move |minor| sheet.figure(Money::new(minor, currency));
        if block.with_cost {
            cells.push(view! { <td class="num edge">{move || figure(sums.get().1)}</td> }.into_any());
        }
        cells.push(view! { <td class="num sum">{move || figure(sums.get().0)}</td> }.into_any());
        if block.with_cost {
            cells.push(gap_cell(sheet, move || sums.get().0 - sums.get().1, block));
        }
        for grant in block.grants.clone() {
            let lines = lines.clone();
            let sum = move || {
                let shares = lines.iter().map(|line| At::Share { line: *line, grant });
                figure(shares.filter_map(|at| sheet.value(at).minor()).sum())
            };
            cells.push(view! { <td class="num">{sum}</td> }.into_any());
        }
    }
    view! { <tr class=class><th scope="row">{title}</th>{cells}</tr> }
}

/// What a line is called: its own title, else its category.
pub fn line_title(i18n: crate::i18n::I18n, row: &Row) -> String {
    match &row.title {
        Some(title) => plain(i18n, title),
        None => category_title(i18n, &row.category),
    }
}

/// What a category is called in the programme of the page.
pub fn category_title(i18n: crate::i18n::I18n, code: &str) -> String {
    let found = Here::of_page().with(|programme| {
        let own = programme.categories.iter().find(|category| category.code == code);
        own.map(|category| plain(i18n, &category.title))
    });
    found.unwrap_or_else(|| code.to_owned())
}

/// A cell that can be typed into.
fn cell(sheet: Sheet, at: At, place: (usize, usize), label: String, gone: bool, class: &'static str) -> AnyView {
    let i18n = words();
    let format = formats();
    let Some(entry) = sheet.cell(at) else {
        return view! { <td class=class></td> }.into_any();
    };
    let (text, base) = (entry.clone(), entry.clone());
    let changed = Memo::new(move |_| entry.with(|entry| entry.value != entry.base));
    let fault = Memo::new(move |_| sheet.fault(at));
    // What is wrong, else what it was before.
    let title = move || {
        let was = changed
            .get()
            .then(|| base.with(|entry| entry.base.minor().unwrap_or(0)));
        let was = was.and_then(|minor| Some(format.money(Money::new(minor, sheet.currency(at)?))));
        fault
            .get()
            .or_else(|| was.map(|was| say!(i18n, sheet.was, amount = was)))
    };
    let error = format!("e{}-{}", place.0, place.1);
    let described = error.clone();
    view! {
        <td class=class class:changed=move || changed.get() class:invalid=move || fault.get().is_some()>
            <input
                type="text"
                inputmode="decimal"
                autocomplete="off"
                class="cell"
                data-cell=format!("{}-{}", place.0, place.1)
                aria-label=label
                aria-invalid=move || fault.get().map(|_| "true")
                aria-describedby=move || fault.get().map(|_| described.clone())
                readonly=gone && sheet.cell(at).is_some_and(|entry| entry.with_untracked(|entry| entry.base.minor().is_none()))
                title=title
                prop:value=move || text.with(|entry| entry.text.clone())
                on:input=move |event| sheet.type_into(at, event_target_value(&event))
                on:focus=move |event| select_all(event.target())
                on:blur=move |_| sheet.settle(&[at])
                on:keydown=move |event| key(sheet, at, place, &event)
                on:paste=move |event| paste(sheet, place, &event)
            />
            {move || fault.get().map(|fault| view! { <small class="error" id=error.clone()>{fault}</small> })}
        </td>
    }
    .into_any()
}

fn select_all(target: Option<web_sys::EventTarget>) {
    if let Some(input) = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
        input.select();
    }
}

/// Keys as in a spreadsheet: up and down always move, left and right where the cursor is at the end of what is typed.
fn key(sheet: Sheet, at: At, place: (usize, usize), event: &KeyboardEvent) {
    let Some(input) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    let caret = (
        input.selection_start().ok().flatten().unwrap_or(0),
        input.selection_end().ok().flatten().unwrap_or(0),
    );
    let end = u32::try_from(input.value().encode_utf16().count()).unwrap_or(u32::MAX);
    let whole = caret == (0, end);
    let command = event.ctrl_key() || event.meta_key();
    let step = match event.key().as_str() {
        "ArrowUp" => Some((-1, 0)),
        "ArrowDown" => Some((1, 0)),
        "Enter" if event.shift_key() => Some((-1, 0)),
        "Enter" => Some((1, 0)),
        "ArrowLeft" if whole || caret == (0, 0) => Some((0, -1)),
        "ArrowRight" if whole || caret == (end, end) => Some((0, 1)),
        "Escape" => {
            sheet.give_up(at);
            event.prevent_default();
            let input = input.clone();
            // Once the field shows it.
            request_animation_frame(move || input.select());
            None
        }
        "z" | "Z" if command && !sheet.is_open(at) => {
            event.prevent_default();
            if event.shift_key() {
                sheet.redo()
            } else {
                sheet.undo()
            }
            None
        }
        "y" if command && !sheet.is_open(at) => {
            event.prevent_default();
            sheet.redo();
            None
        }
        _ => None,
    };
    if let Some(step) = step {
        event.prevent_default();
        if !go(place, step) {
            sheet.settle(&[at]);
        }
    }
}

/// Moves the focus to the next cell in a direction, over places that have none; tells whether there was one.
fn go((row, column): (usize, usize), (down, right): (isize, isize)) -> bool {
    let (mut row, mut column) = (row.cast_signed(), column.cast_signed());
    for _ in 0..500 {
        (row, column) = (row + down, column + right);
        if row < 0 || column < 0 {
            return false;
        }
        if let Some(input) = input_at(row, column) {
            let _ = input.focus();
            return true;
        }
        if right != 0 && column > 500 {
            return false;
        }
    }
    false
}

fn input_at(row: isize, column: isize) -> Option<HtmlInputElement> {
    let selector = format!("[data-cell='{row}-{column}']");
    let found = document().query_selector(&selector).ok().flatten()?;
    found.dyn_into::<HtmlInputElement>().ok()
}

/// Takes a block of cells from a spreadsheet, from this cell on to the right and down, as one step.
fn paste(sheet: Sheet, (row, column): (usize, usize), event: &ClipboardEvent) {
    let Some(text) = clipboard_text(event) else { return };
    let Some(rows) = pasted(&text) else { return };
    event.prevent_default();
    let mut written = Vec::new();
    for (down, cells) in rows.iter().enumerate() {
        for (right, text) in cells.iter().enumerate() {
            let place = (row + down, column + right);
            if let Some(at) = sheet.at(place) {
                sheet.type_into(at, (*text).to_owned());
                written.push(at);
            }
        }
    }
    sheet.settle(&written);
}

fn clipboard_text(event: &ClipboardEvent) -> Option<String> {
    let data = js_sys::Reflect::get(event, &JsValue::from_str("clipboardData")).ok()?;
    let read = js_sys::Reflect::get(&data, &JsValue::from_str("getData")).ok()?;
    let read = read.dyn_into::<js_sys::Function>().ok()?;
    read.call1(&data, &JsValue::from_str("text")).ok()?.as_string()
}
