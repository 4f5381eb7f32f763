//! The steps of a programme on an axis of time, and in a list that says the same.

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::participation::StepStatus;
use parvis_wire::participation::ParticipationStep;

use super::frame::Here;
use crate::api::{participation, programmes};
use crate::charts::axis::Span;
use crate::components::{AxisStep, Empty, Fetched, Glyph, Icon, Loaded, PageHead, TableBox, TimeAxis};
use crate::format::formats;
use crate::i18n::{impact, plain, say, step_kind, tr, words};
use crate::pages::parts::{Localised, StepBadge};

/// The page.
#[component]
pub fn ParticipationPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let steps: Fetched<_> = Fetched::new(move || participation::list_participation_steps(here.id()));
    let add = move || format!("/programmes/{}/participation/new", here.id());
    view! {
        <PageHead title=move || say!(i18n, steps.title) lead=move || here.title(i18n)>
            <a class="btn" href=move || programmes::calendar_href(here.id()) rel="external">
                <Icon glyph=Glyph::Calendar/>{tr!(i18n, programme.calendar)}
            </a>
            <Show when=move || here.may(Operation::CreateParticipationStep)>
                <a class="btn primary" href=add><Icon glyph=Glyph::Plus/>{tr!(i18n, steps.new)}</a>
            </Show>
        </PageHead>
        <Loaded from=steps draw=move |page| match page.items.is_empty() {
            true => view! { <Empty title=move || say!(i18n, steps.none) text=move || say!(i18n, steps.none_text)/> }.into_any(),
            false => view! { <Steps steps=page.items/> }.into_any(),
        }/>
    }
}

#[component]
fn Steps(steps: Vec<ParticipationStep>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let href = move |step: &ParticipationStep| format!("/programmes/{}/participation/{}", here.id(), step.id);
    let on_axis = steps
        .iter()
        .map(|step| AxisStep {
            title: plain(i18n, &step.title),
            href: href(step),
            span: Span {
                from: step.opened_on.unwrap_or(step.starts_on),
                to: step.closed_on.or(step.ends_on).unwrap_or(step.starts_on),
                letters: plain(i18n, &step.title).chars().count(),
            },
            class: match step.status {
                StepStatus::Closed => "step-done",
                StepStatus::Open => "step-now",
                StepStatus::Planned => "step-next",
                StepStatus::Cancelled | StepStatus::Annulled => "step-off",
            },
        })
        .collect::<Vec<_>>();
    let rows = steps.into_iter().map(move |step| {
        let href = href(&step);
        view! { <Row step href/> }
    });
    view! {
        <TimeAxis steps=on_axis today=here.today() label=move || say!(i18n, steps.axis_label)/>
        <div class="card flush section-tight">
            <TableBox label=move || say!(i18n, steps.title)>
                <table class="table stacks">
                    <caption class="sr-only">{tr!(i18n, steps.title)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, steps.step)}</th>
                            <th scope="col">{tr!(i18n, steps.kind)}</th>
                            <th scope="col">{tr!(i18n, steps.dates)}</th>
                            <th scope="col">{tr!(i18n, steps.state)}</th>
                            <th scope="col">{tr!(i18n, steps.weight)}</th>
                            <th scope="col">{tr!(i18n, steps.outcome)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </TableBox>
        </div>
    }
}

#[component]
fn Row(step: ParticipationStep, href: String) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let dates = format.period(
        step.opened_on.unwrap_or(step.starts_on),
        step.closed_on.or(step.ends_on).or(Some(step.starts_on)),
    );
    let weight = step.object.as_ref().map(|object| object.impact);
    let outcome = step.outcome.map(|outcome| outcome.summary);
    view! {
        <tr>
            <th scope="row"><a href=href><Localised text=step.title/></a></th>
            <td data-label=say!(i18n, steps.kind)>{move || step_kind(i18n, step.kind)}</td>
            <td data-label=say!(i18n, steps.dates)>{dates}</td>
            <td data-label=say!(i18n, steps.state)><StepBadge status=step.status/></td>
            <td data-label=say!(i18n, steps.weight)>{weight.map(|weight| move || impact(i18n, weight))}</td>
            <td>{outcome.map(|text| view! { <Localised text max=140/> })}</td>
        </tr>
    }
}
