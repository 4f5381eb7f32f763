//! The fields of a new line, wherever one is added to the plan.

use chrono::Datelike;
use leptos::prelude::*;
use parvis_wire::budgets::{NewBudgetLine, NewLineGrant};

use super::desk::DeskHere;
use crate::components::{Choice, Form, SelectField, TextField};
use crate::forms::texts;
use crate::i18n::{I18n, decimals, plain, say, tag, words};
use crate::pages::programme::frame::Here;

/// What is typed of a line.
#[derive(Clone, Copy)]
pub struct LineDraft {
    desk: DeskHere,
    title: RwSignal<String>,
    category: RwSignal<String>,
    axis: RwSignal<String>,
    year: RwSignal<String>,
    cost: RwSignal<String>,
}

impl LineDraft {
    /// An empty one: in the first category of the programme, and in a year, by default the first of the budget.
    pub fn new(desk: DeskHere, here: Here, year: Option<i32>) -> Self {
        let text = || RwSignal::new(String::new());
        let category = here.with(|programme| programme.categories.first().map(|one| one.code.clone()));
        let year = year.unwrap_or_else(|| desk.with(|desk| desk.budget.starts_on.year()));
        Self {
            desk,
            title: text(),
            category: RwSignal::new(category.unwrap_or_default()),
            axis: text(),
            year: RwSignal::new(year.to_string()),
            cost: text(),
        }
    }

    /// The currency of the budget, in which the cost is.
    pub fn currency(self) -> String {
        self.desk.with(|desk| desk.budget.currency.clone())
    }

    /// The request for the line with these grants.
    pub fn request(self, i18n: I18n, grants: Vec<NewLineGrant>) -> NewBudgetLine {
        let locale = i18n.get_locale_untracked();
        NewBudgetLine {
            category: self.category.get_untracked(),
            year: self.year.get_untracked().trim().parse().unwrap_or_default(),
            axis: texts::optional(&self.axis.get_untracked()),
            title: texts::localised(tag(locale), &self.title.get_untracked()),
            cost: texts::optional_money(&self.cost.get_untracked(), decimals(locale), &self.currency()),
            grants,
        }
    }

    /// Makes room for the next line of the same category and year.
    pub fn clear(self) {
        self.title.set(String::new());
        self.cost.set(String::new());
    }
}

/// The fields.
#[component]
pub fn LineFields(form: Form, draft: LineDraft) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let categories = Signal::derive(move || {
        here.with(|programme| {
            let all = programme.categories.iter();
            all.map(|one| Choice::new(&one.code, plain(i18n, &one.title))).collect()
        })
    });
    let axes = Signal::derive(move || {
        here.with(|programme| {
            let all = programme.axes.iter();
            all.map(|one| Choice::new(&one.code, plain(i18n, &one.title))).collect()
        })
    });
    view! {
        <div class="fields">
            <TextField form pointer="/title" label=move || say!(i18n, budget.line_title) value=draft.title wide=true/>
            <SelectField form pointer="/category" label=move || say!(i18n, budget.category) value=draft.category choices=categories/>
            <SelectField form pointer="/axis" label=move || say!(i18n, budget.axis) value=draft.axis choices=axes none=move || say!(i18n, form.none)/>
            <TextField form pointer="/year" label=move || say!(i18n, budget.year) value=draft.year figures=true required=true/>
            <TextField form pointer="/cost" label=move || format!("{} ({})", say!(i18n, budget.cost), draft.currency()) value=draft.cost figures=true/>
        </div>
    }
}
