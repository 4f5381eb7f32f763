//! What the release of money waits for: each grant with its tranches and their conditions, the reports owed to its funder,
//! what is still due on it, and the progress of the works that conditions ask about.

mod acts;
mod grant_card;
mod grant_forms;
mod progress;
mod report_forms;
mod reports;
mod settlement;
mod track;
mod tranche_form;
mod tranche_forms;
mod words;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::{GrantKind, PaymentMode};
use parvis_wire::budgets::Grant;
use uuid::Uuid;

use super::desk::{BudgetBody, BudgetHead, Desk, DeskHere};
use crate::api::{Answer, conditions as api, query};
use crate::components::{Choice, Empty, Fetched, Form, Loaded, SelectField, on_submit};
use crate::i18n::{I18n, say, tr, words};
use crate::lazy::{Folded, area};
use crate::pages::programme::frame::Here;

pub use acts::ActForm;
pub use progress::RecordForm;

use acts::{Acts, ActsDialog};
use grant_card::GrantCard;
use progress::ProgressSection;

/// How many grants are shown at first, and with each further step.
const STEP: usize = 6;

/// The page.
#[component]
pub fn ConditionsPage() -> impl IntoView {
    let desk = DeskHere::new();
    provide_context(desk);
    provide_context(Acts::new());
    view! {
        <BudgetHead desk/>
        <BudgetBody desk>
            <Grants desk/>
            <ProgressSection desk/>
            <ActsDialog/>
        </BudgetBody>
    }
}

/// The address of the conditions of a grant, or of all of them.
fn address(here: Here, budget: Uuid, grant: Option<Uuid>) -> String {
    let grant = grant.map(|id| id.to_string()).unwrap_or_default();
    let path = format!("/programmes/{}/budget/conditions", here.id());
    query(&path, &[("budget", &budget.to_string()), ("grant", &grant)])
}

/// What a grant is called: its funder, and the reference of its decision.
fn grant_name(desk: &Desk, grant: &Grant) -> String {
    let funder = desk.funder(grant.funder_id);
    match &grant.reference {
        Some(reference) => format!("{funder} · {reference}"),
        None => funder,
    }
}

/// The grants of the budget, those that are paid in instalments first.
async fn read(budget: Uuid) -> Answer<Vec<Grant>> {
    let mut grants = api::list_grants(budget).await?;
    grants.sort_by_key(|grant| (grant.payment_mode != PaymentMode::Instalments, grant.kind));
    Ok(grants)
}

#[component]
fn Grants(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let budget = Memo::new(move |_| desk.with(|desk| desk.budget.id));
    let grants: Fetched<Vec<Grant>> = Fetched::new(move || {
        acts.follow_terms();
        read(budget.get())
    });
    view! {
        <section class="section-tight" aria-labelledby="h-grants">
            <div class="section-head">
                <h2 id="h-grants">{tr!(i18n, conditions.title)}</h2>
                <p class="source">{tr!(i18n, conditions.lead)}</p>
            </div>
            <Loaded from=grants draw=move |grants| view! { <Chosen desk grants/> }/>
        </section>
    }
}

/// The grants that the address asks for: one, or all that can be paid.
#[component]
fn Chosen(desk: DeskHere, grants: Vec<Grant>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let asked = use_query_map();
    let shown = RwSignal::new(STEP);
    let wanted = move || asked.read().get("grant").and_then(|id| id.parse::<Uuid>().ok());
    let choices = choices(desk, &grants);
    let several = choices.len() > 1;
    let budget = desk.with(|desk| desk.budget.id);
    let all = StoredValue::new(grants);
    let cards = move || {
        let (wanted, shown) = (wanted(), shown.get());
        let fits = |grant: &&Grant| wanted.map_or(grant.kind == GrantKind::Cash, |id| grant.id == id);
        let cards: Vec<_> = all.with_value(|all| {
            let some = all.iter().filter(fits).take(shown);
            some.map(|grant| view! { <GrantCard desk grant=grant.clone()/> }.into_any())
                .collect()
        });
        match cards.is_empty() {
            true => {
                view! { <Empty title=move || say!(i18n, conditions.none) text=move || say!(i18n, conditions.none_text)/> }
                    .into_any()
            }
            false => view! { <div class="stack">{cards}</div> }.into_any(),
        }
    };
    // All that can be paid, or the one grant that is asked for: there is nothing more to show then.
    let left = move || match wanted() {
        Some(_) => 0,
        None => {
            let cash = |grant: &&Grant| grant.kind == GrantKind::Cash;
            let all = all.with_value(|all| all.iter().filter(cash).count());
            all.saturating_sub(shown.get())
        }
    };
    view! {
        {several.then(|| view! { <Filter choices budget/> })}
        {cards}
        <Show when=move || { left() > 0 }>
            <p class="more">
                <button type="button" class="btn" on:click=move |_| shown.update(|shown| *shown += STEP)>
                    {move || say!(i18n, conditions.more, left = left())}
                </button>
            </p>
        </Show>
        <Show when=move || wanted().is_some() && several>
            <p class="more"><a href=move || address(here, budget, None)>{tr!(i18n, conditions.all_grants)}</a></p>
        </Show>
    }
}

fn choices(desk: DeskHere, grants: &[Grant]) -> Vec<Choice> {
    let name = |grant: &Grant| Choice::new(grant.id, desk.with(|desk| grant_name(desk, grant)));
    let mut choices: Vec<_> = grants.iter().map(name).collect();
    choices.sort_by(|a, b| a.text.cmp(&b.text));
    choices
}

/// Narrows the page to one grant, in the address.
#[component]
fn Filter(choices: Vec<Choice>, budget: Uuid) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let form = Form::new(i18n);
    let asked = use_query_map();
    let navigate = leptos_router::hooks::use_navigate();
    let grant = RwSignal::new(String::new());
    Effect::new(move |_| grant.set(asked.read().get("grant").unwrap_or_default()));
    let go = move || {
        let href = address(here, budget, grant.get_untracked().parse().ok());
        navigate(&href, Default::default());
    };
    let choices = Signal::stored(choices);
    view! {
        <form class="search no-print" role="search" on:submit=on_submit(go) aria-label=move || say!(i18n, form.filter)>
            <SelectField form pointer="" label=move || say!(i18n, conditions.grant) value=grant choices none=move || say!(i18n, form.any)/>
            <button type="submit" class="btn">{tr!(i18n, form.filter)}</button>
        </form>
    }
}

/// The forms that are folded until somebody needs them.
fn folded_record(i18n: I18n, here: Here) -> impl IntoView {
    view! {
        <Show when=move || here.may(Operation::RecordProgress)>
            <Folded summary=move || say!(i18n, progress.record) area=area::record_progress/>
        </Show>
    }
}
