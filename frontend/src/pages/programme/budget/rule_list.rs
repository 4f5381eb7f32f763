//! What holding a plan against its rules gave, each in a sentence.

use leptos::prelude::*;
use parvis_domain::budgets::cofinancing::{CofinancingKind, Outcome};
use parvis_wire::budgets::PlanEvaluation;

use super::edit::category_title;
use crate::components::{Badge, Empty, Glyph, Tone};
use crate::i18n::{I18n, plain, say, words};

/// The list. With `before` it says of each rule whether that is another outcome than before.
#[component]
pub fn RuleList(
    #[prop(into)] rules: Signal<Vec<PlanEvaluation>>,
    #[prop(into)] before: Signal<Option<Vec<PlanEvaluation>>>,
) -> impl IntoView {
    let i18n = words();
    let item = move |rule: PlanEvaluation| {
        let was = before.with(|all| {
            all.as_ref()
                .and_then(|all| all.iter().find(|one| same(one, &rule)).map(|one| one.outcome))
        });
        let turned = was.filter(|was| *was != rule.outcome);
        let title = title(i18n, &rule);
        let advisory = rule
            .advisory
            .then(|| view! { <span class="muted">" · " {say!(i18n, rules.advisory)}</span> });
        let turned = turned.map(|was| {
            let was = outcome_name(i18n, was);
            view! { <p class="strong">{say!(i18n, rules.was, outcome = was)}</p> }
        });
        view! {
            <li>
                <div class="row"><OutcomeBadge outcome=rule.outcome advisory=rule.advisory/><span class="strong">{title}</span>{advisory}</div>
                <p>{rule.explanation}</p>
                {turned}
            </li>
        }
    };
    move || {
        i18n.get_locale();
        let all = rules.get();
        match all.is_empty() {
            true => view! { <Empty title=move || say!(i18n, rules.none) text=move || say!(i18n, rules.none_text)/> }
                .into_any(),
            false => view! { <ul class="card plain-list rule-list">{all.into_iter().map(item).collect_view()}</ul> }
                .into_any(),
        }
    }
}

/// Whether two evaluations are of the same rule and about the same.
fn same(one: &PlanEvaluation, other: &PlanEvaluation) -> bool {
    (&one.rule, one.funder_id, one.line_id, &one.category)
        == (&other.rule, other.funder_id, other.line_id, &other.category)
}

/// What a rule is called. Those that follow from the targets of the budget have no name of their own.
fn title(i18n: I18n, rule: &PlanEvaluation) -> String {
    let own = plain(i18n, &rule.title);
    match (&rule.category, own.is_empty()) {
        (_, false) => own,
        (Some(category), true) => {
            let what = match rule.kind {
                CofinancingKind::CategoryTarget => say!(i18n, rules.target),
                _ => say!(i18n, rules.ceiling),
            };
            format!("{what} · {}", category_title(i18n, category))
        }
        (None, true) => rule.rule.clone(),
    }
}

/// The name of an outcome.
pub fn outcome_name(i18n: I18n, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => say!(i18n, rules.met),
        Outcome::NotMet => say!(i18n, rules.not_met),
        Outcome::Undetermined => say!(i18n, rules.undetermined),
    }
}

/// An outcome as a badge: what only advises never alarms.
#[component]
pub fn OutcomeBadge(outcome: Outcome, advisory: bool) -> impl IntoView {
    let i18n = words();
    let (tone, glyph) = match outcome {
        Outcome::Met => (Tone::Ok, Glyph::Check),
        Outcome::NotMet if advisory => (Tone::Warn, Glyph::Clock),
        Outcome::NotMet => (Tone::Bad, Glyph::Cross),
        Outcome::Undetermined => (Tone::Warn, Glyph::Alert),
    };
    view! { <Badge tone glyph text=move || outcome_name(i18n, outcome)/> }
}
