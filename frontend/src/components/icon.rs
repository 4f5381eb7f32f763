//! Icons: one sprite of symbols at the top of the page, used by name.

use leptos::prelude::*;

/// The drawings of the sprite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Something needs attention.
    Alert,
    /// A calendar.
    Calendar,
    /// Done, held, balanced.
    Check,
    /// A date comes near.
    Clock,
    /// Refused, removed, close.
    Cross,
    /// Take away.
    Down,
    /// The whole.
    Full,
    /// Under way, a part.
    Half,
    /// Held back.
    Held,
    /// To know.
    Info,
    /// People.
    People,
    /// Add.
    Plus,
    /// To come.
    Ring,
}

impl Glyph {
    const fn href(self) -> &'static str {
        match self {
            Self::Alert => "#i-alert",
            Self::Calendar => "#i-calendar",
            Self::Check => "#i-check",
            Self::Clock => "#i-clock",
            Self::Cross => "#i-cross",
            Self::Down => "#i-down",
            Self::Full => "#i-full",
            Self::Half => "#i-half",
            Self::Held => "#i-held",
            Self::Info => "#i-info",
            Self::People => "#i-people",
            Self::Plus => "#i-plus",
            Self::Ring => "#i-ring",
        }
    }
}

/// An icon of the size of the text beside it. It is never alone: a word says the same.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><use href=glyph.href()></use></svg> }
}

/// The symbols and the patterns of the chain of money, once per page.
#[component]
pub fn Sprite() -> impl IntoView {
    view! {
        <svg class="defs" aria-hidden="true" focusable="false" inner_html=SPRITE></svg>
    }
}

const SPRITE: &str = concat!(
    r#"<defs><pattern id="p-committed" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="pb-committed" width="6" height="6"/><circle class="pm-committed" cx="3" cy="3" r="1"/></pattern>"#,
    r#"<pattern id="p-disbursed" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="pb-disbursed" width="7" height="7"/><path class="pm-disbursed" d="M3.5 0v7"/></pattern>"#,
    r#"<pattern id="p-spent" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect class="pb-spent" width="4" height="4"/><path class="pm-spent" d="M2 0v4"/></pattern>"#,
    r#"<pattern id="p-kind" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="pb-kind" width="8" height="8"/><path class="pm-kind" d="M0 6c2-3 2-3 4 0s2 3 4 0"/></pattern>"#,
    r#"<symbol id="i-alert" viewBox="0 0 16 16"><path d="M8 1.8 15 14H1z"/><path d="M8 6.3v3.4M8 12v.1"/></symbol>"#,
    r#"<symbol id="i-calendar" viewBox="0 0 16 16"><path d="M2 3.5h12v10.5H2zM2 6.8h12M5 1.8v3M11 1.8v3"/></symbol>"#,
    r#"<symbol id="i-check" viewBox="0 0 16 16"><path d="M2.5 8.5 6 12l7.5-8"/></symbol>"#,
    r#"<symbol id="i-clock" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2"/><path d="M8 4.4V8l2.6 1.8"/></symbol>"#,
    r#"<symbol id="i-cross" viewBox="0 0 16 16"><path d="m3.5 3.5 9 9m0-9-9 9"/></symbol>"#,
    r#"<symbol id="i-down" viewBox="0 0 16 16"><path d="M8 2v8.2M4.6 7 8 10.4 11.4 7M2.5 13.6h11"/></symbol>"#,
    r#"<symbol id="i-full" viewBox="0 0 16 16"><circle class="solid" cx="8" cy="8" r="5.2"/></symbol>"#,
    r#"<symbol id="i-half" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5"/><path class="solid" d="M8 3a5 5 0 0 0 0 10z"/></symbol>"#,
    r#"<symbol id="i-held" viewBox="0 0 16 16"><path d="M3.2 7.2h9.6v6.6H3.2zM5.3 7V4.8a2.7 2.7 0 0 1 5.4 0V7"/></symbol>"#,
    r#"<symbol id="i-info" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2"/><path d="M8 7.4v3.8M8 4.8v.1"/></symbol>"#,
    r#"<symbol id="i-people" viewBox="0 0 16 16"><circle cx="5.6" cy="5.2" r="2.4"/><path d="M1.2 13.5c.3-2.9 2-4.3 4.4-4.3s4.1 1.4 4.4 4.3M10.5 3.2a2.3 2.3 0 0 1 0 4.3M12 9.8c1.6.5 2.6 1.8 2.8 3.7"/></symbol>"#,
    r#"<symbol id="i-plus" viewBox="0 0 16 16"><path d="M8 3v10M3 8h10"/></symbol>"#,
    r#"<symbol id="i-ring" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5"/></symbol></defs>"#,
);
