//! The rules that the plan is held against: each with what it found, and the forms that change them.

mod rule_form;
mod targets;

pub use rule_form::EditRules;
pub use targets::EditTargets;

use leptos::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::budgets::cofinancing::Outcome;
use parvis_wire::budgets::Plan;

use super::desk::{BudgetHead, DeskHere};
use super::rule_list::RuleList;
use crate::api::plans;
use crate::components::{Alert, Empty, FailureAlert, Fetched, Loaded, Skeleton, Tone};
use crate::i18n::{say, tr, words};
use crate::lazy::{Folded, area};
use crate::pages::programme::frame::Here;

/// Where the plan and its evaluation are read from, for the forms that change rules.
#[derive(Clone, Copy)]
pub struct RulesHere {
    from: Fetched<Option<Plan>>,
    desk: DeskHere,
}

impl RulesHere {
    /// The one of the page around.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Reads everything again.
    pub fn reload(self) {
        self.from.refetch();
        self.desk.from.refetch();
    }
}

/// The page.
#[component]
pub fn RulesPage() -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let desk = DeskHere::new();
    provide_context(desk);
    let budget = Memo::new(move |_| desk.there().then(|| desk.with(|desk| desk.budget.id)));
    let from: Fetched<Option<Plan>> = Fetched::new(move || {
        // The sentences come in the language that is read.
        i18n.get_locale();
        let budget = budget.get();
        async move {
            match budget {
                Some(budget) => plans::get_plan(budget, None).await.map(Some),
                None => Ok(None),
            }
        }
    });
    provide_context(RulesHere { from, desk });
    let none = move || desk.shown.with(|shown| matches!(shown, Some(None)));
    let leads = move || here.may(Operation::UpdateProgramme);
    let may_aim = move || here.may(Operation::UpdateBudget) && desk.there();
    view! {
        <BudgetHead desk/>
        {move || desk.failure().map(|failure| view! { <FailureAlert failure retry=move |()| desk.from.refetch()/> })}
        <Show when=none><Empty title=move || say!(i18n, budget.none) text=move || say!(i18n, budget.none_text)/></Show>
        <Show when=move || !none()>
            <Loaded from draw=move |plan| match plan {
                Some(plan) => view! { <Found plan/> }.into_any(),
                None => view! { <Skeleton/> }.into_any(),
            }/>
        </Show>
        <div class="stack section no-print">
            <Show when=leads><Folded summary=move || say!(i18n, rules.edit) area=area::edit_rules/></Show>
            <Show when=may_aim><Folded summary=move || say!(i18n, rules.edit_targets) area=area::edit_targets/></Show>
        </div>
    }
}

#[component]
fn Found(plan: Plan) -> impl IntoView {
    let i18n = words();
    let open = plan
        .rules
        .iter()
        .filter(|rule| rule.outcome != Outcome::Met && !rule.advisory)
        .count();
    let rules = Signal::stored(plan.rules);
    let summary = match (rules.with_untracked(Vec::is_empty), open) {
        (true, _) => None,
        (false, 0) => Some(view! { <Alert tone=Tone::Ok title=move || say!(i18n, rules.all_met)/> }.into_any()),
        (false, _) => Some(
            view! {
                <Alert tone=Tone::Bad title=move || say!(i18n, rules.open, n = open)><p>{tr!(i18n, rules.open_text)}</p></Alert>
            }
            .into_any(),
        ),
    };
    view! {
        <section class="stack section-tight" aria-labelledby="h-rules">
            <h2 id="h-rules">{tr!(i18n, rules.heading)}</h2>
            {summary}
            <RuleList rules before=Signal::stored(None)/>
        </section>
    }
}
