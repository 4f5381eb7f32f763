//! Years of the accounts of a budget.

use parvis_wire::budgets::{BudgetYear, BudgetYears, ReopenYear};
use uuid::Uuid;

use super::Answer;
use super::client;

/// The years of a budget, and what is open in them.
pub async fn list_budget_years(budget: Uuid) -> Answer<BudgetYears> {
    client::get(&format!("/budgets/{budget}/years")).await
}

/// Closes a year.
pub async fn close_budget_year(budget: Uuid, year: i32, version: i64) -> Answer<BudgetYear> {
    client::post_to(
        &format!("/budgets/{budget}/years/{year}/close"),
        version,
        &serde_json::json!({}),
    )
    .await
}

/// Opens a closed year again.
pub async fn reopen_budget_year(budget: Uuid, year: i32, version: i64, reopen: ReopenYear) -> Answer<BudgetYear> {
    client::post_to(&format!("/budgets/{budget}/years/{year}/reopen"), version, &reopen).await
}
