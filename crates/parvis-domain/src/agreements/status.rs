//! The life of an agreement. Signatures and days bring about where it is; nothing of that is stored.

use chrono::NaiveDate;

use super::AgreementKind;
use super::amendments::Amendment;
use super::content::Content;
use super::signatures::{SignatureBook, not_in_future};
use crate::choices::choices;
use crate::error::{Code, DomainError, Fault};
use crate::ids::PartnerId;

choices! {
    /// Where an agreement is on a day.
    AgreementStatus {
        /// Being written.
        Draft = "draft",
        /// Written, and nobody has signed.
        OpenForSignature = "open_for_signature",
        /// Some have signed.
        PartlySigned = "partly_signed",
        /// All who must have signed; its start, or its notification, has not come.
        Signed = "signed",
        /// It binds.
        InForce = "in_force",
        /// Its end has passed. A prolongation can still take it up again.
        Expired = "expired",
        /// It was ended before its end.
        Terminated = "terminated",
    }

    /// What somebody does to an agreement as a whole. Signatures and days do the rest.
    AgreementTransition {
        /// `draft → open_for_signature`.
        Open = "open",
        /// `open_for_signature → draft`, as long as nobody has signed.
        Withdraw = "withdraw",
        /// Of what one party signs alone: the others were told.
        Notify = "notify",
        /// `signed | in_force → terminated`.
        Terminate = "terminate",
    }
}

/// An agreement: what was signed first, by whom, and what was amended since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its kind.
    pub kind: AgreementKind,
    /// What was signed first.
    pub content: Content,
    /// When it was opened for signature.
    pub opened_on: Option<NaiveDate>,
    /// Its signatures.
    pub book: SignatureBook,
    /// When the others were told of what one party signed alone.
    pub notified_on: Option<NaiveDate>,
    /// From when on it was ended before its end.
    pub terminated_on: Option<NaiveDate>,
    /// Its amendments, by their numbers.
    pub amendments: Vec<Amendment>,
}

impl Agreement {
    /// The day since which nothing more is missing that people do: the last signature, or the notification after it.
    #[must_use]
    pub fn concluded_on(&self, known_on: NaiveDate) -> Option<NaiveDate> {
        let signed = self.opened_on.and_then(|_| self.book.completed_on(known_on))?;
        match self.kind.is_unilateral() {
            true => self
                .notified_on
                .filter(|day| *day <= known_on)
                .map(|day| day.max(signed)),
            false => Some(signed),
        }
    }

    /// The first day on which it is in force, by what is known: the later of its start and of the last signature.
    #[must_use]
    pub fn in_force_from(&self, known_on: NaiveDate) -> Option<NaiveDate> {
        let concluded = self.concluded_on(known_on)?;
        Some(concluded.max(self.content.period.starts_on))
    }

    /// Where it is on a day, by what is known: signatures after `known_on` do not count, and those before count from the
    /// day on which they take effect.
    #[must_use]
    pub fn status(&self, day: NaiveDate, known_on: NaiveDate) -> AgreementStatus {
        use AgreementStatus as S;
        if self.opened_on.is_none() {
            return S::Draft;
        }
        if self.terminated_on.is_some_and(|end| end <= day) {
            return S::Terminated;
        }
        let by = day.min(known_on);
        if self.book.completed_on(by).is_none() {
            return match self.book.signed(by) {
                0 => S::OpenForSignature,
                _ => S::PartlySigned,
            };
        }
        let ends_on = self.consolidated(day, known_on).period.ends_on;
        match self.in_force_from(by) {
            Some(from) if from <= day && ends_on.is_none_or(|end| day <= end) => S::InForce,
            _ if ends_on.is_some_and(|end| day > end) => S::Expired,
            _ => S::Signed,
        }
    }

