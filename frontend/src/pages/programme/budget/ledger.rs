//! The ledger: every movement, with filters that stand in the address, and the way to reverse one.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::{MovementKind, MovementStatus};
use parvis_wire::budgets::{Movement, Reversal};

use super::desk::{BudgetHead, DeskHere};
use crate::api::budgets::{self, MovementFilter};
use crate::api::query;
use crate::components::{
    Badge, Button, ButtonKind, Choice, DateField, Dialog, Empty, FailureAlert, Form, FormFailure, Glyph, SelectField,
    Skeleton, SubmitButton, TableBox, TextArea, Toasts, Tone, on_submit,
};
use crate::format::formats;
use crate::forms::read::{self, date_text};
use crate::forms::texts;
use crate::i18n::{movement_kind, say, tr, words};
use crate::ledger::money;
use crate::pages::paged::paged;
use crate::pages::programme::frame::Here;

/// The filter in the address.
fn use_filter() -> Memo<MovementFilter> {
    let asked = use_query_map();
    Memo::new(move |_| {
        let asked = asked.read();
        let word = |name| asked.get(name).unwrap_or_default();
        MovementFilter {
            line_id: word("line_id"),
            funder_id: word("funder_id"),
            kind: word("kind"),
            booked_from: word("booked_from"),
            booked_to: word("booked_to"),
        }
    })
}

/// The page.
#[component]
pub fn LedgerPage() -> impl IntoView {
    let desk = DeskHere::new();
    view! {
        <BudgetHead desk/>
        {move || desk.failure().map(|failure| view! { <FailureAlert failure retry=move |()| desk.from.refetch()/> })}
        <Show when=move || desk.shown.with(Option::is_some) fallback=move || desk.failure().is_none().then(|| view! { <Skeleton/> })>
            <Show when=move || desk.there() fallback=NoLedger>
                <Filters desk/>
                <Ledger desk/>
            </Show>
        </Show>
    }
}

#[component]
fn NoLedger() -> impl IntoView {
    let i18n = words();
    view! { <Empty title=move || say!(i18n, budget.none) text=move || say!(i18n, budget.none_text)/> }
}

#[component]
fn Filters(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let form = Form::new(i18n);
    let filter = use_filter();
    let asked = use_query_map();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let text = || RwSignal::new(String::new());
    let (line, funder, kind, from, to) = (text(), text(), text(), text(), text());
    Effect::new(move |_| {
        let filter = filter.get();
        let day = |text: &str| read::date(text).map(date_text).unwrap_or_default();
        from.set(day(&filter.booked_from));
        to.set(day(&filter.booked_to));
        line.set(filter.line_id);
        funder.set(filter.funder_id);
        kind.set(filter.kind);
    });
    let go = move || {
        let (from, to) = (
            texts::optional_date(&from.get_untracked()),
            texts::optional_date(&to.get_untracked()),
        );
        let mut faults = parvis_domain::Faults::new();
        faults.keep(parvis_domain::period::optional_date("/booked_from", from.as_deref()));
        faults.keep(parvis_domain::period::optional_date("/booked_to", to.as_deref()));
        if form.passes(faults.finish(Some(()))).is_none() {
            return;
        }
        let parameters = [
            ("budget", asked.read_untracked().get("budget").unwrap_or_default()),
            ("line_id", line.get_untracked()),
            ("funder_id", funder.get_untracked()),
            ("kind", kind.get_untracked()),
            ("booked_from", from.unwrap_or_default()),
            ("booked_to", to.unwrap_or_default()),
        ];
        let parameters = parameters.each_ref().map(|(name, value)| (*name, value.as_str()));
        navigate(&query(&path.get_untracked(), &parameters), Default::default());
    };
    let lines = Signal::derive(move || {
        let Some(programme) = here.get() else { return Vec::new() };
        desk.with(|desk| {
            desk.lines
                .iter()
                .map(|one| Choice::new(one.id, desk.line(i18n, one.id, &programme)))
                .collect()
        })
    });
    let funders = Signal::derive(move || {
        desk.with(|desk| {
            let mut ids: Vec<_> = desk.balances.items.iter().map(|row| row.funder_id).collect();
            ids.sort();
            ids.dedup();
            ids.into_iter()
                .map(|id| Choice::new(id, desk.funder(id)))
                .collect::<Vec<_>>()
        })
    });
    let kinds = Signal::derive(move || {
        MovementKind::ALL
            .iter()
            .map(|kind| Choice::new(kind, movement_kind(i18n, *kind)))
            .collect::<Vec<_>>()
    });
    let narrowed = move || filter.with(|filter| *filter != MovementFilter::default());
    view! {
        <form class="fields filters no-print" role="search" on:submit=on_submit(go) aria-label=move || say!(i18n, form.filter) novalidate>
            <SelectField form pointer="" label=move || say!(i18n, money.line) value=line choices=lines none=move || say!(i18n, form.any)/>
            <SelectField form pointer="" label=move || say!(i18n, money.funder) value=funder choices=funders none=move || say!(i18n, form.any)/>
            <SelectField form pointer="" label=move || say!(i18n, movement.kind) value=kind choices=kinds none=move || say!(i18n, form.any)/>
            <DateField form pointer="/booked_from" label=move || say!(i18n, movement.from) value=from hint=false/>
            <DateField form pointer="/booked_to" label=move || say!(i18n, movement.to) value=to hint=false/>
            <div class="row full">
                <button type="submit" class="btn">{tr!(i18n, form.filter)}</button>
                <Show when=narrowed><a class="btn quiet" href=move || path.get()>{tr!(i18n, form.clear)}</a></Show>
            </div>
        </form>
    }
}

