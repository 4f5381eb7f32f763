//! Agreements: what is signed, by whom, and what it says on a day.

mod alarms;
mod amendments;
mod content;
mod obligations;
mod signatures;

pub use alarms::{AgreementAlarm, AgreementAlarms, AlarmCode};
pub use amendments::{
    Amendment, AmendmentOrigin, AmendmentPatch, Change, ChangeKind, ChangeSide, NewAmendment, NewChanges, OriginKind,
};
pub use content::{
    AgreementClause, AgreementContent, AgreementParty, AnnexItem, ContractTerms, Eligibility, NewAgreementParty,
    NewClause,
};
pub use obligations::{DueDay, NewObligation, Obligation, ObligationMet, ObligationPatch};
pub use signatures::{NewAuthorisation, NewSignature, Signatory, Signing};

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use parvis_domain::agreements::content::AgreementDraft;
use parvis_domain::agreements::{AgreementKind, AgreementStatus, AgreementTransition};
use parvis_domain::{Code, Faults, LocalisedText, Period, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use content::{check_annex, check_clauses, check_parties};

/// An agreement to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({
    "kind": "convention", "title": {"fr": "Accord de partenariat, canal de Stung Meanchey"},
    "starts_on": "2019-12-03", "ends_on": "2022-12-02",
    "parties": [
        {"partner_id": "01890a5d-ac96-774b-bcce-b302099a8057", "capacities": ["implementer", "signatory"], "needs_authorisation": true},
        {"partner_id": "01890a5d-ac96-774b-bcce-b302099a8058", "capacities": ["funder"]}
    ],
    "clauses": [{"number": "1", "title": {"fr": "Objet"}, "text": {"fr": "Revitaliser le quartier."}}]
})))]
pub struct NewAgreement {
    /// Its kind.
    pub kind: AgreementKind,
    /// Its reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// Its title.
    pub title: LocalisedText,
    /// First day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub starts_on: String,
    /// Last day; open where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub ends_on: Option<String>,
    /// In which days costs must arise; the agreement's own where nothing is said.
    #[serde(default)]
    pub eligibility: Option<Eligibility>,
    /// The last day on which its money moves; until the programme is closed where nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub payable_until: Option<String>,
    /// The parties.
    #[serde(default)]
    pub parties: Vec<NewAgreementParty>,
    /// The clauses.
    #[serde(default)]
    pub clauses: Vec<NewClause>,
    /// How much of which grant, on which line, it is about.
    #[serde(default)]
    pub annex: Vec<AnnexItem>,
    /// Award and value of a works or service contract.
    #[serde(default)]
    pub contract: Option<ContractTerms>,
    /// The places that it is about.
    #[serde(default)]
    pub place_ids: Vec<Uuid>,
}

patch! {
    /// Changes to an agreement that is not open for signature.
    AgreementPatch of NewAgreement {
        must {
            kind: AgreementKind, title: LocalisedText, starts_on: String, parties: Vec<NewAgreementParty>,
            clauses: Vec<NewClause>, annex: Vec<AnnexItem>, place_ids: Vec<Uuid>,
        }
        may {
            reference: String, ends_on: String, eligibility: Eligibility, payable_until: String, contract: ContractTerms,
        }
    }
}

impl NewAgreement {
    /// Checks every part; what the whole must have is checked when it is opened for signature.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<AgreementDraft, Faults> {
        let mut faults = Faults::new();
        let reference = self.reference.as_deref();
        let reference = faults.keep(text::optional_line("/reference", reference, text::REFERENCE_MAX));
        let title = faults.keep_all(self.title.check_line("/title", text::NAME_MAX));
        let runs = faults.keep_all(Period::check("", &self.starts_on, self.ends_on.as_deref()));
        let eligibility = self.eligibility.as_ref().map(|days| days.check("/eligibility"));
        let eligibility = faults.keep_all(eligibility.transpose());
        let payable = period::optional_date("/payable_until", self.payable_until.as_deref());
        let payable_until = faults.keep(payable);
        let parties = faults.keep_all(check_parties("/parties", &self.parties));
        let clauses = faults.keep_all(check_clauses("/clauses", &self.clauses));
        let annex = faults.keep_all(check_annex("/annex", &self.annex));
        let contract = self.contract.as_ref().map(|terms| terms.check("/contract"));
        let contract = faults.keep_all(contract.transpose());
        let places: BTreeSet<_> = self.place_ids.iter().copied().map(Into::into).collect();
        if places.len() != self.place_ids.len() {
            faults.add(Code::Duplicate, "/place_ids", "A place stands twice.");
        }
        let checked = (|| {
            Some(AgreementDraft {
                kind: self.kind,
                reference: reference?,
                title: title?,
                period: runs?,
                eligibility: eligibility?,
                payable_until: payable_until?,
                parties: parties?,
                clauses: clauses?,
                annex: annex?,
                contract: contract?,
                places,
            })
        })();
        faults.finish(checked)
    }
}

