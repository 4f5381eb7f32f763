//! The years of the accounts: what each holds, what is open in it, closing it and opening it again, and the record of both.

mod open_items;
mod year_forms;

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::years::YearAction;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{BudgetYear, BudgetYears, YearRecord, YearTotal};

use super::desk::{BudgetBody, BudgetHead, DeskHere};
use crate::api::{Answer, Failure, years as api};
use crate::components::{Badge, Button, ButtonKind, Dialog, Empty, Fetched, Glyph, Icon, Loaded, TableBox, Tone};
use crate::format::{decimals, formats};
use crate::i18n::{say, tr, words};
use crate::ledger::money;
use crate::pages::programme::frame::Here;

use open_items::OpenItems;
use year_forms::{CloseForm, ReopenForm};

/// The page.
#[component]
pub fn YearsPage() -> impl IntoView {
    let desk = DeskHere::new();
    view! {
        <BudgetHead desk/>
        <BudgetBody desk>
            <Years desk/>
        </BudgetBody>
    }
}

async fn read(budget: Option<uuid::Uuid>) -> Answer<BudgetYears> {
    api::list_budget_years(budget.ok_or_else(Failure::not_found)?).await
}

/// What is about to be done with a year.
#[derive(Debug, Clone)]
enum Asked {
    /// Close it.
    Close(BudgetYear),
    /// Open it again.
    Reopen(BudgetYear),
}

/// What the forms of the page share.
#[derive(Clone, Copy)]
struct YearsHere {
    desk: DeskHere,
    from: Fetched<BudgetYears>,
    asked: RwSignal<Option<Asked>>,
    open: RwSignal<bool>,
}

#[component]
fn Years(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let budget = Memo::new(move |_| desk.with(|desk| Some(desk.budget.id)));
    let from: Fetched<BudgetYears> = Fetched::new(move || read(budget.get()));
    let years = YearsHere {
        desk,
        from,
        asked: RwSignal::new(None),
        open: RwSignal::new(false),
    };
    let draw = move |all: BudgetYears| {
        if all.items.is_empty() {
            return view! { <Empty title=move || say!(i18n, years.none) text=move || say!(i18n, years.none_text)/> }
                .into_any();
        }
        let last_closed = all.items.iter().filter(|year| year.closed).map(|year| year.year).max();
        // What is to be done comes first: the open years in their order, then the closed ones, the latest first.
        let (closed, open): (Vec<_>, Vec<_>) = all.items.into_iter().partition(|year| year.closed);
        let cards = open
            .into_iter()
            .chain(closed.into_iter().rev())
            .map(|year| {
                let last = last_closed == Some(year.year);
                view! { <YearCard years year last/> }
            })
            .collect_view();
        view! { <div class="stack">{cards}</div> }.into_any()
    };
    let title = move || {
        years.asked.with(|asked| match asked {
            Some(Asked::Close(year)) => say!(i18n, years.close_title, year = year.year),
            Some(Asked::Reopen(year)) => say!(i18n, years.reopen_title, year = year.year),
            None => String::new(),
        })
    };
    let form = move || match years.asked.get_untracked()? {
        Asked::Close(year) => Some(view! { <CloseForm years year/> }.into_any()),
        Asked::Reopen(year) => Some(view! { <ReopenForm years year/> }.into_any()),
    };
    view! {
        <section class="section-tight" aria-labelledby="h-years">
            <div class="section-head">
                <h2 id="h-years">{tr!(i18n, years.title)}</h2>
                <p class="source">{tr!(i18n, years.lead)}</p>
            </div>
            <Loaded from draw/>
        </section>
        <Dialog open=years.open title>{form}</Dialog>
    }
}

#[component]
fn YearCard(
    years: YearsHere,
    year: BudgetYear,
    /// Whether it is the last that was closed, which alone can be opened again.
    last: bool,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let number = year.year;
    let (tone, glyph, text) = match (year.closed, year.closable) {
        (true, _) => (Tone::Ok, Glyph::Check, say!(i18n, years.closed)),
        (false, true) => (Tone::Warn, Glyph::Clock, say!(i18n, years.closable)),
        (false, false) => (Tone::Info, Glyph::Half, say!(i18n, years.open)),
    };
    let (closed, closable) = (year.closed, year.closable);
    let heading = format!("year-{number}");
    let kept = StoredValue::new(year.clone());
    let ask = move |asked: fn(BudgetYear) -> Asked| {
        years.asked.set(Some(asked(kept.get_value())));
        years.open.set(true);
    };
    let records = year.records.clone();
    view! {
        <article class="card stack year" aria-labelledby=heading data-year=number data-closed=closed.to_string()>
            <header>
                <p class="row"><h3 id=heading.clone()>{number}</h3><Badge tone glyph text=move || text/></p>
                <div class="row no-print">
                    <Show when=move || closable && here.may(Operation::CloseBudgetYear)>
                        <Button kind=ButtonKind::Primary on_press=move |()| ask(Asked::Close)>{move || say!(i18n, years.close, year = number)}</Button>
                    </Show>
                    <Show when=move || last && here.may(Operation::ReopenBudgetYear)>
                        <Button on_press=move |()| ask(Asked::Reopen)>{move || say!(i18n, years.reopen, year = number)}</Button>
                    </Show>
                </div>
            </header>
            <Totals totals=year.totals.clone() year=number/>
            <OpenItems desk=years.desk year/>
            <Records records/>
        </article>
    }
}