    /// Whether it is in force on a day, by what is known.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate, known_on: NaiveDate) -> bool {
        self.status(day, known_on) == AgreementStatus::InForce
    }

    /// What can be done today.
    #[must_use]
    pub fn transitions(&self, today: NaiveDate) -> Vec<AgreementTransition> {
        let status = self.status(today, today);
        let possible = AgreementTransition::ALL.iter().copied();
        possible.filter(|with| self.allows(status, *with)).collect()
    }

    fn allows(&self, status: AgreementStatus, with: AgreementTransition) -> bool {
        use {AgreementStatus as S, AgreementTransition as T};
        match with {
            T::Open => status == S::Draft,
            T::Withdraw => status == S::OpenForSignature && self.book.0.iter().all(|page| page.signed_on.is_none()),
            T::Notify => status == S::Signed && self.kind.is_unilateral() && self.notified_on.is_none(),
            T::Terminate => matches!(status, S::Signed | S::InForce) && self.terminated_on.is_none(),
        }
    }

    /// Checks that something can be done today.
    ///
    /// # Errors
    /// `transition_refused`, naming what is possible.
    pub fn require(&self, with: AgreementTransition, today: NaiveDate) -> Result<(), DomainError> {
        let possible = self.transitions(today);
        if possible.contains(&with) {
            return Ok(());
        }
        let names: Vec<_> = possible.iter().map(|with| with.as_str()).collect();
        let names = if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        };
        let status = self.status(today, today);
        let detail = format!("The agreement is {status}: {with} is not possible; possible: {names}.");
        Err(DomainError::new(Code::TransitionRefused, detail))
    }

    /// Opens it for signature: from now on its text stands.
    ///
    /// # Errors
    /// `transition_refused`, or the faults of its content.
    pub fn open(&mut self, today: NaiveDate) -> Result<(), DomainError> {
        self.require(AgreementTransition::Open, today)?;
        self.content.check(self.kind)?;
        let unilateral = self.kind.is_unilateral();
        self.book = SignatureBook::of(self.content.parties.iter().filter(|party| party.signs || !unilateral));
        self.opened_on = Some(today);
        Ok(())
    }

    /// Takes it back to be written anew.
    ///
    /// # Errors
    /// `transition_refused`.
    pub fn withdraw(&mut self, today: NaiveDate) -> Result<(), DomainError> {
        self.require(AgreementTransition::Withdraw, today)?;
        self.opened_on = None;
        self.book = SignatureBook::default();
        Ok(())
    }

    /// Records the signature of a party. Whoever is not waited for can sign later too.
    ///
    /// # Errors
    /// `transition_refused` where it is a draft, expired or terminated, `signed_before_award`, and those of
    /// [`SignatureBook::sign`].
    pub fn sign(&mut self, partner: PartnerId, signed_on: NaiveDate, today: NaiveDate) -> Result<(), DomainError> {
        use AgreementStatus as S;
        let status = self.status(today, today);
        if matches!(status, S::Draft | S::Expired | S::Terminated) {
            let detail = format!("The agreement is {status}: it is not open for signature.");
            return Err(DomainError::new(Code::TransitionRefused, detail));
        }
        if let Some(contract) = &self.content.contract
            && signed_on < contract.awarded_on
        {
            let detail = format!("{signed_on} lies before the award of {}.", contract.awarded_on);
            let fault = Fault::new(Code::SignedBeforeAward, "/signed_on", detail);
            return Err(fault.with("min", contract.awarded_on.to_string()).into());
        }
        self.book.sign(partner, signed_on, today)
    }

    /// Records that the others were told of what one party signed alone.
    ///
    /// # Errors
    /// `transition_refused`, `date_in_future`, or `date_too_early` before the signature.
    pub fn notify(&mut self, notified_on: NaiveDate, today: NaiveDate) -> Result<(), DomainError> {
        self.require(AgreementTransition::Notify, today)?;
        not_in_future("/notified_on", notified_on, today)?;
        if let Some(signed) = self.book.completed_on(today).filter(|signed| *signed > notified_on) {
            let detail = format!("{notified_on} lies before {signed}, the day of the signature.");
            return Err(Fault::new(Code::DateTooEarly, "/notified_on", detail).into());
        }
        self.notified_on = Some(notified_on);
        Ok(())
    }

    /// Ends it before its end, from a day on that has not passed, or that lies after the last signature.
    ///
    /// # Errors
    /// `transition_refused`, or `date_too_early`.
    pub fn terminate(&mut self, from: NaiveDate, today: NaiveDate) -> Result<(), DomainError> {
        self.require(AgreementTransition::Terminate, today)?;
        if let Some(signed) = self.book.completed_on(today).filter(|signed| from < *signed) {
            let detail = format!("It cannot end on {from}, before its last signature on {signed}.");
            return Err(Fault::new(Code::DateTooEarly, "/terminated_on", detail)
                .with("min", signed.to_string())
                .into());
        }
        self.terminated_on = Some(from);
        Ok(())
    }
}
