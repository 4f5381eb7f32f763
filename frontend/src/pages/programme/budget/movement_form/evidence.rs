//! The document behind a movement. The file stays on the device; its digest is worked out here, so that nobody types one.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fields::{Evidence, MovementFields};
use crate::browser::chosen_file;
use crate::components::{Button, ButtonKind, Form, Glyph, Icon};
use crate::i18n::{say, tr, words};

/// The field for it.
#[component]
pub fn EvidenceField(form: Form, fields: MovementFields) -> impl IntoView {
    let i18n = words();
    let node = NodeRef::<html::Input>::new();
    let failed = RwSignal::new(false);
    let read = move |_| {
        let Some(input) = node.get_untracked() else { return };
        let chosen = !input.value().is_empty();
        spawn_local(async move {
            let found = chosen_file(input).await;
            failed.set(chosen && found.is_none());
            fields
                .evidence
                .set(found.map(|(name, digest)| Evidence { name, digest }));
        });
    };
    let drop = Callback::new(move |()| fields.evidence.set(None));
    // A chosen file goes with its movement.
    Effect::new(move |_| {
        if fields.evidence.with(Option::is_none)
            && let Some(input) = node.get_untracked()
        {
            input.set_value("");
        }
    });
    let shown = move || {
        fields.evidence.get().map(|evidence| {
            let short: String = evidence.digest.chars().take(12).collect();
            view! {
                <p class="source row">
                    <span><Icon glyph=Glyph::Check/> " " {evidence.name} " · SHA-256 " <code>{short} "…"</code></span>
                    <Button kind=ButtonKind::Quiet small=true on_press=drop>{tr!(i18n, form.remove)}</Button>
                </p>
            }
        })
    };
    view! {
        <div class="field full" class:invalid=move || form.fault_at("/evidence").is_some()>
            <label for="evidence">{tr!(i18n, movement.evidence)}</label>
            // The button of the browser would speak the browser's language.
            <input id="evidence" class="sr-only" type="file" node_ref=node on:change=read aria-describedby="evidence-h"/>
            <p><label class="btn small file-button" for="evidence">{tr!(i18n, movement.choose_file)}</label></p>
            <p class="hint" id="evidence-h">
                {move || match failed.get() {
                    true => say!(i18n, movement.evidence_failed),
                    false => say!(i18n, movement.evidence_hint),
                }}
            </p>
            {shown}
        </div>
    }
}
