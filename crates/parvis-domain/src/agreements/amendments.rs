//! Amendments: numbered changes that take effect from a day on, signed by the parties or brought about by law or order.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::content::{AnnexKey, Clause, ClauseNumber, Content, Party, PartyDraft};
use super::signatures::{SignatureBook, not_in_future};
use super::status::{Agreement, AgreementStatus};
use crate::choices::choices;
use crate::error::{Code, DomainError, Fault, Faults};
use crate::ids::{GrantId, LineId, MovementId, PartnerId};
use crate::localised_text::LocalisedText;
use crate::money::Money;
use crate::period::Period;
use crate::text;

choices! {
    /// How an amendment comes about.
    OriginKind {
        /// The parties sign it.
        Signed = "signed",
        /// A law or an order says so.
        LawOrOrder = "law_or_order",
    }

    /// Where an amendment is on a day.
    AmendmentStatus {
        /// Being written.
        Draft = "draft",
        /// Written, and nobody has signed.
        OpenForSignature = "open_for_signature",
        /// Some have signed.
        PartlySigned = "partly_signed",
        /// Adopted; its effect has not come.
        Adopted = "adopted",
        /// It has taken effect.
        Effective = "effective",
        /// Given up before it was adopted.
        Withdrawn = "withdrawn",
    }
}

/// An amendment as it was written: joining parties are settled when the kinds of their organisations are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendmentDraft {
    /// What it is called.
    pub title: LocalisedText,
    /// How it comes about.
    pub origin: Origin,
    /// From when on it has effect.
    pub effective_on: NaiveDate,
    /// Parties that join.
    pub joining: Vec<PartyDraft>,
    /// Everything else that it changes.
    pub changes: Changes,
}

/// How an amendment comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// All parties concerned sign it.
    Signed,
    /// A law or an order says so; nobody signs. The French finance laws prolonged the city contracts to 2022 and 2023.
    LawOrOrder {
        /// Its reference.
        reference: String,
        /// Its day.
        dated_on: NaiveDate,
    },
}

/// What an amendment changes. What it does not name stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Clauses with their new text, or none where they are repealed.
    pub clauses: BTreeMap<ClauseNumber, Option<Clause>>,
    /// Parties that join.
    pub joining: Vec<Party>,
    /// Parties that leave.
    pub leaving: Vec<PartnerId>,
    /// The new end; `Some(None)` leaves it open.
    pub ends_on: Option<Option<NaiveDate>>,
    /// The new period in which costs must arise.
    pub eligibility: Option<Period>,
    /// The new last day on which money moves; `Some(None)` until the programme is closed.
    pub payable_until: Option<Option<NaiveDate>>,
    /// New amounts of the annex; zero where nothing is left.
    pub amounts: BTreeMap<AnnexKey, Money>,
}

impl Changes {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Applies what concerns text, parties and days.
    pub(super) fn apply_text(&self, content: &mut Content) {
        for (number, clause) in &self.clauses {
            match clause {
                Some(clause) => content.clauses.insert(number.clone(), clause.clone()),
                None => content.clauses.remove(number),
            };
        }
        content.parties.retain(|party| !self.leaving.contains(&party.partner));
        content.parties.extend(self.joining.iter().cloned());
        if let Some(ends_on) = self.ends_on {
            content.period.ends_on = ends_on;
        }
        content.eligibility = self.eligibility.or(content.eligibility);
        if let Some(until) = self.payable_until {
            content.payable_until = until;
        }
    }

    /// Applies what concerns amounts.
    pub(super) fn apply_amounts(&self, content: &mut Content) {
        content
            .annex
            .extend(self.amounts.iter().map(|(key, amount)| (*key, *amount)));
    }
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Its number in the agreement, from 1.
    pub number: u32,
    /// How it comes about.
    pub origin: Origin,
    /// From when on it has effect.
    pub effective_on: NaiveDate,
    /// What it changes.
    pub changes: Changes,
    /// When it was opened for signature, or put on record where nobody signs it.
    pub opened_on: Option<NaiveDate>,
    /// Its signatures.
    pub book: SignatureBook,
    /// When it was given up.
    pub withdrawn_on: Option<NaiveDate>,
}

