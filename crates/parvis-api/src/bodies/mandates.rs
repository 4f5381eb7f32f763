//! Mandates: who holds which seat from when to when.

use actix_web::{get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{BodyId, MandateId};
use parvis_domain::period;
use parvis_store::StoreResult;
use parvis_store::bodies::{self as store, Holder, MandateContent, MandateFilter, MandateSort, PersonContent};
use parvis_wire::bodies::{Mandate, MandatePatch, NewMandate, NewPerson};
use parvis_wire::{Page, Patch};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{allow, day_of_query, wire};
use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_mandates)
        .service(create_mandate)
        .service(update_mandate);
}

list_query! {
    /// Filters of the list of mandates.
    MandateQuery, sort r"^-?(starts_on)$" {
        /// Code of the college.
        college: String,
        /// Only those that last on this day.
        as_of: String,
    }
}

const SORTS: &Sorts<MandateSort> = &[("starts_on", MandateSort::StartsOn)];

/// List the mandates in a body
///
/// The public sees the names of persons that the order publishes; members of the programme see all of them.
#[utoipa::path(tag = "bodies", params(MandateQuery), responses((status = 200, description = "A page of mandates.", body = Page<Mandate>)))]
#[get("/api/v1/bodies/{id}/mandates")]
pub async fn list_mandates(ctx: Context, id: Id<BodyId>, query: Query<MandateQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "starts_on")?;
    let filter = MandateFilter {
        college: query.college.clone(),
        on: day_of_query(query.as_of.as_deref())?,
    };
    ctx.read(Operation::ListMandates, move |hop| {
        let (_, view) = allow(hop, id.0)?;
        let page = store::list_mandates(hop.conn, id.0, &filter, &listing.request)?;
        listing.reply(page, |mandate| wire::mandate(mandate, view))
    })
    .await
}

/// Give a seat in a body
#[utoipa::path(tag = "bodies", request_body = NewMandate, responses((status = 201, description = "Created.", body = Mandate)))]
#[post("/api/v1/bodies/{id}/mandates")]
pub async fn create_mandate(ctx: Context, id: Id<BodyId>, body: Body<NewMandate>) -> Answer {
    ctx.write(Operation::CreateMandate, body, move |hop, new| {
        let (programme, _) = allow(hop, id.0)?;
        let content = mandate_content(new)?;
        let body = store::lock_body(hop.conn, id.0)?;
        hop.expect_version(body.version)?;
        let made = store::create_mandate(hop.conn, &hop.stamp, &programme, &body, &content)?;
        let (location, version) = (format!("/api/v1/mandates/{}", made.id), made.version);
        Reply::created(location, &wire::mandate(made, View::Member), version)
    })
    .await
}

/// End a mandate, or leave it open
#[utoipa::path(tag = "bodies", request_body(content = MandatePatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed mandate.", body = Mandate)))]
#[patch("/api/v1/mandates/{id}")]
pub async fn update_mandate(ctx: Context, id: Id<MandateId>, body: Body<MandatePatch>) -> Answer {
    ctx.write(Operation::UpdateMandate, body, move |hop, patch| {
        let found = store::programme_of_mandate(hop.conn, id.0);
        let (_, programme, _) = hop.item(found, |programme| Some(*programme))?;
        let (body, before) = store::lock_mandate(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let ends_on = match &patch.ends_on {
            Patch::Absent => before.ends_on,
            Patch::Null => None,
            Patch::Value(day) => Some(period::date("/ends_on", day)?),
        };
        let after = store::update_mandate(hop.conn, &hop.stamp, &programme, (&body, &before), ends_on)?;
        let mandate = wire::mandate(after, View::Member);
        Reply::item(&mandate, mandate.version, View::Member)
    })
    .await
}

/// A seat to be given, as the store takes it.
///
/// # Errors
/// Every fault.
pub(crate) fn mandate_content(new: &NewMandate) -> StoreResult<MandateContent> {
    let period = new.check()?;
    let holder = match (new.person_id, &new.person, new.partner_id) {
        (Some(person), ..) => Holder::Known(person.into()),
        (None, Some(person), _) => Holder::New(said(person.check("/person")?)),
        (None, None, partner) => Holder::Partner(partner.unwrap_or_default().into()),
    };
    Ok(MandateContent {
        college: new.college.clone(),
        holder,
        period,
        substitute_of: new.substitute_of.map(Into::into),
        delegated_by: new.delegated_by.map(Into::into),
    })
}

/// What is said of a person, as the store takes it.
pub(super) fn said(person: NewPerson) -> PersonContent {
    PersonContent {
        name: person.name,
        sex: person.sex,
        email: person.email,
        phone: person.phone,
        published: person.published,
    }
}
