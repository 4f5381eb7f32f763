//! Balances: the sums of the ledger as of a day, as they were known at an instant, by what is asked, converted where that
//! is asked, each figure with the way to its entries. All that is asked stands in the address.

mod behind;
mod conversion;
mod course;
mod partners;
mod question;
mod table;

use std::collections::HashMap;

use futures::future::join_all;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parvis_domain::budgets::PaymentMode;
use parvis_domain::budgets::balances::RollUp;
use parvis_wire::budgets::{BalanceSeries, Balances, BudgetLine, ExchangeDifference};
use uuid::Uuid;

use self::behind::Opened;
use self::conversion::{Conversion, Differences};
use self::course::Course;
use self::partners::PartnersTable;
use self::question::QuestionForm;
use self::table::SectionTable;
use super::desk::{BudgetBody, BudgetHead, DeskHere};
use crate::api::balances::{self, Extent, Question};
use crate::api::{Answer, budgets, movements, query};
use crate::components::{Empty, FailureAlert, Fetched, Skeleton};
use crate::figures::{converted, sections};
use crate::i18n::{I18n, plain, say, tr, words};
use crate::pages::programme::frame::Here;
use crate::pages::programme::sections::line_name;
use crate::pages::who_funds::WhoFunds;

/// What is asked in the address.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    /// The budget at hand.
    budget: Uuid,
    /// Whether all budgets of the programme are asked for.
    whole: bool,
    question: Question,
}

impl Asked {
    fn extent(&self, programme: Uuid) -> Extent {
        if self.whole {
            Extent::Programme(programme)
        } else {
            Extent::Budget(self.budget)
        }
    }

    /// The address of the same page, with what is opened in it.
    fn href(&self, path: &str, opened: Option<&Opened>) -> String {
        let budget = self.budget.to_string();
        let mut parameters = vec![
            ("budget", budget.as_str()),
            ("scope", if self.whole { "programme" } else { "" }),
            ("by", self.question.by.as_str()),
            ("as_of", &self.question.as_of),
            ("known_at", &self.question.known_at),
            ("in", &self.question.into),
        ];
        if let Some(opened) = opened {
            parameters.extend([
                ("of", opened.section.as_str()),
                ("row", opened.row.as_deref().unwrap_or_default()),
                ("figure", opened.figure.word()),
            ]);
        }
        query(path, &parameters)
    }
}

/// All that the page shows.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    asked: Asked,
    balances: Balances,
    /// The lines of the extent, by their id.
    lines: HashMap<Uuid, BudgetLine>,
    /// The grants that the funder pays directly.
    direct: Vec<Uuid>,
    series: BalanceSeries,
    differences: Vec<ExchangeDifference>,
    /// Currencies in which funders want their reports.
    reporting: Vec<String>,
}

/// What the parts of the page have in common.
#[derive(Clone, Copy)]
struct Page {
    desk: DeskHere,
    here: Here,
    asked: Memo<Asked>,
    opened: Memo<Option<Opened>>,
    shown: RwSignal<Option<Shown>>,
}

impl Page {
    /// The one of the page around.
    fn here() -> Self {
        expect_context()
    }

    /// What a row is called.
    fn row_name(self, i18n: I18n, by: RollUp, key: Option<&str>) -> String {
        let Some(key) = key else {
            return match by {
                RollUp::Programme => say!(i18n, balances.all).to_owned(),
                RollUp::Partner => say!(i18n, balances.unnamed).to_owned(),
                _ => say!(i18n, balances.without).to_owned(),
            };
        };
        let id = || key.parse::<Uuid>().unwrap_or_default();
        let coded = |found: Option<String>| found.unwrap_or_else(|| key.to_owned());
        match by {
            RollUp::Line => self.line_name(i18n, id()),
            RollUp::Funder | RollUp::Partner => self.desk.with(|desk| desk.funder(id())),
            RollUp::Category => coded(self.here.with(|programme| {
                let found = programme.categories.iter().find(|one| one.code == key);
                found.map(|one| plain(i18n, &one.title))
            })),
            RollUp::Axis => coded(self.here.with(|programme| {
                let found = programme.axes.iter().find(|one| one.code == key);
                found.map(|one| plain(i18n, &one.title))
            })),
            RollUp::Budget => coded(self.desk.with(|desk| {
                let found = desk.budgets.iter().find(|one| one.id == id());
                found.map(|one| plain(i18n, &one.title))
            })),
            RollUp::Programme => self.here.title(i18n),
            RollUp::Year => key.to_owned(),
        }
    }

    /// What a line is called, with its year.
    fn line_name(self, i18n: I18n, id: Uuid) -> String {
        self.shown.with(|shown| {
            let line = shown.as_ref().and_then(|shown| shown.lines.get(&id));
            let programme = self.here.get();
            line.zip(programme)
                .map(|(line, programme)| format!("{} ({})", line_name(i18n, line, &programme), line.year))
                .unwrap_or_default()
        })
    }
}

/// The page.
#[component]
pub fn BalancesPage() -> impl IntoView {
    let desk = DeskHere::new();
    view! {
        <BudgetHead desk/>
        <BudgetBody desk>
            <OfBudget desk/>
        </BudgetBody>
    }
}

