//! A grant: what is granted, released and paid of it, its tranches on their track, its reports, and its settlement.

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::tranches::TrancheState;
use parvis_domain::budgets::{GrantKind, PaymentMode};
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{FunderReport, Grant, Tranche};

use super::acts::{Act, Acts, Asked};
use super::grant_name;
use super::reports::Reports;
use super::settlement::SettlementFold;
use super::track::Track;
use super::words::payment_mode;
use crate::api::{Answer, conditions as api};
use crate::components::{Button, ButtonKind, Fetched, Glyph, Icon, Loaded};
use crate::format::formats;
use crate::i18n::{say, tr, words};
use crate::ledger::money;
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// What belongs to a grant.
#[derive(Debug, Clone, Default)]
struct Parts {
    tranches: Vec<Tranche>,
    reports: Vec<FunderReport>,
}

async fn read(grant: uuid::Uuid, instalments: bool, members: bool) -> Answer<Parts> {
    let tranches = async {
        match instalments {
            true => api::list_tranches(grant).await.map(|page| page.items),
            false => Ok(Vec::new()),
        }
    };
    let reports = async {
        match members {
            true => api::list_funder_reports(grant).await.map(|page| page.items),
            false => Ok(Vec::new()),
        }
    };
    let (tranches, reports) = futures::join!(tranches, reports);
    Ok(Parts {
        tranches: tranches?,
        reports: reports?,
    })
}

/// The card.
#[component]
pub(super) fn GrantCard(desk: DeskHere, grant: Grant) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let (id, mode) = (grant.id, grant.payment_mode);
    let instalments = mode == PaymentMode::Instalments;
    let parts: Fetched<Parts> = Fetched::new(move || {
        acts.follow();
        read(id, instalments, here.may(Operation::ListFunderReports))
    });
    let name = desk.with(|desk| grant_name(desk, &grant));
    let heading = format!("grant-{id}");
    let whole = grant.clone();
    let draw = move |parts: Parts| {
        let grant = whole.clone();
        let tranches = parts.tranches;
        let reports = parts.reports;
        let figures = view! { <Figures desk grant=grant.clone() tranches=tranches.clone()/> };
        let track = instalments.then(|| view! { <Track desk grant=grant.clone() tranches reports=reports.clone()/> });
        let members = here.may(Operation::ListFunderReports);
        view! {
            {figures}
            {track}
            {members.then(|| view! { <Reports grant=grant.clone() reports/> })}
        }
    };
    let cash = grant.kind == GrantKind::Cash;
    let asked = StoredValue::new(grant);
    let act = move |act| {
        acts.ask(Asked {
            act,
            grant: asked.get_value(),
            tranche: None,
            reports: Vec::new(),
            report: None,
        });
    };
    view! {
        <article class="card stack grant" id=format!("g-{id}") aria-labelledby=heading>
            <header>
                <div>
                    <h3 id=heading.clone()>{name}</h3>
                    <p class="source">{move || payment_mode(i18n, mode)}</p>
                </div>
                <Show when=move || here.may(Operation::UpdateGrant) && cash>
                    <div class="no-print"><Button kind=ButtonKind::Quiet small=true on_press=move |()| act(Act::Terms)>{tr!(i18n, conditions.terms)}</Button></div>
                </Show>
            </header>
            <Loaded from=parts draw/>
            {cash.then(|| view! { <SettlementFold grant=asked.get_value()/> })}
        </article>
    }
}

/// What is granted, released, paid, and can still be paid today.
#[component]
fn Figures(desk: DeskHere, grant: Grant, tranches: Vec<Tranche>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let currency = Currency::parse("", &grant.currency).ok()?;
    let show = move |minor| format.money_short(Money::new(minor, currency));
    let minor = |amount: &parvis_wire::Money| money(amount).map_or(0, |money| money.minor);
    let of_state = |state: TrancheState| {
        let amounts = tranches.iter().filter(|tranche| tranche.state == state);
        amounts.map(|tranche| minor(&tranche.amount)).sum::<i64>()
    };
    let disbursed: i64 = desk.with(|desk| {
        let own = desk.balances.items.iter().filter(|row| row.grant_id == grant.id);
        own.map(|row| minor(&row.disbursed)).sum()
    });
    let (released, ready, waiting) = (
        of_state(TrancheState::Released),
        of_state(TrancheState::Ready),
        of_state(TrancheState::Waiting),
    );
    let stat = move |name: &'static str, minor: i64| {
        view! { <div class="stat"><dt>{name}</dt><dd class="value">{show(minor)}</dd></div> }
    };
    let instalments = (grant.payment_mode == PaymentMode::Instalments).then(|| {
        view! {
            {stat(say!(i18n, conditions.sum_released), released)}
            {(ready > 0).then(|| stat(say!(i18n, conditions.sum_ready), ready))}
            {(waiting > 0).then(|| stat(say!(i18n, conditions.sum_waiting), waiting))}
        }
    });
    let payable = (grant.payment_mode == PaymentMode::Instalments)
        .then(|| stat(say!(i18n, conditions.sum_payable), released - disbursed));
    let rate = grant.rate_percent.as_ref().map(|rate| {
        view! {
            <div class="stat"><dt>{tr!(i18n, conditions.rate)}</dt><dd class="value">{format.percent_text(rate)}</dd></div>
        }
    });
    let expires = grant.expires_on.map(|day| {
        view! {
            <p class="source"><Icon glyph=Glyph::Calendar/> " " {say!(i18n, conditions.expires, day = format.day(day))}</p>
        }
    });
    Some(view! {
        <dl class="stats figures">
            {stat(say!(i18n, money.granted), minor(&grant.granted))}
            {instalments}
            {stat(say!(i18n, money.disbursed), disbursed)}
            {payable}
            {rate}
        </dl>
        {expires}
    })
}
