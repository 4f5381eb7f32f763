//! The figures of the report: line by line, converted with every rate named, and movement by movement.

use leptos::prelude::*;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::rates::Rate;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{BalanceTotal, Movement, UsedRate};
use uuid::Uuid;

use super::parts::policy_name;
use super::read::Report;
use crate::components::TableBox;
use crate::format::{decimals, formats};
use crate::i18n::{movement_kind, say, tr, words};
use crate::ledger::money;
use crate::ledger::statement::{Part, Row, statement};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// The statement by line, one table per currency and kind.
#[component]
pub fn Statement(desk: DeskHere, report: Report) -> impl IntoView {
    let i18n = words();
    let parts = statement(report.shares(), &report.movements);
    let tables = parts.into_iter().map(|part| match part.kind {
        GrantKind::Cash => view! { <Cash desk part/> }.into_any(),
        GrantKind::InKind => view! { <InKind desk part/> }.into_any(),
    });
    view! {
        <section aria-labelledby="h-statement">
            <h3 id="h-statement">{tr!(i18n, report.statement)}</h3>
            <div class="stack">{tables.collect_view()}</div>
            {(report.waiting > 0).then(|| view! {
                <p class="source">{say!(i18n, report.waiting, count = formats().number(i64::try_from(report.waiting).unwrap_or_default()))}</p>
            })}
        </section>
    }
}

/// What a column shows of a row.
type Column = (&'static str, fn(&Row) -> i64);

#[component]
fn Cash(desk: DeskHere, part: Part) -> impl IntoView {
    let i18n = words();
    let columns: Vec<Column> = vec![
        (say!(i18n, money.planned), |row| row.sums.planned),
        (say!(i18n, money.granted), |row| row.sums.granted),
        (say!(i18n, money.committed), |row| row.sums.committed),
        (say!(i18n, money.disbursed), |row| row.sums.disbursed),
        (say!(i18n, money.spent), |row| row.sums.spent),
        (say!(i18n, report.justified), |row| row.sums.justified),
        (say!(i18n, report.refused), |row| row.refused),
        (say!(i18n, report.to_pay), |row| row.to_pay()),
    ];
    let caption = format!("{} · {}", say!(i18n, money.cash), part.currency);
    view! { <Lines desk part columns caption/> }
}

#[component]
fn InKind(desk: DeskHere, part: Part) -> impl IntoView {
    let i18n = words();
    let columns: Vec<Column> = vec![
        (say!(i18n, money.planned), |row| row.sums.planned),
        (say!(i18n, money.granted), |row| row.sums.granted),
        (say!(i18n, money.contributed), |row| row.sums.contributed),
        (say!(i18n, report.to_come), |row| {
            row.sums.planned - row.sums.contributed
        }),
    ];
    let caption = format!("{} · {}", say!(i18n, report.in_kind), part.currency);
    view! { <Lines desk part columns caption/> }
}

#[component]
fn Lines(desk: DeskHere, part: Part, columns: Vec<Column>, caption: String) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let all = part
        .lines
        .iter()
        .flat_map(|(_, row)| columns.iter().map(|(_, of)| of(row)));
    let digits = decimals(&all.collect::<Vec<_>>(), part.currency);
    let figure = move |minor| format.figure(Money::new(minor, part.currency), digits);
    let cells = |row: &Row| {
        let cell = |(name, of): &Column| view! { <td class="num" data-label=*name>{figure(of(row))}</td> };
        columns.iter().map(cell).collect_view()
    };
    let name = |line: Uuid| {
        let programme = here.get();
        programme.map(|programme| desk.with(|desk| desk.line(i18n, line, &programme)))
    };
    let rows = part
        .lines
        .iter()
        .map(|(line, row)| view! { <tr><th scope="row">{name(*line)}</th>{cells(row)}</tr> })
        .collect_view();
    let total = cells(&part.total);
    let heads = columns
        .iter()
        .map(|(name, _)| view! { <th scope="col" class="num">{*name}</th> })
        .collect_view();
    let label = caption.clone();
    view! {
        <TableBox label=label>
            <table class="table stacks">
                <caption>{caption}</caption>
                <thead><tr><th scope="col">{tr!(i18n, money.line)}</th>{heads}</tr></thead>
                <tbody>
                    {rows}
                    <tr class="total"><th scope="row">{tr!(i18n, money.total)} " " {part.currency.code()}</th>{total}</tr>
                </tbody>
            </table>
        </TableBox>
    }
}

