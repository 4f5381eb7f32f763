//! The versions of the plan: which there are, how each read, and what differs between two. The address says which two.

mod acts;
mod beside;

pub use acts::{CopyYear, SubmitPlan, WithdrawFunder};

use beside::Beside;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parvis_domain::accounts::{MemberRole, Operation};
use parvis_domain::budgets::plan::PlanVersionKind;
use parvis_wire::Page;
use parvis_wire::budgets::{Plan, PlanVersion};
use uuid::Uuid;

use super::desk::{BudgetHead, DeskHere};
use crate::api::{Answer, plans, query};
use crate::components::{
    Badge, Choice, Empty, FailureAlert, Fetched, Form, Glyph, Loaded, SelectField, Skeleton, TableBox, Tone, on_submit,
};
use crate::format::formats;
use crate::i18n::{I18n, member_role, say, tr, words};
use crate::lazy::{Folded, area};
use crate::pages::programme::frame::Here;

/// What the page stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Versions {
    /// The budget.
    pub budget: Uuid,
    /// Its versions, the latest first.
    pub all: Vec<PlanVersion>,
    /// The earlier of the two that are read, where two are.
    pub from: Option<Plan>,
    /// The plan that is read: a version, or as it stands.
    pub to: Plan,
    /// The plan as it stands.
    pub now: Plan,
}

/// Where the versions are read from, for the forms that make another.
#[derive(Clone, Copy)]
pub struct VersionsHere {
    /// As they were read last.
    pub shown: RwSignal<Option<Versions>>,
    from: Fetched<Option<Versions>>,
    desk: DeskHere,
}

impl VersionsHere {
    /// The one of the page around.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// The plan as it stands.
    pub fn plan(self) -> Option<Plan> {
        self.shown
            .with(|shown| shown.as_ref().map(|versions| versions.now.clone()))
    }

    /// The budget, and the version of its plan that a change rests on.
    pub fn rests_on(self) -> Option<(Uuid, i64)> {
        let of = |versions: &Versions| (versions.budget, versions.now.version);
        self.shown.with_untracked(|shown| shown.as_ref().map(of))
    }

    /// Reads them again, and the desk around.
    pub fn reload(self) {
        self.from.refetch();
        self.desk.from.refetch();
    }
}

/// The page.
#[component]
pub fn VersionsPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let desk = DeskHere::new();
    provide_context(desk);
    let asked = use_query_map();
    let wanted = Memo::new(move |_| {
        let number = |name: &str| asked.read().get(name).and_then(|number| number.parse::<i32>().ok());
        let budget = desk.there().then(|| desk.with(|desk| desk.budget.id));
        (budget, number("from"), number("to"))
    });
    let from: Fetched<Option<Versions>> = Fetched::new(move || {
        let (budget, from, to) = wanted.get();
        async move {
            let Some(budget) = budget else { return Ok(None) };
            let (all, from, to, now) = futures::join!(
                plans::list_plan_versions(budget),
                version(budget, from),
                version(budget, to),
                plans::get_plan(budget, None)
            );
            let (Page { items: all, .. }, from, now) = (all?, from?, now?);
            let to = to?.unwrap_or_else(|| now.clone());
            Ok(Some(Versions {
                budget,
                all,
                from,
                to,
                now,
            }))
        }
    });
    let shown = RwSignal::new(None);
    Effect::new(move |_| {
        if let Some(Ok(Some(versions))) = from.get() {
            shown.set(Some(versions));
        }
    });
    provide_context(VersionsHere { shown, from, desk });
    let may = move |operation| here.may(operation) && shown.with(Option::is_some);
    let none = move || desk.shown.with(|shown| matches!(shown, Some(None)));
    view! {
        <BudgetHead desk/>
        {move || desk.failure().map(|failure| view! { <FailureAlert failure retry=move |()| desk.from.refetch()/> })}
        <Show when=none><Empty title=move || say!(i18n, budget.none) text=move || say!(i18n, budget.none_text)/></Show>
        <Show when=move || !none()>
            <Loaded from draw=move |versions| match versions {
                Some(versions) => view! { <VersionList versions/> }.into_any(),
                None => view! { <Skeleton/> }.into_any(),
            }/>
        </Show>
        <div class="stack section no-print">
            <Show when=move || may(Operation::SubmitPlan)>
                <Folded summary=move || say!(i18n, versions.submit) area=area::submit_plan/>
            </Show>
            <Show when=move || may(Operation::WithdrawGrant)>
                <Folded summary=move || say!(i18n, versions.withdraw) area=area::withdraw_funder/>
            </Show>
            <Show when=move || may(Operation::CopyPlanYear)>
                <Folded summary=move || say!(i18n, versions.copy) area=area::copy_year/>
            </Show>
        </div>
    }
}

/// A version that is asked for.
async fn version(budget: Uuid, number: Option<i32>) -> Answer<Option<Plan>> {
    match number {
        Some(number) => plans::get_plan(budget, Some(number)).await.map(Some),
        None => Ok(None),
    }
}

