//! Contacts of partners: personal data. Their events name the contact and never what it says.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::ids::{ContactId, PartnerId};
use parvis_domain::partners::ContactContent;
use serde_json::{Value, json};

use crate::columns::{Instant, IntoDb, micros};
use crate::connection::Conn;
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::idempotency;
use crate::schema::contacts;
use crate::stamp::Stamp;

/// A contact of a partner.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub struct Contact {
    /// Its identifier.
    pub id: ContactId,
    /// The partner.
    pub partner_id: PartnerId,
    /// Name of the person.
    pub name: String,
    /// What the person does there.
    pub position: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Goes up with every change.
    pub version: i64,
    /// When it was added.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[diesel(deserialize_as = Instant)]
    pub updated_at: DateTime<Utc>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contact({})", self.id)
    }
}

impl Contact {
    /// The content as it would be given to make it.
    #[must_use]
    pub fn content(&self) -> ContactContent {
        ContactContent {
            name: self.name.clone(),
            position: self.position.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
        }
    }
}

/// The contacts of a partner, in the order of their adding. There are few; the most that are read is 200.
///
/// # Errors
/// Those of the database.
pub fn list_contacts(conn: &mut Conn, partner: PartnerId) -> StoreResult<Vec<Contact>> {
    let query = contacts::table
        .filter(contacts::partner_id.eq(partner.db()))
        .select(Contact::as_select());
    Ok(query
        .order((contacts::created_at, contacts::id))
        .limit(200)
        .load(conn)?)
}

/// A contact.
///
/// # Errors
/// `NotFound`.
pub fn get_contact(conn: &mut Conn, id: ContactId) -> StoreResult<Contact> {
    Ok(contacts::table.find(id.db()).select(Contact::as_select()).first(conn)?)
}

/// Adds a contact. `content` has been checked.
///
/// # Errors
/// A conflict where the partner does not exist.
pub fn create_contact(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    partner: PartnerId,
    content: &ContactContent,
) -> StoreResult<Contact> {
    let id: ContactId = stamp.id();
    diesel::insert_into(contacts::table)
        .values((
            contacts::id.eq(id.db()),
            contacts::partner_id.eq(partner.db()),
            contacts::name.eq(&content.name),
            contacts::position.eq(&content.position),
            contacts::email.eq(&content.email),
            contacts::phone.eq(&content.phone),
            contacts::version.eq(1_i64),
            contacts::created_at.eq(micros(stamp.at)),
            contacts::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    record(
        conn,
        stamp,
        Operation::CreateContact,
        (id, partner),
        (Value::Null, json!({"changed": true})),
    )?;
    get_contact(conn, id)
}

/// Changes a contact.
///
/// # Errors
/// `version_stale`.
pub fn update_contact(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Contact,
    content: &ContactContent,
) -> StoreResult<Contact> {
    let changed = diesel::update(
        contacts::table
            .find(before.id.db())
            .filter(contacts::version.eq(before.version)),
    )
    .set((
        contacts::name.eq(&content.name),
        contacts::position.eq(&content.position),
        contacts::email.eq(&content.email),
        contacts::phone.eq(&content.phone),
        contacts::version.eq(before.version + 1),
        contacts::updated_at.eq(micros(stamp.at)),
    ))
    .execute(conn)?;
    require_current(changed)?;
    let told = (json!({"changed": false}), json!({"changed": true}));
    record(
        conn,
        stamp,
        Operation::UpdateContact,
        (before.id, before.partner_id),
        told,
    )?;
    get_contact(conn, before.id)
}

/// Erases a contact.
///
/// # Errors
/// `version_stale`.
pub fn delete_contact(conn: &mut Conn, stamp: &Stamp<'_>, before: &Contact) -> StoreResult<()> {
    let current = contacts::table
        .find(before.id.db())
        .filter(contacts::version.eq(before.version));
    require_current(diesel::delete(current).execute(conn)?)?;
    // The answer to its creation may still be kept for a repeated request.
    idempotency::forget_holding(conn, &before.id.to_string())?;
    let told = (json!({"changed": false}), Value::Null);
    record(
        conn,
        stamp,
        Operation::DeleteContact,
        (before.id, before.partner_id),
        told,
    )
}

fn record(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    (id, partner): (ContactId, PartnerId),
    (before, after): (Value, Value),
) -> StoreResult<()> {
    let told = |mut value: Value| {
        if let Some(object) = value.as_object_mut() {
            object.insert("person_id".to_owned(), json!(id));
            object.insert("partner_id".to_owned(), json!(partner));
        }
        value
    };
    let (before, after) = (told(before), told(after));
    let operation = operation.as_str();
    let change = Change {
        programme: None,
        operation,
        object_type: "contact",
        object_id: id.into(),
        before,
        after,
    };
    events::append(conn, stamp, change)
}
