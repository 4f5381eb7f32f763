//! Drafts of agreements are written, changed and deleted.

use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::agreements::AgreementStatus;
use parvis_domain::agreements::content::{AgreementDraft, Content};
use parvis_domain::ids::{AgreementId, PartnerId};
use parvis_domain::{Code, DomainError, Fault, Faults, text};
use serde_json::Value;

use super::references::{self, KnownGrant};
use super::{Agreement, finish, get_agreement, record, touch};
use crate::columns::{IntoDb, json, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::programmes::ProgrammeContext;
use crate::schema::{
    agreement_amounts as amounts, agreement_clauses as clauses, agreement_parties as parties,
    agreement_places as places, agreements,
};
use crate::stamp::Stamp;

/// Writes the draft of an agreement. The grants of its annex rest on it from then on.
///
/// # Errors
/// `reference_unknown`, `currency_mismatch`, `in_use` for a grant that rests on another agreement.
pub fn create_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    draft: &AgreementDraft,
) -> StoreResult<Agreement> {
    let known = references::check_annex(conn, programme.id, None, &draft.annex, "/annex")?;
    let content = settle(conn, draft)?;
    let id: AgreementId = stamp.id();
    diesel::insert_into(agreements::table)
        .values((
            agreements::id.eq(id.db()),
            agreements::programme_id.eq(programme.id.db()),
            agreements::kind.eq(draft.kind.as_str()),
            agreements::reference.eq(&draft.reference),
            agreements::title.eq(json(&draft.title)?),
            agreements::search.eq(search(draft)),
            agreements::starts_on.eq(content.period.starts_on),
            agreements::ends_on.eq(content.period.ends_on),
            agreements::eligible_from.eq(content.eligibility.map(|days| days.starts_on)),
            agreements::eligible_until.eq(content.eligibility.and_then(|days| days.ends_on)),
            agreements::payable_until.eq(content.payable_until),
            agreements::awarded_on.eq(content.contract.as_ref().map(|terms| terms.awarded_on)),
            agreements::award_reference.eq(content.contract.as_ref().map(|terms| &terms.award_reference)),
            agreements::value_minor.eq(content.contract.as_ref().map(|terms| terms.value.minor)),
            agreements::currency.eq(content.contract.as_ref().map(|terms| terms.value.currency.code())),
            (
                agreements::version.eq(1_i64),
                agreements::created_at.eq(micros(stamp.at)),
                agreements::updated_at.eq(micros(stamp.at)),
            ),
        ))
        .execute(conn)?;
    insert_parts(conn, stamp, (programme, id), draft, &content, &known)?;
    let made = get_agreement(conn, id)?;
    record(conn, stamp, Operation::CreateAgreement, Value::Null, &made)?;
    Ok(made)
}

/// Changes a draft that was read at its version.
///
/// # Errors
/// `transition_refused` once it is open for signature, `version_stale`, and those of [`create_agreement`].
pub fn update_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &Agreement,
    draft: &AgreementDraft,
) -> StoreResult<Agreement> {
    require_draft(before, programme, stamp)?;
    let known = references::check_annex(conn, programme.id, Some(before.id), &draft.annex, "/annex")?;
    touch(conn, stamp, before)?;
    let content = settle(conn, draft)?;
    diesel::update(agreements::table.find(before.id.db()))
        .set((
            agreements::kind.eq(draft.kind.as_str()),
            agreements::reference.eq(&draft.reference),
            agreements::title.eq(json(&draft.title)?),
            agreements::search.eq(search(draft)),
            agreements::starts_on.eq(content.period.starts_on),
            agreements::ends_on.eq(content.period.ends_on),
            agreements::eligible_from.eq(content.eligibility.map(|days| days.starts_on)),
            agreements::eligible_until.eq(content.eligibility.and_then(|days| days.ends_on)),
            agreements::payable_until.eq(content.payable_until),
            agreements::awarded_on.eq(content.contract.as_ref().map(|terms| terms.awarded_on)),
            agreements::award_reference.eq(content.contract.as_ref().map(|terms| &terms.award_reference)),
            agreements::value_minor.eq(content.contract.as_ref().map(|terms| terms.value.minor)),
            agreements::currency.eq(content.contract.as_ref().map(|terms| terms.value.currency.code())),
        ))
        .execute(conn)?;
    delete_parts(conn, before.id)?;
    references::free(conn, before.id)?;
    insert_parts(conn, stamp, (programme, before.id), draft, &content, &known)?;
    finish(conn, stamp, Operation::UpdateAgreement, before)
}

/// Deletes a draft: it is found no more, and the grants that rested on it are free.
///
/// # Errors
/// `transition_refused` once it is open for signature, `version_stale`.
pub fn delete_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: &ProgrammeContext,
    before: &Agreement,
) -> StoreResult<()> {
    require_draft(before, programme, stamp)?;
    touch(conn, stamp, before)?;
    diesel::update(agreements::table.find(before.id.db()))
        .set(agreements::archived_at.eq(Some(micros(stamp.at))))
        .execute(conn)?;
    references::free(conn, before.id)?;
    finish(conn, stamp, Operation::DeleteAgreement, before).map(drop)
}

