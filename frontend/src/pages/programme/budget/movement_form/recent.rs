//! What was posted from this form, the last first, with the way to each and to its reversal.

use leptos::prelude::*;
use uuid::Uuid;

use super::fields::MovementFields;
use crate::components::{Badge, Glyph, Tone};
use crate::format::formats;
use crate::i18n::{movement_kind, say, tr, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::budget::ledger::detail::MovementDialog;
use crate::pages::programme::frame::Here;
use parvis_domain::budgets::MovementStatus;
use parvis_wire::budgets::Movement;

/// How many are listed.
const SHOWN: usize = 8;

/// The list; nothing before the first is posted.
#[component]
pub fn Recent(desk: DeskHere, fields: MovementFields, changed: Callback<()>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let open = RwSignal::new(None::<Uuid>);
    let row = move |movement: Movement| {
        let line = here
            .get()
            .map(|programme| desk.with(|desk| desk.line(i18n, movement.line_id, &programme)));
        let amount = format.amount(&movement.amount);
        let (id, kind) = (movement.id, movement_kind(i18n, movement.kind));
        let pending = (movement.status == MovementStatus::Pending).then(|| {
            view! { <Badge tone=Tone::Warn glyph=Glyph::Clock text=move || say!(i18n, movement.pending)/> }
        });
        let label = format!("{}: {kind} {amount}", say!(i18n, movement.detail));
        view! {
            <li class="row between">
                <span>
                    <span class="source">{format.day_short(movement.booked_on)}</span> " " <strong>{kind}</strong> " · " {line}
                    {movement.reference.map(|reference| format!(" · {reference}"))}
                </span>
                <span class="row">
                    {pending}
                    <strong class="amount">{amount}</strong>
                    <button type="button" class="btn quiet small" aria-label=label on:click=move |_| open.set(Some(id))>
                        {tr!(i18n, movement.detail)}
                    </button>
                </span>
            </li>
        }
    };
    let rows = move || {
        i18n.get_locale();
        fields.recent.get().into_iter().take(SHOWN).map(row).collect_view()
    };
    view! {
        <Show when=move || !fields.recent.with(Vec::is_empty)>
            <section class="stack" aria-labelledby="h-recent">
                <h3 id="h-recent">{tr!(i18n, movement.recent)}</h3>
                <ul class="plain-list recent">{rows}</ul>
            </section>
        </Show>
        <MovementDialog desk open changed/>
    }
}
