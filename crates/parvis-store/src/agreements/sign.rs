//! The life of an agreement: it is opened, each party decides and signs, it is notified, it is ended early.

use chrono::NaiveDate;
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::agreements::signatures::NewSignature;
use parvis_domain::agreements::{Agreement as Rules, Authorisation};
use parvis_domain::ids::{AmendmentId, PartnerId};

use super::{Agreement, finish, touch};
use crate::columns::{IntoDb, micros};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{
    agreement_authorisations as authorisations, agreement_signatories as signatories,
    agreement_signatures as signatures, agreements,
};
use crate::stamp::Stamp;

/// Writes where the rules have brought an agreement.
fn keep(conn: &mut Conn, before: &Agreement, rules: &Rules) -> StoreResult<()> {
    diesel::update(agreements::table.find(before.id.db()))
        .set((
            agreements::opened_on.eq(rules.opened_on),
            agreements::notified_on.eq(rules.notified_on),
        ))
        .execute(conn)?;
    Ok(())
}

/// Opens a draft for signature: from then on its text stands.
///
/// # Errors
/// `transition_refused`, `version_stale`, every fault of the content.
pub fn open_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let mut rules = before.rules.clone();
    rules.open(today)?;
    touch(conn, stamp, before)?;
    keep(conn, before, &rules)?;
    finish(conn, stamp, Operation::OpenAgreement, before)
}

/// Takes an agreement that nobody has signed back to be written anew.
///
/// # Errors
/// `transition_refused`, `version_stale`.
pub fn withdraw_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let mut rules = before.rules.clone();
    rules.withdraw(today)?;
    touch(conn, stamp, before)?;
    keep(conn, before, &rules)?;
    finish(conn, stamp, Operation::WithdrawAgreement, before)
}

/// Records a party's own decision to sign.
///
/// # Errors
/// `not_a_party`, `already_signed`, `date_in_future`, `version_stale`.
pub fn authorise_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    (partner, decision): (PartnerId, &Authorisation),
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let mut book = before.rules.book.clone();
    book.authorise(partner, decision.clone(), today)?;
    touch(conn, stamp, before)?;
    insert_authorisation(conn, stamp, before, None, (partner, decision))?;
    finish(conn, stamp, Operation::AuthoriseAgreement, before)
}

/// Records the signature of a party.
///
/// # Errors
/// `transition_refused`, `not_a_party`, `already_signed`, `date_in_future`, `authorisation_missing`,
/// `signed_before_authorisation`, `signed_before_award`, `version_stale`.
pub fn sign_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    signature: &NewSignature,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let mut rules = before.rules.clone();
    rules.sign(signature.partner, signature.signed_on, today)?;
    touch(conn, stamp, before)?;
    insert_signature(conn, stamp, before, None, signature)?;
    finish(conn, stamp, Operation::SignAgreement, before)
}

/// Records that the others were told of what one party signed alone.
///
/// # Errors
/// `transition_refused`, `date_in_future`, `date_too_early`, `version_stale`.
pub fn notify_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    notified_on: NaiveDate,
    today: NaiveDate,
) -> StoreResult<Agreement> {
    let mut rules = before.rules.clone();
    rules.notify(notified_on, today)?;
    touch(conn, stamp, before)?;
    keep(conn, before, &rules)?;
    finish(conn, stamp, Operation::NotifyAgreement, before)
}

/// Ends an agreement before its end.
///
/// # Errors
/// `transition_refused`, `date_too_early`, `version_stale`.
pub fn terminate_agreement(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Agreement,
    (from, reason): (NaiveDate, &str),
    today: NaiveDate,
) -> StoreResult<Agreement> {
    before.rules.clone().terminate(from, today)?;
    touch(conn, stamp, before)?;
    diesel::update(agreements::table.find(before.id.db()))
        .set((
            agreements::terminated_on.eq(Some(from)),
            agreements::termination_reason.eq(Some(reason)),
        ))
        .execute(conn)?;
    finish(conn, stamp, Operation::TerminateAgreement, before)
}

pub(super) fn insert_authorisation(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    agreement: &Agreement,
    amendment: Option<AmendmentId>,
    (partner, decision): (PartnerId, &Authorisation),
) -> StoreResult<()> {
    let id: uuid::Uuid = stamp.id();
    diesel::insert_into(authorisations::table)
        .values((
            authorisations::id.eq(id.db()),
            authorisations::agreement_id.eq(agreement.id.db()),
            authorisations::amendment_id.eq(amendment.map(IntoDb::db)),
            authorisations::partner_id.eq(partner.db()),
            authorisations::programme_id.eq(agreement.programme_id.db()),
            authorisations::reference.eq(&decision.reference),
            authorisations::decided_on.eq(decision.decided_on),
            authorisations::recorded_at.eq(micros(stamp.at)),
            authorisations::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn insert_signature(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    agreement: &Agreement,
    amendment: Option<AmendmentId>,
    signature: &NewSignature,
) -> StoreResult<()> {
    let id: uuid::Uuid = stamp.id();
    diesel::insert_into(signatures::table)
        .values((
            signatures::id.eq(id.db()),
            signatures::agreement_id.eq(agreement.id.db()),
            signatures::amendment_id.eq(amendment.map(IntoDb::db)),
            signatures::partner_id.eq(signature.partner.db()),
            signatures::programme_id.eq(agreement.programme_id.db()),
            signatures::signed_on.eq(signature.signed_on),
            signatures::evidence.eq(&signature.evidence),
            signatures::recorded_at.eq(micros(stamp.at)),
            signatures::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    diesel::insert_into(signatories::table)
        .values((
            signatories::signature_id.eq(id.db()),
            signatories::programme_id.eq(agreement.programme_id.db()),
            signatories::name.eq(&signature.signatory),
            signatories::quality.eq(&signature.quality),
            signatories::email.eq(&signature.email),
            signatories::created_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(())
}