/// The sums of a year, a row per currency and kind.
#[component]
fn Totals(totals: Vec<YearTotal>, year: i32) -> impl IntoView {
    let i18n = words();
    if totals.is_empty() {
        return view! { <p class="muted">{tr!(i18n, years.empty)}</p> }.into_any();
    }
    let rows = totals
        .into_iter()
        .map(|total| view! { <TotalRow total/> })
        .collect_view();
    let caption = say!(i18n, years.sums, year = year);
    let label = caption.clone();
    view! {
        <TableBox label=move || label.clone()>
            <table class="table stacks">
                <caption class="sr-only">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{tr!(i18n, budget.currency_head)}</th>
                        <th scope="col" class="num">{tr!(i18n, money.planned)}</th>
                        <th scope="col" class="num">{tr!(i18n, money.granted)}</th>
                        <th scope="col" class="num">{tr!(i18n, money.committed)}</th>
                        <th scope="col" class="num">{tr!(i18n, money.disbursed)}</th>
                        <th scope="col" class="num">{tr!(i18n, money.spent)}</th>
                        <th scope="col" class="num">{tr!(i18n, years.justified)}</th>
                        <th scope="col" class="num">{tr!(i18n, money.contributed)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
    .into_any()
}

#[component]
fn TotalRow(total: YearTotal) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let currency = Currency::parse("", &total.currency).ok()?;
    let minor = |amount: &parvis_wire::Money| money(amount).map_or(0, |money| money.minor);
    let cash = total.kind == GrantKind::Cash;
    let all = [
        (say!(i18n, money.planned), minor(&total.planned), true),
        (say!(i18n, money.granted), minor(&total.granted), true),
        (say!(i18n, money.committed), minor(&total.committed), cash),
        (say!(i18n, money.disbursed), minor(&total.disbursed), cash),
        (say!(i18n, money.spent), minor(&total.spent), cash),
        (say!(i18n, years.justified), minor(&total.justified), cash),
        (say!(i18n, money.contributed), minor(&total.contributed), !cash),
    ];
    let digits = decimals(&all.map(|(_, minor, _)| minor), currency);
    let cells = all.map(|(label, minor, applies)| match applies {
        true => view! { <td class="num" data-label=label>{format.figure(Money::new(minor, currency), digits)}</td> }.into_any(),
        false => view! { <td class="num muted skip-phone"><span aria-hidden="true">"–"</span><span class="sr-only">{tr!(i18n, money.not_applicable)}</span></td> }.into_any(),
    });
    let kind = match total.kind {
        GrantKind::Cash => say!(i18n, money.cash),
        GrantKind::InKind => say!(i18n, money.in_kind),
    };
    Some(view! {
        <tr>
            <th scope="row">{currency.code()} <span class="muted">" · " {kind}</span></th>
            {cells.into_iter().collect_view()}
        </tr>
    })
}

/// Every closing and opening again.
#[component]
fn Records(records: Vec<YearRecord>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let rows = records
        .into_iter()
        .map(|record| {
            let at = format.instant(record.at);
            let (glyph, text) = match record.action {
                YearAction::Closed => (Glyph::Check, say!(i18n, years.was_closed, at = at)),
                YearAction::Reopened => (Glyph::Ring, say!(i18n, years.was_reopened, at = at)),
            };
            view! { <li><p><Icon glyph/> " " {text}</p>{record.reason.map(|reason| view! { <p class="source">{reason}</p> })}</li> }
        })
        .collect_view();
    (!rows.is_empty()).then(|| {
        view! {
            <div class="records">
                <h4>{tr!(i18n, years.record)}</h4>
                <ul class="plain-list">{rows}</ul>
            </div>
        }
    })
}
