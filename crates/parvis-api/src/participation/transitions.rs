//! What is done with steps: open, close, cancel, annul.

use actix_web::post;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::StepId;
use parvis_store::StoreResult;
use parvis_store::participation::{self as store, ParticipationStep as Step};
use parvis_store::programmes::ProgrammeContext;
use parvis_wire::participation::{CloseStep, EndStep, OpenStep, ParticipationStep};
use serde::de::DeserializeOwned;
use utoipa_actix_web::service_config::ServiceConfig;

use super::wire;
use crate::http::{Answer, Body, Context, Hop, Id, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(open_participation_step)
        .service(close_participation_step);
    services
        .service(cancel_participation_step)
        .service(annul_participation_step);
}

/// Open a planned step
#[utoipa::path(tag = "participation", request_body = OpenStep, responses((status = 200, description = "The open step.", body = ParticipationStep)))]
#[post("/api/v1/participation-steps/{id}/open")]
pub async fn open_participation_step(ctx: Context, id: Id<StepId>, body: Body<OpenStep>) -> Answer {
    change(
        ctx,
        Operation::OpenParticipationStep,
        id,
        body,
        |hop, programme, before, open| {
            store::open_participation_step(hop.conn, &hop.stamp, programme, before, open.check()?)
        },
    )
    .await
}

/// Close an open step with its outcome
#[utoipa::path(tag = "participation", request_body = CloseStep, responses((status = 200, description = "The closed step.", body = ParticipationStep)))]
#[post("/api/v1/participation-steps/{id}/close")]
pub async fn close_participation_step(ctx: Context, id: Id<StepId>, body: Body<CloseStep>) -> Answer {
    change(
        ctx,
        Operation::CloseParticipationStep,
        id,
        body,
        |hop, programme, before, close| {
            let (outcome, closed_on) = close.check()?;
            store::close_participation_step(hop.conn, &hop.stamp, programme, before, &outcome, closed_on)
        },
    )
    .await
}

/// Cancel a step that is planned or open
#[utoipa::path(tag = "participation", request_body = EndStep, responses((status = 200, description = "The cancelled step.", body = ParticipationStep)))]
#[post("/api/v1/participation-steps/{id}/cancel")]
pub async fn cancel_participation_step(ctx: Context, id: Id<StepId>, body: Body<EndStep>) -> Answer {
    change(
        ctx,
        Operation::CancelParticipationStep,
        id,
        body,
        |hop, programme, before, end| {
            store::cancel_participation_step(hop.conn, &hop.stamp, programme, before, &end.check()?)
        },
    )
    .await
}

/// Annul a closed step, on record
#[utoipa::path(tag = "participation", request_body = EndStep, responses((status = 200, description = "The annulled step.", body = ParticipationStep)))]
#[post("/api/v1/participation-steps/{id}/annul")]
pub async fn annul_participation_step(ctx: Context, id: Id<StepId>, body: Body<EndStep>) -> Answer {
    change(
        ctx,
        Operation::AnnulParticipationStep,
        id,
        body,
        |hop, programme, before, end| {
            store::annul_participation_step(hop.conn, &hop.stamp, programme, before, &end.check()?)
        },
    )
    .await
}

/// What all transitions share: load, authorise, compare the version where one was sent, answer the step.
async fn change<T: DeserializeOwned + Send + 'static>(
    ctx: Context,
    operation: Operation,
    id: Id<StepId>,
    body: Body<T>,
    work: fn(&mut Hop<'_>, &ProgrammeContext, &Step, &T) -> StoreResult<Step>,
) -> Answer {
    ctx.write(operation, body, move |hop, body| {
        let found = store::get_participation_step(hop.conn, id.0);
        let (before, programme, _) = hop.item(found, |step| Some(step.programme_id))?;
        hop.expect_version(before.version)?;
        let step = work(hop, &programme, &before, body)?;
        Reply::item(&wire(step.clone()), step.version, View::Member)
    })
    .await
}