/// What was opened for signature is amended, not rewritten.
fn require_draft(before: &Agreement, programme: &ProgrammeContext, stamp: &Stamp<'_>) -> StoreResult<()> {
    let today = programme.today(stamp)?;
    match before.rules.status(today, today) {
        AgreementStatus::Draft => Ok(()),
        status => {
            let detail =
                format!("The agreement is {status}: its text stands. Withdraw it, or amend it once it is signed.");
            Err(DomainError::new(Code::TransitionRefused, detail).into())
        }
    }
}

fn search(draft: &AgreementDraft) -> String {
    let reference = draft.reference.as_deref().map(text::fold).unwrap_or_default();
    format!("{} {reference}", draft.title.folded())
}

/// What the draft says, once the kinds of its organisations are known.
fn settle(conn: &mut Conn, draft: &AgreementDraft) -> StoreResult<Content> {
    let partners: Vec<PartnerId> = draft.parties.iter().map(|party| party.partner).collect();
    let kinds = references::kinds(conn, &partners, |i| format!("/parties/{i}/partner_id"))?;
    references::require_places(conn, &draft.places)?;
    let parties = draft.parties.iter().cloned();
    let settled = parties.filter_map(|party| {
        let kind = kinds.get(&party.partner)?;
        Some(party.settle(draft.kind, *kind))
    });
    let content = Content {
        parties: settled.collect(),
        period: draft.period,
        eligibility: draft.eligibility,
        payable_until: draft.payable_until,
        clauses: draft.clauses.clone(),
        annex: draft.annex.clone(),
        contract: draft.contract.clone(),
    };
    if let Err(faults) = content.check(draft.kind) {
        require_storable(faults)?;
    }
    Ok(content)
}

/// A draft may lack parties, or have too many. What no draft may be is a contract without its award, anything else with
/// one, or money that stops moving before the end: the columns hold no such thing.
fn require_storable(faults: Faults) -> StoreResult<()> {
    let held = |fault: &Fault| ["/contract", "/payable_until"].contains(&fault.pointer.as_str());
    let found = Faults(faults.0.into_iter().filter(held).collect());
    Ok(found.finish(Some(()))?)
}

fn delete_parts(conn: &mut Conn, id: AgreementId) -> StoreResult<()> {
    diesel::delete(parties::table.filter(parties::agreement_id.eq(id.db()))).execute(conn)?;
    diesel::delete(clauses::table.filter(clauses::agreement_id.eq(id.db()))).execute(conn)?;
    diesel::delete(amounts::table.filter(amounts::agreement_id.eq(id.db()))).execute(conn)?;
    diesel::delete(places::table.filter(places::agreement_id.eq(id.db()))).execute(conn)?;
    Ok(())
}

fn insert_parts(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    (programme, id): (&ProgrammeContext, AgreementId),
    draft: &AgreementDraft,
    content: &Content,
    known: &[KnownGrant],
) -> StoreResult<()> {
    for (position, party) in (0_i32..).zip(&content.parties) {
        diesel::insert_into(parties::table)
            .values((
                parties::agreement_id.eq(id.db()),
                parties::partner_id.eq(party.partner.db()),
                parties::programme_id.eq(programme.id.db()),
                parties::position.eq(position),
                parties::capacities.eq(json(&party.capacities)?),
                parties::signs.eq(party.signs),
                parties::needs_authorisation.eq(party.needs_authorisation),
            ))
            .execute(conn)?;
    }
    for (number, clause) in &content.clauses {
        diesel::insert_into(clauses::table)
            .values((
                clauses::agreement_id.eq(id.db()),
                clauses::number.eq(number.to_string()),
                clauses::programme_id.eq(programme.id.db()),
                clauses::title.eq(clause.title.as_ref().map(json).transpose()?),
                clauses::text.eq(json(&clause.text)?),
            ))
            .execute(conn)?;
    }
    for (key, amount) in &content.annex {
        let own: uuid::Uuid = stamp.id();
        diesel::insert_into(amounts::table)
            .values((
                amounts::id.eq(own.db()),
                amounts::agreement_id.eq(id.db()),
                amounts::grant_id.eq(key.grant.db()),
                amounts::line_id.eq(key.line.map(IntoDb::db)),
                amounts::programme_id.eq(programme.id.db()),
                amounts::amount_minor.eq(amount.minor),
                amounts::currency.eq(amount.currency.code()),
            ))
            .execute(conn)?;
    }
    for place in &draft.places {
        diesel::insert_into(places::table)
            .values((
                places::agreement_id.eq(id.db()),
                places::place_id.eq(place.db()),
                places::programme_id.eq(programme.id.db()),
            ))
            .execute(conn)?;
    }
    references::rest(conn, id, known)
}
