//! Alerts and problems: a bar, a glyph, a title that names the fact, and what to do next.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::icon::{Glyph, Icon};
use crate::api::Failure;
use crate::i18n::{problem_text, tr, words};

/// What a state means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// To know.
    Info,
    /// Done, in order.
    Ok,
    /// Watch.
    Warn,
    /// Wrong.
    Bad,
    /// Neither of them: to come, over.
    Idle,
    /// Money is held back until a condition is met.
    Held,
}

impl Tone {
    /// The class of the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Idle => "idle",
            Self::Held => "held",
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            Self::Info | Self::Idle => Glyph::Info,
            Self::Ok => Glyph::Check,
            Self::Warn => Glyph::Clock,
            Self::Bad => Glyph::Alert,
            Self::Held => Glyph::Held,
        }
    }
}

/// An alert in the flow of the page.
#[component]
pub fn Alert(tone: Tone, #[prop(into)] title: TextProp, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class=format!("alert {}", tone.class())>
            <Icon glyph=tone.glyph()/>
            <div>
                <p class="title">{move || title.get()}</p>
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// What went wrong, in the reader's words, with the code and the request for whoever is asked for help.
#[component]
pub fn FailureAlert(failure: Failure, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    let i18n = words();
    let code = failure.code.clone();
    let title = move || problem_text(i18n, &code);
    let detail = failure.detail.clone();
    let reference = match &failure.request {
        Some(request) => format!("{} · {request}", failure.code),
        None => failure.code.clone(),
    };
    view! {
        <div class="alert bad" role="alert" tabindex="-1" data-problem=failure.code.clone()>
            <Icon glyph=Glyph::Alert/>
            <div>
                <p class="title">{title}</p>
                {(!detail.is_empty()).then(|| view! { <p lang="en">{detail}</p> })}
                <p class="row">
                    {retry.map(|retry| view! {
                        <button type="button" class="btn small" on:click=move |_| retry.run(())>{tr!(i18n, state.retry)}</button>
                    })}
                    <code>{reference}</code>
                </p>
            </div>
        </div>
    }
}
