//! Posting a movement: it shows what is available before it is sent, and what would work when it is refused.

use leptos::prelude::*;
use parvis_domain::budgets::{GrantKind, MovementKind, check_kind};
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::NewMovement;
use uuid::Uuid;

use super::desk::DeskHere;
use crate::api::budgets;
use crate::components::{
    Choice, DateField, Form, FormFailure, SelectField, SubmitButton, TextArea, TextField, Toasts, on_submit,
};
use crate::format::formats;
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{decimals, movement_kind, say, tr, words};
use crate::ledger::Sums;
use crate::pages::programme::frame::Here;

/// What stands in the fields. It outlives what is read again around it.
#[derive(Clone, Copy)]
pub struct MovementFields {
    line: RwSignal<String>,
    grant: RwSignal<String>,
    kind: RwSignal<String>,
    amount: RwSignal<String>,
    booked_on: RwSignal<String>,
    reference: RwSignal<String>,
    note: RwSignal<String>,
}

impl MovementFields {
    /// Empty fields, today.
    pub fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            line: empty(),
            grant: empty(),
            kind: RwSignal::new(MovementKind::Commitment.to_string()),
            amount: empty(),
            booked_on: RwSignal::new(date_text(Here::of_page().today())),
            reference: empty(),
            note: empty(),
        }
    }

    /// Those of the page around.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Chooses a share.
    pub fn choose(self, line: String, grant: String) {
        self.line.set(line);
        self.grant.set(grant);
    }

    /// The share that is chosen.
    pub fn share(self) -> Option<(Uuid, Uuid)> {
        let (line, grant) = (self.line.get(), self.grant.get());
        line.parse().ok().zip(grant.parse().ok())
    }

    fn request(self, currency: &str, decimals: crate::forms::read::Decimals) -> NewMovement {
        NewMovement {
            line_id: self.line.get_untracked().parse().unwrap_or_default(),
            grant_id: self.grant.get_untracked().parse().unwrap_or_default(),
            kind: MovementKind::parse(&self.kind.get_untracked()).unwrap_or(MovementKind::Commitment),
            amount: Some(texts::money(&self.amount.get_untracked(), decimals, currency)),
            original: None,
            rate_id: None,
            booked_on: texts::date(&self.booked_on.get_untracked()),
            incurred_on: None,
            paid_on: None,
            payer_id: None,
            payee_id: None,
            reference: texts::optional(&self.reference.get_untracked()),
            note: texts::optional(&self.note.get_untracked()),
            evidence: None,
            refused: None,
            unit: None,
            quantity: None,
            unit_value: None,
            base: None,
            base_rate: None,
        }
    }
}

/// The balance of the share that is chosen.
#[derive(Clone, Copy, PartialEq)]
struct Chosen {
    kind: GrantKind,
    currency: Currency,
    sums: Sums,
}

impl Chosen {
    /// What a movement of a kind may take at most; nothing where the rules set no such bound.
    fn room(self, kind: MovementKind, spent_within_disbursed: bool) -> Option<i64> {
        let chain = self.sums.chain;
        match kind {
            MovementKind::Commitment | MovementKind::InKind => Some(self.sums.available),
            MovementKind::Disbursement => Some(chain.committed - chain.disbursed),
            MovementKind::Decommitment => Some(chain.committed - chain.disbursed.max(chain.justified)),
            MovementKind::Repayment => Some(chain.disbursed),
            MovementKind::Justification => Some(chain.spent.min(chain.committed) - chain.justified),
            MovementKind::Expenditure => spent_within_disbursed.then(|| chain.disbursed - chain.spent),
            MovementKind::Pledge | MovementKind::Transfer => None,
        }
    }
}

