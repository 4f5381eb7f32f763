//! The ledger: every movement, with filters that stand in the address, what runs up beside them, and the way to approve,
//! correct or reverse one.

mod acts;
pub mod detail;
mod filters;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::MovementStatus;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{Balances, Movement};
use uuid::Uuid;

use self::detail::{Approve, MovementDialog, States};
use self::filters::{Filters, use_filter};
use super::book::BookHere;
use super::desk::{BudgetBody, BudgetHead, DeskHere};
use super::movement_form::MovementFields;
use crate::api::movements::{self, MovementFilter};
use crate::api::{Failure, Session, budgets, query};
use crate::browser::save;
use crate::components::{Alert, Button, ButtonKind, Empty, FailureAlert, Fetched, TableBox, Tone};
use crate::format::{Format, formats};
use crate::i18n::{movement_kind, say, tr, words};
use crate::lazy::{Folded, area};
use crate::ledger::{money, running};
use crate::pages::paged::paged;
use crate::pages::programme::frame::Here;

/// How many movements a page of the list holds.
const PAGE: &str = "100";

/// The page.
#[component]
pub fn LedgerPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let desk = DeskHere::new();
    let fields = MovementFields::new();
    provide_context(desk);
    provide_context(fields);
    let book = BookHere::new(desk);
    let may_post = move || here.may(Operation::CreateMovement) && desk.with(|desk| !desk.lines.is_empty());
    view! {
        <BudgetHead desk/>
        <BudgetBody desk>
            <Show when=may_post>
                <div class="section-head"><Folded summary=move || say!(i18n, movement.enter) area=area::movement/></div>
            </Show>
            <Filters desk book/>
            <Ledger desk book fields/>
        </BudgetBody>
    }
}

/// The movement that the address names, and the way to put another into it.
fn opened() -> RwSignal<Option<Uuid>> {
    let asked = use_query_map();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let filter = use_filter();
    let open = RwSignal::new(None::<Uuid>);
    let in_address = Memo::new(move |_| asked.read().get("movement").and_then(|id| id.parse::<Uuid>().ok()));
    Effect::new(move |_| open.set(in_address.get()));
    Effect::new(move |_| {
        let wanted = open.get();
        if wanted == in_address.get_untracked() {
            return;
        }
        let budget = asked.read_untracked().get("budget").unwrap_or_default();
        let movement = wanted.map(|id| id.to_string()).unwrap_or_default();
        let filter = filter.get_untracked();
        let mut parameters = vec![("budget", budget.as_str()), ("movement", movement.as_str())];
        parameters.extend(filter.parameters());
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&query(&path.get_untracked(), &parameters), options);
    });
    open
}

#[component]
fn Ledger(desk: DeskHere, book: BookHere, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    let filter = use_filter();
    let open = opened();
    let budget = Memo::new(move |_| desk.with(|desk| desk.budget.id));
    let fetch = move |cursor| {
        fields.recent.track();
        let (budget, filter) = (budget.get(), filter.get());
        async move { movements::list_movements(budget, &filter, PAGE, cursor).await }
    };
    let sums: Fetched<Vec<Balances>> = Fetched::new(move || {
        fields.recent.track();
        let (budget, filter) = (budget.get(), filter.get());
        async move {
            match runs(&filter) {
                true => Ok(vec![budgets::get_balances(budget, &filter.booked_to).await?]),
                false => Ok(Vec::new()),
            }
        }
    });
    let changed = RwSignal::new(0_u32);
    let again = Callback::new(move |()| changed.update(|count| *count = count.wrapping_add(1)));
    let (list, shown) = paged(fetch, move |movements: Vec<Movement>| {
        if movements.is_empty() {
            return view! { <Empty title=move || say!(i18n, movement.none) text=move || say!(i18n, movement.none_text)/> }.into_any();
        }
        let sums = sums.get().and_then(Result::ok).unwrap_or_default();
        let run = beside(&movements, sums.first(), &filter.get(), book);
        view! { <Table desk movements run open again/> }.into_any()
    });
    Effect::new(move |before: Option<u32>| {
        let count = changed.get();
        if before.is_some_and(|before| before != count) {
            list.refetch();
            sums.refetch();
            desk.from.refetch();
        }
        count
    });
    view! {
        <Waiting budget filter changed/>
        <Downloads budget filter/>
        {shown}
        <MovementDialog desk open changed=again/>
    }
}

/// Whether sums can run beside the list: where nothing is left out between two movements of a share.
fn runs(filter: &MovementFilter) -> bool {
    let leaves_out = [
        &filter.q,
        &filter.kind,
        &filter.payer_id,
        &filter.payee_id,
        &filter.amount_min,
        &filter.amount_max,
    ];
    let all = filter.status.is_empty() || filter.status == MovementStatus::Approved.to_string();
    all && leaves_out.iter().all(|value| value.is_empty())
}

