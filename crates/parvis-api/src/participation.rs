//! Participation steps.

mod transitions;

use actix_web::{get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{ProgrammeId, StepId};
use parvis_domain::participation::{StepKind, StepStatus, transitions as possible};
use parvis_store::participation::{self as store, StepFilter, StepSort};
use parvis_wire::Page;
use parvis_wire::participation::{NewParticipationStep, ParticipationStep, ParticipationStepPatch};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_participation_steps)
        .service(create_participation_step);
    services
        .service(get_participation_step)
        .service(update_participation_step);
    services.configure(transitions::configure);
}

list_query! {
    /// Filters of the list of steps.
    StepQuery, sort r"^-?(position|starts_on)$" {
        /// Where they are in their life.
        status: StepStatus,
        /// What kind.
        kind: StepKind,
    }
}

const SORTS: &Sorts<StepSort> = &[("position", StepSort::Position), ("starts_on", StepSort::StartsOn)];

/// List the participation steps of a programme
#[utoipa::path(tag = "participation", params(StepQuery), responses((status = 200, description = "A page of steps.", body = Page<ParticipationStep>)))]
#[get("/api/v1/programmes/{id}/participation-steps")]
pub async fn list_participation_steps(ctx: Context, id: Id<ProgrammeId>, query: Query<StepQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "position")?;
    let filter = StepFilter {
        status: query.status,
        kind: query.kind,
    };
    ctx.read(Operation::ListParticipationSteps, move |hop| {
        hop.programme(id.0)?;
        listing.reply(
            store::list_participation_steps(hop.conn, id.0, &filter, &listing.request)?,
            wire,
        )
    })
    .await
}

/// Read a participation step
#[utoipa::path(tag = "participation", responses((status = 200, description = "The step.", body = ParticipationStep)))]
#[get("/api/v1/participation-steps/{id}")]
pub async fn get_participation_step(ctx: Context, id: Id<StepId>) -> Answer {
    ctx.read(Operation::GetParticipationStep, move |hop| {
        let found = store::get_participation_step(hop.conn, id.0);
        let (step, _, view) = hop.item(found, |step| Some(step.programme_id))?;
        Reply::item(&wire(step.clone()), step.version, view)
    })
    .await
}

/// Plan a participation step
#[utoipa::path(tag = "participation", request_body = NewParticipationStep, responses((status = 201, description = "Created.", body = ParticipationStep)))]
#[post("/api/v1/programmes/{id}/participation-steps")]
pub async fn create_participation_step(ctx: Context, id: Id<ProgrammeId>, body: Body<NewParticipationStep>) -> Answer {
    ctx.write(Operation::CreateParticipationStep, body, move |hop, new| {
        let (programme, _) = hop.programme(id.0)?;
        let step = wire(store::create_participation_step(
            hop.conn,
            &hop.stamp,
            &programme,
            &new.check()?,
        )?);
        Reply::created(format!("/api/v1/participation-steps/{}", step.id), &step, step.version)
    })
    .await
}

/// Change a participation step that is not over
#[utoipa::path(tag = "participation", request_body(content = ParticipationStepPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed step.", body = ParticipationStep)))]
#[patch("/api/v1/participation-steps/{id}")]
pub async fn update_participation_step(ctx: Context, id: Id<StepId>, body: Body<ParticipationStepPatch>) -> Answer {
    ctx.write(Operation::UpdateParticipationStep, body, move |hop, patch| {
        let found = store::get_participation_step(hop.conn, id.0);
        let (before, programme, _) = hop.item(found, |step| Some(step.programme_id))?;
        hop.expect_version(before.version)?;
        let content = patch
            .clone()
            .onto(NewParticipationStep::from(&before.content()))?
            .check()?;
        let step = store::update_participation_step(hop.conn, &hop.stamp, &programme, &before, &content)?;
        Reply::item(&wire(step.clone()), step.version, View::Member)
    })
    .await
}

fn wire(step: store::ParticipationStep) -> ParticipationStep {
    ParticipationStep {
        id: step.id.0,
        programme_id: step.programme_id.0,
        kind: step.kind,
        title: step.title,
        description: step.description,
        position: step.position,
        starts_on: step.starts_on,
        ends_on: step.ends_on,
        location: step.location,
        object: step.object,
        status: step.status,
        transitions: possible(step.status).to_vec(),
        opened_on: step.opened_on,
        closed_on: step.closed_on,
        outcome: step.outcome,
        reason: step.ended_reason,
        created_at: step.created_at,
        updated_at: step.updated_at,
        version: step.version,
    }
}
