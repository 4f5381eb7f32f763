//! Buttons. A view has one primary button: for what waits most.

use leptos::prelude::*;

/// How much a button weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// What waits most.
    Primary,
    /// Anything else.
    #[default]
    Plain,
    /// What can be undone at once.
    Quiet,
    /// What takes something away.
    Danger,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn primary",
            Self::Plain => "btn",
            Self::Quiet => "btn quiet",
            Self::Danger => "btn danger",
        }
    }
}

/// A button that acts on the page.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    #[prop(into)] on_press: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <button type="button" class=kind.class() class:small=small on:click=move |_| on_press.run(())>
            {children()}
        </button>
    }
}

/// The button that sends a form. While the form is on its way it stays focusable and does nothing.
#[component]
pub fn SubmitButton(
    #[prop(default = ButtonKind::Primary)] kind: ButtonKind,
    #[prop(into)] busy: Signal<bool>,
    children: Children,
) -> impl IntoView {
    view! {
        <button type="submit" class=kind.class() aria-disabled=move || busy.get().then_some("true")>
            {children()}
        </button>
    }
}
