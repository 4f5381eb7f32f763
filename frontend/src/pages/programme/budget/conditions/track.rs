//! The tranches of a grant on a track, each with its conditions: what is met, what is missing, and what can be done.

use leptos::html;
use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::tranches::{ConditionKind, TrancheState};
use parvis_wire::budgets::{ConditionState, FunderReport, Grant, Tranche};
use uuid::Uuid;

use super::acts::{Act, Acts, Asked};
use super::words::{explain, tranche_state};
use crate::api::query;
use crate::components::{Badge, Button, ButtonKind, Glyph, Icon};
use crate::format::formats;
use crate::i18n::{plain, say, tr, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// The track.
#[component]
pub(super) fn Track(desk: DeskHere, grant: Grant, tranches: Vec<Tranche>, reports: Vec<FunderReport>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let empty = tranches.is_empty();
    let asked = Asked {
        act: Act::AddTranche,
        grant,
        tranche: None,
        reports,
        report: None,
    };
    let whole = asked.clone();
    // One primary button: for the first that can be released.
    let first = tranches
        .iter()
        .find(|tranche| tranche.state == TrancheState::Ready)
        .map(|tranche| tranche.id);
    let slabs = tranches
        .into_iter()
        .enumerate()
        .map(|(i, tranche)| {
            let asked = Asked {
                tranche: Some(tranche),
                ..whole.clone()
            };
            view! { <Slab desk asked number=i + 1 first/> }
        })
        .collect_view();
    let asked = StoredValue::new(asked);
    view! {
        {empty.then(|| view! { <p class="muted">{tr!(i18n, conditions.no_tranches)}</p> })}
        {(!empty).then(|| view! { <ol class="slabs track" aria-label=move || say!(i18n, conditions.track)>{slabs}</ol> })}
        <Show when=move || here.may(Operation::CreateTranche)>
            <div class="no-print">
                <Button small=true on_press=move |()| acts.ask(asked.get_value())>
                    <Icon glyph=Glyph::Plus/>{tr!(i18n, conditions.add_tranche)}
                </Button>
            </div>
        </Show>
    }
}

#[component]
fn Slab(desk: DeskHere, asked: Asked, number: usize, first: Option<Uuid>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let acts = Acts::of_page();
    let tranche = asked.tranche.clone()?;
    let id = tranche.id;
    let node = NodeRef::<html::Li>::new();
    acts.focus(id, node);
    let class = match tranche.state {
        TrancheState::Released => "done",
        TrancheState::Ready => "now",
        TrancheState::Waiting => "next",
    };
    let name = match &tranche.title {
        Some(title) => plain(i18n, title),
        None => say!(i18n, conditions.tranche_number, number = number),
    };
    let amount = format.amount(&tranche.amount);
    let (tone, glyph, text) = tranche_state(i18n, tranche.state);
    let when = match (tranche.released_on, tranche.due_on) {
        (Some(day), _) => Some(say!(i18n, conditions.released_on, day = format.day(day))),
        (None, Some(day)) => Some(say!(i18n, conditions.expected_on, day = format.day(day))),
        (None, None) => None,
    };
    // The assessment names a report in one language; the reader's own is in the list.
    let in_words = |state: &ConditionState| {
        let mut state = state.clone();
        let report = asked
            .reports
            .iter()
            .find(|one| Some(one.id) == state.condition.report_id);
        if let Some(report) = report {
            state.values.insert("report".to_owned(), plain(i18n, &report.title));
        }
        state
    };
    let conditions = tranche
        .conditions
        .iter()
        .map(|state| view! { <Stand desk state=in_words(state) grant=asked.grant.clone()/> })
        .collect_view();
    let without = tranche.conditions.is_empty() && tranche.state != TrancheState::Released;
    Some(view! {
        <li class=class id=format!("tranche-{id}") node_ref=node tabindex="-1" data-state=tranche.state.as_str()>
            <p class="row between wide"><span class="when">{name}</span><Badge tone glyph text=move || text/></p>
            <p class="amount">{amount}</p>
            {when.map(|when| view! { <p class="source">{when}</p> })}
            {tranche.is_final.then(|| view! { <p class="source">{tr!(i18n, conditions.is_final)}</p> })}
            <ul class="stands">{conditions}</ul>
            {without.then(|| view! { <p class="source">{tr!(i18n, conditions.unconditional)}</p> })}
            {(tranche.state != TrancheState::Released).then(|| view! { <Buttons asked first={first == Some(id)}/> })}
        </li>
    })
}

/// One condition and where it stands, with the way to what it asks for.
#[component]
fn Stand(desk: DeskHere, state: ConditionState, grant: Grant) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let kind = state.condition.kind;
    let text = explain(i18n, format, kind, state.met, &state.values);
    let (glyph, met) = match state.met {
        true => (Glyph::Check, say!(i18n, conditions.met)),
        false => (Glyph::Ring, say!(i18n, conditions.not_met)),
    };
    let bar = (kind == ConditionKind::Progress).then(|| {
        let measured = state.values.get("measured").cloned().unwrap_or_default();
        view! { <progress max="100" value=measured aria-label=say!(i18n, progress.title)></progress> }
    });
    let budget = desk.with(|desk| desk.budget.id);
    let measures = move |line: Uuid| {
        let (budget, grant, line) = (budget.to_string(), grant.id.to_string(), line.to_string());
        let path = format!("/programmes/{}/budget/conditions", here.id());
        format!(
            "{}#progress",
            query(&path, &[("budget", &budget), ("grant", &grant), ("line", &line)])
        )
    };
    let line = state.condition.line_id.or(match grant.shares.as_slice() {
        [only] => Some(only.line_id),
        _ => None,
    });
    let way = match (kind, state.condition.report_id) {
        (ConditionKind::ReportAccepted, Some(report)) => {
            view! { <a href=format!("#report-{report}")>{tr!(i18n, reports.see)}</a> }.into_any()
        }
        (ConditionKind::ReportAccepted, None) => ().into_any(),
        _ => match line {
            Some(line) => view! { <a href=measures(line)>{tr!(i18n, progress.see)}</a> }.into_any(),
            None => view! { <a href="#progress">{tr!(i18n, progress.see)}</a> }.into_any(),
        },
    };
    view! {
        <li class:is-ok=state.met class:is-held=!state.met>
            <Icon glyph/>
            <div><span class="sr-only">{met} ": "</span>{text} " " {way}{bar}</div>
        </li>
    }
}

#[component]
fn Buttons(asked: Asked, first: bool) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let asked = StoredValue::new(asked);
    let ask = move |act| {
        acts.ask(Asked {
            act,
            ..asked.get_value()
        });
    };
    let release = if first { ButtonKind::Primary } else { ButtonKind::Plain };
    view! {
        <Show when=move || here.may(Operation::ReleaseTranche)>
            <div class="row acts no-print">
                <Button kind=release small=true on_press=move |()| ask(Act::Release)>{tr!(i18n, conditions.release)}</Button>
                <Button kind=ButtonKind::Quiet small=true on_press=move |()| ask(Act::EditTranche)>{tr!(i18n, form.edit)}</Button>
                <Button kind=ButtonKind::Quiet small=true on_press=move |()| ask(Act::Split)>{tr!(i18n, conditions.split)}</Button>
                <Button kind=ButtonKind::Quiet small=true on_press=move |()| ask(Act::ArchiveTranche)>{tr!(i18n, form.remove)}</Button>
            </div>
        </Show>
    }
}
