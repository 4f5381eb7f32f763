//! What the public page and the overview both show: the path of steps, the money, the partners, the facts.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::join_all;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parvis_domain::participation::StepStatus;
use parvis_wire::budgets::{Balance, Balances, Budget, BudgetLine};
use parvis_wire::participation::ParticipationStep;
use parvis_wire::partners::PartnerRole;
use parvis_wire::programmes::Programme;
use uuid::Uuid;

use crate::api::{Answer, budgets, partners};
use crate::components::{Empty, TableBox};
use crate::format::{formats, today};
use crate::i18n::{I18n, partner_kind, partner_role, plain, say, tr, words};
use crate::ledger::group;
use crate::pages::money::{MoneyTable, NameOf};
use crate::pages::parts::{Localised, StepBadge};
use crate::pages::who_funds::WhoFunds;

/// The steps of a programme as a path of slabs.
#[component]
pub fn Slabs(
    steps: Vec<ParticipationStep>,
    /// Whether a slab leads to the page of its step.
    linked: bool,
) -> impl IntoView {
    let i18n = words();
    let format = formats();
    if steps.is_empty() {
        return view! { <Empty title=move || say!(i18n, steps.none)/> }.into_any();
    }
    let path = use_location().pathname;
    let slab = move |step: ParticipationStep| {
        let class = match step.status {
            StepStatus::Closed => "done",
            StepStatus::Open => "now",
            StepStatus::Planned => "next",
            StepStatus::Cancelled | StepStatus::Annulled => "off",
        };
        let when = format.period(
            step.opened_on.unwrap_or(step.starts_on),
            step.closed_on.or(step.ends_on).or(Some(step.starts_on)),
        );
        let outcome = step
            .outcome
            .map(|outcome| outcome.summary)
            .filter(|summary| !summary.is_empty());
        let said = outcome.map(|summary| view! { <span class="source"><Localised text=summary max=110/></span> });
        let title = match linked {
            true => {
                let base = path.get_untracked();
                let programme = base.split('/').nth(2).unwrap_or_default().to_owned();
                let href = format!("/programmes/{programme}/participation/{}", step.id);
                view! { <a class="what" href=href><Localised text=step.title/></a> }.into_any()
            }
            false => view! { <span class="what"><Localised text=step.title/></span> }.into_any(),
        };
        view! {
            <li class=class>
                <span class="when">{when}</span>
                {title}
                {said}
                <StepBadge status=step.status/>
            </li>
        }
    };
    view! { <ol class="slabs">{steps.into_iter().map(slab).collect_view()}</ol> }.into_any()
}

/// The budgets of a programme with their lines and balances, and the names of their funders.
#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    /// One per budget.
    pub budgets: Vec<(Budget, Vec<BudgetLine>, Balances)>,
    /// Names of partners.
    pub names: HashMap<Uuid, String>,
}

/// Reads the budgets of a programme with all that belongs to them.
pub async fn read_money(programme: Uuid) -> Answer<Money> {
    let (list, names) = futures::join!(budgets::list_budgets(programme), partner_names(programme));
    let each = list?.items.into_iter().map(|budget| async move {
        let (lines, balances) = futures::join!(
            budgets::list_budget_lines(budget.id),
            budgets::get_balances(budget.id, "")
        );
        Ok((budget, lines?, balances?))
    });
    let budgets = join_all(each).await.into_iter().collect::<Answer<Vec<_>>>()?;
    Ok(Money { budgets, names: names? })
}

/// The names of the partners of a programme, by their id; the short one where there is one.
pub async fn partner_names(programme: Uuid) -> Answer<HashMap<Uuid, String>> {
    let roles = partners::list_partner_roles(programme).await?;
    let named = |role: PartnerRole| (role.partner.id, role.partner.acronym.unwrap_or(role.partner.name));
    Ok(roles.items.into_iter().map(named).collect())
}

/// What a line is called: its own title, else its category.
pub fn line_name(i18n: I18n, line: &BudgetLine, programme: &Programme) -> String {
    match &line.title {
        Some(title) => plain(i18n, title),
        None => {
            let category = programme
                .categories
                .iter()
                .find(|category| category.code == line.category);
            category.map_or_else(|| line.category.clone(), |category| plain(i18n, &category.title))
        }
    }
}

/// Where the money of a programme goes, by funder, and by line on demand.
#[component]
pub fn MoneySection(money: Money, programme: Programme) -> impl IntoView {
    let i18n = words();
    let format = formats();
    if money.budgets.iter().all(|(_, lines, _)| lines.is_empty()) {
        return view! { <Empty title=move || say!(i18n, money.none) text=move || say!(i18n, money.none_text)/> }
            .into_any();
    }
    let names = money.names;
    let by_funder: NameOf = Arc::new(move |id| names.get(&id).cloned().unwrap_or_else(|| "–".to_owned()));
    let several = money.budgets.len() > 1;
    let table = move |(budget, lines, balances): (Budget, Vec<BudgetLine>, Balances)| {
        let titles: HashMap<Uuid, String> = lines
            .iter()
            .map(|line| (line.id, line_name(i18n, line, &programme)))
            .collect();
        let by_line: NameOf = Arc::new(move |id| titles.get(&id).cloned().unwrap_or_default());
        let of = |key: fn(&Balance) -> Uuid| group(&balances.items, key);
        view! {
            {several.then(|| view! { <h3 class="section-head"><Localised text=budget.title.clone()/></h3> })}
            <MoneyTable
                groups=of(|balance| balance.funder_id)
                first=move || say!(i18n, money.funder)
                caption=move || say!(i18n, money.by_funder)
                name=by_funder.clone()
            >
                {move || say!(i18n, money.source, day = format.day(today()))}
            </MoneyTable>
            <details class="disclosure gap-top">
                <summary>{tr!(i18n, money.see_by_line)}</summary>
                <MoneyTable
                    groups=of(|balance| balance.line_id)
                    first=move || say!(i18n, money.line)
                    caption=move || say!(i18n, money.by_line)
                    name=by_line.clone()
                />
            </details>
            <details class="disclosure gap-top">
                <summary>{tr!(i18n, balances.who_funds)}</summary>
                <WhoFunds balances=balances.items.clone() line=by_line funder=by_funder.clone()/>
            </details>
        }
    };
    money.budgets.into_iter().map(table).collect_view().into_any()
}

