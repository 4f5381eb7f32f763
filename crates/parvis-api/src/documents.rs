//! Documents: files are sent as they are, looked through and stored; documents take them up, say what they are, get new
//! versions, and are handed out to whoever may read them.

mod content;
pub mod inspect;
pub mod scan;
pub mod storage;
pub mod sweep;
mod uploads;
mod wire;

use std::sync::Arc;

use actix_web::{delete, get, patch, post};
use parvis_domain::accounts::{Operation, View};
use parvis_domain::documents::{DocumentKind, DocumentVisibility, Reader};
use parvis_domain::ids::{DocumentId, FileId, ProgrammeId};
use parvis_domain::{Code, DomainError};
use parvis_store::StoreResult;
use parvis_store::documents::{self as store, DocumentFilter, DocumentSort, NewVersion, VersionSort};
use parvis_store::programmes::ProgrammeContext;
use parvis_wire::Page;
use parvis_wire::budgets::Movement;
use parvis_wire::documents::{Document, DocumentPatch, DocumentVersion, NewDocument, NewDocumentVersion};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::config::Config;
use crate::http::page::Sorts;
use crate::http::query::{list_query, search};
use crate::http::{Answer, Body, Context, Hop, Id, Query, Reply};
use scan::Scanner;
use storage::Storage;

/// How many files one process receives at the same time; more are answered 503.
const AT_ONCE: usize = 16;

/// What documents need beside the database.
#[derive(Debug, Clone)]
pub struct Means {
    /// Where contents are stored.
    pub storage: Storage,
    /// Who looks for viruses.
    pub scanner: Scanner,
    /// The largest file, in bytes.
    pub limit: u64,
    /// How many files may arrive at the same time.
    pub at_once: Arc<Semaphore>,
}

