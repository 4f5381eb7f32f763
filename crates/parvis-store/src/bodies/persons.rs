//! Persons who sit in bodies: personal data. Their events name the person and never what is said of them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::bodies::Sex;
use parvis_domain::ids::{PersonId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use serde_json::json;

use crate::columns::{Instant, IntoDb, micros};
use crate::connection::{Conn, MultiBackend};
use crate::error::{StoreResult, require_current};
use crate::events::{self, Change};
use crate::idempotency;
use crate::paging::{self, SortKey, keyset, total};
use crate::schema::body_persons as persons;
use crate::stamp::Stamp;

/// What is said of a person, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonContent {
    /// Name.
    pub name: String,
    /// Sex as stated.
    pub sex: Sex,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Whether the order that names the members publishes the name.
    pub published: bool,
}

impl std::fmt::Debug for PersonContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonContent([redacted])")
    }
}

/// A person who sits in bodies of a programme.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = persons)]
pub struct BodyPerson {
    /// Identifier.
    pub id: PersonId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Name.
    pub name: String,
    /// Sex as stated.
    pub sex: Sex,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Whether the order publishes the name.
    pub published: bool,
    /// Goes up with every change.
    pub version: i64,
    /// When the person was recorded.
    #[diesel(deserialize_as = Instant)]
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for BodyPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BodyPerson({})", self.id)
    }
}

impl BodyPerson {
    /// The content as it would be given to record the person.
    #[must_use]
    pub fn content(&self) -> PersonContent {
        PersonContent {
            name: self.name.clone(),
            sex: self.sex,
            email: self.email.clone(),
            phone: self.phone.clone(),
            published: self.published,
        }
    }
}

/// How persons are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonSort {
    /// By the instant at which they were recorded.
    CreatedAt,
}

/// The persons who sit in bodies of a programme.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_body_persons(
    conn: &mut Conn,
    programme: ProgrammeId,
    request: &PageRequest<PersonSort>,
) -> StoreResult<Page<BodyPerson>> {
    let listed = || {
        persons::table
            .filter(persons::programme_id.eq(programme.db()))
            .into_boxed::<MultiBackend>()
    };
    let total = total!(conn, request, listed(), persons::id);
    let query = listed().select(BodyPerson::as_select());
    let rows: Vec<BodyPerson> = match request.sort {
        PersonSort::CreatedAt => keyset!(query, request, persons::created_at, persons::id, DateTime<Utc>).load(conn)?,
    };
    Ok(paging::page(rows, request, total, |row| {
        (row.created_at.text(), row.id.into())
    }))
}

/// A person.
///
/// # Errors
/// `NotFound`.
pub fn get_body_person(conn: &mut Conn, id: PersonId) -> StoreResult<BodyPerson> {
    let query = persons::table.find(id.db()).select(BodyPerson::as_select());
    Ok(query.first(conn)?)
}

/// Records a person. The event is that of the mandate for which it happens.
///
/// # Errors
/// Those of the database.
pub(super) fn insert(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    content: &PersonContent,
) -> StoreResult<PersonId> {
    let id: PersonId = stamp.id();
    diesel::insert_into(persons::table)
        .values((
            persons::id.eq(id.db()),
            persons::programme_id.eq(programme.db()),
            persons::name.eq(&content.name),
            persons::sex.eq(content.sex.as_str()),
            persons::email.eq(&content.email),
            persons::phone.eq(&content.phone),
            persons::published.eq(content.published),
            persons::version.eq(1_i64),
            persons::created_at.eq(micros(stamp.at)),
            persons::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Changes a person. What counts for parity is what was stated when the seat was given.
///
/// # Errors
/// `version_stale`.
pub fn update_body_person(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &BodyPerson,
    content: &PersonContent,
) -> StoreResult<BodyPerson> {
    set(conn, stamp, Operation::UpdateBodyPerson, before, content)
}

/// Erases a person: a pseudonym takes the place of the name, and nothing else stays. The seats that the person held stay
/// on record.
///
/// # Errors
/// `version_stale`.
pub fn erase_body_person(conn: &mut Conn, stamp: &Stamp<'_>, before: &BodyPerson) -> StoreResult<()> {
    let digits = before.id.0.simple().to_string();
    let erased = PersonContent {
        name: format!("erased-{}", digits.get(20..).unwrap_or_default()),
        sex: Sex::Unstated,
        email: None,
        phone: None,
        published: false,
    };
    set(conn, stamp, Operation::EraseBodyPerson, before, &erased)?;
    // Answers that are kept for a repeated request may still name the person.
    idempotency::forget_holding(conn, &before.id.to_string())
}

fn set(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    operation: Operation,
    before: &BodyPerson,
    content: &PersonContent,
) -> StoreResult<BodyPerson> {
    let current = persons::table
        .find(before.id.db())
        .filter(persons::version.eq(before.version));
    let changed = diesel::update(current)
        .set((
            persons::name.eq(&content.name),
            persons::sex.eq(content.sex.as_str()),
            persons::email.eq(&content.email),
            persons::phone.eq(&content.phone),
            persons::published.eq(content.published),
            persons::version.eq(before.version + 1),
            persons::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let told = |published: bool, changed: bool| json!({"published": published, "changed": changed});
    let change = Change {
        programme: Some(before.programme_id),
        operation: operation.as_str(),
        object_type: "body_person",
        object_id: before.id.into(),
        before: told(before.published, false),
        after: told(content.published, true),
    };
    events::append(conn, stamp, change)?;
    get_body_person(conn, before.id)
}
