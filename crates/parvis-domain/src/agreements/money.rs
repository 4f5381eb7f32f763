//! What an agreement allows of the money that rests on it (rule 10 of the ledger).
//!
//! Money that rests on no agreement, such as a partner's own works, is not held: none of this is asked for it. So Phnom
//! Penh could renovate its canal in 2019, months before the agreement was signed.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::AgreementKind;
use super::content::agreed;
use super::status::{Agreement, AgreementStatus};
use crate::budgets::MovementKind;
use crate::error::{Code, Fault};
use crate::ids::{GrantId, PartnerId};
use crate::money::Money;

/// What a grant rests on, as far as a movement of it is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Resting<'a> {
    /// The agreement.
    pub agreement: &'a Agreement,
    /// Its title or reference, for sentences.
    pub name: &'a str,
    /// Names of the parties, for sentences.
    pub parties: &'a BTreeMap<PartnerId, String>,
    /// Who pays.
    pub payer: PartnerId,
    /// The day on which the programme was closed.
    pub closed_on: Option<NaiveDate>,
    /// Today: signatures of which nothing is known yet do not count.
    pub today: NaiveDate,
}

/// The days of a movement that the rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// What kind.
    pub kind: MovementKind,
    /// Whether it reverses another movement.
    pub reversal: bool,
    /// Whether it waits for a second person.
    pub pending: bool,
    /// The day in the accounts.
    pub booked_on: NaiveDate,
    /// When the cost arose; the day in the accounts where nothing is said.
    pub incurred_on: Option<NaiveDate>,
}

/// Whether a movement may bear its days:
/// - a commitment lies on a day on which the agreement is in force; one that waits for a second person may lie on any
///   day from the payer's own decision on, and is approved only in force;
/// - a disbursement lies on the first day in force or later;
/// - what is disbursed, justified, repaid, released or reversed lies on the last day payable or earlier, also when the
///   agreement has expired meanwhile;
/// - the cost of an expenditure arose in the eligible period.
///
/// # Errors
/// `agreement_not_in_force`, `payable_period_over` or `outside_eligibility`.
pub fn check_movement(resting: &Resting<'_>, movement: &Dated) -> Result<(), Fault> {
    use MovementKind as K;
    match movement.kind {
        _ if movement.reversal => resting.check_payable(movement.booked_on),
        K::Commitment if movement.pending && resting.is_authorised(movement.booked_on) => Ok(()),
        K::Commitment => resting.check_in_force(movement.booked_on),
        K::Disbursement => {
            resting.check_begun(movement.booked_on)?;
            resting.check_payable(movement.booked_on)
        }
        K::Justification | K::Repayment | K::Decommitment => resting.check_payable(movement.booked_on),
        K::Expenditure => resting.check_eligible(movement.incurred_on.unwrap_or(movement.booked_on)),
        K::Pledge | K::InKind | K::Transfer => Ok(()),
    }
}

/// Whether a movement that waited for a second person may be approved today: a commitment only while the agreement is in
/// force, everything else by its own days.
///
/// # Errors
/// Those of [`check_movement`].
pub fn check_approval(resting: &Resting<'_>, movement: &Dated) -> Result<(), Fault> {
    if movement.kind == MovementKind::Commitment && !movement.reversal {
        return resting.check_in_force(resting.today);
    }
    let approved = Dated {
        pending: false,
        ..*movement
    };
    check_movement(resting, &approved)
}

/// Whether a tranche may be released on a day.
///
/// # Errors
/// `agreement_not_in_force` or `payable_period_over`.
pub fn check_release(resting: &Resting<'_>, released_on: NaiveDate) -> Result<(), Fault> {
    resting.check_begun(released_on)?;
    resting.check_payable(released_on)
}

/// Whether what a grant binds stays within what is agreed on that day and later. `bound` is what would be committed
/// altogether, in minor units.
///
/// # Errors
/// `agreed_amount_exceeded`. Nothing is asked where the annex does not name the grant.
pub fn check_agreed(resting: &Resting<'_>, grant: GrantId, day: NaiveDate, bound: i64) -> Result<(), Fault> {
    let agreement = resting.agreement;
    if agreed(&agreement.consolidated(day, resting.today).annex, grant).is_none() {
        return Ok(());
    }
    match agreement.agreed_from(grant, day, resting.today) {
        Some(amount) if bound > amount.minor => {
            let bound = Money::new(bound, amount.currency);
            let detail = format!(
                "{bound} would be bound on {day}, and {} provides for {amount}.",
                resting.name
            );
            Err(Fault::new(Code::AgreedAmountExceeded, "/amount", detail).with("max", amount.to_string()))
        }
        _ => Ok(()),
    }
}

