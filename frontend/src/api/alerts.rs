//! What the money of a programme asks somebody to look at.

use parvis_wire::budgets::Alerts;
use uuid::Uuid;

use super::Answer;
use super::client;

/// The alerts of a programme, what presses most first.
pub async fn list_alerts(programme: Uuid) -> Answer<Alerts> {
    client::get(&format!("/programmes/{programme}/alerts")).await
}
