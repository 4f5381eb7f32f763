//! What the budget's pages stand on: one budget with its lines, balances and the names of its funders.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::hooks::{use_navigate, use_query_map};
use parvis_domain::accounts::Operation;
use parvis_wire::budgets::{Balance, Balances, Budget, BudgetLine};
use parvis_wire::programmes::Programme;
use uuid::Uuid;

use crate::api::{Answer, Failure, budgets, query};
use crate::components::{
    Choice, DateField, Empty, FailureAlert, Fetched, Form, PageHead, SelectField, Skeleton, TabLink, Tabs, on_submit,
};
use crate::format::{formats, today};
use crate::forms::read;
use crate::i18n::{I18n, plain, say, tr, words};
use crate::pages::programme::frame::Here;
use crate::pages::programme::sections::{line_name, partner_names};

/// One budget and all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    /// The budgets of the programme.
    pub budgets: Vec<Budget>,
    /// The one at hand.
    pub budget: Budget,
    /// Its lines, with the plan as of the day that is asked for.
    pub lines: Vec<BudgetLine>,
    /// Its balances as of that day.
    pub balances: Balances,
    /// Names of partners.
    pub names: HashMap<Uuid, String>,
}

impl Desk {
    /// Reads the budget that is asked for, else the one of today; nothing where the programme has none.
    async fn read(programme: Uuid, wanted: Option<Uuid>, as_of: String) -> Answer<Option<Self>> {
        let (budgets, names) = futures::join!(budgets::list_budgets(programme), partner_names(programme));
        let mut budgets = budgets?.items;
        budgets.sort_by_key(|budget| budget.starts_on);
        let now = today();
        let current = |budget: &&Budget| budget.starts_on <= now && budget.ends_on.is_none_or(|end| now <= end);
        let by_day = budgets.iter().rfind(current).or(budgets.last());
        let chosen = budgets
            .iter()
            .find(|budget| Some(budget.id) == wanted)
            .or(by_day)
            .cloned();
        let Some(budget) = chosen else {
            return if wanted.is_some() && !budgets.is_empty() {
                Err(Failure::not_found())
            } else {
                Ok(None)
            };
        };
        let (lines, balances) = futures::join!(
            budgets::list_budget_lines(budget.id),
            budgets::get_balances(budget.id, &as_of)
        );
        let mut desk = Self {
            budgets,
            budget,
            lines: lines?,
            balances: balances?,
            names: names?,
        };
        desk.plan_as_of_the_day();
        Ok(Some(desk))
    }

    /// Lines say the plan of today; the balances say it as of the day.
    fn plan_as_of_the_day(&mut self) {
        for line in &mut self.lines {
            for grant in &mut line.grants {
                let same = |row: &&Balance| row.line_id == line.id && row.grant_id == grant.grant_id;
                if let Some(row) = self.balances.items.iter().find(same) {
                    grant.planned = row.planned.clone();
                    grant.granted = row.granted.clone();
                }
            }
        }
    }

    /// The balance of a share.
    pub fn balance(&self, line: Uuid, grant: Uuid) -> Option<&Balance> {
        self.balances
            .items
            .iter()
            .find(|row| row.line_id == line && row.grant_id == grant)
    }

    /// What a funder is called.
    pub fn funder(&self, id: Uuid) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| "–".to_owned())
    }

    /// What a line is called, with its year.
    pub fn line(&self, i18n: I18n, id: Uuid, programme: &Programme) -> String {
        self.lines
            .iter()
            .find(|line| line.id == id)
            .map(|line| format!("{} ({})", line_name(i18n, line, programme), line.year))
            .unwrap_or_default()
    }
}

/// The budget of the address, kept on show while it is read again.
#[derive(Clone, Copy)]
pub struct DeskHere {
    /// The budget as it was read last; the inner nothing is a programme without a budget.
    pub shown: RwSignal<Option<Option<Desk>>>,
    /// Where it is read from.
    pub from: Fetched<Option<Desk>>,
}

impl DeskHere {
    /// The one of the page around.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Reads the budget and the day of the address.
    pub fn new() -> Self {
        let here = Here::of_page();
        let asked = use_query_map();
        let wanted = Memo::new(move |_| {
            let asked = asked.read();
            let budget = asked.get("budget").and_then(|id| id.parse::<Uuid>().ok());
            (here.id(), budget, asked.get("as_of").unwrap_or_default())
        });
        let from: Fetched<Option<Desk>> = Fetched::new(move || {
            let (programme, budget, as_of) = wanted.get();
            Desk::read(programme, budget, as_of)
        });
        let shown = RwSignal::new(None);
        Effect::new(move |_| {
            if let Some(Ok(desk)) = from.get() {
                shown.set(Some(desk));
            }
        });
        Self { shown, from }
    }

    /// Why it could not be read, if it could not.
    pub fn failure(self) -> Option<Failure> {
        self.from.get().and_then(Result::err)
    }

    /// Reads something of the budget.
    pub fn with<T: Default>(self, read: impl FnOnce(&Desk) -> T) -> T {
        self.shown
            .with(|shown| shown.as_ref().and_then(Option::as_ref).map(read).unwrap_or_default())
    }

    /// Whether there is a budget.
    pub fn there(self) -> bool {
        self.shown.with(|shown| matches!(shown, Some(Some(_))))
    }
}