/// An agreement in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementSummary {
    /// Identifier.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// Its kind.
    pub kind: AgreementKind,
    /// Its reference.
    pub reference: Option<String>,
    /// Its title.
    pub title: LocalisedText,
    /// Where it is today.
    pub status: AgreementStatus,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day with what was amended.
    pub ends_on: Option<NaiveDate>,
    /// How many have signed of those that are waited for.
    pub signed: u32,
    /// How many are waited for.
    pub signers: u32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Agreement {
    /// Identifier.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// Its kind.
    pub kind: AgreementKind,
    /// Its reference.
    pub reference: Option<String>,
    /// Its title.
    pub title: LocalisedText,
    /// Where it is today.
    pub status: AgreementStatus,
    /// What can be done today.
    pub transitions: Vec<AgreementTransition>,
    /// When it was opened for signature.
    pub opened_on: Option<NaiveDate>,
    /// Since when it is in force, or will be, as far as is known.
    pub in_force_from: Option<NaiveDate>,
    /// When the others were told of what one party signed alone.
    pub notified_on: Option<NaiveDate>,
    /// From when on it was ended before its end.
    pub terminated_on: Option<NaiveDate>,
    /// Why.
    pub termination_reason: Option<String>,
    /// What was signed first.
    pub content: AgreementContent,
    /// Where the signature of each party stands.
    pub signatures: Vec<Signing>,
    /// Its amendments by their numbers.
    pub amendments: Vec<Amendment>,
    /// The places that it is about.
    pub place_ids: Vec<Uuid>,
    /// Decisions of bodies that adopted it.
    pub decision_ids: Vec<Uuid>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What an agreement says as of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsolidatedAgreement {
    /// The agreement.
    pub agreement_id: Uuid,
    /// The day.
    pub as_of: NaiveDate,
    /// The day up to which signatures are known.
    pub known_on: NaiveDate,
    /// Where it is on that day.
    pub status: AgreementStatus,
    /// What it says.
    pub content: AgreementContent,
    /// The numbers of the amendments that are in it, in the order of their effect.
    pub amendments: Vec<u32>,
}

/// What an agreement says differently on two days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementComparison {
    /// The agreement.
    pub agreement_id: Uuid,
    /// One day.
    pub from: NaiveDate,
    /// The other.
    pub to: NaiveDate,
    /// What changed, in the order of the agreement.
    pub changes: Vec<Change>,
}

/// The end of an agreement before its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"terminated_on": "2026-12-31", "reason": "D’un commun accord"})))]
pub struct AgreementTermination {
    /// The first day on which it no longer holds.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub terminated_on: String,
    /// Why.
    pub reason: String,
}

impl AgreementTermination {
    /// Checks it.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(NaiveDate, String), Faults> {
        let mut faults = Faults::new();
        let day = faults.keep(period::date("/terminated_on", &self.terminated_on));
        let reason = faults.keep(text::line("/reason", &self.reason, text::TEXT_MAX));
        faults.finish(day.zip(reason))
    }
}

/// The day on which the others were told of what one party signed alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"notified_on": "2026-03-05"})))]
pub struct AgreementNotification {
    /// The day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub notified_on: String,
}

impl AgreementNotification {
    /// Checks it.
    ///
    /// # Errors
    /// `date_invalid`.
    pub fn check(&self) -> Result<NaiveDate, Faults> {
        Ok(period::date("/notified_on", &self.notified_on)?)
    }
}

#[cfg(test)]
mod tests;
