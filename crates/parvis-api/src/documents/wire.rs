//! Documents as they travel.

use parvis_domain::documents::Reader;
use parvis_store::documents as store;
use parvis_wire::documents::{AttachedObject, Document, DocumentVersion, EvidenceDocument, Upload};

use super::sweep::KEPT;

pub(super) fn upload(upload: store::Upload) -> Upload {
    Upload {
        id: upload.id.0,
        programme_id: upload.programme_id.0,
        file_name: upload.file_name,
        media_type: upload.stored.media_type,
        size: upload.stored.size_bytes,
        sha256: upload.stored.sha256,
        created_at: upload.created_at,
        expires_at: upload.created_at + KEPT,
    }
}

/// A document as a reader sees it: notes and what the ledger says of it are for members.
pub(super) fn document(document: store::Document, reader: Reader) -> Document {
    let internal = reader != Reader::Public;
    Document {
        editable: reader.may_change(document.created_by, document.partner_id),
        id: document.id.0,
        programme_id: document.programme_id.0,
        title: document.title,
        description: document.description,
        kind: document.kind,
        language: document.language,
        visibility: document.visibility,
        dated_on: document.dated_on,
        attached_to: document.attached_to.iter().map(AttachedObject::from).collect(),
        latest: version(document.latest, reader),
        is_evidence: document.is_evidence && internal,
        created_at: document.created_at,
        updated_at: document.updated_at,
        version: document.version,
    }
}

pub(super) fn version(version: store::DocumentVersion, reader: Reader) -> DocumentVersion {
    DocumentVersion {
        number: version.number,
        file_name: version.file_name,
        media_type: version.media_type,
        size: version.size_bytes,
        sha256: version.sha256,
        note: version.note.filter(|_| reader != Reader::Public),
        created_at: version.recorded_at,
    }
}

pub(super) fn evidence(of: store::EvidenceDocument) -> EvidenceDocument {
    EvidenceDocument {
        id: of.document.0,
        number: of.number,
        title: of.title,
    }
}
