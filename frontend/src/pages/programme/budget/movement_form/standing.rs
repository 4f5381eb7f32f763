//! What is available for the movement that is being typed, and what holds it: said before it is sent.

use chrono::NaiveDate;
use leptos::prelude::*;
use parvis_domain::budgets::tranches::TrancheState;
use parvis_domain::budgets::{GrantKind, MovementKind, PaymentMode, Policy};
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{Balance, Grant, PendingSums, Settlement};

use super::amount::{Rates, worked_out};
use super::fields::MovementFields;
use crate::api::Answer;
use crate::api::movements::{Instalment, get_settlement, list_instalments};
use crate::components::{Fetched, Glyph, Icon};
use crate::format::formats;
use crate::forms::read;
use crate::i18n::{plain, problem_text, say, tr, words};
use crate::ledger::room::{Room, room};
use crate::ledger::{minor, money};
use crate::pages::programme::budget::book::BookHere;
use crate::pages::programme::frame::Here;

/// What a grant waits for: its tranches, and what is still due by its maximum rate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    instalments: Vec<Instalment>,
    settlement: Option<Settlement>,
}

impl Terms {
    async fn read(grant: Option<Grant>, kind: MovementKind) -> Answer<Self> {
        let Some(grant) = grant.filter(|_| kind == MovementKind::Disbursement) else {
            return Ok(Self::default());
        };
        let mut terms = Self::default();
        if grant.payment_mode == PaymentMode::Instalments {
            terms.instalments = list_instalments(grant.id).await?;
        }
        if grant.rate_percent.is_some() {
            terms.settlement = Some(get_settlement(grant.id).await?);
        }
        Ok(terms)
    }

    fn releases(&self) -> Vec<(NaiveDate, i64)> {
        let released = self.instalments.iter();
        released
            .filter_map(|one| Some((one.released_on?, minor(&one.amount))))
            .collect()
    }
}

/// What stands on the share that is chosen.
#[derive(Clone, PartialEq)]
struct Share {
    grant: Grant,
    row: Balance,
    rows: Vec<Balance>,
}

/// Available, this movement, what would be left; then everything that holds it.
#[component]
pub fn Standing(
    book: BookHere,
    fields: MovementFields,
    currency: Signal<Option<Currency>>,
    rates: Rates,
) -> impl IntoView {
    let here = Here::of_page();
    let share = Memo::new(move |_| {
        let (line, grant) = fields.share()?;
        book.with(|book| {
            let rows: Vec<Balance> = book
                .balances
                .iter()
                .flat_map(|balances| &balances.items)
                .filter(|row| row.grant_id == grant)
                .cloned()
                .collect();
            let row = rows.iter().find(|row| row.line_id == line)?.clone();
            let grant = book.grant(grant)?.clone();
            Some(Share { grant, row, rows })
        })
    });
    let asked = Memo::new(move |_| (share.get().map(|share| share.grant), fields.kind()));
    let terms: Fetched<Terms> = Fetched::new(move || {
        let (grant, kind) = asked.get();
        Terms::read(grant, kind)
    });
    let policy = move || here.with(|programme| programme.policy);
    let found = Memo::new(move |_| {
        let share = share.get()?;
        let terms = terms.get().and_then(Result::ok).unwrap_or_default();
        let day = read::date(&fields.booked_on.get()).unwrap_or_else(|| here.today());
        room(
            fields.kind(),
            day,
            policy(),
            &share.grant,
            &share.row,
            &share.rows,
            &terms.releases(),
        )
    });
    view! {
        <RoomTable found fields currency rates/>
        {move || share.get().map(|share| {
            let terms = terms.get().and_then(Result::ok).unwrap_or_default();
            view! { <Holds share terms policy=policy() fields/> }
        })}
    }
}

