//! What waits for the reader: steps that are due, what the money asks for, and the programmes of which it is a member.

use chrono::{Days, NaiveDate};
use futures::future::join_all;
use leptos::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::MovementStatus;
use parvis_domain::budgets::alerts::{AlertCode, Severity};
use parvis_domain::participation::StepStatus;
use parvis_domain::programmes::ProgrammeStatus;
use parvis_wire::budgets::Alert;
use parvis_wire::programmes::ProgrammeItem;
use uuid::Uuid;

use super::parts::{Localised, StatusBadge};
use super::programme::alert_row;
use super::sign_in::NeedsSignIn;
use crate::api::movements::{self, MovementFilter};
use crate::api::programmes::ProgrammeFilter;
use crate::api::{Answer, Session, alerts, budgets, participation, programmes};
use crate::components::{Badge, Empty, Fetched, Glyph, Icon, Loaded, PageHead, Tone};
use crate::format::{formats, today};
use crate::i18n::{member_role, plain, say, tr, words};

/// Steps that begin or end within so many days are due.
const SOON: Days = Days::new(45);

/// A step that waits for somebody.
#[derive(Debug, Clone)]
struct Due {
    programme: ProgrammeItem,
    step: Uuid,
    title: LocalisedText,
    open: bool,
    on: NaiveDate,
}

/// Something that the money of a programme asks for.
#[derive(Debug, Clone)]
struct Look {
    programme: ProgrammeItem,
    alert: Alert,
}

/// Movements of a budget that wait for a second person.
#[derive(Debug, Clone)]
struct Approvals {
    programme: ProgrammeItem,
    budget: Uuid,
    title: LocalisedText,
    count: i64,
}

/// All that waits.
#[derive(Debug, Clone)]
struct Work {
    programmes: Vec<ProgrammeItem>,
    approvals: Vec<Approvals>,
    due: Vec<Due>,
    money: Vec<Look>,
}

async fn read(session: Session) -> Answer<Work> {
    let mine = ProgrammeFilter {
        mine: "true".to_owned(),
        ..ProgrammeFilter::default()
    };
    let programmes = programmes::list_programmes(mine, None).await?.items;
    let at_work = programmes
        .iter()
        .filter(|one| matches!(one.status, ProgrammeStatus::Open | ProgrammeStatus::Active));
    let deciding = at_work
        .clone()
        .filter(|one| untrack(|| session.may(Operation::ApproveMovement, Some(one.id))));
    let (due, money, approvals) = futures::join!(
        join_all(at_work.clone().map(steps_due)),
        join_all(at_work.map(money_due)),
        join_all(deciding.map(approvals))
    );
    let approvals = approvals.into_iter().collect::<Answer<Vec<_>>>()?;
    let mut due: Vec<Due> = due
        .into_iter()
        .collect::<Answer<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let mut money: Vec<Look> = money
        .into_iter()
        .collect::<Answer<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    due.sort_by_key(|due| due.on);
    money.sort_by_key(|look| (look.alert.severity, look.alert.date.is_none(), look.alert.date));
    Ok(Work {
        programmes,
        approvals: approvals.into_iter().flatten().collect(),
        due,
        money,
    })
}

async fn approvals(programme: &ProgrammeItem) -> Answer<Vec<Approvals>> {
    let pending = MovementFilter {
        status: MovementStatus::Pending.to_string(),
        ..MovementFilter::default()
    };
    let mut found = Vec::new();
    for budget in budgets::list_budgets(programme.id).await?.items {
        let count = movements::count_movements(budget.id, &pending).await?;
        if count > 0 {
            found.push(Approvals {
                programme: programme.clone(),
                budget: budget.id,
                title: budget.title,
                count,
            });
        }
    }
    Ok(found)
}

