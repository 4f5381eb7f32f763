//! What is done with programmes: open, activate, close, archive.

use actix_web::{delete, post};
use parvis_domain::accounts::Operation;
use parvis_domain::ids::ProgrammeId;
use parvis_store::programmes as store;
use parvis_store::{Conn, Stamp, StoreResult};
use parvis_wire::programmes::Programme;
use utoipa_actix_web::service_config::ServiceConfig;

use super::wire;
use crate::http::body::Nothing;
use crate::http::{Answer, Body, Context, Id, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(open_programme).service(activate_programme);
    services.service(close_programme).service(archive_programme);
}

/// Open a draft to its partners
#[utoipa::path(tag = "programmes", responses((status = 200, description = "The open programme.", body = Programme)))]
#[post("/api/v1/programmes/{id}/open")]
pub async fn open_programme(ctx: Context, id: Id<ProgrammeId>, body: Body<Nothing>) -> Answer {
    change(ctx, Operation::OpenProgramme, id, body, store::open_programme).await
}

/// Start the work of an open programme
///
/// Every role that the template demands must be filled.
#[utoipa::path(tag = "programmes", responses((status = 200, description = "The active programme.", body = Programme)))]
#[post("/api/v1/programmes/{id}/activate")]
pub async fn activate_programme(ctx: Context, id: Id<ProgrammeId>, body: Body<Nothing>) -> Answer {
    change(ctx, Operation::ActivateProgramme, id, body, store::activate_programme).await
}

/// Close an active programme
#[utoipa::path(tag = "programmes", responses((status = 200, description = "The closed programme.", body = Programme)))]
#[post("/api/v1/programmes/{id}/close")]
pub async fn close_programme(ctx: Context, id: Id<ProgrammeId>, body: Body<Nothing>) -> Answer {
    change(ctx, Operation::CloseProgramme, id, body, store::close_programme).await
}

/// Archive a draft or a closed programme
#[utoipa::path(tag = "programmes", responses((status = 204, description = "It is archived.")))]
#[delete("/api/v1/programmes/{id}")]
pub async fn archive_programme(ctx: Context, id: Id<ProgrammeId>) -> Answer {
    ctx.act(Operation::ArchiveProgramme, move |hop| {
        hop.programme(id.0)?;
        let before = store::get_programme(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        store::archive_programme(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}

type Transition = fn(&mut Conn, &Stamp<'_>, &store::Programme) -> StoreResult<store::Programme>;

async fn change(
    ctx: Context,
    operation: Operation,
    id: Id<ProgrammeId>,
    body: Body<Nothing>,
    to: Transition,
) -> Answer {
    ctx.write(operation, body, move |hop, _| {
        hop.programme(id.0)?;
        let before = store::get_programme(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let programme = to(hop.conn, &hop.stamp, &before)?;
        wire::reply(programme, hop)
    })
    .await
}