/// The head of the budget's pages: title, day, which budget, and the views.
#[component]
pub fn BudgetHead(
    desk: DeskHere,
    /// Whether the figures of another day can be asked for.
    #[prop(optional)]
    with_day: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let format = formats();
    let title = move || match desk.there() {
        true => desk.with(|desk| plain(i18n, &desk.budget.title)),
        false => say!(i18n, nav.budget).to_owned(),
    };
    let lead = move || {
        desk.with(|desk| {
            let budget = &desk.budget;
            format!(
                "{} · {}",
                format.period(budget.starts_on, budget.ends_on),
                budget.currency
            )
        })
    };
    let base = format!("/programmes/{}/budget", here.id());
    let tab = |part: &str, text: TextProp| TabLink {
        text,
        href: format!("{base}{part}"),
    };
    let (years, reconciles) = (
        here.may(Operation::ListBudgetYears),
        here.may(Operation::ListReconciliations),
    );
    let all = [
        (true, tab("", (move || say!(i18n, budget.plan)).into())),
        (true, tab("/movements", (move || say!(i18n, budget.ledger)).into())),
        (true, tab("/balances", (move || say!(i18n, balances.title)).into())),
        (true, tab("/conditions", (move || say!(i18n, conditions.tab)).into())),
        (years, tab("/years", (move || say!(i18n, years.title)).into())),
        (
            reconciles,
            tab("/reconciliation", (move || say!(i18n, recon.title)).into()),
        ),
        (true, tab("/report", (move || say!(i18n, budget.report)).into())),
        (true, tab("/versions", (move || say!(i18n, versions.title)).into())),
        (true, tab("/rules", (move || say!(i18n, rules.title)).into())),
        (true, tab("/rates", (move || say!(i18n, rates.title)).into())),
    ];
    let tabs: Vec<_> = all
        .into_iter()
        .filter(|(shown, _)| *shown)
        .map(|(_, tab)| tab)
        .collect();
    view! {
        <PageHead title lead>
            <Show when=move || desk.there()><AsOf desk with_day/></Show>
            {children.map(|children| children())}
        </PageHead>
        <Tabs label=move || say!(i18n, budget.views) tabs/>
    }
}

/// The body of a budget's page below its head: why the budget could not be read, that it is on its way, that there is
/// none, or what the page shows of it.
#[component]
pub fn BudgetBody(
    desk: DeskHere,
    /// What stands there in a programme without a budget, beside saying so.
    #[prop(optional, into)]
    none: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let i18n = words();
    let children = StoredValue::new(children);
    let none = StoredValue::new(none);
    let nothing = move || {
        view! {
            <Empty title=move || say!(i18n, budget.none) text=move || say!(i18n, budget.none_text)/>
            {none.with_value(ViewFn::run)}
        }
    };
    view! {
        {move || desk.failure().map(|failure| view! { <FailureAlert failure retry=move |()| desk.from.refetch()/> })}
        <Show when=move || desk.shown.with(Option::is_some) fallback=move || desk.failure().is_none().then(|| view! { <Skeleton/> })>
            <Show when=move || desk.there() fallback=nothing>{children.with_value(|children| children())}</Show>
        </Show>
    }
}

/// The day whose figures are shown, and the budget where there are several. Both stand in the address.
#[component]
fn AsOf(desk: DeskHere, with_day: bool) -> impl IntoView {
    let i18n = words();
    let form = Form::new(i18n);
    let asked = use_query_map();
    let navigate = use_navigate();
    let path = leptos_router::hooks::use_location().pathname;
    let day = RwSignal::new(String::new());
    let budget = RwSignal::new(String::new());
    Effect::new(move |_| {
        let as_of = asked.read().get("as_of").unwrap_or_default();
        day.set(read::date(&as_of).map(read::date_text).unwrap_or_default());
    });
    Effect::new(move |_| budget.set(desk.with(|desk| desk.budget.id.to_string())));
    let go = move || {
        let as_of = crate::forms::texts::optional_date(&day.get_untracked()).unwrap_or_default();
        let checked =
            parvis_domain::period::optional_date("/as_of", Some(as_of.as_str()).filter(|text| !text.is_empty()));
        if form.passes(checked.map_err(Into::into)).is_none() {
            return;
        }
        let href = query(
            &path.get_untracked(),
            &[("budget", &budget.get_untracked()), ("as_of", &as_of)],
        );
        navigate(&href, Default::default());
    };
    let several = move || desk.with(|desk| desk.budgets.len() > 1);
    let choices = Signal::derive(move || {
        desk.with(|desk| {
            desk.budgets
                .iter()
                .map(|one| Choice::new(one.id, plain(i18n, &one.title)))
                .collect()
        })
    });
    view! {
        <form class="row asof" on:submit=on_submit(go) aria-label=move || say!(i18n, budget.as_of_form)>
            <Show when=several>
                <SelectField form pointer="" label=move || say!(i18n, nav.budget) value=budget choices/>
            </Show>
            {with_day.then(|| view! { <DateField form pointer="/as_of" label=move || say!(i18n, budget.as_of) value=day hint=false/> })}
            <Show when=move || with_day || several()>
                <button type="submit" class="btn">{tr!(i18n, budget.show)}</button>
            </Show>
        </form>
    }
}
