//! One's own account: name and language, password, other devices, and all that is known about oneself.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use parvis_wire::Patch;
use parvis_wire::accounts::{Me, MePatch, PasswordChange};

use crate::api::{Session, accounts};
use crate::browser;
use crate::components::{Button, Form, FormFailure, PageHead, SubmitButton, TextField, Toasts, on_submit};
use crate::i18n::{say, tr, words};
use crate::pages::NeedsSignIn;

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let user = Memo::new(move |_| session.user());
    // The fields start anew when somebody else signs in, not when the account is read again.
    let id = Memo::new(move |_| user.get().map(|user| user.id));
    view! {
        <Show when=move || id.get().is_some() fallback=NeedsSignIn>
            <PageHead
                title=move || say!(i18n, account.title)
                lead=move || user.get().map(|user| user.email).unwrap_or_default()
            />
            <div class="two">
                <div class="stack">
                    {move || { id.track(); user.get_untracked().map(|user| view! { <Profile user/> }) }}
                    <Password/>
                </div>
                <div class="stack">
                    <PersonalData/>
                    <Devices/>
                </div>
            </div>
        </Show>
    }
}

#[component]
fn Profile(user: Me) -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let name = RwSignal::new(user.name);
    let submit = move || {
        let Some(user) = session.user() else { return };
        let patch = MePatch {
            name: Patch::Value(name.get_untracked().trim().to_owned()),
            ..MePatch::default()
        };
        form.send(accounts::update_me(user.version, patch), move |user| {
            session.know(user);
            toasts.tell(say!(i18n, state.saved));
        });
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <h2>{tr!(i18n, account.profile)}</h2>
            <TextField form pointer="/name" label=move || say!(i18n, account.name) value=name autocomplete="name" required=true/>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, account.save)}</SubmitButton></div>
        </form>
    }
}

#[component]
fn Password() -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let submit = move || {
        let change = PasswordChange {
            current: current.get_untracked(),
            new: new.get_untracked(),
        };
        form.send(accounts::change_password(change), move |()| {
            current.set(String::new());
            new.set(String::new());
            toasts.tell(say!(i18n, account.password_changed));
        });
    };
    view! {
        <form class="card stack" on:submit=on_submit(submit) novalidate>
            <h2>{tr!(i18n, account.password)}</h2>
            <TextField form pointer="/current" label=move || say!(i18n, account.current) value=current kind="password" autocomplete="current-password" required=true/>
            <TextField
                form
                pointer="/new"
                label=move || say!(i18n, account.new)
                hint=move || say!(i18n, account.new_hint)
                value=new
                kind="password"
                autocomplete="new-password"
                required=true
            />
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, account.change)}</SubmitButton></div>
        </form>
    }
}

/// Access and portability (GDPR, articles 15 and 20).
#[component]
fn PersonalData() -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let take = move |()| {
        form.send(accounts::export_my_personal_data(), |file| {
            browser::save("parvis.json", &file)
        });
    };
    view! {
        <section class="card stack" aria-labelledby="h-personal">
            <h2 id="h-personal">{tr!(i18n, account.personal_data)}</h2>
            <p>{tr!(i18n, account.personal_data_text)}</p>
            <FormFailure form/>
            <div class="actions"><Button on_press=take>{tr!(i18n, account.download)}</Button></div>
        </section>
    }
}

#[component]
fn Devices() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let form = Form::new(i18n);
    let navigate = use_navigate();
    let leave = move |()| {
        let navigate = navigate.clone();
        form.send(accounts::logout_everywhere(), move |()| {
            session.forget();
            navigate("/", Default::default());
        });
    };
    view! {
        <section class="card stack" aria-labelledby="h-devices">
            <h2 id="h-devices">{tr!(i18n, account.devices)}</h2>
            <p>{tr!(i18n, account.devices_text)}</p>
            <FormFailure form/>
            <div class="actions"><Button on_press=leave>{tr!(i18n, account.leave)}</Button></div>
        </section>
    }
}
