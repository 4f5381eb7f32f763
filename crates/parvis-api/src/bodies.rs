//! Bodies: their colleges and rules, who sits in them, how lots are drawn, what they decide.

mod draws;
mod mandates;
mod meetings;
mod persons;
mod wire;

pub(crate) use mandates::mandate_content;

use actix_web::{delete, get, patch, post};
use chrono::NaiveDate;
use parvis_domain::accounts::{Operation, View};
use parvis_domain::bodies::BodyKind;
use parvis_domain::ids::{BodyId, ProgrammeId};
use parvis_domain::period;
use parvis_store::StoreResult;
use parvis_store::bodies::{self as store, BodyFilter, BodySort};
use parvis_store::programmes::ProgrammeContext;
use parvis_wire::Page;
use parvis_wire::bodies::{Body as WireBody, BodyComposition, BodyPatch, NewBody};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::page::Sorts;
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_bodies)
        .service(create_body)
        .service(get_body_composition)
        .service(get_body)
        .service(update_body)
        .service(archive_body);
    services
        .configure(mandates::configure)
        .configure(persons::configure)
        .configure(draws::configure)
        .configure(meetings::configure);
}

list_query! {
    /// Filters of the list of bodies.
    BodyQuery, sort r"^-?(created_at)$" {
        /// Words that the name or the order hold.
        q: String,
        /// What kind.
        kind: BodyKind,
        /// Whether archived ones are listed too.
        archived: bool,
    }
}

const SORTS: &Sorts<BodySort> = &[("created_at", BodySort::CreatedAt)];

/// List the bodies of a programme, each with who sits in it today
#[utoipa::path(tag = "bodies", params(BodyQuery), responses((status = 200, description = "A page of bodies.", body = Page<WireBody>)))]
#[get("/api/v1/programmes/{id}/bodies")]
pub async fn list_bodies(ctx: Context, id: Id<ProgrammeId>, query: Query<BodyQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "created_at")?;
    let filter = BodyFilter {
        q: search(query.q.as_deref())?,
        kind: query.kind,
        archived: query.archived.unwrap_or(false),
    };
    ctx.read(Operation::ListBodies, move |hop| {
        let (programme, _) = hop.programme(id.0)?;
        let page = store::list_bodies(hop.conn, id.0, &filter, &listing.request)?;
        let composed = store::compositions(hop.conn, &page.items, programme.today(&hop.stamp)?)?;
        let mut composed = composed.into_iter();
        listing.reply(page, |body| {
            let composition = composed.next();
            wire::body(body, composition.as_ref())
        })
    })
    .await
}

/// Read a body, with who sits in it today
#[utoipa::path(tag = "bodies", responses((status = 200, description = "The body.", body = WireBody)))]
#[get("/api/v1/bodies/{id}")]
pub async fn get_body(ctx: Context, id: Id<BodyId>) -> Answer {
    ctx.read(Operation::GetBody, move |hop| {
        let (programme, view) = allow(hop, id.0)?;
        let body = store::get_body(hop.conn, id.0)?;
        item(hop, &programme, body, view)
    })
    .await
}

/// What the composition of a body can be asked for.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CompositionQuery {
    /// The day; today where none is named.
    #[param(format = Date)]
    pub as_of: Option<String>,
}

/// Read who sits in a body on a day, and which seats are vacant
#[utoipa::path(tag = "bodies", params(CompositionQuery), responses((status = 200, description = "The composition.", body = BodyComposition)))]
#[get("/api/v1/bodies/{id}/composition")]
pub async fn get_body_composition(ctx: Context, id: Id<BodyId>, query: Query<CompositionQuery>) -> Answer {
    let day = day_of_query(query.as_of.as_deref())?;
    ctx.read(Operation::GetBodyComposition, move |hop| {
        let (programme, _) = allow(hop, id.0)?;
        let day = match day {
            Some(day) => day,
            None => programme.today(&hop.stamp)?,
        };
        let body = store::get_body(hop.conn, id.0)?;
        let bodies = [body];
        let composed = store::compositions(hop.conn, &bodies, day)?;
        let [body] = bodies;
        Reply::json(&wire::body(body, composed.first()).composition)
    })
    .await
}

/// A day out of the query.
fn day_of_query(day: Option<&str>) -> Result<Option<NaiveDate>, parvis_domain::Fault> {
    let unreadable = |fault: parvis_domain::Fault| {
        parvis_domain::Fault::new(parvis_domain::Code::ParameterInvalid, fault.pointer, fault.detail)
    };
    day.map(|day| period::date("as_of", day).map_err(unreadable))
        .transpose()
}

/// Create a body
#[utoipa::path(tag = "bodies", request_body = NewBody, responses((status = 201, description = "Created.", body = WireBody)))]
#[post("/api/v1/programmes/{id}/bodies")]
pub async fn create_body(ctx: Context, id: Id<ProgrammeId>, body: Body<NewBody>) -> Answer {
    ctx.write(Operation::CreateBody, body, move |hop, new| {
        let (programme, _) = hop.programme(id.0)?;
        let made = store::create_body(hop.conn, &hop.stamp, &programme, &new.check()?)?;
        let body = composed(hop, &programme, made)?;
        Reply::created(format!("/api/v1/bodies/{}", body.id), &body, body.version)
    })
    .await
}

/// Change a body
#[utoipa::path(tag = "bodies", request_body(content = BodyPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed body.", body = WireBody)))]
#[patch("/api/v1/bodies/{id}")]
pub async fn update_body(ctx: Context, id: Id<BodyId>, body: Body<BodyPatch>) -> Answer {
    ctx.write(Operation::UpdateBody, body, move |hop, patch| {
        let (programme, _) = allow(hop, id.0)?;
        let before = store::lock_body(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let content = patch.clone().onto(NewBody::from(&before.content()))?.check()?;
        let after = store::update_body(hop.conn, &hop.stamp, &programme, &before, &content)?;
        item(hop, &programme, after, View::Member)
    })
    .await
}

/// Archive a body
#[utoipa::path(tag = "bodies", responses((status = 204, description = "It is archived.")))]
#[delete("/api/v1/bodies/{id}")]
pub async fn archive_body(ctx: Context, id: Id<BodyId>) -> Answer {
    ctx.act(Operation::ArchiveBody, move |hop| {
        let (programme, _) = allow(hop, id.0)?;
        let before = store::lock_body(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        store::archive_body(hop.conn, &hop.stamp, &programme, &before)?;
        Ok(Reply::none())
    })
    .await
}

/// Allows the operation on a body or refuses it.
fn allow(hop: &mut Hop<'_>, id: BodyId) -> StoreResult<(ProgrammeContext, View)> {
    let found = store::programme_of_body(hop.conn, id);
    let (_, programme, view) = hop.item(found, |programme| Some(*programme))?;
    Ok((programme, view))
}

fn composed(hop: &mut Hop<'_>, programme: &ProgrammeContext, body: store::Body) -> StoreResult<WireBody> {
    let bodies = [body];
    let composed = store::compositions(hop.conn, &bodies, programme.today(&hop.stamp)?)?;
    let [body] = bodies;
    Ok(wire::body(body, composed.first()))
}

/// A body with its tag, which follows who sits in it: that changes with days and without its version.
fn item(hop: &mut Hop<'_>, programme: &ProgrammeContext, body: store::Body, view: View) -> StoreResult<Reply> {
    let body = composed(hop, programme, body)?;
    Ok(Reply::item(&body, body.version, view)?.tagged_by_body())
}
