//! The reports that are owed to the funder of a grant.

use leptos::html;
use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::reports::ReportState;
use parvis_wire::budgets::{FunderReport, Grant};

use super::acts::{Act, Acts, Asked};
use super::words::report_state;
use crate::components::{Badge, Button, ButtonKind, Glyph, Icon};
use crate::format::formats;
use crate::i18n::{say, tr, words};
use crate::pages::parts::Localised;
use crate::pages::programme::frame::Here;

/// The list, with the way to add one.
#[component]
pub(super) fn Reports(grant: Grant, reports: Vec<FunderReport>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let add = Asked {
        act: Act::AddReport,
        grant,
        tranche: None,
        reports: Vec::new(),
        report: None,
    };
    let rows = reports
        .into_iter()
        .map(|report| {
            let asked = Asked {
                report: Some(report.clone()),
                ..add.clone()
            };
            view! { <Row report asked/> }
        })
        .collect_view();
    let none = rows.is_empty();
    let add = StoredValue::new(add);
    view! {
        <div class="owed">
            <h4>{tr!(i18n, reports.title)}</h4>
            {none.then(|| view! { <p class="source">{tr!(i18n, reports.none)}</p> })}
            {(!none).then(|| view! { <ul class="plain-list reports">{rows}</ul> })}
            <Show when=move || here.may(Operation::CreateFunderReport)>
                <div class="no-print">
                    <Button kind=ButtonKind::Quiet small=true on_press=move |()| acts.ask(add.get_value())>
                        <Icon glyph=Glyph::Plus/>{tr!(i18n, reports.add)}
                    </Button>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Row(report: FunderReport, asked: Asked) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let node = NodeRef::<html::Li>::new();
    Acts::of_page().focus(report.id, node);
    let late = report.due_on < here.today();
    let (tone, glyph, text) = report_state(i18n, report.state, late);
    let since = match report.state {
        ReportState::Due => None,
        ReportState::Submitted => report.submitted_on,
        ReportState::Accepted => report.accepted_on,
        ReportState::Returned => report.returned_on,
    };
    let due = say!(i18n, reports.due_on, day = format.day(report.due_on));
    let reason = report.return_reason.clone();
    view! {
        <li id=format!("report-{}", report.id) node_ref=node tabindex="-1" data-state=report.state.as_str()>
            <div>
                <p class="strong"><Localised text=report.title.clone()/></p>
                <p class="source">{due}</p>
                {reason.map(|reason| view! { <p class="source">{tr!(i18n, movement.reason)} ": " {reason}</p> })}
            </div>
            <p class="row">
                <Badge tone glyph text=move || text/>
                {since.map(|day| view! { <span class="source">{format.day(day)}</span> })}
            </p>
            <Buttons state=report.state asked/>
        </li>
    }
}

#[component]
fn Buttons(state: ReportState, asked: Asked) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let asked = StoredValue::new(asked);
    let ask = move |act| {
        acts.ask(Asked {
            act,
            ..asked.get_value()
        });
    };
    let button = move |kind, act: Act, text: &'static str| {
        view! { <Button kind small=true on_press=move |()| ask(act)>{text}</Button> }
    };
    let (plain, quiet) = (ButtonKind::Plain, ButtonKind::Quiet);
    let buttons = move || {
        let next = match state {
            ReportState::Due | ReportState::Returned => {
                button(plain, Act::Submit, say!(i18n, reports.submit)).into_any()
            }
            ReportState::Submitted => (
                button(plain, Act::Accept, say!(i18n, reports.accept)),
                button(plain, Act::Return, say!(i18n, reports.give_back)),
            )
                .into_any(),
            ReportState::Accepted => return ().into_any(),
        };
        view! {
            <div class="row no-print">
                {next}
                {button(quiet, Act::EditReport, say!(i18n, form.edit))}
                {button(quiet, Act::ArchiveReport, say!(i18n, form.remove))}
            </div>
        }
        .into_any()
    };
    view! { <Show when=move || here.may(Operation::SubmitFunderReport)>{buttons()}</Show> }
}