/// The totals in the currency of the funder's reports, with every rate that was used and every one that is missing.
#[component]
pub fn Conversion(report: Report) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let converted = report.converted?;
    let currency = converted.currency.clone();
    let total = move |total: BalanceTotal| {
        let cash = total.kind == GrantKind::Cash;
        let name = if cash {
            say!(i18n, money.cash)
        } else {
            say!(i18n, money.in_kind)
        };
        let chain = [&total.committed, &total.disbursed, &total.spent, &total.justified];
        let always = [&total.planned, &total.granted].map(|amount| format.amount(amount));
        let cash_only = chain.map(|amount| if cash { format.amount(amount) } else { "–".to_owned() });
        let contributed = if cash {
            "–".to_owned()
        } else {
            format.amount(&total.contributed)
        };
        let cells = always.into_iter().chain(cash_only).chain([contributed]);
        let cells = cells.map(|text| view! { <td class="num">{text}</td> }).collect_view();
        view! { <tr><th scope="row">{name}</th>{cells}</tr> }
    };
    let rate = move |rate: UsedRate| {
        let source = rate
            .source
            .unwrap_or_else(|| say!(i18n, report.own_exchange).to_owned());
        let policy = policy_name(i18n, rate.policy);
        view! { <li>{format!("1 {} = {} {} · {} · {source} · {policy}", rate.from, rate.rate, rate.to, format.day(rate.on))}</li> }
    };
    let missing = converted
        .missing
        .iter()
        .map(|missing| format!("{} → {}", missing.from, missing.to));
    let missing = missing.collect::<Vec<_>>().join(", ");
    let totals = converted.totals.into_iter().map(total).collect_view();
    let rates = converted.rates.into_iter().map(rate).collect::<Vec<_>>();
    let caption = say!(i18n, report.converted, currency = currency.clone());
    let label = caption.clone();
    Some(view! {
        <section aria-labelledby="h-converted">
            <h3 id="h-converted">{caption}</h3>
            <TableBox label=label>
                <table class="table">
                    <caption class="sr-only">{tr!(i18n, report.converted, currency = currency.clone())}</caption>
                    <thead>
                        <tr>
                            <th scope="col"><span class="sr-only">{tr!(i18n, movement.kind)}</span></th>
                            <th scope="col" class="num">{tr!(i18n, money.planned)}</th>
                            <th scope="col" class="num">{tr!(i18n, money.granted)}</th>
                            <th scope="col" class="num">{tr!(i18n, money.committed)}</th>
                            <th scope="col" class="num">{tr!(i18n, money.disbursed)}</th>
                            <th scope="col" class="num">{tr!(i18n, money.spent)}</th>
                            <th scope="col" class="num">{tr!(i18n, report.justified)}</th>
                            <th scope="col" class="num">{tr!(i18n, money.contributed)}</th>
                        </tr>
                    </thead>
                    <tbody>{totals}</tbody>
                </table>
            </TableBox>
            {(!rates.is_empty()).then(|| view! {
                <p class="source">{tr!(i18n, report.rates_used)}</p>
                <ul class="rates source">{rates}</ul>
            })}
            {(!missing.is_empty()).then(|| view! { <p class="is-bad">{say!(i18n, report.rates_missing, pairs = missing)}</p> })}
        </section>
    })
}

