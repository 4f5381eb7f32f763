//! What the money asks somebody to look at, on the overview of a programme and on the page of its budget: each alert says in
//! words how much it presses, and leads to where something can be done.

use leptos::prelude::*;
use parvis_domain::Money;
use parvis_domain::budgets::alerts::{AlertCode, Severity};
use parvis_wire::budgets::{Alert, Alerts};
use uuid::Uuid;

use super::desk::DeskHere;
use crate::api::{alerts as api, query};
use crate::components::{Badge, Fetched, Glyph, Icon, Loaded, Tone};
use crate::format::{Format, formats};
use crate::i18n::{I18n, plain, say, tr, words};
use crate::ledger::money;
use crate::pages::programme::frame::Here;

/// How many alerts are shown before the rest is folded.
const FIRST: usize = 5;

/// The alerts of the programme, or those of the budget that the page is about.
#[component]
pub fn AlertsSection() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let desk = use_context::<DeskHere>();
    let alerts: Fetched<Alerts> = Fetched::new(move || {
        // What is done on the page changes what is to be looked at.
        if let Some(desk) = desk {
            desk.shown.track();
        }
        api::list_alerts(here.id())
    });
    let draw = move |alerts: Alerts| {
        let budget = desk.and_then(|desk| desk.with(|desk| Some(desk.budget.id)));
        let fits = |alert: &Alert| budget.is_none_or(|budget| alert.budget_id == budget);
        let mut rows: Vec<_> = alerts
            .items
            .into_iter()
            .filter(fits)
            .map(|alert| alert_row(here.id(), alert, None))
            .collect();
        (!rows.is_empty()).then(|| {
            let count = rows.len();
            let rest = rows.split_off(count.min(FIRST));
            let rest = (!rest.is_empty()).then(|| {
                view! {
                    <details class="disclosure more">
                        <summary>{say!(i18n, alerts.more, count = count - FIRST)}</summary>
                        <ul>{rest}</ul>
                    </details>
                }
            });
            view! {
                <section class="section-tight" aria-labelledby="h-alerts">
                    <h2 id="h-alerts">{tr!(i18n, alerts.title)}</h2>
                    <div class="card flush gap-top"><ul class="todos">{rows}</ul>{rest}</div>
                </section>
            }
        })
    };
    view! { <Loaded from=alerts draw/> }
}

/// One alert: severity, sentence, and the way to act. `about` names the programme where several are mixed.
pub fn alert_row(programme: Uuid, alert: Alert, about: Option<AnyView>) -> AnyView {
    let i18n = words();
    let format = formats();
    let (tone, glyph, severity) = match alert.severity {
        Severity::Urgent => (Tone::Bad, Glyph::Alert, say!(i18n, alerts.urgent)),
        Severity::Warning => (Tone::Warn, Glyph::Clock, say!(i18n, alerts.warning)),
        Severity::Notice => (Tone::Info, Glyph::Info, say!(i18n, alerts.notice)),
    };
    let mark = match alert.code {
        AlertCode::TrancheDue | AlertCode::TrancheReady => Glyph::Held,
        AlertCode::ReportDue | AlertCode::GrantExpires => Glyph::Calendar,
        AlertCode::LineNearLimit | AlertCode::CommitmentIdle => Glyph::Half,
    };
    let (what, then) = sentence(i18n, format, &alert);
    let date = alert.date.map(|day| format.day_short(day));
    let (href, act) = way(i18n, programme, &alert);
    let label = format!("{act}: {what}");
    view! {
        <li class="todo" data-alert=alert.code.as_str()>
            <span class="todo-mark"><Icon glyph=mark/></span>
            <div class="todo-what"><p><a href=href.clone()>{what}</a></p>{then.map(|then| view! { <p class="source">{then}</p> })}{about}</div>
            <p class="todo-due"><Badge tone glyph text=move || severity/><span class="source">{date}</span></p>
            <p class="todo-act no-print"><a class="btn small" href=href aria-label=label>{act}</a></p>
        </li>
    }
    .into_any()
}

