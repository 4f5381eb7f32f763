//! Contacts of partners: personal data, never public, erased on demand.

use actix_web::{delete, get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::ids::{ContactId, PartnerId};
use parvis_store::partners as store;
use parvis_wire::Page;
use parvis_wire::partners::{Contact, ContactPatch, NewContact};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::page::Sorts;
use crate::http::query::list_query;
use crate::http::{Answer, Body, Context, Id, Query, Reply};

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(list_contacts)
        .service(create_contact)
        .service(update_contact)
        .service(delete_contact);
}

list_query! {
    /// What the list of contacts can be asked for.
    ContactQuery, sort r"^created_at$" {}
}

const SORTS: &Sorts<()> = &[("created_at", ())];

/// List the contacts of a partner
#[utoipa::path(tag = "partners", params(ContactQuery), responses((status = 200, description = "A page of contacts.", body = Page<Contact>)))]
#[get("/api/v1/partners/{id}/contacts")]
pub async fn list_contacts(ctx: Context, id: Id<PartnerId>, query: Query<ContactQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "created_at")?;
    ctx.read(Operation::ListContacts, move |hop| {
        hop.platform()?;
        store::get_partner(hop.conn, id.0)?;
        listing.reply(listing.cut(store::list_contacts(hop.conn, id.0)?, key), wire)
    })
    .await
}

/// Add a contact
#[utoipa::path(tag = "partners", request_body = NewContact, responses((status = 201, description = "Created.", body = Contact)))]
#[post("/api/v1/partners/{id}/contacts")]
pub async fn create_contact(ctx: Context, id: Id<PartnerId>, body: Body<NewContact>) -> Answer {
    ctx.write(Operation::CreateContact, body, move |hop, new| {
        hop.platform()?;
        let partner = store::get_partner(hop.conn, id.0)?;
        hop.expect_version(partner.version)?;
        let contact = wire(store::create_contact(hop.conn, &hop.stamp, partner.id, &new.check()?)?);
        Reply::created(format!("/api/v1/contacts/{}", contact.id), &contact, contact.version)
    })
    .await
}

/// Change a contact
#[utoipa::path(tag = "partners", request_body(content = ContactPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed contact.", body = Contact)))]
#[patch("/api/v1/contacts/{id}")]
pub async fn update_contact(ctx: Context, id: Id<ContactId>, body: Body<ContactPatch>) -> Answer {
    ctx.write(Operation::UpdateContact, body, move |hop, patch| {
        hop.platform()?;
        let before = store::get_contact(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        let content = patch.clone().onto(NewContact::from(&before.content()))?.check()?;
        let contact = wire(store::update_contact(hop.conn, &hop.stamp, &before, &content)?);
        Reply::item(&contact, contact.version, View::Member)
    })
    .await
}

/// Erase a contact
///
/// The row is removed: nothing of the person stays.
#[utoipa::path(tag = "partners", responses((status = 204, description = "It is erased.")))]
#[delete("/api/v1/contacts/{id}")]
pub async fn delete_contact(ctx: Context, id: Id<ContactId>) -> Answer {
    ctx.act(Operation::DeleteContact, move |hop| {
        hop.platform()?;
        let before = store::get_contact(hop.conn, id.0)?;
        hop.expect_version(before.version)?;
        store::delete_contact(hop.conn, &hop.stamp, &before)?;
        Ok(Reply::none())
    })
    .await
}

fn key(contact: &store::Contact) -> (String, Uuid) {
    (contact.created_at.to_rfc3339(), contact.id.0)
}

fn wire(contact: store::Contact) -> Contact {
    Contact {
        id: contact.id.0,
        partner_id: contact.partner_id.0,
        name: contact.name,
        position: contact.position,
        email: contact.email,
        phone: contact.phone,
        created_at: contact.created_at,
        version: contact.version,
    }
}
