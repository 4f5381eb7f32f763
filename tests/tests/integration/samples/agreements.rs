//! Requests about agreements, amendments and obligations.

use parvis_domain::accounts::Operation;
use parvis_tests::Client;
use serde_json::{Value, json};

use super::{Sample, Samples, at, fresh};

/// The hash of a document.
pub const EVIDENCE: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// An agreement between two organisations that need no decision of their own.
pub fn convention(one: &str, other: &str) -> Value {
    json!({
        "kind": "convention", "title": {"fr": fresh("Convention ")}, "starts_on": "2026-01-01", "ends_on": "2028-12-31",
        "parties": [
            {"partner_id": one, "capacities": ["funder"], "needs_authorisation": false},
            {"partner_id": other, "capacities": ["implementer"], "needs_authorisation": false}
        ],
        "clauses": [{"number": "1", "title": {"fr": "Objet"}, "text": {"fr": "Un jardin."}}]
    })
}

/// The signature of a party on a day.
pub fn signature(partner: &str, day: &str) -> Value {
    json!({
        "partner_id": partner, "signed_on": day, "signatory": "Secret-Name Signatory", "quality": "Secret-Name Mayor",
        "email": "signatory@secret-mail.example", "evidence": EVIDENCE
    })
}

/// Opens an agreement or an amendment, and has these parties sign it on a day.
pub fn sign_all(client: &Client, path: &str, parties: &[&str], day: &str) {
    client.post(&format!("{path}/open"), &json!({})).ok();
    for party in parties {
        client.post(&format!("{path}/sign"), &signature(party, day)).ok();
    }
}

impl Samples<'_> {
    /// The request for an operation on agreements, amendments or obligations.
    pub(super) fn agreement(&self, operation: Operation) -> Sample {
        use Operation as O;
        match operation {
            O::CreateAmendment
            | O::UpdateAmendment
            | O::OpenAmendment
            | O::AuthoriseAmendment
            | O::SignAmendment
            | O::WithdrawAmendment => self.amendment(operation),
            O::ListObligations
            | O::GetObligation
            | O::CreateObligation
            | O::UpdateObligation
            | O::ArchiveObligation
            | O::MeetObligation => self.obligation(operation),
            _ => self.whole_agreement(operation),
        }
    }

    fn new_agreement(&self) -> Value {
        let seed = self.world.seed();
        convention(&seed.funder, &seed.association)
    }

    fn draft(&self) -> String {
        let path = format!("/programmes/{}/agreements", self.shared());
        self.admin.post(&path, &self.new_agreement()).id()
    }

    fn opened(&self) -> String {
        let id = self.draft();
        self.admin.post(&format!("/agreements/{id}/open"), &json!({})).ok();
        id
    }

    fn signed(&self) -> String {
        let (id, seed) = (self.draft(), self.world.seed());
        let parties = [seed.funder.as_str(), seed.association.as_str()];
        sign_all(&self.admin, &format!("/agreements/{id}"), &parties, "2026-03-01");
        id
    }

    fn whole_agreement(&self, operation: Operation) -> Sample {
        let seed = self.world.seed();
        let tagged = |id: &str| self.tag(&format!("/agreements/{id}"));
        match operation {
            Operation::ListAgreements | Operation::ListAgreementAlarms => at(&[self.shared()]),
            Operation::CreateAgreement => at(&[self.shared()]).with(self.new_agreement()),
            Operation::UpdateAgreement => {
                let id = self.draft();
                at(&[&id]).with(json!({"reference": "C-2026-1"})).tagged(tagged(&id))
            }
            Operation::DeleteAgreement => {
                let id = self.draft();
                at(&[&id]).tagged(tagged(&id))
            }
            Operation::OpenAgreement => at(&[&self.draft()]).with(json!({})),
            Operation::WithdrawAgreement => at(&[&self.opened()]).with(json!({})),
            Operation::AuthoriseAgreement => at(&[&self.opened()]).with(json!({
                "partner_id": seed.association, "reference": "Délibération 2026-12", "decided_on": "2026-02-01"
            })),
            Operation::SignAgreement => at(&[&self.opened()]).with(signature(&seed.association, "2026-03-01")),
            Operation::NotifyAgreement => at(&[&self.decision_to_give()]).with(json!({"notified_on": "2026-03-05"})),
            Operation::TerminateAgreement => {
                at(&[&self.signed()]).with(json!({"terminated_on": "2026-12-31", "reason": "D’un commun accord"}))
            }
            Operation::CompareAgreement => Sample {
                query: Some("?from=2026-03-01&to=2027-01-01".to_owned()),
                ..at(&[&self.signed()])
            },
            _ => at(&[&self.signed()]),
        }
    }

    /// A grant decision that its funder has signed.
    fn decision_to_give(&self) -> String {
        let seed = self.world.seed();
        let mut new = self.new_agreement();
        new["kind"] = json!("grant_decision");
        let path = format!("/programmes/{}/agreements", self.shared());
        let id = self.admin.post(&path, &new).id();
        let funder = [seed.funder.as_str()];
        sign_all(&self.admin, &format!("/agreements/{id}"), &funder, "2026-03-01");
        id
    }

    fn amendment(&self, operation: Operation) -> Sample {
        let (id, seed) = (self.signed(), self.world.seed());
        let new = json!({
            "origin": {"kind": "signed"}, "title": {"fr": "Avenant"}, "effective_on": "2026-06-01",
            "changes": {"ends_on": "2029-12-31"}
        });
        if operation == Operation::CreateAmendment {
            return at(&[&id]).with(new);
        }
        let path = format!("/agreements/{id}/amendments");
        self.admin.post(&path, &new).ok();
        match operation {
            Operation::UpdateAmendment => {
                let tag = self.tag(&format!("/agreements/{id}"));
                at(&[&id, "1"])
                    .with(json!({"title": {"fr": "Avenant n° 1"}}))
                    .tagged(tag)
            }
            Operation::OpenAmendment => at(&[&id, "1"]).with(json!({})),
            _ => {
                self.admin.post(&format!("{path}/1/open"), &json!({})).ok();
                let body = match operation {
                    Operation::AuthoriseAmendment => {
                        json!({"partner_id": seed.association, "reference": "D 2", "decided_on": "2026-05-01"})
                    }
                    Operation::SignAmendment => signature(&seed.association, "2026-06-01"),
                    _ => json!({}),
                };
                at(&[&id, "1"]).with(body)
            }
        }
    }

    fn obligation(&self, operation: Operation) -> Sample {
        let seed = self.world.seed();
        if operation == Operation::ListObligations {
            return at(&[self.shared()]);
        }
        let agreement = self.signed();
        let new = json!({
            "kind": "report", "title": {"fr": "Bilan annuel"}, "owed_by": seed.association, "first_on": "2026-05-31",
            "every_months": 12
        });
        if operation == Operation::CreateObligation {
            return at(&[&agreement]).with(new);
        }
        let id = self
            .admin
            .post(&format!("/agreements/{agreement}/obligations"), &new)
            .id();
        let tag = self.tag(&format!("/obligations/{id}"));
        match operation {
            Operation::UpdateObligation => at(&[&id]).with(json!({"every_months": 6})).tagged(tag),
            Operation::ArchiveObligation => at(&[&id]).tagged(tag),
            Operation::MeetObligation => at(&[&id]).with(json!({"due_on": "2026-05-31", "met_on": "2026-05-20"})),
            _ => at(&[&id]),
        }
    }
}
