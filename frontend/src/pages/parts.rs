//! Small pieces that several pages show.

use leptos::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::participation::StepStatus;
use parvis_domain::programmes::ProgrammeStatus;

use crate::components::{Badge, Glyph, Tone};
use crate::i18n::{programme_status, step_status, suited, words};

/// A text in the reader's language, or in another that is then stated.
#[component]
pub fn Localised(
    text: LocalisedText,
    /// The most characters shown, 0 for all.
    #[prop(optional)]
    max: usize,
) -> impl IntoView {
    let i18n = words();
    move || {
        let (shown, language) = suited(i18n, &text);
        let shown = if max > 0 && shown.chars().count() > max {
            let cut: String = shown.chars().take(max).collect();
            format!("{}…", cut.trim_end())
        } else {
            shown
        };
        view! { <span lang=language>{shown}</span> }
    }
}

/// Where a programme is in its life.
#[component]
pub fn StatusBadge(status: ProgrammeStatus) -> impl IntoView {
    let i18n = words();
    let (tone, glyph) = match status {
        ProgrammeStatus::Draft => (Tone::Idle, Glyph::Ring),
        ProgrammeStatus::Open | ProgrammeStatus::Active => (Tone::Info, Glyph::Half),
        ProgrammeStatus::Closed => (Tone::Ok, Glyph::Check),
        ProgrammeStatus::Archived => (Tone::Idle, Glyph::Check),
    };
    view! { <Badge tone glyph text=move || programme_status(i18n, status)/> }
}

/// Where a step is in its life.
#[component]
pub fn StepBadge(status: StepStatus) -> impl IntoView {
    let i18n = words();
    let (tone, glyph) = match status {
        StepStatus::Planned => (Tone::Idle, Glyph::Ring),
        StepStatus::Open => (Tone::Info, Glyph::Half),
        StepStatus::Closed => (Tone::Ok, Glyph::Check),
        StepStatus::Cancelled | StepStatus::Annulled => (Tone::Bad, Glyph::Cross),
    };
    view! { <Badge tone glyph text=move || step_status(i18n, status)/> }
}
