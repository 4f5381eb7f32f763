//! Sums of balances as pages show them: by funder or by line, and never across currencies or kinds.

pub mod room;
pub mod running;
pub mod statement;

use std::collections::BTreeMap;

use parvis_domain::budgets::GrantKind;
use parvis_domain::{Currency, Money};
use parvis_wire::budgets::{Balance, BudgetLine};
use uuid::Uuid;

use crate::charts::chain::Chain;

/// The amount of the wire as whole minor units; nothing for what is no money, which the API never sends.
#[must_use]
pub fn money(money: &parvis_wire::Money) -> Option<Money> {
    Money::check("", &money.amount, &money.currency).ok()
}

/// The amount of the wire in whole minor units; zero for what is no money.
#[must_use]
pub fn minor(amount: &parvis_wire::Money) -> i64 {
    money(amount).map_or(0, |money| money.minor)
}

/// The sums of several shares in one currency and kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// The chain of money.
    pub chain: Chain,
    /// What the funders decided.
    pub granted: i64,
    /// What can still be bound or contributed.
    pub available: i64,
}

impl Sums {
    /// The sums of one share.
    #[must_use]
    pub fn of(balance: &Balance) -> Self {
        let chain = Chain {
            planned: minor(&balance.planned),
            committed: minor(&balance.committed),
            disbursed: minor(&balance.disbursed),
            spent: minor(&balance.spent),
            justified: minor(&balance.justified),
            contributed: minor(&balance.contributed),
        };
        Self {
            chain,
            granted: minor(&balance.granted),
            available: minor(&balance.available),
        }
    }

    /// With another's of the same currency and kind.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            chain: self.chain.plus(other.chain),
            granted: self.granted.saturating_add(other.granted),
            available: self.available.saturating_add(other.available),
        }
    }
}

/// One currency and kind with its rows and its own total.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The rows, by the id that they were summed by, in the order of the ids' first appearance.
    pub rows: Vec<(Uuid, Sums)>,
    /// The sum of the rows.
    pub total: Sums,
}

/// Sums balances by a key; cash before in kind, currencies by their code.
#[must_use]
pub fn group(balances: &[Balance], key: impl Fn(&Balance) -> Uuid) -> Vec<Group> {
    let mut groups: BTreeMap<(GrantKind, Currency), Group> = BTreeMap::new();
    for balance in balances {
        let Some(planned) = money(&balance.planned) else {
            continue;
        };
        let (kind, currency) = (balance.kind, planned.currency);
        let group = groups.entry((kind, currency)).or_insert_with(|| Group {
            currency,
            kind,
            rows: Vec::new(),
            total: Sums::default(),
        });
        let (id, sums) = (key(balance), Sums::of(balance));
        group.total = group.total.plus(sums);
        match group.rows.iter_mut().find(|(own, _)| *own == id) {
            Some((_, so_far)) => *so_far = so_far.plus(sums),
            None => group.rows.push((id, sums)),
        }
    }
    groups.into_values().collect()
}

/// The state of a funder's share on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The funder has decided the whole.
    Voted,
    /// The funder has decided a part.
    Partly,
    /// Nothing is decided.
    Awaited,
}

/// A cell of the plan: a share of a grant on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The grant.
    pub grant: Uuid,
    /// What is planned.
    pub planned: i64,
    /// Whether the funder has decided it.
    pub decision: Decision,
}

/// A row of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRow {
    /// The line.
    pub line: BudgetLine,
    /// One entry per funder of the table; several grants of one funder stand in one entry.
    pub cells: Vec<Vec<Cell>>,
    /// Sum of the cells.
    pub planned: i64,
    /// What the line costs, where that is said in this currency and met in this kind.
    pub cost: Option<i64>,
}

/// The plan in one currency and kind: lines and funders.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Cash or in kind.
    pub kind: GrantKind,
    /// The funders, in the order of their first line.
    pub funders: Vec<Uuid>,
    /// The rows.
    pub rows: Vec<PlanRow>,
}

/// Lays lines out as plans, one per currency and kind. A line without grants stands in the plan of its cost.
#[must_use]
pub fn plans(lines: &[BudgetLine]) -> Vec<Plan> {
    let mut found: BTreeMap<(GrantKind, Currency), Plan> = BTreeMap::new();
    for line in lines {
        let own = line
            .grants
            .iter()
            .filter_map(|grant| Some((grant.kind, money(&grant.planned)?.currency)));
        let cost = line
            .cost
            .as_ref()
            .and_then(money)
            .map(|cost| (kind_of_cost(line), cost.currency));
        for (kind, currency) in own.chain(cost) {
            let plan = found.entry((kind, currency)).or_insert_with(|| Plan {
                currency,
                kind,
                funders: Vec::new(),
                rows: Vec::new(),
            });
            for grant in grants_of(line, kind, currency) {
                if !plan.funders.contains(&grant.funder_id) {
                    plan.funders.push(grant.funder_id);
                }
            }
        }
    }
    for plan in found.values_mut() {
        plan.rows = lines.iter().filter_map(|line| row(line, plan)).collect();
    }
    found.into_values().collect()
}

/// A cost is met in cash, unless everything that pays for it is given in kind (rule 12 of the ledger: means never fill a
/// gap in cash).
fn kind_of_cost(line: &BudgetLine) -> GrantKind {
    let in_kind = !line.grants.is_empty() && line.grants.iter().all(|grant| grant.kind == GrantKind::InKind);
    if in_kind { GrantKind::InKind } else { GrantKind::Cash }
}

