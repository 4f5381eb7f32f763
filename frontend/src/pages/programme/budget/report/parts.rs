//! The words of the report: what it is about, by which rules, and who signs it.

use chrono::NaiveDate;
use leptos::prelude::*;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::rates::RatePolicy;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::Grant;

use super::read::Report;
use crate::components::{DocumentTitle, TableBox};
use crate::format::formats;
use crate::i18n::{I18n, payment_mode, plain, say, tr, words};
use crate::ledger::statement::due;
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// What a policy is called.
pub fn policy_name(i18n: I18n, policy: RatePolicy) -> &'static str {
    match policy {
        RatePolicy::Exchange => say!(i18n, report.policy_exchange),
        RatePolicy::Monthly => say!(i18n, report.policy_monthly),
        RatePolicy::Average => say!(i18n, report.policy_average),
    }
}

/// Title, funder, programme, period and day.
#[component]
pub fn ReportHead(desk: DeskHere, report: Report, day: NaiveDate) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let (title, period) = desk.with(|desk| {
        let budget = &desk.budget;
        (
            plain(i18n, &budget.title),
            format.period(budget.starts_on, budget.ends_on),
        )
    });
    let code = here.with(|programme| programme.code.clone());
    let conversions = report
        .policy
        .as_ref()
        .map(|policy| format!("{} · {}", policy.currency, policy_name(i18n, policy.policy)));
    let currencies = {
        let mut all: Vec<String> = report.grants.iter().map(|grant| grant.currency.clone()).collect();
        all.sort();
        all.dedup();
        all.join(", ")
    };
    let name = report.name.clone();
    let rows = [
        (
            say!(i18n, report.programme),
            Some(format!("{} ({code})", here.title(i18n))),
        ),
        (say!(i18n, report.accountable), report.accountable),
        (say!(i18n, nav.budget), Some(title)),
        (say!(i18n, report.eligible), Some(period)),
        (say!(i18n, report.currencies), Some(currencies)),
        (say!(i18n, report.reporting), conversions),
        (say!(i18n, report.drawn_up), Some(format.day(here.today()))),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
        .collect_view();
    let document = format!("{} · {name}", say!(i18n, report.title));
    view! {
        <DocumentTitle title=document.into()/>
        <header class="report-head">
            <p class="source">{tr!(i18n, report.title)}</p>
            <h2>{name}</h2>
            <p class="report-day">{say!(i18n, report.as_of, day = format.day(day))}</p>
            <dl class="facts">{rows}</dl>
        </header>
    }
}

/// The grants with the rules under which each was given, and what is due on it.
#[component]
pub fn GrantRules(report: Report) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let row = |grant: &Grant| {
        let day = |day: Option<NaiveDate>| day.map(|day| format.day_short(day)).unwrap_or_else(|| "–".to_owned());
        let percent = |percent: &Option<String>| {
            let percent = percent.as_ref().map(|percent| format!("{percent}\u{202f}%"));
            percent.unwrap_or_else(|| "–".to_owned())
        };
        let minor = |minor: Option<i64>| {
            let currency = Currency::parse("", &grant.currency).ok();
            minor
                .zip(currency)
                .map(|(minor, currency)| format.money(Money::new(minor, currency)))
        };
        let settled = due(grant, &report.balances);
        let how = match grant.kind {
            GrantKind::Cash => payment_mode(i18n, grant.payment_mode),
            GrantKind::InKind => say!(i18n, money.in_kind),
        };
        let withdrawn = grant.withdrawn_on.map(|day| {
            let text = say!(i18n, movement.hold_withdrawn, day = format.day(day));
            view! { <br/><span class="source">{text}</span> }
        });
        let granted = format.amount(&grant.granted);
        view! {
            <tr>
                <th scope="row">{grant.reference.clone().unwrap_or_else(|| "–".to_owned())}{withdrawn}</th>
                <td data-label=say!(i18n, report.decided_on)>{day(grant.decided_on)}</td>
                <td data-label=say!(i18n, report.payment)>{how}</td>
                <td class="num" data-label=say!(i18n, money.granted)>{granted}</td>
                <td class="num" data-label=say!(i18n, report.max_rate)>{percent(&grant.rate_percent)}</td>
                <td class="num" data-label=say!(i18n, report.shift)>{percent(&grant.shift_percent)}</td>
                <td data-label=say!(i18n, report.payable_until)>{day(grant.expires_on)}</td>
                <td class="num" data-label=say!(i18n, report.accepted)>{minor(settled.map(|one| one.accepted))}</td>
                <td class="num strong" data-label=say!(i18n, report.due)>{minor(settled.map(|one| one.due()))}</td>
            </tr>
        }
    };
    let rows = report.grants.iter().map(row).collect_view();
    view! {
        <section aria-labelledby="h-rules">
            <h3 id="h-rules">{tr!(i18n, report.rules)}</h3>
            <TableBox label=move || say!(i18n, report.rules)>
                <table class="table stacks">
                    <caption class="sr-only">{tr!(i18n, report.rules)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, movement.grant)}</th>
                            <th scope="col">{tr!(i18n, report.decided_on)}</th>
                            <th scope="col">{tr!(i18n, report.payment)}</th>
                            <th scope="col" class="num">{tr!(i18n, money.granted)}</th>
                            <th scope="col" class="num">{tr!(i18n, report.max_rate)}</th>
                            <th scope="col" class="num">{tr!(i18n, report.shift)}</th>
                            <th scope="col">{tr!(i18n, report.payable_until)}</th>
                            <th scope="col" class="num">{tr!(i18n, report.accepted)}</th>
                            <th scope="col" class="num">{tr!(i18n, report.due)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            <p class="source">{tr!(i18n, report.due_note)}</p>
        </section>
    }
}

/// Where both sides sign.
#[component]
pub fn Signatures(report: Report) -> impl IntoView {
    let i18n = words();
    let side = move |head: String| {
        view! {
            <div class="signature">
                <p class="strong">{head}</p>
                <p class="sign-line">{tr!(i18n, report.sign_name)}</p>
                <p class="sign-line">{tr!(i18n, report.sign_place)}</p>
                <p class="sign-box">{tr!(i18n, report.sign_here)}</p>
            </div>
        }
    };
    let accountable = report
        .accountable
        .unwrap_or_else(|| say!(i18n, report.the_programme).to_owned());
    view! {
        <section class="signatures" aria-labelledby="h-sign">
            <h3 id="h-sign">{tr!(i18n, report.signatures)}</h3>
            <p>{tr!(i18n, report.certified)}</p>
            <div class="sides">{side(accountable)}{side(report.name)}</div>
        </section>
    }
}
