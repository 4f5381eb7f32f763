//! A statement at work: its rows by what became of them, and the movements that it lacks.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::reconciliation::RowOutcome;
use parvis_wire::budgets::{Movement, Reconciliation, ReconciliationRow};
use uuid::Uuid;

use super::link::Link;
use super::parts::{Movements, Outcome, counted, movement_text};
use crate::api::query;
use crate::api::reconciliations::{self as api, MissingFilter};
use crate::browser;
use crate::components::{
    Button, ButtonKind, Dialog, Empty, Fetched, Form, FormFailure, Loaded, SubmitButton, TableBox, Toasts, on_submit,
};
use crate::format::formats;
use crate::i18n::{row_outcome, say, statement_source, tr, words};
use crate::pages::paged::paged;
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// A row on show, which changes in its place.
type Shown = RwSignal<ReconciliationRow>;

/// One statement.
#[component]
pub fn Statement(id: Uuid) -> impl IntoView {
    let i18n = words();
    let statement: Fetched<Reconciliation> = Fetched::new(move || api::get_reconciliation(id));
    let changes = RwSignal::new(0_u32);
    let changed = Callback::new(move |()| {
        statement.refetch();
        changes.update(|changes| *changes = changes.wrapping_add(1));
    });
    // The counts change with every row; what was opened stays open meanwhile.
    let kept = RwSignal::new(None::<Reconciliation>);
    Effect::new(move |_| {
        if let Some(Ok(statement)) = statement.get() {
            kept.set(Some(statement));
        }
    });
    let there = move || kept.with(Option::is_some);
    view! {
        <Show when=there fallback=move || view! { <Loaded from=statement draw=|_| ()/> }>
            <StatementHead kept/>
            <Rows id kept changed/>
            <section class="stack" aria-labelledby="missing-head">
                <h2 id="missing-head">{tr!(i18n, recon.missing)}</h2>
                <Missing id changes/>
            </section>
        </Show>
    }
}

#[component]
fn StatementHead(kept: RwSignal<Option<Reconciliation>>) -> impl IntoView {
    let i18n = words();
    let (here, format) = (Here::of_page(), formats());
    let form = Form::new(i18n);
    let asked = RwSignal::new(false);
    let path = use_location().pathname;
    let title = move || {
        kept.with(|kept| kept.as_ref().and_then(|kept| kept.file_name.clone()))
            .unwrap_or_else(|| say!(i18n, recon.title).to_owned())
    };
    let facts = move || {
        kept.with(|kept| {
            let kept = kept.as_ref()?;
            let mut facts = vec![
                statement_source(i18n, kept.source).to_owned(),
                format.period(kept.first_day, Some(kept.last_day)),
            ];
            if kept.left_out > 0 {
                facts.push(say!(i18n, recon.left_out, n = format.number(i64::from(kept.left_out))).to_string());
            }
            Some(facts.join(" · "))
        })
    };
    let budget = move || {
        kept.with(|kept| kept.as_ref().map(|kept| kept.budget_id.to_string()))
            .unwrap_or_default()
    };
    let back = move || query(&path.get(), &[("budget", &budget())]);
    let download = move |_| {
        let Some(id) = kept.with_untracked(|kept| kept.as_ref().map(|kept| kept.id)) else {
            return;
        };
        form.send(api::export_reconciliation(id), |bytes| {
            browser::save("reconciliation.csv", &bytes)
        });
    };
    view! {
        <section class="stack">
            <p class="no-print"><a href=back>{tr!(i18n, recon.all)}</a></p>
            <h2>{title}</h2>
            <p class="source">{facts}</p>
            <div class="row no-print">
                <button type="button" class="btn" on:click=download>{tr!(i18n, recon.download)}</button>
                <Show when=move || here.may(Operation::DeleteReconciliation)>
                    <button type="button" class="btn quiet" on:click=move |_| asked.set(true)>{tr!(i18n, recon.take_back)}</button>
                </Show>
            </div>
            <FormFailure form/>
        </section>
        <TakeBack kept asked/>
    }
}

