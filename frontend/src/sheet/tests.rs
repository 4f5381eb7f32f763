use serde_json::json;

use super::*;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn eur(amount: &str) -> serde_json::Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// Two lines of two years; two grants in euros, one in riels, one in kind.
fn plan(first: &str, cost: Option<&str>) -> Plan {
    let cell = |grant: u128, kind: &str, planned: serde_json::Value| {
        json!({
            "grant_id": id(grant), "funder_id": id(70 + grant), "kind": kind, "planned": planned, "granted": planned
        })
    };
    let grant = |n: u128, kind: &str, currency: &str| {
        json!({
            "grant_id": id(n), "funder_id": id(70 + n), "kind": kind, "currency": currency, "reference": null, "withdrawn_on": null
        })
    };
    let line = |n: u128, category: &str, year: i32, cost: serde_json::Value, cells: serde_json::Value| {
        json!({
            "line_id": id(n), "title": null, "category": category, "axis": null, "year": year, "cost": cost, "cells": cells, "sums": []
        })
    };
    let riels = json!({"amount": "4100.00", "currency": "KHR"});
    serde_json::from_value(json!({
        "budget_id": id(1), "version_number": null, "year": null, "currency": "EUR", "years": [2026, 2027],
        "lines": [
            line(12, "works", 2027, json!(null), json!([cell(3, "in_kind", eur("50.00"))])),
            line(11, "works", 2026, cost.map_or(json!(null), eur), json!([
                cell(1, "cash", eur(first)), cell(2, "cash", eur("30.00")), cell(4, "cash", riels)
            ])),
        ],
        "grants": [grant(4, "cash", "KHR"), grant(1, "cash", "EUR"), grant(3, "in_kind", "EUR"), grant(2, "cash", "EUR")],
        "funders": [], "totals": {"all": [], "funders": [], "years": [], "categories": [], "converted": null},
        "rules": [], "submission_number": null, "rates": [], "version": 7
    }))
    .unwrap()
}

#[test]
fn columns_stand_apart_by_kind_and_currency_and_rows_by_year() {
    let layout = layout(&plan("40.00", Some("100.00")), |_| GrantKind::Cash);
    let blocks: Vec<_> = layout
        .blocks
        .iter()
        .map(|block| (block.kind, block.currency.code(), block.grants.clone(), block.with_cost))
        .collect();
    assert_eq!(
        blocks,
        [
            (GrantKind::Cash, "EUR", vec![id(1), id(2)], true),
            (GrantKind::Cash, "KHR", vec![id(4)], false),
            (GrantKind::InKind, "EUR", vec![id(3)], false),
        ]
    );
    let years: Vec<_> = layout.years.iter().map(|year| (year.year, year.rows[0].line)).collect();
    assert_eq!(years, [(2026, id(11)), (2027, id(12))]);
}

#[test]
fn only_a_demand_can_leave_a_gap_and_currencies_are_never_added() {
    let layout = layout(&plan("40.00", Some("100.00")), |_| GrantKind::Cash);
    let row = &layout.years[0].rows[0];
    let [euros, riels, kind] = [&layout.blocks[0], &layout.blocks[1], &layout.blocks[2]];
    assert_eq!(charges(row, Some(10_000), euros, 7_000), 10_000);
    assert_eq!(charges(row, Some(10_000), riels, 410_000), 0);
    assert_eq!(charges(row, Some(10_000), kind, 5_000), 5_000);
    assert_eq!(charges(row, None, euros, 7_000), 7_000);
    assert!(costs_in(row, euros) && !costs_in(row, riels) && !costs_in(row, kind));
}

#[test]
fn what_was_typed_outlives_what_others_changed() {
    let [read, theirs, mine] = [4_000, 4_500, 5_000].map(Value::Amount);
    assert_eq!(kept(read, theirs, read), theirs);
    assert_eq!(kept(read, theirs, mine), mine);
    let at = At::Cost { line: id(11) };
    assert!(overtaken(at, read, theirs, mine).is_some());
    assert!(overtaken(at, read, theirs, theirs).is_none() && overtaken(at, read, read, mine).is_none());
    assert!(overtaken(at, read, theirs, read).is_none());
}

#[test]
fn a_block_of_a_spreadsheet_is_read_cell_by_cell() {
    assert_eq!(pasted("1 000,00"), None);
    assert_eq!(pasted("1\t2\r\n3\t\r\n"), Some(vec![vec!["1", "2"], vec!["3", ""]]));
}

#[test]
fn versions_are_compared_amount_by_amount() {
    let (before, after) = (plan("40.00", Some("100.00")), plan("55.00", None));
    let all = compare(&before, &after);
    assert_eq!(all.iter().filter(|line| line.differs()).count(), 1);
    let changed = all.iter().find(|line| line.differs()).unwrap();
    let told: Vec<_> = changed
        .figures
        .iter()
        .filter(|figure| figure.mark() != Mark::Same)
        .map(|figure| (figure.what, figure.mark(), figure.change()))
        .collect();
    assert_eq!(
        told,
        [
            (What::Cost, Mark::Gone, -10_000),
            (What::Share(id(1)), Mark::Changed, 1_500)
        ]
    );
    let mut without = after.clone();
    without.lines.clear();
    assert_eq!(compare(&after, &without)[0].after, None);
}
