//! Adding a tranche or changing one, with its conditions.

use leptos::prelude::*;
use parvis_domain::budgets::tranches::{CONDITIONS_MAX, ConditionKind};
use parvis_wire::Patch;
use parvis_wire::budgets::{Condition, NewTranche, Tranche, TranchePatch};

use super::acts::{Acts, Asked};
use super::grant_forms::Actions;
use super::words::condition_kind;
use crate::api::conditions as api;
use crate::components::{
    Button, ButtonKind, CheckField, Choice, DateField, Form, FormFailure, SelectField, TextField, Toasts, on_submit,
};
use crate::forms::read::{self, Decimals, date_text};
use crate::forms::texts;
use crate::i18n::{decimals, plain, say, tag, tr, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// Where faults of a condition point, by its place in the list.
const POINTERS: [&str; CONDITIONS_MAX] = [
    "/conditions/0",
    "/conditions/1",
    "/conditions/2",
    "/conditions/3",
    "/conditions/4",
    "/conditions/5",
    "/conditions/6",
    "/conditions/7",
    "/conditions/8",
    "/conditions/9",
    "/conditions/10",
    "/conditions/11",
    "/conditions/12",
    "/conditions/13",
    "/conditions/14",
    "/conditions/15",
    "/conditions/16",
    "/conditions/17",
    "/conditions/18",
    "/conditions/19",
];

/// The fields of a condition.
#[derive(Clone, Copy)]
struct Row {
    kind: RwSignal<String>,
    at_least: RwSignal<String>,
    line: RwSignal<String>,
    report: RwSignal<String>,
    partner: RwSignal<String>,
}

impl Row {
    fn new(condition: Option<&Condition>, decimals: Decimals) -> Self {
        let kind = condition.map_or(ConditionKind::Progress, |condition| condition.kind);
        let id = |id: Option<uuid::Uuid>| RwSignal::new(id.map(|id| id.to_string()).unwrap_or_default());
        let at_least = condition.and_then(|condition| condition.at_least.as_deref());
        Self {
            kind: RwSignal::new(kind.to_string()),
            at_least: RwSignal::new(
                at_least
                    .map(|text| read::amount_text(text, decimals))
                    .unwrap_or_default(),
            ),
            line: id(condition.and_then(|condition| condition.line_id)),
            report: id(condition.and_then(|condition| condition.report_id)),
            partner: id(condition.and_then(|condition| condition.partner_id)),
        }
    }

    fn kind(self) -> ConditionKind {
        ConditionKind::parse(&self.kind.get()).unwrap_or(ConditionKind::Progress)
    }

    fn request(self, decimals: Decimals) -> Condition {
        let kind = ConditionKind::parse(&self.kind.get_untracked()).unwrap_or(ConditionKind::Progress);
        let line_id = self.line.get_untracked().parse().ok();
        let at_least = texts::optional(&self.at_least.get_untracked());
        Condition {
            kind,
            at_least: at_least
                .filter(|_| kind == ConditionKind::Progress)
                .map(|text| texts::percent(&text, decimals)),
            line_id: if kind == ConditionKind::ReportAccepted {
                None
            } else {
                line_id
            },
            report_id: (kind == ConditionKind::ReportAccepted)
                .then(|| self.report.get_untracked().parse().ok())
                .flatten(),
            partner_id: (kind == ConditionKind::Countersigned)
                .then(|| self.partner.get_untracked().parse().ok())
                .flatten(),
        }
    }
}

/// The fields of a tranche.
#[derive(Clone, Copy)]
struct Fields {
    title: RwSignal<String>,
    amount: RwSignal<String>,
    position: RwSignal<String>,
    due_on: RwSignal<String>,
    is_final: RwSignal<bool>,
    rows: RwSignal<Vec<Row>>,
}

impl Fields {
    fn new(tranche: Option<&Tranche>, title: String, decimals: Decimals) -> Self {
        let rows = tranche.map(|tranche| {
            let rows = tranche.conditions.iter();
            rows.map(|state| Row::new(Some(&state.condition), decimals)).collect()
        });
        let amount = tranche.map(|tranche| read::amount_text(&tranche.amount.amount, decimals));
        Self {
            title: RwSignal::new(title),
            amount: RwSignal::new(amount.unwrap_or_default()),
            position: RwSignal::new(tranche.map(|tranche| tranche.position.to_string()).unwrap_or_default()),
            due_on: RwSignal::new(
                tranche
                    .and_then(|tranche| tranche.due_on)
                    .map(date_text)
                    .unwrap_or_default(),
            ),
            is_final: RwSignal::new(tranche.is_some_and(|tranche| tranche.is_final)),
            rows: RwSignal::new(rows.unwrap_or_default()),
        }
    }

    fn conditions(self, decimals: Decimals) -> Vec<Condition> {
        let rows = self.rows.get_untracked();
        rows.into_iter().map(|row| row.request(decimals)).collect()
    }

    fn new_tranche(self, language: &str, decimals: Decimals, currency: &str) -> NewTranche {
        NewTranche {
            amount: texts::money(&self.amount.get_untracked(), decimals, currency),
            title: texts::localised(language, &self.title.get_untracked()),
            position: None,
            due_on: texts::optional_date(&self.due_on.get_untracked()),
            is_final: self.is_final.get_untracked(),
            conditions: self.conditions(decimals),
        }
    }

    fn patch(self, before: &Tranche, language: &str, decimals: Decimals) -> TranchePatch {
        let title = before.title.clone().unwrap_or_default();
        let title = texts::in_languages(&title, &[(language, self.title.get_untracked())]);
        let position = self.position.get_untracked().trim().parse().unwrap_or(before.position);
        let due_on = before.due_on.map(|day| day.to_string());
        TranchePatch {
            amount: Patch::Value(texts::money(
                &self.amount.get_untracked(),
                decimals,
                &before.amount.currency,
            )),
            position: Patch::Value(position),
            is_final: Patch::Value(self.is_final.get_untracked()),
            conditions: Patch::Value(self.conditions(decimals)),
            title: texts::patch(before.title.clone(), (!title.is_empty()).then_some(title)),
            due_on: texts::patch(due_on, texts::optional_date(&self.due_on.get_untracked())),
        }
    }
}

/// The form.
#[component]
pub(super) fn TrancheForm(asked: Asked) -> impl IntoView {
    let i18n = words();
    let acts = Acts::of_page();
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let locale = i18n.get_locale_untracked();
    let before = asked.tranche.clone();
    let editing = before.is_some();
    let own_title = |tranche: &Tranche| Some(tranche.title.as_ref()?.texts().get(tag(locale))?.clone());
    let title = before.as_ref().and_then(own_title).unwrap_or_default();
    let fields = Fields::new(before.as_ref(), title, decimals(locale));
    let currency = asked.grant.currency.clone();
    let code = currency.clone();
    let grant = asked.grant.id;
    let submit = move || {
        let (language, decimals) = (tag(locale), decimals(locale));
        let call = match before.clone() {
            Some(before) => {
                let patch = fields.patch(&before, language, decimals);
                let call: Pin = Box::pin(api::update_tranche(before.id, before.version, patch));
                call
            }
            None => Box::pin(api::create_tranche(
                grant,
                fields.new_tranche(language, decimals, &currency),
            )),
        };
        form.send(call, move |made| acts.done(i18n, toasts, Some(made.id)));
    };
    let asked = StoredValue::new(asked);
    let rows = move || {
        let rows = fields.rows.get().into_iter().zip(POINTERS).enumerate();
        rows.map(|(i, (row, pointer))| view! { <RowFields form row pointer number=i + 1 rows=fields.rows asked/> })
            .collect_view()
    };
    let full = move || fields.rows.with(|rows| rows.len() >= CONDITIONS_MAX);
    let add = move |()| fields.rows.update(|rows| rows.push(Row::new(None, decimals(locale))));
    view! {
        <form class="stack" on:submit=on_submit(submit) novalidate>
            <div class="fields">
                <TextField form pointer="/title" label=move || say!(i18n, conditions.name) value=fields.title wide=true/>
                <TextField form pointer="/amount" label=move || format!("{} ({code})", say!(i18n, money.amount)) value=fields.amount figures=true required=true/>
                <DateField form pointer="/due_on" label=move || say!(i18n, conditions.expected) value=fields.due_on/>
                {editing.then(|| view! { <TextField form pointer="/position" label=move || say!(i18n, conditions.position) value=fields.position figures=true/> })}
            </div>
            <CheckField label=move || say!(i18n, conditions.final_field) value=fields.is_final/>
            <h3>{tr!(i18n, conditions.conditions)}</h3>
            {rows}
            <Show when=move || !full()>
                <div><Button kind=ButtonKind::Quiet small=true on_press=add>{tr!(i18n, conditions.add_condition)}</Button></div>
            </Show>
            <FormFailure form/>
            <Actions form>{tr!(i18n, form.save)}</Actions>
        </form>
    }
}

type Pin = std::pin::Pin<Box<dyn Future<Output = crate::api::Answer<Tranche>>>>;

#[component]
fn RowFields(
    form: Form,
    row: Row,
    pointer: &'static str,
    number: usize,
    rows: RwSignal<Vec<Row>>,
    asked: StoredValue<Asked>,
) -> impl IntoView {
    let i18n = words();
    let kinds = Signal::derive(move || {
        let all = ConditionKind::ALL.iter();
        all.map(|kind| Choice::new(kind, condition_kind(i18n, *kind)))
            .collect::<Vec<_>>()
    });
    let remove = move |()| {
        rows.update(|rows| {
            rows.remove(number.saturating_sub(1));
        });
    };
    view! {
        <fieldset class="condition">
            <legend>{move || say!(i18n, conditions.condition_number, number = number)}</legend>
            <div class="fields">
                <SelectField form pointer="" label=move || say!(i18n, conditions.asks) value=row.kind choices=kinds/>
                {move || asks(form, row, pointer, asked)}
            </div>
            <Button kind=ButtonKind::Quiet small=true on_press=remove>{tr!(i18n, form.remove)}</Button>
        </fieldset>
    }
}

/// The fields that follow from the kind of a condition.
fn asks(form: Form, row: Row, pointer: &'static str, asked: StoredValue<Asked>) -> AnyView {
    let i18n = words();
    let here = Here::of_page();
    let desk = DeskHere::of_page();
    let line = move || {
        let lines = Signal::derive(move || {
            let Some(programme) = here.get() else { return Vec::new() };
            let shares = asked.with_value(|asked| asked.grant.shares.clone());
            let choice = |id: uuid::Uuid| Choice::new(id, desk.with(|desk| desk.line(i18n, id, &programme)));
            shares.into_iter().map(|share| choice(share.line_id)).collect()
        });
        view! { <SelectField form pointer="" label=move || say!(i18n, money.line) value=row.line choices=lines none=move || say!(i18n, conditions.every_line)/> }
    };
    match row.kind() {
        ConditionKind::Progress => view! {
            <TextField form pointer label=move || say!(i18n, conditions.at_least) value=row.at_least figures=true required=true/>
            {line()}
        }
        .into_any(),
        ConditionKind::ReportAccepted => {
            let reports = Signal::derive(move || {
                asked.with_value(|asked| {
                    let all = asked.reports.iter();
                    all.map(|report| Choice::new(report.id, plain(i18n, &report.title)))
                        .collect()
                })
            });
            view! { <SelectField form pointer label=move || say!(i18n, conditions.report) value=row.report choices=reports none=move || say!(i18n, form.choose)/> }.into_any()
        }
        ConditionKind::Countersigned => {
            let partners = Signal::derive(move || partners(desk));
            view! {
                <SelectField form pointer label=move || say!(i18n, conditions.partner) value=row.partner choices=partners none=move || say!(i18n, form.choose)/>
                {line()}
            }
            .into_any()
        }
    }
}

/// The partners of the programme, by name.
pub(super) fn partners(desk: DeskHere) -> Vec<Choice> {
    let mut names: Vec<_> = desk.with(|desk| desk.names.iter().map(|(id, name)| (name.clone(), *id)).collect());
    names.sort();
    names.into_iter().map(|(name, id)| Choice::new(id, name)).collect()
}
