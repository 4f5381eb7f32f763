//! The financing plan: its cells, its versions, what it would be, and its rules.

use parvis_wire::Page;
use parvis_wire::budgets::{
    Budget, BudgetPatch, Grant, GrantWithdrawal, NewGrant, Plan, PlanPatch, PlanSimulation, PlanSubmission,
    PlanVersion, YearCopy,
};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// The plan of a budget, as it stands or as it stood in a version.
pub async fn get_plan(budget: Uuid, version: Option<i32>) -> Answer<Plan> {
    let version = version.map(|number| number.to_string()).unwrap_or_default();
    client::get(&query(&format!("/budgets/{budget}/plan"), &[("version", &version)])).await
}

/// Changes cells and costs of a plan that was read at a version.
pub async fn update_plan(budget: Uuid, version: i64, patch: PlanPatch) -> Answer<Plan> {
    client::patch(&format!("/budgets/{budget}/plan"), version, &patch).await
}

/// The plan as it would be. Nothing is saved.
pub async fn simulate_plan(budget: Uuid, what: PlanSimulation) -> Answer<Plan> {
    client::post(&format!("/budgets/{budget}/plan/simulate"), &what).await
}

/// Submits a plan that was read at a version.
pub async fn submit_plan(budget: Uuid, version: i64, submission: PlanSubmission) -> Answer<Plan> {
    client::post_to(&format!("/budgets/{budget}/plan/submit"), version, &submission).await
}

/// Copies the plan of a year.
pub async fn copy_plan_year(budget: Uuid, version: i64, copy: YearCopy) -> Answer<Plan> {
    client::post_to(&format!("/budgets/{budget}/copy-year"), version, &copy).await
}

/// The versions of a plan, the latest first.
pub async fn list_plan_versions(budget: Uuid) -> Answer<Page<PlanVersion>> {
    let path = format!("/budgets/{budget}/plan/versions");
    client::get(&query(&path, &[("sort", "-number"), ("limit", ALL)])).await
}

/// Records a grant.
pub async fn create_grant(budget: Uuid, new: NewGrant) -> Answer<Grant> {
    client::post(&format!("/budgets/{budget}/grants"), &new).await
}

/// A grant.
pub async fn get_grant(grant: Uuid) -> Answer<Grant> {
    client::get(&format!("/grants/{grant}")).await
}

/// Records that the funder of a grant withdraws.
pub async fn withdraw_grant(grant: Uuid, version: i64, withdrawal: GrantWithdrawal) -> Answer<Grant> {
    client::post_to(&format!("/grants/{grant}/withdraw"), version, &withdrawal).await
}

/// Changes a budget.
pub async fn update_budget(budget: Uuid, version: i64, patch: BudgetPatch) -> Answer<Budget> {
    client::patch(&format!("/budgets/{budget}"), version, &patch).await
}
