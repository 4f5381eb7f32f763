//! Places.

use actix_web::{delete, get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::PlaceId;
use parvis_domain::places::PlaceKind;
use parvis_store::places::{self as store, PlaceFilter, PlaceSort};
use parvis_wire::Page;
use parvis_wire::places::{NewPlace, Place, PlacePatch};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::page::Sorts;
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services.service(list_places).service(create_place);
    services.service(get_place).service(update_place).service(archive_place);
}

list_query! {
    /// Filters of the list of places.
    PlaceQuery, sort r"^-?(code|name|created_at)$" {
        /// Words that the name or code holds.
        q: String,
        /// Kind of territory.
        kind: PlaceKind,
        /// Country, ISO 3166-1 alpha-2.
        country: String,
        /// Those that lie directly in this place.
        parent_id: Uuid,
        /// Which list the code belongs to.
        generation: String,
        /// Whether archived ones are listed too.
        archived: bool,
    }
}

const SORTS: &Sorts<PlaceSort> = &[
    ("code", PlaceSort::Code),
    ("name", PlaceSort::Name),
    ("created_at", PlaceSort::CreatedAt),
];

/// List places
///
/// Contours are left out; read a place to get its contour.
#[utoipa::path(tag = "places", params(PlaceQuery), responses((status = 200, description = "A page of places.", body = Page<Place>)))]
#[get("/api/v1/places")]
pub async fn list_places(ctx: Context, query: Query<PlaceQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "code")?;
    let filter = PlaceFilter {
        q: search(query.q.as_deref())?,
        kind: query.kind,
        country: query.country.clone(),
        parent: query.parent_id.map(PlaceId),
        generation: query.generation.clone(),
        archived: query.archived.unwrap_or(false),
    };
    ctx.read(Operation::ListPlaces, move |hop| {
        hop.platform()?;
        let page = store::list_places(hop.conn, &filter, &listing.request)?;
        listing.reply(page, |item| wire(store::Place { item, contour: None }))
    })
    .await
}

/// Read a place
#[utoipa::path(tag = "places", responses((status = 200, description = "The place.", body = Place)))]
#[get("/api/v1/places/{id}")]
pub async fn get_place(ctx: Context, id: Id<PlaceId>) -> Answer {
    ctx.read(Operation::GetPlace, move |hop| {
        let view = hop.platform()?;
        let place = wire(store::get_place(hop.conn, id.0)?);
        Reply::item(&place, place.version, view)
    })
    .await
}

/// Add a place
#[utoipa::path(tag = "places", request_body = NewPlace, responses((status = 201, description = "Created.", body = Place)))]
#[post("/api/v1/places")]
pub async fn create_place(ctx: Context, body: Body<NewPlace>) -> Answer {
    ctx.write(Operation::CreatePlace, body, |hop, new| {
        hop.platform()?;
        let place = wire(store::create_place(hop.conn, &hop.stamp, &new.check()?)?);
        Reply::created(format!("/api/v1/places/{}", place.id), &place, place.version)
    })
    .await
}

/// Change a place
#[utoipa::path(tag = "places", request_body(content = PlacePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed place.", body = Place)))]
#[patch("/api/v1/places/{id}")]
pub async fn update_place(ctx: Context, id: Id<PlaceId>, body: Body<PlacePatch>) -> Answer {
    ctx.write(Operation::UpdatePlace, body, move |hop, patch| {
        hop.platform()?;
        let before = store::get_place(hop.conn, id.0)?;
        hop.expect_version(before.item.version)?;
        let content = patch.clone().onto(NewPlace::from(&before.content()))?.check()?;
        let place = wire(store::update_place(hop.conn, &hop.stamp, &before, &content)?);
        Reply::item(&place, place.version, View::Public)
    })
    .await
}

/// Archive a place
#[utoipa::path(tag = "places", responses((status = 204, description = "It is archived.")))]
#[delete("/api/v1/places/{id}")]
pub async fn archive_place(ctx: Context, id: Id<PlaceId>) -> Answer {
    ctx.act(Operation::ArchivePlace, move |hop| {
        hop.platform()?;
        let before = store::get_place(hop.conn, id.0)?;
        hop.expect_version(before.item.version)?;
        store::archive_place(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}

fn wire(store::Place { item, contour }: store::Place) -> Place {
    Place {
        id: item.id.0,
        code: item.code,
        generation: item.generation,
        name: item.name,
        kind: item.kind,
        parent_id: item.parent_id.map(Into::into),
        country: item.country,
        contour,
        contour_note: item.contour_note,
        starts_on: item.starts_on,
        ends_on: item.ends_on,
        figures: item.figures,
        archived_at: item.archived_at,
        created_at: item.created_at,
        version: item.version,
    }
}
