//! Amendments. Each is part of its agreement, whose version every change of it raises.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, patch, post};
use chrono::NaiveDate;
use parvis_domain::accounts::Operation;
use parvis_domain::agreements::signatures::check_represents;
use parvis_domain::ids::AgreementId;
use parvis_store::agreements as store;
use parvis_store::programmes::ProgrammeContext;
use parvis_store::{StoreError, StoreResult};
use parvis_wire::agreements::{Agreement, AmendmentPatch, NewAmendment, NewAuthorisation, NewSignature};
use serde::de::DeserializeOwned;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{created, item, load_to_change, wire};
use crate::http::body::Nothing;
use crate::http::error::ApiError;
use crate::http::{Answer, Body, Context, Hop, Id};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(create_amendment)
        .service(update_amendment)
        .service(open_amendment)
        .service(authorise_amendment)
        .service(sign_amendment)
        .service(withdraw_amendment);
}

/// The number of an amendment in an address; none where it is not a number, which is that of no amendment.
#[derive(Debug, Clone, Copy)]
pub struct Number(Option<u32>);

impl FromRequest for Number {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let number = request.match_info().get("number").and_then(|text| text.parse().ok());
        ready(Ok(Self(number.filter(|number| (1..=10_000).contains(number)))))
    }
}

impl Number {
    fn known(self) -> StoreResult<u32> {
        self.0.ok_or(StoreError::NotFound)
    }
}

/// Write the draft of an amendment
///
/// It gets the next number. Whether it fits the agreement is checked when it is opened for signature, and once more with
/// its last signature.
#[utoipa::path(tag = "agreements", request_body = NewAmendment, responses((status = 201, description = "The agreement with its new amendment.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/amendments")]
pub async fn create_amendment(context: Context, id: Id<AgreementId>, body: Body<NewAmendment>) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &NewAmendment| {
        let (programme, before, view) = load_to_change(hop, id.0, None)?;
        let today = programme.today(&hop.stamp)?;
        let after = store::create_amendment(hop.conn, &hop.stamp, &before, &body.check()?, today)?;
        created(hop, &programme, view, &after)
    };
    context.write(Operation::CreateAmendment, body, write).await
}

/// Change the draft of an amendment
#[utoipa::path(tag = "agreements", params(("number" = u32, Path, description = "The number of the amendment.", minimum = 1, maximum = 10000, example = 1)), request_body(content = AmendmentPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The agreement.", body = Agreement)))]
#[patch("/api/v1/agreements/{id}/amendments/{number}")]
pub async fn update_amendment(
    context: Context,
    id: Id<AgreementId>,
    number: Number,
    body: Body<AmendmentPatch>,
) -> Answer {
    let operation = Operation::UpdateAmendment;
    change(
        context,
        operation,
        (id, number),
        body,
        |hop, _, (before, number), patch, today| {
            let draft = patch.clone().onto(wire::as_new_amendment(before, number)?)?.check()?;
            store::update_amendment(hop.conn, &hop.stamp, before, number, &draft, today)
        },
    )
    .await
}

/// Open an amendment for signature, or adopt what law or order says
///
/// Whoever is a party before or after it signs it. What law or order says is adopted at once, and what it changes of
/// amounts is booked in the plan.
#[utoipa::path(tag = "agreements", params(("number" = u32, Path, description = "The number of the amendment.", minimum = 1, maximum = 10000, example = 1)), responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/amendments/{number}/open")]
pub async fn open_amendment(context: Context, id: Id<AgreementId>, number: Number, body: Body<Nothing>) -> Answer {
    let operation = Operation::OpenAmendment;
    change(
        context,
        operation,
        (id, number),
        body,
        |hop, programme, (before, number), _, today| {
            store::open_amendment(hop.conn, &hop.stamp, programme, before, number, today)
        },
    )
    .await
}

/// Record a party's own decision to sign an amendment
#[utoipa::path(tag = "agreements", params(("number" = u32, Path, description = "The number of the amendment.", minimum = 1, maximum = 10000, example = 1)), request_body = NewAuthorisation, responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/amendments/{number}/authorise")]
pub async fn authorise_amendment(
    context: Context,
    id: Id<AgreementId>,
    number: Number,
    body: Body<NewAuthorisation>,
) -> Answer {
    let operation = Operation::AuthoriseAmendment;
    change(
        context,
        operation,
        (id, number),
        body,
        |hop, _, (before, number), new, today| {
            let (party, decision) = (new.partner_id.into(), new.check()?);
            check_represents(hop.caller.bound_partner(before.programme_id), party, true)?;
            store::authorise_amendment(hop.conn, &hop.stamp, before, number, (party, &decision), today)
        },
    )
    .await
}

/// Sign an amendment for a party
///
/// With the last signature that is waited for it is adopted: text, parties and days hold from its effective day on, and
/// its amounts are booked in the plan on the later of that day and of this signature. A reduction below what is committed
/// is refused, naming the commitments.
#[utoipa::path(tag = "agreements", params(("number" = u32, Path, description = "The number of the amendment.", minimum = 1, maximum = 10000, example = 1)), request_body = NewSignature, responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/amendments/{number}/sign")]
pub async fn sign_amendment(context: Context, id: Id<AgreementId>, number: Number, body: Body<NewSignature>) -> Answer {
    let operation = Operation::SignAmendment;
    change(
        context,
        operation,
        (id, number),
        body,
        |hop, programme, (before, number), new, today| {
            let signature = new.check()?;
            let bound = hop.caller.bound_partner(before.programme_id);
            check_represents(bound, signature.partner, signature.evidence.is_some())?;
            store::sign_amendment(hop.conn, &hop.stamp, programme, before, (number, &signature), today)
        },
    )
    .await
}

/// Give up an amendment that is not adopted
#[utoipa::path(tag = "agreements", params(("number" = u32, Path, description = "The number of the amendment.", minimum = 1, maximum = 10000, example = 1)), responses((status = 200, description = "The agreement.", body = Agreement)))]
#[post("/api/v1/agreements/{id}/amendments/{number}/withdraw")]
pub async fn withdraw_amendment(context: Context, id: Id<AgreementId>, number: Number, body: Body<Nothing>) -> Answer {
    let operation = Operation::WithdrawAmendment;
    change(
        context,
        operation,
        (id, number),
        body,
        |hop, _, (before, number), _, today| store::withdraw_amendment(hop.conn, &hop.stamp, before, number, today),
    )
    .await
}

type Work<T> =
    fn(&mut Hop<'_>, &ProgrammeContext, (&store::Agreement, u32), &T, NaiveDate) -> StoreResult<store::Agreement>;

/// As for agreements; what an adoption changes is locked before the agreement is read.
async fn change<T: DeserializeOwned + Send + 'static>(
    context: Context,
    operation: Operation,
    (id, number): (Id<AgreementId>, Number),
    body: Body<T>,
    work: Work<T>,
) -> Answer {
    let write = move |hop: &mut Hop<'_>, body: &T| {
        let (programme, before, view) = load_to_change(hop, id.0, Some(number.0.unwrap_or(0)))?;
        let today = programme.today(&hop.stamp)?;
        let after = work(hop, &programme, (&before, number.known()?), body, today)?;
        item(hop, &programme, view, &after)
    };
    context.write(operation, body, write).await
}