/// Every movement of the funder's grants that counts, oldest first.
#[component]
pub fn Movements(desk: DeskHere, report: Report) -> impl IntoView {
    let i18n = words();
    let rows = report
        .movements
        .into_iter()
        .map(|movement| view! { <MovementRow desk movement/> })
        .collect_view();
    view! {
        <section aria-labelledby="h-movements">
            <h3 id="h-movements">{tr!(i18n, report.movements)}</h3>
            {match rows.is_empty() {
                true => view! { <p>{tr!(i18n, movement.none)}</p> }.into_any(),
                false => view! {
                    <TableBox label=move || say!(i18n, report.movements)>
                        <table class="table stacks">
                            <caption class="sr-only">{tr!(i18n, report.movements)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{tr!(i18n, movement.booked_on)}</th>
                                    <th scope="col">{tr!(i18n, movement.kind)}</th>
                                    <th scope="col">{tr!(i18n, money.line)}</th>
                                    <th scope="col">{tr!(i18n, report.parties)}</th>
                                    <th scope="col">{tr!(i18n, movement.reference)}</th>
                                    <th scope="col" class="num">{tr!(i18n, movement.original)}</th>
                                    <th scope="col" class="num">{tr!(i18n, money.amount)}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </TableBox>
                }.into_any(),
            }}
            {report.cut.then(|| view! { <p class="source">{tr!(i18n, report.cut)}</p> })}
        </section>
    }
}

#[component]
fn MovementRow(desk: DeskHere, movement: Movement) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let programme = here.get();
    let line = programme.map(|programme| desk.with(|desk| desk.line(i18n, movement.line_id, &programme)));
    let reverses = movement.reverses.is_some();
    let signed = |amount: &parvis_wire::Money| {
        let mut amount = money(amount)?;
        if reverses {
            amount.minor = -amount.minor;
        }
        Some(amount)
    };
    let (amount, original) = (signed(&movement.amount), movement.original.as_ref().and_then(signed));
    let rate = original.zip(amount).and_then(|(from, to)| {
        let positive = |money: Money| Money::new(money.minor.abs(), money.currency);
        let one = |currency: Currency| Money::new(10_i64.pow(currency.digits()), currency);
        let rate = Rate::between(positive(to), positive(from))?;
        let other = rate.convert(one(to.currency), from.currency)?;
        Some(format!("1 {} ≈ {}", to.currency, format.money(other)))
    });
    let original = original.map(|money| format.money(money));
    let kind = match reverses {
        true => format!(
            "{} · {}",
            movement_kind(i18n, movement.kind),
            say!(i18n, movement.is_reversal)
        ),
        false => movement_kind(i18n, movement.kind).to_owned(),
    };
    let name = |id: Option<Uuid>| id.map(|id| desk.with(|desk| desk.funder(id)));
    let parties = [name(movement.payer_id), name(movement.payee_id)];
    let parties = parties.into_iter().flatten().collect::<Vec<_>>().join(" → ");
    let refused = movement.refused.as_ref().map(|refused| {
        let amount = format.amount(&refused.amount);
        format!("{}: {amount}, {}", say!(i18n, report.refused), refused.reason)
    });
    let refused = refused.map(|text| view! { <br/><span class="source">{text}</span> });
    view! {
        <tr>
            <td class="amount" data-label=say!(i18n, movement.booked_on)>{format.day_short(movement.booked_on)}</td>
            <th scope="row">{kind}</th>
            <td data-label=say!(i18n, money.line)>{line}</td>
            <td data-label=say!(i18n, report.parties)>{parties}</td>
            <td data-label=say!(i18n, movement.reference)><span>{movement.reference}{refused}</span></td>
            <td class="num" data-label=say!(i18n, movement.original)><span>{original}{rate.map(|rate| view! { <br/><span class="source">{rate}</span> })}</span></td>
            <td class="num" data-label=say!(i18n, money.amount)>{amount.map(|money| format.money(money))}</td>
        </tr>
    }
}