/// A partner with all its roles.
type Held = (PartnerRole, Vec<PartnerRole>);

/// The partners of a programme and what they do in it.
#[component]
pub fn PartnersTable(
    roles: Vec<PartnerRole>,
    /// Beside each role, for those who may end it.
    #[prop(optional, into)]
    end: Option<Callback<PartnerRole>>,
) -> impl IntoView {
    let i18n = words();
    if roles.is_empty() {
        return view! { <Empty title=move || say!(i18n, partners.none) text=move || say!(i18n, partners.none_text)/> }
            .into_any();
    }
    let mut held: Vec<Held> = Vec::new();
    for role in roles.into_iter().filter(|role| role.ended_at.is_none()) {
        match held.iter_mut().find(|(first, _)| first.partner.id == role.partner.id) {
            Some((_, all)) => all.push(role),
            None => held.push((role.clone(), vec![role])),
        }
    }
    let row = move |(first, roles): Held| {
        let roles = roles.into_iter().map(move |role| {
            let (kind, name) = (role.role, role.partner.name.clone());
            let button = end.map(|end| {
                let label = move || format!("{}: {name}, {}", say!(i18n, form.remove), partner_role(i18n, kind));
                view! {
                    <button type="button" class="btn quiet small" aria-label=label on:click=move |_| end.run(role.clone())>
                        {tr!(i18n, form.remove)}
                    </button>
                }
            });
            view! { <span class="row"><span>{move || partner_role(i18n, kind)}</span>{button}</span> }
        });
        let (name, acronym, kind) = (first.partner.name, first.partner.acronym, first.partner.kind);
        view! {
            <tr>
                <th scope="row">{name}{acronym.map(|short| view! { <span class="muted">" (" {short} ")"</span> })}</th>
                <td data-label=move || say!(i18n, partners.kind)>{move || partner_kind(i18n, kind)}</td>
                <td data-label=move || say!(i18n, partners.roles)><div>{roles.collect_view()}</div></td>
            </tr>
        }
    };
    view! {
        <div class="card flush">
            <TableBox label=move || say!(i18n, partners.title)>
                <table class="table stacks">
                    <caption class="sr-only">{tr!(i18n, partners.title)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tr!(i18n, partners.name)}</th>
                            <th scope="col">{tr!(i18n, partners.kind)}</th>
                            <th scope="col">{tr!(i18n, partners.roles)}</th>
                        </tr>
                    </thead>
                    <tbody>{held.into_iter().map(row).collect_view()}</tbody>
                </table>
            </TableBox>
        </div>
    }
    .into_any()
}

/// Places, axes and rules of a programme in words.
#[component]
pub fn Facts(programme: Programme) -> impl IntoView {
    let i18n = words();
    let format = formats();
    let list = |texts: Vec<String>| texts.join(" · ");
    let places = list(
        programme
            .places
            .iter()
            .map(|place| format!("{} ({})", plain(i18n, &place.name), place.code))
            .collect(),
    );
    let axes = list(programme.axes.iter().map(|axis| plain(i18n, &axis.title)).collect());
    let template = plain(i18n, &programme.template.title);
    view! {
        <dl class="facts">
            <div><dt>{tr!(i18n, programme.code)}</dt><dd>{programme.code}</dd></div>
            <div><dt>{tr!(i18n, programme.template)}</dt><dd>{template}</dd></div>
            <div><dt>{tr!(i18n, programme.period)}</dt><dd>{format.period(programme.starts_on, programme.ends_on)}</dd></div>
            {(!places.is_empty()).then(|| view! { <div><dt>{tr!(i18n, programme.places)}</dt><dd>{places}</dd></div> })}
            {(!axes.is_empty()).then(|| view! { <div><dt>{tr!(i18n, programme.axes)}</dt><dd>{axes}</dd></div> })}
        </dl>
    }
}

/// The rules of a programme, for whoever wants to know why something was refused.
#[component]
pub fn Rules(programme: Programme) -> impl IntoView {
    let i18n = words();
    (!programme.rules.is_empty()).then(|| {
        let rules = programme
            .rules
            .into_iter()
            .map(|rule| view! { <li><Localised text=rule.text/></li> });
        view! {
            <section class="section" aria-labelledby="h-rules">
                <h2 id="h-rules">{tr!(i18n, programme.rules)}</h2>
                <ul class="plain-list read">{rules.collect_view()}</ul>
            </section>
        }
    })
}