impl Amendment {
    /// The day of its last signature, or of the law or order, of those known by a day; none where it is not adopted.
    #[must_use]
    pub fn adopted_on(&self, known_on: NaiveDate) -> Option<NaiveDate> {
        self.opened_on.filter(|_| self.withdrawn_on.is_none())?;
        match &self.origin {
            Origin::Signed => self.book.completed_on(known_on),
            Origin::LawOrOrder { dated_on, .. } => Some(*dated_on).filter(|day| *day <= known_on),
        }
    }

    /// The day from which on its amounts count: revisions of a budget are booked neither before they have effect nor
    /// before they are adopted.
    #[must_use]
    pub fn amounts_from(&self, known_on: NaiveDate) -> Option<NaiveDate> {
        self.adopted_on(known_on).map(|day| day.max(self.effective_on))
    }

    /// Where it is on a day.
    #[must_use]
    pub fn status(&self, today: NaiveDate) -> AmendmentStatus {
        use AmendmentStatus as S;
        match (self.opened_on, self.withdrawn_on, self.adopted_on(today)) {
            (_, Some(_), _) => S::Withdrawn,
            (None, ..) => S::Draft,
            (.., Some(_)) if self.effective_on <= today => S::Effective,
            (.., Some(_)) => S::Adopted,
            _ if self.book.signed(today) == 0 => S::OpenForSignature,
            _ => S::PartlySigned,
        }
    }
}

/// A commitment that stands on a grant, as a reduction must name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The grant.
    pub grant: GrantId,
    /// The line.
    pub line: LineId,
    /// The movement.
    pub movement: MovementId,
    /// Its reference, where it has one.
    pub reference: Option<String>,
    /// What of it stands, without what was released or reversed.
    pub standing: Money,
}

impl Agreement {
    /// Whether an amendment can be written: the agreement is signed and was not terminated.
    ///
    /// # Errors
    /// `transition_refused`.
    pub fn require_amendable(&self, today: NaiveDate) -> Result<(), DomainError> {
        use AgreementStatus as S;
        match self.status(today, today) {
            S::Signed | S::InForce | S::Expired => Ok(()),
            status => {
                let detail = format!("The agreement is {status}: what is amended was signed by all first.");
                Err(DomainError::new(Code::TransitionRefused, detail))
            }
        }
    }

    /// The number of the next amendment.
    #[must_use]
    pub fn next_number(&self) -> u32 {
        self.amendments
            .iter()
            .map(|amendment| amendment.number)
            .max()
            .unwrap_or(0)
            + 1
    }

    /// Checks an amendment against the agreement as of the day on which it would have effect, without itself.
    ///
    /// # Errors
    /// Every fault: `nothing_changes`; `effective_before_agreement`; `prolongation_too_late` or `effective_after_end`; a
    /// clause that is repealed or a party that leaves and is not there, a party that joins and is; an end before the
    /// amendment; a law in the future; an amount in another currency; too few left to sign.
    pub fn check_amendment(&self, amendment: &Amendment, today: NaiveDate) -> Result<(), Faults> {
        let mut faults = Faults::new();
        let before = self.before(amendment, today);
        if amendment.changes.is_empty() {
            faults.add(Code::NothingChanges, "/changes", "The amendment changes nothing.");
        }
        if let Origin::LawOrOrder { reference, dated_on } = &amendment.origin {
            faults.keep(text::line("/origin/reference", reference, text::REFERENCE_MAX));
            faults.keep(not_in_future("/origin/dated_on", *dated_on, today));
        }
        faults.keep(check_effect(amendment, &before));
        check_names(&mut faults, &amendment.changes, &before);
        let mut after = before;
        amendment.changes.apply_text(&mut after);
        amendment.changes.apply_amounts(&mut after);
        faults.keep_all(after.check(self.kind));
        faults.finish(Some(()))
    }

