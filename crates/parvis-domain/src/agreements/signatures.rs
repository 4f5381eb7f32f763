//! Who signs, on what decision of its own, and when.

use chrono::NaiveDate;

use super::content::Party;
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::PartnerId;
use crate::text;

/// A party's own decision to sign: a deliberation, a vote of its board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// Its reference.
    pub reference: String,
    /// Its day.
    pub decided_on: NaiveDate,
}

/// A signature to be recorded. Name and quality are personal data and play no part in the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSignature {
    /// The party.
    pub partner: PartnerId,
    /// The day.
    pub signed_on: NaiveDate,
    /// Who held the pen.
    pub signatory: String,
    /// In what quality: mayor, prefect, president.
    pub quality: String,
    /// The address under which the person is found again, where one is given.
    pub email: Option<String>,
    /// SHA-256 of the signed document, in hexadecimal.
    pub evidence: Option<String>,
}

impl NewSignature {
    /// Checks the texts.
    ///
    /// # Errors
    /// `required`, `too_long`, `control_character`.
    pub fn check(self) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let signatory = faults.keep(text::line("/signatory", &self.signatory, text::NAME_MAX));
        let quality = faults.keep(text::line("/quality", &self.quality, text::NAME_MAX));
        let checked = signatory.zip(quality).map(|(signatory, quality)| Self {
            signatory,
            quality,
            ..self
        });
        faults.finish(checked)
    }
}

/// Where the signature of a party stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The party.
    pub partner: PartnerId,
    /// Whether it is waited for.
    pub required: bool,
    /// Whether it signs only on a decision of its own.
    pub needs_authorisation: bool,
    /// That decision.
    pub authorisation: Option<Authorisation>,
    /// When it signed.
    pub signed_on: Option<NaiveDate>,
}

/// The signatures of an agreement or an amendment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignatureBook(pub Vec<Signing>);

impl SignatureBook {
    /// An empty page for each of these parties.
    pub fn of<'a>(parties: impl IntoIterator<Item = &'a Party>) -> Self {
        let page = |party: &Party| Signing {
            partner: party.partner,
            required: party.signs,
            needs_authorisation: party.needs_authorisation,
            authorisation: None,
            signed_on: None,
        };
        Self(parties.into_iter().map(page).collect())
    }

    /// The parties that are waited for and had not signed by a day.
    #[must_use]
    pub fn missing(&self, by: NaiveDate) -> Vec<PartnerId> {
        let waiting = |page: &&Signing| page.required && page.signed_on.is_none_or(|day| day > by);
        self.0.iter().filter(waiting).map(|page| page.partner).collect()
    }

    /// How many had signed by a day.
    #[must_use]
    pub fn signed(&self, by: NaiveDate) -> usize {
        self.0
            .iter()
            .filter(|page| page.signed_on.is_some_and(|day| day <= by))
            .count()
    }

    /// The day of the last signature that is waited for, of those known by a day; none where one is missing, or where
    /// nobody is waited for.
    #[must_use]
    pub fn completed_on(&self, by: NaiveDate) -> Option<NaiveDate> {
        let required = self.0.iter().filter(|page| page.required);
        let days: Option<Vec<_>> = required.map(|page| page.signed_on.filter(|day| *day <= by)).collect();
        days?.into_iter().max()
    }

    /// The page of a party.
    #[must_use]
    pub fn page(&self, partner: PartnerId) -> Option<&Signing> {
        self.0.iter().find(|page| page.partner == partner)
    }

    /// Records a party's own decision.
    ///
    /// # Errors
    /// `not_a_party`, `date_in_future`, or `already_signed`: what was signed rests on the decision that was there.
    pub fn authorise(
        &mut self,
        partner: PartnerId,
        decision: Authorisation,
        today: NaiveDate,
    ) -> Result<(), DomainError> {
        not_in_future("/decided_on", decision.decided_on, today)?;
        let page = self.page_mut(partner)?;
        if page.signed_on.is_some() && page.authorisation.is_some() {
            let detail = "The party has signed on the decision that is recorded.";
            return Err(DomainError::new(Code::AlreadySigned, detail));
        }
        page.authorisation = Some(decision);
        Ok(())
    }

    /// Records a signature.
    ///
    /// # Errors
    /// `not_a_party`, `already_signed`, `date_in_future`, `authorisation_missing` where the party needs a decision of its
    /// own, `signed_before_authorisation` where it signed before it.
    pub fn sign(&mut self, partner: PartnerId, signed_on: NaiveDate, today: NaiveDate) -> Result<(), DomainError> {
        not_in_future("/signed_on", signed_on, today)?;
        let page = self.page_mut(partner)?;
        if let Some(day) = page.signed_on {
            let detail = format!("This party signed on {day}.");
            return Err(DomainError::new(Code::AlreadySigned, detail));
        }
        match &page.authorisation {
            None if page.needs_authorisation => {
                let detail = "This party signs on a decision of its own; record its reference and day first.";
                return Err(Fault::new(Code::AuthorisationMissing, "/partner_id", detail).into());
            }
            Some(decision) if signed_on < decision.decided_on => {
                let detail = format!(
                    "{signed_on} lies before {}, the day of the party's own decision {}.",
                    decision.decided_on, decision.reference
                );
                let fault = Fault::new(Code::SignedBeforeAuthorisation, "/signed_on", detail);
                return Err(fault.with("min", decision.decided_on.to_string()).into());
            }
            _ => {}
        }
        page.signed_on = Some(signed_on);
        Ok(())
    }

    fn page_mut(&mut self, partner: PartnerId) -> Result<&mut Signing, DomainError> {
        let page = self.0.iter_mut().find(|page| page.partner == partner);
        page.ok_or_else(|| {
            let detail = "This organisation is no party whose signature is asked for here.";
            Fault::new(Code::NotAParty, "/partner_id", detail).into()
        })
    }
}

/// Checks who records a signature: a caller who is bound to an organisation signs for that one alone; any other records
/// what was signed on paper, with that paper.
///
/// # Errors
/// `party_not_represented` or `evidence_required`.
pub fn check_represents(bound: Option<PartnerId>, party: PartnerId, evidence: bool) -> Result<(), DomainError> {
    match bound {
        Some(own) if own != party => {
            let detail = "You sign for your own organisation only.";
            Err(DomainError::new(Code::PartyNotRepresented, detail))
        }
        None if !evidence => {
            let detail = "Whoever records the signature of another attaches the signed document.";
            Err(Fault::new(Code::EvidenceRequired, "/evidence", detail).into())
        }
        _ => Ok(()),
    }
}

/// What has not happened yet is not recorded.
pub(super) fn not_in_future(pointer: &str, day: NaiveDate, today: NaiveDate) -> Result<(), Fault> {
    if day <= today {
        return Ok(());
    }
    let detail = format!("{day} lies after today, {today}, in the time zone of the programme.");
    Err(Fault::new(Code::DateInFuture, pointer, detail).with("max", today.to_string()))
}
