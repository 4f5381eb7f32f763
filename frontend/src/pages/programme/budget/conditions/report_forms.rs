//! Recording a report that is owed, and what becomes of it: handed in, accepted, sent back.

use leptos::prelude::*;
use parvis_wire::Patch;
use parvis_wire::budgets::{
    FunderReport, FunderReportPatch, NewFunderReport, ReportAcceptance, ReportReturn, ReportSubmission,
};
use uuid::Uuid;

use super::acts::{Act, Acts};
use super::grant_forms::Actions;
use crate::api::{Answer, conditions as api};
use crate::components::{ButtonKind, DateField, Form, FormFailure, TextArea, TextField, Toasts, on_submit};
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{plain, say, tag, tr, words};
use crate::pages::programme::frame::Here;

type Call = std::pin::Pin<Box<dyn Future<Output = Answer<FunderReport>>>>;

/// Records a report, or changes one.
#[component]
pub(super) fn ReportForm(grant: Uuid, report: Option<FunderReport>) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let language = tag(i18n.get_locale_untracked());
    let own = report
        .as_ref()
        .and_then(|report| report.title.texts().get(language).cloned());
    let title = RwSignal::new(own.unwrap_or_default());
    let due_on = RwSignal::new(
        report
            .as_ref()
            .map(|report| date_text(report.due_on))
            .unwrap_or_default(),
    );
    let submit = move || {
        let (text, due_on) = (title.get_untracked(), texts::date(&due_on.get_untracked()));
        let call: Call = match report.clone() {
            Some(before) => {
                let patch = FunderReportPatch {
                    title: Patch::Value(texts::in_languages(&before.title, &[(language, text)])),
                    due_on: Patch::Value(due_on),
                };
                Box::pin(api::update_funder_report(before.id, before.version, patch))
            }
            None => {
                let title = texts::localised(language, &text).unwrap_or_default();
                Box::pin(api::create_funder_report(grant, NewFunderReport { title, due_on }))
            }
        };
        form.send(call, move |made| acts.done(i18n, toasts, Some(made.id)));
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <TextField form pointer="/title" label=move || say!(i18n, reports.name) value=title required=true wide=true/>
            <DateField form pointer="/due_on" label=move || say!(i18n, reports.due_field) value=due_on required=true/>
            <FormFailure form/>
            <Actions form>{tr!(i18n, form.save)}</Actions>
        </form>
    }
}

/// Hands a report in, or records the funder's answer.
#[component]
pub(super) fn HandleReportForm(act: Act, report: FunderReport) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let day = RwSignal::new(date_text(Here::of_page().today()));
    let reason = RwSignal::new(String::new());
    let (id, version) = (report.id, report.version);
    let name = plain(i18n, &report.title);
    let (pointer, button) = match act {
        Act::Accept => ("/accepted_on", say!(i18n, reports.accept)),
        Act::Return => ("/returned_on", say!(i18n, reports.give_back)),
        _ => ("/submitted_on", say!(i18n, reports.submit)),
    };
    let returning = act == Act::Return;
    let submit = move || {
        let day = texts::optional_date(&day.get_untracked());
        let call: Call = match act {
            Act::Accept => Box::pin(api::accept_funder_report(
                id,
                version,
                ReportAcceptance { accepted_on: day },
            )),
            Act::Return => {
                let body = ReportReturn {
                    reason: reason.get_untracked(),
                    returned_on: day,
                };
                Box::pin(api::return_funder_report(id, version, body))
            }
            _ => Box::pin(api::submit_funder_report(
                id,
                version,
                ReportSubmission { submitted_on: day },
            )),
        };
        form.send(call, move |_| acts.done(i18n, toasts, Some(id)));
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p>{name}</p>
            <DateField form pointer label=move || say!(i18n, reports.day) value=day/>
            {returning.then(|| view! { <TextArea form pointer="/reason" label=move || say!(i18n, movement.reason) value=reason required=true/> })}
            <FormFailure form/>
            <Actions form>{button}</Actions>
        </form>
    }
}

/// Takes a report away that is not owed after all.
#[component]
pub(super) fn ArchiveReportForm(report: FunderReport) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let submit = move || {
        form.send(api::archive_funder_report(report.id, report.version), move |()| {
            acts.done(i18n, toasts, None);
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit)>
            <p>{tr!(i18n, reports.archive_text)}</p>
            <FormFailure form/>
            <Actions form kind=ButtonKind::Danger>{tr!(i18n, form.remove)}</Actions>
        </form>
    }
}