impl Resting<'_> {
    fn check_in_force(&self, day: NaiveDate) -> Result<(), Fault> {
        match self.agreement.is_in_force(day, self.today) {
            true => Ok(()),
            false => Err(self.not_in_force(day)),
        }
    }

    fn check_begun(&self, day: NaiveDate) -> Result<(), Fault> {
        match self.agreement.in_force_from(self.today) {
            Some(from) if from <= day => Ok(()),
            _ => Err(self.not_in_force(day)),
        }
    }

    fn check_payable(&self, day: NaiveDate) -> Result<(), Fault> {
        let until = self.agreement.consolidated(day, self.today).payable_until;
        match until.or(self.closed_on) {
            Some(until) if day > until => {
                let detail = format!("Money of {} moves until {until}, and {day} lies after it.", self.name);
                Err(Fault::new(Code::PayablePeriodOver, "/booked_on", detail).with("max", until.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// What was eligible is asked of the agreement as it stands today: a prolongation makes later costs eligible.
    fn check_eligible(&self, day: NaiveDate) -> Result<(), Fault> {
        let eligible = self.agreement.consolidated(self.today, self.today).eligible();
        if eligible.contains(day) {
            return Ok(());
        }
        let end = eligible
            .ends_on
            .map_or_else(|| "on".to_owned(), |end| format!("to {end}"));
        let detail = format!(
            "{} accepts costs that arose from {} {end}; this one arose on {day}.",
            self.name, eligible.starts_on
        );
        Err(Fault::new(Code::OutsideEligibility, "/incurred_on", detail))
    }

    /// Whether the payer had decided for itself by a day.
    fn is_authorised(&self, day: NaiveDate) -> bool {
        let page = self.agreement.book.page(self.payer);
        let decision = page.and_then(|page| page.authorisation.as_ref());
        decision.is_some_and(|decision| decision.decided_on <= day)
    }

    fn not_in_force(&self, day: NaiveDate) -> Fault {
        use AgreementStatus as S;
        let agreement = self.agreement;
        let status = agreement.status(day, self.today);
        let missing = agreement.book.missing(day.min(self.today));
        let why = match status {
            S::Draft => "it is not open for signature yet".to_owned(),
            S::OpenForSignature | S::PartlySigned => format!("not signed by that day by {}", self.names(&missing)),
            S::Signed => match agreement.in_force_from(self.today) {
                Some(from) => format!("it is in force from {from} on"),
                None => "its notification is missing".to_owned(),
            },
            S::Expired => {
                "it has expired; an amendment that prolongs it without a gap opens these days again".to_owned()
            }
            S::Terminated => "it was terminated".to_owned(),
            S::InForce => "it came into force later".to_owned(),
        };
        let detail = format!("{} is not in force on {day}: {why}.", self.name);
        let fault = Fault::new(Code::AgreementNotInForce, "/booked_on", detail).with("status", status.as_str());
        if missing.is_empty() {
            return fault;
        }
        let ids: Vec<_> = missing.iter().map(ToString::to_string).collect();
        fault.with("missing", ids.join(", "))
    }

    fn names(&self, partners: &[PartnerId]) -> String {
        let name = |partner: &PartnerId| {
            self.parties
                .get(partner)
                .cloned()
                .unwrap_or_else(|| partner.to_string())
        };
        partners.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}

/// The day by which a grant that rests on an agreement must be published, where its funder is under that duty: three
/// months after the signature, above a yearly amount (23,000 EUR in France).
///
/// Source: loi n° 2000-321 du 12 avril 2000, articles 9-1 and 10; décret n° 2001-495 du 6 juin 2001.
#[must_use]
pub fn publication_due(
    kind: AgreementKind,
    signed_on: NaiveDate,
    yearly: Money,
    threshold: Option<Money>,
) -> Option<NaiveDate> {
    let rests = matches!(
        kind,
        AgreementKind::Convention | AgreementKind::FrameworkContract | AgreementKind::GrantDecision
    );
    let above = threshold.is_some_and(|least| least.currency == yearly.currency && yearly.minor > least.minor);
    (rests && above)
        .then(|| signed_on.checked_add_months(chrono::Months::new(3)))
        .flatten()
}
