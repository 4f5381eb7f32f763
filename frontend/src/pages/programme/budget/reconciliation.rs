//! Reconciliation: statements of the accounts and the bank beside the ledger.

mod import;
mod link;
mod mapping;
mod parts;
mod preview;
mod statement;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_wire::budgets::Reconciliation;
use uuid::Uuid;

use super::desk::{BudgetBody, BudgetHead, DeskHere};
use crate::api::{query, reconciliations as api};
use crate::components::{Alert, Empty, TableBox, Tone};
use crate::format::formats;
use crate::i18n::{row_outcome, say, statement_source, tr, words};
use crate::pages::paged::paged;
use crate::pages::programme::frame::Here;
use import::Import;
use parts::counted;
use statement::Statement;

/// The page: a statement where the address names one, else all of them and the way to a new one.
#[component]
pub fn ReconciliationPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let desk = DeskHere::new();
    provide_context(desk);
    let asked = use_query_map();
    let statement = Memo::new(move |_| asked.read().get("statement").and_then(|id| id.parse::<Uuid>().ok()));
    let content = move || match statement.get() {
        Some(id) => view! { <Statement id/> }.into_any(),
        None => view! { <Statements/> }.into_any(),
    };
    view! {
        <BudgetHead desk/>
        <Show
            when=move || here.may(Operation::ListReconciliations)
            fallback=move || view! { <Alert tone=Tone::Info title=move || say!(i18n, problem.permission_denied)/> }
        >
            <BudgetBody desk>{content}</BudgetBody>
        </Show>
    }
}

#[component]
fn Statements() -> impl IntoView {
    let i18n = words();
    let desk = DeskHere::of_page();
    let budget = Memo::new(move |_| desk.with(|desk| desk.budget.id));
    let (_, shown) = paged(
        move |cursor| api::list_reconciliations(budget.get(), cursor),
        move |all: Vec<Reconciliation>| {
            if all.is_empty() {
                return view! { <Empty title=move || say!(i18n, recon.none) text=move || say!(i18n, recon.none_text)/> }.into_any();
            }
            let rows = all.into_iter().map(|one| view! { <StatementLine one/> }).collect_view();
            view! {
                <div class="card flush">
                    <TableBox label=move || say!(i18n, recon.statements)>
                        <table class="table stacks">
                            <caption class="sr-only">{tr!(i18n, recon.statements)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{tr!(i18n, recon.file)}</th>
                                    <th scope="col">{tr!(i18n, recon.source)}</th>
                                    <th scope="col">{tr!(i18n, recon.days)}</th>
                                    <th scope="col">{tr!(i18n, recon.result)}</th>
                                    <th scope="col">{tr!(i18n, recon.read_on)}</th>
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
        <Import/>
        <section class="stack">
            <h2>{tr!(i18n, recon.statements)}</h2>
            {shown}
        </section>
    }
}

#[component]
fn StatementLine(one: Reconciliation) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let path = use_location().pathname;
    let (budget, id) = (one.budget_id.to_string(), one.id.to_string());
    let href = move || query(&path.get(), &[("budget", &budget), ("statement", &id)]);
    let name = one
        .file_name
        .clone()
        .unwrap_or_else(|| statement_source(i18n, one.source).to_owned());
    let results = counted(&one.counts).into_iter().filter(|(_, rows)| *rows > 0);
    let results: Vec<String> = results
        .map(|(outcome, rows)| format!("{} {}", format.number(i64::from(rows)), row_outcome(i18n, outcome)))
        .collect();
    view! {
        <tr>
            <th scope="row"><a href=href>{name}</a></th>
            <td data-label=say!(i18n, recon.source)>{statement_source(i18n, one.source)}</td>
            <td data-label=say!(i18n, recon.days)>{format.period(one.first_day, Some(one.last_day))}</td>
            <td data-label=say!(i18n, recon.result)>{results.join(" · ")}</td>
            <td data-label=say!(i18n, recon.read_on)>{format.instant(one.created_at)}</td>
        </tr>
    }
}