#[component]
fn RoomTable(
    found: Memo<Option<Room>>,
    fields: MovementFields,
    currency: Signal<Option<Currency>>,
    rates: Rates,
) -> impl IntoView {
    let i18n = words();
    let format = formats();
    move || {
        let currency = currency.get()?;
        let money = |minor| format.money(Money::new(minor, currency));
        let typed = worked_out(fields, currency, rates, i18n);
        let this = typed.map_or_else(|| "–".to_owned(), money);
        let Some(room) = found.get() else {
            // Where no rule sets a bound, the amount is shown only if it is not the one that is typed.
            return typed.filter(|_| fields.way() != super::fields::Way::Stated).map(|_| {
                view! { <dl class="avail span-2"><div><dt>{tr!(i18n, movement.this_one)}</dt><dd>{this}</dd></div></dl> }.into_any()
            });
        };
        let left = room.minor.saturating_sub(typed.unwrap_or_default());
        let rule = room.rule.filter(|_| left < 0).map(|code| {
            view! { <p class="error full"><Icon glyph=Glyph::Alert/> " " {problem_text(i18n, code.as_str())}</p> }
        });
        Some(
            view! {
                <dl class="avail span-2">
                    <div class:is-bad={room.minor < 0}><dt>{tr!(i18n, movement.room)}</dt><dd>{money(room.minor)}</dd></div>
                    <div><dt>{tr!(i18n, movement.this_one)}</dt><dd>{this}</dd></div>
                    <div class:is-bad={left < 0}><dt>{tr!(i18n, movement.left)}</dt><dd>{money(left)}</dd></div>
                </dl>
                {rule}
            }
            .into_any(),
        )
    }
}

/// What holds the movement, one sentence each.
#[component]
fn Holds(share: Share, terms: Terms, policy: Policy, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let Share { grant, row, .. } = share;
    let mut holds: Vec<(Glyph, String)> = Vec::new();
    if let Some(day) = grant.withdrawn_on {
        holds.push((Glyph::Alert, say!(i18n, movement.hold_withdrawn, day = format.day(day))));
    }
    let booked = read::date(&fields.booked_on.get());
    if let Some(last) = grant.expires_on.filter(|last| booked.is_some_and(|day| day > *last)) {
        holds.push((Glyph::Alert, say!(i18n, movement.hold_expired, day = format.day(last))));
    }
    for one in terms
        .instalments
        .iter()
        .filter(|one| one.state != TrancheState::Released)
    {
        let title = one.title.as_ref().map(|title| plain(i18n, title));
        let title = title.unwrap_or_else(|| one.position.to_string());
        let amount = format.amount(&one.amount);
        holds.push(match one.state {
            TrancheState::Ready => (
                Glyph::Half,
                say!(i18n, movement.hold_ready, title = title, amount = amount),
            ),
            _ => (
                Glyph::Clock,
                say!(i18n, movement.hold_tranche, title = title, amount = amount),
            ),
        });
    }
    if let Some(due) = terms.settlement.and_then(|settlement| money(&settlement.due)) {
        holds.push((
            Glyph::Info,
            say!(i18n, movement.hold_settlement, amount = format.money(due)),
        ));
    }
    let waits = row
        .pending
        .as_ref()
        .and_then(|pending| waiting(&pending.increases, fields.kind()));
    if let Some(waits) = waits.filter(|money| money.minor > 0) {
        holds.push((
            Glyph::Clock,
            say!(i18n, movement.hold_pending, amount = format.money(waits)),
        ));
    }
    if policy.four_eyes {
        holds.push((Glyph::People, say!(i18n, movement.hold_four_eyes).to_owned()));
    }
    if grant.kind == GrantKind::InKind {
        holds.push((Glyph::Info, say!(i18n, movement.hold_in_kind).to_owned()));
    }
    let rows = holds
        .into_iter()
        .map(|(glyph, text)| view! { <li><Icon glyph/>" "{text}</li> })
        .collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="holds full" aria-label=say!(i18n, movement.holds)>{rows}</ul> })
}

/// What waits for a second person in the sum that a kind of movement raises.
fn waiting(sums: &PendingSums, kind: MovementKind) -> Option<Money> {
    let of = match kind {
        MovementKind::Pledge => &sums.pledged,
        MovementKind::Commitment | MovementKind::Decommitment => &sums.committed,
        MovementKind::Disbursement | MovementKind::Repayment => &sums.disbursed,
        MovementKind::Expenditure => &sums.spent,
        MovementKind::Justification => &sums.justified,
        MovementKind::InKind => &sums.contributed,
        MovementKind::Transfer => return None,
    };
    money(of)
}
