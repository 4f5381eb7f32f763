//! What waits for the reader: steps that are due, lines near their limit, and the programmes of which it is a member.

use chrono::{Days, NaiveDate};
use futures::future::join_all;
use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::{GrantKind, MovementStatus};
use parvis_domain::participation::StepStatus;
use parvis_domain::programmes::ProgrammeStatus;
use parvis_domain::{LocalisedText, Money};
use parvis_wire::programmes::ProgrammeItem;
use uuid::Uuid;

use super::parts::{Localised, StatusBadge};
use super::sign_in::NeedsSignIn;
use crate::api::movements::{self, MovementFilter};
use crate::api::programmes::ProgrammeFilter;
use crate::api::{Answer, Session, budgets, participation, programmes};
use crate::charts::chain::percent;
use crate::components::{Badge, Empty, Fetched, Glyph, Icon, Loaded, PageHead, TableBox, Tone};
use crate::format::{formats, today};
use crate::i18n::{member_role, plain, say, tr, words};
use crate::ledger::group;

/// Steps that begin or end within so many days are due.
const SOON: Days = Days::new(45);
/// A line is near its limit when so many percent of its plan are committed.
const NEAR: i64 = 85;
const VERY_NEAR: i64 = 95;

/// A step that waits for somebody.
#[derive(Debug, Clone)]
struct Due {
    programme: ProgrammeItem,
    step: Uuid,
    title: LocalisedText,
    open: bool,
    on: NaiveDate,
}

/// A line near its limit.
#[derive(Debug, Clone)]
struct Near {
    programme: ProgrammeItem,
    line: Uuid,
    title: Option<LocalisedText>,
    category: String,
    committed: i64,
    available: Money,
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
    near: Vec<Near>,
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
    let (due, near, approvals) = futures::join!(
        join_all(at_work.clone().map(steps_due)),
        join_all(at_work.map(lines_near)),
        join_all(deciding.map(approvals))
    );
    let approvals = approvals.into_iter().collect::<Answer<Vec<_>>>()?;
    let mut due: Vec<Due> = due
        .into_iter()
        .collect::<Answer<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let mut near: Vec<Near> = near
        .into_iter()
        .collect::<Answer<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    due.sort_by_key(|due| due.on);
    near.sort_by_key(|near| -near.committed);
    Ok(Work {
        programmes,
        approvals: approvals.into_iter().flatten().collect(),
        due,
        near,
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

async fn lines_near(programme: &ProgrammeItem) -> Answer<Vec<Near>> {
    let mut near = Vec::new();
    for budget in budgets::list_budgets(programme.id).await?.items {
        let (lines, balances) = futures::join!(
            budgets::list_budget_lines(budget.id),
            budgets::get_balances(budget.id, "")
        );
        let lines = lines?;
        for group in group(&balances?.items, |row| row.line_id)
            .into_iter()
            .filter(|group| group.kind == GrantKind::Cash)
        {
            for (id, sums) in &group.rows {
                let committed = percent(sums.chain.committed, sums.chain.planned);
                let line = lines.iter().find(|line| line.id == *id);
                // What is committed to the last cent waits for nobody.
                if let Some(line) = line.filter(|_| committed >= NEAR && sums.available != 0) {
                    near.push(Near {
                        programme: programme.clone(),
                        line: *id,
                        title: line.title.clone(),
                        category: line.category.clone(),
                        committed,
                        available: Money::new(sums.available, group.currency),
                    });
                }
            }
        }
    }
    Ok(near)
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
            let over = work.near.iter().filter(|near| near.committed >= VERY_NEAR).count();
            view! {
                <nav class="counts" aria-label=move || say!(i18n, my.jump)>
                    <a href="#steps">
                        <strong>{work.due.len()}</strong><span>{tr!(i18n, my.steps_due)}</span>
                        {(late > 0).then(|| view! { <span class="is-bad"><Icon glyph=Glyph::Alert/> " " {late} " " {tr!(i18n, my.late)}</span> })}
                    </a>
                    {(waiting > 0).then(|| view! { <a href="#approvals"><strong>{waiting}</strong><span>{tr!(i18n, my.approvals)}</span></a> })}
                    <a href="#lines">
                        <strong>{work.near.len()}</strong><span>{tr!(i18n, my.lines_near)}</span>
                        {(over > 0).then(|| view! { <span class="is-bad"><Icon glyph=Glyph::Alert/> " " {over} " " {tr!(i18n, my.very_near)}</span> })}
                    </a>
                    <a href="#programmes"><strong>{work.programmes.len()}</strong><span>{tr!(i18n, my.programmes)}</span></a>
                </nav>
                <div class="work">
                    <div class="work-main">
                        <Waits approvals=work.approvals/>
                        <Steps due=work.due/>
                        <Lines near=work.near/>
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
fn Lines(near: Vec<Near>) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let row = move |near: Near| {
        let name = near
            .title
            .as_ref()
            .map_or(near.category.clone(), |title| plain(i18n, title));
        let href = format!(
            "/programmes/{}/budget/movements?line_id={}",
            near.programme.id, near.line
        );
        let share = near.committed;
        let badge = match share >= VERY_NEAR {
            true => {
                view! { <Badge tone=Tone::Bad glyph=Glyph::Alert text=move || say!(i18n, my.near_limit)/> }.into_any()
            }
            false => view! { <Badge tone=Tone::Warn glyph=Glyph::Clock text=move || say!(i18n, my.watch)/> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row"><a href=href>{name}</a><br/><span class="source"><Localised text=near.programme.title/></span></th>
                <td class="num" data-label=say!(i18n, money.committed)>{format.percent(share)}</td>
                <td class="bar-cell skip-phone"><progress max="100" value=share.min(100) aria-label=say!(i18n, money.committed)></progress></td>
                <td class="num" data-label=say!(i18n, money.available)>{format.money_short(near.available)}</td>
                <td data-label=say!(i18n, steps.state)>{badge}</td>
            </tr>
        }
    };
    let rows = near.into_iter().map(row).collect_view();
    view! {
        <section id="lines" aria-labelledby="h-lines">
            <h2 id="h-lines">{tr!(i18n, my.lines_near)}</h2>
            {match rows.is_empty() {
                true => view! { <Empty title=move || say!(i18n, my.no_lines)/> }.into_any(),
                false => view! {
                    <div class="card flush">
                        <TableBox label=move || say!(i18n, my.lines_near)>
                            <table class="table stacks">
                                <caption class="sr-only">{tr!(i18n, my.lines_near)}</caption>
                                <thead>
                                    <tr>
                                        <th scope="col">{tr!(i18n, money.line)}</th>
                                        <th scope="col" class="num">{tr!(i18n, money.committed)}</th>
                                        <th scope="col"><span class="sr-only">{tr!(i18n, money.progress)}</span></th>
                                        <th scope="col" class="num">{tr!(i18n, money.available)}</th>
                                        <th scope="col">{tr!(i18n, steps.state)}</th>
                                    </tr>
                                </thead>
                                <tbody>{rows}</tbody>
                            </table>
                        </TableBox>
                    </div>
                }.into_any(),
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
