//! What makes another version: a submission, a funder's withdrawal, the copy of a year.

use chrono::Datelike;
use leptos::prelude::*;
use parvis_domain::Money;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::cofinancing::Outcome;
use parvis_wire::budgets::{GrantWithdrawal, Plan, PlanSubmission, YearCopy};
use uuid::Uuid;

use super::VersionsHere;
use crate::api::plans;
use crate::components::{
    Alert, ButtonKind, Choice, DateField, Form, FormFailure, SelectField, SubmitButton, TextField, Toasts, Tone,
    on_submit,
};
use crate::format::formats;
use crate::forms::texts;
use crate::i18n::{say, tr, words};
use crate::ledger::{Sums, money};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::budget::edit::funder_of;
use crate::pages::programme::budget::rule_list::RuleList;

/// Submitting the plan as it stands: what that means, which rules hold it, and what is said with it.
#[component]
pub fn SubmitPlan() -> impl IntoView {
    let i18n = words();
    let here = VersionsHere::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let reason = RwSignal::new(String::new());
    let submit = move || {
        let request = PlanSubmission {
            reason: texts::optional(&reason.get_untracked()),
        };
        let Some((budget, version)) = here.rests_on() else {
            return;
        };
        if form.passes(request.check()).is_none() {
            return;
        }
        form.send(plans::submit_plan(budget, version, request), move |_| {
            toasts.tell(say!(i18n, versions.submitted));
            reason.set(String::new());
            here.reload();
        });
    };
    let holding = Signal::derive(move || {
        let rules = here.plan().map(|plan| plan.rules).unwrap_or_default();
        let held = rules
            .into_iter()
            .filter(|rule| !rule.advisory && rule.outcome != Outcome::Met);
        held.collect::<Vec<_>>()
    });
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <p>{tr!(i18n, versions.submit_text)}</p>
            <Show
                when=move || holding.with(Vec::is_empty)
                fallback=move || view! {
                    <Alert tone=Tone::Bad title=move || say!(i18n, versions.held)><p>{tr!(i18n, versions.held_text)}</p></Alert>
                    <RuleList rules=holding before=Signal::stored(None)/>
                }
            >
                <Alert tone=Tone::Ok title=move || say!(i18n, versions.ready)/>
            </Show>
            <TextField form pointer="/reason" label=move || say!(i18n, versions.submit_reason) value=reason/>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, versions.submit)}</SubmitButton></div>
        </form>
    }
}

/// A grant that its funder can withdraw: who it is, what it brings and what of it is bound.
#[derive(Debug, Clone, PartialEq)]
struct Leaving {
    name: String,
    planned: Money,
    bound: i64,
}

fn leaving(plan: &Plan, desk: DeskHere, grant: Uuid) -> Option<Leaving> {
    let mut cells = plan
        .lines
        .iter()
        .flat_map(|line| &line.cells)
        .filter(|cell| cell.grant_id == grant);
    let first = money(&cells.clone().next()?.planned)?;
    let planned = cells.try_fold(0, |sum, cell| Some(sum + money(&cell.planned)?.minor))?;
    let bound = desk.with(|desk| {
        let rows = desk.balances.items.iter().filter(|row| row.grant_id == grant);
        let own = rows.map(|row| (row.kind, Sums::of(row).chain));
        own.map(|(kind, chain)| match kind {
            GrantKind::Cash => chain.committed,
            GrantKind::InKind => chain.contributed,
        })
        .sum()
    });
    Some(Leaving {
        name: funder_of(plan, grant)?,
        planned: Money::new(planned, first.currency),
        bound,
    })
}

