//! Programmes.

mod calendar;
mod history;
mod transitions;
mod wire;

use actix_web::{get, patch, post};
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{PlaceId, ProgrammeId, TemplateId};
use parvis_domain::programmes::{ProgrammeStatus, Visibility};
use parvis_store::programmes::{self as store, ProgrammeFilter, ProgrammeSort};
use parvis_wire::Page;
use parvis_wire::programmes::{NewProgramme, Programme, ProgrammeItem, ProgrammePatch};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::page::Sorts;
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Id, Query};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(list_programmes).service(create_programme);
    services.service(get_programme).service(update_programme);
    services
        .configure(transitions::configure)
        .configure(history::configure)
        .configure(calendar::configure);
}

list_query! {
    /// Filters of the list of programmes.
    ProgrammeQuery, sort r"^-?(code|starts_on|created_at|updated_at)$" {
        /// Words that the code, title or summary holds.
        q: String,
        /// Where they are in their life; archived ones are listed only when they are asked for.
        status: ProgrammeStatus,
        /// Who may read them.
        visibility: Visibility,
        /// Those that follow this template.
        template_id: Uuid,
        /// Those at this place.
        place_id: Uuid,
        /// Those in which the caller has a role.
        mine: bool,
    }
}

const SORTS: &Sorts<ProgrammeSort> = &[
    ("code", ProgrammeSort::Code),
    ("starts_on", ProgrammeSort::StartsOn),
    ("created_at", ProgrammeSort::CreatedAt),
    ("updated_at", ProgrammeSort::UpdatedAt),
];

/// List the programmes that one may see
#[utoipa::path(tag = "programmes", params(ProgrammeQuery), responses((status = 200, description = "A page of programmes.", body = Page<ProgrammeItem>)))]
#[get("/api/v1/programmes")]
pub async fn list_programmes(ctx: Context, query: Query<ProgrammeQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "-created_at")?;
    let filter = ProgrammeFilter {
        q: search(query.q.as_deref())?,
        status: query.status,
        visibility: query.visibility,
        template: query.template_id.map(TemplateId),
        place: query.place_id.map(PlaceId),
        mine: query.mine.unwrap_or(false),
    };
    ctx.read(Operation::ListProgrammes, move |hop| {
        hop.platform()?;
        let page = store::list_programmes(hop.conn, &hop.caller, &filter, &listing.request)?;
        listing.reply(page, |item| wire::item(item, &hop.caller))
    })
    .await
}

/// Read a programme
#[utoipa::path(tag = "programmes", responses((status = 200, description = "The programme.", body = Programme)))]
#[get("/api/v1/programmes/{id}")]
pub async fn get_programme(ctx: Context, id: Id<ProgrammeId>) -> Answer {
    ctx.read(Operation::GetProgramme, move |hop| {
        hop.programme(id.0)?;
        let programme = store::get_programme(hop.conn, id.0)?;
        wire::reply(programme, hop)
    })
    .await
}

/// Set a programme up from a template
///
/// Axes, categories, required roles, rules and planned steps come with the template. Whoever sets it up becomes its
/// coordinator.
#[utoipa::path(tag = "programmes", request_body = NewProgramme, responses((status = 201, description = "Created.", body = Programme)))]
#[post("/api/v1/programmes")]
pub async fn create_programme(ctx: Context, body: Body<NewProgramme>) -> Answer {
    ctx.write(Operation::CreateProgramme, body, |hop, new| {
        hop.platform()?;
        let programme = store::create_programme(hop.conn, &hop.stamp, &new.check()?)?;
        wire::created(programme, hop)
    })
    .await
}

/// Change a programme
#[utoipa::path(tag = "programmes", request_body(content = ProgrammePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed programme.", body = Programme)))]
#[patch("/api/v1/programmes/{id}")]
pub async fn update_programme(ctx: Context, id: Id<ProgrammeId>, body: Body<ProgrammePatch>) -> Answer {
    ctx.write(Operation::UpdateProgramme, body, move |hop, patch| {
        hop.programme(id.0)?;
        let before = store::get_programme(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let content = patch.clone().onto(wire::content(&before))?.check()?;
        let programme = store::update_programme(hop.conn, &hop.stamp, &before, &content)?;
        wire::reply(programme, hop)
    })
    .await
}
