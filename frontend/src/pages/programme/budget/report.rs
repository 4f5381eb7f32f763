//! The financial report to one funder, made to be printed: its share, its currency, its rules, and every movement of its
//! grants up to a day.

mod parts;
mod read;
mod tables;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use uuid::Uuid;

use self::parts::{GrantRules, ReportHead, Signatures};
use self::read::Report;
use self::tables::{Conversion, Movements, Statement};
use super::desk::{BudgetBody, BudgetHead, DeskHere};
use crate::api::query;
use crate::components::{Button, Choice, DateField, Empty, Fetched, Form, Loaded, SelectField, on_submit};
use crate::forms::read::{date, date_text};
use crate::forms::texts;
use crate::i18n::{say, tr, words};
use crate::pages::programme::frame::Here;

/// The page.
#[component]
pub fn ReportPage() -> impl IntoView {
    let i18n = words();
    let desk = DeskHere::new();
    view! {
        <div class="no-print"><BudgetHead desk/></div>
        <BudgetBody desk>
            <Show
                when=move || !funders(desk).is_empty()
                fallback=move || view! { <Empty title=move || say!(i18n, money.none) text=move || say!(i18n, money.none_text)/> }
            >
                <Chosen desk/>
            </Show>
        </BudgetBody>
    }
}

/// The funders of the budget, by name.
fn funders(desk: DeskHere) -> Vec<(String, Uuid)> {
    desk.with(|desk| {
        let mut named: Vec<_> = desk
            .balances
            .items
            .iter()
            .map(|row| (desk.funder(row.funder_id), row.funder_id))
            .collect();
        named.sort();
        named.dedup();
        named
    })
}

/// The report of the funder and the day that the address names; the first funder and today where it names none.
#[component]
fn Chosen(desk: DeskHere) -> impl IntoView {
    let here = Here::of_page();
    let asked = use_query_map();
    let wanted = Memo::new(move |_| {
        let asked = asked.read();
        let named = asked.get("funder").and_then(|id| id.parse::<Uuid>().ok());
        let funder = named.or_else(|| funders(desk).first().map(|(_, id)| *id));
        let day = asked
            .get("as_of")
            .and_then(|day| date(&day))
            .unwrap_or_else(|| here.today());
        (
            here.id(),
            desk.with(|desk| desk.budget.id),
            funder.unwrap_or_default(),
            day,
        )
    });
    let from: Fetched<Report> = Fetched::new(move || {
        let (programme, budget, funder, day) = wanted.get();
        async move { Report::read(programme, budget, funder, &day.to_string()).await }
    });
    let draw = move |report: Report| {
        let (_, _, _, day) = wanted.get_untracked();
        view! {
            <article class="report">
                <ReportHead desk report=report.clone() day/>
                <Statement desk report=report.clone()/>
                <Conversion report=report.clone()/>
                <GrantRules report=report.clone()/>
                <Movements desk report=report.clone()/>
                <Signatures report/>
            </article>
        }
    };
    view! {
        <Choose desk wanted=move || (wanted.get().2, wanted.get().3)/>
        <Loaded from draw/>
    }
}

/// Which funder, which day, and the way to paper.
#[component]
fn Choose(desk: DeskHere, wanted: impl Fn() -> (Uuid, chrono::NaiveDate) + Send + Sync + 'static) -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let asked = use_query_map();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let (funder, day) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        let (id, on) = wanted();
        funder.set(id.to_string());
        day.set(date_text(on));
    });
    let go = move || {
        let as_of = texts::date(&day.get_untracked());
        let checked = parvis_domain::period::optional_date("/as_of", Some(as_of.as_str()));
        if form.passes(checked.map_err(Into::into)).is_none() {
            return;
        }
        let budget = asked.read_untracked().get("budget").unwrap_or_default();
        let parameters = [
            ("budget", budget.as_str()),
            ("funder", &funder.get_untracked()),
            ("as_of", &as_of),
        ];
        navigate(&query(&path.get_untracked(), &parameters), Default::default());
    };
    let choices = Signal::derive(move || {
        let funders = funders(desk).into_iter();
        funders.map(|(name, id)| Choice::new(id, name)).collect::<Vec<_>>()
    });
    let print = Callback::new(|()| {
        let _ = window().print();
    });
    view! {
        <form class="row asof section-tight no-print" on:submit=on_submit(go) aria-label=move || say!(i18n, report.choose) novalidate>
            <SelectField form pointer="" label=move || say!(i18n, money.funder) value=funder choices/>
            <DateField form pointer="/as_of" label=move || say!(i18n, budget.as_of) value=day hint=false/>
            <button type="submit" class="btn">{tr!(i18n, budget.show)}</button>
            <Button on_press=print>{tr!(i18n, report.print)}</Button>
        </form>
    }
}
