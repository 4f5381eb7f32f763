//! Documents: what they say of themselves, their versions, and what they are attached to. Their content lies elsewhere;
//! here is what is known of it.

mod evidence;
mod links;
mod list;
mod uploads;
mod write;

pub use evidence::{EvidenceDocument, evidence_documents};
pub use list::{DocumentFilter, DocumentSort, VersionSort, list_document_versions, list_documents};
pub use uploads::{
    Removal, StoredFile, Upload, begin_upload, doom_unclaimed, doom_upload, doomed_files, finish_removal,
    finish_upload, get_upload,
};
pub use write::{NewVersion, create_document, create_document_version, delete_document, update_document};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::documents::{Attachment, DocumentContent, DocumentKind, DocumentVisibility, MediaType, Reader};
use parvis_domain::ids::{DocumentId, DocumentVersionId, FileId, PartnerId, ProgrammeId, UserId};
use serde::Serialize;

use crate::columns::{DbId, Instant, IntoDb, MaybeInstant, Natural, db_ids};
use crate::connection::Conn;
use crate::error::{StoreError, StoreResult};
use crate::schema::{document_versions as versions, documents, files};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = documents)]
struct DocumentRow {
    id: DocumentId,
    programme_id: ProgrammeId,
    title: LocalisedText,
    description: LocalisedText,
    kind: DocumentKind,
    language: Option<String>,
    visibility: DocumentVisibility,
    dated_on: Option<NaiveDate>,
    partner_id: Option<PartnerId>,
    created_by: Option<UserId>,
    version: i64,
    #[diesel(deserialize_as = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = Instant)]
    updated_at: DateTime<Utc>,
}

/// A document. Its description and the names of its files stay out of the history: they may hold names of persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its identifier.
    pub id: DocumentId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Its title.
    pub title: LocalisedText,
    /// What is in it.
    #[serde(skip)]
    pub description: LocalisedText,
    /// What it is.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Option<String>,
    /// Who may read it.
    pub visibility: DocumentVisibility,
    /// The day it bears.
    pub dated_on: Option<NaiveDate>,
    /// What it is attached to, in order.
    pub attached_to: Vec<Attachment>,
    /// Its latest version.
    pub latest: DocumentVersion,
    /// Whether a movement of the ledger names one of its versions as its evidence.
    #[serde(skip)]
    pub is_evidence: bool,
    /// The organisation for which it was added.
    pub partner_id: Option<PartnerId>,
    /// By which account.
    #[serde(skip)]
    pub created_by: Option<UserId>,
    /// Goes up with every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was added.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// A version of a document: one content.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = versions)]
pub struct DocumentVersion {
    /// Its identifier.
    pub id: DocumentVersionId,
    /// The document.
    #[serde(skip)]
    pub document_id: DocumentId,
    /// Its number, from 1 without gaps.
    #[diesel(deserialize_as = Natural)]
    pub number: u32,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Its length in bytes.
    pub size_bytes: i64,
    /// Its type, as the content showed.
    pub media_type: MediaType,
    /// What is new in it.
    #[serde(skip)]
    pub note: Option<String>,
    /// When it was added.
    #[diesel(deserialize_as = Instant)]
    pub recorded_at: DateTime<Utc>,
    /// The name of the file.
    #[serde(skip)]
    #[diesel(select_expression = files::file_name)]
    pub file_name: String,
}

/// Where the content of a version lies, and what is said with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The programme.
    pub programme: ProgrammeId,
    /// The file.
    pub file: FileId,
    /// The version.
    pub version: DocumentVersion,
}

impl Document {
    /// The content as it would be given to make it.
    #[must_use]
    pub fn content(&self) -> DocumentContent {
        DocumentContent {
            title: self.title.clone(),
            description: self.description.clone(),
            kind: self.kind,
            language: self.language.clone(),
            visibility: self.visibility,
            dated_on: self.dated_on,
            attached_to: self.attached_to.clone(),
        }
    }
}

/// The programme of a document that was not deleted.
///
/// # Errors
/// `NotFound`.
pub fn programme_of_document(conn: &mut Conn, id: DocumentId) -> StoreResult<ProgrammeId> {
    let there = documents::table.find(id.db()).filter(documents::deleted_at.is_null());
    Ok(there.select(documents::programme_id).first(conn)?)
}

/// A document that the reader may see.
///
/// # Errors
/// `NotFound`.
pub fn get_document(conn: &mut Conn, reader: Reader, id: DocumentId) -> StoreResult<Document> {
    let row: DocumentRow = list::visible(reader)
        .filter(documents::id.eq(id.db()))
        .select(DocumentRow::as_select())
        .first(conn)?;
    complete(conn, vec![row])?.pop().ok_or(StoreError::NotFound)
}

/// Where the content of a document lies: of one version, or of the latest. The document may be seen.
///
/// # Errors
/// `NotFound` where there is no such version, or its content is gone.
pub fn get_content(conn: &mut Conn, document: &Document, number: Option<u32>) -> StoreResult<Content> {
    let number = i32::try_from(number.unwrap_or(document.latest.number)).map_err(|_| StoreError::NotFound)?;
    let query = versions::table
        .inner_join(files::table)
        .filter(versions::document_id.eq(document.id.db()))
        .filter(versions::number.eq(number));
    let (version, file, doomed): (DocumentVersion, FileId, MaybeInstant) = query
        .select((DocumentVersion::as_select(), files::id, files::doomed_at))
        .first(conn)?;
    match Option::<DateTime<Utc>>::from(doomed) {
        Some(_) => Err(StoreError::NotFound),
        None => Ok(Content {
            programme: document.programme_id,
            file,
            version,
        }),
    }
}

/// Brings what stands around rows: their latest versions, what they are attached to, whether they are evidence.
fn complete(conn: &mut Conn, rows: Vec<DocumentRow>) -> StoreResult<Vec<Document>> {
    let ids = db_ids(rows.iter().map(|row| row.id));
    let mut latest = latest_of(conn, &ids)?;
    let mut attached = links::attached_to(conn, &ids)?;
    let evidence: BTreeSet<DocumentId> = evidence::named(conn, &ids)?;
    let completed = rows.into_iter().map(|row| {
        let lost = || StoreError::Internal("a document has no version".to_owned());
        Ok(Document {
            latest: latest.remove(&row.id).ok_or_else(lost)?,
            attached_to: attached.remove(&row.id).unwrap_or_default(),
            is_evidence: evidence.contains(&row.id),
            id: row.id,
            programme_id: row.programme_id,
            title: row.title,
            description: row.description,
            kind: row.kind,
            language: row.language,
            visibility: row.visibility,
            dated_on: row.dated_on,
            partner_id: row.partner_id,
            created_by: row.created_by,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    });
    completed.collect()
}

fn latest_of(conn: &mut Conn, ids: &[DbId]) -> StoreResult<BTreeMap<DocumentId, DocumentVersion>> {
    let rows: Vec<DocumentVersion> = versions::table
        .inner_join(files::table)
        .inner_join(documents::table)
        .filter(versions::document_id.eq_any(ids))
        .filter(versions::number.eq(documents::latest))
        .select(DocumentVersion::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|version| (version.document_id, version)).collect())
}
