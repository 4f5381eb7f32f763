//! Where a programme is in its life, and what it can become next.

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::programmes::ProgrammeTransition;

use crate::api::programmes;
use crate::components::{Button, ButtonKind, Dialog, Form, FormFailure, SubmitButton, Toasts, on_submit};
use crate::i18n::{I18n, say, tr, words};
use crate::pages::parts::StatusBadge;
use crate::pages::programme::frame::Here;

fn name(i18n: I18n, transition: ProgrammeTransition) -> &'static str {
    match transition {
        ProgrammeTransition::Open => say!(i18n, lifecycle.open),
        ProgrammeTransition::Activate => say!(i18n, lifecycle.activate),
        ProgrammeTransition::Close => say!(i18n, lifecycle.close),
        ProgrammeTransition::Archive => say!(i18n, lifecycle.archive),
    }
}

fn meaning(i18n: I18n, transition: ProgrammeTransition) -> &'static str {
    match transition {
        ProgrammeTransition::Open => say!(i18n, lifecycle.open_text),
        ProgrammeTransition::Activate => say!(i18n, lifecycle.activate_text),
        ProgrammeTransition::Close => say!(i18n, lifecycle.close_text),
        ProgrammeTransition::Archive => say!(i18n, lifecycle.archive_text),
    }
}

fn operation(transition: ProgrammeTransition) -> Operation {
    match transition {
        ProgrammeTransition::Open => Operation::OpenProgramme,
        ProgrammeTransition::Activate => Operation::ActivateProgramme,
        ProgrammeTransition::Close => Operation::CloseProgramme,
        ProgrammeTransition::Archive => Operation::ArchiveProgramme,
    }
}

/// The state, and a button for each transition that the reader may do; each is confirmed.
#[component]
pub fn Lifecycle() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let asked = RwSignal::new(false);
    let chosen = RwSignal::new(ProgrammeTransition::Open);
    let buttons = move || {
        let possible = here.with(|programme| programme.transitions.clone());
        let button = move |transition: ProgrammeTransition| {
            let press = move |()| {
                chosen.set(transition);
                asked.set(true);
            };
            let kind = if transition == ProgrammeTransition::Archive {
                ButtonKind::Danger
            } else {
                ButtonKind::Plain
            };
            view! {
                <li>
                    <p class="source">{meaning(i18n, transition)}</p>
                    <p><Button kind on_press=press>{name(i18n, transition)}</Button></p>
                </li>
            }
        };
        possible
            .into_iter()
            .filter(|one| here.may(operation(*one)))
            .map(button)
            .collect_view()
    };
    view! {
        <section class="card" aria-labelledby="h-life">
            <header>
                <h2 id="h-life">{tr!(i18n, lifecycle.title)}</h2>
                {move || here.get().map(|programme| view! { <StatusBadge status=programme.status/> })}
            </header>
            <ul class="plain-list">{buttons}</ul>
        </section>
        <Confirm asked chosen/>
    }
}

#[component]
fn Confirm(asked: RwSignal<bool>, chosen: RwSignal<ProgrammeTransition>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let submit = move || {
        let Some(programme) = here.get() else { return };
        let call = programmes::move_programme(programme.id, programme.version, chosen.get_untracked());
        form.send(call, move |_| {
            asked.set(false);
            toasts.tell(say!(i18n, state.saved));
            here.reload();
        });
    };
    view! {
        <Dialog open=asked title=move || name(i18n, chosen.get())>
            <form class="stack" on:submit=on_submit(submit)>
                <p>{move || meaning(i18n, chosen.get())}</p>
                <FormFailure form/>
                <div class="actions">
                    <SubmitButton busy=form.busy()>{move || name(i18n, chosen.get())}</SubmitButton>
                    <Button on_press=move |()| asked.set(false)>{tr!(i18n, form.cancel)}</Button>
                </div>
            </form>
        </Dialog>
    }
}
