//! From the store's view of a plan to the wire's.

use std::collections::BTreeMap;

use parvis_domain::accounts::View;
use parvis_domain::budgets::GrantKind;
use parvis_domain::budgets::cofinancing::{Bound, Evaluation, Language, Limit, Subject, sentence};
use parvis_domain::budgets::plan::{self as domain, Figures, Table, Totals};
use parvis_domain::ids::BudgetId;
use parvis_domain::{Currency, Money};
use parvis_store::budgets::{self as store, FrozenRate, PlanState};
use parvis_wire::budgets as wire;

/// A plan, of one year where one is asked for.
pub(in crate::budgets) fn plan(
    budget: BudgetId,
    state: &PlanState,
    year: Option<i32>,
    language: Language,
) -> wire::Plan {
    let shown = match year {
        Some(year) => state.plan.of_year(year),
        None => state.plan.clone(),
    };
    let totals = shown.totals();
    let mut years: Vec<i32> = state.plan.lines.iter().map(|line| line.year).collect();
    years.sort_unstable();
    years.dedup();
    wire::Plan {
        budget_id: budget.into(),
        version_number: state.version,
        year,
        currency: shown.currency.code().to_owned(),
        years,
        lines: shown
            .lines
            .iter()
            .map(|line| plan_line(&shown, line, &totals))
            .collect(),
        grants: shown.grants.iter().map(grant).collect(),
        funders: shown.funders.iter().map(funder).collect(),
        totals: plan_totals(state, &shown, &totals),
        rules: state
            .evaluate()
            .iter()
            .map(|found| evaluation(state, found, language))
            .collect(),
        submission_number: state.submission.as_ref().map(|submission| submission.number),
        rates: state.rates.iter().map(rate).collect(),
        version: state.plan_version,
    }
}

fn plan_line(plan: &domain::Plan, line: &domain::PlanLine, totals: &Totals) -> wire::PlanLine {
    let cells = plan.cells.iter().filter(|((of, _), _)| *of == line.id);
    let cell = |(key, cell): (&domain::CellKey, &domain::Cell)| {
        let grant = plan.grant(key.1)?;
        Some(wire::PlanCell {
            grant_id: grant.id.into(),
            funder_id: grant.funder.into(),
            kind: grant.kind,
            planned: Money::new(cell.planned, grant.currency).into(),
            granted: Money::new(cell.granted, grant.currency).into(),
        })
    };
    wire::PlanLine {
        line_id: line.id.into(),
        title: line.title.clone(),
        category: line.category.clone(),
        axis: line.axis.clone(),
        year: line.year,
        cost: line.cost.map(Into::into),
        cells: cells.filter_map(cell).collect(),
        sums: totals.lines.get(&line.id).map(sums).unwrap_or_default(),
    }
}

fn grant(grant: &domain::PlanGrant) -> wire::PlanGrant {
    wire::PlanGrant {
        grant_id: grant.id.into(),
        funder_id: grant.funder.into(),
        kind: grant.kind,
        currency: grant.currency.code().to_owned(),
        reference: grant.reference.clone(),
        withdrawn_on: grant.withdrawn_on,
    }
}

fn funder(funder: &domain::Funder) -> wire::PlanFunder {
    wire::PlanFunder {
        funder_id: funder.id.into(),
        name: funder.name.clone(),
        kind: funder.kind,
    }
}

fn plan_totals(state: &PlanState, plan: &domain::Plan, totals: &Totals) -> wire::PlanTotals {
    let funder = |(funder, table): (_, &Table)| wire::FunderSums {
        funder_id: uuid::Uuid::from(funder),
        sums: table.iter().map(funder_sum).collect(),
    };
    let year = |(year, table): (&i32, &Table)| wire::YearSums {
        year: *year,
        sums: sums(table),
    };
    let mut codes: Vec<&str> = totals.categories.keys().map(String::as_str).collect();
    codes.extend(state.targets.iter().map(|target| target.category.as_str()));
    codes.sort_unstable();
    codes.dedup();
    let category = |code: &str| wire::CategorySums {
        category: code.to_owned(),
        title: state
            .categories
            .iter()
            .find(|category| category.code == code)
            .map(|c| c.title.clone()),
        target: state.targets.iter().find(|target| target.category == code).cloned(),
        sums: totals.categories.get(code).map(sums).unwrap_or_default(),
    };
    wire::PlanTotals {
        all: sums(&totals.all),
        funders: totals.funders.iter().map(|(id, table)| funder((*id, table))).collect(),
        years: totals.years.iter().map(year).collect(),
        categories: codes.into_iter().map(category).collect(),
        converted: converted(state, plan.currency, &totals.all),
    }
}

/// Everything in the reporting currency, cash and kind apart; none where a rate is missing.
fn converted(state: &PlanState, to: Currency, table: &Table) -> Option<Vec<wire::PlanSum>> {
    let rates = state.conversion();
    let mut all: BTreeMap<(Currency, GrantKind), Figures> = BTreeMap::new();
    for ((currency, kind), figures) in table {
        let convert = |minor| rates.convert(Money::new(minor, *currency), to).ok();
        let sum = all.entry((to, *kind)).or_default();
        sum.cost += convert(figures.cost)?.minor;
        sum.planned += convert(figures.planned)?.minor;
        sum.granted += convert(figures.granted)?.minor;
    }
    Some(sums(&all))
}

