//! What a programme says of itself, in each language of the app.

use leptos::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::programmes::Visibility;
use parvis_wire::programmes::{NewProgramme, Programme, ProgrammePatch};

use crate::api::programmes;
use crate::components::{
    CheckField, DateField, Form, FormFailure, SubmitButton, TextArea, TextField, Toasts, on_submit,
};
use crate::forms::draft::check;
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{LANGUAGES, say, tag, tr, words};
use crate::pages::programme::frame::Here;

/// One text in each language of the app.
#[derive(Clone, Copy)]
struct Texts([(&'static str, &'static str, RwSignal<String>); 3]);

impl Texts {
    fn of(text: &LocalisedText) -> Self {
        Self(LANGUAGES.map(|(locale, name)| {
            let language = tag(locale);
            (
                language,
                name,
                RwSignal::new(text.texts().get(language).cloned().unwrap_or_default()),
            )
        }))
    }

    fn get(self, before: &LocalisedText) -> LocalisedText {
        texts::in_languages(
            before,
            &self.0.map(|(language, _, value)| (language, value.get_untracked())),
        )
    }
}

/// The form. It starts anew when another programme is shown, not when this one is read again.
#[component]
pub fn ProgrammeFields() -> impl IntoView {
    let here = Here::of_page();
    let id = Memo::new(move |_| here.id());
    move || {
        id.track();
        untrack(|| here.get()).map(|programme| view! { <Fields programme/> })
    }
}

#[component]
fn Fields(programme: Programme) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let title = Texts::of(&programme.title);
    let summary = Texts::of(&programme.summary);
    let code = RwSignal::new(programme.code.clone());
    let starts_on = RwSignal::new(date_text(programme.starts_on));
    let ends_on = RwSignal::new(programme.ends_on.map(date_text).unwrap_or_default());
    let time_zone = RwSignal::new(programme.time_zone.clone());
    let public = RwSignal::new(programme.visibility == Visibility::Public);
    let submit = move || {
        let Some(now) = here.get() else { return };
        let request = NewProgramme {
            template_id: now.template.id,
            code: code.get_untracked(),
            title: title.get(&now.title),
            summary: Some(summary.get(&now.summary)).filter(|summary| !summary.is_empty()),
            starts_on: texts::date(&starts_on.get_untracked()),
            ends_on: texts::optional_date(&ends_on.get_untracked()),
            time_zone: texts::optional(&time_zone.get_untracked()),
            currency: None,
            visibility: Some(if public.get_untracked() {
                Visibility::Public
            } else {
                Visibility::Private
            }),
            place_ids: Vec::new(),
            cofinancing: None,
            four_eyes: None,
        };
        if form.passes(check(&request)).is_none() {
            return;
        }
        form.send(
            programmes::update_programme(now.id, now.version, changes(&now, request)),
            move |_| {
                toasts.tell(say!(i18n, state.saved));
                here.reload();
            },
        );
    };
    let titles = title.0.map(|(language, name, value)| {
        let pointer = match language {
            "fr" => "/title/fr",
            "en" => "/title/en",
            _ => "/title/es",
        };
        view! { <TextField form pointer label=move || format!("{} · {name}", say!(i18n, settings.title_field)) value wide=true/> }
    });
    let summaries = summary.0.map(|(language, name, value)| {
        let pointer = match language {
            "fr" => "/summary/fr",
            "en" => "/summary/en",
            _ => "/summary/es",
        };
        view! { <TextArea form pointer label=move || format!("{} · {name}", say!(i18n, settings.summary)) value/> }
    });
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <h2>{tr!(i18n, settings.programme)}</h2>
            <div class="fields">
                {titles}
                {summaries}
                <TextField form pointer="/code" label=move || say!(i18n, programme.code) value=code required=true/>
                <DateField form pointer="/starts_on" label=move || say!(i18n, programme.starts_on) value=starts_on required=true/>
                <DateField form pointer="/ends_on" label=move || say!(i18n, programme.ends_on) value=ends_on/>
                <TextField form pointer="/time_zone" label=move || say!(i18n, settings.time_zone) value=time_zone/>
            </div>
            <CheckField label=move || say!(i18n, wizard.public) value=public/>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, form.save)}</SubmitButton></div>
        </form>
    }
}

/// Only what was changed.
fn changes(now: &Programme, request: NewProgramme) -> ProgrammePatch {
    ProgrammePatch {
        code: texts::patch(Some(now.code.clone()), Some(request.code)),
        title: texts::patch(Some(now.title.clone()), Some(request.title)),
        starts_on: texts::patch(Some(now.starts_on.to_string()), Some(request.starts_on)),
        summary: texts::patch(Some(now.summary.clone()), request.summary),
        ends_on: texts::patch(now.ends_on.map(|day| day.to_string()), request.ends_on),
        time_zone: texts::patch(Some(now.time_zone.clone()), request.time_zone),
        visibility: texts::patch(Some(now.visibility), request.visibility),
        ..ProgrammePatch::default()
    }
}
