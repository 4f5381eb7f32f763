//! What surrounds every page: the skip link, the bar with the brand, the language and the account, the footer.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use crate::api::Session;
use crate::browser;
use crate::components::{Sprite, ToastShelf, Toasts};
use crate::i18n::{LANGUAGES, by_tag, say, tag, tr, words};

const THEME: &str = "parvis.theme";

/// Remembers that a navigation has led to a page whose h1 has not taken the focus yet.
#[derive(Clone, Copy)]
pub struct Arrival(RwSignal<Option<String>>);

impl Arrival {
    /// The one of the component tree.
    pub fn here() -> Self {
        expect_context()
    }

    /// Follows the address. The first page keeps the focus where the browser put it.
    pub fn provide() {
        let arrival = Self(RwSignal::new(None));
        provide_context(arrival);
        let path = use_location().pathname;
        Effect::new(move |before: Option<String>| {
            let now = path.get();
            if before.is_some_and(|before| before != now) {
                arrival.0.set(Some(now.clone()));
            }
            now
        });
    }

    /// Whether the h1 of a page at this path should take the focus now; it is taken once.
    pub fn take(self, path: &str) -> bool {
        let due = self.0.get().is_some_and(|arrived| arrived == path);
        if due {
            self.0.set(None);
        }
        due
    }
}

/// The frame of the app around a page.
#[component]
pub fn Shell(children: Children) -> impl IntoView {
    let i18n = words();
    let toasts = Toasts::new();
    provide_context(toasts);
    let path = use_location().pathname;
    // Officers work on a wider page than inhabitants read.
    let desk = move || {
        let path = path.get();
        path == "/my" || path.starts_with("/programmes/") && path.matches('/').count() > 2
    };
    view! {
        <div class="shell" class:app=desk>
            <a class="skip" href="#content">{tr!(i18n, nav.skip)}</a>
            <Sprite/>
            <TopBar/>
            <main id="content" tabindex="-1"><div class="wrap">{children()}</div></main>
            <Footer/>
            <ToastShelf toasts/>
        </div>
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    view! {
        <header class="topbar">
            <div class="wrap">
                <a class="brand" href="/" aria-label=move || say!(i18n, nav.home)>
                    <svg viewBox="0 0 32 32" aria-hidden="true">
                        <path class="roof" d="M6.5 15V8.5L16 3l9.5 5.5V15M13 15v-2.5a3 3 0 0 1 6 0V15"></path>
                        <path class="square" d="M5.5 16.5h21l4.5 13H1z"></path>
                        <path class="joint" d="M4.2 20.3h23.6M2.7 24.7h26.6M13 16.5l-2.5 13M19 16.5l2.5 13"></path>
                    </svg>
                    <span>"Parvis"</span>
                </a>
                <nav aria-label=move || say!(i18n, nav.main)>
                    <ul>
                        <Show when=move || session.signed_in()>
                            <li><A href="/my">{tr!(i18n, nav.my_work)}</A></li>
                        </Show>
                        <li><A href="/" exact=true>{tr!(i18n, nav.programmes)}</A></li>
                    </ul>
                </nav>
                <div class="end">
                    <LanguagePicker/>
                    <Account/>
                </div>
            </div>
            <div class="paving"></div>
        </header>
    }
}

#[component]
fn LanguagePicker() -> impl IntoView {
    let i18n = words();
    let choose = move |event| {
        if let Some(locale) = by_tag(&event_target_value(&event)) {
            i18n.choose(locale);
        }
    };
    view! {
        <select class="pick" name="language" aria-label=move || say!(i18n, nav.language) on:change=choose>
            {LANGUAGES.map(|(locale, name)| view! {
                <option value=tag(locale) lang=tag(locale) selected=move || i18n.get_locale() == locale>{name}</option>
            })}
        </select>
    }
}

#[component]
fn Account() -> impl IntoView {
    let i18n = words();
    let session = Session::here();
    let navigate = use_navigate();
    let sign_out = move |_| {
        let navigate = navigate.clone();
        session.sign_out(move || navigate("/", Default::default()));
    };
    view! {
        {move || match session.user() {
            Some(user) => view! {
                <A href="/account" attr:class="who"><span>{user.name}</span><span>{tr!(i18n, account.short)}</span></A>
                <button type="button" class="btn small" on:click=sign_out.clone()>{tr!(i18n, nav.sign_out)}</button>
            }.into_any(),
            None => view! { <a class="btn small" href="/sign-in">{tr!(i18n, nav.sign_in)}</a> }.into_any(),
        }}
    }
}

#[component]
fn Footer() -> impl IntoView {
    let i18n = words();
    let chosen = RwSignal::new(browser::remembered(THEME).unwrap_or_default());
    let choose = move |event| {
        let theme = event_target_value(&event);
        let theme = Some(theme.as_str()).filter(|theme| !theme.is_empty());
        browser::remember(THEME, theme);
        browser::root_attribute("data-theme", theme);
        chosen.set(theme.unwrap_or_default().to_owned());
    };
    view! {
        <footer class="footer">
            <div class="wrap row between">
                <p>{tr!(i18n, footer.about)} " " <a href="/api/docs/" rel="external">{tr!(i18n, footer.api)}</a></p>
                <label class="row no-print">
                    <span>{tr!(i18n, footer.theme)}</span>
                    <select class="pick" name="theme" on:change=choose>
                        <option value="" selected=move || chosen.get().is_empty()>{tr!(i18n, footer.theme_system)}</option>
                        <option value="light" selected=move || chosen.get() == "light">{tr!(i18n, footer.theme_light)}</option>
                        <option value="dark" selected=move || chosen.get() == "dark">{tr!(i18n, footer.theme_dark)}</option>
                    </select>
                </label>
            </div>
        </footer>
    }
}
