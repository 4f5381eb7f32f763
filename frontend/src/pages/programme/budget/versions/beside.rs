//! A version of the plan, or two side by side with their differences marked.

use std::collections::{BTreeMap, HashMap};

use leptos::prelude::*;
use parvis_domain::budgets::GrantKind;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{Plan, PlanSum};
use uuid::Uuid;

use crate::components::{Badge, Empty, Glyph, TableBox, Tone};
use crate::format::{Format, decimals, formats};
use crate::i18n::{I18n, plain, say, tr, words};
use crate::ledger::money;
use crate::pages::programme::budget::edit::category_title;
use crate::sheet::{Difference, Figure, Mark, Side, What, compare};

/// The table. Without an earlier version it shows the later one alone.
#[component]
pub fn Beside(before: Option<Plan>, after: Plan) -> impl IntoView {
    let i18n = words();
    let two = before.is_some();
    let only = RwSignal::new(false);
    let lines = compare(before.as_ref().unwrap_or(&after), &after);
    let differing = lines.iter().filter(|line| line.differs()).count();
    let names = names(before.iter().chain([&after]));
    let sums = sums(before.as_ref(), &after);
    let columns = if two { 4 } else { 2 };
    let body = move || {
        let shown = lines.iter().filter(|line| !only.get() || line.differs());
        shown
            .map(|line| line_rows(i18n, line, two, columns, &names))
            .collect_view()
    };
    if after.lines.is_empty() && differing == 0 {
        return view! { <Empty title=move || say!(i18n, money.none)/> }.into_any();
    }
    let told = two.then(|| {
        view! {
            <p class="row between">
                <span class="strong">{say!(i18n, versions.lines_differ, n = differing)}</span>
                <label class="check no-print">
                    <input type="checkbox" prop:checked=move || only.get() on:change=move |event| only.set(event_target_checked(&event))/>
                    <span>{tr!(i18n, versions.only_changes)}</span>
                </label>
            </p>
        }
    });
    view! {
        {told}
        <div class="card flush gap-top">
            <TableBox label=move || say!(i18n, versions.table)>
                <table class="table stacks beside">
                    <caption class="sr-only">{tr!(i18n, versions.table)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, money.funder)}</th>
                            {two.then(|| view! { <th scope="col" class="num">{tr!(i18n, versions.before)}</th> })}
                            <th scope="col" class="num">{if two { tr!(i18n, versions.after) } else { tr!(i18n, money.planned) }}</th>
                            {two.then(|| view! { <th scope="col" class="num">{tr!(i18n, versions.difference)}</th> })}
                        </tr>
                    </thead>
                    <tbody>{body}</tbody>
                    <tbody>{sums.into_iter().map(|sum| sum_rows(i18n, sum, two, columns)).collect_view()}</tbody>
                </table>
            </TableBox>
        </div>
    }
    .into_any()
}

/// The names of the funders, by their grants.
fn names<'a>(plans: impl Iterator<Item = &'a Plan>) -> HashMap<Uuid, String> {
    let all = plans.flat_map(|plan| {
        plan.grants.iter().filter_map(move |grant| {
            let funder = plan.funders.iter().find(|one| one.funder_id == grant.funder_id)?;
            let reference = grant
                .reference
                .as_ref()
                .map(|text| format!(" · {text}"))
                .unwrap_or_default();
            Some((grant.grant_id, format!("{}{reference}", funder.name)))
        })
    });
    all.collect()
}

fn line_rows(
    i18n: I18n,
    line: &Difference,
    two: bool,
    columns: usize,
    names: &HashMap<Uuid, String>,
) -> impl IntoView + use<> {
    let mark = match (&line.before, &line.after) {
        (None, Some(_)) => Some((Tone::Ok, Glyph::Plus, say!(i18n, versions.line_new))),
        (Some(_), None) => Some((Tone::Bad, Glyph::Cross, say!(i18n, versions.line_gone))),
        (before, after) if before != after => Some((Tone::Warn, Glyph::Half, say!(i18n, versions.line_renamed))),
        _ => None,
    };
    let named = |side: &Side| {
        format!(
            "{} ({}, {})",
            side_title(i18n, side),
            category_title(i18n, &side.category),
            side.year
        )
    };
    let now = line
        .after
        .as_ref()
        .or(line.before.as_ref())
        .map(named)
        .unwrap_or_default();
    let was = line
        .before
        .as_ref()
        .filter(|before| Some(*before) != line.after.as_ref() && line.after.is_some());
    let was = was.map(|side| say!(i18n, versions.was_called, name = named(side)));
    let rows = line
        .figures
        .iter()
        .map(|figure| figure_row(i18n, figure, two, names))
        .collect_view();
    view! {
        <tr class="group">
            <th scope="rowgroup" colspan=columns>
                {now} " "
                {mark.filter(|_| two).map(|(tone, glyph, text)| view! { <Badge tone glyph text/> })}
                {was.filter(|_| two).map(|was| view! { <small class="muted">" " {was}</small> })}
            </th>
        </tr>
        {rows}
    }
}