#[component]
fn VersionList(versions: Versions) -> impl IntoView {
    let i18n = words();
    let Versions { all, from, to, .. } = versions;
    let base = format!("/programmes/{}/budget/versions", Here::of_page().id());
    let asked = use_query_map();
    let budget = asked.read_untracked().get("budget").unwrap_or_default();
    let (first, second) = (from.as_ref().and_then(|plan| plan.version_number), to.version_number);
    let href = move |from: Option<i32>, to: Option<i32>| {
        let text = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        query(&base, &[("budget", &budget), ("from", &text(from)), ("to", &text(to))])
    };
    let title = match (&from, second) {
        (Some(_), second) => say!(
            i18n,
            versions.compared,
            from = version_name(i18n, first),
            to = version_name(i18n, second)
        ),
        (None, second) => version_name(i18n, second),
    };
    let rows = all
        .iter()
        .map(|version| version_row(i18n, version, second, &href))
        .collect_view();
    let choices: Vec<Choice> = all
        .iter()
        .map(|version| Choice::new(version.number, version_name(i18n, Some(version.number))))
        .collect();
    view! {
        {match all.is_empty() {
            true => view! { <Empty title=move || say!(i18n, versions.none) text=move || say!(i18n, versions.none_text)/> }.into_any(),
            false => view! {
                <div class="card flush">
                    <TableBox label=move || say!(i18n, versions.title)>
                        <table class="table stacks">
                            <caption class="sr-only">{tr!(i18n, versions.title)}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">{tr!(i18n, versions.version)}</th>
                                    <th scope="col">{tr!(i18n, versions.from_day)}</th>
                                    <th scope="col">{tr!(i18n, movement.reason)}</th>
                                    <th scope="col">{tr!(i18n, versions.by)}</th>
                                    <th scope="col">{tr!(i18n, versions.recorded)}</th>
                                    <td></td>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </TableBox>
                </div>
                <CompareForm choices first second/>
            }.into_any(),
        }}
        <section class="section prints-wide" aria-labelledby="h-version">
            <h2 id="h-version" class="section-head">{title}</h2>
            <Beside before=from after=to/>
        </section>
    }
}

fn version_row(
    i18n: I18n,
    version: &PlanVersion,
    shown: Option<i32>,
    href: &dyn Fn(Option<i32>, Option<i32>) -> String,
) -> impl IntoView + use<> {
    let format = formats();
    let (tone, glyph, kind) = match version.kind {
        PlanVersionKind::Original => (Tone::Idle, Glyph::Ring, say!(i18n, versions.original)),
        PlanVersionKind::Revision => (Tone::Info, Glyph::Half, say!(i18n, versions.revision)),
        PlanVersionKind::Submission => (Tone::Ok, Glyph::Check, say!(i18n, versions.submission)),
    };
    let number = version.number;
    let role = version.role.as_deref().map(|role| role_name(i18n, role));
    let read = href(None, Some(number));
    let against = (number > 0).then(|| href(Some(number - 1), Some(number)));
    view! {
        <tr class:picked=shown == Some(number)>
            <th scope="row"><a href=read>{version_name(i18n, Some(number))}</a>" "<Badge tone glyph text=kind/></th>
            <td data-label=say!(i18n, versions.from_day)>{version.booked_on.map(|day| format.day_short(day))}</td>
            <td data-label=say!(i18n, movement.reason)>{version.reason.clone()}</td>
            <td data-label=say!(i18n, versions.by)>{role}</td>
            <td data-label=say!(i18n, versions.recorded)>{format.instant(version.recorded_at)}</td>
            <td>{against.map(|href| view! { <a href=href>{say!(i18n, versions.what_changed)}</a> })}</td>
        </tr>
    }
}

/// The role of whoever made a version.
fn role_name(i18n: I18n, role: &str) -> String {
    let known = MemberRole::parse(role).map(|role| member_role(i18n, role));
    known.unwrap_or(say!(i18n, versions.administrator)).to_owned()
}

/// What a version is called; nothing is the plan as it stands.
fn version_name(i18n: I18n, number: Option<i32>) -> String {
    match number {
        None => say!(i18n, versions.current).to_owned(),
        Some(0) => say!(i18n, versions.original_name).to_owned(),
        Some(number) => say!(i18n, versions.numbered, n = number),
    }
}

/// Which two versions stand side by side. The address keeps them.
#[component]
fn CompareForm(choices: Vec<Choice>, first: Option<i32>, second: Option<i32>) -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let text = |number: Option<i32>| RwSignal::new(number.map(|number| number.to_string()).unwrap_or_default());
    let (from, to) = (text(first.or(Some(0))), text(second));
    let navigate = leptos_router::hooks::use_navigate();
    let path = leptos_router::hooks::use_location().pathname;
    let budget = use_query_map().read_untracked().get("budget").unwrap_or_default();
    let go = move || {
        let (from, to) = (from.get_untracked(), to.get_untracked());
        let href = query(
            &path.get_untracked(),
            &[("budget", &budget), ("from", &from), ("to", &to)],
        );
        navigate(&href, Default::default());
    };
    let all = Signal::stored(choices);
    view! {
        <form class="row asof gap-top no-print" on:submit=on_submit(go) aria-label=move || say!(i18n, versions.compare)>
            <SelectField form pointer="" label=move || say!(i18n, versions.earlier) value=from choices=all/>
            <SelectField form pointer="" label=move || say!(i18n, versions.later) value=to choices=all none=move || say!(i18n, versions.current)/>
            <button type="submit" class="btn">{tr!(i18n, versions.compare)}</button>
        </form>
    }
}