#[component]
fn Ledger(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let filter = use_filter();
    let reversing = RwSignal::new(None::<Movement>);
    let asked = RwSignal::new(false);
    let budget = Memo::new(move |_| desk.with(|desk| desk.budget.id));
    let fetch = move |cursor| budgets::list_movements(budget.get(), filter.get(), cursor);
    let (list, shown) = paged(fetch, move |movements: Vec<Movement>| {
        if movements.is_empty() {
            return view! { <Empty title=move || say!(i18n, movement.none) text=move || say!(i18n, movement.none_text)/> }.into_any();
        }
        let rows = movements
            .into_iter()
            .map(|movement| view! { <Row desk movement reversing asked/> })
            .collect_view();
        view! {
            <div class="card flush prints-wide">
                <TableBox label=move || say!(i18n, budget.ledger)>
                    <table class="table stacks">
                        <caption class="sr-only">{tr!(i18n, budget.ledger)}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{tr!(i18n, movement.booked_on)}</th>
                                <th scope="col">{tr!(i18n, movement.kind)}</th>
                                <th scope="col">{tr!(i18n, money.line)}</th>
                                <th scope="col">{tr!(i18n, money.funder)}</th>
                                <th scope="col">{tr!(i18n, movement.reference)}</th>
                                <th scope="col" class="num">{tr!(i18n, money.amount)}</th>
                                <th scope="col">{tr!(i18n, steps.state)}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </TableBox>
            </div>
        }
        .into_any()
    });
    let changed = Callback::new(move |()| {
        list.refetch();
        desk.from.refetch();
    });
    view! {
        {shown}
        <Reverse desk reversing asked changed/>
    }
}

