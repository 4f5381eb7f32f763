//! One participation step: what is asked, when, what came of it, and what can be done next.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use parvis_domain::accounts::Operation;
use parvis_domain::documents::ObjectKind;
use parvis_domain::participation::{ConsultationObject, Impact, Outcome, Scale, StepTransition};
use parvis_wire::participation::{CloseStep, EndStep, NewOutcome, ParticipationStep};
use uuid::Uuid;

use super::documents::library_of;
use super::frame::Here;
use crate::api::{Answer, Failure, participation};
use crate::components::{
    Alert, Breadcrumb, Button, ButtonKind, Crumb, DateField, Dialog, Fetched, Form, FormFailure, Loaded, PageHead,
    SubmitButton, TextArea, TextField, Toasts, Tone, on_submit,
};
use crate::format::formats;
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{I18n, impact, plain, say, scale, step_kind, tag, tr, words};
use crate::pages::parts::{Localised, StepBadge};

/// The id of the step in the address.
pub(super) fn step_id() -> Memo<Option<Uuid>> {
    let parameters = use_params_map();
    Memo::new(move |_| parameters.read().get("step").and_then(|id| id.parse().ok()))
}

/// Reads the step of an address.
pub(super) async fn read(id: Option<Uuid>) -> Answer<ParticipationStep> {
    participation::get_participation_step(id.ok_or_else(Failure::not_found)?).await
}

/// The page.
#[component]
pub fn StepPage() -> impl IntoView {
    let id = step_id();
    let step: Fetched<_> = Fetched::new(move || read(id.get()));
    view! { <Loaded from=step keep=true draw=move |shown| view! { <Shown step=shown from=step/> }/> }
}

#[component]
fn Shown(step: ParticipationStep, from: Fetched<ParticipationStep>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let base = format!("/programmes/{}/participation", here.id());
    let edit = format!("{base}/{}/edit", step.id);
    let title = step.title.clone();
    let name = title.clone();
    let crumbs = vec![
        Crumb {
            text: (move || say!(i18n, nav.participation)).into(),
            href: Some(base),
        },
        Crumb {
            text: (move || plain(i18n, &title)).into(),
            href: None,
        },
    ];
    let editable =
        step.transitions.contains(&StepTransition::Open) || step.transitions.contains(&StepTransition::Close);
    let kind = step.kind;
    let (starts_on, ends_on) = (step.starts_on, step.ends_on);
    let planned = move || format.period(starts_on, ends_on.or(Some(starts_on)));
    view! {
        <Breadcrumb crumbs/>
        <PageHead title=move || plain(i18n, &name) lead=move || step_kind(i18n, kind)>
            <StepBadge status=step.status/>
            <a class="btn quiet no-print" href=library_of(here.id(), ObjectKind::ParticipationStep, step.id)>{tr!(i18n, documents.of_step)}</a>
            {editable.then(|| view! {
                <Show when=move || here.may(Operation::UpdateParticipationStep)>
                    <a class="btn" href=edit.clone()>{tr!(i18n, form.edit)}</a>
                </Show>
            })}
        </PageHead>
        <div class="panel">
            <div class="stack">
                <div class="card stack">
                    {step.object.clone().map(|object| view! { <Object object/> })}
                    {(!step.description.is_empty()).then(|| view! { <p class="read"><Localised text=step.description.clone()/></p> })}
                    <dl class="facts">
                        <div><dt>{tr!(i18n, steps.planned_for)}</dt><dd>{planned}</dd></div>
                        {step.opened_on.map(|day| view! { <div><dt>{tr!(i18n, steps.opened_on)}</dt><dd>{move || format.day(day)}</dd></div> })}
                        {step.closed_on.map(|day| view! { <div><dt>{tr!(i18n, steps.closed_on)}</dt><dd>{move || format.day(day)}</dd></div> })}
                        {step.location.clone().map(|place| view! { <div><dt>{tr!(i18n, steps.location)}</dt><dd>{place}</dd></div> })}
                    </dl>
                </div>
                {step.reason.clone().map(|reason| view! {
                    <Alert tone=Tone::Bad title=move || say!(i18n, steps.reason)><p><Localised text=reason/></p></Alert>
                })}
                {step.outcome.clone().map(|outcome| view! { <Came outcome/> })}
            </div>
            <Next step from/>
        </div>
    }
}

#[component]
fn Object(object: ConsultationObject) -> impl IntoView {
    let i18n = words();
    let degree = |on: usize| view! { <span class="scale" aria-hidden="true">{(0..3).map(|i| view! { <i class:on={i == on}></i> }).collect_view()}</span> };
    let scale_at = Scale::ALL
        .iter()
        .position(|one| *one == object.scale)
        .unwrap_or_default();
    let impact_at = Impact::ALL
        .iter()
        .position(|one| *one == object.impact)
        .unwrap_or_default();
    view! {
        <dl class="object">
            <div class="question"><dt>{tr!(i18n, steps.asked)}</dt><dd><Localised text=object.question/></dd></div>
            <div><dt>{tr!(i18n, steps.scale)}</dt><dd>{move || scale(i18n, object.scale)}{degree(scale_at)}</dd></div>
            <div><dt>{tr!(i18n, steps.weight)}</dt><dd>{move || impact(i18n, object.impact)}{degree(impact_at)}</dd></div>
            {object.slot.map(|slot| view! { <div><dt>{tr!(i18n, steps.slot)}</dt><dd><Localised text=slot/></dd></div> })}
        </dl>
    }
}