/// Asks before a statement goes with all that was matched.
#[component]
fn TakeBack(kept: RwSignal<Option<Reconciliation>>, asked: RwSignal<bool>) -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let toasts = Toasts::here();
    let navigate = StoredValue::new_local(use_navigate());
    let path = use_location().pathname;
    let submit = move || {
        let Some(statement) = kept.get_untracked() else { return };
        form.send(api::delete_reconciliation(statement.id), move |()| {
            asked.set(false);
            toasts.tell(say!(i18n, recon.taken_back));
            let href = query(&path.get_untracked(), &[("budget", &statement.budget_id.to_string())]);
            navigate.with_value(|navigate| navigate(&href, Default::default()));
        });
    };
    view! {
        <Dialog open=asked title=move || say!(i18n, recon.take_back)>
            <form class="stack" on:submit=on_submit(submit) novalidate>
                <p>{tr!(i18n, recon.take_back_text)}</p>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton kind=ButtonKind::Danger busy=form.busy()>{tr!(i18n, recon.take_back)}</SubmitButton>
                    <Button on_press=move |()| asked.set(false)>{tr!(i18n, form.cancel)}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// The outcomes as ways through the rows, with how many each has.
#[component]
fn Outcomes(kept: RwSignal<Option<Reconciliation>>, #[prop(into)] outcome: Signal<String>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let path = use_location().pathname;
    let asked = use_query_map();
    let href = move |outcome: &str| {
        let word = |name| asked.read().get(name).unwrap_or_default();
        query(
            &path.get(),
            &[
                ("budget", &word("budget")),
                ("statement", &word("statement")),
                ("outcome", outcome),
            ],
        )
    };
    let ways = move || {
        let counts = kept
            .with(|kept| kept.as_ref().map(|kept| kept.counts))
            .unwrap_or_default();
        let all: u32 = counted(&counts).iter().map(|(_, rows)| rows).sum();
        let each = counted(&counts).map(|(one, rows)| (one.as_str(), row_outcome(i18n, one), rows));
        std::iter::once(("", say!(i18n, recon.rows_all), all)).chain(each).map(|(word, text, rows)| {
            let current = move || (outcome.get() == word).then_some("page");
            view! { <a href=href(word) aria-current=current>{format!("{text} ({})", format.number(i64::from(rows)))}</a> }
        }).collect_view()
    };
    view! { <nav class="tabs" aria-label=move || say!(i18n, recon.result)>{ways}</nav> }
}

#[component]
fn Rows(id: Uuid, kept: RwSignal<Option<Reconciliation>>, changed: Callback<()>) -> impl IntoView {
    let i18n = words();
    let asked = use_query_map();
    let outcome = Memo::new(move |_| {
        let word = asked.read().get("outcome").unwrap_or_default();
        RowOutcome::parse(&word)
            .map(|outcome| outcome.as_str().to_owned())
            .unwrap_or_default()
    });
    let linking = RwSignal::new(None::<Shown>);
    // Rows that were changed here since the list was read.
    let said = StoredValue::new(HashMap::<Uuid, ReconciliationRow>::new());
    let told = Callback::new(move |row: ReconciliationRow| {
        said.update_value(|said| drop(said.insert(row.id, row)));
        changed.run(());
    });
    let latest = move |row: ReconciliationRow| {
        let newer = said.with_value(|said| said.get(&row.id).filter(|said| said.version > row.version).cloned());
        newer.unwrap_or(row)
    };
    let open = RwSignal::new(false);
    let (_, shown) = paged(
        move |cursor| api::list_reconciliation_rows(id, outcome.get(), cursor),
        move |rows: Vec<ReconciliationRow>| {
            if rows.is_empty() {
                return view! { <Empty title=move || say!(i18n, recon.no_rows)/> }.into_any();
            }
            let rows = rows
                .into_iter()
                .map(|row| view! { <Row row=RwSignal::new(latest(row)) linking open/> })
                .collect_view();
            view! {
                <div class="card flush prints-wide">
                    <TableBox label=move || say!(i18n, recon.rows_all)>
                        <table class="table stacks">
                            <caption class="sr-only">{tr!(i18n, recon.rows_all)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{tr!(i18n, recon.row)}</th>
                                    <th scope="col">{tr!(i18n, recon.col_day)}</th>
                                    <th scope="col">{tr!(i18n, recon.col_description)}</th>
                                    <th scope="col" class="num">{tr!(i18n, money.amount)}</th>
                                    <th scope="col">{tr!(i18n, recon.result)}</th>
                                    <th scope="col">{tr!(i18n, recon.movements)}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </TableBox>
                </div>
            }
            .into_any()
        },
    );
    view! {
        <Outcomes kept outcome/>
        {shown}
        <Dialog open title=move || say!(i18n, recon.link_title)>
            {move || linking.get().map(|row| view! { <Link row open told/> })}
        </Dialog>
    }
}

#[component]
fn Row(row: Shown, linking: RwSignal<Option<Shown>>, open: RwSignal<bool>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let first = row.get_untracked();
    let what = [first.reference.clone(), first.description.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ");
    let amount = format.amount(&first.amount);
    let label = format!(
        "{} {} {}: {what} {amount}",
        say!(i18n, recon.link),
        say!(i18n, recon.row),
        first.line
    );
    let ask = move |_| {
        linking.set(Some(row));
        open.set(true);
    };
    view! {
        <tr>
            <th scope="row">{format!("{} {}", say!(i18n, recon.row), first.line)}</th>
            <td data-label=say!(i18n, recon.col_day)>{format.day_short(first.day)}</td>
            <td data-label=say!(i18n, recon.col_description)><span>{what}</span></td>
            <td class="num" data-label=say!(i18n, money.amount)>{amount}</td>
            <td data-label=say!(i18n, recon.result)>{move || view! { <Outcome outcome=row.with(|row| row.outcome)/> }}</td>
            <td>
                {move || {
                    let (movements, note) = row.with(|row| (row.movements.clone(), row.note.clone()));
                    let movements = (!movements.is_empty()).then(|| view! { <Movements movements/> });
                    (movements, note.map(|note| view! { <p class="source">{note}</p> }))
                }}
                <Show when=move || here.may(Operation::UpdateReconciliationRow)>
                    <button type="button" class="btn quiet small no-print" aria-label=label.clone() on:click=ask>{tr!(i18n, recon.link)}</button>
                </Show>
            </td>
        </tr>
    }
}

/// The movements that the statement lacks.
#[component]
fn Missing(id: Uuid, changes: RwSignal<u32>) -> impl IntoView {
    let i18n = words();
    let (desk, here, format) = (DeskHere::of_page(), Here::of_page(), formats());
    let fetch = move |cursor| {
        changes.track();
        api::list_missing_movements(id, MissingFilter::default(), cursor)
    };
    let (_, shown) = paged(fetch, move |movements: Vec<Movement>| {
        if movements.is_empty() {
            return view! { <Empty title=move || say!(i18n, recon.missing_none)/> }.into_any();
        }
        let items = movements.into_iter().map(|movement| {
            view! { <li>{movement_text(i18n, format, desk, here, &movement)}</li> }
        });
        view! { <ul class="card of-row">{items.collect_view()}</ul> }.into_any()
    });
    shown
}