/// What an alert says, and what more there is to say.
fn sentence(i18n: I18n, format: Format, alert: &Alert) -> (String, Option<String>) {
    let value = |name: &str| alert.values.get(name).cloned().unwrap_or_default();
    let sum = alert.amount.as_ref().and_then(money);
    let amount = sum.map(|sum| format.money(sum)).unwrap_or_default();
    let day = alert.date.map(|day| format.day(day)).unwrap_or_default();
    let late = value("days").starts_with('-');
    let title = match (&alert.title, alert.code) {
        (Some(title), _) => plain(i18n, title),
        (None, AlertCode::TrancheDue | AlertCode::TrancheReady) => say!(i18n, alerts.a_tranche).to_owned(),
        (None, _) => say!(i18n, alerts.a_line).to_owned(),
    };
    match alert.code {
        AlertCode::LineNearLimit => (near(i18n, format, title, sum, alert), None),
        AlertCode::CommitmentIdle => (
            say!(i18n, alerts.idle, line = title, amount = amount),
            Some(say!(i18n, alerts.idle_since, day = day, days = value("days"))),
        ),
        AlertCode::GrantExpires => {
            let what = match late {
                true => say!(i18n, alerts.expired, amount = amount, day = day),
                false => say!(i18n, alerts.expires, amount = amount, day = day),
            };
            (what, alert.values.get("reference").cloned())
        }
        AlertCode::ReportDue => {
            let what = match late {
                true => say!(i18n, alerts.report_late, report = title, day = day),
                false => say!(i18n, alerts.report_due, report = title, day = day),
            };
            (what, sum.map(|_| say!(i18n, alerts.report_holds, amount = amount)))
        }
        AlertCode::TrancheDue => (
            say!(i18n, alerts.tranche_due, tranche = title, amount = amount, day = day),
            Some(say!(i18n, alerts.tranche_waits).to_owned()),
        ),
        AlertCode::TrancheReady => (say!(i18n, alerts.tranche_ready, tranche = title, amount = amount), None),
    }
}

fn near(i18n: I18n, format: Format, line: String, left: Option<Money>, alert: &Alert) -> String {
    let Some(left) = left else { return line };
    let over = Money::new(left.minor.saturating_neg(), left.currency);
    match (left.minor, alert.values.get("percent")) {
        (..0, _) | (_, None) => say!(i18n, alerts.line_over, line = line, amount = format.money(over)),
        (0, _) => say!(i18n, alerts.line_full, line = line),
        (_, Some(percent)) => say!(
            i18n,
            alerts.line_near,
            line = line,
            percent = format.percent_text(percent),
            amount = format.money(left)
        ),
    }
}

/// Where something can be done about an alert, and what that is called.
fn way(i18n: I18n, programme: Uuid, alert: &Alert) -> (String, &'static str) {
    let base = format!("/programmes/{programme}/budget");
    let (budget, object) = (alert.budget_id.to_string(), alert.object_id.to_string());
    let grant = alert.values.get("grant_id").cloned().unwrap_or_default();
    let conditions = |grant: &str, part: String| {
        let path = query(&format!("{base}/conditions"), &[("budget", &budget), ("grant", grant)]);
        format!("{path}#{part}")
    };
    match alert.code {
        AlertCode::LineNearLimit => {
            let path = format!("{base}/movements");
            (
                query(&path, &[("budget", &budget), ("line_id", &object)]),
                say!(i18n, alerts.see_line),
            )
        }
        AlertCode::CommitmentIdle => {
            let href = query(&base, &[("budget", &budget), ("line", &object), ("grant", &grant)]);
            (format!("{href}#movement"), say!(i18n, alerts.see_share))
        }
        AlertCode::GrantExpires => (conditions(&object, format!("g-{object}")), say!(i18n, alerts.see_grant)),
        AlertCode::ReportDue => (
            conditions(&grant, format!("report-{object}")),
            say!(i18n, alerts.see_report),
        ),
        AlertCode::TrancheDue => (
            conditions(&grant, format!("tranche-{object}")),
            say!(i18n, alerts.see_conditions),
        ),
        AlertCode::TrancheReady => (
            conditions(&grant, format!("tranche-{object}")),
            say!(i18n, alerts.release),
        ),
    }
}
