//! Requests about statements of the accounts and the bank.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_domain::accounts::Operation;
use parvis_tests::{Answer, Client, Share};
use serde_json::{Value, json};

use super::{Sample, Samples, at, fresh, tag_of};

/// A statement of the accounts with these rows, to be reconciled.
pub fn statement(rows: &str) -> Value {
    let file = format!("Date;Montant;Mandat;Libellé\n{rows}");
    json!({"source": "accounts", "file_name": fresh("mandats-"), "content": STANDARD.encode(file)})
}

/// Reconciles a statement with a budget, and gives the report.
pub fn reconciled(client: &Client, share: &Share, rows: &str) -> Answer {
    client.post(&format!("/budgets/{}/reconciliations", share.budget), &statement(rows))
}

/// The identifier of a statement that was reconciled.
pub fn id_of(report: &Value) -> String {
    report["reconciliation"]["id"].as_str().unwrap_or_default().to_owned()
}

impl Samples<'_> {
    /// The request for an operation on statements.
    pub(super) fn reconciliation(&self, operation: Operation) -> Sample {
        use Operation as O;
        let share = self.share();
        let rows = format!("02/03/2026;10,00;{};Jardins\n", fresh("M-"));
        if matches!(operation, O::ListReconciliations) {
            return at(&[&share.budget]);
        }
        if matches!(operation, O::CreateReconciliation) {
            return at(&[&share.budget]).with(statement(&rows));
        }
        let made = id_of(&reconciled(&self.admin, &share, &rows).ok());
        match operation {
            O::DeleteReconciliation => at(&[&made]).tagged("\"1-member\"".to_owned()),
            O::UpdateReconciliationRow => {
                let row = self.admin.all(&format!("/reconciliations/{made}/rows"), 200)[0].clone();
                at(&[row["id"].as_str().unwrap_or_default()])
                    .with(json!({"note": "Frais de tenue de compte"}))
                    .tagged(tag_of(&row))
            }
            O::ExportReconciliation => at(&[&made, "csv"]),
            _ => at(&[&made]),
        }
    }
}
