//! Budgets, their lines and balances.

use parvis_wire::Page;
use parvis_wire::budgets::{Balances, Budget, BudgetLine, BudgetLinePatch, NewBudget, NewBudgetLine};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// The budgets of a programme.
pub async fn list_budgets(programme: Uuid) -> Answer<Page<Budget>> {
    client::get(&query(&format!("/programmes/{programme}/budgets"), &[("limit", ALL)])).await
}

/// Adds a budget.
pub async fn create_budget(programme: Uuid, new: NewBudget) -> Answer<Budget> {
    client::post(&format!("/programmes/{programme}/budgets"), &new).await
}

/// All the lines of a budget with the grants on them.
pub async fn list_budget_lines(budget: Uuid) -> Answer<Vec<BudgetLine>> {
    let mut lines = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = query(
            &format!("/budgets/{budget}/lines"),
            &[("limit", ALL), ("cursor", &cursor)],
        );
        let page: Page<BudgetLine> = client::get(&path).await?;
        lines.extend(page.items);
        match page.next {
            Some(next) => cursor = next,
            None => return Ok(lines),
        }
    }
}

/// Adds a line.
pub async fn create_budget_line(budget: Uuid, new: NewBudgetLine) -> Answer<BudgetLine> {
    client::post(&format!("/budgets/{budget}/lines"), &new).await
}

/// Changes a line, or revises the plan of its grants.
pub async fn update_budget_line(line: Uuid, version: i64, patch: BudgetLinePatch) -> Answer<BudgetLine> {
    client::patch(&format!("/lines/{line}"), version, &patch).await
}

/// The balances of a budget, on a day (`YYYY-MM-DD`) or now.
pub async fn get_balances(budget: Uuid, as_of: &str) -> Answer<Balances> {
    client::get(&query(&format!("/budgets/{budget}/balances"), &[("as_of", as_of)])).await
}