#[component]
fn Row(
    desk: DeskHere,
    movement: Movement,
    reversing: RwSignal<Option<Movement>>,
    asked: RwSignal<bool>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let line = here
        .get()
        .map(|programme| desk.with(|desk| desk.line(i18n, movement.line_id, &programme)));
    let funder = desk.with(|desk| desk.funder(movement.funder_id));
    let reversal = movement.reverses.is_some();
    let amount = money(&movement.amount).map(|mut money| {
        if reversal {
            money.minor = -money.minor;
        }
        format.money(money)
    });
    let counts = movement.status == MovementStatus::Approved;
    let open = !reversal && counts && movement.reversed_by.is_none();
    let state = match (reversal, movement.reversed_by) {
        (true, _) => Some(
            view! { <Badge tone=Tone::Warn glyph=Glyph::Cross text=move || say!(i18n, movement.is_reversal)/> }
                .into_any(),
        ),
        (false, Some(_)) => Some(
            view! { <Badge tone=Tone::Idle glyph=Glyph::Cross text=move || say!(i18n, movement.reversed)/> }.into_any(),
        ),
        _ => None,
    };
    let decision = match movement.status {
        MovementStatus::Approved => None,
        MovementStatus::Pending => Some(
            view! { <Badge tone=Tone::Warn glyph=Glyph::Clock text=move || say!(i18n, movement.pending)/> }.into_any(),
        ),
        MovementStatus::Refused => Some(
            view! { <Badge tone=Tone::Idle glyph=Glyph::Cross text=move || say!(i18n, movement.refused)/> }.into_any(),
        ),
    };
    let struck = movement.reversed_by.is_some() || movement.status == MovementStatus::Refused;
    let (kind, booked_on) = (movement.kind, movement.booked_on);
    let (reference, note) = (movement.reference.clone(), movement.note.clone());
    let label = format!("{} {}", movement_kind(i18n, kind), amount.clone().unwrap_or_default());
    let ask = move |_| {
        reversing.set(Some(movement.clone()));
        asked.set(true);
    };
    view! {
        <tr>
            <td data-label=say!(i18n, movement.booked_on) class="amount">{format.day_short(booked_on)}</td>
            <th scope="row">{movement_kind(i18n, kind)}</th>
            <td data-label=say!(i18n, money.line)>{line}</td>
            <td data-label=say!(i18n, money.funder)>{funder}</td>
            <td data-label=say!(i18n, movement.reference)><span>{reference}{note.map(|note| view! { <span class="source">" " {note}</span> })}</span></td>
            <td class="num" class:struck=struck data-label=say!(i18n, money.amount)>{amount}</td>
            <td>
                {decision}
                {state}
                <Show when=move || open && here.may(Operation::ReverseMovement)>
                    <button type="button" class="btn quiet small no-print" aria-label=format!("{}: {label}", say!(i18n, movement.reverse)) on:click=ask.clone()>
                        {tr!(i18n, movement.reverse)}
                    </button>
                </Show>
            </td>
        </tr>
    }
}

/// Asks for day and reason before a movement is reversed.
#[component]
fn Reverse(
    desk: DeskHere,
    reversing: RwSignal<Option<Movement>>,
    asked: RwSignal<bool>,
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let reason = RwSignal::new(String::new());
    let booked_on = RwSignal::new(date_text(here.today()));
    let submit = move || {
        let Some(movement) = reversing.get_untracked() else {
            return;
        };
        let reversal = Reversal {
            booked_on: texts::optional_date(&booked_on.get_untracked()),
            reason: reason.get_untracked(),
        };
        if form.passes(reversal.check()).is_none() {
            return;
        }
        form.send(budgets::reverse_movement(movement.id, reversal), move |_| {
            asked.set(false);
            reason.set(String::new());
            toasts.tell(say!(i18n, movement.was_reversed));
            changed.run(());
        });
    };
    let what = move || {
        let movement = reversing.get()?;
        let line = here
            .get()
            .map(|programme| desk.with(|desk| desk.line(i18n, movement.line_id, &programme)));
        let amount = money(&movement.amount).map(|amount| format.money(amount));
        Some(format!(
            "{} · {} · {}",
            movement_kind(i18n, movement.kind),
            amount.unwrap_or_default(),
            line.unwrap_or_default()
        ))
    };
    view! {
        <Dialog open=asked title=move || say!(i18n, movement.reverse_title)>
            <form class="stack" on:submit=on_submit(submit) novalidate>
                <p class="strong">{what}</p>
                <p class="source">{tr!(i18n, movement.reverse_text)}</p>
                <TextArea form pointer="/reason" label=move || say!(i18n, movement.reason) value=reason required=true/>
                <DateField form pointer="/booked_on" label=move || say!(i18n, movement.booked_on) value=booked_on/>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton kind=ButtonKind::Danger busy=form.busy()>{tr!(i18n, movement.reverse)}</SubmitButton>
                    <Button on_press=move |()| asked.set(false)>{tr!(i18n, form.cancel)}</Button>
                </div>
            </form>
        </Dialog>
    }
}
