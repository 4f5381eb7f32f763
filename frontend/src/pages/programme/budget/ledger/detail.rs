//! One movement in full: what it says, what it is tied to, and what can be done about it.

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::MovementStatus;
use parvis_domain::budgets::rates::Rate;
use parvis_domain::documents::ObjectKind;
use parvis_wire::budgets::Movement;
use uuid::Uuid;

use super::acts::{Correct, Refuse, Reverse};
use crate::api::Session;
use crate::api::movements::{approve_movement, get_movement};
use crate::components::{Badge, Button, ButtonKind, Dialog, Fetched, Form, FormFailure, Glyph, Loaded, Toasts, Tone};
use crate::format::formats;
use crate::i18n::{movement_kind, say, tr, words};
use crate::ledger::money;
use crate::pages::parts::Localised;
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::documents::library_of;
use crate::pages::programme::frame::Here;

/// What is being done about the movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Reverse,
    Correct,
    Refuse,
}

/// The dialog of the movement that is named; closed where none is.
#[component]
pub fn MovementDialog(desk: DeskHere, open: RwSignal<Option<Uuid>>, changed: Callback<()>) -> impl IntoView {
    let i18n = words();
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(open.get().is_some()));
    Effect::new(move |before: Option<bool>| {
        let now = shown.get();
        if before == Some(true) && !now {
            open.set(None);
        }
        now
    });
    view! {
        <Dialog open=shown title=move || say!(i18n, movement.detail)>
            <Detail desk open changed/>
            <div class="actions"><Button kind=ButtonKind::Quiet on_press=move |()| shown.set(false)>{tr!(i18n, state.dismiss)}</Button></div>
        </Dialog>
    }
}

#[component]
fn Detail(desk: DeskHere, open: RwSignal<Option<Uuid>>, changed: Callback<()>) -> impl IntoView {
    let act = RwSignal::new(None::<Act>);
    let from: Fetched<Vec<Movement>> = Fetched::new(move || {
        act.set(None);
        let id = open.get();
        async move {
            match id {
                Some(id) => Ok(vec![get_movement(id).await?]),
                None => Ok(Vec::new()),
            }
        }
    });
    let done = Callback::new(move |()| {
        from.refetch();
        changed.run(());
    });
    let draw = move |found: Vec<Movement>| {
        found.into_iter().next().map(|movement| {
            view! {
                <Facts desk movement=movement.clone()/>
                <Ties movement=movement.clone() open/>
                <Acts movement act done/>
            }
        })
    };
    view! { <Loaded from draw keep=true/> }
}

/// What the movement says.
#[component]
fn Facts(desk: DeskHere, movement: Movement) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let partner = |id: Option<Uuid>| id.map(|id| desk.with(|desk| desk.funder(id)));
    let amount = |amount: &Option<parvis_wire::Money>| amount.as_ref().and_then(money).map(|money| format.money(money));
    let line = here
        .get()
        .map(|programme| desk.with(|desk| desk.line(i18n, movement.line_id, &programme)));
    let booked = money(&movement.amount);
    let sign = if movement.reverses.is_some() { "−" } else { "" };
    let exchange = movement
        .original
        .as_ref()
        .and_then(money)
        .zip(booked)
        .and_then(|(original, booked)| {
            let rate = Rate::between(original, booked)?;
            let how = match movement.rate_id {
                Some(_) => say!(i18n, movement.by_rate),
                None => say!(i18n, movement.by_bank),
            };
            Some(format!("{} × {} ({how})", format.money(original), rate.decimal()))
        });
    let units = movement.quantity.as_ref().zip(movement.unit.as_ref());
    let units = units.map(|(quantity, unit)| {
        format!(
            "{quantity} {unit} × {}",
            amount(&movement.unit_value).unwrap_or_default()
        )
    });
    let flat = movement
        .base_rate
        .as_ref()
        .map(|rate| format!("{} × {rate}", amount(&movement.base).unwrap_or_default()));
    let refused = movement.refused.as_ref().map(|refused| {
        let amount = format.amount(&refused.amount);
        format!("{amount} · {}", refused.reason)
    });
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| format.day(day));
    let rows = [
        (say!(i18n, money.line), line),
        (say!(i18n, money.funder), partner(Some(movement.funder_id))),
        (say!(i18n, movement.payer), partner(movement.payer_id)),
        (say!(i18n, movement.payee), partner(movement.payee_id)),
        (say!(i18n, movement.booked_on), Some(format.day(movement.booked_on))),
        (say!(i18n, movement.incurred_on), day(movement.incurred_on)),
        (say!(i18n, movement.paid_on), day(movement.paid_on)),
        (
            say!(i18n, movement.recorded_at),
            Some(format.instant(movement.recorded_at)),
        ),
        (say!(i18n, movement.original), exchange),
        (say!(i18n, movement.way_units), units),
        (say!(i18n, movement.way_flat), flat),
        (say!(i18n, movement.refused_part), refused),
        (say!(i18n, movement.reference), movement.reference.clone()),
        (
            say!(i18n, movement.evidence),
            movement.evidence.as_ref().map(|digest| format!("SHA-256 {digest}")),
        ),
        (say!(i18n, movement.note), movement.note.clone()),
        (
            say!(i18n, movement.decided_at),
            movement.decided_at.map(|at| format.instant(at)),
        ),
        (say!(i18n, movement.refusal), movement.refusal.clone()),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
        .collect_view();
    let title = format!(
        "{} · {sign}{}",
        movement_kind(i18n, movement.kind),
        booked.map(|money| format.money(money)).unwrap_or_default()
    );
    let library = format!("/programmes/{}/documents", here.id());
    let evidence = movement.evidence_document.clone().map(|document| {
        let href = format!("{library}/{}", document.id);
        view! { <a href=href><Localised text=document.title/></a> }
    });
    let attached = library_of(here.id(), ObjectKind::Movement, movement.id);
    view! {
        <p class="strong row"><span>{title}</span> <States movement/></p>
        <dl class="facts">{rows}</dl>
        <p class="row no-print">{evidence} <a href=attached>{tr!(i18n, documents.of_movement)}</a></p>
    }
}