async fn steps_due(programme: &ProgrammeItem) -> Answer<Vec<Due>> {
    let horizon = today().checked_add_days(SOON).unwrap_or_else(today);
    let steps = participation::list_participation_steps(programme.id).await?.items;
    let due = steps.into_iter().filter_map(|step| {
        let (open, on) = match step.status {
            StepStatus::Open => (true, step.ends_on.unwrap_or(step.starts_on)),
            StepStatus::Planned => (false, step.starts_on),
            _ => return None,
        };
        let due = Due {
            programme: programme.clone(),
            step: step.id,
            title: step.title,
            open,
            on,
        };
        (on <= horizon).then_some(due)
    });
    Ok(due.collect())
}

/// What the money of a programme asks for; what is only good to know does not wait for anybody, unless it can be released.
async fn money_due(programme: &ProgrammeItem) -> Answer<Vec<Look>> {
    let alerts = alerts::list_alerts(programme.id).await?.items;
    let presses = |alert: &Alert| alert.severity != Severity::Notice || alert.code == AlertCode::TrancheReady;
    let look = |alert| Look {
        programme: programme.clone(),
        alert,
    };
    Ok(alerts.into_iter().filter(presses).map(look).collect())
}

/// The page.
#[component]
pub fn MyWorkPage() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let format = formats();
    let lead = move || format.day(today());
    view! {
        <PageHead title=move || say!(i18n, my.title) lead>
            <Show when=move || session.may(Operation::CreateProgramme, None)>
                <a class="btn" href="/programmes/new"><Icon glyph=Glyph::Plus/>{tr!(i18n, programmes.new)}</a>
            </Show>
        </PageHead>
        <Show when=move || session.signed_in() fallback=NeedsSignIn><Waiting/></Show>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let work: Fetched<Work> = Fetched::new(move || read(session));
    view! {
        <Loaded from=work draw=move |work: Work| {
            let late = work.due.iter().filter(|due| due.on < today()).count();
            let waiting: i64 = work.approvals.iter().map(|one| one.count).sum();
            let urgent = work.money.iter().filter(|look| look.alert.severity == Severity::Urgent).count();
            view! {
                <nav class="counts" aria-label=move || say!(i18n, my.jump)>
                    <a href="#steps">
                        <strong>{work.due.len()}</strong><span>{tr!(i18n, my.steps_due)}</span>
                        {(late > 0).then(|| view! { <span class="is-bad"><Icon glyph=Glyph::Alert/> " " {late} " " {tr!(i18n, my.late)}</span> })}
                    </a>
                    {(waiting > 0).then(|| view! { <a href="#approvals"><strong>{waiting}</strong><span>{tr!(i18n, my.approvals)}</span></a> })}
                    <a href="#money">
                        <strong>{work.money.len()}</strong><span>{tr!(i18n, my.money)}</span>
                        {(urgent > 0).then(|| view! { <span class="is-bad"><Icon glyph=Glyph::Alert/> " " {urgent} " " {tr!(i18n, my.urgent)}</span> })}
                    </a>
                    <a href="#programmes"><strong>{work.programmes.len()}</strong><span>{tr!(i18n, my.programmes)}</span></a>
                </nav>
                <div class="work">
                    <div class="work-main">
                        <Waits approvals=work.approvals/>
                        <Steps due=work.due/>
                        <MoneyDue money=work.money/>
                    </div>
                    <Programmes programmes=work.programmes/>
                </div>
            }
        }/>
    }
}

