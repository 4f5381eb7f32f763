//! The state of a form: what it was told by the server or by its own checks, and whether it is on its way.
//!
//! Fields keep what was typed in signals of the page, so a refused save loses nothing.

use std::pin::Pin;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use parvis_domain::Faults;
use parvis_wire::FieldProblem;

use super::alert::FailureAlert;
use crate::api::{Answer, Failure};
use crate::browser::focus_soon;
use crate::i18n::{I18n, fault_text};

/// A call on its way, and what follows where it succeeds.
type Call = Pin<Box<dyn Future<Output = Answer<Box<dyn FnOnce()>>>>>;

/// The faults, the failure and the way of one form.
#[derive(Clone, Copy)]
pub struct Form {
    i18n: I18n,
    faults: RwSignal<Vec<FieldProblem>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
}

impl Form {
    /// An untouched form.
    pub fn new(i18n: I18n) -> Self {
        Self {
            i18n,
            faults: RwSignal::new(Vec::new()),
            failure: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// Whether the form is on its way.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// Why it was refused as a whole, for a form that says it in its own words.
    pub fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    /// The text of the fault at a pointer or below it.
    pub fn fault_at(self, pointer: &str) -> Option<String> {
        if pointer.is_empty() {
            return None;
        }
        let faults = self.faults.get();
        let fault = faults.iter().find(|fault| {
            fault.pointer == pointer
                || fault
                    .pointer
                    .strip_prefix(pointer)
                    .is_some_and(|rest| rest.starts_with('/'))
        })?;
        Some(fault_text(self.i18n, fault))
    }

    /// Takes what the rules of the domain say about the form before it is sent: its faults are shown, and the focus
    /// goes to the first.
    pub fn passes<T>(self, checked: Result<T, Faults>) -> Option<T> {
        self.failure.set(None);
        match checked {
            Ok(value) => {
                self.faults.set(Vec::new());
                Some(value)
            }
            Err(faults) => {
                self.faults.set(faults.0.iter().map(FieldProblem::from).collect());
                focus_soon("form [aria-invalid='true']");
                None
            }
        }
    }

    /// Sends the form once, and hands the answer on; a failure is shown, and the focus goes to the first problem.
    pub fn send<T: 'static>(
        self,
        call: impl Future<Output = Result<T, Failure>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.send_boxed(Box::pin(async move {
            call.await
                .map(|value| Box::new(move || done(value)) as Box<dyn FnOnce()>)
        }));
    }

    /// What all calls have in common, in the app once.
    fn send_boxed(self, call: Call) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.faults.set(Vec::new());
        self.failure.set(None);
        spawn_local(async move {
            let answer = call.await;
            self.busy.set(false);
            match answer {
                Ok(done) => done(),
                Err(failure) => self.show(failure),
            }
        });
    }

    fn show(self, failure: Failure) {
        let at_fields = failure.faults.iter().any(|fault| !fault.pointer.is_empty());
        self.faults.set(failure.faults.clone());
        self.failure.set(Some(failure));
        focus_soon(if at_fields {
            "form [aria-invalid='true'], form .alert.bad"
        } else {
            "form .alert.bad"
        });
    }
}

/// What was refused as a whole, above the buttons of a form.
#[component]
pub fn FormFailure(form: Form) -> impl IntoView {
    move || form.failure.get().map(|failure| view! { <FailureAlert failure/> })
}

/// Keeps the browser from sending a form itself.
pub fn on_submit(act: impl Fn() + 'static) -> impl Fn(SubmitEvent) + 'static {
    move |event: SubmitEvent| {
        event.prevent_default();
        act();
    }
}