/// Whether it waits, was refused, reverses something or was reversed: always in words.
#[component]
pub fn States(movement: Movement) -> impl IntoView {
    let i18n = words();
    let decision = match movement.status {
        MovementStatus::Approved => None,
        MovementStatus::Pending => Some((Tone::Warn, Glyph::Clock, say!(i18n, movement.pending))),
        MovementStatus::Refused => Some((Tone::Idle, Glyph::Cross, say!(i18n, movement.refused))),
    };
    let reversal = match (movement.reverses, movement.reversed_by) {
        (Some(_), _) => Some((Tone::Warn, Glyph::Cross, say!(i18n, movement.is_reversal))),
        (None, Some(_)) => Some((Tone::Idle, Glyph::Cross, say!(i18n, movement.reversed))),
        (None, None) => None,
    };
    let correction = movement
        .corrects
        .map(|_| (Tone::Info, Glyph::Check, say!(i18n, movement.is_correction)));
    [decision, reversal, correction]
        .into_iter()
        .flatten()
        .map(|(tone, glyph, text)| view! { <Badge tone glyph text/> })
        .collect_view()
}

/// The movements that it is tied to; each opens in its place.
#[component]
fn Ties(movement: Movement, open: RwSignal<Option<Uuid>>) -> impl IntoView {
    let i18n = words();
    let ties = [
        (movement.reverses, say!(i18n, movement.see_reversed)),
        (movement.reversed_by, say!(i18n, movement.see_reversal)),
        (movement.corrects, say!(i18n, movement.see_corrected)),
    ];
    let links = ties
        .into_iter()
        .filter_map(|(id, text)| Some((id?, text)))
        .map(|(id, text)| view! { <Button small=true on_press=move |()| open.set(Some(id))>{text}</Button> })
        .collect_view();
    (!links.is_empty()).then(|| view! { <p class="row">{links}</p> })
}

/// What the reader may do about it.
#[component]
fn Acts(movement: Movement, act: RwSignal<Option<Act>>, done: Callback<()>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let pending = movement.status == MovementStatus::Pending;
    let open =
        movement.reverses.is_none() && movement.reversed_by.is_none() && movement.status == MovementStatus::Approved;
    let own = Session::here().is(movement.recorded_by);
    let may = move |operation| here.may(operation);
    let kept = StoredValue::new(movement);
    let forms = move || {
        let movement = kept.get_value();
        match act.get() {
            None => None,
            Some(Act::Reverse) => Some(view! { <Reverse movement done/> }.into_any()),
            Some(Act::Correct) => Some(view! { <Correct movement done/> }.into_any()),
            Some(Act::Refuse) => Some(view! { <Refuse movement done/> }.into_any()),
        }
    };
    view! {
        <Show when=move || pending && own && may(Operation::ApproveMovement)>
            <p class="source">{tr!(i18n, movement.own_waits)}</p>
        </Show>
        <div class="row">
            <Show when=move || pending && !own && may(Operation::ApproveMovement)>
                <Approve movement=kept.get_value() done/>
            </Show>
            <Show when=move || pending && !own && may(Operation::RefuseMovement)>
                <Button on_press=move |()| act.set(Some(Act::Refuse))>{tr!(i18n, movement.refuse)}</Button>
            </Show>
            <Show when=move || open && may(Operation::CorrectMovement)>
                <Button on_press=move |()| act.set(Some(Act::Correct))>{tr!(i18n, movement.correct)}</Button>
            </Show>
            <Show when=move || open && may(Operation::ReverseMovement)>
                <Button on_press=move |()| act.set(Some(Act::Reverse))>{tr!(i18n, movement.reverse)}</Button>
            </Show>
        </div>
        {forms}
    }
}

/// The approval: one press, checked again by the server.
#[component]
pub fn Approve(movement: Movement, done: Callback<()>, #[prop(optional)] small: bool) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let id = movement.id;
    let press = Callback::new(move |()| {
        form.send(approve_movement(id), move |_| {
            toasts.tell(say!(i18n, movement.was_approved));
            done.run(());
        });
    });
    view! {
        <Button kind=ButtonKind::Primary small on_press=press>{tr!(i18n, movement.approve)}</Button>
        <FormFailure form/>
    }
}