/// A funder withdraws: what is bound stays, the rest of its share falls away, and the gap shows.
#[component]
pub fn WithdrawFunder() -> impl IntoView {
    let i18n = words();
    let (here, desk) = (VersionsHere::of_page(), DeskHere::of_page());
    let format = formats();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let text = || RwSignal::new(String::new());
    let (grant, reason, booked_on) = (text(), text(), text());
    let choices = Signal::derive(move || {
        let Some(plan) = here.plan() else { return Vec::new() };
        let open = plan.grants.iter().filter(|grant| grant.withdrawn_on.is_none());
        let choice = open.filter_map(|grant| {
            let leaving = leaving(&plan, desk, grant.grant_id)?;
            let reference = grant
                .reference
                .as_ref()
                .map(|text| format!(" · {text}"))
                .unwrap_or_default();
            let amount = format.money_short(leaving.planned);
            Some(Choice::new(
                grant.grant_id,
                format!("{}{reference} · {amount}", leaving.name),
            ))
        });
        choice.collect::<Vec<_>>()
    });
    let what = move || {
        let leaving = leaving(&here.plan()?, desk, grant.get().parse().ok()?)?;
        let money = |minor| format.money(Money::new(minor, leaving.planned.currency));
        let falls = (leaving.planned.minor - leaving.bound).max(0);
        let title = say!(i18n, versions.falls_away, amount = money(falls));
        let stays = say!(i18n, versions.stays, amount = money(leaving.bound));
        Some(view! { <Alert tone=Tone::Warn title><p>{stays}</p></Alert> })
    };
    let submit = move || {
        let request = GrantWithdrawal {
            reason: reason.get_untracked(),
            booked_on: texts::optional_date(&booked_on.get_untracked()),
        };
        let Ok(id) = grant.get_untracked().parse::<Uuid>() else {
            return;
        };
        if form.passes(request.check()).is_none() {
            return;
        }
        let call = async move {
            let read = plans::get_grant(id).await?;
            plans::withdraw_grant(id, read.version, request).await
        };
        form.send(call, move |_| {
            toasts.tell(say!(i18n, versions.withdrawn));
            for field in [grant, reason, booked_on] {
                field.set(String::new());
            }
            here.reload();
        });
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <p>{tr!(i18n, versions.withdraw_text)}</p>
            <div class="fields">
                <SelectField form pointer="/grant_id" label=move || say!(i18n, versions.which_grant) value=grant choices none=move || say!(i18n, form.choose) wide=true/>
                <TextField form pointer="/reason" label=move || say!(i18n, movement.reason) value=reason required=true wide=true/>
                <DateField form pointer="/booked_on" label=move || say!(i18n, sheet.from_day) value=booked_on/>
            </div>
            {what}
            <FormFailure form/>
            <div class="actions">
                <SubmitButton kind=ButtonKind::Danger busy=form.busy()>{tr!(i18n, versions.withdraw_act)}</SubmitButton>
            </div>
        </form>
    }
}

/// The plan of a year as a start for another.
#[component]
pub fn CopyYear() -> impl IntoView {
    let i18n = words();
    let (here, desk) = (VersionsHere::of_page(), DeskHere::of_page());
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let last = here
        .shown
        .with_untracked(|shown| shown.as_ref().and_then(|shown| shown.now.years.last().copied()));
    let last = last.unwrap_or_else(|| desk.with(|desk| desk.budget.starts_on.year()));
    let (from, to) = (RwSignal::new(last.to_string()), RwSignal::new((last + 1).to_string()));
    let change = RwSignal::new(String::new());
    let beside = RwSignal::new(false);
    let submit = move || {
        let number = |field: RwSignal<String>| field.get_untracked().trim().parse().unwrap_or_default();
        let request = YearCopy {
            from_year: number(from),
            to_year: number(to),
            change_percent: texts::optional(&change.get_untracked().replace(',', ".")),
            beside: beside.get_untracked(),
        };
        let Some((budget, version)) = here.rests_on() else {
            return;
        };
        if form.passes(request.check()).is_none() {
            return;
        }
        form.send(plans::copy_plan_year(budget, version, request), move |_| {
            toasts.tell(say!(i18n, versions.copied));
            here.reload();
        });
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <p>{tr!(i18n, versions.copy_text)}</p>
            <div class="fields">
                <TextField form pointer="/from_year" label=move || say!(i18n, versions.from_year) value=from figures=true required=true/>
                <TextField form pointer="/to_year" label=move || say!(i18n, versions.to_year) value=to figures=true required=true/>
                <TextField form pointer="/change_percent" label=move || say!(i18n, versions.change_percent) value=change figures=true/>
            </div>
            <label class="check">
                <input type="checkbox" prop:checked=move || beside.get() on:change=move |event| beside.set(event_target_checked(&event))/>
                <span>{tr!(i18n, versions.beside)}</span>
            </label>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, versions.copy_act)}</SubmitButton></div>
        </form>
    }
}