impl Means {
    /// The means that the configuration names.
    ///
    /// # Errors
    /// One sentence that says what to change.
    pub fn open(config: &Config) -> Result<Self, String> {
        Ok(Self {
            storage: Storage::open(config)?,
            scanner: config.virus_scan.clone(),
            limit: config.upload_limit,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }
}

/// Adds the operations.
pub fn configure(services: &mut ServiceConfig<'_>) {
    services
        .service(uploads::create_upload)
        .service(uploads::get_upload)
        .service(list_documents)
        .service(create_document)
        .service(get_document)
        .service(update_document)
        .service(delete_document)
        .service(list_document_versions)
        .service(create_document_version)
        .service(content::download_document);
}

list_query! {
    /// Filters of the list of documents.
    DocumentQuery, sort r"^-?(created_at|updated_at)$" {
        /// Words that title or description hold.
        q: String,
        /// What they are.
        kind: DocumentKind,
        /// Who may read them.
        visibility: DocumentVisibility,
        /// The language they are written in, a tag of BCP 47.
        language: String,
        /// The object that they are attached to.
        attached_to: Uuid,
        /// SHA-256 of the content of one of their versions, in hexadecimal.
        sha256: String,
    }
}

const SORTS: &Sorts<DocumentSort> = &[
    ("created_at", DocumentSort::CreatedAt),
    ("updated_at", DocumentSort::UpdatedAt),
];

list_query! {
    /// Which versions.
    VersionQuery, sort r"^-?(number)$" {}
}

const VERSION_SORTS: &Sorts<VersionSort> = &[("number", VersionSort::Number)];

/// List the documents of a programme
///
/// Strangers see those that are public, members those for members too; whoever runs the programme or keeps its money sees
/// all of them.
#[utoipa::path(tag = "documents", params(DocumentQuery), responses((status = 200, description = "A page of documents.", body = Page<Document>)))]
#[get("/api/v1/programmes/{id}/documents")]
pub async fn list_documents(ctx: Context, id: Id<ProgrammeId>, query: Query<DocumentQuery>) -> Answer {
    let listing = ctx.listing(&*query, SORTS, "-created_at")?;
    let filter = DocumentFilter {
        q: search(query.q.as_deref())?,
        kind: query.kind,
        visibility: query.visibility,
        language: query.language.clone(),
        attached_to: query.attached_to,
        sha256: query.sha256.as_ref().map(|hash| hash.to_ascii_lowercase()),
    };
    ctx.read(Operation::ListDocuments, move |hop| {
        let (programme, view) = hop.programme(id.0)?;
        let reader = reader(hop, &programme, view);
        let page = store::list_documents(hop.conn, reader, id.0, &filter, &listing.request)?;
        listing.reply(page, |document| wire::document(document, reader))
    })
    .await
}

/// Make a document of a file that was sent
#[utoipa::path(tag = "documents", request_body = NewDocument, responses((status = 201, description = "Created.", body = Document)))]
#[post("/api/v1/programmes/{id}/documents")]
pub async fn create_document(ctx: Context, id: Id<ProgrammeId>, body: Body<NewDocument>) -> Answer {
    ctx.write(Operation::CreateDocument, body, move |hop, new| {
        let (programme, view) = hop.programme(id.0)?;
        programme.require_changeable()?;
        let (content, partner) = (new.check()?, hop.caller.bound_partner(id.0));
        let version = NewVersion {
            upload: FileId(new.upload_id),
            note: None,
        };
        let made = store::create_document(hop.conn, &hop.stamp, id.0, partner, &content, &version)?;
        let (location, version) = (format!("/api/v1/documents/{}", made.id), made.version);
        let reader = reader(hop, &programme, view);
        tagged(Reply::created(location, &wire::document(made, reader), version)?)
    })
    .await
}

/// Read a document
#[utoipa::path(tag = "documents", responses((status = 200, description = "The document.", body = Document)))]
#[get("/api/v1/documents/{id}")]
pub async fn get_document(ctx: Context, id: Id<DocumentId>) -> Answer {
    ctx.read(Operation::GetDocument, move |hop| {
        let (document, found) = seen(hop, id.0)?;
        item(document, &found)
    })
    .await
}

/// Change what a document says of itself, or what it is attached to
#[utoipa::path(tag = "documents", request_body(content = DocumentPatch, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed document.", body = Document)))]
#[patch("/api/v1/documents/{id}")]
pub async fn update_document(ctx: Context, id: Id<DocumentId>, body: Body<DocumentPatch>) -> Answer {
    ctx.write(Operation::UpdateDocument, body, move |hop, patch| {
        let (before, found) = to_change(hop, id.0)?;
        let content = patch.clone().onto(NewDocument::from(&before.content()))?.check()?;
        item(store::update_document(hop.conn, &hop.stamp, &before, &content)?, &found)
    })
    .await
}

/// Delete a document that is no evidence
///
/// Its content is removed for good; the history keeps what was recorded of it.
#[utoipa::path(tag = "documents", responses((status = 204, description = "It is deleted.")))]
#[delete("/api/v1/documents/{id}")]
pub async fn delete_document(ctx: Context, id: Id<DocumentId>) -> Answer {
    let state = ctx.state.clone();
    let answer = ctx
        .act(Operation::DeleteDocument, move |hop| {
            let (before, _) = to_change(hop, id.0)?;
            store::delete_document(hop.conn, &hop.stamp, &before)?;
            Ok(Reply::none())
        })
        .await?;
    sweep::remove_soon(&state);
    Ok(answer)
}

/// List the versions of a document
#[utoipa::path(tag = "documents", params(VersionQuery), responses((status = 200, description = "A page of versions.", body = Page<DocumentVersion>)))]
#[get("/api/v1/documents/{id}/versions")]
pub async fn list_document_versions(ctx: Context, id: Id<DocumentId>, query: Query<VersionQuery>) -> Answer {
    let listing = ctx.listing(&*query, VERSION_SORTS, "-number")?;
    ctx.read(Operation::ListDocumentVersions, move |hop| {
        let (_, found) = seen(hop, id.0)?;
        let page = store::list_document_versions(hop.conn, id.0, &listing.request)?;
        listing.reply(page, |version| wire::version(version, found.reader))
    })
    .await
}

/// Add a version to a document: the one before stays
#[utoipa::path(tag = "documents", request_body = NewDocumentVersion, responses((status = 200, description = "The document with its new version.", body = Document)))]
#[post("/api/v1/documents/{id}/versions")]
pub async fn create_document_version(ctx: Context, id: Id<DocumentId>, body: Body<NewDocumentVersion>) -> Answer {
    ctx.write(Operation::CreateDocumentVersion, body, move |hop, new| {
        let (before, found) = to_change(hop, id.0)?;
        let version = NewVersion {
            upload: FileId(new.upload_id),
            note: new.check()?,
        };
        item(
            store::create_document_version(hop.conn, &hop.stamp, &before, &version)?,
            &found,
        )
    })
    .await
}

/// Where a document was found, and what the caller is there.
struct Found {
    programme: ProgrammeContext,
    view: View,
    reader: Reader,
}

fn reader(hop: &Hop<'_>, programme: &ProgrammeContext, view: View) -> Reader {
    Reader::of(&hop.caller, programme.scope(), view)
}

/// A document that the caller may read, once the operation is allowed.
fn seen(hop: &mut Hop<'_>, id: DocumentId) -> StoreResult<(store::Document, Found)> {
    let home = store::programme_of_document(hop.conn, id);
    let (_, programme, view) = hop.item(home, |programme| Some(*programme))?;
    let reader = reader(hop, &programme, view);
    let document = store::get_document(hop.conn, reader, id)?;
    let found = Found {
        programme,
        view,
        reader,
    };
    Ok((document, found))
}

/// A document that the caller may change.
fn to_change(hop: &mut Hop<'_>, id: DocumentId) -> StoreResult<(store::Document, Found)> {
    let (document, found) = seen(hop, id)?;
    found.programme.require_changeable()?;
    if !found.reader.may_change(document.created_by, document.partner_id) {
        let detail = "Who acts for a partner changes the documents of that partner alone.";
        return Err(DomainError::new(Code::PermissionDenied, detail).into());
    }
    hop.expect_version(document.version)?;
    Ok((document, found))
}

fn item(document: store::Document, found: &Found) -> StoreResult<Reply> {
    let version = document.version;
    tagged(Reply::item(
        &wire::document(document, found.reader),
        version,
        found.view,
    )?)
}

/// What a document shows depends on its reader and on the ledger: its tag holds a digest of the answer.
fn tagged(mut reply: Reply) -> StoreResult<Reply> {
    let digest = Sha256::digest(&reply.body);
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    if let Some(etag) = &mut reply.etag {
        etag.view = format!("{}-{short}", etag.view);
    }
    Ok(reply)
}

/// Joins movements with the documents that they name as their evidence, as far as the caller may read them.
///
/// # Errors
/// Those of the database.
pub(crate) fn join_evidence(
    hop: &mut Hop<'_>,
    programme: &ProgrammeContext,
    view: View,
    movements: &mut [Movement],
) -> StoreResult<()> {
    let reader = reader(hop, programme, view);
    let mut hashes: Vec<String> = movements
        .iter()
        .filter_map(|movement| movement.evidence.clone())
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    let documents = store::evidence_documents(hop.conn, reader, programme.id, &hashes)?;
    for movement in movements {
        let found = movement.evidence.as_ref().and_then(|hash| documents.get(hash));
        movement.evidence_document = found.cloned().map(wire::evidence);
    }
    Ok(())
}