/// The form.
#[component]
pub fn MovementForm() -> impl IntoView {
    let i18n = words();
    let (desk, fields) = (DeskHere::of_page(), MovementFields::of_page());
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
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
            let line = desk.lines.iter().find(|one| Some(one.id) == line);
            let named = |grant: &parvis_wire::budgets::LineGrant| {
                let kind = (grant.kind == GrantKind::InKind).then(|| format!(" · {}", say!(i18n, money.in_kind)));
                let name = desk.funder(grant.funder_id);
                Choice::new(
                    grant.grant_id,
                    format!("{name} · {}{}", grant.planned.currency, kind.unwrap_or_default()),
                )
            };
            line.map(|line| line.grants.iter().map(named).collect())
                .unwrap_or_default()
        })
    });
    // The first line and its first grant are chosen where nothing is, or where the choice is no longer there.
    Effect::new(move |_| keep_choice(fields.line, &lines.get()));
    Effect::new(move |_| keep_choice(fields.grant, &grants.get()));
    let chosen = Memo::new(move |_| {
        let (line, grant) = fields.share()?;
        desk.with(|desk| {
            let row = desk.balance(line, grant)?;
            let currency = Currency::parse("", &row.planned.currency).ok()?;
            Some(Chosen {
                kind: row.kind,
                currency,
                sums: Sums::of(row),
            })
        })
    });
    let kinds = Signal::derive(move || {
        let grant = chosen.get().map_or(GrantKind::Cash, |chosen| chosen.kind);
        // A transfer names two partners, which this form does not ask for.
        let fitting = MovementKind::ALL
            .iter()
            .filter(|kind| **kind != MovementKind::Transfer && check_kind(**kind, grant).is_ok());
        fitting
            .map(|kind| Choice::new(kind, movement_kind(i18n, *kind)))
            .collect::<Vec<_>>()
    });
    Effect::new(move |_| keep_choice(fields.kind, &kinds.get()));
    let currency = move || chosen.get().map(|chosen| chosen.currency.code()).unwrap_or_default();
    let submit = move || {
        let request = fields.request(currency(), decimals(i18n.get_locale_untracked()));
        if form.passes(request.check()).is_none() {
            return;
        }
        let budget = desk.with(|desk| desk.budget.id);
        form.send(budgets::create_movement(budget, request), move |_| {
            toasts.tell(say!(i18n, movement.posted));
            fields.amount.set(String::new());
            fields.reference.set(String::new());
            fields.note.set(String::new());
            desk.from.refetch();
        });
    };
    view! {
        <form class="card stack no-print" id="movement" aria-labelledby="h-movement" on:submit=on_submit(submit) novalidate>
            <h2 id="h-movement">{tr!(i18n, movement.title)}</h2>
            <div class="fields">
                <SelectField form pointer="/line_id" label=move || say!(i18n, money.line) value=fields.line choices=lines wide=true/>
                <SelectField form pointer="/grant_id" label=move || say!(i18n, money.funder) value=fields.grant choices=grants/>
                <SelectField form pointer="/kind" label=move || say!(i18n, movement.kind) value=fields.kind choices=kinds/>
                <DateField form pointer="/booked_on" label=move || say!(i18n, movement.booked_on) value=fields.booked_on required=true/>
                <TextField
                    form
                    pointer="/amount"
                    label=move || format!("{} ({})", say!(i18n, money.amount), currency())
                    value=fields.amount
                    figures=true
                    required=true
                />
                <Room chosen fields/>
                <TextField form pointer="/reference" label=move || say!(i18n, movement.reference) value=fields.reference/>
                <TextArea
                    form
                    pointer="/note"
                    label=move || say!(i18n, movement.note)
                    hint=move || say!(i18n, movement.note_hint)
                    value=fields.note
                />
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, movement.post)}</SubmitButton></div>
        </form>
    }
}

/// Keeps a choice that is still offered, else takes the first.
fn keep_choice(value: RwSignal<String>, offered: &[Choice]) {
    if !offered.iter().any(|choice| value.with(|value| *value == choice.value)) {
        value.set(offered.first().map(|choice| choice.value.clone()).unwrap_or_default());
    }
}

/// What is available, and what would be left after the amount that is being typed.
#[component]
fn Room(chosen: Memo<Option<Chosen>>, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let shown = move || {
        let chosen = chosen.get()?;
        let kind = MovementKind::parse(&fields.kind.get())?;
        let room = chosen.room(kind, here.with(|programme| programme.policy.spent_within_disbursed))?;
        let money = |minor| Money::new(minor, chosen.currency);
        let typed = texts::money(
            &fields.amount.get(),
            decimals(i18n.get_locale()),
            chosen.currency.code(),
        );
        let typed = crate::ledger::money(&typed).map_or(0, |money| money.minor);
        let left = room.saturating_sub(typed);
        Some((
            format.money(money(room)),
            format.money(money(typed)),
            format.money(money(left)),
            left < 0,
        ))
    };
    move || {
        shown().map(|(room, typed, left, over)| {
            view! {
                <dl class="avail span-2">
                    <div><dt>{tr!(i18n, movement.room)}</dt><dd>{room}</dd></div>
                    <div><dt>{tr!(i18n, movement.this_one)}</dt><dd>{typed}</dd></div>
                    <div class:is-bad=over><dt>{tr!(i18n, movement.left)}</dt><dd>{left}</dd></div>
                </dl>
            }
        })
    }
}
