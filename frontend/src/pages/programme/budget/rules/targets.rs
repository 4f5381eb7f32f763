//! What a budget aims at for each category, and what it must not exceed: a share of the whole or an amount.

use leptos::prelude::*;
use parvis_domain::budgets::cofinancing::{CategoryTarget, StatedAmount, check_targets};
use parvis_wire::Patch;
use parvis_wire::budgets::BudgetPatch;

use super::RulesHere;
use super::rule_form::Line;
use crate::api::plans;
use crate::components::{Form, FormFailure, SubmitButton, TableBox, Toasts, on_submit};
use crate::forms::{read, texts};
use crate::i18n::{I18n, decimals, plain, say, tr, words};
use crate::pages::programme::budget::desk::DeskHere;
use crate::pages::programme::frame::Here;

/// A category with what is typed for it: `30 %` is a share, anything else an amount in the currency of the budget.
#[derive(Clone, Copy)]
struct Typed {
    target: RwSignal<String>,
    ceiling: RwSignal<String>,
}

impl Typed {
    fn new(i18n: I18n, target: Option<&CategoryTarget>) -> Self {
        let decimals = decimals(i18n.get_locale_untracked());
        let text = |amount: Option<&StatedAmount>, percent: Option<&String>| {
            let amount = amount.map(|amount| read::amount_text(&amount.amount, decimals));
            RwSignal::new(
                amount
                    .or_else(|| percent.map(|percent| format!("{percent} %")))
                    .unwrap_or_default(),
            )
        };
        Self {
            target: text(
                target.and_then(|one| one.target.as_ref()),
                target.and_then(|one| one.target_percent.as_ref()),
            ),
            ceiling: text(
                target.and_then(|one| one.ceiling.as_ref()),
                target.and_then(|one| one.ceiling_percent.as_ref()),
            ),
        }
    }
}

/// A bound as it is typed: an amount, or a percentage.
fn bound(i18n: I18n, text: &str, currency: &str) -> (Option<StatedAmount>, Option<String>) {
    let text = text.trim();
    if let Some(share) = text.strip_suffix('%') {
        return (None, Some(share.trim().replace(',', ".")));
    }
    let money = texts::optional_money(text, decimals(i18n.get_locale_untracked()), currency);
    let stated = |money: parvis_wire::Money| StatedAmount {
        amount: money.amount,
        currency: money.currency,
    };
    (money.map(stated), None)
}

/// The form: a row for each category of the programme.
#[component]
pub fn EditTargets() -> impl IntoView {
    let i18n = words();
    let (here, desk, rules) = (Here::of_page(), DeskHere::of_page(), RulesHere::of_page());
    let toasts = Toasts::here();
    let form = Form::new(i18n);
    let before = desk.with(|desk| desk.budget.targets.clone());
    let categories = here.with(|programme| programme.categories.clone());
    let typed: Vec<(String, Typed)> = categories
        .iter()
        .map(|category| {
            let own = before.iter().find(|target| target.category == category.code);
            (category.code.clone(), Typed::new(i18n, own))
        })
        .collect();
    // At which place among those that are sent a category stood last.
    let places = RwSignal::new(Vec::<String>::new());
    let all = StoredValue::new(typed.clone());
    let submit = move || {
        let currency = desk.with(|desk| desk.budget.currency.clone());
        let targets: Vec<CategoryTarget> = all.with_value(|all| {
            let rows = all.iter().map(|(category, typed)| {
                let (target, target_percent) = bound(i18n, &typed.target.get_untracked(), &currency);
                let (ceiling, ceiling_percent) = bound(i18n, &typed.ceiling.get_untracked(), &currency);
                CategoryTarget {
                    category: category.clone(),
                    target,
                    target_percent,
                    ceiling,
                    ceiling_percent,
                }
            });
            let said = |one: &CategoryTarget| {
                one.target.is_some()
                    || one.target_percent.is_some()
                    || one.ceiling.is_some()
                    || one.ceiling_percent.is_some()
            };
            rows.filter(said).collect()
        });
        places.set(targets.iter().map(|target| target.category.clone()).collect());
        if form.passes(check_targets("/targets", &targets)).is_none() {
            return;
        }
        let patch = BudgetPatch {
            targets: Patch::Value(targets),
            ..BudgetPatch::default()
        };
        let (budget, version) = desk.with(|desk| (desk.budget.id, desk.budget.version));
        form.send(plans::update_budget(budget, version, patch), move |_| {
            toasts.tell(say!(i18n, state.saved));
            rules.reload();
        });
    };
    let rows = typed.into_iter().zip(categories).map(|((code, typed), category)| {
        let at = move |name: &'static str| {
            let code = code.clone();
            Signal::derive(move || {
                let place = places.with(|places| places.iter().position(|other| *other == code));
                place.map(|place| format!("/targets/{place}/{name}")).unwrap_or_default()
            })
        };
        let (target, ceiling) = (at("target"), at("ceiling"));
        let (target_share, ceiling_share) = (at("target_percent"), at("ceiling_percent"));
        let either = move |one: Signal<String>, other: Signal<String>| {
            Signal::derive(move || match form.fault_at(&other.get()) {
                Some(_) => other.get(),
                None => one.get(),
            })
        };
        let name = plain(i18n, &category.title);
        let (aim, most) = (name.clone(), name.clone());
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td><Line form at=either(target, target_share) label=move || format!("{}, {aim}", say!(i18n, rules.target)) value=typed.target figures=true/></td>
                <td><Line form at=either(ceiling, ceiling_share) label=move || format!("{}, {most}", say!(i18n, rules.ceiling)) value=typed.ceiling figures=true/></td>
            </tr>
        }
    })
    .collect_view();
    view! {
        <form class="card stack targets" on:submit=on_submit(submit) novalidate>
            <p class="muted">{tr!(i18n, rules.targets_text)}</p>
            <TableBox label=move || say!(i18n, rules.edit_targets)>
                <table class="table">
                    <caption class="sr-only">{tr!(i18n, rules.edit_targets)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, budget.category)}</th>
                            <th scope="col">{tr!(i18n, rules.target)}</th>
                            <th scope="col">{tr!(i18n, rules.ceiling)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            <FormFailure form/>
            <div class="actions"><SubmitButton busy=form.busy()>{tr!(i18n, rules.save_targets)}</SubmitButton></div>
        </form>
    }
}
