//! Planning a participation step, and changing one that is not over.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use parvis_domain::participation::{Impact, Scale, StepKind};
use parvis_wire::participation::{NewObject, NewParticipationStep, ParticipationStep, ParticipationStepPatch};

use super::frame::Here;
use super::step::{read, step_id};
use crate::api::participation;
use crate::components::{
    Choice, DateField, Fetched, Form, FormFailure, Loaded, PageHead, SelectField, SubmitButton, TextArea, TextField,
    Toasts, on_submit,
};
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{I18n, impact, plain, say, scale, step_kind, tag, tr, words};

/// What stands in the fields.
#[derive(Clone, Copy)]
struct Fields {
    kind: RwSignal<String>,
    title: RwSignal<String>,
    description: RwSignal<String>,
    starts_on: RwSignal<String>,
    ends_on: RwSignal<String>,
    location: RwSignal<String>,
    question: RwSignal<String>,
    scale: RwSignal<String>,
    impact: RwSignal<String>,
}

impl Fields {
    fn of(i18n: I18n, step: Option<&ParticipationStep>) -> Self {
        let text = |read: &dyn Fn(&ParticipationStep) -> String| RwSignal::new(step.map(read).unwrap_or_default());
        let object = step.and_then(|step| step.object.as_ref());
        Self {
            kind: RwSignal::new(step.map_or(StepKind::Workshop, |step| step.kind).to_string()),
            title: text(&|step| plain(i18n, &step.title)),
            description: text(&|step| plain(i18n, &step.description)),
            starts_on: text(&|step| date_text(step.starts_on)),
            ends_on: text(&|step| step.ends_on.map(date_text).unwrap_or_default()),
            location: text(&|step| step.location.clone().unwrap_or_default()),
            question: RwSignal::new(object.map(|object| plain(i18n, &object.question)).unwrap_or_default()),
            scale: RwSignal::new(object.map_or(Scale::Neighbourhood, |object| object.scale).to_string()),
            impact: RwSignal::new(object.map_or(Impact::Consult, |object| object.impact).to_string()),
        }
    }

    /// What is sent. Texts in other languages than the app's are kept.
    fn request(self, language: &str, before: Option<&ParticipationStep>) -> NewParticipationStep {
        let text = |old: Option<&parvis_domain::LocalisedText>, field: RwSignal<String>| {
            let old = old.cloned().unwrap_or_default();
            texts::in_languages(&old, &[(language, field.get_untracked())])
        };
        let old = before.and_then(|step| step.object.as_ref());
        let question = text(old.map(|object| &object.question), self.question);
        let description = text(before.map(|step| &step.description), self.description);
        NewParticipationStep {
            kind: StepKind::parse(&self.kind.get_untracked()).unwrap_or(StepKind::Workshop),
            title: text(before.map(|step| &step.title), self.title),
            description: (!description.is_empty()).then_some(description),
            position: before.map(|step| step.position),
            starts_on: texts::date(&self.starts_on.get_untracked()),
            ends_on: texts::optional_date(&self.ends_on.get_untracked()),
            location: texts::optional(&self.location.get_untracked()),
            object: (!question.is_empty()).then(|| NewObject {
                question,
                scale: Scale::parse(&self.scale.get_untracked()).unwrap_or(Scale::Neighbourhood),
                impact: Impact::parse(&self.impact.get_untracked()).unwrap_or(Impact::Consult),
                slot: old.and_then(|object| object.slot.clone()),
            }),
        }
    }
}

/// Plans a step.
#[component]
pub fn NewStepPage() -> impl IntoView {
    let i18n = words();
    view! {
        <PageHead title=move || say!(i18n, steps.new)/>
        <StepForm before=None/>
    }
}

/// Changes a step.
#[component]
pub fn EditStepPage() -> impl IntoView {
    let i18n = words();
    let id = step_id();
    let step: Fetched<_> = Fetched::new(move || read(id.get()));
    view! {
        <PageHead title=move || say!(i18n, steps.edit)/>
        <Loaded from=step keep=true draw=|step| view! { <StepForm before=Some(step)/> }/>
    }
}

#[component]
fn StepForm(before: Option<ParticipationStep>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let navigate = use_navigate();
    let form = Form::new(i18n);
    let fields = untrack(|| Fields::of(i18n, before.as_ref()));
    let back = match &before {
        Some(step) => format!("/programmes/{}/participation/{}", here.id(), step.id),
        None => format!("/programmes/{}/participation", here.id()),
    };
    let submit = move || {
        let request = fields.request(tag(i18n.get_locale_untracked()), before.as_ref());
        if form.passes(request.check()).is_none() {
            return;
        }
        let (programme, step) = (here.id(), before.as_ref().map(|step| (step.id, step.version)));
        let call = async move {
            match step {
                Some((id, version)) => participation::update_participation_step(id, version, patch(request)).await,
                None => participation::create_participation_step(programme, request).await,
            }
        };
        let navigate = navigate.clone();
        form.send(call, move |step: ParticipationStep| {
            toasts.tell(say!(i18n, state.saved));
            navigate(
                &format!("/programmes/{programme}/participation/{}", step.id),
                Default::default(),
            );
        });
    };
    let kinds = Signal::derive(move || {
        StepKind::ALL
            .iter()
            .map(|kind| Choice::new(kind, step_kind(i18n, *kind)))
            .collect()
    });
    let scales = Signal::derive(move || {
        Scale::ALL
            .iter()
            .map(|one| Choice::new(one, scale(i18n, *one)))
            .collect()
    });
    let impacts = Signal::derive(move || {
        Impact::ALL
            .iter()
            .map(|one| Choice::new(one, impact(i18n, *one)))
            .collect()
    });
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <div class="fields">
                <TextField form pointer="/title" label=move || say!(i18n, steps.name) value=fields.title required=true wide=true/>
                <SelectField form pointer="/kind" label=move || say!(i18n, steps.kind) value=fields.kind choices=kinds/>
                <DateField form pointer="/starts_on" label=move || say!(i18n, programme.starts_on) value=fields.starts_on required=true/>
                <DateField form pointer="/ends_on" label=move || say!(i18n, programme.ends_on) value=fields.ends_on/>
                <TextField form pointer="/location" label=move || say!(i18n, steps.location) value=fields.location/>
                <TextArea form pointer="/description" label=move || say!(i18n, steps.description) value=fields.description/>
                <TextArea form pointer="/object/question" label=move || say!(i18n, steps.asked) hint=move || say!(i18n, steps.asked_hint) value=fields.question/>
                <SelectField form pointer="/object/scale" label=move || say!(i18n, steps.scale) value=fields.scale choices=scales/>
                <SelectField form pointer="/object/impact" label=move || say!(i18n, steps.weight) value=fields.impact choices=impacts/>
            </div>
            <FormFailure form/>
            <div class="actions">
                <SubmitButton busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton>
                <a class="btn" href=back>{tr!(i18n, form.cancel)}</a>
            </div>
        </form>
    }
}

/// The whole content as a patch: what was left empty is taken away.
fn patch(request: NewParticipationStep) -> ParticipationStepPatch {
    use parvis_wire::Patch;
    fn may<T>(value: Option<T>) -> Patch<T> {
        value.map_or(Patch::Null, Patch::Value)
    }
    ParticipationStepPatch {
        kind: Patch::Value(request.kind),
        title: Patch::Value(request.title),
        starts_on: Patch::Value(request.starts_on),
        description: may(request.description),
        position: may(request.position),
        ends_on: may(request.ends_on),
        location: may(request.location),
        object: may(request.object),
    }
}
