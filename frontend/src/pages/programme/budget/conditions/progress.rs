//! The progress of a line: every measure, the one that counts first, none of them ever overwritten.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_wire::budgets::{NewCountersignature, NewProgress, Progress};
use uuid::Uuid;

use super::acts::Acts;
use super::{folded_record, tranche_form};
use crate::api::{Answer, Session, conditions as api, query};
use crate::components::{
    Badge, Button, ButtonKind, Choice, DateField, Dialog, Empty, Fetched, Form, FormFailure, Glyph, Loaded,
    SelectField, SubmitButton, TableBox, TextArea, TextField, Toasts, Tone, on_submit,
};
use crate::format::formats;
use crate::forms::read::date_text;
use crate::forms::texts;
use crate::i18n::{decimals, say, tr, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// The line that the address names, else the first of the budget.
#[derive(Clone, Copy)]
pub(super) struct LineHere(Memo<Option<Uuid>>);

impl LineHere {
    fn new(desk: DeskHere) -> Self {
        let asked = use_query_map();
        Self(Memo::new(move |_| {
            let wanted = asked.read().get("line").and_then(|id| id.parse().ok());
            desk.with(|desk| {
                let lines = desk.lines.iter().map(|line| line.id);
                let known = wanted.filter(|id| desk.lines.iter().any(|line| line.id == *id));
                known.or(lines.into_iter().next())
            })
        }))
    }
}

async fn read(line: Option<Uuid>) -> Answer<Vec<Progress>> {
    match line {
        Some(line) => api::list_progress(line).await.map(|page| page.items),
        None => Ok(Vec::new()),
    }
}

/// The section.
#[component]
pub(super) fn ProgressSection(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let line = LineHere::new(desk);
    provide_context(line);
    let measures: Fetched<Vec<Progress>> = Fetched::new(move || {
        acts.follow();
        read(line.0.get())
    });
    view! {
        <section class="section" id="progress" aria-labelledby="h-progress">
            <div class="section-head">
                <h2 id="h-progress">{tr!(i18n, progress.title)}</h2>
                <p class="source">{tr!(i18n, progress.lead)}</p>
            </div>
            <LineFilter desk line/>
            <div class="stack">
                <Loaded from=measures draw=move |measures| view! { <Measures desk measures/> }/>
                {folded_record(i18n, here)}
            </div>
        </section>
    }
}

/// Chooses the line, in the address.
#[component]
fn LineFilter(desk: DeskHere, line: LineHere) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let form = Form::new(i18n);
    let asked = use_query_map();
    let navigate = use_navigate();
    let chosen = RwSignal::new(String::new());
    Effect::new(move |_| chosen.set(line.0.get().map(|id| id.to_string()).unwrap_or_default()));
    let choices = Signal::derive(move || {
        let Some(programme) = here.get() else { return Vec::new() };
        desk.with(|desk| {
            let lines = desk.lines.iter();
            lines
                .map(|one| Choice::new(one.id, desk.line(i18n, one.id, &programme)))
                .collect()
        })
    });
    let go = move || {
        let asked = asked.read_untracked();
        let kept = |name| asked.get(name).unwrap_or_default();
        let (budget, grant, line) = (kept("budget"), kept("grant"), chosen.get_untracked());
        let path = format!("/programmes/{}/budget/conditions", here.id());
        let href = query(&path, &[("budget", &budget), ("grant", &grant), ("line", &line)]);
        navigate(&format!("{href}#progress"), Default::default());
    };
    view! {
        <form class="search no-print" role="search" on:submit=on_submit(go) aria-label=move || say!(i18n, progress.choose)>
            <SelectField form pointer="" label=move || say!(i18n, money.line) value=chosen choices/>
            <button type="submit" class="btn">{tr!(i18n, budget.show)}</button>
        </form>
    }
}

