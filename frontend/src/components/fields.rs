//! Fields: a label, a hint, the field, and what is wrong with it.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::HtmlInputElement;

use super::form::Form;
use super::icon::{Glyph, Icon};
use crate::browser::base64_of;
use crate::i18n::{say, words};

thread_local! {
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// An id that no other field of the page has.
fn fresh_id() -> String {
    let next = LAST.get().wrapping_add(1);
    LAST.set(next);
    format!("f{next}")
}

/// What surrounds every field, and the attributes that tie its parts together.
#[component]
fn Frame(
    id: String,
    form: Form,
    pointer: &'static str,
    label: TextProp,
    hint: Option<TextProp>,
    wide: bool,
    children: Children,
) -> impl IntoView {
    let error = Signal::derive(move || form.fault_at(pointer));
    view! {
        <div class="field" class:full=wide class:invalid=move || error.get().is_some()>
            <label for=id.clone()>{move || label.get()}</label>
            {children()}
            {hint.map(|hint| view! { <p class="hint" id=format!("{id}-h")>{move || hint.get()}</p> })}
            <p class="error" id=format!("{id}-e") hidden=move || error.get().is_none()>
                <Icon glyph=Glyph::Alert/>
                " "
                {move || error.get()}
            </p>
        </div>
    }
}

/// The ids of error and hint, for `aria-describedby`.
fn described_by(id: &str, hint: bool) -> String {
    if hint {
        format!("{id}-e {id}-h")
    } else {
        format!("{id}-e")
    }
}

/// A line of text: words, an amount, an e-mail address, a password.
#[component]
pub fn TextField(
    form: Form,
    /// Where the server's faults about it point.
    pointer: &'static str,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    /// Figures stand right and bring up a keyboard of digits.
    #[prop(optional)]
    figures: bool,
    #[prop(optional)] required: bool,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let id = fresh_id();
    let described = described_by(&id, hint.is_some());
    view! {
        <Frame id=id.clone() form pointer label hint wide>
            <input
                id=id.clone()
                type=kind
                name=pointer.trim_start_matches('/')
                autocomplete=autocomplete
                inputmode=figures.then_some("decimal")
                class:num=figures
                aria-required=required.then_some("true")
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                aria-describedby=described
                bind:value=value
            />
        </Frame>
    }
}

/// A date, typed as day, month and year: a native date field would follow the language of the browser.
#[component]
pub fn DateField(
    form: Form,
    pointer: &'static str,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional)] required: bool,
    /// Whether the order of day, month and year is shown below.
    #[prop(default = true)]
    hint: bool,
) -> impl IntoView {
    let i18n = words();
    let id = fresh_id();
    let described = described_by(&id, hint);
    let hint = hint.then(|| TextProp::from(move || say!(i18n, form.date_hint)));
    view! {
        <Frame id=id.clone() form pointer label hint wide=false>
            <input
                id=id.clone()
                type="text"
                name=pointer.trim_start_matches('/')
                autocomplete="off"
                inputmode="numeric"
                aria-required=required.then_some("true")
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                aria-describedby=described
                bind:value=value
            />
        </Frame>
    }
}

/// A file to be chosen. What is in it is handed on in base64, with its name.
#[component]
pub fn FileField(
    form: Form,
    pointer: &'static str,
    #[prop(into)] label: TextProp,
    /// The kinds that are offered, as the attribute of HTML takes them.
    accept: &'static str,
    #[prop(into)] taken: Callback<(String, String)>,
    #[prop(optional, into)] hint: Option<TextProp>,
) -> impl IntoView {
    let id = fresh_id();
    let described = described_by(&id, hint.is_some());
    let take = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else {
            return;
        };
        leptos::task::spawn_local(async move {
            if let Some(content) = base64_of(&file).await {
                taken.run((file.name(), content));
            }
        });
    };
    view! {
        <Frame id=id.clone() form pointer label hint wide=false>
            <input
                id=id.clone()
                type="file"
                name=pointer.trim_start_matches('/')
                accept=accept
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                aria-describedby=described
                on:change=take
            />
        </Frame>
    }
}

/// Running text.
#[component]
pub fn TextArea(
    form: Form,
    pointer: &'static str,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let id = fresh_id();
    let described = described_by(&id, hint.is_some());
    view! {
        <Frame id=id.clone() form pointer label hint wide=true>
            <textarea
                id=id.clone()
                name=pointer.trim_start_matches('/')
                rows="3"
                aria-required=required.then_some("true")
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                aria-describedby=described
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </Frame>
    }
}

/// One choice of a select.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub text: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl ToString, text: impl ToString) -> Self {
        Self {
            value: value.to_string(),
            text: text.to_string(),
        }
    }
}

/// One of several.
#[component]
pub fn SelectField(
    form: Form,
    pointer: &'static str,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    /// Read again when the language changes.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    #[prop(optional, into)] hint: Option<TextProp>,
    /// What choosing nothing is called, where that is allowed.
    #[prop(optional, into)]
    none: Option<TextProp>,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let id = fresh_id();
    let described = described_by(&id, hint.is_some());
    view! {
        <Frame id=id.clone() form pointer label hint wide>
            <select
                id=id.clone()
                name=pointer.trim_start_matches('/')
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                aria-describedby=described
                prop:value=move || { choices.track(); value.get() }
                on:change=move |event| value.set(event_target_value(&event))
            >
                {move || {
                    let none = none.clone().map(|none| view! { <option value="">{move || none.get()}</option> });
                    let all = choices.get().into_iter().map(|choice| {
                        let own = choice.value.clone();
                        view! { <option value=choice.value selected=move || value.get() == own>{choice.text}</option> }
                    });
                    (none, all.collect_view())
                }}
            </select>
        </Frame>
    }
}

/// Yes or no.
#[component]
pub fn CheckField(#[prop(into)] label: TextProp, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=move || value.get() on:change=move |event| value.set(event_target_checked(&event))/>
            <span>{move || label.get()}</span>
        </label>
    }
}
