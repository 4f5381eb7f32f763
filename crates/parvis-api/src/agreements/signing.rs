//! The life of an agreement: opened, decided on, signed, notified, ended early.

use actix_web::post;
use parvis_domain::accounts::Operation;
use parvis_domain::agreements::signatures::check_represents;
use parvis_domain::ids::AgreementId;
use parvis_store::agreements as store;
use parvis_wire::agreements::{Agreement, AgreementNotification, AgreementTermination, NewAuthorisation, NewSignature};
use utoipa_actix_web::service_config::ServiceConfig;

use super::change;
use crate::http::body::Nothing;
use crate::http::{Answer, Body, Context, Id};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(open_agreement)
        .service(withdraw_agreement)
        .service(authorise_agreement)
        .service(sign_agreement)
        .service(notify_agreement)
        .service(terminate_agreement);
}

/// Open an agreement for signature: from now on its text stands
#[utoipa::path(tag = "agreements", responses((status = 200, description = "The open agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/open")]
pub async fn open_agreement(context: Context, id: Id<AgreementId>, body: Body<Nothing>) -> Answer {
    change(context, Operation::OpenAgreement, id, body, |hop, before, _, today| {
        store::open_agreement(hop.conn, &hop.stamp, before, today)
    })
    .await
}

/// Take an agreement that nobody has signed back to be written anew
#[utoipa::path(tag = "agreements", responses((status = 200, description = "The draft.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/withdraw")]
pub async fn withdraw_agreement(context: Context, id: Id<AgreementId>, body: Body<Nothing>) -> Answer {
    change(
        context,
        Operation::WithdrawAgreement,
        id,
        body,
        |hop, before, _, today| store::withdraw_agreement(hop.conn, &hop.stamp, before, today),
    )
    .await
}

/// Record a party's own decision to sign an agreement
///
/// A later decision takes the place of an earlier one until the party has signed. Who acts for a partner records those of
/// its own organisation.
#[utoipa::path(tag = "agreements", request_body = NewAuthorisation, responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/authorise")]
pub async fn authorise_agreement(context: Context, id: Id<AgreementId>, body: Body<NewAuthorisation>) -> Answer {
    change(
        context,
        Operation::AuthoriseAgreement,
        id,
        body,
        |hop, before, new, today| {
            let (party, decision) = (new.partner_id.into(), new.check()?);
            check_represents(hop.caller.bound_partner(before.programme_id), party, true)?;
            store::authorise_agreement(hop.conn, &hop.stamp, before, (party, &decision), today)
        },
    )
    .await
}

/// Sign an agreement for a party
///
/// Who acts for a partner signs for its own organisation. Anybody else records what was signed on paper, with the hash of
/// that paper. With the last signature that is waited for, the agreement comes into force on the later of that day and of
/// its start.
#[utoipa::path(tag = "agreements", request_body = NewSignature, responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/sign")]
pub async fn sign_agreement(context: Context, id: Id<AgreementId>, body: Body<NewSignature>) -> Answer {
    change(
        context,
        Operation::SignAgreement,
        id,
        body,
        |hop, before, new, today| {
            let signature = new.check()?;
            let bound = hop.caller.bound_partner(before.programme_id);
            check_represents(bound, signature.partner, signature.evidence.is_some())?;
            store::sign_agreement(hop.conn, &hop.stamp, before, &signature, today)
        },
    )
    .await
}

/// Record that the others were told of what one party signed alone: from then on it binds
#[utoipa::path(tag = "agreements", request_body = AgreementNotification, responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/notify")]
pub async fn notify_agreement(context: Context, id: Id<AgreementId>, body: Body<AgreementNotification>) -> Answer {
    change(
        context,
        Operation::NotifyAgreement,
        id,
        body,
        |hop, before, new, today| store::notify_agreement(hop.conn, &hop.stamp, before, new.check()?, today),
    )
    .await
}

/// End an agreement before its end
#[utoipa::path(tag = "agreements", request_body = AgreementTermination, responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/terminate")]
pub async fn terminate_agreement(context: Context, id: Id<AgreementId>, body: Body<AgreementTermination>) -> Answer {
    change(
        context,
        Operation::TerminateAgreement,
        id,
        body,
        |hop, before, new, today| {
            let (day, reason) = new.check()?;
            store::terminate_agreement(hop.conn, &hop.stamp, before, (day, &reason), today)
        },
    )
    .await
}
