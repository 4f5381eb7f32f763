//! A state: glyph, word, and a colour that only helps to find it again.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::alert::Tone;
use super::icon::{Glyph, Icon};

/// A badge.
#[component]
pub fn Badge(tone: Tone, glyph: Glyph, #[prop(into)] text: TextProp) -> impl IntoView {
    view! {
        <span class=format!("badge {}", tone.class())>
            <Icon glyph/>
            {move || text.get()}
        </span>
    }
}