/// Movements that somebody else recorded and that the reader may decide on; nothing where none waits.
#[component]
fn Waits(approvals: Vec<Approvals>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let row = move |one: Approvals| {
        let href = format!(
            "/programmes/{}/budget/movements?budget={}&status=pending",
            one.programme.id, one.budget
        );
        let label = format!("{}: {}", say!(i18n, my.decide), plain(i18n, &one.title));
        let count = format.number(one.count);
        view! {
            <li class="todo">
                <span class="todo-mark"><Icon glyph=Glyph::Clock/></span>
                <div class="todo-what"><p><a href=href.clone()><Localised text=one.title/></a></p><p class="source"><Localised text=one.programme.title/></p></div>
                <p class="todo-due"><Badge tone=Tone::Warn glyph=Glyph::Clock text=move || say!(i18n, movement.waiting, count = count.clone())/></p>
                <p class="todo-act"><a class="btn small" href=href aria-label=label>{tr!(i18n, my.decide)}</a></p>
            </li>
        }
    };
    let rows = approvals.into_iter().map(row).collect_view();
    (!rows.is_empty()).then(|| {
        view! {
            <section id="approvals" aria-labelledby="h-approvals">
                <h2 id="h-approvals">{tr!(i18n, my.approvals)}</h2>
                <ul class="todos card flush">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Steps(due: Vec<Due>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let row = move |due: Due| {
        let late = due.on < today();
        let (tone, glyph) = if late {
            (Tone::Bad, Glyph::Alert)
        } else {
            (Tone::Warn, Glyph::Clock)
        };
        let href = format!("/programmes/{}/participation/{}", due.programme.id, due.step);
        let open = due.open;
        let state = move || match (open, late) {
            (true, true) => say!(i18n, my.close_late),
            (true, false) => say!(i18n, my.close_soon),
            (false, true) => say!(i18n, my.open_late),
            (false, false) => say!(i18n, my.open_soon),
        };
        let label = format!("{}: {}", say!(i18n, my.prepare), plain(i18n, &due.title));
        view! {
            <li class="todo" class:bad=late>
                <span class="todo-mark"><Icon glyph=Glyph::People/></span>
                <div class="todo-what"><p><a href=href.clone()><Localised text=due.title/></a></p><p class="source"><Localised text=due.programme.title/></p></div>
                <p class="todo-due"><Badge tone glyph text=state/><span class="source">{format.day_short(due.on)}</span></p>
                <p class="todo-act"><a class="btn small" href=href aria-label=label>{tr!(i18n, my.prepare)}</a></p>
            </li>
        }
    };
    let rows = due.into_iter().map(row).collect_view();
    view! {
        <section id="steps" aria-labelledby="h-steps">
            <h2 id="h-steps">{tr!(i18n, my.steps_due)}</h2>
            {match rows.is_empty() {
                true => view! { <Empty title=move || say!(i18n, my.no_steps)/> }.into_any(),
                false => view! { <ul class="todos card flush">{rows}</ul> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn MoneyDue(money: Vec<Look>) -> impl IntoView {
    let i18n = words();
    let row = |look: Look| {
        let about = view! { <p class="source"><Localised text=look.programme.title/></p> };
        alert_row(look.programme.id, look.alert, Some(about.into_any()))
    };
    let rows: Vec<_> = money.into_iter().map(row).collect();
    view! {
        <section id="money" aria-labelledby="h-money">
            <h2 id="h-money">{tr!(i18n, my.money)}</h2>
            {match rows.is_empty() {
                true => view! { <Empty title=move || say!(i18n, my.no_money)/> }.into_any(),
                false => view! { <ul class="todos card flush">{rows}</ul> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Programmes(programmes: Vec<ProgrammeItem>) -> impl IntoView {
    let i18n = words();
    let row = move |one: ProgrammeItem| {
        view! {
            <li>
                <a href=format!("/programmes/{}/overview", one.id)><Localised text=one.title/></a>
                <p class="row"><StatusBadge status=one.status/><span class="source">{one.my_role.map(|role| member_role(i18n, role))}</span></p>
            </li>
        }
    };
    let rows = programmes.into_iter().map(row).collect_view();
    view! {
        <section id="programmes" class="card" aria-labelledby="h-programmes">
            <header><h2 id="h-programmes">{tr!(i18n, my.programmes)}</h2></header>
            {match rows.is_empty() {
                true => view! { <p class="muted">{tr!(i18n, my.no_programmes)}</p> }.into_any(),
                false => view! { <ul class="plain-list">{rows}</ul> }.into_any(),
            }}
        </section>
    }
}
