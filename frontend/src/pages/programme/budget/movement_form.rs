//! Posting movements: the form shows what a kind needs, what is available and what holds it before it is sent, and is
//! ready for the next as soon as one is posted.

mod amount;
mod evidence;
mod fields;
mod parties;
mod recent;
mod standing;

use leptos::prelude::*;
use parvis_domain::Currency;
use parvis_domain::budgets::{GrantKind, MovementKind, check_kind};
use uuid::Uuid;

use self::amount::{AmountFields, rates_asked};
use self::evidence::EvidenceField;
pub use self::fields::MovementFields;
use self::fields::is_paid;
use self::parties::PartyFields;
use self::recent::Recent;
use self::standing::Standing;
use super::book::{BookHere, grant_name};
use super::desk::DeskHere;
use crate::api::movements::create_movement;
use crate::browser::focus_soon;
use crate::components::{
    Choice, DateField, Form, FormFailure, SelectField, SubmitButton, TextArea, TextField, Toasts, on_submit,
};
use crate::i18n::{decimals, movement_kind, say, tr, words};
use crate::pages::programme::frame::Here;

/// The form with what was posted from it.
#[component]
pub fn MovementForm() -> impl IntoView {
    let i18n = words();
    let (desk, fields) = (DeskHere::of_page(), MovementFields::of_page());
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let book = BookHere::new(desk);
    let currency = Signal::derive(move || {
        let (_, grant) = fields.share()?;
        book.with(|book| Currency::parse("", &book.grant(grant)?.currency).ok())
    });
    let rates = rates_asked(fields, currency);
    let again = Callback::new(move |()| {
        book.refetch();
        desk.from.refetch();
    });
    let submit = move || {
        let code = currency.get_untracked().map(Currency::code).unwrap_or_default();
        let request = fields.request(code, decimals(i18n.get_locale_untracked()));
        if form.passes(fields.check(&request, here.today())).is_none() {
            return;
        }
        let budget = desk.with(|desk| desk.budget.id);
        form.send(create_movement(budget, request), move |posted| {
            toasts.tell(say!(i18n, movement.posted));
            fields.recent.update(|all| all.insert(0, posted));
            fields.next();
            again.run(());
            focus_soon("form#movement select[name=line_id]");
        });
    };
    view! {
        <div class="card stack no-print">
            <form class="stack" id="movement" aria-labelledby="h-movement" on:submit=on_submit(submit) novalidate>
                <h2 id="h-movement">{tr!(i18n, movement.title)}</h2>
                <div class="fields">
                    <ShareFields form desk book fields/>
                    <DateField form pointer="/booked_on" label=move || say!(i18n, movement.booked_on) value=fields.booked_on required=true/>
                    <AmountFields form fields currency rates/>
                    <Standing book fields currency rates/>
                    <PartyFields form desk book fields/>
                    <KindFields form fields currency/>
                    <TextField form pointer="/reference" label=move || say!(i18n, movement.reference) value=fields.reference/>
                    <EvidenceField form fields/>
                    <TextArea
                        form
                        pointer="/note"
                        label=move || say!(i18n, movement.note)
                        hint=move || say!(i18n, movement.note_hint)
                        value=fields.note
                    />
                </div>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton busy=form.busy()>{tr!(i18n, movement.post)}</SubmitButton>
                    <span class="source">{tr!(i18n, movement.enter_hint)}</span>
                </div>
            </form>
            <Recent desk fields changed=again/>
        </div>
    }
}

/// Line, grant and kind: each offers what the one before it allows.
#[component]
fn ShareFields(form: Form, desk: DeskHere, book: BookHere, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let lines: Signal<Vec<Choice>> = Signal::derive(move || {
        let Some(programme) = here.get() else { return Vec::new() };
        desk.with(|desk| {
            let with_grants = desk.lines.iter().filter(|line| !line.grants.is_empty());
            with_grants
                .map(|line| Choice::new(line.id, desk.line(i18n, line.id, &programme)))
                .collect()
        })
    });
    let grants: Signal<Vec<Choice>> = Signal::derive(move || {
        let line: Option<Uuid> = fields.line.get().parse().ok();
        desk.with(|desk| {
            let on_line = desk.lines.iter().find(|one| Some(one.id) == line)?;
            let ids = on_line.grants.iter().map(|grant| grant.grant_id);
            Some(book.with(|book| {
                let known = ids.filter_map(|id| book.grant(id));
                known
                    .map(|grant| Choice::new(grant.id, grant_name(i18n, &desk.funder(grant.funder_id), grant)))
                    .collect()
            }))
        })
        .unwrap_or_default()
    });
    let kinds = Signal::derive(move || {
        let grant = fields
            .share()
            .and_then(|(_, grant)| book.with(|book| Some(book.grant(grant)?.kind)));
        let fitting = MovementKind::ALL
            .iter()
            .filter(|kind| check_kind(**kind, grant.unwrap_or(GrantKind::Cash)).is_ok());
        fitting
            .map(|kind| Choice::new(kind, movement_kind(i18n, *kind)))
            .collect::<Vec<_>>()
    });
    // The first line, grant and kind are chosen where nothing is, or where the choice is no longer there.
    Effect::new(move |_| keep_choice(fields.line, &lines.get()));
    Effect::new(move |_| keep_choice(fields.grant, &grants.get()));
    Effect::new(move |_| keep_choice(fields.kind, &kinds.get()));
    view! {
        <SelectField form pointer="/line_id" label=move || say!(i18n, money.line) value=fields.line choices=lines wide=true/>
        <SelectField form pointer="/grant_id" label=move || say!(i18n, movement.grant) value=fields.grant choices=grants/>
        <SelectField form pointer="/kind" label=move || say!(i18n, movement.kind) value=fields.kind choices=kinds/>
    }
}

/// What only some kinds say: further days, and what was refused of a cost.
#[component]
fn KindFields(form: Form, fields: MovementFields, currency: Signal<Option<Currency>>) -> impl IntoView {
    let i18n = words();
    let kind = Memo::new(move |_| fields.kind());
    let refused = move || {
        let code = currency.get().map(Currency::code).unwrap_or_default();
        format!("{} ({code})", say!(i18n, movement.refused_part))
    };
    view! {
        <Show when=move || kind.get() == MovementKind::Expenditure>
            <DateField form pointer="/incurred_on" label=move || say!(i18n, movement.incurred_on) value=fields.incurred_on hint=false/>
        </Show>
        <Show when=move || is_paid(kind.get())>
            <DateField form pointer="/paid_on" label=move || say!(i18n, movement.paid_on) value=fields.paid_on hint=false/>
        </Show>
        <Show when=move || kind.get() == MovementKind::Justification>
            <TextField form pointer="/refused/amount" label=refused value=fields.refused figures=true/>
            <TextField form pointer="/refused/reason" label=move || say!(i18n, movement.refused_why) value=fields.refused_reason/>
        </Show>
    }
}

/// Keeps a choice that is still offered, else takes the first. While nothing is offered yet, it waits.
fn keep_choice(value: RwSignal<String>, offered: &[Choice]) {
    let Some(first) = offered.first() else { return };
    if !offered.iter().any(|choice| value.with(|value| *value == choice.value)) {
        value.set(first.value.clone());
    }
}
