//! Statements of the accounts and the bank beside the ledger.

use parvis_wire::Page;
use parvis_wire::budgets::{
    Movement, NewReconciliation, Reconciliation, ReconciliationReport, ReconciliationRow, ReconciliationRowPatch,
};
use uuid::Uuid;

use super::Answer;
use super::client::{self, query};

/// Which movements that a statement lacks are looked for; empty fields narrow nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MissingFilter {
    /// Of this amount, a decimal string.
    pub amount: String,
    /// The currency of the amount.
    pub currency: String,
    /// Words of the reference or the note.
    pub q: String,
    /// Also of days outside of the statement's.
    pub any_day: bool,
}

/// The statements of a budget, the last one first.
pub async fn list_reconciliations(budget: Uuid, cursor: Option<String>) -> Answer<Page<Reconciliation>> {
    let parameters = [("limit", "50"), ("cursor", cursor.as_deref().unwrap_or_default())];
    client::get(&query(&format!("/budgets/{budget}/reconciliations"), &parameters)).await
}

/// Reads a file beside the ledger, and keeps it unless only a report is wanted.
pub async fn create_reconciliation(budget: Uuid, new: NewReconciliation) -> Answer<ReconciliationReport> {
    client::post(&format!("/budgets/{budget}/reconciliations"), &new).await
}

/// One statement.
pub async fn get_reconciliation(id: Uuid) -> Answer<Reconciliation> {
    client::get(&format!("/reconciliations/{id}")).await
}

/// Takes a statement back.
pub async fn delete_reconciliation(id: Uuid) -> Answer<()> {
    client::delete(&format!("/reconciliations/{id}"), 1).await
}

/// The rows of a statement.
pub async fn list_reconciliation_rows(
    id: Uuid,
    outcome: String,
    cursor: Option<String>,
) -> Answer<Page<ReconciliationRow>> {
    let parameters = [
        ("outcome", outcome.as_str()),
        ("limit", "100"),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ];
    client::get(&query(&format!("/reconciliations/{id}/rows"), &parameters)).await
}

/// Says which movements a row stands for, or why it has none.
pub async fn update_reconciliation_row(
    row: Uuid,
    version: i64,
    patch: ReconciliationRowPatch,
) -> Answer<ReconciliationRow> {
    client::patch(&format!("/reconciliation-rows/{row}"), version, &patch).await
}

/// The movements that a statement lacks.
pub async fn list_missing_movements(id: Uuid, filter: MissingFilter, cursor: Option<String>) -> Answer<Page<Movement>> {
    let parameters = [
        ("amount", filter.amount.as_str()),
        ("currency", filter.currency.as_str()),
        ("q", filter.q.as_str()),
        ("any_day", if filter.any_day { "true" } else { "" }),
        ("limit", "50"),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ];
    client::get(&query(&format!("/reconciliations/{id}/missing-movements"), &parameters)).await
}

/// The rows of a statement as a table of commas.
pub async fn export_reconciliation(id: Uuid) -> Answer<Vec<u8>> {
    client::download(&format!("/reconciliations/{id}/rows.csv")).await
}
