//! Signatures and the decisions that they rest on.

use chrono::NaiveDate;
use parvis_domain::agreements::signatures as domain;
use parvis_domain::budgets::movements::check_evidence;
use parvis_domain::{Faults, accounts, period, text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A signature to be recorded under an agreement or an amendment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewAgreementSignature, example = json!({
    "partner_id": "01890a5d-ac96-774b-bcce-b302099a8057", "signed_on": "2019-12-03", "signatory": "Marie Durand",
    "quality": "Adjointe à la maire"
})))]
pub struct NewSignature {
    /// The party.
    pub partner_id: Uuid,
    /// The day.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub signed_on: String,
    /// Who held the pen: personal data, never public.
    pub signatory: String,
    /// In what quality.
    pub quality: String,
    /// Address of whoever held the pen, by which they find what is known about them; never shown.
    #[serde(default)]
    pub email: Option<String>,
    /// SHA-256 of the signed document; required from whoever records the signature of another.
    #[serde(default)]
    pub evidence: Option<String>,
}

impl NewSignature {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::NewSignature, Faults> {
        let mut faults = Faults::new();
        let signed_on = faults.keep(period::date("/signed_on", &self.signed_on));
        let evidence = faults.keep(check_evidence("/evidence", self.evidence.as_deref()));
        let signatory = faults.keep(text::line("/signatory", &self.signatory, text::NAME_MAX));
        let quality = faults.keep(text::line("/quality", &self.quality, text::NAME_MAX));
        let email = self.email.as_deref().map(|email| accounts::email("/email", email));
        let email = faults.keep(email.transpose());
        let checked = (|| {
            Some(domain::NewSignature {
                partner: self.partner_id.into(),
                signed_on: signed_on?,
                signatory: signatory?,
                quality: quality?,
                email: email?,
                evidence: evidence?,
            })
        })();
        faults.finish(checked)
    }
}

/// A party's own decision to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewAgreementAuthorisation, example = json!({
    "partner_id": "01890a5d-ac96-774b-bcce-b302099a8057", "reference": "Délibération 2019-11", "decided_on": "2019-11-12"
})))]
pub struct NewAuthorisation {
    /// The party.
    pub partner_id: Uuid,
    /// The reference of its decision.
    pub reference: String,
    /// The day of its decision.
    #[cfg_attr(feature = "openapi", schema(format = Date))]
    pub decided_on: String,
}

impl NewAuthorisation {
    /// Checks the whole.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<domain::Authorisation, Faults> {
        let mut faults = Faults::new();
        let reference = faults.keep(text::line("/reference", &self.reference, text::REFERENCE_MAX));
        let decided_on = faults.keep(period::date("/decided_on", &self.decided_on));
        let checked = reference
            .zip(decided_on)
            .map(|(reference, decided_on)| domain::Authorisation { reference, decided_on });
        faults.finish(checked)
    }
}

/// Who signed for a party; members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signatory {
    /// Name.
    pub name: String,
    /// In what quality.
    pub quality: String,
}

/// Where the signature of a party stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signing {
    /// The party.
    pub partner_id: Uuid,
    /// Whether it is waited for.
    pub required: bool,
    /// Whether it signs only on a decision of its own.
    pub needs_authorisation: bool,
    /// The reference of that decision.
    pub authorisation: Option<String>,
    /// The day of that decision.
    pub authorised_on: Option<NaiveDate>,
    /// When it signed.
    pub signed_on: Option<NaiveDate>,
    /// Who signed, for members.
    pub signatory: Option<Signatory>,
    /// SHA-256 of the signed document.
    pub evidence: Option<String>,
}

impl Signing {
    /// A page of a signature book, with what is kept beside it.
    #[must_use]
    pub fn of(page: &domain::Signing, signatory: Option<Signatory>, evidence: Option<String>) -> Self {
        let decision = page.authorisation.as_ref();
        Self {
            partner_id: page.partner.into(),
            required: page.required,
            needs_authorisation: page.needs_authorisation,
            authorisation: decision.map(|decision| decision.reference.clone()),
            authorised_on: decision.map(|decision| decision.decided_on),
            signed_on: page.signed_on,
            signatory,
            evidence,
        }
    }
}
