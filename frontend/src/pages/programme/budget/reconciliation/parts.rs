//! What the views of a statement have in common.

use leptos::prelude::*;
use parvis_domain::budgets::reconciliation::{OutcomeCounts, RowOutcome};
use parvis_wire::budgets::Movement;

use crate::components::{Badge, Glyph, Tone};
use crate::format::{Format, formats};
use crate::i18n::{I18n, movement_kind, row_outcome, say, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// How many rows have which outcome.
pub fn counted(counts: &OutcomeCounts) -> [(RowOutcome, u32); 5] {
    [
        (RowOutcome::Matched, counts.matched),
        (RowOutcome::Differs, counts.differs),
        (RowOutcome::Ambiguous, counts.ambiguous),
        (RowOutcome::Unmatched, counts.unmatched),
        (RowOutcome::Explained, counts.explained),
    ]
}

/// What became of a row.
#[component]
pub fn Outcome(outcome: RowOutcome) -> impl IntoView {
    let i18n = words();
    let (tone, glyph) = match outcome {
        RowOutcome::Matched => (Tone::Ok, Glyph::Check),
        RowOutcome::Differs => (Tone::Warn, Glyph::Half),
        RowOutcome::Ambiguous => (Tone::Warn, Glyph::Ring),
        RowOutcome::Unmatched => (Tone::Bad, Glyph::Cross),
        RowOutcome::Explained => (Tone::Idle, Glyph::Info),
    };
    view! { <Badge tone glyph text=move || row_outcome(i18n, outcome)/> }
}

/// A movement on one line: what, when, how much, where.
pub fn movement_text(i18n: I18n, format: Format, desk: DeskHere, here: Here, movement: &Movement) -> String {
    let line = here
        .get()
        .map(|programme| desk.with(|desk| desk.line(i18n, movement.line_id, &programme)));
    let parts = [
        Some(movement_kind(i18n, movement.kind).to_owned()),
        Some(format.day_short(movement.paid_on.unwrap_or(movement.booked_on))),
        Some(format.amount(&movement.amount)),
        movement.original.as_ref().map(|original| format.amount(original)),
        line.filter(|line| !line.is_empty()),
        movement.reference.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The movements of a row, one below the other.
#[component]
pub fn Movements(movements: Vec<Movement>) -> impl IntoView {
    let i18n = words();
    let (format, desk, here) = (formats(), DeskHere::of_page(), Here::of_page());
    let items = movements.into_iter().map(|movement| {
        let reversed = movement.reversed_by.is_some().then(|| {
            view! { " " <Badge tone=Tone::Bad glyph=Glyph::Alert text=move || say!(i18n, recon.reversed_since)/> }
        });
        view! { <li>{movement_text(i18n, format, desk, here, &movement)}{reversed}</li> }
    });
    view! { <ul class="of-row">{items.collect_view()}</ul> }
}
