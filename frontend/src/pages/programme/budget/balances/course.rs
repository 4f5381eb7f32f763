//! The course of balances over time: cumulative lines per currency and kind, with their table.

use chrono::Datelike;
use leptos::prelude::*;
use parvis_domain::budgets::GrantKind;
use parvis_domain::period::EARLIEST;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{BalanceCurve, BalancePoint};

use super::Shown;
use super::table::{figure_name, section_name};
use crate::charts::curve::{SIDE, Scale, Time, steps};
use crate::components::TableBox;
use crate::figures::Figure;
use crate::format::{Format, decimals, formats};
use crate::i18n::{I18n, say, tr, words};
use crate::ledger::money;

/// The lines of a drawing, with the class of each.
const CASH: &[(Figure, &str)] = &[
    (Figure::Planned, "c-planned"),
    (Figure::Committed, "c-committed"),
    (Figure::Disbursed, "c-disbursed"),
    (Figure::Spent, "c-spent"),
    (Figure::Justified, "c-justified"),
];
const IN_KIND: &[(Figure, &str)] = &[(Figure::Planned, "c-planned"), (Figure::Contributed, "c-spent")];

fn at(point: &BalancePoint, figure: Figure) -> i64 {
    let amount = match figure {
        Figure::Planned => &point.planned,
        Figure::Granted => &point.granted,
        Figure::Committed => &point.committed,
        Figure::Disbursed => &point.disbursed,
        Figure::Spent => &point.spent,
        Figure::Justified => &point.justified,
        _ => &point.contributed,
    };
    money(amount).map_or(0, |money| money.minor)
}

/// Whether the point is the plan as it was first made, which has no day of its own.
fn is_original(point: &BalancePoint) -> bool {
    point.on.year() == EARLIEST.year()
}

/// The drawings, one per currency and kind; nothing where nothing is booked.
#[component]
pub fn Course(shown: Shown) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let curves = shown
        .series
        .items
        .iter()
        .filter_map(|curve| drawing(i18n, format, curve));
    let curves: Vec<_> = curves.collect();
    if curves.is_empty() {
        return ().into_any();
    }
    let known = !shown.asked.question.known_at.is_empty();
    view! {
        <section class="section-tight stack" aria-labelledby="h-course">
            <div>
                <h2 id="h-course">{tr!(i18n, balances.over_time)}</h2>
                {known.then(|| view! { <p class="source">{tr!(i18n, balances.over_time_known)}</p> })}
            </div>
            <div class="courses">{curves}</div>
        </section>
    }
    .into_any()
}

fn drawing(i18n: I18n, format: Format, curve: &BalanceCurve) -> Option<AnyView> {
    let currency = Currency::parse("", &curve.currency).ok()?;
    // The plan as it was first made holds from the earliest day on; the drawing begins with what came after.
    let first = curve.points.iter().find(|point| !is_original(point))?;
    let last = curve.points.last()?;
    let lines = match curve.kind {
        GrantKind::Cash => CASH,
        GrantKind::InKind => IN_KIND,
    };
    let amounts: Vec<i64> = curve
        .points
        .iter()
        .flat_map(|point| lines.iter().map(|(figure, _)| at(point, *figure)))
        .collect();
    let scale = Scale::over(amounts.iter().copied().max().unwrap_or(0), currency.digits());
    let time = Time::between(first.on, last.on);
    let paths = lines.iter().map(|(figure, class)| {
        let points: Vec<_> = curve
            .points
            .iter()
            .map(|point| (point.on, at(point, *figure)))
            .collect();
        view! { <path class=*class d=steps(&points, time, scale)></path> }
    });
    let paths = paths.collect_view();
    let grid = scale
        .marks()
        .into_iter()
        .map(|mark| view! { <path class="grid" d=format!("M0 {}H{SIDE}", scale.y(mark))></path> });
    let grid = grid.collect_view();
    let short = move |minor| format.money_short(Money::new(minor, currency));
    let label = say!(
        i18n,
        balances.over_time_label,
        currency = section_name(i18n, currency.code(), curve.kind),
        day = format.day(last.on),
        planned = short(at(last, Figure::Planned)),
        committed = short(at(last, Figure::Committed)),
        spent = short(at(
            last,
            if curve.kind == GrantKind::Cash {
                Figure::Spent
            } else {
                Figure::Contributed
            }
        ))
    );
    let marks = scale
        .marks()
        .into_iter()
        .map(|mark| view! { <span>{format.figure(Money::new(mark, currency), 0)}</span> });
    let marks = marks.collect_view();
    let days = time.labels().map(|day| view! { <span>{format.month(day)}</span> });
    let legend = lines.iter().map(|(figure, class)| {
        view! {
            <li>
                <svg class="chart" viewBox="0 0 22 14" aria-hidden="true"><path class=*class d="M0 7H22"></path></svg>
                {figure_name(i18n, *figure)}
            </li>
        }
    });
    let legend = legend.collect_view();
    Some(
        view! {
            <figure class="card course">
                <figcaption><h3>{section_name(i18n, currency.code(), curve.kind)}</h3></figcaption>
                <ul class="legend">{legend}</ul>
                <div class="curve">
                    <div class="marks source" aria-hidden="true">{marks}</div>
                    <svg class="chart lines" viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label=label>{grid}{paths}</svg>
                    <div class="days source" aria-hidden="true">{days.into_iter().collect_view()}</div>
                </div>
                <details class="disclosure">
                    <summary>{tr!(i18n, balances.as_table)}</summary>
                    {table(i18n, format, curve, lines, currency, decimals(&amounts, currency))}
                </details>
            </figure>
        }
        .into_any(),
    )
}

fn table(
    i18n: I18n,
    format: Format,
    curve: &BalanceCurve,
    lines: &'static [(Figure, &'static str)],
    currency: Currency,
    digits: u32,
) -> impl IntoView + use<> {
    let heads = lines
        .iter()
        .map(|(figure, _)| view! { <th scope="col" class="num">{figure_name(i18n, *figure)}</th> });
    let heads = heads.collect_view();
    let rows = curve.points.iter().map(|point| {
        let day = match is_original(point) {
            true => say!(i18n, balances.original_plan).to_owned(),
            false => format.day_short(point.on),
        };
        let cells = lines.iter().map(|(figure, _)| {
            let amount = format.figure(Money::new(at(point, *figure), currency), digits);
            view! { <td class="num">{amount}</td> }
        });
        view! { <tr><th scope="row" class="amount">{day}</th>{cells.collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <TableBox label=move || say!(i18n, balances.over_time)>
            <table class="table">
                <thead><tr><th scope="col">{tr!(i18n, balances.up_to)}</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
}
