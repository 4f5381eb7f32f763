use proptest::prelude::*;
use uuid::Uuid;

use super::*;

pub(crate) fn eur() -> Currency {
    Currency::parse("", "EUR").unwrap()
}

pub(crate) fn line(n: u128, category: &str, cost: Option<i64>) -> PlanLine {
    PlanLine {
        id: LineId(Uuid::from_u128(n)),
        title: None,
        category: category.to_owned(),
        axis: None,
        year: 2026,
        cost: cost.map(|minor| Money::new(minor, eur())),
        kind: GrantKind::Cash,
    }
}

pub(crate) fn grant(n: u128, funder: u128, kind: GrantKind, currency: &str) -> PlanGrant {
    PlanGrant {
        id: GrantId(Uuid::from_u128(n)),
        funder: PartnerId(Uuid::from_u128(funder)),
        kind,
        currency: Currency::parse("", currency).unwrap(),
        reference: None,
        withdrawn_on: None,
    }
}

pub(crate) fn plan(lines: Vec<PlanLine>, grants: Vec<PlanGrant>, cells: &[(u128, u128, i64)]) -> Plan {
    let cell = |(line, grant, planned): &(u128, u128, i64)| {
        let key = (LineId(Uuid::from_u128(*line)), GrantId(Uuid::from_u128(*grant)));
        let cell = Cell {
            planned: *planned,
            granted: *planned,
        };
        (key, cell)
    };
    Plan {
        currency: eur(),
        lines,
        grants,
        funders: Vec::new(),
        cells: cells.iter().map(cell).collect(),
    }
}

/// Rule 12: cost 1,000 in cash, products 900 in cash and 100 of valued volunteers: 100 are short.
#[test]
fn valued_volunteers_do_not_pay_a_cost_in_cash() {
    let plan = plan(
        vec![line(1, "works", Some(100_000))],
        vec![
            grant(1, 1, GrantKind::Cash, "EUR"),
            grant(2, 2, GrantKind::InKind, "EUR"),
        ],
        &[(1, 1, 90_000), (1, 2, 10_000)],
    );
    let totals = plan.totals();
    assert_eq!(totals.all[&(eur(), GrantKind::Cash)].gap(), 10_000);
    assert_eq!(totals.all[&(eur(), GrantKind::InKind)].gap(), 0);
}

#[test]
fn another_currency_stands_beside_the_cost() {
    let usd = Currency::parse("", "USD").unwrap();
    let plan = plan(
        vec![line(1, "works", Some(100_000))],
        vec![grant(1, 1, GrantKind::Cash, "EUR"), grant(2, 2, GrantKind::Cash, "USD")],
        &[(1, 1, 40_000), (1, 2, 50_000)],
    );
    let totals = plan.totals();
    assert_eq!(totals.all[&(eur(), GrantKind::Cash)].gap(), 60_000);
    assert_eq!(totals.all[&(usd, GrantKind::Cash)].gap(), -50_000);
}

#[test]
fn what_has_no_cost_costs_what_is_brought() {
    let plan = plan(
        vec![line(1, "works", None)],
        vec![grant(1, 1, GrantKind::Cash, "EUR")],
        &[(1, 1, 40_000)],
    );
    let sum = plan.totals().all[&(eur(), GrantKind::Cash)];
    assert_eq!((sum.cost, sum.gap()), (40_000, 0));
}

#[test]
fn a_comparison_names_each_cell_once() {
    let make = |cells: &[(u128, u128, i64)], cost| {
        plan(
            vec![line(1, "works", cost)],
            vec![grant(1, 1, GrantKind::Cash, "EUR")],
            cells,
        )
    };
    let (cells, costs) = compare(
        &make(&[(1, 1, 5), (2, 1, 7)], None),
        &make(&[(1, 1, 5), (3, 1, 9)], Some(9)),
    );
    assert_eq!(cells.len(), 2);
    assert!(cells[0].after.is_none() && cells[1].before.is_none());
    assert_eq!(costs.len(), 1);
}