    /// Opens an amendment for signature, by whoever is a party before or after it; what law or order says is adopted
    /// thereby.
    ///
    /// # Errors
    /// `transition_refused`, those of [`Agreement::check_amendment`], and `reduction_below_committed` for what nobody signs.
    pub fn open_amendment(
        &mut self,
        number: u32,
        committed: &[Committed],
        today: NaiveDate,
    ) -> Result<(), DomainError> {
        self.require_amendable(today)?;
        let amendment = self.amendment(number)?.clone();
        if amendment.status(today) != AmendmentStatus::Draft {
            return Err(refuse_state(&amendment, today));
        }
        self.check_amendment(&amendment, today)?;
        if amendment.origin != Origin::Signed {
            check_reduction(&amendment.changes, committed)?;
        }
        let before = self.before(&amendment, today);
        let unilateral = self.kind.is_unilateral();
        let parties = before.parties.iter().chain(&amendment.changes.joining);
        let book = match amendment.origin {
            Origin::Signed => SignatureBook::of(parties.filter(|party| party.signs || !unilateral)),
            Origin::LawOrOrder { .. } => SignatureBook::default(),
        };
        let open = self.amendment_mut(number)?;
        open.opened_on = Some(today);
        open.book = book;
        Ok(())
    }

    /// Records the signature of a party under an amendment. With the last that is waited for the amendment is adopted, and
    /// everything is checked once more: other amendments may have come in between.
    ///
    /// # Errors
    /// `transition_refused`, those of [`SignatureBook::sign`], and with the last signature those of
    /// [`Agreement::check_amendment`] and `reduction_below_committed`.
    pub fn sign_amendment(
        &mut self,
        number: u32,
        (partner, signed_on): (PartnerId, NaiveDate),
        committed: &[Committed],
        today: NaiveDate,
    ) -> Result<(), DomainError> {
        use AmendmentStatus as S;
        self.require_amendable(today)?;
        let mut amendment = self.amendment(number)?.clone();
        let signable = !matches!(amendment.status(today), S::Draft | S::Withdrawn);
        if !signable || amendment.origin != Origin::Signed {
            return Err(refuse_state(&amendment, today));
        }
        let adopted_before = amendment.adopted_on(today).is_some();
        amendment.book.sign(partner, signed_on, today)?;
        if !adopted_before && amendment.adopted_on(today).is_some() {
            self.check_amendment(&amendment, today)?;
            check_reduction(&amendment.changes, committed)?;
        }
        *self.amendment_mut(number)? = amendment;
        Ok(())
    }

    /// Gives up an amendment that is not adopted.
    ///
    /// # Errors
    /// `transition_refused`.
    pub fn withdraw_amendment(&mut self, number: u32, today: NaiveDate) -> Result<(), DomainError> {
        use AmendmentStatus as S;
        let amendment = self.amendment_mut(number)?;
        if matches!(
            amendment.status(today),
            S::Draft | S::OpenForSignature | S::PartlySigned
        ) {
            amendment.withdrawn_on = Some(today);
            return Ok(());
        }
        Err(refuse_state(amendment, today))
    }

    /// The amendment of a number.
    ///
    /// # Errors
    /// `not_found`.
    pub fn amendment(&self, number: u32) -> Result<&Amendment, DomainError> {
        let found = self.amendments.iter().find(|amendment| amendment.number == number);
        found.ok_or_else(DomainError::not_found)
    }

    fn amendment_mut(&mut self, number: u32) -> Result<&mut Amendment, DomainError> {
        let found = self.amendments.iter_mut().find(|amendment| amendment.number == number);
        found.ok_or_else(DomainError::not_found)
    }

    /// What holds on the day of the amendment's effect, without it.
    fn before(&self, amendment: &Amendment, today: NaiveDate) -> Content {
        self.consolidated_without(Some(amendment.number), amendment.effective_on, today)
    }
}

