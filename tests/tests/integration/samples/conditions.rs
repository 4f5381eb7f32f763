//! Requests about years, tranches, progress, reports and alerts.

use parvis_domain::accounts::Operation;
use parvis_tests::world::{Who, eur};
use parvis_tests::{Client, Share};
use serde_json::json;

use super::{Sample, Samples, at};

/// A grant in instalments over the line of a share.
pub fn instalments(client: &Client, share: &Share, funder: &str, euros: u32) -> String {
    let grant = json!({
        "funder_id": funder, "kind": "cash", "currency": "EUR", "payment_mode": "instalments",
        "shares": [{"line_id": share.line, "planned": eur(euros)}]
    });
    client.post(&format!("/budgets/{}/grants", share.budget), &grant).id()
}

/// A budget whose first year is over.
pub fn budget_since_2024(client: &Client, programme: &str) -> String {
    let budget = json!({"title": {"fr": "Programmation"}, "starts_on": "2024-01-01", "ends_on": "2028-12-31"});
    client.post(&format!("/programmes/{programme}/budgets"), &budget).id()
}

impl Samples<'_> {
    /// The request for an operation on years, tranches, progress, reports or alerts.
    pub(super) fn conditions(&self, operation: Operation, who: Who) -> Sample {
        use Operation as O;
        match operation {
            O::ListBudgetYears | O::CloseBudgetYear | O::ReopenBudgetYear => self.year(operation),
            O::ListProgress | O::GetProgress | O::RecordProgress | O::CountersignProgress => {
                self.progress(operation, who)
            }
            O::ListAlerts => at(&[self.shared()]),
            O::ListTranches
            | O::GetTranche
            | O::CreateTranche
            | O::UpdateTranche
            | O::ArchiveTranche
            | O::ReleaseTranche
            | O::SplitTranche => self.tranche(operation),
            _ => self.funder_report(operation),
        }
    }

    fn year(&self, operation: Operation) -> Sample {
        let budget = budget_since_2024(&self.admin, self.shared());
        match operation {
            Operation::ListBudgetYears => at(&[&budget]),
            Operation::CloseBudgetYear => at(&[&budget, "2024"]),
            _ => {
                let path = format!("/budgets/{budget}/years/2024/close");
                self.admin.post(&path, &json!({})).ok();
                at(&[&budget, "2024"]).with(json!({"reason": "Une écriture manque."}))
            }
        }
    }

    /// A grant in instalments of the association, so that its partner may see it too.
    fn grant(&self) -> String {
        instalments(&self.admin, &self.share(), &self.world.seed().association, 100)
    }

    fn tranche(&self, operation: Operation) -> Sample {
        let grant = self.grant();
        let new = json!({"amount": eur(40)});
        let made = || self.admin.post(&format!("/grants/{grant}/tranches"), &new).id();
        let tagged = |id: &str| self.tag(&format!("/tranches/{id}"));
        match operation {
            Operation::ListTranches => at(&[&grant]),
            Operation::CreateTranche => at(&[&grant]).with(new),
            Operation::UpdateTranche => {
                let id = made();
                at(&[&id]).with(json!({"amount": eur(50)})).tagged(tagged(&id))
            }
            Operation::ArchiveTranche => {
                let id = made();
                at(&[&id]).tagged(tagged(&id))
            }
            Operation::ReleaseTranche => at(&[&made()]).with(json!({})),
            Operation::SplitTranche => at(&[&made()]).with(json!({"parts": ["80", "20"]})),
            _ => at(&[&made()]),
        }
    }

    fn progress(&self, operation: Operation, who: Who) -> Sample {
        let share = self.share();
        let new = json!({"measured_on": "2026-05-01", "percent": "69.6", "source": "Visite", "note": "Secret-Note"});
        // Whoever records a measure cannot countersign it.
        let other = match who {
            Who::Administrator => self.world.coordinator(),
            _ => self.admin.clone(),
        };
        let made = || other.post(&format!("/lines/{}/progress", share.line), &new).id();
        match operation {
            Operation::ListProgress => at(&[&share.line]),
            Operation::RecordProgress => at(&[&share.line]).with(new),
            Operation::CountersignProgress => at(&[&made()]).with(json!({"partner_id": self.world.seed().association})),
            _ => at(&[&made()]),
        }
    }

    fn funder_report(&self, operation: Operation) -> Sample {
        let grant = self.grant();
        let new = json!({"title": {"fr": "Rapport"}, "due_on": "2026-09-30"});
        let made = || self.admin.post(&format!("/grants/{grant}/funder-reports"), &new).id();
        let submitted = || {
            let id = made();
            self.admin
                .post(&format!("/funder-reports/{id}/submit"), &json!({}))
                .ok();
            id
        };
        let tagged = |id: &str| self.tag(&format!("/funder-reports/{id}"));
        match operation {
            Operation::ListFunderReports => at(&[&grant]),
            Operation::CreateFunderReport => at(&[&grant]).with(new),
            Operation::UpdateFunderReport => {
                let id = made();
                at(&[&id]).with(json!({"due_on": "2026-10-31"})).tagged(tagged(&id))
            }
            Operation::ArchiveFunderReport => {
                let id = made();
                at(&[&id]).tagged(tagged(&id))
            }
            Operation::SubmitFunderReport => at(&[&made()]).with(json!({})),
            Operation::AcceptFunderReport => at(&[&submitted()]).with(json!({})),
            Operation::ReturnFunderReport => at(&[&submitted()]).with(json!({"reason": "Incomplet."})),
            _ => at(&[&made()]),
        }
    }
}
