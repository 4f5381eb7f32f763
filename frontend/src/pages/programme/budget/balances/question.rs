//! The form in which balances are asked for, what the answer counts in words, and the ways to take it away.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate};
use parvis_domain::budgets::balances::RollUp;
use parvis_domain::{Code, Fault, Faults};

use super::{Asked, Page};
use crate::api::balances::{Question, export_balances};
use crate::browser;
use crate::components::{Choice, Form, FormFailure, SelectField, TextField, on_submit};
use crate::format::{formats, instant_at, instant_text};
use crate::forms::{read, texts};
use crate::i18n::{roll_up, say, tr, words};

/// The form. Sending it changes the address.
#[component]
pub fn QuestionForm() -> impl IntoView {
    let i18n = words();
    let page = Page::here();
    let form = Form::new(i18n);
    let text = || RwSignal::new(String::new());
    let (by, scope, as_of, known_at, into) = (text(), text(), text(), text(), text());
    Effect::new(move |_| {
        let Asked { whole, question, .. } = page.asked.get();
        by.set(question.by.to_string());
        scope.set(if whole { "programme" } else { "" }.to_owned());
        as_of.set(
            read::date(&question.as_of)
                .map(read::date_text)
                .unwrap_or(question.as_of),
        );
        known_at.set(question.known_at.parse().map(instant_text).unwrap_or(question.known_at));
        into.set(question.into);
    });
    let path = use_location().pathname;
    let navigate = use_navigate();
    let go = move || {
        let mut faults = Faults::new();
        let day = texts::optional_date(&as_of.get_untracked());
        faults.keep(parvis_domain::period::optional_date("/as_of", day.as_deref()));
        let known = known_at.get_untracked();
        let known = (!known.trim().is_empty()).then(|| {
            let at = read::instant(&known).and_then(|(day, hours, minutes)| instant_at(day, hours, minutes));
            at.ok_or_else(|| Fault::new(Code::DateInvalid, "/known_at", "A day, and if needed a time of it."))
        });
        let known = faults.keep(known.transpose());
        let Some(known) = form.passes(faults.finish(known)) else {
            return;
        };
        let asked = Asked {
            budget: page.asked.get_untracked().budget,
            whole: scope.get_untracked() == "programme",
            question: Question {
                as_of: day.unwrap_or_default(),
                known_at: known.unwrap_or_default(),
                by: RollUp::parse(&by.get_untracked()).unwrap_or(RollUp::Line),
                into: into.get_untracked(),
            },
        };
        navigate(&asked.href(&path.get_untracked(), None), Default::default());
    };
    let rows = Signal::derive(move || {
        RollUp::ALL
            .iter()
            .map(|by| Choice::new(by, roll_up(i18n, *by)))
            .collect()
    });
    let scopes = Signal::derive(move || {
        vec![
            Choice::new("", say!(i18n, balances.scope_budget)),
            Choice::new("programme", say!(i18n, balances.scope_programme)),
        ]
    });
    let currencies = Signal::derive(move || {
        let mut all: Vec<String> = page.desk.with(|desk| vec![desk.budget.currency.clone()]);
        all.push(page.here.with(|programme| programme.currency.clone()));
        page.shown.with(|shown| {
            if let Some(shown) = shown {
                all.extend(shown.reporting.iter().cloned());
                all.extend(shown.balances.totals.iter().map(|total| total.currency.clone()));
            }
        });
        all.extend(Some(page.asked.get().question.into).filter(|code| !code.is_empty()));
        all.sort();
        all.dedup();
        all.into_iter()
            .map(|code| Choice::new(&code, &code))
            .collect::<Vec<_>>()
    });
    view! {
        <form class="card fields no-print" on:submit=on_submit(go) aria-label=move || say!(i18n, balances.question) novalidate>
            <SelectField form pointer="/by" label=move || say!(i18n, balances.by) value=by choices=rows/>
            <SelectField form pointer="/scope" label=move || say!(i18n, balances.scope) value=scope choices=scopes/>
            <TextField form pointer="/as_of" label=move || say!(i18n, balances.as_of) value=as_of hint=move || say!(i18n, balances.as_of_hint)/>
            <TextField form pointer="/known_at" label=move || say!(i18n, balances.known_at) value=known_at hint=move || say!(i18n, balances.known_at_hint)/>
            <SelectField form pointer="/in" label=move || say!(i18n, balances.into) value=into choices=currencies
                none=move || say!(i18n, balances.into_none) hint=move || say!(i18n, balances.into_hint)/>
            <div class="row full"><button type="submit" class="btn primary">{tr!(i18n, budget.show)}</button></div>
        </form>
        <Counted/>
    }
}

/// What the answer counts, in words, and its tables.
#[component]
fn Counted() -> impl IntoView {
    let i18n = words();
    let page = Page::here();
    let format = formats();
    let form = Form::new(i18n);
    let said = move || {
        let Question { as_of, known_at, .. } = page.asked.get().question;
        let booked = match read::date(&as_of) {
            Some(day) => say!(i18n, balances.as_of_day, day = format.day(day)),
            None => say!(i18n, balances.today).to_owned(),
        };
        let known = known_at
            .parse()
            .ok()
            .map(|at| say!(i18n, balances.known, instant = format.instant(at)));
        format!("{booked} {}", known.unwrap_or_default())
    };
    let save = move |format: &'static str| {
        move |_| {
            let asked = page.asked.get_untracked();
            let (extent, name) = (asked.extent(page.here.id()), format!("balances.{format}"));
            let call = async move { export_balances(extent, &asked.question, format).await };
            form.send(call, move |bytes| browser::save(&name, &bytes));
        }
    };
    view! {
        <div class="row between section-tight">
            <p class="source" role="status">{said}</p>
            <div class="row no-print" role="group" aria-label=move || say!(i18n, balances.download)>
                <button type="button" class="btn small" on:click=save("csv")>{tr!(i18n, balances.csv)}</button>
                <button type="button" class="btn small" on:click=save("xlsx")>{tr!(i18n, balances.xlsx)}</button>
            </div>
        </div>
        <FormFailure form/>
    }
}