fn refuse_state(amendment: &Amendment, today: NaiveDate) -> DomainError {
    let detail = format!("The amendment is {}; this is not possible.", amendment.status(today));
    DomainError::new(Code::TransitionRefused, detail)
}

/// The effect of an amendment lies in the agreement, or on the day after its end where it goes on from there.
fn check_effect(amendment: &Amendment, before: &Content) -> Result<(), Fault> {
    let (effect, starts_on) = (amendment.effective_on, before.period.starts_on);
    let refuse = |code, detail: String| Err(Fault::new(code, "/effective_on", detail));
    if let Some(new) = amendment.changes.ends_on.flatten().filter(|new| *new < effect) {
        let detail = format!("The new end {new} lies before {effect}, when the amendment takes effect.");
        return Err(Fault::new(Code::PeriodInverted, "/changes/ends_on", detail));
    }
    if effect < starts_on {
        let detail = format!("{effect} lies before {starts_on}, the first day of the agreement.");
        return refuse(Code::EffectiveBeforeAgreement, detail);
    }
    let Some(end) = before.period.ends_on.filter(|end| effect > *end) else {
        return Ok(());
    };
    let prolongs = amendment
        .changes
        .ends_on
        .is_some_and(|new| new.is_none_or(|new| new > end));
    let next = end.checked_add_days(Days::new(1)).unwrap_or(end);
    match prolongs {
        true if effect == next => Ok(()),
        true => {
            let detail = format!("The agreement ends on {end}: a prolongation takes effect on {next} at the latest.");
            refuse(Code::ProlongationTooLate, detail)
        }
        false => {
            let detail = format!("The agreement ends on {end}, before {effect}.");
            refuse(Code::EffectiveAfterEnd, detail)
        }
    }
}

/// Names what an amendment speaks of and what is not there, or is there already.
fn check_names(faults: &mut Faults, changes: &Changes, before: &Content) {
    for (number, clause) in &changes.clauses {
        if clause.is_none() && !before.clauses.contains_key(number) {
            let detail = format!("There is no clause {number} that could be repealed.");
            faults.add(Code::ReferenceUnknown, "/changes/repealed", detail);
        }
    }
    let is_party = |partner| before.parties.iter().any(|party| party.partner == partner);
    for (i, partner) in changes.leaving.iter().enumerate() {
        if !is_party(*partner) {
            let detail = "This organisation is no party that could leave.";
            faults.add(Code::ReferenceUnknown, format!("/changes/leaving/{i}"), detail);
        }
    }
}

/// Checks that no amount falls below what is committed.
///
/// # Errors
/// `reduction_below_committed` for each amount, naming the commitments with their references and what stands of them.
pub fn check_reduction(changes: &Changes, committed: &[Committed]) -> Result<(), Faults> {
    let mut faults = Faults::new();
    for (key, amount) in &changes.amounts {
        let concerned = |one: &&Committed| one.grant == key.grant && key.line.is_none_or(|line| line == one.line);
        let standing: Vec<_> = committed
            .iter()
            .filter(concerned)
            .filter(|one| one.standing.minor > 0)
            .collect();
        let sum = standing
            .iter()
            .map(|one| one.standing.minor)
            .fold(0, i64::saturating_add);
        if amount.minor >= sum {
            continue;
        }
        let name = |one: &&Committed| {
            let reference = one.reference.clone().unwrap_or_else(|| one.movement.to_string());
            format!("{reference} ({})", one.standing)
        };
        let names = standing.iter().map(name).collect::<Vec<_>>().join(", ");
        let sum = Money::new(sum, amount.currency);
        let detail =
            format!("{amount} is less than {sum}, which is committed: {names}. Release what is too much first.");
        let ids: Vec<_> = standing.iter().map(|one| one.movement.to_string()).collect();
        faults.push(
            Fault::new(Code::ReductionBelowCommitted, "/changes/amounts", detail)
                .with("grant", key.grant.to_string())
                .with("committed", sum.to_string())
                .with("movements", ids.join(", ")),
        );
    }
    faults.finish(Some(()))
}
