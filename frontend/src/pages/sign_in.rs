//! Signing in, and taking an invitation up.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use parvis_domain::{Code, Faults};
use parvis_wire::accounts::{AcceptInvitation, Login};

use crate::api::{Session, accounts};
use crate::components::{Alert, Empty, Form, FormFailure, PageHead, SubmitButton, TextField, Tone, on_submit};
use crate::i18n::{problem_text, say, tag, tr, words};

/// Goes on after a sign-in, without leaving the sign-in in the way back.
fn go_on(to: &str, navigate: impl Fn(&str, NavigateOptions)) {
    navigate(
        to,
        NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        },
    );
}

/// E-mail and password.
#[component]
pub fn SignIn() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let form = Form::new(i18n);
    let navigate = use_navigate();
    let asked = use_query_map();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move || {
        let login = Login {
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        let mut faults = Faults::new();
        for (pointer, text) in [("/email", &login.email), ("/password", &login.password)] {
            if text.is_empty() {
                faults.add(Code::Required, pointer, "Required.");
            }
        }
        if form.passes(faults.finish(Some(()))).is_none() {
            return;
        }
        let navigate = navigate.clone();
        // Only a path of this app: a link from elsewhere must not lead away after a sign-in.
        let next = asked
            .read_untracked()
            .get("next")
            .filter(|next| next.starts_with('/') && !next.starts_with("//"));
        form.send(accounts::login(login), move |opened| {
            session.open(opened);
            go_on(next.as_deref().unwrap_or("/my"), navigate);
        });
    };
    view! {
        <div class="narrow">
            <PageHead title=move || say!(i18n, sign_in.title)/>
            <form class="card stack" on:submit=on_submit(submit) novalidate>
                <TextField form pointer="/email" label=move || say!(i18n, sign_in.email) value=email kind="email" autocomplete="username" required=true/>
                <TextField form pointer="/password" label=move || say!(i18n, sign_in.password) value=password kind="password" autocomplete="current-password" required=true/>
                <FormFailure form/>
                <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, sign_in.submit)}</SubmitButton></div>
            </form>
        </div>
    }
}

/// Name and password for a new account, or for the one that the invited address has.
#[component]
pub fn AcceptInvitationPage() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let form = Form::new(i18n);
    let navigate = use_navigate();
    let asked = use_query_map();
    let token = move || asked.read().get("token").unwrap_or_default();
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move || {
        let accept = AcceptInvitation {
            token: asked.read_untracked().get("token").unwrap_or_default(),
            name: name.get_untracked(),
            password: password.get_untracked(),
            language: tag(i18n.get_locale_untracked()).to_owned(),
        };
        let navigate = navigate.clone();
        form.send(accounts::accept_invitation(accept), move |opened| {
            session.open(opened);
            go_on("/my", navigate);
        });
    };
    view! {
        <div class="narrow">
            <PageHead title=move || say!(i18n, invitation.title) lead=move || say!(i18n, invitation.lead)/>
            <Show when=move || token().is_empty()>
                <Alert tone=Tone::Bad title=move || say!(i18n, invitation.no_token)/>
            </Show>
            <form class="card stack" on:submit=on_submit(submit) novalidate>
                <TextField form pointer="/name" label=move || say!(i18n, invitation.name) value=name autocomplete="name" required=true/>
                <TextField
                    form
                    pointer="/password"
                    label=move || say!(i18n, invitation.password)
                    hint=move || say!(i18n, invitation.password_hint)
                    value=password
                    kind="password"
                    autocomplete="new-password"
                    required=true
                />
                <FormFailure form/>
                <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, invitation.submit)}</SubmitButton></div>
            </form>
        </div>
    }
}

/// Stands in the place of a page that needs a right which the reader lacks.
#[component]
pub fn NeedsSignIn() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let path = leptos_router::hooks::use_location().pathname;
    let href = move || crate::api::query("/sign-in", &[("next", &path.get())]);
    move || match session.signed_in() {
        true => view! { <Empty title=move || problem_text(i18n, "permission_denied")/> }.into_any(),
        false => view! {
            <Empty title=move || say!(i18n, state.sign_in_first)>
                <a class="btn primary" href=href>{tr!(i18n, nav.sign_in)}</a>
            </Empty>
        }
        .into_any(),
    }
}
