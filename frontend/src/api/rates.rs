//! Exchange rates, and what funders ask of conversions.

use parvis_wire::Page;
use parvis_wire::budgets::{FunderRatePolicy, NewRate, NewRatePolicy, Rate, RateFile, RateImport, RatePolicyPatch};
use uuid::Uuid;

use super::Answer;
use super::client::{self, query};

/// The rates that hold in a programme, of one pair where that is asked, the latest day first.
pub async fn list_rates(programme: Uuid, from: String, to: String, cursor: Option<String>) -> Answer<Page<Rate>> {
    let parameters = [
        ("from", from.as_str()),
        ("to", &to),
        ("limit", "50"),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ];
    client::get(&query(&format!("/programmes/{programme}/rates"), &parameters)).await
}

/// Records a rate for a programme.
pub async fn create_rate(programme: Uuid, new: NewRate) -> Answer<Rate> {
    client::post(&format!("/programmes/{programme}/rates"), &new).await
}

/// Records a rate for all programmes.
pub async fn create_platform_rate(new: NewRate) -> Answer<Rate> {
    client::post("/rates", &new).await
}

/// Reads a file of rates, and records it unless it is a dry run.
pub async fn import_rates(programme: Uuid, file: RateFile) -> Answer<RateImport> {
    client::post(&format!("/programmes/{programme}/rates/import"), &file).await
}

/// Records what a funder asks.
pub async fn create_rate_policy(programme: Uuid, new: NewRatePolicy) -> Answer<FunderRatePolicy> {
    client::post(&format!("/programmes/{programme}/rate-policies"), &new).await
}

/// Changes what a funder asks.
pub async fn update_rate_policy(policy: Uuid, version: i64, patch: RatePolicyPatch) -> Answer<FunderRatePolicy> {
    client::patch(&format!("/rate-policies/{policy}"), version, &patch).await
}
