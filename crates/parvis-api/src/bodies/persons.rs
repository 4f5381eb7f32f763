//! Persons who sit in bodies: personal data, for those who run the programme, erased on demand.

use actix_web::{delete, get, patch};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{PersonId, ProgrammeId};
use parvis_store::bodies::{self as store, PersonSort};
use parvis_wire::Page;
use parvis_wire::bodies::{BodyPerson, NewPerson, PersonPatch};
use utoipa_actix_web::service_config::ServiceConfig;

use super::mandates::said;
use super::wire;
use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_body_persons)
        .service(update_body_person)
        .service(erase_body_person);
}

list_query! {
    /// What the list of persons can be asked for.
    PersonQuery, sort r"^-?(created_at)$" {}
}

const SORTS: &Sorts<PersonSort> = &[("created_at", PersonSort::CreatedAt)];

/// List the persons who sit in bodies of a programme
#[utoipa::path(tag = "bodies", params(PersonQuery), responses((status = 200, description = "A page of persons.", body = Page<BodyPerson>)))]
#[get("/api/v1/programmes/{id}/body-persons")]
pub async fn list_body_persons(ctx: Context, id: Id<ProgrammeId>, query: Query<PersonQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "created_at")?;
    ctx.read(Operation::ListBodyPersons, move |hop| {
        hop.programme(id.0)?;
        listing.reply(
            store::list_body_persons(hop.conn, id.0, &listing.request)?,
            wire::person,
        )
    })
    .await
}

/// Change a person who sits in bodies
#[utoipa::path(tag = "bodies", request_body(content = PersonPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed person.", body = BodyPerson)))]
#[patch("/api/v1/body-persons/{id}")]
pub async fn update_body_person(ctx: Context, id: Id<PersonId>, body: Body<PersonPatch>) -> Answer {
    ctx.write(Operation::UpdateBodyPerson, body, move |hop, patch| {
        let found = store::get_body_person(hop.conn, id.0);
        let (before, programme, _) = hop.item(found, |person| Some(person.programme_id))?;
        programme.require_changeable()?;
        hop.expect_version(before.version)?;
        let current = NewPerson {
            name: before.name.clone(),
            sex: before.sex,
            email: before.email.clone(),
            phone: before.phone.clone(),
            published: before.published,
        };
        let content = said(patch.clone().onto(current)?.check("")?);
        let person = wire::person(store::update_body_person(hop.conn, &hop.stamp, &before, &content)?);
        Reply::item(&person, person.version, View::Member)
    })
    .await
}

/// Erase a person who sits in bodies
///
/// A pseudonym takes the place of the name, and nothing else stays. The seats that the person held stay on record.
#[utoipa::path(tag = "bodies", responses((status = 204, description = "The person is erased.")))]
#[delete("/api/v1/body-persons/{id}")]
pub async fn erase_body_person(ctx: Context, id: Id<PersonId>) -> Answer {
    ctx.act(Operation::EraseBodyPerson, move |hop| {
        let found = store::get_body_person(hop.conn, id.0);
        let (before, _, _) = hop.item(found, |person| Some(person.programme_id))?;
        hop.expect_version(before.version)?;
        store::erase_body_person(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}
