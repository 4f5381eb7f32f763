//! The steps of a programme on an axis of time. The list below it says the same, and on a phone alone.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::charts::axis::{self, BAR, Span, WIDTH};
use crate::format::formats;

/// A step on the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisStep {
    /// Its title.
    pub title: String,
    /// Where its page is.
    pub href: String,
    /// From when to when.
    pub span: Span,
    /// `step-done`, `step-now`, `step-next` or `step-off`.
    pub class: &'static str,
}

/// The drawing. Nothing is drawn where there are no steps.
#[component]
pub fn TimeAxis(steps: Vec<AxisStep>, today: NaiveDate, #[prop(into)] label: TextProp) -> impl IntoView {
    let format = formats();
    let spans: Vec<Span> = steps.iter().map(|step| step.span).collect();
    let layout = axis::lay_out(&spans, today)?;
    let height = layout.height;
    let bottom = height - 20;
    // The group tells the macro that the link inside is one of SVG.
    let bars = steps.into_iter().zip(layout.bars).map(|(step, bar)| {
        let shown = axis::label(&step.title, bar.room);
        let name = step.title.clone();
        // Before its bar a label ends where the bar begins, however wide its letters are.
        let (label_x, anchor) = if bar.label_x < bar.x { (bar.x - 6, "end") } else { (bar.label_x, "start") };
        view! {
            <g><a href=step.href class=step.class aria-label=name>
                <title>{step.title}</title>
                <rect x=bar.x y=bar.y width=bar.width height=BAR rx="3"></rect>
                <text aria-hidden="true" class:beside={bar.label_x < bar.x || bar.label_x > bar.x + bar.width} x=label_x y=bar.y + 22 text-anchor=anchor>{shown}</text>
            </a></g>
        }
    });
    let ticks = layout.ticks.into_iter().map(|tick| {
        let anchor = if tick.x < 40 { "start" } else { "middle" };
        view! {
            <path class="grid" d=format!("M{} 30V{bottom}", tick.x)></path>
            <text class="soft" x=tick.x y="20" text-anchor=anchor>{move || format.month(tick.month)}</text>
        }
    });
    let now = layout.today.map(|x| {
        let anchor = match x {
            ..80 => "start",
            80..1100 => "middle",
            _ => "end",
        };
        view! {
            <path class="today" d=format!("M{x} 26V{bottom}")></path>
            <text class="today-t" x=x y=height - 6 text-anchor=anchor>{move || format.day(today)}</text>
        }
    });
    Some(view! {
        <figure class="card axis-card">
            <svg class="chart axis-chart" viewBox=format!("0 0 {WIDTH} {height}") role="group" aria-label=move || label.get()>
                <rect class="lane" x="0" y="34" width=WIDTH height=bottom - 34></rect>
                {ticks.collect_view()}
                {now}
                {bars.collect_view()}
            </svg>
        </figure>
    })
}
