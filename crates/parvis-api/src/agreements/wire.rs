//! From the store's view of agreements to the wire's.

use chrono::NaiveDate;
use parvis_domain::agreements::amendments::AmendmentStatus;
use parvis_domain::agreements::{Content, Origin, SignatureBook};
use parvis_store::StoreResult;
use parvis_store::agreements as store;
use parvis_wire::agreements as wire;

use super::Sight;

pub(super) fn summary(agreement: &store::Agreement, today: NaiveDate) -> wire::AgreementSummary {
    let rules = &agreement.rules;
    let signers = rules.content.signers().count();
    let waited_for = |partner| rules.content.signers().any(|party| party.partner == partner);
    let pages = rules.book.0.iter().filter(|page| waited_for(page.partner));
    let signed = pages.filter(|page| page.signed_on.is_some()).count();
    wire::AgreementSummary {
        id: agreement.id.into(),
        programme_id: agreement.programme_id.into(),
        kind: rules.kind,
        reference: agreement.reference.clone(),
        title: agreement.title.clone(),
        status: rules.status(today, today),
        starts_on: rules.content.period.starts_on,
        ends_on: rules.consolidated(today, today).period.ends_on,
        signed: u32::try_from(signed).unwrap_or(u32::MAX),
        signers: u32::try_from(signers).unwrap_or(u32::MAX),
        created_at: agreement.created_at,
    }
}

pub(super) fn agreement(agreement: &store::Agreement, sight: Sight) -> wire::Agreement {
    let (rules, today) = (&agreement.rules, sight.today);
    let amounts = sight.amounts(agreement);
    let amendments = rules.amendments.iter().zip(&agreement.amendments);
    let adopted = |status| matches!(status, AmendmentStatus::Adopted | AmendmentStatus::Effective);
    let shown = amendments.filter(|(amendment, _)| sight.member || adopted(amendment.status(today)));
    wire::Agreement {
        id: agreement.id.into(),
        programme_id: agreement.programme_id.into(),
        kind: rules.kind,
        reference: agreement.reference.clone(),
        title: agreement.title.clone(),
        status: rules.status(today, today),
        transitions: rules.transitions(today),
        opened_on: rules.opened_on,
        in_force_from: rules.in_force_from(today),
        notified_on: rules.notified_on,
        terminated_on: rules.terminated_on,
        termination_reason: agreement.termination_reason.clone().filter(|_| sight.member),
        content: content(&rules.content, amounts),
        signatures: signings(agreement, None, &rules.book, sight),
        amendments: shown
            .map(|(amendment, name)| {
                let origin: wire::AmendmentOrigin = (&amendment.origin).into();
                let mut changes = wire::NewChanges::from(&amendment.changes);
                if !amounts {
                    changes.amounts.clear();
                }
                wire::Amendment {
                    id: name.id.into(),
                    number: amendment.number,
                    status: amendment.status(today),
                    origin,
                    title: name.title.clone(),
                    effective_on: amendment.effective_on,
                    adopted_on: amendment.adopted_on(today),
                    amounts_from: amendment.amounts_from(today),
                    changes,
                    opened_on: amendment.opened_on,
                    withdrawn_on: amendment.withdrawn_on,
                    signatures: signings(agreement, Some(amendment.number), &amendment.book, sight),
                }
            })
            .collect(),
        place_ids: agreement.places.iter().copied().map(Into::into).collect(),
        decision_ids: agreement.decisions.iter().copied().map(Into::into).collect(),
        version: agreement.version,
        created_at: agreement.created_at,
        updated_at: agreement.updated_at,
    }
}

fn signings(
    agreement: &store::Agreement,
    amendment: Option<u32>,
    book: &SignatureBook,
    sight: Sight,
) -> Vec<wire::Signing> {
    let page = |page| {
        let page: &parvis_domain::agreements::Signing = page;
        let mut signed = agreement.signed.iter();
        let signed = signed.find(|signed| (signed.amendment, signed.partner) == (amendment, page.partner));
        let person = signed
            .and_then(|signed| signed.signatory.clone())
            .filter(|_| sight.member);
        let signatory = person.map(|(name, quality)| wire::Signatory { name, quality });
        wire::Signing::of(page, signatory, signed.and_then(|signed| signed.evidence.clone()))
    };
    book.0.iter().map(page).collect()
}

/// What an agreement says, without its amounts where they are not shown.
pub(super) fn content(content: &Content, amounts: bool) -> wire::AgreementContent {
    let mut told = wire::AgreementContent::from(content);
    if !amounts {
        told.annex.clear();
    }
    told
}

/// The draft as a change is laid over it.
pub(super) fn as_new(agreement: &store::Agreement) -> wire::NewAgreement {
    let content = &agreement.rules.content;
    wire::NewAgreement {
        kind: agreement.rules.kind,
        reference: agreement.reference.clone(),
        title: agreement.title.clone(),
        starts_on: content.period.starts_on.to_string(),
        ends_on: content.period.ends_on.map(|day| day.to_string()),
        eligibility: content.eligibility.map(Into::into),
        payable_until: content.payable_until.map(|day| day.to_string()),
        parties: content.parties.iter().map(Into::into).collect(),
        clauses: content
            .clauses
            .iter()
            .map(|(number, clause)| wire::NewClause {
                number: number.to_string(),
                title: clause.title.clone(),
                text: clause.text.clone(),
            })
            .collect(),
        annex: content.annex.iter().map(Into::into).collect(),
        contract: content.contract.as_ref().map(Into::into),
        place_ids: agreement.places.iter().copied().map(Into::into).collect(),
    }
}

/// The draft of an amendment as a change is laid over it.
pub(super) fn as_new_amendment(agreement: &store::Agreement, number: u32) -> StoreResult<wire::NewAmendment> {
    let amendment = agreement.rules.amendment(number)?;
    let named = agreement.amendments.iter().find(|name| name.number == number);
    let origin: &Origin = &amendment.origin;
    Ok(wire::NewAmendment {
        origin: origin.into(),
        title: named.map(|name| name.title.clone()).unwrap_or_default(),
        effective_on: amendment.effective_on.to_string(),
        changes: (&amendment.changes).into(),
    })
}

pub(super) fn obligation(obligation: &store::Obligation, warning: u16, today: NaiveDate) -> wire::Obligation {
    let rules = &obligation.rules;
    let days = rules.standing(obligation.runs, warning, today).into_iter();
    wire::Obligation {
        id: rules.id.into(),
        agreement_id: obligation.agreement_id.into(),
        kind: rules.kind,
        title: rules.title.clone(),
        owed_by: rules.owed_by.into(),
        owed_to: rules.owed_to.map(Into::into),
        first_on: rules.schedule.first_on,
        every_months: rules.schedule.every_months,
        until: rules.schedule.until,
        days: days.map(|(due_on, status)| wire::DueDay { due_on, status }).collect(),
        archived: obligation.archived_at.is_some(),
        version: obligation.version,
    }
}

/// An obligation as a change is laid over it.
pub(super) fn as_new_obligation(obligation: &store::Obligation) -> wire::NewObligation {
    let rules = &obligation.rules;
    wire::NewObligation {
        kind: rules.kind,
        title: rules.title.clone(),
        owed_by: rules.owed_by.into(),
        owed_to: rules.owed_to.map(Into::into),
        first_on: rules.schedule.first_on.to_string(),
        every_months: rules.schedule.every_months,
        until: rules.schedule.until.map(|day| day.to_string()),
    }
}