#[component]
fn Came(outcome: Outcome) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let decisions = outcome
        .decisions
        .into_iter()
        .map(|text| view! { <li><Localised text/></li> })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="h-outcome">
            <h2 id="h-outcome">{tr!(i18n, steps.outcome)}</h2>
            <p class="read"><Localised text=outcome.summary/></p>
            {(!decisions.is_empty()).then(|| view! { <h3>{tr!(i18n, steps.decisions)}</h3><ul>{decisions}</ul> })}
            {outcome.participants.map(|count| view! {
                <p class="source">{tr!(i18n, steps.participants)} " · " {move || format.number(i64::from(count))}</p>
            })}
        </section>
    }
}

/// What can be done with the step now, for those who may.
#[component]
fn Next(step: ParticipationStep, from: Fetched<ParticipationStep>) -> impl IntoView {
    let here = Here::of_page();
    let may = move |transition| match transition {
        StepTransition::Open => here.may(Operation::OpenParticipationStep),
        StepTransition::Close => here.may(Operation::CloseParticipationStep),
        StepTransition::Cancel => here.may(Operation::CancelParticipationStep),
        StepTransition::Annul => here.may(Operation::AnnulParticipationStep),
    };
    let act = move |transition: StepTransition| {
        let (id, version) = (step.id, step.version);
        match transition {
            StepTransition::Open => view! { <Open id version from/> }.into_any(),
            StepTransition::Close => view! { <Close id version from/> }.into_any(),
            StepTransition::Cancel | StepTransition::Annul => view! { <End id version from transition/> }.into_any(),
        }
    };
    let transitions = step.transitions.clone();
    let possible = transitions.into_iter().filter(|one| may(*one)).map(act).collect_view();
    (!possible.is_empty()).then(|| view! { <div class="stack no-print">{possible}</div> })
}

/// Shows the step as it is after a transition.
fn done(i18n: I18n, toasts: Toasts, from: Fetched<ParticipationStep>) -> impl FnOnce(ParticipationStep) {
    move |_| {
        toasts.tell(say!(i18n, state.saved));
        from.refetch();
    }
}

#[component]
fn Open(id: Uuid, version: i64, from: Fetched<ParticipationStep>) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let submit = move || {
        form.send(
            participation::open_participation_step(id, version),
            done(i18n, toasts, from),
        )
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit)>
            <h2>{tr!(i18n, steps.open_title)}</h2>
            <p class="source">{tr!(i18n, steps.open_text)}</p>
            <FormFailure form/>
            <SubmitButton busy=form.busy()>{tr!(i18n, steps.open)}</SubmitButton>
        </form>
    }
}

#[component]
fn Close(id: Uuid, version: i64, from: Fetched<ParticipationStep>) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let summary = RwSignal::new(String::new());
    let decisions = RwSignal::new(String::new());
    let participants = RwSignal::new(String::new());
    let closed_on = RwSignal::new(date_text(Here::of_page().today()));
    let submit = move || {
        let language = tag(i18n.get_locale_untracked());
        let outcome = texts::localised(language, &summary.get_untracked()).map(|summary| NewOutcome {
            summary,
            decisions: texts::lines(language, &decisions.get_untracked()),
            participants: participants.get_untracked().trim().parse().ok(),
        });
        let close = CloseStep {
            outcome,
            closed_on: texts::optional_date(&closed_on.get_untracked()),
        };
        if form.passes(close.check()).is_some() {
            form.send(
                participation::close_participation_step(id, version, close),
                done(i18n, toasts, from),
            );
        }
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <h2>{tr!(i18n, steps.close_title)}</h2>
            <p class="source">{tr!(i18n, steps.close_text)}</p>
            <TextArea form pointer="/outcome" label=move || say!(i18n, steps.outcome) value=summary required=true/>
            <TextArea form pointer="/outcome/decisions" label=move || say!(i18n, steps.decisions) hint=move || say!(i18n, steps.decisions_hint) value=decisions/>
            <div class="fields">
                <TextField form pointer="/outcome/participants" label=move || say!(i18n, steps.participants) value=participants figures=true/>
                <DateField form pointer="/closed_on" label=move || say!(i18n, steps.closed_on) value=closed_on/>
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, steps.close)}</SubmitButton></div>
        </form>
    }
}

#[component]
fn End(id: Uuid, version: i64, from: Fetched<ParticipationStep>, transition: StepTransition) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let open = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let name = move || match transition {
        StepTransition::Annul => say!(i18n, steps.annul),
        _ => say!(i18n, steps.cancel),
    };
    let submit = move || {
        let language = tag(i18n.get_locale_untracked());
        let end = EndStep {
            reason: texts::localised(language, &reason.get_untracked()).unwrap_or_default(),
        };
        if form.passes(end.check()).is_none() {
            return;
        }
        let call = async move {
            match transition {
                StepTransition::Annul => participation::annul_participation_step(id, version, end).await,
                _ => participation::cancel_participation_step(id, version, end).await,
            }
        };
        form.send(call, done(i18n, toasts, from));
    };
    view! {
        <div><Button kind=ButtonKind::Danger on_press=move |()| open.set(true)>{name}</Button></div>
        <Dialog open title=name>
            <form class="stack" on:submit=on_submit(submit) novalidate>
                <p class="source">{tr!(i18n, steps.end_text)}</p>
                <TextArea form pointer="/reason" label=move || say!(i18n, steps.reason_public) value=reason required=true/>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton kind=ButtonKind::Danger busy=form.busy()>{name}</SubmitButton>
                    <Button on_press=move |()| open.set(false)>{tr!(i18n, form.back)}</Button>
                </div>
            </form>
        </Dialog>
    }
}