#[component]
fn OfBudget(desk: DeskHere) -> impl IntoView {
    let i18n = words();
    let here = Here::of_page();
    let map = use_query_map();
    let budget = Memo::new(move |_| desk.with(|desk| desk.budget.id));
    let asked = Memo::new(move |_| {
        let map = map.read();
        let word = |name| map.get(name).unwrap_or_default();
        Asked {
            budget: budget.get(),
            whole: word("scope") == "programme",
            question: Question {
                as_of: word("as_of"),
                known_at: word("known_at"),
                by: RollUp::parse(&word("by")).unwrap_or(RollUp::Line),
                into: word("in"),
            },
        }
    });
    let opened = Memo::new(move |_| Opened::read(&map.read()));
    let from: Fetched<Shown> = Fetched::new(move || {
        let budgets: Vec<Uuid> = desk.with(|desk| desk.budgets.iter().map(|one| one.id).collect());
        read(here.id(), asked.get(), budgets)
    });
    let page = Page {
        desk,
        here,
        asked,
        opened,
        shown: RwSignal::new(None),
    };
    provide_context(page);
    Effect::new(move |_| {
        if let Some(Ok(shown)) = from.get() {
            page.shown.set(Some(shown));
        }
    });
    let failure = move || from.get().and_then(Result::err);
    view! {
        <QuestionForm/>
        {move || failure().map(|failure| view! { <FailureAlert failure retry=move |()| from.refetch()/> })}
        {move || {
            i18n.get_locale();
            match page.shown.get() {
                Some(shown) => view! { <Answered shown/> }.into_any(),
                None if failure().is_none() => view! { <Skeleton/> }.into_any(),
                None => ().into_any(),
            }
        }}
    }
}

async fn read(programme: Uuid, asked: Asked, all: Vec<Uuid>) -> Answer<Shown> {
    let extent = asked.extent(programme);
    let budgets = if asked.whole { all } else { vec![asked.budget] };
    let lines = join_all(budgets.iter().map(|id| budgets::list_budget_lines(*id)));
    let grants = join_all(budgets.iter().map(|id| movements::list_grants(*id)));
    let differences = join_all(
        budgets
            .iter()
            .map(|id| balances::get_exchange_differences(*id, &asked.question)),
    );
    let (balances, series, lines, grants, differences, policies) = futures::join!(
        balances::ask_balances(extent, &asked.question),
        balances::get_balance_series(extent, &asked.question.as_of),
        lines,
        grants,
        differences,
        movements::list_funder_policies(programme),
    );
    let lines = lines.into_iter().collect::<Answer<Vec<_>>>()?.into_iter().flatten();
    let grants = grants.into_iter().collect::<Answer<Vec<_>>>()?.into_iter();
    let direct = grants
        .flatten()
        .filter(|grant| grant.payment_mode == PaymentMode::Direct);
    let differences = differences.into_iter().collect::<Answer<Vec<_>>>()?.into_iter();
    let mut reporting: Vec<String> = policies?.into_iter().map(|policy| policy.currency).collect();
    reporting.sort();
    reporting.dedup();
    Ok(Shown {
        asked,
        balances: balances?,
        lines: lines.map(|line| (line.id, line)).collect(),
        direct: direct.map(|grant| grant.id).collect(),
        series: series?,
        differences: differences.flat_map(|of| of.items).collect(),
        reporting,
    })
}

/// The answer, from the sums to what stands behind them.
#[component]
fn Answered(shown: Shown) -> impl IntoView {
    let i18n = words();
    let page = Page::here();
    if shown.balances.items.is_empty() && shown.balances.partners.is_empty() {
        return view! { <Empty title=move || say!(i18n, balances.none) text=move || say!(i18n, balances.none_text)/> }
            .into_any();
    }
    let by = shown.asked.question.by;
    let figures = if by == RollUp::Partner {
        view! { <PartnersTable shown=shown.clone()/> }.into_any()
    } else {
        let own = sections(&shown.balances).into_iter().map(|section| (section, false));
        let all = own.chain(converted(&shown.balances).into_iter().map(|section| (section, true)));
        let tables = all.map(|(section, converted)| view! { <SectionTable section converted by/> });
        view! {
            <p class="source no-print">{tr!(i18n, balances.see_behind)}</p>
            {tables.collect_view()}
            <p class="source">{tr!(i18n, balances.bars_note)}</p>
        }
        .into_any()
    };
    let line = move |id| page.line_name(i18n, id);
    let funder = move |id| page.desk.with(|desk| desk.funder(id));
    view! {
        {figures}
        <Conversion shown=shown.clone()/>
        <Differences shown=shown.clone()/>
        <Course shown=shown.clone()/>
        <section class="section-tight stack" aria-labelledby="h-who-funds">
            <h2 id="h-who-funds">{tr!(i18n, balances.who_funds)}</h2>
            <WhoFunds balances=shown.balances.items line=std::sync::Arc::new(line) funder=std::sync::Arc::new(funder)/>
        </section>
    }
    .into_any()
}