/// The running sum beside each movement; none where the shares are of more than one currency or kind.
fn beside(
    movements: &[Movement],
    sums: Option<&Balances>,
    filter: &MovementFilter,
    book: BookHere,
) -> Option<(Currency, Vec<Option<i64>>)> {
    let fits = |wanted: &str, id: Uuid| wanted.is_empty() || wanted == id.to_string();
    let shares = sums?.items.iter().filter(|row| {
        fits(&filter.line_id, row.line_id)
            && fits(&filter.grant_id, row.grant_id)
            && fits(&filter.funder_id, row.funder_id)
            && (filter.currency.is_empty() || filter.currency == row.planned.currency)
    });
    let (currency, after) = running::start(shares)?;
    let modes = book.with(super::book::Book::modes);
    Some((currency, running::running(movements, after, &modes)))
}

/// How many movements wait for a second person, with the way to them.
#[component]
fn Waiting(budget: Memo<Uuid>, filter: Memo<MovementFilter>, changed: RwSignal<u32>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let path = use_location().pathname;
    let pending = MovementStatus::Pending.to_string();
    let wanted = pending.clone();
    let count: Fetched<Vec<i64>> = Fetched::new(move || {
        changed.track();
        let filter = MovementFilter {
            status: wanted.clone(),
            ..MovementFilter::default()
        };
        let (budget, member) = (budget.get(), here.may(Operation::ApproveMovement));
        async move {
            match member {
                true => Ok(vec![movements::count_movements(budget, &filter).await?]),
                false => Ok(Vec::new()),
            }
        }
    });
    move || {
        let count = count.get()?.ok()?.first().copied().filter(|count| *count > 0)?;
        let budget = budget.get().to_string();
        let href = query(&path.get(), &[("budget", &budget), ("status", &pending)]);
        let here = filter.with(|filter| filter.status == pending);
        Some(view! {
            <div class="section-tight no-print">
                <Alert tone=Tone::Warn title=move || say!(i18n, movement.waiting, count = format.number(count))>
                    {(!here).then(|| view! { <p><a href=href.clone()>{tr!(i18n, movement.see_waiting)}</a></p> })}
                </Alert>
            </div>
        })
    }
}

/// The list as it is filtered, to be taken away.
#[component]
fn Downloads(budget: Memo<Uuid>, filter: Memo<MovementFilter>) -> impl IntoView {
    let i18n = words();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let take = move |format: &'static str| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (budget, filter) = (budget.get_untracked(), filter.get_untracked());
        spawn_local(async move {
            match movements::export_movements(budget, &filter, format).await {
                Ok(file) => {
                    failure.set(None);
                    save(&format!("{}.{format}", say!(i18n, movement.file)), &file);
                }
                Err(problem) => failure.set(Some(problem)),
            }
            busy.set(false);
        });
    };
    view! {
        <p class="row end-row no-print" aria-busy=move || busy.get().then_some("true")>
            <span class="source">{tr!(i18n, movement.take_away)}</span>
            <Button kind=ButtonKind::Quiet small=true on_press=move |()| take("csv")>"CSV"</Button>
            <Button kind=ButtonKind::Quiet small=true on_press=move |()| take("xlsx")>"XLSX"</Button>
        </p>
        {move || failure.get().map(|failure| view! { <FailureAlert failure/> })}
    }
}

#[component]
fn Table(
    desk: DeskHere,
    movements: Vec<Movement>,
    run: Option<(Currency, Vec<Option<i64>>)>,
    open: RwSignal<Option<Uuid>>,
    again: Callback<()>,
) -> impl IntoView {
    let i18n = words();
    let currency = run.as_ref().map(|(currency, _)| *currency);
    let beside = run.map(|(_, sums)| sums).unwrap_or_default();
    let rows = movements
        .into_iter()
        .enumerate()
        .map(|(index, movement)| {
            let sum = beside.get(index).copied().flatten();
            let run = currency.map(|currency| sum.map(|minor| Money::new(minor, currency)));
            view! { <Row desk movement run open again/> }
        })
        .collect_view();
    view! {
        <div class="card flush prints-wide">
            <TableBox label=move || say!(i18n, budget.ledger)>
                <table class="table stacks ledger">
                    <caption class="sr-only">{tr!(i18n, budget.ledger)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, movement.booked_on)}</th>
                            <th scope="col">{tr!(i18n, movement.kind)}</th>
                            <th scope="col">{tr!(i18n, money.line)}</th>
                            <th scope="col">{tr!(i18n, movement.parties)}</th>
                            <th scope="col">{tr!(i18n, movement.reference)}</th>
                            <th scope="col" class="num">{tr!(i18n, money.amount)}</th>
                            {currency.map(|currency| view! {
                                <th scope="col" class="num">{tr!(i18n, movement.running)} " (" {currency.code()} ")"</th>
                            })}
                            <th scope="col">{tr!(i18n, steps.state)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {currency.map(|_| view! { <p class="foot source">{tr!(i18n, movement.running_hint)}</p> })}
        </div>
    }
}

