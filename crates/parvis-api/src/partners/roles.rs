//! The roles of partners in programmes.

use actix_web::{delete, get, post};
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{PartnerId, PartnerRoleId, ProgrammeId};
use parvis_domain::partners::PartnerRoleKind;
use parvis_store::partners::{self as store, PartnerRoleSort};
use parvis_wire::Page;
use parvis_wire::partners::{NewPartnerRole, PartnerRef, PartnerRole};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_partner_roles)
        .service(create_partner_role)
        .service(archive_partner_role);
}

list_query! {
    /// Filters of the list of roles.
    PartnerRoleQuery, sort r"^-?(created_at)$" {
        /// The role.
        role: PartnerRoleKind,
    }
}

const SORTS: &Sorts<PartnerRoleSort> = &[("created_at", PartnerRoleSort::CreatedAt)];

/// List the roles of partners in a programme
#[utoipa::path(tag = "partners", params(PartnerRoleQuery), responses((status = 200, description = "A page of roles.", body = Page<PartnerRole>)))]
#[get("/api/v1/programmes/{id}/partner-roles")]
pub async fn list_partner_roles(ctx: Context, id: Id<ProgrammeId>, query: Query<PartnerRoleQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "created_at")?;
    let role = query.role;
    ctx.read(Operation::ListPartnerRoles, move |hop| {
        hop.programme(id.0)?;
        listing.reply(store::list_partner_roles(hop.conn, id.0, role, &listing.request)?, wire)
    })
    .await
}

/// Give a partner a role in a programme
#[utoipa::path(tag = "partners", request_body = NewPartnerRole, responses((status = 201, description = "Created.", body = PartnerRole)))]
#[post("/api/v1/programmes/{id}/partner-roles")]
pub async fn create_partner_role(ctx: Context, id: Id<ProgrammeId>, body: Body<NewPartnerRole>) -> Answer {
    ctx.write(Operation::CreatePartnerRole, body, move |hop, new| {
        let (programme, _) = hop.programme(id.0)?;
        programme.require_changeable()?;
        let partner = PartnerId(new.partner_id);
        let role = wire(store::create_partner_role(
            hop.conn,
            &hop.stamp,
            programme.id,
            partner,
            new.role,
        )?);
        Reply::created(format!("/api/v1/partner-roles/{}", role.id), &role, role.version)
    })
    .await
}

/// End the role of a partner in a programme
#[utoipa::path(tag = "partners", responses((status = 204, description = "It has ended.")))]
#[delete("/api/v1/partner-roles/{id}")]
pub async fn archive_partner_role(ctx: Context, id: Id<PartnerRoleId>) -> Answer {
    ctx.act(Operation::ArchivePartnerRole, move |hop| {
        let found = store::get_partner_role(hop.conn, id.0);
        let (before, programme, _) = hop.item(found, |role| Some(role.programme_id))?;
        hop.expect_version(before.version)?;
        programme.require_changeable()?;
        store::archive_partner_role(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}

fn wire(role: store::PartnerRole) -> PartnerRole {
    PartnerRole {
        id: role.id.0,
        programme_id: role.programme_id.0,
        partner: PartnerRef {
            id: role.partner.id.0,
            name: role.partner.name,
            acronym: role.partner.acronym,
            kind: role.partner.kind,
        },
        role: role.role,
        created_at: role.created_at,
        ended_at: role.ended_at,
        version: role.version,
    }
}