fn side_title(i18n: I18n, side: &Side) -> String {
    match &side.title {
        Some(title) => plain(i18n, title),
        None => category_title(i18n, &side.category),
    }
}

fn figure_row(i18n: I18n, figure: &Figure, two: bool, names: &HashMap<Uuid, String>) -> impl IntoView + use<> {
    let format = formats();
    let name = match figure.what {
        What::Cost => say!(i18n, budget.cost).to_owned(),
        What::Share(grant) => {
            let name = names.get(&grant).cloned().unwrap_or_else(|| "–".to_owned());
            let kind = (figure.kind == Some(GrantKind::InKind)).then(|| format!(" · {}", say!(i18n, money.in_kind)));
            format!("{name}{}", kind.unwrap_or_default())
        }
    };
    let (before, after, currency) = (figure.before, figure.after, figure.currency);
    let change = (figure.mark() != Mark::Same).then(|| signed(format, figure.change(), currency));
    let class = match figure.mark() {
        Mark::Same => "",
        Mark::New | Mark::Changed | Mark::Gone => "changed",
    };
    let amount = move |minor: Option<i64>| {
        minor.map_or_else(|| "–".to_owned(), |minor| format.money(Money::new(minor, currency)))
    };
    view! {
        <tr class=class>
            <th scope="row" class="plain">{name}</th>
            {two.then(|| view! { <td class="num" data-label=say!(i18n, versions.before)>{amount(before)}</td> })}
            <td class="num" data-label=say!(i18n, versions.after)>{amount(after)}</td>
            {two.then(|| view! { <td class="num strong" data-label=say!(i18n, versions.difference)>{change}</td> })}
        </tr>
    }
}

fn signed(format: Format, minor: i64, currency: Currency) -> String {
    let digits = decimals(&[minor], currency);
    let figure = format.figure(Money::new(minor, currency), digits);
    if minor > 0 { format!("+{figure}") } else { figure }
}

/// Cost, funding and gap of one currency and kind, before and after; a gap below zero is what is missing.
struct Sum {
    currency: Currency,
    kind: GrantKind,
    before: [i64; 3],
    after: [i64; 3],
}

fn sums(before: Option<&Plan>, after: &Plan) -> Vec<Sum> {
    let mut all: BTreeMap<(GrantKind, Currency), Sum> = BTreeMap::new();
    let minor = |amount: &parvis_wire::Money| money(amount).map_or(0, |money| money.minor);
    for (plan, is_after) in before.map(|plan| (plan, false)).into_iter().chain([(after, true)]) {
        for sum in &plan.totals.all {
            let PlanSum {
                kind,
                cost,
                planned,
                gap,
                ..
            } = sum;
            let Some(own) = money(cost) else { continue };
            let entry = all.entry((*kind, own.currency)).or_insert(Sum {
                currency: own.currency,
                kind: *kind,
                before: [0; 3],
                after: [0; 3],
            });
            let figures = [own.minor, minor(planned), -minor(gap)];
            match is_after {
                true => entry.after = figures,
                false => entry.before = figures,
            }
        }
    }
    all.into_values().collect()
}

fn sum_rows(i18n: I18n, sum: Sum, two: bool, columns: usize) -> impl IntoView {
    let format = formats();
    let kind = match sum.kind {
        GrantKind::Cash => say!(i18n, money.group_cash),
        GrantKind::InKind => say!(i18n, money.in_kind),
    };
    let title = format!("{} {} · {kind}", say!(i18n, money.total), sum.currency);
    let names = [
        say!(i18n, budget.cost),
        say!(i18n, money.planned),
        say!(i18n, budget.gap),
    ];
    let currency = sum.currency;
    let amount = move |minor| format.money(Money::new(minor, currency));
    let pairs = sum.before.into_iter().zip(sum.after);
    let rows = names.into_iter().zip(pairs).enumerate().map(|(index, (name, (before, after)))| {
        let bad = move |minor: i64| index == 2 && minor < 0;
        let change = (two && before != after).then(|| signed(format, after - before, currency));
        view! {
            <tr class="total" class:changed=two && before != after>
                <th scope="row">{name}</th>
                {two.then(|| view! { <td class="num" class:is-bad=bad(before) data-label=say!(i18n, versions.before)>{amount(before)}</td> })}
                <td class="num" class:is-bad=bad(after) data-label=say!(i18n, versions.after)>{amount(after)}</td>
                {two.then(|| view! { <td class="num" data-label=say!(i18n, versions.difference)>{change}</td> })}
            </tr>
        }
    });
    view! {
        <tr class="group"><th scope="rowgroup" colspan=columns>{title}</th></tr>
        {rows.collect_view()}
    }
}