#[component]
fn Row(
    desk: DeskHere,
    movement: Movement,
    /// What the step came to with it; the outer nothing is a table without that column.
    run: Option<Option<Money>>,
    open: RwSignal<Option<Uuid>>,
    again: Callback<()>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let line = here
        .get()
        .map(|programme| desk.with(|desk| desk.line(i18n, movement.line_id, &programme)));
    let own = Session::here().is(movement.recorded_by);
    let pending = movement.status == MovementStatus::Pending;
    let struck = movement.reversed_by.is_some() || movement.status == MovementStatus::Refused;
    let note = movement
        .note
        .clone()
        .map(|note| view! { <span class="source">" " {note}</span> });
    let run = run.map(|sum| {
        let sum = sum.map(|money| format.figure(money, money.currency.digits()));
        view! { <td class="num muted" data-label=say!(i18n, movement.running)>{sum}</td> }
    });
    let approve = {
        let movement = movement.clone();
        move || view! { <Approve movement=movement.clone() done=again small=true/> }
    };
    view! {
        <tr class:waits=pending>
            <td data-label=say!(i18n, movement.booked_on) class="amount">{format.day_short(movement.booked_on)}</td>
            <th scope="row"><See movement=movement.clone() open/></th>
            <td data-label=say!(i18n, money.line)>{line}</td>
            <td data-label=say!(i18n, movement.parties)><span>{parties(desk, &movement)}</span></td>
            <td data-label=say!(i18n, movement.reference)><span>{movement.reference.clone()}{note}</span></td>
            <td class="num" class:struck=struck data-label=say!(i18n, money.amount)>{amount(format, &movement)}</td>
            {run}
            <td data-label=say!(i18n, steps.state)>
                <span class="row">
                    <States movement=movement.clone()/>
                    <Tie movement open/>
                    <Show when=move || pending && !own && here.may(Operation::ApproveMovement)>{approve.clone()}</Show>
                </span>
            </td>
        </tr>
    }
}

/// The amount, with the other currency below it where it was paid in one; a reversal counts negatively.
fn amount(format: Format, movement: &Movement) -> impl IntoView + use<> {
    let reverses = movement.reverses.is_some();
    let signed = |amount: &parvis_wire::Money| {
        let mut money = money(amount)?;
        if reverses {
            money.minor = -money.minor;
        }
        Some(format.money(money))
    };
    let other = movement.original.as_ref().and_then(signed);
    (
        signed(&movement.amount),
        other.map(|other| view! { <br/><span class="source">{other}</span> }),
    )
}

/// The funder whose money it is, and who pays whom where that is somebody else.
fn parties(desk: DeskHere, movement: &Movement) -> String {
    desk.with(|desk| {
        let funder = desk.funder(movement.funder_id);
        let payer = movement.payer_id.filter(|payer| *payer != movement.funder_id);
        let payer = payer.map(|payer| desk.funder(payer));
        let payee = movement.payee_id.map(|payee| desk.funder(payee));
        match (payer, payee) {
            (None, None) => funder,
            (None, Some(payee)) => format!("{funder} → {payee}"),
            (Some(payer), None) => format!("{payer} → ({funder})"),
            (Some(payer), Some(payee)) => format!("{payer} → {payee} ({funder})"),
        }
    })
}

/// The kind of a movement as the way to all that it says.
#[component]
fn See(movement: Movement, open: RwSignal<Option<Uuid>>) -> impl IntoView {
    let i18n = words();
    let id = movement.id;
    let text = movement_kind(i18n, movement.kind);
    view! { <Opens id open text/> }
}

/// The way from a reversal or a correction to what it puts right, and back.
#[component]
fn Tie(movement: Movement, open: RwSignal<Option<Uuid>>) -> impl IntoView {
    let i18n = words();
    let tie = match (movement.reverses, movement.reversed_by, movement.corrects) {
        (Some(id), ..) => Some((id, say!(i18n, movement.see_reversed))),
        (None, Some(id), _) => Some((id, say!(i18n, movement.see_reversal))),
        (None, None, Some(id)) => Some((id, say!(i18n, movement.see_corrected))),
        (None, None, None) => None,
    };
    tie.map(|(id, text)| view! { <span class="source"><Opens id open text/></span> })
}

/// A link to a movement, which opens in its dialog without leaving the place in the list.
#[component]
fn Opens(id: Uuid, open: RwSignal<Option<Uuid>>, text: &'static str) -> impl IntoView {
    let asked = use_query_map();
    let path = use_location().pathname;
    let href = move || {
        let budget = asked.read().get("budget").unwrap_or_default();
        query(&path.get(), &[("budget", &budget), ("movement", &id.to_string())])
    };
    let press = move |event: leptos::ev::MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            open.set(Some(id));
        }
    };
    view! { <a href=href on:click=press>{text}</a> }
}
