//! Documents.

use parvis_wire::Page;
use parvis_wire::documents::{Document, DocumentPatch, DocumentVersion, NewDocument, NewDocumentVersion};
use uuid::Uuid;

use super::client::{self, query};
use super::{ALL, Answer};

/// What is asked of the list of documents, as it stands in the address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentFilter {
    /// Words.
    pub q: String,
    /// What they are.
    pub kind: String,
    /// Who may read them.
    pub visibility: String,
    /// The object that they are attached to.
    pub attached_to: String,
}

/// A page of the documents of a programme.
pub async fn list_documents(programme: Uuid, filter: DocumentFilter, cursor: Option<String>) -> Answer<Page<Document>> {
    let parameters = [
        ("q", filter.q.as_str()),
        ("kind", &filter.kind),
        ("visibility", &filter.visibility),
        ("attached_to", &filter.attached_to),
        ("cursor", cursor.as_deref().unwrap_or_default()),
    ];
    client::get(&query(&format!("/programmes/{programme}/documents"), &parameters)).await
}

/// One document.
pub async fn get_document(id: Uuid) -> Answer<Document> {
    client::get(&format!("/documents/{id}")).await
}

/// The content of a version of a document.
pub async fn download_document(id: Uuid, number: u32) -> Answer<Vec<u8>> {
    client::download(&format!("/documents/{id}/content?version={number}")).await
}

/// Makes a document of a file that was sent.
pub async fn create_document(programme: Uuid, new: NewDocument) -> Answer<Document> {
    client::post(&format!("/programmes/{programme}/documents"), &new).await
}

/// Changes what a document says of itself.
pub async fn update_document(id: Uuid, version: i64, patch: DocumentPatch) -> Answer<Document> {
    client::patch(&format!("/documents/{id}"), version, &patch).await
}

/// Deletes a document.
pub async fn delete_document(id: Uuid, version: i64) -> Answer<()> {
    client::delete(&format!("/documents/{id}"), version).await
}

/// The versions of a document, the latest first.
pub async fn list_document_versions(id: Uuid) -> Answer<Page<DocumentVersion>> {
    client::get(&query(&format!("/documents/{id}/versions"), &[("limit", ALL)])).await
}

/// Adds a version to a document.
pub async fn create_document_version(id: Uuid, version: i64, new: NewDocumentVersion) -> Answer<Document> {
    client::post_to(&format!("/documents/{id}/versions"), version, &new).await
}
