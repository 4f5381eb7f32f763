//! Documents are made of files that were sent, changed, given new versions, and deleted where nothing rests on them.

use diesel::prelude::*;
use parvis_domain::accounts::Operation;
use parvis_domain::documents::{self as domain, DocumentContent, Reader, VERSIONS_MAX};
use parvis_domain::ids::{DocumentId, DocumentVersionId, FileId, PartnerId, ProgrammeId};
use parvis_domain::{Code, DomainError, text};
use serde_json::Value;

use super::uploads::{self, Upload};
use super::{Document, evidence, get_document, links};
use crate::columns::{DbId, IntoDb, json, micros};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult, require_current};
use crate::events::{self, Change};
use crate::idempotency;
use crate::programmes::lock_programme;
use crate::schema::{document_versions as versions, documents};
use crate::stamp::Stamp;

/// A version to be added, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVersion {
    /// The file that it is made of.
    pub upload: FileId,
    /// What is new in it.
    pub note: Option<String>,
}

/// Makes a document of a file that was sent. `content` has been checked; `partner` is the organisation for which the
/// author acts.
///
/// # Errors
/// `reference_unknown` for the file and for what the document is attached to.
pub fn create_document(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    programme: ProgrammeId,
    partner: Option<PartnerId>,
    content: &DocumentContent,
    new: &NewVersion,
) -> StoreResult<Document> {
    links::require(conn, programme, &content.attached_to)?;
    let upload = uploads::claim(conn, stamp, programme, new.upload)?;
    let id: DocumentId = stamp.id();
    diesel::insert_into(documents::table)
        .values((
            documents::id.eq(id.db()),
            documents::programme_id.eq(programme.db()),
            documents::title.eq(json(&content.title)?),
            documents::description.eq(json(&content.description)?),
            documents::kind.eq(content.kind.as_str()),
            documents::language.eq(&content.language),
            documents::visibility.eq(content.visibility.as_str()),
            documents::dated_on.eq(content.dated_on),
            documents::latest.eq(1),
            documents::partner_id.eq(partner.map(IntoDb::db)),
            documents::created_by.eq(stamp.actor.map(IntoDb::db)),
            documents::search.eq(search(content)),
            documents::version.eq(1_i64),
            documents::created_at.eq(micros(stamp.at)),
            documents::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    insert_version(conn, stamp, (programme, id), 1, &upload, new)?;
    links::attach(conn, programme, id, &content.attached_to)?;
    let made = get_document(conn, Reader::Team, id)?;
    let change = Change::made(Operation::CreateDocument, ("document", id.into()), &made)?;
    events::append(conn, stamp, change.in_programme(programme))?;
    Ok(made)
}

/// Changes what a document says of itself.
///
/// # Errors
/// `version_stale`, `reference_unknown` for what it is attached to.
pub fn update_document(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Document,
    content: &DocumentContent,
) -> StoreResult<Document> {
    if content.attached_to != before.attached_to {
        links::require(conn, before.programme_id, &content.attached_to)?;
    }
    let changed = diesel::update(current(before))
        .set((
            documents::title.eq(json(&content.title)?),
            documents::description.eq(json(&content.description)?),
            documents::kind.eq(content.kind.as_str()),
            documents::language.eq(&content.language),
            documents::visibility.eq(content.visibility.as_str()),
            documents::dated_on.eq(content.dated_on),
            documents::search.eq(search(content)),
            documents::version.eq(before.version + 1),
            documents::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    if content.attached_to != before.attached_to {
        links::attach(conn, before.programme_id, before.id, &content.attached_to)?;
    }
    changed_to(conn, stamp, Operation::UpdateDocument, before)
}

/// Adds a version, which becomes the latest.
///
/// # Errors
/// `version_stale`, `too_many`, `reference_unknown` for the file.
pub fn create_document_version(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    before: &Document,
    new: &NewVersion,
) -> StoreResult<Document> {
    let number = next_number(before)?;
    let upload = uploads::claim(conn, stamp, before.programme_id, new.upload)?;
    let changed = diesel::update(current(before))
        .set((
            documents::latest.eq(number),
            documents::version.eq(before.version + 1),
            documents::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    insert_version(conn, stamp, (before.programme_id, before.id), number, &upload, new)?;
    changed_to(conn, stamp, Operation::CreateDocumentVersion, before)
}

/// Deletes a document: its contents are removed after the commit, what was recorded of it stays.
///
/// # Errors
/// `document_is_evidence`, `version_stale`.
pub fn delete_document(conn: &mut Conn, stamp: &Stamp<'_>, before: &Document) -> StoreResult<()> {
    // Posting a movement holds a share of its programme's row: none that names the document comes between.
    lock_programme(conn, before.programme_id)?;
    let named = evidence::named(conn, &[before.id.db()])?;
    domain::check_deletable(named.contains(&before.id))?;
    let changed = diesel::update(current(before))
        .set((
            documents::deleted_at.eq(micros(stamp.at)),
            documents::description.eq("{}"),
            documents::search.eq(""),
            documents::version.eq(before.version + 1),
            documents::updated_at.eq(micros(stamp.at)),
        ))
        .execute(conn)?;
    require_current(changed)?;
    let of_document: Vec<DbId> = versions::table
        .filter(versions::document_id.eq(before.id.db()))
        .select(versions::file_id)
        .load(conn)?;
    uploads::doom_of_document(conn, stamp, &of_document)?;
    idempotency::forget_holding(conn, &before.id.to_string())?;
    let change = Change {
        programme: Some(before.programme_id),
        operation: Operation::DeleteDocument.as_str(),
        object_type: "document",
        object_id: before.id.into(),
        before: events::value(before)?,
        after: Value::Null,
    };
    events::append(conn, stamp, change)
}

type Current = diesel::dsl::Filter<
    diesel::dsl::Filter<diesel::dsl::Find<documents::table, DbId>, diesel::dsl::Eq<documents::version, i64>>,
    diesel::dsl::IsNull<documents::deleted_at>,
>;

/// The row of a document, as long as it is as it was read.
fn current(of: &Document) -> Current {
    documents::table
        .find(of.id.db())
        .filter(documents::version.eq(of.version))
        .filter(documents::deleted_at.is_null())
}

fn next_number(before: &Document) -> StoreResult<i32> {
    let latest = i32::try_from(before.latest.number).map_err(|error| StoreError::Internal(error.to_string()))?;
    if latest >= VERSIONS_MAX {
        let detail = format!("A document has at most {VERSIONS_MAX} versions; begin another one.");
        return Err(DomainError::new(Code::TooMany, detail).into());
    }
    Ok(latest + 1)
}

fn insert_version(
    conn: &mut Conn,
    stamp: &Stamp<'_>,
    (programme, document): (ProgrammeId, DocumentId),
    number: i32,
    upload: &Upload,
    new: &NewVersion,
) -> StoreResult<()> {
    let id: DocumentVersionId = stamp.id();
    diesel::insert_into(versions::table)
        .values((
            versions::id.eq(id.db()),
            versions::document_id.eq(document.db()),
            versions::programme_id.eq(programme.db()),
            versions::number.eq(number),
            versions::file_id.eq(upload.id.db()),
            versions::sha256.eq(&upload.stored.sha256),
            versions::size_bytes.eq(upload.stored.size_bytes),
            versions::media_type.eq(upload.stored.media_type.as_str()),
            versions::note.eq(&new.note),
            versions::recorded_at.eq(micros(stamp.at)),
            versions::recorded_by.eq(stamp.actor.map(IntoDb::db)),
        ))
        .execute(conn)?;
    Ok(())
}

fn changed_to(conn: &mut Conn, stamp: &Stamp<'_>, operation: Operation, before: &Document) -> StoreResult<Document> {
    let after = get_document(conn, Reader::Team, before.id)?;
    let change = Change::changed(operation, ("document", before.id.into()), before, &after)?;
    events::append(conn, stamp, change.in_programme(before.programme_id))?;
    Ok(after)
}

/// What is searched: title and description.
fn search(content: &DocumentContent) -> String {
    text::fold(&format!("{} {}", content.title.folded(), content.description.folded()))
}
