//! The evidence of movements: a movement names the SHA-256 of the document behind it, and the document is found by it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::exists;
use diesel::prelude::*;
use parvis_domain::LocalisedText;
use parvis_domain::documents::Reader;
use parvis_domain::ids::{DocumentId, ProgrammeId};

use super::list;
use crate::columns::{DbId, IntoDb, Natural, db_ids};
use crate::connection::Conn;
use crate::error::StoreResult;
use crate::schema::{document_versions as versions, documents, movements};

/// The document whose content a movement names as its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceDocument {
    /// The document.
    pub document: DocumentId,
    /// The number of the version that has the content.
    pub number: u32,
    /// The title of the document.
    pub title: LocalisedText,
}

/// The documents of a programme that have these contents and that a reader may see, by SHA-256. Where several have the
/// same content, it is the one that was added first.
///
/// # Errors
/// Those of the database.
pub fn evidence_documents(
    conn: &mut Conn,
    reader: Reader,
    programme: ProgrammeId,
    hashes: &[String],
) -> StoreResult<BTreeMap<String, EvidenceDocument>> {
    if hashes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let same = versions::table
        .filter(versions::programme_id.eq(programme.db()))
        .filter(versions::sha256.eq_any(hashes.to_vec()))
        .select(versions::document_id);
    let seen: Vec<(DocumentId, LocalisedText)> = list::visible(reader)
        .filter(documents::id.eq_any(same))
        .select((documents::id, documents::title))
        .load(conn)?;
    let titles: BTreeMap<DocumentId, LocalisedText> = seen.into_iter().collect();
    let rows: Vec<(String, DocumentId, Natural)> = versions::table
        .filter(versions::document_id.eq_any(db_ids(titles.keys().copied())))
        .filter(versions::sha256.eq_any(hashes.to_vec()))
        .order((versions::recorded_at.desc(), versions::id.desc()))
        .select((versions::sha256, versions::document_id, versions::number))
        .load(conn)?;
    // The last one of a hash wins: the first that was added.
    Ok(rows
        .into_iter()
        .map(|(sha256, document, number)| {
            let of = EvidenceDocument {
                document,
                number: number.into(),
                title: titles.get(&document).cloned().unwrap_or_default(),
            };
            (sha256, of)
        })
        .collect())
}

/// Those of the documents that a movement names as its evidence.
pub(super) fn named(conn: &mut Conn, ids: &[DbId]) -> StoreResult<BTreeSet<DocumentId>> {
    let by_movement = movements::table
        .filter(movements::programme_id.eq(versions::programme_id))
        .filter(movements::evidence.is_not_null())
        .filter(movements::evidence.assume_not_null().eq(versions::sha256));
    let rows: Vec<DocumentId> = versions::table
        .filter(versions::document_id.eq_any(ids))
        .filter(exists(by_movement))
        .select(versions::document_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
