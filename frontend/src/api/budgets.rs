//! Budgets, lines, grants, movements and balances.

use parvis_wire::Page;
use parvis_wire::budgets::{
    Balances, Budget, BudgetLine, BudgetLinePatch, Movement, NewBudget, NewBudgetLine, NewMovement, Reversal,
};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// What the ledger is narrowed to; empty fields narrow nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MovementFilter {
    /// A line.
    pub line_id: String,
    /// A funder.
    pub funder_id: String,
    /// A kind.
    pub kind: String,
    /// From a day on, `YYYY-MM-DD`.
    pub booked_from: String,
    /// Up to a day, `YYYY-MM-DD`.
    pub booked_to: String,
}

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

/// The movements of a budget, newest first.
pub async fn list_movements(budget: Uuid, filter: MovementFilter, cursor: Option<String>) -> Answer<Page<Movement>> {
    let parameters = [
        ("line_id", filter.line_id.as_str()),
        ("funder_id", filter.funder_id.as_str()),
        ("kind", filter.kind.as_str()),
        ("booked_from", filter.booked_from.as_str()),
        ("booked_to", filter.booked_to.as_str()),
        ("sort", "-booked_on"),
        ("limit", "100"),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ];
    client::get(&query(&format!("/budgets/{budget}/movements"), &parameters)).await
}

/// Posts a movement.
pub async fn create_movement(budget: Uuid, new: NewMovement) -> Answer<Movement> {
    client::post(&format!("/budgets/{budget}/movements"), &new).await
}

/// Reverses a movement.
pub async fn reverse_movement(movement: Uuid, reversal: Reversal) -> Answer<Movement> {
    client::post(&format!("/movements/{movement}/reverse"), &reversal).await
}

/// The balances of a budget, on a day (`YYYY-MM-DD`) or now.
pub async fn get_balances(budget: Uuid, as_of: &str) -> Answer<Balances> {
    client::get(&query(&format!("/budgets/{budget}/balances"), &[("as_of", as_of)])).await
}
