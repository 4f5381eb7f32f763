//! The documents of a programme, and the versions of one: filtered, ordered, and only those that a reader may see.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use parvis_domain::documents::{DocumentKind, DocumentVisibility, ObjectKind, Reader};
use parvis_domain::ids::{DocumentId, PartnerId, ProgrammeId};
use parvis_domain::page::{Page, PageRequest};
use uuid::Uuid;

use super::{Document, DocumentRow, DocumentVersion, complete};
use crate::columns::IntoDb;
use crate::connection::{Conn, MultiBackend};
use crate::error::StoreResult;
use crate::paging::{self, SortKey, keyset, patterns, total};
use crate::schema::{document_links as links, document_versions as versions, documents, files, grants, movements};

/// What is asked of the list of documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Words that title or description hold.
    pub q: Option<String>,
    /// Only of this kind.
    pub kind: Option<DocumentKind>,
    /// Only for these readers.
    pub visibility: Option<DocumentVisibility>,
    /// Only in this language.
    pub language: Option<String>,
    /// Only attached to this object.
    pub attached_to: Option<Uuid>,
    /// Only with a version of this content.
    pub sha256: Option<String>,
}

/// How documents are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentSort {
    /// By the instant in which they were added.
    CreatedAt,
    /// By the instant of their last change.
    UpdatedAt,
}

/// How the versions of a document are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionSort {
    /// By their number.
    Number,
}

type Query<'a> = documents::BoxedQuery<'a, MultiBackend>;

/// The documents of a programme that a reader may see.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_documents(
    conn: &mut Conn,
    reader: Reader,
    programme: ProgrammeId,
    filter: &DocumentFilter,
    request: &PageRequest<DocumentSort>,
) -> StoreResult<Page<Document>> {
    let query = || {
        listed(
            visible(reader).filter(documents::programme_id.eq(programme.db())),
            filter,
        )
    };
    let total = total!(conn, request, query(), documents::id);
    let select = query().select(DocumentRow::as_select());
    let rows: Vec<DocumentRow> = match request.sort {
        DocumentSort::CreatedAt => {
            keyset!(select, request, documents::created_at, documents::id, DateTime<Utc>).load(conn)?
        }
        DocumentSort::UpdatedAt => {
            keyset!(select, request, documents::updated_at, documents::id, DateTime<Utc>).load(conn)?
        }
    };
    let page = paging::page(rows, request, total, |row| {
        let key = match request.sort {
            DocumentSort::CreatedAt => row.created_at.text(),
            DocumentSort::UpdatedAt => row.updated_at.text(),
        };
        (key, row.id.into())
    });
    Ok(Page {
        items: complete(conn, page.items)?,
        last: page.last,
        total: page.total,
    })
}

/// The versions of a document, which may be seen.
///
/// # Errors
/// `cursor_invalid`, and those of the database.
pub fn list_document_versions(
    conn: &mut Conn,
    document: DocumentId,
    request: &PageRequest<VersionSort>,
) -> StoreResult<Page<DocumentVersion>> {
    let query = || {
        versions::table
            .inner_join(files::table)
            .filter(versions::document_id.eq(document.db()))
            .into_boxed::<MultiBackend>()
    };
    let total = total!(conn, request, query(), versions::id);
    let query = query().select(DocumentVersion::as_select());
    let VersionSort::Number = request.sort;
    let rows: Vec<DocumentVersion> = keyset!(query, request, versions::number, versions::id, i32).load(conn)?;
    Ok(paging::page(rows, request, total, |row| {
        (row.number.to_string(), row.id.into())
    }))
}

fn listed<'a>(mut query: Query<'a>, filter: &DocumentFilter) -> Query<'a> {
    if let Some(kind) = filter.kind {
        query = query.filter(documents::kind.eq(kind.as_str()));
    }
    if let Some(visibility) = filter.visibility {
        query = query.filter(documents::visibility.eq(visibility.as_str()));
    }
    if let Some(language) = filter.language.clone() {
        let known = documents::language.is_not_null();
        query = query.filter(known.and(documents::language.assume_not_null().eq(language)));
    }
    if let Some(object) = filter.attached_to {
        let attached = links::table.filter(links::object_id.eq(object.db()));
        query = query.filter(documents::id.eq_any(attached.select(links::document_id)));
    }
    if let Some(sha256) = filter.sha256.clone() {
        let same = versions::table.filter(versions::sha256.eq(sha256));
        query = query.filter(documents::id.eq_any(same.select(versions::document_id)));
    }
    for pattern in patterns(filter.q.as_deref()) {
        query = query.filter(documents::search.like(pattern).escape('\\'));
    }
    query
}

/// The documents that a reader may see, and that were not deleted.
pub(super) fn visible<'a>(reader: Reader) -> Query<'a> {
    let query = documents::table
        .filter(documents::deleted_at.is_null())
        .into_boxed::<MultiBackend>();
    let (user, partner, own_share_only) = match reader {
        Reader::Team => return query,
        Reader::Public => return query.filter(documents::visibility.eq(DocumentVisibility::Public.as_str())),
        Reader::Member {
            user,
            partner,
            own_share_only,
        } => (user, partner, own_share_only),
    };
    let by_user = documents::created_by.is_not_null();
    let by_user = by_user.and(documents::created_by.assume_not_null().eq(user.db()));
    let open = documents::visibility.ne(DocumentVisibility::Team.as_str());
    let Some(partner) = partner else {
        return query.filter(open.or(by_user));
    };
    let for_partner = documents::partner_id.is_not_null();
    let for_partner = for_partner.and(documents::partner_id.assume_not_null().eq(partner.db()));
    let own = by_user.or(for_partner);
    match own_share_only {
        false => query.filter(open.or(own)),
        // The money of others is not seen, nor what is attached to it.
        true => {
            let of_nobody = not(exists(on_money()));
            let of_partner = exists(on_grants(partner)).or(exists(on_movements(partner)));
            query.filter(own.or(open.and(of_nobody.or(of_partner))))
        }
    }
}

/// The objects of the ledger that are of one funder's money.
const MONEY: [&str; 4] = [
    ObjectKind::Grant.as_str(),
    ObjectKind::Movement.as_str(),
    ObjectKind::Tranche.as_str(),
    ObjectKind::FunderReport.as_str(),
];

#[diesel::dsl::auto_type(no_type_alias)]
fn on_money() -> _ {
    let kinds: [&'static str; 4] = MONEY;
    links::table
        .filter(links::document_id.eq(documents::id))
        .filter(links::kind.eq_any(kinds))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn on_grants(partner: PartnerId) -> _ {
    let partner: crate::columns::DbId = partner.db();
    let own = grants::table.filter(grants::funder_id.eq(partner)).select(grants::id);
    links::table
        .filter(links::document_id.eq(documents::id))
        .filter(links::object_id.eq_any(own))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn on_movements(partner: PartnerId) -> _ {
    let partner: crate::columns::DbId = partner.db();
    let funded = grants::table.filter(grants::funder_id.eq(partner)).select(grants::id);
    let paid = movements::payee_id
        .is_not_null()
        .and(movements::payee_id.assume_not_null().eq(partner));
    let own = movements::table
        .filter(
            movements::grant_id
                .eq_any(funded)
                .or(movements::payer_id.eq(partner))
                .or(paid),
        )
        .select(movements::id);
    links::table
        .filter(links::document_id.eq(documents::id))
        .filter(links::object_id.eq_any(own))
}
