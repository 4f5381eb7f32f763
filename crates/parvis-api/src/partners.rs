//! Partners, their contacts, and their roles in programmes.

mod contacts;
mod roles;

use actix_web::{delete, get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{PartnerId, ProgrammeId};
use parvis_domain::partners::PartnerKind;
use parvis_store::partners::{self as store, PartnerFilter, PartnerSort};
use parvis_wire::Page;
use parvis_wire::partners::{NewPartner, Partner, PartnerPatch};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::page::Sorts;
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(list_partners).service(create_partner);
    services
        .service(get_partner)
        .service(update_partner)
        .service(archive_partner);
    services.configure(contacts::configure).configure(roles::configure);
}

list_query! {
    /// Filters of the list of partners.
    PartnerQuery, sort r"^-?(name|created_at)$" {
        /// Words that the name, acronym or identifiers hold.
        q: String,
        /// Kind of organisation.
        kind: PartnerKind,
        /// Country, ISO 3166-1 alpha-2.
        country: String,
        /// Those that have a role in this programme.
        programme_id: Uuid,
        /// Whether archived ones are listed too.
        archived: bool,
    }
}

const SORTS: &Sorts<PartnerSort> = &[("name", PartnerSort::Name), ("created_at", PartnerSort::CreatedAt)];

/// List partners
#[utoipa::path(tag = "partners", params(PartnerQuery), responses((status = 200, description = "A page of partners.", body = Page<Partner>)))]
#[get("/api/v1/partners")]
pub async fn list_partners(ctx: Context, query: Query<PartnerQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "name")?;
    let filter = PartnerFilter {
        q: search(query.q.as_deref())?,
        kind: query.kind,
        country: query.country.clone(),
        programme: query.programme_id.map(ProgrammeId),
        archived: query.archived.unwrap_or(false),
    };
    ctx.read(Operation::ListPartners, move |hop| {
        hop.platform()?;
        if let Some(programme) = filter.programme {
            hop.programme(programme)?;
        }
        listing.reply(store::list_partners(hop.conn, &filter, &listing.request)?, wire)
    })
    .await
}

/// Read a partner
#[utoipa::path(tag = "partners", responses((status = 200, description = "The partner.", body = Partner)))]
#[get("/api/v1/partners/{id}")]
pub async fn get_partner(ctx: Context, id: Id<PartnerId>) -> Answer {
    ctx.read(Operation::GetPartner, move |hop| {
        let view = hop.platform()?;
        let partner = wire(store::get_partner(hop.conn, id.0)?);
        Reply::item(&partner, partner.version, view)
    })
    .await
}

/// Add a partner
#[utoipa::path(tag = "partners", request_body = NewPartner, responses((status = 201, description = "Created.", body = Partner)))]
#[post("/api/v1/partners")]
pub async fn create_partner(ctx: Context, body: Body<NewPartner>) -> Answer {
    ctx.write(Operation::CreatePartner, body, |hop, new| {
        hop.platform()?;
        let partner = wire(store::create_partner(hop.conn, &hop.stamp, &new.check()?)?);
        Reply::created(format!("/api/v1/partners/{}", partner.id), &partner, partner.version)
    })
    .await
}

/// Change a partner
#[utoipa::path(tag = "partners", request_body(content = PartnerPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed partner.", body = Partner)))]
#[patch("/api/v1/partners/{id}")]
pub async fn update_partner(ctx: Context, id: Id<PartnerId>, body: Body<PartnerPatch>) -> Answer {
    ctx.write(Operation::UpdatePartner, body, move |hop, patch| {
        hop.platform()?;
        let before = store::get_partner(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let content = patch.clone().onto(NewPartner::from(&before.content()))?.check()?;
        let partner = wire(store::update_partner(hop.conn, &hop.stamp, &before, &content)?);
        Reply::item(&partner, partner.version, View::Public)
    })
    .await
}

/// Archive a partner
#[utoipa::path(tag = "partners", responses((status = 204, description = "It is archived.")))]
#[delete("/api/v1/partners/{id}")]
pub async fn archive_partner(ctx: Context, id: Id<PartnerId>) -> Answer {
    ctx.act(Operation::ArchivePartner, move |hop| {
        hop.platform()?;
        let before = store::get_partner(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        store::archive_partner(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}

fn wire(partner: store::Partner) -> Partner {
    Partner {
        id: partner.id.0,
        name: partner.name,
        acronym: partner.acronym,
        kind: partner.kind,
        country: partner.country,
        description: partner.description,
        website: partner.website,
        identifiers: partner.identifiers,
        archived_at: partner.archived_at,
        created_at: partner.created_at,
        version: partner.version,
    }
}