#[component]
fn Measures(desk: DeskHere, measures: Vec<Progress>) -> impl IntoView {
    let i18n = words();
    if measures.is_empty() {
        return view! { <Empty title=move || say!(i18n, progress.none) text=move || say!(i18n, progress.none_text)/> }
            .into_any();
    }
    let signing = RwSignal::new(None::<(Uuid, i64)>);
    let open = RwSignal::new(false);
    let rows = measures
        .into_iter()
        .enumerate()
        .map(|(i, measure)| view! { <Row desk measure counts={i == 0} signing open/> })
        .collect_view();
    view! {
        <div class="card flush">
            <TableBox label=move || say!(i18n, progress.title)>
                <table class="table stacks">
                    <caption class="sr-only">{tr!(i18n, progress.title)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, progress.measured_on)}</th>
                            <th scope="col" class="num">{tr!(i18n, progress.percent)}</th>
                            <th scope="col">{tr!(i18n, progress.source)}</th>
                            <th scope="col">{tr!(i18n, progress.countersigned)}</th>
                            <th scope="col"><span class="sr-only">{tr!(i18n, progress.actions)}</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
        </div>
        <Dialog open title=move || say!(i18n, progress.countersign_title)>
            {move || signing.get_untracked().map(|(id, version)| view! { <Countersign desk id version open/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Row(
    desk: DeskHere,
    measure: Progress,
    counts: bool,
    signing: RwSignal<Option<(Uuid, i64)>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let (id, version) = (measure.id, measure.version);
    let own = Session::here().is(measure.recorded_by);
    let signed: Vec<_> = desk.with(|desk| {
        let all = measure.countersigned.iter();
        all.map(|one| {
            format!(
                "{}, {}",
                desk.funder(one.partner_id),
                format.day_short(one.at.date_naive())
            )
        })
        .collect()
    });
    let signed = match signed.is_empty() {
        true => view! { <span class="muted">{tr!(i18n, progress.nobody)}</span> }.into_any(),
        false => signed
            .into_iter()
            .map(|one| view! { <p>{one}</p> })
            .collect_view()
            .into_any(),
    };
    let badge =
        counts.then(|| view! { <Badge tone=Tone::Info glyph=Glyph::Full text=move || say!(i18n, progress.counts)/> });
    let ask = move |()| {
        signing.set(Some((id, version)));
        open.set(true);
    };
    view! {
        <tr data-measure=id.to_string()>
            <th scope="row"><p class="row">{format.day(measure.measured_on)} " " {badge}</p></th>
            <td class="num strong" data-label=say!(i18n, progress.percent)>{format.percent_text(&measure.percent)}</td>
            <td data-label=say!(i18n, progress.source)>
                <div>
                    <p>{measure.source}</p>
                    {measure.note.map(|note| view! { <p class="source">{note}</p> })}
                    <p class="source">{say!(i18n, progress.recorded, at = format.instant(measure.recorded_at))}</p>
                </div>
            </td>
            <td data-label=say!(i18n, progress.countersigned)><div>{signed}</div></td>
            <td class="no-print">
                <Show when=move || !own && here.may(Operation::CountersignProgress)>
                    <Button small=true on_press=ask>{tr!(i18n, progress.countersign)}</Button>
                </Show>
            </td>
        </tr>
    }
}

/// A second person vouches for a measure: for the partner it acts for, else for the one that is chosen.
#[component]
fn Countersign(desk: DeskHere, id: Uuid, version: i64, open: RwSignal<bool>) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let own = Session::here().user().and_then(|user| {
        let memberships = user.memberships.into_iter();
        memberships
            .filter(|one| one.programme_id == here.id())
            .find_map(|one| one.partner_id)
    });
    let partner = RwSignal::new(String::new());
    let partners = Signal::derive(move || tranche_form::partners(desk));
    let submit = move || {
        let new = NewCountersignature {
            partner_id: partner.get_untracked().parse().ok(),
        };
        form.send(api::countersign_progress(id, version, new), move |_| {
            open.set(false);
            acts.done(i18n, toasts, None);
        });
    };
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <p>{tr!(i18n, progress.countersign_text)}</p>
            {match own {
                Some(own) => view! { <p class="strong">{desk.with(|desk| desk.funder(own))}</p> }.into_any(),
                None => view! {
                    <SelectField form pointer="/partner_id" label=move || say!(i18n, progress.vouches) value=partner choices=partners none=move || say!(i18n, form.choose)/>
                }.into_any(),
            }}
            <FormFailure form/>
            <div class="actions">
                <SubmitButton busy=form.busy()>{tr!(i18n, progress.countersign)}</SubmitButton>
                <Button kind=ButtonKind::Plain on_press=move |()| open.set(false)>{tr!(i18n, form.cancel)}</Button>
            </div>
        </form>
    }
}

/// Records a measure of the line that is shown.
#[component]
pub fn RecordForm() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let line: LineHere = expect_context();
    let form = Form::new(i18n);
    let text = || RwSignal::new(String::new());
    let (percent, source, note) = (text(), text(), text());
    let measured_on = RwSignal::new(date_text(here.today()));
    let submit = move || {
        let Some(line) = line.0.get_untracked() else { return };
        let new = NewProgress {
            measured_on: texts::date(&measured_on.get_untracked()),
            percent: texts::percent(&percent.get_untracked(), decimals(i18n.get_locale_untracked())),
            source: source.get_untracked(),
            note: texts::optional(&note.get_untracked()),
        };
        form.send(api::record_progress(line, new), move |_| {
            for field in [percent, source, note] {
                field.set(String::new());
            }
            acts.done(i18n, toasts, None);
        });
    };
    view! {
        <form class="card stack" id="record" on:submit=on_submit(submit) novalidate>
            <div class="fields">
                <DateField form pointer="/measured_on" label=move || say!(i18n, progress.measured_on) value=measured_on required=true/>
                <TextField form pointer="/percent" label=move || say!(i18n, progress.percent_field) value=percent figures=true required=true/>
                <TextField form pointer="/source" label=move || say!(i18n, progress.source) hint=move || say!(i18n, progress.source_hint) value=source required=true wide=true/>
                <TextArea form pointer="/note" label=move || say!(i18n, movement.note) hint=move || say!(i18n, movement.note_hint) value=note/>
            </div>
            <FormFailure form/>
            <div class="actions"><SubmitButton kind=ButtonKind::Plain busy=form.busy()>{tr!(i18n, progress.record)}</SubmitButton></div>
        </form>
    }
}
