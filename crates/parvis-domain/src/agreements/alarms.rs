//! What somebody should look at: agreements to sign, ends that come near, obligations, duties to publish. They are worked
//! out when they are read and never stored.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::amendments::AmendmentStatus;
use super::obligations::{DueStatus, Obligation};
use super::status::{Agreement, AgreementStatus};
use crate::budgets::alerts::Severity;
use crate::choices::choices;
use crate::ids::{ObligationId, PartnerId};

choices! {
    /// What an alarm is about.
    AlarmCode {
        /// A party has not signed the agreement.
        ToSign = "agreement_to_sign",
        /// A party has not signed an amendment.
        AmendmentToSign = "amendment_to_sign",
        /// The agreement ends soon.
        Expiring = "agreement_expiring",
        /// An obligation is due soon.
        ObligationDue = "obligation_due",
        /// The day of an obligation has passed.
        ObligationOverdue = "obligation_overdue",
        /// A grant that rests on the agreement is to be published soon.
        PublicationDue = "publication_due",
        /// A grant should have been published.
        PublicationOverdue = "publication_overdue",
    }
}

/// How many days before the event a programme wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlarmPolicy {
    /// Before an agreement ends.
    pub expiry_days: u16,
    /// Before an obligation is due.
    pub obligation_days: u16,
    /// Before a grant is to be published.
    pub publication_days: u16,
}

impl Default for AlarmPolicy {
    fn default() -> Self {
        Self {
            expiry_days: 180,
            obligation_days: 30,
            publication_days: 30,
        }
    }
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// What it is about.
    pub code: AlarmCode,
    /// How much it presses.
    pub severity: Severity,
    /// Whom it concerns; everybody where nobody is named.
    pub partner: Option<PartnerId>,
    /// The day that matters, where there is one.
    pub date: Option<NaiveDate>,
    /// The number of the amendment.
    pub amendment: Option<u32>,
    /// The obligation.
    pub obligation: Option<ObligationId>,
}

impl Alarm {
    fn new(code: AlarmCode, severity: Severity) -> Self {
        Self {
            code,
            severity,
            partner: None,
            date: None,
            amendment: None,
            obligation: None,
        }
    }
}

/// A grant that is to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// Whose duty it is.
    pub funder: PartnerId,
    /// By when; see [`super::money::publication_due`].
    pub due_on: NaiveDate,
    /// When it was published.
    pub published_on: Option<NaiveDate>,
}

/// All alarms of an agreement on a day, the pressing ones first.
#[must_use]
pub fn alarms(
    agreement: &Agreement,
    obligations: &[Obligation],
    publications: &[Publication],
    policy: AlarmPolicy,
    today: NaiveDate,
) -> Vec<Alarm> {
    let mut found = to_sign(agreement, today);
    found.extend(expiring(agreement, policy, today));
    if binds(agreement.status(today, today)) {
        found.extend(obligations.iter().flat_map(|owed| due(agreement, owed, policy, today)));
    }
    found.extend(publications.iter().filter_map(|duty| to_publish(duty, policy, today)));
    found.sort_by_key(|alarm| (alarm.severity, alarm.date));
    found
}

/// Obligations go on after the end of the agreement: the final report is due then.
fn binds(status: AgreementStatus) -> bool {
    use AgreementStatus as S;
    matches!(status, S::InForce | S::Expired | S::Terminated)
}

fn to_sign(agreement: &Agreement, today: NaiveDate) -> Vec<Alarm> {
    use {AgreementStatus as S, AmendmentStatus as A};
    let started = agreement.content.period.starts_on <= today;
    let severity = |late| if late { Severity::Urgent } else { Severity::Warning };
    let alarm = |code, late, partner| Alarm {
        partner: Some(partner),
        ..Alarm::new(code, severity(late))
    };
    let mut found = Vec::new();
    if matches!(agreement.status(today, today), S::OpenForSignature | S::PartlySigned) {
        let missing = agreement.book.missing(today).into_iter();
        found.extend(missing.map(|partner| alarm(AlarmCode::ToSign, started, partner)));
    }
    let open = |status| matches!(status, A::OpenForSignature | A::PartlySigned);
    for amendment in agreement
        .amendments
        .iter()
        .filter(|amendment| open(amendment.status(today)))
    {
        let missing = amendment.book.missing(today).into_iter();
        let late = amendment.effective_on <= today;
        found.extend(missing.map(|partner| Alarm {
            amendment: Some(amendment.number),
            date: Some(amendment.effective_on),
            ..alarm(AlarmCode::AmendmentToSign, late, partner)
        }));
    }
    found
}

/// Nobody is warned of an end that an adopted amendment has moved already.
fn expiring(agreement: &Agreement, policy: AlarmPolicy, today: NaiveDate) -> Option<Alarm> {
    let ends_on = agreement.consolidated(today, today).period.ends_on?;
    let left = (ends_on - today).num_days();
    let next = ends_on.succ_opt()?;
    let soon = (0..=i64::from(policy.expiry_days)).contains(&left);
    if !soon || !agreement.is_in_force(today, today) || agreement.is_in_force(next, today) {
        return None;
    }
    let severity = if left <= 30 {
        Severity::Urgent
    } else {
        Severity::Warning
    };
    Some(Alarm {
        date: Some(ends_on),
        ..Alarm::new(AlarmCode::Expiring, severity)
    })
}

fn due(agreement: &Agreement, owed: &Obligation, policy: AlarmPolicy, today: NaiveDate) -> Vec<Alarm> {
    let runs = agreement.consolidated(today, today).period;
    let alarm = |(day, status)| {
        let (code, severity) = match status {
            DueStatus::Overdue => (AlarmCode::ObligationOverdue, Severity::Urgent),
            DueStatus::Due => (AlarmCode::ObligationDue, Severity::Warning),
            DueStatus::Met | DueStatus::Ahead => return None,
        };
        Some(Alarm {
            partner: Some(owed.owed_by),
            date: Some(day),
            obligation: Some(owed.id),
            ..Alarm::new(code, severity)
        })
    };
    let standing = owed.standing(runs, policy.obligation_days, today);
    standing.into_iter().filter_map(alarm).collect()
}

fn to_publish(duty: &Publication, policy: AlarmPolicy, today: NaiveDate) -> Option<Alarm> {
    if duty.published_on.is_some() {
        return None;
    }
    let (code, severity) = match (duty.due_on - today).num_days() {
        ..0 => (AlarmCode::PublicationOverdue, Severity::Urgent),
        left if left <= i64::from(policy.publication_days) => (AlarmCode::PublicationDue, Severity::Warning),
        _ => return None,
    };
    Some(Alarm {
        partner: Some(duty.funder),
        date: Some(duty.due_on),
        ..Alarm::new(code, severity)
    })
}