#[test]
fn an_assumption_may_be_wrong_in_many_places() {
    let base = plan(
        vec![line(1, "works", None)],
        vec![grant(1, 1, GrantKind::Cash, "EUR")],
        &[],
    );
    let usd = Money::new(1, Currency::parse("", "USD").unwrap());
    let edit = |line: u128, grant: u128, money| CellEdit {
        line: LineId(Uuid::from_u128(line)),
        grant: GrantId(Uuid::from_u128(grant)),
        planned: Some(money),
        granted: None,
    };
    let hypothesis = Hypothesis {
        cells: vec![edit(9, 1, usd), edit(1, 9, usd)],
        ..Hypothesis::default()
    };
    let faults = base.clone().assuming(hypothesis).unwrap_err();
    let at: Vec<_> = faults.0.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(
        at,
        ["/cells/0/line_id", "/cells/0/planned/currency", "/cells/1/grant_id"]
    );
    let hypothesis = Hypothesis {
        lines: vec![line(2, "works", Some(300))],
        grants: vec![grant(2, 2, GrantKind::Cash, "USD")],
        cells: vec![edit(2, 2, usd)],
        ..Hypothesis::default()
    };
    let assumed = base.assuming(hypothesis).unwrap();
    assert_eq!(
        (assumed.lines.len(), assumed.grants.len(), assumed.cells.len()),
        (2, 2, 1)
    );
}

#[test]
fn what_is_bound_stays_when_a_funder_withdraws() {
    let cell = Cell {
        planned: 100,
        granted: 60,
    };
    assert_eq!(
        withdrawn(cell, 40, 0),
        Cell {
            planned: 40,
            granted: 40
        }
    );
    assert_eq!(
        withdrawn(cell, 80, 0),
        Cell {
            planned: 80,
            granted: 60
        }
    );
    assert_eq!(withdrawn(cell, 0, 20), Cell::default());
    // 65 of 60 is bound, since a quarter may shift; it was shifted and stays.
    let shifted = |minor| Cell {
        planned: minor,
        granted: minor,
    };
    assert_eq!(withdrawn(shifted(60), 65, 15), shifted(65));
    assert_eq!(withdrawn(shifted(40), 35, 10), shifted(35));
}

proptest! {
    /// However lines, grants and cells lie: lines, years and categories add up to the whole, and so do the funders.
    #[test]
    fn every_view_adds_up_to_the_whole(
        lines in prop::collection::vec((prop::option::of(0_i64..1000), 0_usize..3, 2024_i32..2027), 1..6),
        grants in prop::collection::vec((0_u128..3, any::<bool>(), any::<bool>()), 1..5),
        cells in prop::collection::vec((0_u128..6, 0_u128..5, 0_i64..1000), 0..20),
    ) {
        let categories = ["works", "staff", "travel"];
        let lines: Vec<_> = lines.iter().zip(0_u128..).map(|((cost, category, year), n)| PlanLine {
            year: *year,
            ..line(n, categories[*category], *cost)
        }).collect();
        let grants: Vec<_> = grants.iter().zip(0_u128..).map(|((funder, kind, currency), n)| {
            let kind = if *kind { GrantKind::Cash } else { GrantKind::InKind };
            grant(n, *funder, kind, if *currency { "EUR" } else { "KHR" })
        }).collect();
        let cells: Vec<_> = cells
            .into_iter()
            .filter(|(l, g, _)| (*l as usize) < lines.len() && (*g as usize) < grants.len())
            .collect();
        let totals = plan(lines, grants, &cells).totals();
        let sum = |tables: &mut dyn Iterator<Item = &Table>| {
            let mut all = Table::new();
            tables.for_each(|table| merge(&mut all, table));
            all
        };
        prop_assert_eq!(&sum(&mut totals.lines.values()), &totals.all);
        prop_assert_eq!(&sum(&mut totals.years.values()), &totals.all);
        prop_assert_eq!(&sum(&mut totals.categories.values()), &totals.all);
        for (key, figures) in sum(&mut totals.funders.values()) {
            prop_assert_eq!(figures.planned, totals.all[&key].planned);
            prop_assert_eq!(figures.granted, totals.all[&key].granted);
        }
    }
}

#[test]
fn a_line_that_is_renamed_new_or_gone_is_told() {
    let before = plan(vec![line(1, "works", None), line(2, "works", None)], Vec::new(), &[]);
    let after = plan(vec![line(1, "staff", None), line(3, "works", None)], Vec::new(), &[]);
    let told: Vec<_> = compare_lines(&before, &after)
        .into_iter()
        .map(|change| (change.line, change.before.is_some(), change.after.is_some()))
        .collect();
    let id = |n| LineId(Uuid::from_u128(n));
    assert_eq!(told, [(id(1), true, true), (id(3), false, true), (id(2), true, false)]);
    assert!(compare_lines(&after, &after).is_empty());
}