fn grants_of(
    line: &BudgetLine,
    kind: GrantKind,
    currency: Currency,
) -> impl Iterator<Item = &parvis_wire::budgets::LineGrant> {
    line.grants
        .iter()
        .filter(move |grant| grant.kind == kind && grant.planned.currency == currency.code())
}

fn row(line: &BudgetLine, plan: &Plan) -> Option<PlanRow> {
    let cell = |grant: &parvis_wire::budgets::LineGrant| {
        let (planned, granted) = (minor(&grant.planned), minor(&grant.granted));
        let decision = match granted {
            granted if granted >= planned => Decision::Voted,
            granted if granted > 0 => Decision::Partly,
            _ => Decision::Awaited,
        };
        Cell {
            grant: grant.grant_id,
            planned,
            decision,
        }
    };
    let of = |funder: &Uuid| {
        grants_of(line, plan.kind, plan.currency)
            .filter(|grant| grant.funder_id == *funder)
            .map(cell)
            .collect::<Vec<_>>()
    };
    let cells: Vec<Vec<Cell>> = plan.funders.iter().map(of).collect();
    let cost = line
        .cost
        .as_ref()
        .filter(|_| plan.kind == kind_of_cost(line))
        .and_then(money)
        .filter(|cost| cost.currency == plan.currency)
        .map(|cost| cost.minor);
    if cells.iter().all(Vec::is_empty) && cost.is_none() {
        return None;
    }
    let planned = cells.iter().flatten().map(|cell| cell.planned).sum();
    Some(PlanRow {
        line: line.clone(),
        cells,
        planned,
        cost,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn balance(line: u128, funder: u128, currency: &str, kind: &str, planned: &str) -> Balance {
        let zero = json!({"amount": "0.00", "currency": currency});
        let planned = json!({"amount": planned, "currency": currency});
        serde_json::from_value(json!({
            "line_id": Uuid::from_u128(line), "grant_id": Uuid::from_u128(9), "funder_id": Uuid::from_u128(funder),
            "kind": kind, "planned": planned, "granted": planned, "pledged": zero, "committed": zero, "disbursed": zero,
            "spent": zero, "justified": zero, "contributed": zero, "available": planned, "prefinanced": zero,
            "borne_by_partner": zero, "pending": null
        }))
        .unwrap()
    }

    #[test]
    fn currencies_and_kinds_are_never_added() {
        let balances = [
            balance(1, 1, "USD", "cash", "5.00"),
            balance(1, 2, "EUR", "in_kind", "7.00"),
            balance(1, 2, "EUR", "cash", "10.00"),
            balance(2, 2, "EUR", "cash", "20.00"),
        ];
        let groups = group(&balances, |balance| balance.funder_id);
        let seen: Vec<_> = groups
            .iter()
            .map(|g| (g.kind, g.currency.code(), g.total.chain.planned, g.rows.len()))
            .collect();
        use GrantKind::{Cash, InKind};
        assert_eq!(
            seen,
            [(Cash, "EUR", 3000, 1), (Cash, "USD", 500, 1), (InKind, "EUR", 700, 1)]
        );
    }

    fn line(cost: Option<&str>, grants: serde_json::Value) -> BudgetLine {
        let cost = cost.map(|amount| json!({"amount": amount, "currency": "EUR"}));
        serde_json::from_value(json!({
            "id": Uuid::from_u128(1), "budget_id": Uuid::from_u128(2), "title": null, "category": "works", "axis": null,
            "year": 2023, "cost": cost, "grants": grants, "created_at": "2023-01-01T00:00:00Z", "version": 1
        }))
        .unwrap()
    }

    #[test]
    fn a_plan_has_a_column_per_funder_and_says_what_is_decided() {
        let euro = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        let grant = |funder: u128, planned: &str, granted: &str| {
            json!({"grant_id": Uuid::from_u128(funder + 10), "funder_id": Uuid::from_u128(funder), "kind": "cash",
                "planned": euro(planned), "granted": euro(granted)})
        };
        let lines = [line(
            Some("84.00"),
            json!([grant(1, "28.00", "28.00"), grant(2, "26.00", "0.00")]),
        )];
        let plans = plans(&lines);
        assert_eq!(plans.len(), 1);
        let row = &plans[0].rows[0];
        assert_eq!((plans[0].funders.len(), row.planned, row.cost), (2, 5400, Some(8400)));
        assert_eq!(row.cells[0][0].decision, Decision::Voted);
        assert_eq!(row.cells[1][0].decision, Decision::Awaited);
    }

    #[test]
    fn a_cost_that_is_met_in_kind_leaves_no_gap_in_cash() {
        let euro = json!({"amount": "18.00", "currency": "EUR"});
        let grant = json!({"grant_id": Uuid::from_u128(11), "funder_id": Uuid::from_u128(1), "kind": "in_kind",
            "planned": euro, "granted": euro});
        let plans = plans(&[line(Some("18.00"), json!([grant]))]);
        assert_eq!(plans.len(), 1);
        assert_eq!((plans[0].kind, plans[0].rows[0].cost), (GrantKind::InKind, Some(1800)));
    }

    #[test]
    fn a_line_that_nobody_pays_for_yet_is_still_in_the_plan() {
        let plans = plans(&[line(Some("84.00"), json!([]))]);
        assert_eq!(plans[0].rows[0].planned, 0);
        assert!(plans[0].funders.is_empty());
    }
}