fn sums(table: &Table) -> Vec<wire::PlanSum> {
    let sum = |((currency, kind), figures): (&(Currency, GrantKind), &Figures)| {
        let money = |minor| Money::new(minor, *currency).into();
        wire::PlanSum {
            currency: currency.code().to_owned(),
            kind: *kind,
            cost: money(figures.cost),
            planned: money(figures.planned),
            granted: money(figures.granted),
            gap: money(figures.gap()),
        }
    };
    table.iter().map(sum).collect()
}

fn funder_sum(((currency, kind), figures): (&(Currency, GrantKind), &Figures)) -> wire::FunderSum {
    wire::FunderSum {
        currency: currency.code().to_owned(),
        kind: *kind,
        planned: Money::new(figures.planned, *currency).into(),
        granted: Money::new(figures.granted, *currency).into(),
    }
}

/// An evaluation in a sentence.
pub(in crate::budgets) fn explain(state: &PlanState, evaluation: &Evaluation, language: Language) -> String {
    let name = |code: &str| {
        let category = state.categories.iter().find(|category| category.code == code);
        let best = category.and_then(|category| category.title.best(&[language.as_str()]));
        best.map_or_else(|| code.to_owned(), |(_, title)| title.to_owned())
    };
    sentence(evaluation, language, &name)
}

fn evaluation(state: &PlanState, found: &Evaluation, language: Language) -> wire::PlanEvaluation {
    let (least, most) = match found.limit {
        Some(Limit::AtLeast(bound)) => (Some(figure(bound)), None),
        Some(Limit::AtMost(bound)) => (None, Some(figure(bound))),
        None => (None, None),
    };
    let (mut funder_id, mut line_id, mut category) = (None, None, None);
    match &found.subject {
        Some(Subject::Funder(id, _)) => funder_id = Some((*id).into()),
        Some(Subject::Line(id, _)) => line_id = Some((*id).into()),
        Some(Subject::Category(code)) => category = Some(code.clone()),
        Some(Subject::Kinds(_)) | None => {}
    }
    wire::PlanEvaluation {
        rule: found.code.clone(),
        title: found.title.clone(),
        kind: found.kind,
        outcome: found.outcome,
        advisory: found.advisory,
        funder_id,
        line_id,
        category,
        actual: found.actual.map(|actual| wire::Figure {
            percent: found.percent.map(|percent| percent.to_string()),
            amount: Some(actual.into()),
        }),
        whole: found.whole.map(Into::into),
        at_least: least,
        at_most: most,
        difference: found.difference.map(Into::into),
        missing_rate: found
            .missing_rate
            .map(|(from, to)| vec![from.code().to_owned(), to.code().to_owned()]),
        explanation: explain(state, found, language),
    }
}

fn figure(bound: Bound) -> wire::Figure {
    match bound {
        Bound::Share(share) => wire::Figure {
            percent: Some(share.to_string()),
            amount: None,
        },
        Bound::Amount(amount) => wire::Figure {
            percent: None,
            amount: Some(amount.into()),
        },
    }
}

fn rate(rate: &FrozenRate) -> wire::PlanRate {
    wire::PlanRate {
        rate_id: rate.id.into(),
        from: rate.from.code().to_owned(),
        to: rate.to.code().to_owned(),
        rate: rate.rate().map(|rate| rate.decimal()).unwrap_or_default(),
        valid_on: rate.valid_on,
        source: rate.source.clone(),
    }
}

/// A version; the public sees neither reason nor role.
pub(in crate::budgets) fn version(version: store::PlanVersion, view: View) -> wire::PlanVersion {
    let member = view == View::Member;
    wire::PlanVersion {
        id: version.id.into(),
        number: version.number,
        kind: version.kind,
        reason: version.reason.filter(|_| member),
        booked_on: version.booked_on,
        role: version.role.filter(|_| member),
        rates: version.rates.iter().map(rate).collect(),
        recorded_at: version.recorded_at,
    }
}

/// What changed between two states of a plan.
pub(in crate::budgets) fn comparison(
    (from, to): (i32, Option<i32>),
    before: &domain::Plan,
    after: &domain::Plan,
) -> wire::PlanComparison {
    let (cells, costs) = domain::compare(before, after);
    let cell = |change: domain::CellChange| {
        let grant = after.grant(change.grant).or_else(|| before.grant(change.grant))?;
        let money = |minor| Money::new(minor, grant.currency).into();
        Some(wire::CellChange {
            line_id: change.line.into(),
            grant_id: change.grant.into(),
            funder_id: grant.funder.into(),
            planned_before: change.before.map(|cell| money(cell.planned)),
            planned_after: change.after.map(|cell| money(cell.planned)),
            granted_before: change.before.map(|cell| money(cell.granted)),
            granted_after: change.after.map(|cell| money(cell.granted)),
        })
    };
    let cost = |change: domain::CostChange| wire::CostChange {
        line_id: change.line.into(),
        before: change.before.map(Into::into),
        after: change.after.map(Into::into),
    };
    let words = |words: domain::LineWords| wire::LineWords {
        title: words.title,
        category: words.category,
        axis: words.axis,
        year: words.year,
    };
    let lines = domain::compare_lines(before, after).into_iter();
    let line = |change: domain::LineChange| wire::LineChange {
        line_id: change.line.into(),
        before: change.before.map(words),
        after: change.after.map(words),
    };
    wire::PlanComparison {
        from,
        to,
        cells: cells.into_iter().filter_map(cell).collect(),
        costs: costs.into_iter().map(cost).collect(),
        lines: lines.map(line).collect(),
    }
}
